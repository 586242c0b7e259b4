// The picture of a graph in the page: of one that is there already only what differs is changed, and a large one appears
// in slices, so that the page answers meanwhile.
const SLICE = 60; // parts
let turn = 0;

export function drawGraph(place, svg) {
  const template = document.createElement("template");
  template.innerHTML = svg; // Graphviz has escaped every label
  const made = template.content.firstElementChild;
  const mine = ++turn;
  if (place.firstElementChild && became(place.firstElementChild, made)) return;
  const graph = made.querySelector(".graph") ?? made;
  const later = [...graph.childNodes].slice(SLICE);
  for (const part of later) part.remove();
  place.replaceChildren(made);
  const grow = () => {
    if (mine !== turn) return; // another graph has taken its place
    graph.append(...later.splice(0, SLICE));
    if (later.length) requestAnimationFrame(grow);
  };
  if (later.length) requestAnimationFrame(grow);
}

// Make an element, and all in it, the same as another; false if they are not built alike.
function became(old, made) {
  if (old.nodeName !== made.nodeName || old.childNodes.length !== made.childNodes.length) return false;
  if (old.nodeValue !== made.nodeValue) old.nodeValue = made.nodeValue;
  if (old.attributes?.length !== made.attributes?.length) return false;
  for (const { name, value } of made.attributes ?? []) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  let other = made.firstChild;
  for (let child = old.firstChild; child; child = child.nextSibling, other = other.nextSibling) if (!became(child, other)) return false;
  return true;
}
