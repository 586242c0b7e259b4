// Formulas that Python marked with their LaTeX; KaTeX is loaded when the first is shown, or before.
import { importUnpacked } from "../python/boot.mjs";
import { painted } from "./ask.mjs";

const SLICE = 6; // milliseconds after which the page may draw what is there
const FONTS = /KaTeX_(Main"? normal|Math"? italic|Size[12]"? normal) (normal|400)/; // those of our formulas
let loading;

export function loadKatex() {
  loading ??= importUnpacked(new URL("katex.min.js", import.meta.url).href).catch((error) => {
    loading = undefined;
    throw error;
  });
  for (const face of document.fonts) {
    if (FONTS.test(`${face.family} ${face.style} ${face.weight}`)) face.load().catch(() => {}); // a page can do without
  }
  return loading;
}

export async function formulas(place) {
  const found = place.querySelectorAll("[data-latex]");
  if (!found.length) return;
  try {
    await loadKatex();
  } catch {
    for (const span of found) span.textContent = span.dataset.latex;
    return;
  }
  place.classList.add("growing"); // each slice is laid out before the next
  let since = performance.now();
  for (const span of found) {
    if (performance.now() - since > SLICE) {
      await painted();
      since = performance.now();
    }
    if (!span.isConnected) return; // another explanation has taken its place
    self.katex.render(span.dataset.latex, span, { displayMode: span.hasAttribute("data-display"), throwOnError: false });
  }
  await painted();
  if (found[0].isConnected) place.classList.remove("growing");
}
