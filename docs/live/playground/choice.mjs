// What a learner has chosen for a network: in the form, by a preset, or by the address.
import { note } from "./address.mjs";
import { at } from "./ask.mjs";

export class Choice {
  form = at("settings");
  presets = [...document.querySelectorAll(".presets button")];
  usual = this.settings();
  points = [];

  settings() {
    const given = {};
    for (const field of this.form.elements) {
      if (field.name) given[field.name] = field.type === "number" ? field.valueAsNumber : field.value;
    }
    return given;
  }

  get own() {
    return this.form.elements.data.value === "own points";
  }

  write(settings) {
    for (const [name, value] of Object.entries(settings)) this.form.elements[name].value = value;
  }

  settingsOf(preset) {
    return { ...this.usual, ...JSON.parse(preset.dataset.settings) };
  }

  take(preset) {
    this.points = [];
    this.write(this.settingsOf(preset));
    at("phenomenon").textContent = preset.dataset.says;
  }

  // The address holds what differs from the usual settings.
  note() {
    const now = new URLSearchParams({ view: "network" });
    for (const [name, value] of Object.entries(this.settings())) {
      if (String(value) !== String(this.usual[name])) now.set(name, value);
    }
    if (this.points.length) now.set("points", JSON.stringify(this.points));
    note(now);
  }

  follow(now) {
    const settings = { ...this.usual };
    for (const [name, value] of now) if (Object.hasOwn(settings, name)) settings[name] = value;
    try {
      this.points = JSON.parse(now.get("points") ?? "[]") ?? [];
    } catch {
      this.points = [];
    }
    this.write(settings);
    const chosen = JSON.stringify(this.settings());
    const preset = this.presets.find((each) => JSON.stringify(this.settingsOf(each)) === chosen);
    at("phenomenon").textContent = preset?.dataset.says ?? "";
  }
}
