// The picture in the stepper: boxes and arrows at the positions that Graphviz computed, with zoom and pan.
// createPicture(data, nodes, passes, jumpTo) returns {element, buttons, render(state), zoom(by), showAll()}.

function createPicture(data, nodes, passes, jumpTo) {
  const {width, height, boxes, arrows} = data.layout;
  const margin = 12, tip = `tip-${Math.random().toString(36).slice(2)}`, boxOf = new Map(), arrowOf = new Map();
  let view = {x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin}, followed = true;

  const layer = drawn("g");
  const svg = drawn("svg", {role: "img", "aria-label": summary(), preserveAspectRatio: "xMidYMid meet"},
    drawn("defs", {}, ...["plain", "lit"].map(kind => drawn("marker", {id: `${tip}-${kind}`, class: `tip ${kind}`, viewBox: "0 0 8 8",
      refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse"},
      drawn("path", {d: "M0,0.5 L8,4 L0,7.5 z"})))), layer);
  const zoomButton = (text, label, act) =>
    element("button", {type: "button", "aria-label": label, title: label, onclick: act}, text);
  const frame = element("div", {class: "picture"}, svg);
  const buttons = element("div", {class: "zoom", role: "group", "aria-label": "Picture"},
    zoomButton("+", "Zoom in", () => zoom(1.25)), zoomButton("−", "Zoom out", () => zoom(0.8)), zoomButton("Fit", "Show all", showAll));

  for (const [node, place, path] of arrows) {
    const arrow = drawn("path", {d: path, class: nodes[node].not_taken.includes(place) ? "arrow untaken" : "arrow"});
    arrowOf.set(`${node}:${place}`, arrow);
    layer.append(arrow);
  }
  for (const node of nodes) {
    const box = drawBox(node, ...boxes[node.id]);
    boxOf.set(node.id, box);
    layer.append(box.group);
  }
  let lastState = null;
  new ResizeObserver(() => { fitNames(); if (lastState && followed) lookAt(lastState); }).observe(svg);

  function summary() {
    const operations = passes.forward.steps.length;
    return `Graph of ${data.nodeName}: ${nodes.length} numbers, ${operations} operations; the table below lists them all.`;
  }

  function drawBox(node, x, y, boxWidth, boxHeight) {
    const circle = node.operation ? 13 : 0, left = x - boxWidth / 2 + circle, top = y - boxHeight / 2;
    const text = (name, content, dy) => drawn("text", {class: name, x: left + 8 + (circle ? 8 : 0), y: top + dy}, content);
    const group = drawn("g", {class: `node ${node.kind}${node.changed ? " changed" : ""}`, "data-node": node.id, onclick: () => jumpTo(node.id)},
      drawn("title", {}, `${node.label || node.name}${node.operation ? `: ${node.operation}` : ""}`),
      drawn("rect", {x: left, y: top, width: boxWidth - circle, height: boxHeight, rx: 5}));
    if (node.kind === "constant") {
      const number = drawn("text", {class: "data", x: x, y: y + 4, "text-anchor": "middle"}, inPicture(Number(node.data)));
      group.append(number);
      return {group, fixed: [[number, boxWidth - 8]]};
    }
    const sign = drawn("text", {class: node.sign.length > 2 ? "sign small" : "sign", x: left, y: y + 4, "text-anchor": "middle"}, cut(node.sign, 5));
    if (circle) group.append(drawn("circle", {cx: left, cy: y, r: circle}), sign);
    const name = text("name", cut(node.name, circle ? 10 : 12), 15), value = text("data", "", 32), gradient = text("grad", "", 48);
    const room = boxWidth - (circle ? 2 * circle + 9 : 14);
    group.append(name, value, gradient);
    return {group, value, gradient, room, fixed: [[name, room], [sign, 2 * circle - 3]]};
  }

  // A long number, or a name of wide letters, is drawn narrower, so that it stays in its box.
  function fit(text, room) {
    text.removeAttribute("textLength");
    if (text.textContent.length < 4 || text.getComputedTextLength() <= room) return;
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  let fitted = false;
  function fitNames() {
    if (fitted || !svg.getBoundingClientRect().width) return;   // not on the screen yet
    fitted = true;
    for (const {fixed} of boxOf.values()) for (const [text, room] of fixed) fit(text, room);
  }

  function render(state) {
    lastState = state;
    fitNames();
    const {values, gradients, now, hidden, order} = state;
    const source = now ? now.node : state.position === 1 && order !== "forward" ? state.seed : null;
    const target = now && order !== "forward" ? now.operand : null;
    const operands = new Set(now && order === "forward" ? now.operands : []);
    for (const node of nodes) {
      const {group, value, gradient, room} = boxOf.get(node.id);
      group.classList.toggle("source", node.id === source);
      group.classList.toggle("target", node.id === target || operands.has(node.id));
      if (!value) continue;
      value.textContent = values.has(node.id) ? `data ${inPicture(values.get(node.id))}` : hidden && node.id === source ? "data ?" : "data";
      gradient.textContent = order === "forward" ? "" : gradients.has(node.id) || (hidden && node.id === target)
        ? `grad ${hidden && node.id === target ? "?" : inPicture(gradients.get(node.id))}` : "grad";
      for (const number of [value, gradient]) if (number.textContent.length > 12) fit(number, room);
        else number.removeAttribute("textLength");
      group.classList.toggle("known", order === "forward" ? values.has(node.id) : gradients.has(node.id));
      group.classList.toggle("wrong", state.isWrong(node));
    }
    for (const [key, arrow] of arrowOf) {
      const lit = now && (order === "forward" ? key.startsWith(`${now.node}:`) : key === `${now.node}:${now.position}`);
      arrow.classList.toggle("lit", Boolean(lit));
      arrow.setAttribute(order === "forward" || !lit ? "marker-end" : "marker-start", `url(#${tip}-${lit ? "lit" : "plain"})`);
      arrow.removeAttribute(order === "forward" || !lit ? "marker-start" : "marker-end");
    }
    if (followed) lookAt(state);
    else keepInView(state);
  }

  const lit = state => {
    const shown = [...layer.querySelectorAll(".source, .target")].map(group => boxes[group.dataset.node]);
    const now = shown.length ? shown : [boxes[state.order === "forward" ? 0 : state.seed]];
    return {left: Math.min(...now.map(b => b[0] - b[2] / 2)), right: Math.max(...now.map(b => b[0] + b[2] / 2)),
      top: Math.min(...now.map(b => b[1] - b[3] / 2)), bottom: Math.max(...now.map(b => b[1] + b[3] / 2))};
  };

  // After a zoom or a pan the view stays, as long as the current step is in it.
  function keepInView(state) {
    const {left, right, top, bottom} = lit(state);
    if (left < view.x || right > view.x + view.width) setView({...view, x: (left + right - view.width) / 2});
    if (top < view.y || bottom > view.y + view.height) setView({...view, y: (top + bottom - view.height) / 2});
  }

  // Show the whole graph where its text stays readable; otherwise the current step, as large as it can be read.
  function lookAt(state) {
    const room = svg.getBoundingClientRect();
    const whole = {x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin};
    const scale = Math.min(room.width / whole.width, room.height / whole.height);
    if (!room.width) return setView(whole);
    if (scale >= 0.72) return setView(around(width / 2, height / 2, room, Math.min(scale, 1.5)));
    const {left, right, top, bottom} = lit(state);
    const fitting = Math.min(room.width / (right - left + 40), room.height / (bottom - top + 40));
    const next = around((left + right) / 2, (top + bottom) / 2, room, Math.max(scale, Math.min(0.9, Math.max(0.5, fitting))));
    const within = (start, size, lowest, length) =>
      size >= length ? lowest + (length - size) / 2 : Math.min(Math.max(start, lowest), lowest + length - size);
    return setView({...next, x: within(next.x, next.width, whole.x, whole.width), y: within(next.y, next.height, whole.y, whole.height)});
  }

  function around(x, y, room, scale) {
    const [wide, high] = [room.width / scale, room.height / scale];
    return {x: x - wide / 2, y: y - high / 2, width: wide, height: high};
  }

  function setView(next) {
    view = next;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  }

  function showAll() {
    followed = false;
    setView({x: -margin, y: -margin, width: width + 2 * margin, height: height + 2 * margin});
  }

  function zoom(by, at = {x: view.x + view.width / 2, y: view.y + view.height / 2}) {
    followed = false;
    const factor = Math.min(Math.max(view.width / by, 60), 8 * (width + 2 * margin) + 800) / view.width;
    setView({x: at.x - (at.x - view.x) * factor, y: at.y - (at.y - view.y) * factor,
      width: view.width * factor, height: view.height * factor});
  }

  // ----------------------------------------------------------------------------------- one finger pans, two zoom

  const fingers = new Map();
  const inGraph = (x, y) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
  svg.addEventListener("pointerdown", event => fingers.set(event.pointerId, {x: event.clientX, y: event.clientY}));
  svg.addEventListener("pointermove", event => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    if (Math.hypot(event.clientX - before.x, event.clientY - before.y) < 3 && !svg.hasPointerCapture(event.pointerId)) return;
    svg.setPointerCapture(event.pointerId);       // only now: a mere click must reach its node
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    const from = inGraph(before.x, before.y), to = inGraph(event.clientX, event.clientY);
    fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    followed = false;
    if (other) {
      const apart = finger => Math.hypot(finger.x - other.x, finger.y - other.y);
      zoom(apart({x: event.clientX, y: event.clientY}) / Math.max(1, apart(before)), inGraph(other.x, other.y));
    } else setView({...view, x: view.x - (to.x - from.x), y: view.y - (to.y - from.y)});
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, event => fingers.delete(event.pointerId));
  svg.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;   // the plain wheel scrolls the page
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), inGraph(event.clientX, event.clientY));
  }, {passive: false});

  return {element: frame, buttons, render, zoom, showAll};
}
