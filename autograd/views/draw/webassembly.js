// Graphviz in the browser's own WebAssembly: from the bytes of `graphviz.wasm` to a function that lays out a DOT text.
//
// Graphviz reads a text from memory and writes a picture into memory.  So the functions of WASI that it imports have
// little to do: there are no files, no arguments and no environment, and what it prints is dropped.  An error is returned
// as a string, not thrown: Pyodide ends if a RangeError, which a full stack gives, reaches it.
(bytes) => {
  const OK = 0, BAD_FILE = 8, NO_FILE = 44;
  const CHARACTER_DEVICE = 2;
  let exports;
  const view = () => new DataView(exports.memory.buffer);
  const array = (address, length) => new Uint8Array(exports.memory.buffer, address, length);

  const wasi = {
    environ_get: () => OK,
    environ_sizes_get(count, size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return OK;
    },
    clock_time_get(clock, precision, result) {
      view().setBigUint64(result, BigInt(Date.now()) * 1_000_000n, true);
      return OK;
    },
    random_get(address, length) {
      for (let k = 0; k < length; k++) view().setUint8(address + k, Math.floor(Math.random() * 256));
      return OK;
    },
    fd_close: () => OK,
    fd_fdstat_get(file, result) {
      if (file > 2) return BAD_FILE;
      array(result, 24).fill(0);
      view().setUint8(result, CHARACTER_DEVICE);
      return OK;
    },
    fd_fdstat_set_flags: () => OK,
    fd_filestat_get: () => BAD_FILE,
    fd_prestat_get: () => BAD_FILE,
    fd_prestat_dir_name: () => BAD_FILE,
    fd_read(file, pieces, count, result) {
      view().setUint32(result, 0, true);
      return OK;
    },
    fd_seek: () => BAD_FILE,
    fd_write(file, pieces, count, result) {
      let length = 0;
      for (let k = 0; k < count; k++) length += view().getUint32(pieces + 8 * k + 4, true);
      view().setUint32(result, length, true);
      return OK;
    },
    path_filestat_get: () => NO_FILE,
    path_open: () => NO_FILE,
    proc_exit(status) {
      throw new Error(`Graphviz ended with status ${status}`);
    },
  };
  exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { wasi_snapshot_preview1: wasi }).exports;

  const text = (address) => {
    const rest = new Uint8Array(exports.memory.buffer, address);
    return new TextDecoder().decode(rest.subarray(0, rest.indexOf(0)));
  };
  const copied = (string) => {
    const encoded = new TextEncoder().encode(string + "\0");
    const address = exports.malloc(encoded.length);
    array(address, encoded.length).set(encoded);
    return address;
  };
  return (dot, format, layout) => {
    const given = [dot, format, layout].map(copied);
    const length = exports.malloc(4);
    try {
      const picture = exports.graphviz_render(...given, length);
      if (picture === 0) return text(exports.graphviz_last_error()) || "no reason given";
      const bytes = array(picture, view().getUint32(length, true)).slice();
      [picture, ...given, length].forEach(exports.graphviz_free);
      return bytes;
    } catch (error) {
      if (error instanceof RangeError) return "the graph is too deep for a browser's stack; draw fewer nodes";
      return String(error.message ?? error);
    }
  };
}
