// The variables of an expression: for each a slider, a field for the exact number, and its gradient.
export class Sliders {
  // `change(name, text)` is called for each new number.
  constructor(place, change) {
    this.place = place;
    this.change = change;
    this.clear();
  }

  clear() {
    this.rows = new Map();
  }

  show(leaves) {
    if (leaves.map((leaf) => leaf.name).join() !== [...this.rows.keys()].join()) {
      this.rows = new Map(leaves.map((leaf) => [leaf.name, row(leaf, this.change)]));
      this.place.replaceChildren(...[...this.rows.values()].map(({ box }) => box));
    }
    for (const leaf of leaves) this.rows.get(leaf.name).show(leaf);
  }
}

function row({ name, text }, change) {
  const [box, label, slider, exact, told] = ["div", "label", "input", "input", "output"].map((tag) => document.createElement(tag));
  box.className = "leaf";
  box.append(label, slider, exact, told);
  label.textContent = name;
  label.htmlFor = slider.id = `slider-${name}`;
  slider.type = "range";
  told.id = `${slider.id}-gradient`;
  told.ariaLive = "off"; // the result is announced
  slider.setAttribute("aria-describedby", told.id);
  Object.assign(exact, { value: text, inputMode: "decimal", ariaLabel: `${name}, exactly` });
  const linked = (from, to) => () => change(name, (to.value = from.value));
  slider.oninput = linked(slider, exact);
  exact.onchange = linked(exact, slider);
  return { box, show };

  function show({ says, gradient, text: value, range: [min, max, step] }) {
    told.textContent = says;
    told.dataset.gradient = gradient;
    // The slider becomes longer for a number beyond its end, and never shorter, so that it stays under the finger.
    if (slider.max === "" || max > slider.max) Object.assign(slider, { min, max, step, value });
  }
}
