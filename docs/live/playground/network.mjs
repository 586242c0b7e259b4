// The network: settings in, numbers and pictures out.  Everything shown is made by Python.
import { at, copy, painted, why } from "./ask.mjs";
import { Choice } from "./choice.mjs";

export class Network {
  choice = new Choice();
  playing = null; // the loop that takes steps now; a new one each time, so that an earlier one ends
  turn = 0; // increases with each new network, so that late answers of the previous one are dropped

  constructor(asker, say) {
    this.asker = asker;
    this.say = say;
    this.listenToBar();
    this.listenToSettings();
    this.listenToPoints();
  }

  listenToBar() {
    const stopped = (name, given) => () => {
      this.stop();
      return this.ask(name, given);
    };
    at("play").onclick = () => (this.playing ? this.stop() : this.play());
    at("one-step").onclick = stopped("network.run", { steps: 1, seconds: 60 });
    at("one-epoch").onclick = stopped("network.run", { epoch: true });
    at("restart").onclick = () => this.open();
    at("diagnose").onclick = stopped("network.diagnose");
    at("copy").onclick = () => copy(at("program").textContent, this.say);
  }

  listenToSettings() {
    const { form, presets } = this.choice;
    form.onsubmit = (event) => event.preventDefault();
    form.onchange = () => {
      this.note();
      this.open();
    };
    for (const preset of presets) {
      preset.onclick = () => {
        this.choice.take(preset);
        this.note();
        this.open();
      };
    }
  }

  // Points of the learner's own: by clicking into the plane, or by their numbers.
  listenToPoints() {
    const change = async (name, given) => {
      this.begin();
      if (await this.ask(name, given)) this.note();
    };
    const label = () => Number(at("label").value);
    at("plane-picture").onclick = (event) => {
      if (!this.choice.own) return;
      const box = at("plane-picture").querySelector("svg").getBoundingClientRect();
      const across = (event.clientX - box.left) / box.width;
      change("network.add_at", { across, up: (box.bottom - event.clientY) / box.height, label: label() });
    };
    at("own").onsubmit = (event) => {
      event.preventDefault();
      change("network.add", { x: at("own-x").valueAsNumber, y: at("own-y").valueAsNumber, label: label() });
    };
    at("remove").onclick = () => change("network.remove");
  }

  // Ask Python, and show its answer; whether there was one, without a problem.
  async ask(name, given) {
    const mine = this.turn;
    try {
      const frame = await this.asker.ask(name, given);
      if (mine !== this.turn) return false;
      this.show(frame);
      return !frame.problem;
    } catch (error) {
      if (mine === this.turn) this.say(why(error), true);
      return false;
    }
  }

  show(frame) {
    if (frame.problem) this.say(frame.problem, true);
    if (frame.points) this.choice.points = frame.points;
    for (const part of ["plane", "curves", "network"]) if (part in frame) at(`${part}-picture`).innerHTML = frame[part];
    for (const part of ["counts", "program", "diagnosis"]) if (part in frame) at(part).textContent = frame[part];
    at("diagnosis").hidden = !frame.diagnosis; // one of an earlier state would mislead
    if (frame.texts) rows(at("numbers"), frame.texts);
    if (frame.layers) rows(at("layers"), frame.layers.map(({ name, texts, bar }) => [name, texts[0], meter(bar), texts[1]]));
  }

  begin() {
    this.turn += 1;
    this.pause();
    this.say("");
    at("diagnosis").hidden = true;
  }

  async open() {
    this.begin();
    at("own").hidden = !this.choice.own;
    at("plane-picture").classList.toggle("clickable", this.choice.own);
    const opened = await this.ask("network.open", { settings: { ...this.choice.settings(), points: this.choice.points } });
    for (const button of document.querySelectorAll("#training button")) button.disabled = false;
    return opened;
  }

  pause() {
    this.playing = null;
    at("play").textContent = "Play";
    at("play").setAttribute("aria-pressed", "false");
  }

  // While it plays, not every frame has numbers and pictures: those of the last step are asked for.
  stop() {
    if (!this.playing) return;
    this.pause();
    this.ask("network.look");
  }

  async play() {
    const loop = {};
    this.playing = loop;
    at("play").textContent = "Pause";
    at("play").setAttribute("aria-pressed", "true");
    while (this.playing === loop && (await this.ask("network.run", { seconds: 0.1 }))) await painted();
    if (this.playing === loop) this.stop();
  }

  async follow(now) {
    this.choice.follow(now);
    const opened = this.open();
    const mine = this.turn;
    if (!(await opened) && mine === this.turn) this.choice.points = []; // those of the address were refused
  }

  note() {
    this.choice.note();
  }

  leave() {
    this.stop();
  }
}

function meter(share) {
  const box = document.createElement("span");
  box.className = "meter";
  box.append(document.createElement("i"));
  box.firstChild.style.width = `${100 * share}%`;
  return box;
}

function rows(table, cells) {
  const line = ([name, ...values]) => {
    const made = document.createElement("tr");
    const head = made.appendChild(document.createElement("th"));
    head.scope = "row";
    head.append(name);
    for (const value of values) made.insertCell().append(value);
    return made;
  };
  table.tBodies[0].replaceChildren(...cells.map(line));
}
