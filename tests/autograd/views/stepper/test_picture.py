"""The stepper's picture is that of `draw`: the same boxes, circles, arrows, texts and colours."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

import nn
from autograd import Value, draw, stepper, where
from autograd.views.stepper import picture
from autograd.views.stepper.passes import Passes

SVG = "{http://www.w3.org/2000/svg}"
Parts = list[tuple[str, list[str], list[str], list[str]]]


def parts(svg: str) -> Parts:
    """Of each box, circle and arrow: its kind, tooltip, texts, and the colours and dashes of its shapes."""
    root, found = ET.fromstring(svg), []
    ink = root.attrib.get("fill", "")
    for group in root.iter(f"{SVG}g"):
        if group.attrib["class"] != "graph":
            texts = [(text.text or "").strip() for text in group.iter(f"{SVG}text")]
            titles = [title.text or "" for title in group.iter(f"{SVG}title")]
            looks = [
                f"{shape.tag} {shape.attrib.get('fill', ink)} {shape.attrib.get('stroke')} "
                f"{shape.attrib.get('stroke-dasharray')}"
                for shape in group
                if shape.tag != f"{SVG}title"
            ]
            found.append((group.attrib["class"], titles, texts, looks))
    return sorted(found)


def neuron() -> Value:
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b")
    product = x * w
    product.label = "p"
    total = product + b
    total.label = "s"
    out = total.tanh()
    out.label = "o"
    return out


def chosen() -> Value:
    x, zero = Value(0.25, label="<x>"), Value(-0.0, label="z")
    out = where(x > 1.0, x, x.sqrt() * 0.123456 * 1e-9) * Value(2.0, label=' x="0.123456" d="1.2345"') + zero
    out.label = "a\nb"
    return out


@pytest.mark.parametrize("make", [neuron, chosen])
@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_it_is_the_picture_of_draw(make: Any, direction: str) -> None:
    out = make()
    shown = stepper(out, direction=direction)
    names = {node.name: value for value, n in shown.trace.ids.items() if not (node := shown.trace.nodes[n]).label}
    out.backward()
    drawn = draw(out, direction=direction, partials=True, theme="light", names=names)
    (svg,) = shown.data()["pictures"]
    assert parts(svg) == parts(drawn.svg)


def test_every_part_says_to_which_node_it_belongs() -> None:
    x = Value(3.0, label="x")
    (svg,) = stepper(x * x + 1.0, direction="LR").data()["pictures"]
    assert sorted(re.findall('data-node="([0-9]+)"', svg)) == ["0", "1", "2", "3"]
    assert sorted(re.findall('data-sign="([0-9]+)"', svg)) == ["1", "3"]
    assert sorted(re.findall('data-arrow="([0-9:]+)"', svg)) == ["1:", "1:0", "1:1", "3:", "3:0", "3:1"]
    first, second = (re.search(f'data-arrow="1:{n}">\n<title>(.*?)</title>', svg) for n in (0, 1))
    assert first is not None
    assert second is not None
    assert (first[1], second[1]) == ("∂v1/∂x (1st operand) = x = 3", "∂v1/∂x (2nd operand) = x = 3")


def test_there_is_room_for_the_widest_running_sum() -> None:
    x = Value(1.0, label="x")
    out = x * 0.3333333 + x * -0.3333333
    (svg,) = stepper(out, direction="LR").data()["pictures"]
    group = next(group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.attrib.get("data-node") == "0")
    text = [text.text or "" for text in group.iter(f"{SVG}text")][-1]
    assert text.strip() == "grad 0"
    assert len(text) - len("grad 0") == 2 * (len("grad −0.3333") - len("grad 0"))


def test_a_network_too_wide_for_paper_has_a_second_picture_for_the_screen() -> None:
    output = nn.MLP(2, [3, 1], seed=1)([0.5, -1.0])
    tall, wide = stepper(output).data()["pictures"]
    sizes = [[float(n) for n in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0]] for svg in (tall, wide)]
    assert sizes[0][0] < sizes[1][0]
    assert sizes[0][1] > sizes[1][1]
    assert len(stepper(Value(1.0, label="a") * 2.0).data()["pictures"]) == 1
    assert len(stepper(output, direction="TB").data()["pictures"]) == 1


def test_too_many_numbers_are_refused_with_the_cure() -> None:
    out = Value(1.0)
    for _ in range(picture.MAX_WHOLE // 2):
        out = out * 1.0
    shown = stepper(out)
    assert shown.data()["pictures"] == []
    assert shown.data()["pictureRefused"] == (
        "No picture: 501 numbers are more than the 500 that are drawn one by one; step through one sample, "
        "or an earlier node of the graph.  The steps are complete."
    )


def test_a_graph_whose_arrows_cross_many_levels_has_no_picture() -> None:
    """A weight that is used at each of many steps, as in a recurrent network."""

    def chain(steps: int) -> tuple[str, int]:
        weight = Value(0.5)
        state = weight * 1.0
        for _ in range(steps):
            state = state * weight
        return picture.refusal(Passes(state, "forward", False, {})), sum(2 * step for step in range(steps + 1))

    refused, levels = chain(60)
    assert refused == (
        f"No picture: its arrows cross {levels:,} ranks, and a layout with more than 1,300 takes too long; "
        "step through fewer elements of a sequence, or an earlier node of the graph.  The steps are complete."
    )
    assert chain(20)[0] == ""
