// An expression: its graph, sliders for its leaves, and its gradient explained.  The address holds the state.
import { note } from "./address.mjs";
import { at, copy, why } from "./ask.mjs";
import { formulas } from "./formulas.mjs";
import { drawGraph } from "./graph.mjs";
import { Sliders } from "./sliders.mjs";

export class Expression {
  formula = at("formula").value;
  wrt = ""; // the leaf whose gradient is explained, if the formula has it
  numbers = Object.create(null);
  busy = false;
  again = false;

  constructor(asker, say) {
    this.asker = asker;
    this.say = say;
    this.sliders = new Sliders(at("leaves"), (name, number) => {
      this.numbers[name] = number;
      this.update();
    });
    this.listen();
  }

  listen() {
    at("formula-form").onsubmit = (event) => {
      event.preventDefault();
      this.formula = at("formula").value;
      this.update();
    };
    let typed;
    at("formula").oninput = () => {
      clearTimeout(typed);
      typed = setTimeout(() => this.tried(), 300);
    };
    at("wrt").onchange = () => {
      this.wrt = at("wrt").value;
      this.note();
      this.explain();
    };
    at("link").onclick = () => copy(location.href, this.say);
    at("step-open").onclick = async () => {
      const open = !this.stepping;
      at("step-open").setAttribute("aria-expanded", open);
      at("stepper").replaceChildren();
      try {
        if (open) await this.step();
      } catch (error) {
        at("step-open").setAttribute("aria-expanded", false);
        this.say(why(error), true);
      }
    };
  }

  get stepping() {
    return at("step-open").getAttribute("aria-expanded") === "true";
  }

  ask(name, more = {}) {
    return this.asker.ask(name, { formula: this.formula, numbers: this.numbers, ...more }, 15);
  }

  // While an answer is awaited, only the last change is remembered: dragging never makes a queue.
  async update() {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    while (this.again) {
      this.again = false;
      try {
        const shown = await this.ask("expression.show");
        if (this.again) drawGraph(at("graph"), shown.graph);
        else this.show(shown);
      } catch (error) {
        if (!this.again) this.problem(why(error));
      }
    }
    this.busy = false;
    this.settled();
    this.tried(); // what was typed meanwhile
  }

  // While a formula is typed it is shown as soon as it can be read; what is wrong with half of one is not said.
  async tried() {
    const formula = at("formula").value;
    if (this.busy || formula === this.formula) return;
    try {
      const shown = await this.ask("expression.show", { formula });
      if (this.busy || formula !== at("formula").value) return;
      this.formula = formula;
      this.show(shown);
      this.settled();
    } catch {}
  }

  problem(message) {
    at("formula-problem").textContent = message;
    at("formula-problem").hidden = false;
    at("explanation").replaceChildren();
    at("nudge").textContent = "";
  }

  show({ graph, result, leaves }) {
    at("formula-problem").hidden = true;
    drawGraph(at("graph"), graph);
    at("result").textContent = result;
    this.sliders.show(leaves);
    this.numbers = Object.create(null);
    for (const { name, text } of leaves) this.numbers[name] = text;
    const names = leaves.map((leaf) => leaf.name);
    at("wrt").replaceChildren(...names.map((name) => new Option(name, name, false, name === this.wrt)));
  }

  // The explanation waits until a slider rests; one that is still on its way was of what is no longer there.
  settled() {
    this.note();
    this.explaining = null;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.explain(), 100);
  }

  async explain() {
    if (!at("formula-problem").hidden || !at("wrt").value) return;
    const mine = (this.explaining = {});
    const late = () => mine !== this.explaining;
    const wrt = at("wrt").value;
    const stepper = at("stepper").firstChild;
    try {
      const { html } = await this.ask("expression.explain", { wrt });
      if (late()) return;
      at("explanation").innerHTML = html;
      const { text } = await this.ask("expression.nudge", { wrt });
      if (late()) return;
      at("nudge").textContent = text;
      await formulas(at("explanation"));
      if (stepper && stepper === at("stepper").firstChild) await this.step(); // not one that was opened meanwhile
    } catch (error) {
      if (!late()) at("explanation").textContent = why(error);
    }
  }

  async step() {
    const frame = document.createElement("iframe");
    frame.title = "the passes through the graph, step by step";
    frame.sandbox = "allow-scripts";
    frame.srcdoc = (await this.ask("expression.step")).html;
    if (this.stepping) at("stepper").replaceChildren(frame);
  }

  note() {
    const now = new URLSearchParams({ view: "expression", f: this.formula });
    for (const [name, value] of Object.entries(this.numbers)) now.append("at", `${name}=${value}`);
    if (at("wrt").value) now.set("wrt", at("wrt").value);
    note(now);
  }

  follow(now) {
    if (now.has("f")) at("formula").value = this.formula = now.get("f").slice(0, 401); // one more than Python allows
    this.wrt = now.get("wrt") ?? "";
    this.numbers = Object.create(null);
    this.sliders.clear();
    for (const pair of now.getAll("at").slice(0, 50)) {
      const [name, value] = pair.split("=", 2);
      this.numbers[name] = value ?? "";
    }
    this.update();
  }

  leave() {}
}
