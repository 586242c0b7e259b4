// Python in a worker.  A message { id, code } is answered by { id, value } or { id, error }; what the code prints comes
// as { stdout } or { stderr }, one line each.  The first message is { ready: true }, or { error } if Python did not start.
// { ended: true } means that this Python will answer nothing more.
import { startPython } from "./boot.mjs";

const folder = new URL("./", import.meta.url).href;
const send = (message) => self.postMessage(message);

let python;
try {
  python = await startPython(folder, {
    stdout: (line) => send({ stdout: line }),
    stderr: (line) => send({ stderr: line }),
  });
  // After a fatal error, such as a stack that overflowed outside Python's own code, nothing runs here any longer.
  python._api.on_fatal = () => send({ ended: true });
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
    send({ id, error: String(error.message) });
  }
};
