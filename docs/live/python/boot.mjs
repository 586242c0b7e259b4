// How does Python start?  Pyodide from a folder, then the wheels that `packages.json` in it lists.
//
// The same on a page, in a worker and in Node.  `folder` ends with "/": the address of what `assemble` made.  `read`
// gets the bytes of a file in it; Node, which fetches no files, passes its own.

// Where NumPy and matplotlib come from if a reader asks for them; the lock file in the folder has their hashes.
const PACKAGES = "https://cdn.jsdelivr.net/pyodide/";

const fetched = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
};

export async function startPython(folder, { stdout, stderr, read = fetched } = {}) {
  const wheels = read(`${folder}packages.json`).then((bytes) =>
    Promise.all(JSON.parse(new TextDecoder().decode(bytes)).map((name) => read(folder + name))),
  );
  const { loadPyodide, version } = await import(`${folder}pyodide.mjs`);
  const python = await loadPyodide({ indexURL: folder, packageBaseUrl: `${PACKAGES}v${version}/full/`, stdout, stderr });
  const extractDir = python.runPython("import site; site.getsitepackages()[0]");
  for (const wheel of await wheels) python.unpackArchive(wheel, "wheel", { extractDir });
  return python;
}
