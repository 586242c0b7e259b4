// The page: which of its two views is shown, and the state of Python.
import { Asker, STARTING, at } from "./ask.mjs";
import { Expression } from "./expression.mjs";
import { Network } from "./network.mjs";

const views = { network: Network, expression: Expression };
const opened = {};
const status = at("status");
const say = (text, bad = false) => {
  status.textContent = text;
  status.classList.toggle("bad", bad);
};
const waitFor = (ready) => {
  say(STARTING);
  return ready.then(() => say(""), (error) => say(`Python did not start: ${error.message}`, true));
};
const asker = new Asker({ onStart: waitFor });
waitFor(asker.ready);

const state = () => new URLSearchParams(location.hash.slice(1));

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
  // The links at the top name only the view: what was open in it stays.
  const first = !opened[view];
  opened[view] ??= new views[view](asker, say);
  if (first || now.size > 1) opened[view].follow(now);
  else opened[view].note();
}

addEventListener("hashchange", show);
show();
