// Python in a worker.  A message { id, code } is answered by { id, value } or { id, error }; what the code prints comes
// as { stdout } or { stderr }, one line each; the error "ended" means that this Python answers no more.  The first message is { ready: true }, or { error } if Python did not start.
import { startPython } from "./boot.mjs";

const folder = new URL("./", import.meta.url).href;
const send = (message) => self.postMessage(message);

let python;
try {
  python = await startPython(folder, {
    stdout: (line) => send({ stdout: line }),
    stderr: (line) => send({ stderr: line }),
  });
  send({ ready: true });
} catch (error) {
  send({ error: String(error) });
}

self.onmessage = async ({ data: { id, code } }) => {
  try {
    const value = await python.runPythonAsync(code);
    send({ id, value: value?.toJs ? value.toJs() : value });
    value?.destroy?.();
  } catch (error) {
    // After a fatal error, such as a stack that overflowed outside Python's own code, nothing runs here any longer.
    send({ id, error: error.pyodide_fatal_error ? "ended" : String(error.message) });
  }
};
