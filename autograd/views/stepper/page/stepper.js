// The stepper: a graph, and the passes through it one step at a time.  Read autograd/views/stepper/stepper.py first: it
// makes the data, whose numbers all come from autograd.trace.  Nothing here computes a gradient, and nothing is loaded.
//
// createStepper(root, data, changed) fills the element `root` and returns {show(order, position), state()}.

function createStepper(root, data, changed = () => {}) {
  const rows = table => table.rows.map(row => Object.fromEntries(row.map((cell, n) => [table.fields[n], cell])));
  const number = cell => Number(cell);                      // "NaN" and "Infinity" come as strings
  const nodes = rows(data.nodes);
  const passes = {
    forward: {steps: rows(data.forward).map((step, n) => ({...step, numbers: data.numbers[n]}))},
    topological: {steps: rows(data.topological)},
    naive: {steps: data.naive ? rows(data.naive) : []},
  };
  let order = data.order, position = 0, hidden = false, timer = null, score = {right: 0, asked: 0};

  // ------------------------------------------------------------------------------------------ what is known by now

  // A pass has position 0 (before it), for backward passes 1 (the seed, dL/dL = 1), then one for each step.
  const lead = () => (order === "forward" ? 0 : 1);
  const last = () => passes[order].steps.length + lead();
  const step = () => passes[order].steps[position - 1 - lead()];

  function known() {
    const values = new Map(), gradients = new Map();
    if (order === "forward") {
      for (const node of nodes) if (!node.operation) values.set(node.id, number(node.data));
      for (const done of passes.forward.steps.slice(0, position)) values.set(done.node, number(done.data));
      if (hidden && step()) values.delete(step().node);
    } else {
      for (const node of nodes) values.set(node.id, number(node.data));
      if (position > 0) gradients.set(data.output, 1);
      const done = passes[order].steps.slice(0, Math.max(0, position - 1 - (hidden ? 1 : 0)));
      for (const each of done) gradients.set(each.operand, number(each.after));
      // No gradient flows to what is behind branches that were not taken.
      if (position === last() && !hidden) for (const node of nodes) if (node.kind !== "constant" && !gradients.has(node.id)) gradients.set(node.id, 0);
    }
    return {values, gradients};
  }

  // ------------------------------------------------------------------------------------------------ moving about

  function show(newOrder, newPosition) {
    if (!passes[newOrder] || (newOrder === "naive" && !data.naive)) return;
    const moved = newOrder !== order || newPosition !== position;
    order = newOrder;
    position = Math.min(Math.max(0, Math.round(newPosition) || 0), last());
    hidden = Boolean(predict.checked && moved && step());
    render();
    changed(order, position);
  }

  const go = by => { pause(); show(order, position + by); };

  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  function togglePlay() {
    if (timer) return pause();
    if (position >= last()) show(order, 0);
    timer = setInterval(() => {
      if (position >= last() || hidden) return pause();
      show(order, position + 1);
    }, 1100);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
  }

  function keyPressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target.matches("input:not([type=range]):not([type=checkbox])")) return;
    if (event.key === " " && target.matches("button, summary, input")) return;
    const act = {
      ArrowRight: () => go(1), ArrowLeft: () => go(-1), Home: () => go(-Infinity), End: () => go(Infinity),
      " ": togglePlay, "+": () => picture?.zoom(1.25), "-": () => picture?.zoom(0.8), 0: () => picture?.showAll(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // ------------------------------------------------------------------------------------------------------ the page

  const play = element("button", {type: "button", class: "play", "aria-pressed": "false", onclick: togglePlay}, "Play");
  const button = (text, label, by, name) =>
    element("button", {type: "button", "aria-label": label, title: label, class: name, onclick: () => go(by)}, text);
  const slider = element("input", {type: "range", min: 0, "aria-label": "Step",
    oninput: () => { pause(); show(order, Number(slider.value)); }});
  const predict = element("input", {type: "checkbox", onchange: () => { score = {right: 0, asked: 0}; hidden = false; render(); }});
  const counter = element("span", {class: "counter"});
  const orders = element("div", {class: "orders", role: "group", "aria-label": "Which pass"},
    ...Object.entries(data.titles).map(([name, title]) => element("button", {
      type: "button", "data-order": name, onclick: () => { pause(); show(name, 0); },
      ...(name === "naive" && !data.naive ? {disabled: "", title: data.naiveRefused} : {}),
    }, title)));
  const theme = element("button", {type: "button", "aria-label": "Light or dark", title: "Light or dark", onclick: changeTheme}, "◐");
  const said = element("div", {class: "said", role: "status", "aria-live": "polite"});
  const question = element("form", {class: "question", hidden: "", onsubmit: check});
  const answer = element("input", {type: "text", inputmode: "text", autocomplete: "off", "aria-label": "Your answer"});
  const verdict = element("p", {class: "verdict", role: "status", "aria-live": "polite"});
  const cells = new Map();
  const details = nodeTable();
  const sources = data.alone ? picturesOnPage() : data.pictures.map(parsed);
  const picture = sources.length ? createPicture(sources, root.clientWidth, nodes, passes, jumpTo) : null;
  const figure = picture ? picture.element : element("p", {class: "refused"}, data.pictureRefused);

  root.classList.add("chalkgrad-stepper");
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", `Stepper for ${data.nodeName}: arrow keys step, space plays, home and end jump`);
  root.addEventListener("keydown", keyPressed);
  // On a page of its own the stepper takes the keys also when nothing has the focus yet.
  if (data.alone) document.addEventListener("keydown", event => event.target === document.body && keyPressed(event));
  root.replaceChildren(
    element("div", {class: "bar"}, orders, ...(picture ? [picture.buttons] : []),
      element("label", {class: "predict"}, predict, "Predict"), theme),
    ...(nodes.some(node => node.changed) ? [element("p", {class: "warning"},
      "Some data was changed since the forward pass, as the picture says: the partials are those of the forward pass.")] : []),
    figure,
    element("div", {class: "controls"}, button("|◀", "To the start", -Infinity, "first"), button("◀", "One step back", -1, "back"),
      play, button("▶", "One step forward", 1, "forward"), button("▶|", "To the end", Infinity, "last"), slider, counter),
    element("div", {class: "line"}, said, question, verdict),
    details,
  );
  question.replaceChildren(element("label", {}, "What comes out?", answer), element("button", {type: "submit"}, "Check"),
    element("button", {type: "button", class: "reveal", onclick: () => { score.asked++; reveal("Shown."); }}, "Show"));
  show(data.order, data.position);
  return {show, state: () => ({order, position, last: last()})};

  // A page has each picture once: one for paper, and perhaps one for the screen in a template.
  function picturesOnPage() {
    const places = [document.querySelector(".chalkgrad-paper .drawn"), document.querySelector("template").content];
    return places.map(place => place.querySelector("svg")).filter(Boolean);
  }

  function parsed(picture) {
    const template = element("template");
    template.innerHTML = picture;                           // Graphviz has escaped every label
    return template.content.querySelector("svg");
  }

  function changeTheme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }

  function jumpTo(id) {
    const steps = passes[order].steps;
    const field = order === "forward" ? "node" : "operand";
    const found = steps.map(each => each[field]).lastIndexOf(id);
    pause();
    show(order, found >= 0 ? found + 1 + lead() : lead());
  }

  function nodeTable() {
    const head = element("tr", {}, ...["Name", "How", "Value", "Gradient so far"].map(text => element("th", {scope: "col"}, text)));
    const how = new Map(passes.forward.steps.map(each => [each.node, each.formula]));
    const body = nodes.map(node => {
      const value = element("td", {class: "number"}), gradient = element("td", {class: "number"});
      cells.set(node.id, {value, gradient});
      const what = how.get(node.id) || (node.kind === "constant" ? "constant" : "given");
      const name = element("th", {scope: "row"}, node.label || node.name);
      return element("tr", {"data-node": node.id}, name, element("td", {}, what), value, gradient);
    });
    return element("details", {}, element("summary", {}, `All ${nodes.length} numbers`),
      element("div", {class: "scroll"}, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body))));
  }

  // ------------------------------------------------------------------------------------------------- one position

  function render() {
    const {values, gradients} = known();
    slider.max = last();
    slider.value = position;
    slider.setAttribute("aria-valuetext", `step ${position} of ${last()}`);
    counter.textContent = `${position} / ${last()}`;
    for (const choice of orders.children) choice.setAttribute("aria-pressed", String(choice.dataset.order === order));
    for (const node of nodes) {
      const {value, gradient} = cells.get(node.id);
      fill(value, values.get(node.id));
      fill(gradient, node.kind === "constant" ? undefined : gradients.get(node.id));
      gradient.classList.toggle("wrong", wrong(node, gradients));
    }
    const now = step();
    const state = {values, gradients, now, hidden, order, position, last: last(), seed: data.output,
      isWrong: node => wrong(node, gradients)};
    picture?.render(state);
    said.replaceChildren(...paragraphs());
    verdict.textContent = "";
    question.hidden = !hidden;
    answer.value = "";
    if (hidden && root.contains(document.activeElement)) answer.focus({preventScroll: true});
    else if (document.activeElement === answer) root.focus({preventScroll: true});
    root.dataset.order = order;
    root.dataset.position = position;
    root.dataset.last = last();
  }

  // A position has the number of a template and the values for its holes.  Each paragraph of a template is [kind, parts];
  // a part is a text, or [mark, text].  Python has written them, and says what a hole means: see sentences.py.
  function paragraphs() {
    const [template, ...values] = data.sentences[order].positions[position];
    const fill = text => text.replace(/\{(\d+)([af]?)\}/g, (_, n, form) => {
      const value = values[n], said = typeof value === "number" ? nodes[value].name : value;
      if (form === "a") return Object.hasOwn(data.inFormulas, said) ? data.inFormulas[said] : said;
      return form === "f" && said.startsWith("−") ? `(${said})` : said;
    });
    const shown = ([name, text]) => mark(name, hidden && (name === "result" || name === "after") ? "?" : fill(text));
    return data.sentences[order].templates[template].filter(([kind]) => !(hidden && kind === "ending"))
      .map(([kind, parts]) => element("p", {class: kind}, ...parts.map(part => (Array.isArray(part) ? shown(part) : fill(part)))));
  }

  function wrong(node, gradients) {
    return order === "naive" && position === last() && gradients.has(node.id) && gradients.get(node.id) !== number(node.gradient);
  }

  function fill(cell, value) {
    cell.textContent = value === undefined ? "" : inPicture(value);
    if (value === undefined) delete cell.dataset.exact;
    else cell.dataset.exact = String(value);
  }

  // ---------------------------------------------------------------------------------------------------- prediction

  function check(event) {
    event.preventDefault();
    const now = step(), given = Number(answer.value.trim().replace("−", "-").replace(",", "."));
    if (!now || answer.value.trim() === "") return;
    const right = number(order === "forward" ? now.data : now.contribution);
    score.asked++;
    if (close(given, right)) {
      score.right++;
      reveal("Right.");
    } else {
      verdict.className = "verdict no";
      verdict.textContent = `Not ${answer.value.trim()}. ${hint(given, now, right)}`;
      answer.select();
    }
  }

  function reveal(word) {
    hidden = false;
    render();
    verdict.className = "verdict yes";
    verdict.textContent = `${word} ${score.right} of ${score.asked} so far. Press → to go on.`;
    root.focus({preventScroll: true});
  }
}
