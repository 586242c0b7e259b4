// How numbers are written and compared, and how elements of the page are made.  Read stepper.js after this.

function close(given, right) {
  if (given === right || (Number.isNaN(given) && Number.isNaN(right))) return true;
  return Math.abs(given - right) <= Math.max(0.01 * Math.abs(right), 1e-9);
}

// The likely mistake in a learner's answer.
function hint(given, now, right) {
  if (Number.isNaN(given)) return "Please enter a number, such as −0.25.";
  if (close(given, -right)) return "Look at the sign once more.";
  if (now.numbers) return `Put the numbers in: ${now.numbers}.`;
  const [incoming, partial, after] = [now.incoming, now.partial, now.after].map(Number);
  if (close(given, after)) return "That is the new running sum; the answer is what this step adds to it.";
  if (close(given, incoming + partial)) return "The chain rule multiplies the two, it does not add them.";
  if (close(given, partial)) return "That is the local partial alone; multiply it by the incoming gradient.";
  if (close(given, incoming)) return "That is the incoming gradient alone; multiply it by the local partial.";
  return "Multiply the incoming gradient by the local partial.";
}

// As number_text in symbolic/printing.py: four decimals, or an exponent for large and small numbers.
function format(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const digits = Math.abs(value) >= 1 ? 5 : 4, exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -5 && exponent < digits) return String(Number(value.toPrecision(digits)));
  return value.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
}

// As number_drawn in symbolic/printing.py: with a true minus sign, and -0 as such.
const inPicture = value => (Object.is(value, -0) ? "−0" : format(value).replaceAll("-", "−"));

const mark = (name, text) => element("span", {class: name}, text);

function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
