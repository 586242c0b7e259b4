// Run a Python file in Pyodide under Node: node run.mjs FOLDER FILE [TESTS]; prints the file's variable `result`.
// TESTS is a folder that is copied to /project/tests.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file, tests] = process.argv.slice(2);
const { startPython } = await import(pathToFileURL(join(folder, "boot.mjs")));
const python = await startPython(join(folder, "/"), {
  stdout: (line) => process.stderr.write(`${line}\n`),
  read: async (path) => new Uint8Array(await readFile(path)),
});
if (tests) {
  for (const entry of await readdir(tests, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const inside = `/project/tests/${path.slice(tests.length).replace(/^\//, "")}`;
    if (entry.isDirectory()) python.FS.mkdirTree(inside);
    else {
      python.FS.mkdirTree(inside.slice(0, inside.lastIndexOf("/")));
      python.FS.writeFile(inside, await readFile(path));
    }
  }
}
await python.runPythonAsync(await readFile(file, "utf-8"));
process.stdout.write(python.globals.get("result"), () => process.exit(0));
