// The page: which of its two views is shown, and the state of Python.
import { followed, known, state } from "./address.mjs";
import { Asker, STARTING, at } from "./ask.mjs";
import { Expression } from "./expression.mjs";
import { Network } from "./network.mjs";

const views = { network: Network, expression: Expression };
const opened = {};
const status = at("status");
let python = ""; // what is said about Python while nothing else is said
const say = (text, bad = false) => {
  status.textContent = text || python;
  status.classList.toggle("bad", bad);
};
const waitFor = (ready) => {
  const now = (text) => {
    if (ready !== asker.ready) return; // it was stopped, and starts again
    const silent = status.textContent === python;
    python = text;
    if (silent) say("");
  };
  now(STARTING);
  ready.then(() => now(""), (error) => now(error.message));
};
const asker = new Asker({ onStart: waitFor });
waitFor(asker.ready);

function show() {
  const now = state();
  const view = now.get("view") === "expression" ? "expression" : "network";
  for (const name of Object.keys(views)) {
    at(name).hidden = name !== view;
    if (name !== view) opened[name]?.leave();
  }
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#view=${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // The links at the top name only the view: what was open in it stays, as it does when the reader goes back to it.
  const first = !opened[view];
  opened[view] ??= new views[view](asker, say);
  if (first || (now.size > 1 && !known(view))) {
    followed(view);
    opened[view].follow(now);
  } else opened[view].note();
}

addEventListener("hashchange", show);
show();
