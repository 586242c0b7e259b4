// The address of the page names the view and holds what is chosen in it.
import { at } from "./ask.mjs";

const last = {}; // what each view wrote or followed last

export const state = () => new URLSearchParams(location.hash.slice(1));

// Whether the address is what the view shows already, as when a reader goes back to it.
export const known = (view) => last[view] === location.hash;

export const followed = (view) => (last[view] = location.hash);

// A view that the reader has left meanwhile writes nothing.
export function note(now) {
  const view = now.get("view");
  if (at(view).hidden) return;
  history.replaceState(null, "", `#${now}`);
  followed(view);
}
