// How does Python start?  Pyodide from a folder, then the packages of an archive beside it.
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

// The large files are shipped compressed, since not every server compresses; a server may have unpacked them already.
async function unpacked(address, type) {
  const bytes = await fetched(`${address}.gz`);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const body = new Blob([bytes]).stream();
  const headers = { "content-type": type };
  return new Response(packed ? body.pipeThrough(new DecompressionStream("gzip")) : body, { headers });
}

export async function importUnpacked(address) {
  const script = URL.createObjectURL(await (await unpacked(address, "text/javascript")).blob());
  try {
    return await import(script);
  } finally {
    URL.revokeObjectURL(script);
  }
}

// Pyodide's own script, and `fetch` that unpacks its other large files for the time of `start`.
const LARGE = ["pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip"];

async function withUnpacked(folder, start) {
  const plain = globalThis.fetch;
  globalThis.fetch = (asked, ...rest) => {
    const name = String(asked).split("/").at(-1);
    return LARGE.includes(name) ? unpacked(asked, name.endsWith("wasm") ? "application/wasm" : "") : plain(asked, ...rest);
  };
  try {
    return await start({ createPyodideModule: (await importUnpacked(`${folder}pyodide.asm.mjs`)).default });
  } finally {
    globalThis.fetch = plain;
  }
}

export async function startPython(folder, { stdout, stderr, read = fetched } = {}) {
  const packages = read(`${folder}packages.tar.xz`);
  const { loadPyodide, version } = await import(`${folder}pyodide.mjs`);
  const env = { MPLBACKEND: "module://chalkgrad_live.inline" }; // figures become pictures
  const stdin = () => null; // its end: there is no terminal
  const options = { indexURL: folder, packageBaseUrl: `${PACKAGES}v${version}/full/`, env, stdin, stdout, stderr };
  const start = (more) => loadPyodide({ ...options, ...more });
  const python = await (read === fetched ? withUnpacked(folder, start) : start({}));
  const extractDir = python.runPython("import site; site.getsitepackages()[0]");
  python.unpackArchive(await packages, "xztar", { extractDir });
  return python;
}
