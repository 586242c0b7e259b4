"""What do the pictures of the playground look like?  Each is one SVG: the plane, the network, the curves.

Their colours follow the page: ink is `currentColor`, classes have the colours of the library's plots.
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.symbolic.printing import count
from nn.plotting.regions import COLOURS

SIDE = 300.0
"""The width and height of the plane in its own units."""
MAX_WIRES = 400


def plane(values: Sequence[float], ranges: Sequence[tuple[float, float]], samples: Any, held: Any) -> str:
    """The plane: how certain the model is of each class (from -1 to 1, row by row, the lowest first), and the samples.

    Filled circles are training data, rings are held back.
    """
    side = math.isqrt(len(values))
    colours = [rgb(COLOURS[0]), rgb(COLOURS[1])]
    pixels = [(*colours[value > 0], round(min(1.0, abs(value)) * 130 + 12)) for value in values]
    rows = [pixels[k * side : (k + 1) * side] for k in reversed(range(side))]
    half = SIDE / (side - 1) / 2 if side > 1 else 0.0  # the centres of the outer pixels are on the border
    image = (
        f'<image x="{-half:.1f}" y="{-half:.1f}" width="{SIDE + 2 * half:.1f}" height="{SIDE + 2 * half:.1f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{png(rows)}"/>'
    )
    dots = []
    for filled, points in ((False, held), (True, samples)):
        for (x, y), label in points:
            (left, right), (low, high) = ranges
            cx, cy = SIDE * (x - left) / (right - left), SIDE * (high - y) / (high - low)
            colour = COLOURS[label]
            look = f'fill="{colour}" stroke="white"' if filled else f'fill="white" stroke="{colour}"'
            dots.append(
                f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="4" {look}/>'
                if label
                else f'<rect x="{cx - 3.5:.1f}" y="{cy - 3.5:.1f}" width="7" height="7" {look}/>'
            )
    return (
        f'<svg viewBox="0 0 {SIDE:g} {SIDE:g}" role="img" aria-label="the plane: what the model predicts at each '
        f'point, {len(samples)} training samples and {len(held)} held back">{image}{"".join(dots)}</svg>'
    )


def rgb(colour: str) -> tuple[int, int, int]:
    """`rgb("#2f6db5")` is (47, 109, 181)."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def png(rows: Sequence[Sequence[tuple[int, int, int, int]]]) -> str:
    """A picture of pixels (red, green, blue, opacity) as PNG, in base64; the format is that of RFC 2083.

    >>> png([[(255, 0, 0, 255)]])[:22]
    'iVBORw0KGgoAAAANSUhEUg'
    """
    lines = b"".join(b"\0" + b"".join(bytes(pixel) for pixel in row) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")


def network(layers: Sequence[Sequence[Sequence[float]]]) -> str:
    """The network: a column of units per layer, an arrow's width and colour for each weight.

    `layers` has the rows of weights of each layer. The strongest weight of a layer has the full width.
    """
    sizes = [len(layers[0][0]), *(len(rows) for rows in layers)]
    gap, height = 54.0, max(sizes) * 22.0 + 10.0
    places = [
        [(14.0 + column * gap, height * (unit + 0.5) / size) for unit in range(size)]
        for column, size in enumerate(sizes)
    ]
    wires = []
    for column, rows in enumerate(layers):
        strongest = max((abs(w) for row in rows for w in row if math.isfinite(w)), default=0.0) or 1.0
        few = len(rows) * len(rows[0]) <= MAX_WIRES
        for (x2, y2), row in zip(places[column + 1], rows, strict=True):
            for (x1, y1), weight in zip(places[column], row, strict=True):
                share = abs(weight) / strongest if math.isfinite(weight) else 1.0
                if few or share > 0.3:
                    title = f"<title>weight {weight:.4g}</title>"
                    wires.append(
                        f'<path d="M{x1:.0f} {y1:.1f}L{x2:.0f} {y2:.1f}" stroke="{COLOURS[weight > 0]}" '
                        f'stroke-width="{0.3 + 2.7 * share:.1f}" opacity="{0.25 + 0.75 * share:.2f}">{title}</path>'
                    )
    units = [f'<circle cx="{x:.0f}" cy="{y:.1f}" r="6"/>' for column in places for x, y in column]
    width = 28.0 + (len(sizes) - 1) * gap
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" style="max-width:{width * 1.6:g}px" role="img" '
        f'aria-label="the network: {", ".join(map(str, sizes))} units; orange weights are positive, blue negative">'
        f'{"".join(wires)}<g fill="var(--back)" stroke="currentColor">{"".join(units)}</g></svg>'
    )


def curves(series: Mapping[str, Sequence[float]], steps: Sequence[int]) -> str:
    """Losses over steps, on a logarithmic scale; the second series is dashed.

    >>> curves({"training": [1.0, 0.1]}, [0, 10]).count("<polyline")
    1
    """
    numbers = [n for values in series.values() for n in values if math.isfinite(n) and n > 0]
    low, high = (min(numbers), max(numbers)) if numbers else (0.1, 1.0)
    low, high = math.log10(low) - 0.05, math.log10(high) + 0.05
    width, height, left = 300.0, 120.0, 44.0
    last = max(steps[-1], 1) if steps else 1

    def place(step: int, loss: float) -> str:
        x = left + (width - left - 6) * step / last
        y = 6 + (height - 24) * (high - math.log10(loss)) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = []
    for number, (name, values) in enumerate(series.items()):
        points = [place(step, n) for step, n in zip(steps, values, strict=True) if math.isfinite(n) and n > 0]
        dashes = ' stroke-dasharray="5 3"' if number else ""
        if points:
            parts.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"'
                f"{dashes}><title>{name}</title></polyline>"
            )
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" font-size="10" fill="currentColor" role="img" '
        f'aria-label="the loss after each step">{"".join(parts)}'
        f'<text x="2" y="14">{10**high:.2g}</text><text x="2" y="{height - 20:g}">{10**low:.2g}</text>'
        f'<text x="{left:g}" y="{height - 4:g}">0</text>'
        f'<text x="{width - 4:g}" y="{height - 4:g}" text-anchor="end">{count(last, "step")}</text></svg>'
    )
