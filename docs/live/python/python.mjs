// Python for a page: it runs in a worker, so that the page stays alive, and `stop` ends whatever it is doing.
//
//   const python = new Python(new URL("python/", document.baseURI), { onOutput: (line) => ... });
//   await python.ready;
//   await python.run("1 + 1");
export class Python {
  constructor(folder, { onOutput = () => {}, onEnded = () => {} } = {}) {
    this.folder = folder;
    this.onOutput = onOutput;
    this.onEnded = onEnded;
    this.start();
  }

  start() {
    this.waiting = new Map();
    this.count = 0;
    this.worker = new Worker(new URL("worker.mjs", this.folder), { type: "module" });
    this.ready = new Promise((resolve, reject) => {
      const failed = (why) => reject(new Error(`Python did not start: ${why || "its files were not loaded"}. Check the network, and try again.`));
      this.abandon = () => reject(new Error("stopped"));
      this.worker.onerror = (event) => failed(event.message);
      this.worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if ("stdout" in data || "stderr" in data) this.onOutput(data.stdout ?? data.stderr, "stderr" in data);
        else if (data.ended) this.end();
        else if (data.id === undefined) failed(data.error);
        else this.answer(data);
      };
    });
  }

  answer({ id, value, error }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  }

  // Answer all that wait with an error.
  refuse(reason) {
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }

  // This Python will answer nothing more.
  end() {
    this.refuse("ended");
    this.onEnded();
  }

  async run(code) {
    await this.ready;
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, code });
    });
  }

  // End what is running, and start a fresh Python, in which nothing is defined.
  stop() {
    this.worker.terminate();
    this.abandon(); // what waits for a Python that was still starting
    this.refuse("stopped");
    this.start();
    return this.ready;
  }
}
