"""The DOT text: colours, order, and places where arrows and labels do not touch."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import neuron

from autograd import Value, draw
from autograd.views.draw.layout_engines import render


def test_gradients_by_colour() -> None:
    values = neuron()
    values["o"].backward()
    plain, shaded = draw(values["o"]).source, draw(values["o"], shade=True).source
    fill = dict(re.findall(r'^(n\d+) .*fillcolor="(#\w+)"', shaded, re.MULTILINE))
    names = dict(re.findall(r"^(n\d+) .*label=\"{?(\w+)\|", shaded, re.MULTILINE))
    by_name = {names[n]: tuple(bytes.fromhex(colour[1:])) for n, colour in fill.items() if n in names}
    assert by_name["w2"] == (255, 255, 255)  # gradient 0
    assert by_name["w1"][0] > by_name["w1"][2]  # positive: orange
    assert by_name["x1"][2] > by_name["x1"][0]  # negative: blue
    assert "orange" in shaded
    assert "orange" not in plain


def test_the_same_graph_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, and in a process with another hash seed; neither has a PATH, so the in-process engine draws."""
    code = (
        "from autograd import Value, draw\na, b = Value(2.0, label='a'), Value(3.0, label='b')\n"
        "g = draw((a * b + a).tanh(), partials=True)\nimport hashlib\n"
        "digest = hashlib.sha256(g.source.encode() + g.svg.encode() + g.png()).hexdigest()\n"
    )
    monkeypatch.setenv("PATH", "")
    here: dict[str, str] = {}
    exec(code, here)
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", f"{code}print(digest)"]
    there = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert there == f"{here['digest']}\n"


ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("partials", [False, True])
def test_the_first_operand_comes_from_above(partials: bool) -> None:
    tiny, huge = Value(1e-9, label="tiny"), Value(1e300, label="huge")
    dot_text = draw(((tiny * huge) / 3.0 - 2**tiny).relu(), partials=partials, direction="LR").source
    svg = render(dot_text, "wasm").decode()
    for circle in ("o4", "o6", "o7"):  # the division, the power, the subtraction
        ids = re.findall(rf"-> {circle} \[id=(a\d+)", dot_text)
        ends = [re.search(rf'id="{n}" .*?<path[^>]*,([-\d.]+)"', svg, re.DOTALL) for n in ids]
        first, second = (float(end[1]) for end in ends if end is not None)
        assert first < second  # upwards is negative


@pytest.mark.parametrize("partials", [False, True])
def test_operands_that_only_one_product_uses_stand_in_order(partials: bool) -> None:
    svg = draw(neuron()["o"], partials=partials, direction="LR").svg
    heights = [float(re.search(rf' y="([-\d.]+)"[^>]*>{name}<', svg)[1]) for name in ("x1", "w1", "x2", "w2")]  # type: ignore[index]
    assert heights == sorted(heights)


def test_beside_an_arrow_a_label_keeps_its_distance() -> None:
    """Graphviz puts it next to an arrow that goes down, and above one that goes to the right."""
    for direction, gap in {"TB": "\xa0", "BT": "\xa0", "LR": "", "RL": ""}.items():
        dot_text = draw(neuron()["o"], partials=True, direction=direction).source
        assert f'label="{gap}∂ = −3{gap}"' in dot_text


def test_arrows_leave_where_they_can_be_told_apart() -> None:
    """From the middle of an edge; but not several with labels, of which one could not say to which each belongs."""
    x = Value(2.0, label="x")
    dot_text = draw(x.sin() * x.cos() * x, partials=True).source
    assert len(re.findall(r"^n0 -> .*tailport=_", dot_text, re.MULTILINE)) == 3
    assert len(re.findall(r"^n\d+ -> .*tailport=_", dot_text, re.MULTILINE)) == 3
    assert not re.search(r"^n\d+ -> .*tailport=_", draw(x.sin() * x.cos() * x).source, re.MULTILINE)
