// Formulas that Python marked with their LaTeX; KaTeX is loaded when the first is shown.
import { importUnpacked } from "../python/boot.mjs";

export async function formulas(place) {
  const found = place.querySelectorAll("[data-latex]");
  if (!found.length) return;
  await importUnpacked(new URL("katex.min.js", import.meta.url).href);
  for (const span of found) {
    self.katex.render(span.dataset.latex, span, { displayMode: span.hasAttribute("data-display"), throwOnError: false });
  }
}
