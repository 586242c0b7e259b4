// Run a Python file in Pyodide under Node: node run_in_pyodide.mjs FOLDER FILE PROJECT; prints the file's variable `result`.
// FOLDER is what `assemble` made; PROJECT is a folder that the file sees as /project.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file, project] = process.argv.slice(2).map((path) => resolve(path));
const { startPython } = await import(pathToFileURL(join(folder, "boot.mjs")));
const python = await startPython(join(folder, "/"), {
  stdout: (line) => process.stderr.write(`${line}\n`),
  read: async (path) => new Uint8Array(await readFile(path)),
});
python.mountNodeFS("/project", project);
await python.runPythonAsync(await readFile(file, "utf-8"));
process.stdout.write(python.globals.get("result"), () => process.exit(0));
