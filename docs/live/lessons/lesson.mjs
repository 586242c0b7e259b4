// A lesson whose cells can be edited and run.  The page is the built lesson; this script turns its cells into editors.
import { Asker, STARTING } from "../playground/ask.mjs";
import { formulas, loadKatex } from "../playground/formulas.mjs";

const notebook = JSON.parse(document.getElementById("notebook").textContent);
const codes = notebook.cells.filter((cell) => cell.cell_type === "code");
const store = `chalkgrad lesson ${document.documentElement.dataset.lesson}`;
const kept = recall();
const KEEPS = "Shift+Enter runs a cell. What you write is kept in this browser.";
const KEEPS_NOT = "This browser does not keep what you write: download the notebook before you leave.";
let usual = KEEPS; // what is said while nothing else is
// Seconds after which a cell is stopped; for a slow machine the page's address may end in ?limit=300.
const asked = Number(new URLSearchParams(location.search).get("limit"));
const limit = asked > 0 ? asked : Number(document.documentElement.dataset.limit);
const AGAIN = "Python has started again, and what the cells had defined is gone. What you wrote is kept.";
const TOO_DEEP = "This cell ended Python: most often a chain of thousands of objects was too deep for a browser.";
const PATIENCE = 3; // times the limit: what then does not answer, since it loops inside one call, ends with its Python
const MEANWHILE = "\x1e"; // begins a line about what the running cell has shown so far
const asker = new Asker({ onStart: starting, onOutput: (line) => line.startsWith(MEANWHILE) && running?.showing(JSON.parse(line.slice(1))) });
const cells = [...document.querySelectorAll("article .cell")].map((box, number) => new Cell(box, number));
const bar = toolbar();
let running = null;
let last = null; // the cell that was asked for last, while it waits or runs: the next one waits for it
starting(asker.ready);

function Cell(box, number) {
  const source = [].concat(codes[number].source).join("");
  const built = box.querySelector(".cell_output");
  const saved = kept[number] ?? {};
  const editor = make("textarea", { value: saved.code ?? source, spellcheck: false, ariaLabel: `Code of cell ${number + 1}` });
  const run = make("button", { textContent: "Run", ariaLabel: `Run cell ${number + 1}` });
  const above = make("button", { textContent: "Run all above", ariaLabel: `Run all above cell ${number + 1}`, hidden: number === 0 });
  const note = make("span", { className: "note", role: "status" });
  const output = make("div", { className: "live-output" });
  output.setAttribute("aria-live", "polite");
  const guess = asksToPredict(box) && make("input", { value: saved.guess ?? "", ariaLabel: `Your prediction for cell ${number + 1}`, placeholder: "Your prediction" });
  const line = make("div", { className: "live-bar" });
  line.append(run, above, ...(guess ? [guess] : []), note);
  box.classList.add("live-cell");
  box.querySelector(".cell_input").replaceChildren(editor);
  box.querySelector(".cell_input").after(line, output);
  const fit = () => {
    editor.rows = editor.value.split("\n").length;
  };
  const keep = () => remember(number, { ...(editor.value === source ? {} : { code: editor.value }), ...(guess && guess.value ? { guess: guess.value } : {}) });
  fit();
  editor.oninput = () => (fit(), keep());
  if (guess) guess.oninput = keep;
  editor.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return; // an Enter that ends the composition of a character is not ours
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.run();
      if (event.shiftKey) cells[number + 1]?.focus();
    } else indented(event, editor);
  };
  run.onclick = once(() => (running === this ? stop() : this.run()));
  above.onclick = once(() => runAll(cells.slice(0, number)));

  this.code = () => editor.value;
  this.focus = () => editor.focus();
  // Python has started again: what this cell defined is gone.
  this.forget = () => {
    this.ran = false;
    note.textContent = "";
  };
  this.reset = () => {
    editor.value = source;
    if (guess) guess.value = "";
    fit();
    keep();
  };
  // A button that runs the cells above, and perhaps this one after them.
  const again = (andThis) => {
    const words = !andThis ? "Run the cells above" : number ? "Run the cells above, then this one" : "Run this cell";
    const button = make("button", { textContent: words });
    button.onclick = async () => {
      button.disabled = true;
      const finished = await runAll(cells.slice(0, andThis ? number + 1 : number));
      button.replaceWith(make("p", { role: "status", textContent: finished ? "The cells above have run again." : "A cell above did not finish." }));
    };
    return button;
  };
  // Runs after the cells that were asked for before, as in Jupyter; not if one of them fails or is stopped.
  this.run = (seconds = limit) => {
    note.textContent = "waiting";
    const before = last ?? Promise.resolve(true);
    const mine = before.then((finished) => finished && this.runNow(seconds));
    last = mine;
    return mine.then((finished) => {
      if (last === mine) last = null;
      if (note.textContent === "waiting") note.textContent = "";
      return finished;
    });
  };
  let shown;
  this.showing = (outputs) => {
    shown = outputs;
    output.replaceChildren(...shown.map(piece));
  };
  this.runNow = async (seconds) => {
    running = this;
    shown = [];
    run.textContent = "Stop";
    note.textContent = "running";
    const found = await outcome({ code: editor.value, number: number + 1, seconds });
    running = null;
    run.textContent = "Run";
    this.ran = found.finished;
    note.textContent = found.finished ? "done" : "";
    const parts = [...(found.restarted ? shown : []), ...found.outputs].map(piece);
    if (guess && guess.value) parts.unshift(make("p", { className: "guess", textContent: `You predicted: ${guess.value}` }));
    if (found.stopped) parts.push(make("button", { textContent: "Run it again with ten times the time", onclick: once(() => this.run(10 * seconds)) }));
    if (found.missing) parts.push(...instead(found.missing, built, () => again(true)));
    output.replaceChildren(...parts);
    const above = !found.missing && cells.slice(0, number).some((cell) => !cell.ran);
    if (above && (found.restarted || output.textContent.includes("NameError"))) output.append(again(!found.restarted));
    for (const each of output.querySelectorAll("div, pre")) if (scrolls(each)) each.tabIndex = 0; // scrolled by keyboard
    formulas(output);
    return found.finished;
  };
}

// What Python answers about a cell, or what is to be said if it did not answer.
async function outcome(given) {
  const began = performance.now();
  try {
    return await asker.ask("cells.run", given, PATIENCE * given.seconds);
  } catch (error) {
    const seconds = PATIENCE * given.seconds;
    const overdue = performance.now() - began >= 1000 * seconds;
    const why = { stopped: overdue ? `Stopped after ${seconds} seconds, in the middle of one call. Does this cell never end?` : "Stopped.", ended: TOO_DEEP }[error.message];
    return { outputs: [{ error: why ? `${why} ${AGAIN}` : error.message }], stopped: Boolean(why) && overdue, restarted: Boolean(why), finished: false };
  }
}

// A cell that needs a package which is not loaded: the output of the built lesson, and a button that loads it.
function instead(name, built, again) {
  const words = make("p", { textContent: `This cell needs ${name}, which this page has not loaded. ${built ? "Below is its output in the built lesson." : ""}` });
  const load = make("button", { textContent: `Load ${name} from cdn.jsdelivr.net` });
  load.onclick = async () => {
    load.disabled = true;
    load.textContent = `Loading ${name}`;
    const failed = await asker.python.run(`from chalkgrad_live import cells; await cells.load("${name}")`).catch(({ message }) => (["stopped", "ended"].includes(message) ? AGAIN : message));
    load.replaceWith(make("p", { role: "status", textContent: failed || `${name} is loaded.` }), ...(failed ? [] : [again()]));
  };
  const copy = built?.cloneNode(true);
  if (copy) copy.hidden = false;
  return [words, load, ...(copy ? [copy] : [])];
}

function scrolls(box) {
  return box.scrollWidth > box.clientWidth || (box.nodeName === "PRE" && box.scrollHeight > box.clientHeight);
}

function piece(part) {
  if ("html" in part) {
    const box = make("div", { className: "rich" });
    box.innerHTML = part.html;
    return box;
  }
  return make("pre", { className: "error" in part ? "error" : "", textContent: part.error ?? part.text });
}

// The paragraph before the cell says "Predict".
function asksToPredict(box) {
  const before = box.previousElementSibling;
  return Boolean(before?.querySelector("strong")) && /predict/i.test([...before.querySelectorAll("strong")].map((each) => each.textContent).join(" "));
}

// A new line begins as deep as the one before, and deeper after a colon.
function indented(event, editor) {
  const before = editor.value.slice(0, editor.selectionStart).split("\n").at(-1);
  const depth = before.match(/^ */)[0] + (before.trimEnd().endsWith(":") ? "    " : "");
  if (!depth) return;
  event.preventDefault();
  document.execCommand("insertText", false, `\n${depth}`); // keeps the history of the editor, so that undo works
}

// All are asked for at once, so that what is asked for next runs after them.
async function runAll(list) {
  return (await Promise.all(list.map((cell) => cell.run()))).every(Boolean);
}

// A double click acts once: its second click would stop what the first has begun.
function once(act) {
  return ({ detail }) => detail === 2 || act();
}

function stop() {
  asker.restart();
}

function toolbar() {
  const box = make("div", { className: "live-bar live-tools", role: "toolbar", ariaLabel: "This lesson" });
  const status = make("span", { role: "status", id: "status" });
  const button = (words, act) => box.append(Object.assign(make("button", { textContent: words }), { onclick: once(act) }));
  button("Run all cells", () => runAll(cells));
  button("Restart Python", stop);
  button("Download as a notebook", download);
  button("Discard my answers", () => {
    if (confirm("Replace everything that you wrote in this lesson by the original?")) cells.forEach((cell) => cell.reset());
  });
  box.append(status);
  document.querySelector("article h1").after(box);
  return { status };
}

function starting(ready) {
  for (const cell of cells) cell.forget();
  bar.status.textContent = STARTING;
  ready.then(
    () => {
      bar.status.textContent = usual;
      asker.python.run("import chalkgrad_live; chalkgrad_live.warm()").catch(() => {}); // stopped meanwhile
      loadKatex().catch(() => {}); // so that nothing is missing if the network goes away
    },
    (error) => {
      if (ready === asker.ready) bar.status.textContent = error.message; // otherwise it was stopped, and starts again
    },
  );
}

function download() {
  let number = 0;
  const filled = {
    ...notebook,
    cells: notebook.cells.map((cell) => (cell.cell_type === "code" ? { ...cell, source: cells[number++].code(), outputs: [], execution_count: null } : cell)),
  };
  const link = make("a", { download: `${document.documentElement.dataset.lesson}.ipynb` });
  link.href = URL.createObjectURL(new Blob([JSON.stringify(filled, null, 1)], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // a browser may begin to read it only later
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(store)) ?? {};
  } catch {
    return {};
  }
}

// Another tab with this lesson may have written meanwhile, so only this cell's entry is changed.
function remember(number, written) {
  try {
    localStorage.setItem(store, JSON.stringify({ ...recall(), [number]: written }));
  } catch {
    bar.status.textContent = usual = KEEPS_NOT;
  }
}

function make(tag, given) {
  return Object.assign(document.createElement(tag), given);
}
