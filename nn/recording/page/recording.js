// Scrub through a training: one snapshot at a time.  Read nn/recording/recording.py first, which makes the data.

function showRecording(root, data) {
  const snapshots = data.snapshots, palette = [[47, 109, 181], [209, 96, 61], [79, 157, 105], [142, 99, 169], [201, 162, 39], [95, 107, 115]];
  let position = snapshots.length - 1, timer = null;

  const make = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes))
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const drawn = (name, attributes = {}, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  };
  const note = text => make("figcaption", {}, text);
  const number = value => (value === null ? "not finite" : String(Number(value.toPrecision(4))).replaceAll("-", "−"));

  // ---------------------------------------------------------------------------------------------------- the controls

  const button = (text, label, act) => make("button", {type: "button", "aria-label": label, title: label, onclick: act}, text);
  const move = by => { pause(); show(position + by); };
  const play = make("button", {type: "button", class: "play", title: "Play", "aria-pressed": "false", onclick: togglePlay}, "Play");
  const slider = make("input", {type: "range", min: 0, max: snapshots.length - 1, "aria-label": "Snapshot",
    oninput: () => { pause(); show(Number(slider.value)); }});
  const numbers = make("p", {class: "numbers", role: "status", "aria-live": "polite"});

  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
    numbers.setAttribute("aria-live", "polite");
  }

  function togglePlay() {
    if (timer) return pause();
    if (position === snapshots.length - 1) show(0);
    timer = setInterval(() => (position < snapshots.length - 1 ? show(position + 1) : pause()), 150);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    numbers.setAttribute("aria-live", "off");   // too fast for a screen reader
  }

  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "A training: arrow keys step, space plays, home and end jump");
  document.addEventListener("keydown", event => {
    if (event.target !== document.body && !root.contains(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.matches("button"))) return;
    const act = {ArrowRight: () => move(1), ArrowLeft: () => move(-1), Home: () => move(-Infinity), End: () => move(Infinity), " ": togglePlay}[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // ------------------------------------------------------------------------------------------------------ the panels

  const boundary = make("canvas", {width: 500, height: 400, role: "img"});
  const chart = drawn("svg", {viewBox: "0 0 500 400", role: "img", "aria-label": "Loss over the epochs"});
  const cursor = drawn("line", {class: "now", y1: 15, y2: 355});
  drawLoss();
  const strips = data.layers.map(layer => ({layer, weights: make("canvas", {role: "img"}), gradients: make("canvas", {role: "img"})}));
  root.replaceChildren(
    make("div", {class: "controls"}, button("|◀", "To the start", () => move(-Infinity)), button("◀", "One snapshot back", () => move(-1)), play,
      button("▶", "One snapshot on", () => move(1)), button("▶|", "To the end", () => move(Infinity)), slider),
    numbers,
    make("div", {class: "panels"},
      ...(data.corners.length ? [make("figure", {class: "boundary"}, plane(), note("The class that the model predicts at each point, and the samples"))] : []),
      make("figure", {class: "loss"}, chart, note("Loss" + (data.history.validation_loss ? "; dashed: on held-back data" : "")))),
    make("p", {class: "key"}, `One row per neuron${data.layers.every(layer => layer.rows.every(row => data.names[row.at(-1)].endsWith("bias"))) ? ", its bias last" : ""}. `, make("b", {class: "above"}, "Orange"), ": above 0; ",
      make("b", {class: "below"}, "blue"), ": below 0; darker means larger."),
    make("div", {class: "layers"}, ...strips.map(({layer, weights, gradients}) => make("div", {class: "pair"},
      make("figure", {}, note(`${layer.name}: weights`), weights, columnNames(layer)),
      make("figure", {}, note(`${layer.name}: gradients`), gradients, columnNames(layer))))),
  );
  const highest = {weights: extreme("weights"), gradients: extreme("gradients")};
  show(0);

  // The plane of the two features, with round numbers along both axes and their names.
  function plane() {
    const axis = (side, [low, high], name) => make("div", {class: `axis ${side}`},
      ...ticks(low, high, false).map(value => make("span", {style: `${side === "across" ? "left" : "bottom"}:${100 * (value - low) / (high - low)}%`}, number(value))),
      make("b", {}, name));
    return make("div", {class: "plane"}, axis("up", data.corners[1], "second feature"), boundary, axis("across", data.corners[0], "first feature"));
  }

  // Below a table of weights: which parameter each column is, such as weights.0 or bias; of many, the first and the last.
  function columnNames(layer) {
    const longest = layer.rows.reduce((most, row) => (row.length > most.length ? row : most));
    const names = longest.map(n => data.names[n].split(".").slice(/^\d+$/.test(data.names[n].split(".").at(-1)) ? -2 : -1).join("."));
    const few = names.length <= 6;
    return make("div", {class: few ? "columns each" : "columns"}, ...(few ? names : [names[0], "…", ...names.slice(-2)]).map(name => make("span", {}, name)));
  }

  function extreme(what) {
    let most = 0;
    for (const snapshot of snapshots) for (const value of snapshot[what]) most = Math.max(most, Math.abs(value ?? 0));
    return most || 1;
  }

  function show(next) {
    position = Math.min(Math.max(0, next), snapshots.length - 1);
    const snapshot = snapshots[position];
    slider.value = position;
    slider.setAttribute("aria-valuetext", `epoch ${snapshot.epoch}`);
    const named = Object.entries(snapshot.numbers).filter(([name]) => name !== "seconds");
    numbers.replaceChildren(make("b", {}, `epoch ${snapshot.epoch}`),
      ...named.map(([name, value]) => make("span", {}, `${name.replaceAll("_", " ")} ${number(value)}`)));
    if (snapshot.boundary) drawBoundary(snapshot);
    const x = placeOf(snapshot.epoch);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    for (const {layer, weights, gradients} of strips) {
      drawStrip(weights, layer, snapshot.weights, highest.weights, "weights");
      drawStrip(gradients, layer, snapshot.gradients, highest.gradients, "gradients");
    }
    root.dataset.position = position;
    root.dataset.epoch = snapshot.epoch;
  }

  function drawBoundary(snapshot) {
    const {width, height} = boundary, pen = boundary.getContext("2d"), image = pen.createImageData(width, height);
    for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at += 4) {
      const [r, g, b] = between(snapshot.boundary, x / (width - 1), 1 - y / (height - 1));
      image.data.set([r, g, b, 255], at);
    }
    pen.putImageData(image, 0, 0);
    const [[left, right], [low, high]] = data.corners;
    for (const [x, y, label] of data.points) {
      pen.beginPath();
      pen.arc((x - left) / (right - left) * boundary.width, (high - y) / (high - low) * boundary.height, 4, 0, 7);
      pen.fillStyle = `rgb(${palette[label % palette.length]})`;
      pen.strokeStyle = "white";
      pen.fill();
      pen.stroke();
    }
    boundary.setAttribute("aria-label", `Decision boundary after epoch ${snapshot.epoch}`);
  }

  function colourOf(value) {
    if (value === null) return [120, 120, 120];
    return mixed(palette[value > 0 ? 1 : 0], 0.15 + 0.5 * Math.abs(value));
  }

  function mixed(colour, strength) {
    return colour.map(part => 255 - strength * (255 - part));
  }

  // The colour between the grid's points. Of two classes the interpolated score decides; of more, the class with the highest interpolated lead wins,
  // if it wins at a corner: the rule of nn/regions.py.
  function between(values, across, up) {
    const size = data.resolution, column = Math.min(size - 2, Math.floor(across * (size - 1))), row = Math.min(size - 2, Math.floor(up * (size - 1)));
    const right = across * (size - 1) - column, above = up * (size - 1) - row, first = row * size + column;
    const corners = [first, first + 1, first + size, first + size + 1];
    const shares = [(1 - right) * (1 - above), right * (1 - above), (1 - right) * above, right * above];
    const interpolated = numbers => corners.reduce((sum, corner, n) => sum + shares[n] * numbers[corner], 0);
    if (!data.manyClasses) return colourOf(corners.some(corner => values[corner] === null) ? null : interpolated(values));
    if (corners.some(corner => values[0][corner] === null)) return [120, 120, 120];
    const leads = values.map(lead => corners.some(corner => lead[corner] >= 0) ? interpolated(lead) : -Infinity);
    return mixed(palette[leads.indexOf(Math.max(...leads)) % palette.length], 0.45);
  }

  function placeOf(epoch) {
    return 60 + 430 * (epoch - 1) / Math.max(1, data.history.loss.length - 1);
  }

  function drawLoss() {
    const lines = [["loss", "training"], ["validation_loss", "held"]].filter(([name]) => data.history[name]);
    const every = lines.flatMap(([name]) => data.history[name]).filter(value => value !== null);
    const logarithmic = Math.min(...every) > 0 && Math.max(...every) / Math.min(...every) > 20;
    const scale = value => (logarithmic ? Math.log10(value) : value);
    const [low, high] = [scale(Math.min(...every)), scale(Math.max(...every))];
    const heightOf = value => 355 - 340 * (scale(value) - low) / (high - low || 1);
    for (const [name, kind] of lines) {
      const path = data.history[name].map((value, n) => (value === null ? "" : `${n ? "L" : "M"}${placeOf(n + 1)},${heightOf(value)}`)).join("");
      chart.append(drawn("path", {d: path, class: kind}));
    }
    for (const value of ticks(Math.min(...every), Math.max(...every), logarithmic)) {
      chart.prepend(drawn("line", {class: "grid", x1: 60, x2: 490, y1: heightOf(value), y2: heightOf(value)}));
      chart.append(drawn("text", {x: 54, y: heightOf(value) + 4, "text-anchor": "end"}, number(value)));
    }
    const epochs = data.history.loss.length;
    for (const epoch of new Set([1, ...ticks(1, epochs, false).filter(each => Number.isInteger(each) && each > 0.08 * epochs && each < 0.92 * epochs), epochs]))
      chart.append(drawn("text", {x: placeOf(epoch), y: 373, "text-anchor": "middle"}, String(epoch)));
    chart.append(drawn("text", {x: 275, y: 394, "text-anchor": "middle"}, logarithmic ? "epoch (loss on a logarithmic scale)" : "epoch"), cursor);
    chart.append(drawn("text", {x: 64, y: 12}, "loss"));
  }

  // Round numbers from low to high: 1, 2 or 5 times a power of ten apart, or on a logarithmic scale those themselves.
  function ticks(low, high, logarithmic) {
    if (!(high > low)) return [low];
    const found = [], power = 10 ** Math.floor(Math.log10(logarithmic ? low : (high - low) / 4));
    const round = value => Number(value.toPrecision(12));
    if (logarithmic) {
      const steps = high / low > 1000 ? [1] : [1, 2, 5];
      for (let ten = power; ten <= high; ten *= 10) for (const step of steps) if (step * ten >= low && step * ten <= high) found.push(round(step * ten));
      return found;
    }
    const step = power * [1, 2, 5, 10].find(each => (high - low) / (each * power) <= 5);
    for (let n = Math.ceil(low / step); n * step <= high; n++) found.push(round(n * step));
    return found;
  }

  function drawStrip(canvas, layer, values, most, what) {
    const columns = Math.max(...layer.rows.map(row => row.length));
    canvas.width = columns;
    canvas.height = layer.rows.length;
    canvas.style.aspectRatio = `${columns} / ${Math.min(layer.rows.length, columns)}`;
    const image = new ImageData(columns, layer.rows.length);
    layer.rows.forEach((row, y) => row.forEach((parameter, x) => {
      const value = values[parameter], strength = Math.sqrt(Math.abs(value ?? 0) / most), at = 4 * (y * columns + x);
      const colour = value === null ? [120, 120, 120] : palette[value > 0 ? 1 : 0];
      for (let c = 0; c < 3; c++) image.data[at + c] = 255 - strength * (255 - colour[c]);
      image.data[at + 3] = 255;
    }));
    canvas.getContext("2d").putImageData(image, 0, 0);
    const mine = layer.rows.flat().map(n => Math.abs(values[n] ?? 0));
    canvas.setAttribute("aria-label", `${what} of ${layer.name}: largest ${number(Math.max(...mine))}`);
    canvas.title = canvas.getAttribute("aria-label");
  }
}
