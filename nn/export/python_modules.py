"""How are the modules of images and sequences written in plain Python?  Read before: ``steps``. Read after: ``source``.

Each is a function of the generated file, on nested lists; only those that a model needs are written.
"""

from __future__ import annotations

from typing import Any

from nn.export.steps import Standard, geometry

FUNCTIONS = {
    "affine": """\
def affine(rows, biases, x):
    return [sum((w * v for w, v in zip(row, x)), bias) for row, bias in zip(rows, biases)]
""",
    "windows": """\
def windows(planes, size, stride, padding, fill):
    \"\"\"For each plane and each position the numbers in the window there.\"\"\"
    (height, width), (down, right), (rows, columns) = size, stride, padding
    blank, side = [fill] * (len(planes[0][0]) + 2 * columns), [fill] * columns
    planes = [[blank] * rows + [side + row + side for row in plane] + [blank] * rows for plane in planes]
    tops = range(0, len(planes[0]) - height + 1, down)
    lefts = range(0, len(planes[0][0]) - width + 1, right)
    return [
        [[[v for row in plane[i : i + height] for v in row[j : j + width]] for j in lefts] for i in tops]
        for plane in planes
    ]
""",
    "convolve": """\
def convolve(x, rows, biases, size, stride, padding):
    lines = list(zip(*windows(x, size, stride, padding, 0.0)))
    seen = [[[v for window in place for v in window] for place in zip(*line)] for line in lines]
    outputs = [[affine(rows, biases, window) for window in line] for line in seen]
    return [[[each[n] for each in line] for line in outputs] for n in range(len(rows))]
""",
    "largest": """\
def largest(window):
    found = window[0]
    for v in window:
        found = v if v > found or v != v else found
    return found
""",
    "pooled": """\
def pooled(x, of_window, size, stride, padding, fill):
    return [[[of_window(w) for w in line] for line in plane] for plane in windows(x, size, stride, padding, fill)]
""",
    "flat": """\
def flat(x):
    return [v for part in x for v in flat(part)] if isinstance(x, list) else [x]
""",
    "sigmoid": """\
def sigmoid(x):
    return exp(smaller(x, 0.0)) / (1.0 + exp(-fabs(x)))
""",
    "rnn": """\
def rnn(x, ih, hh, b_ih, b_hh, bend):
    h, states = [0.0] * len(hh[0]), []
    for element in x:
        h = [bend(a + b) for a, b in zip(affine(ih, b_ih, element), affine(hh, b_hh, h))]
        states.append(h)
    return states
""",
    "lstm": """\
def lstm(x, ih, hh, b_ih, b_hh):
    size, states = len(hh[0]), []
    h, cell = [0.0] * size, [0.0] * size
    for element in x:
        sums = [a + b for a, b in zip(affine(ih, b_ih, element), affine(hh, b_hh, h))]
        i, f, g, o = (sums[n * size : (n + 1) * size] for n in range(4))
        cell = [sigmoid(f[n]) * cell[n] + sigmoid(i[n]) * tanh(g[n]) for n in range(size)]
        h = [sigmoid(o[n]) * tanh(cell[n]) for n in range(size)]
        states.append(h)
    return states
""",
    "gru": """\
def gru(x, ih, hh, b_ih, b_hh):
    size, states = len(hh[0]), []
    h = [0.0] * size
    for element in x:
        a, b = affine(ih, b_ih, element), affine(hh, b_hh, h)
        for n in range(size):
            reset, keep = sigmoid(a[n] + b[n]), sigmoid(a[size + n] + b[size + n])
            h[n] = (1.0 - keep) * tanh(a[2 * size + n] + reset * b[2 * size + n]) + keep * h[n]
        states.append(h[:])
    return states
""",
    "attend": """\
def attend(x, rows, biases, output, output_biases, heads, causal):
    size, joined = len(x[0]), [[] for _ in x]
    width, vectors = size // heads, [affine(rows, biases, element) for element in x]
    for start in range(0, size, width):
        queries, keys, values = ([v[n + start : n + start + width] for v in vectors] for n in (0, size, 2 * size))
        for n, query in enumerate(queries):
            seen = keys[: n + 1] if causal else keys
            scores = [sum(a * b for a, b in zip(query, key)) / sqrt(width) for key in seen]
            shares = [exp(score - max(scores)) for score in scores]
            joined[n] += [sum(s * v[k] for s, v in zip(shares, values)) / sum(shares) for k in range(width)]
    return [affine(output, output_biases, row) for row in joined]
""",
}
"""The functions, each after those that it calls."""

NEEDS = {
    "convolve": ["affine", "windows"], "pooled": ["windows"], "rnn": ["affine"], "lstm": ["affine", "sigmoid"],
    "gru": ["affine", "sigmoid"], "attend": ["affine"],
}  # fmt: skip
"""Which functions call which others."""


def python_of(step: Standard) -> tuple[list[str], str]:
    """The functions that a module needs, and the expression of what it makes of ``x``."""
    kind, settings = step.kind, step.settings
    rows = [entry[0] if "bias" in name else entry for name, entry in step.numbers.items()]
    arrays = ", ".join(map(repr, rows))
    if kind == "RMSNorm":
        size, epsilon, (scale,) = settings["size"], settings["epsilon"], step.numbers["weight"]
        root = f"sqrt(sum(v * v for v in x) / {size} + {epsilon!r})"
        return [], f"[v / root * s for root in [{root}] for v, s in zip(x, {scale!r})]"
    if kind == "Conv1d":
        sizes = ", ".join(f"({first}, {size})" for first, size in zip((1, 1, 0), geometry(settings), strict=True))
        return ["convolve"], f"[rows[0] for rows in convolve([[channel] for channel in x], {arrays}, {sizes})]"
    if kind == "Conv2d":
        return ["convolve"], f"convolve(x, {arrays}, {_pairs(settings)})"
    if kind == "MaxPool2d":
        return ["pooled", "largest"], f"pooled(x, largest, {_pairs(settings)}, -1e999)"
    if kind == "AvgPool2d":
        return ["pooled"], f"pooled(x, lambda window: sum(window) / len(window), {_pairs(settings)}, 0.0)"
    if kind == "Flatten":
        return ["flat"], "flat(x)"
    if kind == "Last":
        return [], "x[-1]"
    if kind == "MultiHeadAttention":
        return ["attend"], f"attend(x, {arrays}, {settings['num_heads']}, {settings['causal']})"
    bend = {"tanh": ", tanh", "relu": ", lambda v: larger(v, 0.0)"}.get(settings.get("nonlinearity", ""), "")
    return [kind.lower()], f"{kind.lower()}(x, {arrays}{bend})"


def _pairs(settings: dict[str, Any]) -> str:
    return ", ".join(str(tuple(entry)) for entry in geometry(settings))


def functions(names: list[str]) -> str:
    """The text of these functions and of those that they call, each once."""
    wanted = {*names, *(other for name in names for other in NEEDS.get(name, []))}
    return "".join(f"\n\n{text}" for name, text in FUNCTIONS.items() if name in wanted)
