"""A neuron to draw, and what can be read in a picture of a graph."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from autograd import Value
from autograd.views.draw import Graph

SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> dict[str, Value]:
    """micrograd's neuron, whose gradients are -1.5, 1, 0.5, 0 and 0.5."""
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    values = {name: Value(number, label=name) for name, number in numbers.items()}
    out = (values["x1"] * values["w1"] + values["x2"] * values["w2"] + values["b"]).tanh()
    out.label = "o"
    return {**values, "o": out}


def texts(graph: Graph) -> list[str]:
    """Every text in the picture."""
    return [(element.text or "").replace("\xa0", " ") for element in ET.fromstring(graph.svg).iter(f"{SVG}text")]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    return re.findall(r"^(\w+) -> (\w+)", graph.source, re.MULTILINE)
