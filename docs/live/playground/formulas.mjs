// Formulas that Python marked with their LaTeX; KaTeX is loaded when the first is shown.
export async function formulas(place) {
  const found = place.querySelectorAll("[data-latex]");
  if (!found.length) return;
  await import("./katex.min.js");
  for (const span of found) {
    self.katex.render(span.dataset.latex, span, { displayMode: span.hasAttribute("data-display"), throwOnError: false });
  }
}
