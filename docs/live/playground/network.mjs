// The network: settings in, numbers and pictures out.  Everything shown is made by Python.
import { painted, why } from "./ask.mjs";

const at = (id) => document.getElementById(id);

export function openNetwork(asker, say, state) {
  const form = at("settings");
  const buttons = ["play", "one-step", "one-epoch", "restart", "diagnose"].map(at);
  const usual = read();
  let points = [];
  let playing = false;
  let turn = 0; // increases with each new network, so that late answers of the previous one are dropped

  function read() {
    const given = {};
    for (const field of form.elements) {
      if (field.name) given[field.name] = field.type === "number" ? field.valueAsNumber : field.value;
    }
    return given;
  }

  function write(settings) {
    for (const [name, value] of Object.entries(settings)) {
      if (name === "points") points = value;
      else if (form.elements[name]) form.elements[name].value = value;
    }
  }

  function show(frame) {
    at("counts").textContent = frame.counts;
    if (frame.problem) say(frame.problem, true);
    for (const [id, part] of [["plane", "plane"], ["curves", "curves"], ["network-picture", "network"]]) {
      if (part in frame) at(id).innerHTML = frame[part];
    }
    if (frame.texts) rows(at("numbers"), frame.texts.map((cells) => cells.map(text)));
    if (frame.layers) rows(at("layers"), frame.layers.map((layer) => [text(layer.name), text(layer.texts[0]), meter(layer.bar), text(layer.texts[1])]));
    if ("program" in frame) at("program").textContent = frame.program;
    if (frame.points) points = frame.points;
  }

  async function asking(name, given, seconds) {
    const mine = turn;
    try {
      const frame = await asker.ask(name, given, seconds);
      if (mine === turn) show(frame);
      return mine === turn && !frame.problem;
    } catch (error) {
      if (mine === turn) say(why(error), true);
      return false;
    }
  }

  async function open() {
    turn += 1;
    pause();
    say("");
    at("diagnosis").hidden = true;
    const own = form.elements.data.value === "own points";
    at("own").hidden = !own;
    at("plane").classList.toggle("clickable", own);
    const ok = await asking("network.open", { settings: { ...read(), points } });
    for (const button of buttons) button.disabled = false;
    return ok;
  }

  function pause() {
    playing = false;
    at("play").textContent = "Play";
    at("play").setAttribute("aria-pressed", "false");
  }

  async function play() {
    playing = true;
    at("play").textContent = "Pause";
    at("play").setAttribute("aria-pressed", "true");
    at("diagnosis").hidden = true;
    const mine = turn;
    while (playing && mine === turn && (await asking("network.run", { seconds: 0.1 }))) if (playing) await painted();
    if (mine !== turn) return;
    pause();
    await asking("network.look");
  }

  async function pausedThen(name, given) {
    pause();
    await asking(name, given);
  }

  at("play").onclick = () => (playing ? pause() : play());
  at("one-step").onclick = () => pausedThen("network.run", { steps: 1, seconds: 60 });
  at("one-epoch").onclick = () => pausedThen("network.run", { epoch: true });
  at("restart").onclick = open;
  at("diagnose").onclick = async () => {
    pause();
    try {
      at("diagnosis").textContent = (await asker.ask("network.diagnose")).text;
      at("diagnosis").hidden = false;
    } catch (error) {
      say(why(error), true);
    }
  };
  at("copy").onclick = () => copy(at("program").textContent, say);
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = () => {
    note();
    open();
  };
  // Points of the learner's own: by clicking into the plane, or by their numbers.
  async function change(name, given) {
    turn += 1;
    pause();
    say("");
    if (await asking(name, given)) note();
  }
  const label = () => Number(at("label").value);
  at("plane").onclick = (event) => {
    if (form.elements.data.value !== "own points") return;
    const box = at("plane").querySelector("svg").getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    change("network.add_at", { across, up: (box.bottom - event.clientY) / box.height, label: label() });
  };
  at("own").onsubmit = (event) => {
    event.preventDefault();
    change("network.add", { x: at("own-x").valueAsNumber, y: at("own-y").valueAsNumber, label: label() });
  };
  at("remove").onclick = () => change("network.remove");
  const presets = document.querySelectorAll(".presets button");
  const settingsOf = (button) => ({ ...usual, ...JSON.parse(button.dataset.settings) });
  for (const button of presets) {
    button.onclick = () => {
      at("phenomenon").textContent = button.dataset.says;
      points = [];
      write(settingsOf(button));
      note();
      open();
    };
  }

  // The address holds what differs from the usual settings.
  function note() {
    const now = new URLSearchParams({ view: "network" });
    for (const [name, value] of Object.entries(read())) if (String(value) !== String(usual[name])) now.set(name, value);
    if (points.length) now.set("points", JSON.stringify(points));
    history.replaceState(null, "", `#${now}`);
  }

  async function follow(now) {
    const settings = { ...usual };
    for (const [name, value] of now) if (Object.hasOwn(usual, name)) settings[name] = value;
    try {
      points = JSON.parse(now.get("points") ?? "[]") ?? [];
    } catch {
      points = [];
    }
    write(settings);
    const chosen = JSON.stringify(read());
    const preset = [...presets].find((button) => JSON.stringify(settingsOf(button)) === chosen);
    at("phenomenon").textContent = preset?.dataset.says ?? "";
    if (!(await open())) points = [];
  }
  follow(state);
  return { follow, note, leave: pause };
}

const text = (words) => document.createTextNode(words);

function meter(share) {
  const box = document.createElement("span");
  box.className = "meter";
  box.append(document.createElement("i"));
  box.firstChild.style.width = `${100 * share}%`;
  return box;
}

function rows(table, cells) {
  table.tBodies[0].replaceChildren(
    ...cells.map((row) => {
      const line = document.createElement("tr");
      for (const cell of row) line.insertCell().append(cell);
      return line;
    }),
  );
}

export async function copy(words, say) {
  try {
    await navigator.clipboard.writeText(words);
    say("Copied.");
  } catch {
    say("The browser does not let this page copy; select the text instead.", true);
  }
}
