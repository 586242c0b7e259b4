"""Can a picture be read?  Its SVG is measured: the smallest text on paper, arrows through boxes, overlapping labels."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import NamedTuple

SVG = "{http://www.w3.org/2000/svg}"
PAGE = 16 / 2.54 * 72
"""The width of a page in points."""
STEPS = 24
"""Points that are looked at on each part of a curve."""


class Frame(NamedTuple):
    """A rectangle, with y growing downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Frame:
        return Frame(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def contains(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom

    def overlaps(self, other: Frame) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Measured(NamedTuple):
    """What was found in one picture."""

    smallest_text: float
    """In points, where the picture is as wide as a page if it is wider."""
    crossings: list[str]
    """Arrows that go through a box that is not at one of their ends."""
    overlaps: list[str]
    """Labels of arrows that lie on a box or on another label."""
    width: float
    height: float


def measured(svg: str) -> Measured:
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    groups = list(root.iter(f"{SVG}g"))
    nodes = [group for group in groups if group.attrib.get("class", "").startswith("node")]
    edges = [group for group in groups if group.attrib.get("class", "").startswith("edge")]
    boxes = [(_frame(node), " ".join(filter(None, (text.text for text in node.iter(f"{SVG}text"))))) for node in nodes]
    sizes = [float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text")]
    crossings, labels = [], []
    for edge in edges:
        labels += [
            (_text_frame(text), text.text or "") for text in edge.iter(f"{SVG}text") if (text.text or "").strip()
        ]
        path = edge.find(f"{SVG}path")
        assert path is not None
        points = _points(path.attrib["d"])
        tip = [point for polygon in edge.iter(f"{SVG}polygon") for point in _numbers(polygon.attrib["points"])]
        ends = [points[0], points[-1], *tip]
        for frame, name in boxes:
            if not any(frame.grown(3.0).contains(*end) for end in ends) and any(
                frame.grown(-1.0).contains(*point) for point in points
            ):
                crossings.append(name)
    overlaps = [text for frame, text in labels for box, _ in boxes if frame.overlaps(box.grown(-1.0))]
    overlaps += [f"{text} on {other}" for n, (frame, text) in enumerate(labels)
                 for beside, other in labels[:n] if frame.overlaps(beside)]  # fmt: skip
    return Measured(min(sizes) * min(1.0, PAGE / width), crossings, overlaps, width, height)


def _numbers(text: str) -> list[tuple[float, float]]:
    found = [float(number) for number in re.findall(r"-?[\d.]+", text)]
    return list(zip(found[::2], found[1::2], strict=True))


def _points(path: str) -> list[tuple[float, float]]:
    """Points on a path of cubic curves, in order."""
    start, *controls = _numbers(path)
    points = [start]
    for n in range(0, len(controls), 3):
        a, b, c, d = points[-1], *controls[n : n + 3]
        for step in range(1, STEPS + 1):
            t = step / STEPS
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append(
                tuple(sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
            )  # type: ignore[arg-type]
    return points


def _frame(node: ET.Element) -> Frame:
    ellipse = node.find(f"{SVG}ellipse")
    if ellipse is not None:
        cx, cy, rx, ry = (float(ellipse.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
        return Frame(cx - rx * 0.8, cy - ry * 0.8, cx + rx * 0.8, cy + ry * 0.8)
    shape = node.find(f"{SVG}path")
    xs, ys = zip(
        *_numbers(shape.attrib["d"] if shape is not None else node.find(f"{SVG}polygon").attrib["points"]), strict=True
    )  # type: ignore[union-attr]
    return Frame(min(xs), min(ys), max(xs), max(ys))


def _text_frame(text: ET.Element) -> Frame:
    """The place of a text, with the mean width of a character."""
    x, y, size = (float(text.attrib[name]) for name in ("x", "y", "font-size"))
    half = len((text.text or "").strip("\u00a0 ")) * size * 0.27
    return Frame(x - half, y - 0.7 * size, x + half, y + 0.1 * size)
