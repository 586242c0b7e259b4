// Asks Python, which runs in a worker: `await ask("network.run", { seconds: 0.1 })`.  Every answer is data from JSON;
// what a learner caused arrives as an error whose message is for the learner.
import { Python } from "../python/python.mjs";

export class Asker {
  constructor({ onStart = () => {}, onOutput } = {}) {
    this.python = new Python(new URL("../python/", import.meta.url).href, { onOutput, onEnded: () => this.restart() });
    this.onStart = onStart;
    this.asked = 0;
    this.watch(this.python.ready);
  }

  // How many answers are awaited is written on the page, where a test can wait for it.
  count(more) {
    this.asked += more;
    document.documentElement.dataset.asked = this.asked;
  }

  // Python is ended and started again if it has not answered after `seconds`.  If it did not start, it is tried again.
  async ask(name, given = {}, seconds = 60) {
    const question = JSON.stringify(JSON.stringify({ name, given }));
    let timer;
    this.count(1);
    if (this.failed) this.restart();
    try {
      await this.ready;
      if (this.python.waiting.size) await this.python.run("None"); // what runs already takes none of these seconds
      timer = setTimeout(() => this.restart(), 1000 * seconds);
      const answer = JSON.parse(await this.python.run(`import chalkgrad_live; chalkgrad_live.answer(${question})`));
      if ("problem" in answer && Object.keys(answer).length === 1) throw new Error(answer.problem);
      return answer;
    } finally {
      clearTimeout(timer);
      this.count(-1);
    }
  }

  restart() {
    const ready = this.watch(this.python.stop());
    this.onStart(ready);
    return ready;
  }

  // `ready` settles when Python has started, or has not: then `failed` is true, unless this one was only stopped.
  watch(ready) {
    this.failed = false;
    ready.catch(() => (this.failed ||= ready === this.ready));
    return (this.ready = ready);
  }
}

export const STARTING = "Python is starting in this page; nothing is sent to a server.";

export const at = (id) => document.getElementById(id);

// When the page has been drawn: what follows does not make the same task longer.
export const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

// Why there is no answer, for the learner.
export const why = ({ message }) =>
  ({
    stopped: "This took too long, so Python was stopped. Change something, or press Restart.",
    ended: "This was too much for the browser's stack. Change something, or press Restart.",
  })[message] ?? message;

export async function copy(words, say) {
  try {
    await navigator.clipboard.writeText(words);
    say("Copied.");
  } catch {
    say("The browser does not let this page copy; select the text instead.", true);
  }
}
