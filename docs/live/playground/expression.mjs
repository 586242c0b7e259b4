// An expression: its graph, sliders for its leaves, and its gradient explained.  The address holds the state.
import { why } from "./ask.mjs";
import { formulas } from "./formulas.mjs";
import { copy } from "./network.mjs";

const at = (id) => document.getElementById(id);

export function openExpression(asker, say, state) {
  let numbers = Object.create(null);
  let busy = false;
  let again = false;
  let formula = at("formula").value;

  // While an answer is awaited, only the last change is remembered: dragging never makes a queue.
  async function update() {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      try {
        const shown = await asker.ask("expression.show", { formula, numbers }, 15);
        if (!again) show(shown);
        else at("graph").innerHTML = shown.graph;
      } catch (error) {
        if (!again) problem(why(error));
      }
    }
    busy = false;
    shownNow();
  }

  // The explanation waits until a slider rests.
  let resting;
  function shownNow() {
    note();
    clearTimeout(resting);
    resting = setTimeout(explain, 100);
  }

  function problem(message) {
    at("formula-problem").textContent = message;
    at("formula-problem").hidden = false;
    at("explanation").replaceChildren();
    at("nudge").textContent = "";
  }

  function show(shown) {
    at("formula-problem").hidden = true;
    at("graph").innerHTML = shown.graph;
    at("result").textContent = shown.result;
    const names = shown.leaves.map((leaf) => leaf.name);
    if (names.join() !== Object.keys(sliders).join()) build(shown.leaves);
    for (const leaf of shown.leaves) {
      numbers[leaf.name] = leaf.text;
      const { told, reach } = sliders[leaf.name];
      reach(leaf);
      told.textContent = leaf.says;
      told.dataset.gradient = leaf.gradient;
    }
    for (const name of Object.keys(numbers)) if (!names.includes(name)) delete numbers[name];
  }

  let sliders = Object.create(null);
  function build(leaves) {
    sliders = Object.create(null);
    const wrt = at("wrt").value || state.get("wrt");
    at("wrt").replaceChildren(...leaves.map((leaf) => new Option(leaf.name, leaf.name, false, leaf.name === wrt)));
    at("leaves").replaceChildren(...leaves.map(row));
  }

  function row(leaf) {
    const box = document.createElement("div");
    const [label, slider, exact, told] = ["label", "input", "input", "output"].map((tag) => document.createElement(tag));
    box.className = "leaf";
    label.textContent = leaf.name;
    label.htmlFor = slider.id = `slider-${leaf.name}`;
    slider.type = "range";
    told.id = `${slider.id}-gradient`;
    told.ariaLive = "off"; // the result is announced
    slider.setAttribute("aria-describedby", told.id);
    Object.assign(exact, { value: leaf.text, inputMode: "decimal", ariaLabel: `${leaf.name}, exactly` });
    slider.oninput = () => change(slider, exact);
    exact.onchange = () => change(exact, slider);
    const change = (from, to) => {
      numbers[leaf.name] = to.value = from.value;
      update();
    };
    // The slider becomes longer for a number beyond its end, and never shorter, so that it stays under the finger.
    const reach = ({ range: [min, max, step], text: value }) => {
      if (slider.max === "" || max > slider.max) Object.assign(slider, { min, max, step, value });
    };
    reach(leaf);
    sliders[leaf.name] = { told, reach };
    box.append(label, slider, exact, told);
    return box;
  }

  async function explain() {
    if (!at("formula-problem").hidden || !at("wrt").value) return;
    const asked = { formula, numbers, wrt: at("wrt").value };
    try {
      const { html } = await asker.ask("expression.explain", asked, 15);
      if (asked.formula !== formula) return;
      at("explanation").innerHTML = html;
      at("nudge").textContent = (await asker.ask("expression.nudge", asked, 15)).text;
      await formulas(at("explanation"));
      if (at("stepper").firstChild) await step();
    } catch (error) {
      at("explanation").textContent = why(error);
    }
  }

  async function step() {
    const frame = document.createElement("iframe");
    frame.title = "the passes through the graph, step by step";
    frame.sandbox = "allow-scripts";
    frame.srcdoc = (await asker.ask("expression.step", { formula, numbers }, 15)).html;
    at("stepper").replaceChildren(frame);
  }

  function note() {
    const now = new URLSearchParams({ view: "expression", f: formula });
    for (const [name, value] of Object.entries(numbers)) now.append("at", `${name}=${value}`);
    if (at("wrt").value) now.set("wrt", at("wrt").value);
    history.replaceState(null, "", `#${now}`);
  }

  at("formula-form").onsubmit = (event) => {
    event.preventDefault();
    formula = at("formula").value;
    update();
  };
  // While a formula is typed it is shown as soon as it can be read; what is wrong with half of one is not said.
  let typed;
  at("formula").oninput = () => {
    clearTimeout(typed);
    typed = setTimeout(tried, 300);
  };
  async function tried() {
    const now = at("formula").value;
    if (busy || now === formula) return;
    try {
      const shown = await asker.ask("expression.show", { formula: now, numbers }, 15);
      if (busy || now !== at("formula").value) return;
      formula = now;
      show(shown);
      shownNow();
    } catch {}
  }
  at("wrt").onchange = () => {
    note();
    explain();
  };
  at("link").onclick = () => copy(location.href, say);
  at("step-open").onclick = async () => {
    const open = !at("stepper").firstChild;
    at("step-open").setAttribute("aria-expanded", open);
    try {
      if (open) await step();
      else at("stepper").replaceChildren();
    } catch (error) {
      say(why(error), true);
    }
  };

  function follow(now) {
    state = now;
    if (now.has("f")) at("formula").value = formula = now.get("f").slice(0, 401);
    numbers = Object.create(null);
    sliders = Object.create(null);
    at("wrt").replaceChildren();
    for (const pair of now.getAll("at").slice(0, 50)) {
      const [name, value] = pair.split("=", 2);
      numbers[name] = value ?? "";
    }
    update();
  }
  follow(state);
  return { follow, note, leave() {} };
}
