// The picture in the stepper: that of autograd.draw, with what is known by now, the current step lit, zoom and pan.
// createPicture(sources, room, nodes, passes, jumpTo) shows the one of the <svg> elements `sources` that is largest in a
// page of the width `room`, and returns {element, buttons, render(state), zoom(by), showAll()}.

const SLICE = 60;                                          // parts of a large picture that appear at a time

function createPicture(sources, room, nodes, passes, jumpTo) {
  const viewBox = source => source.getAttribute("viewBox").split(" ").map(Number);
  const scale = ([, , width, height]) => Math.min((room || 1000) / width, 0.46 * innerHeight / height);
  const source = sources.reduce((best, other) => (scale(viewBox(other)) > scale(viewBox(best)) ? other : best));
  const [left, top, width, height] = viewBox(source);
  const svg = source.cloneNode(true), frame = element("div", {class: "picture"}, svg);
  const whole = {x: left, y: top, width, height}, tip = `tip-${Math.random().toString(36).slice(2)}`;
  const boxes = new Map(), signs = new Map(), arrows = new Map();
  let view = whole, followed = true, lastState = null;

  for (const name of ["class", "width", "height"]) svg.removeAttribute(name);
  svg.prepend(drawn("defs", {}, drawn("marker", {id: tip, class: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9,
    markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse"}, drawn("path", {d: "M0,0.5 L8,4 L0,7.5 z"}))));
  for (const group of svg.querySelectorAll("[data-node], [data-sign]")) {
    const {node, sign} = group.dataset, id = Number(node ?? sign), texts = [...group.querySelectorAll("text")];
    if (sign !== undefined) signs.set(id, group);
    else if (nodes[id].kind === "constant") boxes.set(id, {group});
    else boxes.set(id, {group, value: written(texts.at(nodes[id].changed ? -3 : -2)), gradient: written(texts.at(-1))});
    group.addEventListener("click", () => jumpTo(id));
  }
  for (const group of svg.querySelectorAll("[data-arrow]")) arrows.set(group.dataset.arrow, arrowIn(group));

  // The parts of a large picture appear in slices, so that the page answers meanwhile.
  const graph = svg.querySelector(".graph"), later = [...graph.children].slice(SLICE);
  for (const part of later) part.remove();
  if (later.length) requestAnimationFrame(grow);

  function grow() {
    graph.append(...later.splice(0, SLICE));
    if (later.length) requestAnimationFrame(grow);
    else if (lastState && followed) lookAt(lastState);
  }

  const zoomButton = (text, label, act) =>
    element("button", {type: "button", "aria-label": label, title: label, onclick: act}, text);
  const buttons = element("div", {class: "zoom", role: "group", "aria-label": "Picture"},
    zoomButton("+", "Zoom in", () => zoom(1.25)), zoomButton("−", "Zoom out", () => zoom(0.8)), zoomButton("Fit", "Show all", showAll));
  new ResizeObserver(() => { if (lastState && followed) lookAt(lastState); }).observe(svg);

  function written(text) {
    text.textContent = text.textContent.trim();           // the room around it was for longer numbers
    return {text, whole: text.textContent};
  }

  // A gradient flows against an arrow: then its tip is at its other end.
  function arrowIn(group) {
    const path = group.querySelector("path"), forwards = path.getAttribute("d");
    const numbers = text => text.match(/-?[\d.]+/g).map(Number);
    const at = numbers(group.querySelector("polygon").getAttribute("points")).slice(2, 4), ends = numbers(forwards);
    const apart = (x, y) => Math.hypot(at[0] - x, at[1] - y), atEnd = apart(...ends.slice(-2)) < apart(...ends.slice(0, 2));
    const backwards = atEnd ? `${forwards}L${at}` : `M${at}L${forwards.slice(1)}`;
    return {group, turn(back) {
      group.classList.toggle("back", back);
      path.setAttribute("d", back ? backwards : forwards);
      path.setAttribute(atEnd ? "marker-start" : "marker-end", back ? `url(#${tip})` : "none");
    }};
  }

  function render(state) {
    lastState = state;
    const {values, gradients, now, hidden, order, position} = state, forward = order === "forward";
    const origin = now ? now.node : position === 1 && !forward ? state.seed : null;
    const targets = new Set(now ? (forward ? now.operands : [now.operand]) : []);
    const done = new Set(forward ? [] : passes[order].steps.slice(0, Math.max(0, position - 1)).map(each => `${each.node}:${each.position}`));
    for (const [id, {group, value, gradient}] of boxes) {
      group.classList.toggle("source", id === origin);
      group.classList.toggle("target", targets.has(id));
      signs.get(id)?.classList.toggle("source", id === origin && Boolean(now));
      if (!value) continue;
      const asked = hidden && (forward ? id === origin : targets.has(id));
      value.text.textContent = values.has(id) ? value.whole : asked && forward ? "data ?" : "data";
      gradient.text.textContent = asked && !forward ? "grad ?" : gradients.has(id) ? `grad ${inPicture(gradients.get(id))}` : "grad";
      group.classList.toggle("wrong", state.isWrong(nodes[id]));
    }
    for (const [key, arrow] of arrows) {
      const lit = Boolean(now) && (forward ? key.startsWith(`${now.node}:`) : key === `${now.node}:` || key === `${now.node}:${now.position}`);
      const [node, place] = key.split(":");
      arrow.group.classList.toggle("lit", lit);
      arrow.group.classList.toggle("known", done.has(key) || (!forward && nodes[node].not_taken.map(String).includes(place)));
      arrow.turn(lit && !forward);
    }
    if (followed) lookAt(state);
    else if (!later.length) keepInView(state);
  }

  const frameOf = group => {
    const {x, y, width, height} = group.getBBox(), {e, f} = group.parentNode.transform.baseVal.consolidate().matrix;
    return {left: x + e, right: x + e + width, top: y + f, bottom: y + f + height};
  };
  const lit = state => {
    const shown = [...svg.querySelectorAll(".source, .target")];
    const now = (shown.length ? shown : [boxes.get(state.order === "forward" ? 0 : state.seed).group]).map(frameOf);
    return {left: Math.min(...now.map(b => b.left)), right: Math.max(...now.map(b => b.right)),
      top: Math.min(...now.map(b => b.top)), bottom: Math.max(...now.map(b => b.bottom))};
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
    const scale = Math.min(room.width / width, room.height / height);
    if (!room.width || later.length) return setView(whole);
    if (scale >= 0.72) return setView(around(whole.x + width / 2, whole.y + height / 2, room, Math.min(scale, 1.5)));
    const {left, right, top, bottom} = lit(state);
    const fitting = Math.min(room.width / (right - left + 30), room.height / (bottom - top + 30));
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
    setView(whole);
  }

  function zoom(by, at = {x: view.x + view.width / 2, y: view.y + view.height / 2}) {
    followed = false;
    const factor = Math.min(Math.max(view.width / by, 60), 8 * width + 800) / view.width;
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
