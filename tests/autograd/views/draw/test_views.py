"""The default view of any graph can be read on a page 16 cm wide; one that cannot, because all is required, says so."""

from __future__ import annotations

import random
from typing import Any

import pytest
from picture_measures import measured

import nn
from autograd import Value, draw, maximum
from autograd import sum as total
from autograd.views.draw import picture
from autograd.views.draw.layout_engines import NoEngineError
from autograd.views.draw.views import MAX_LAYOUTS

LABELS = ["", "x", "learning_rate", "a rather long label of a leaf", "layers.0.neurons.3.bias"]


def tangled(seed: int) -> Value:
    """A graph in which numbers are used again much later: such arrows need room that no estimate knows."""
    chance = random.Random(seed)
    leaves = [
        Value(chance.uniform(-3, 3) * 10 ** chance.randint(-3, 5), label=chance.choice(LABELS))
        for _ in range(chance.randint(1, 8))
    ]
    pool = list(leaves)
    for _ in range(chance.randint(10, 40)):
        a, b = chance.choice(pool[-6:]), chance.choice(pool)
        made = chance.choice(
            [a * b, a + b, a - b, a.tanh(), maximum(a, b), a * 1.5, total([a, b, chance.choice(pool)])]
        )
        pool.append(made)
    return total(pool[-3:])


def network(seed: int) -> tuple[Value, Any]:
    chance = random.Random(seed)
    inputs, widths = chance.randint(1, 6), [chance.randint(1, 12) for _ in range(chance.randint(1, 5))]
    model = nn.MLP(inputs, widths, activation=chance.choice(["tanh", "relu", "softplus"]), seed=1)
    rows = [[chance.uniform(-1, 1) for _ in range(inputs)] for _ in range(chance.choice([1, 4]))]
    found = [model(row) for row in rows]
    outputs = [number for row in found for number in (row if isinstance(row, list) else [row])]
    return nn.mean_squared_error(outputs, [1.0] * len(outputs)), model


def check(graph: Any) -> None:
    found = measured(graph.svg)
    assert found.smallest_text >= 7.0
    assert found.crossings == []
    assert " pt on a page" not in graph.contents.note


@pytest.mark.parametrize("seed", [14, 25, 27, *(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 160))])
def test_the_default_view_of_any_graph_can_be_read(seed: int) -> None:
    check(draw(tangled(seed)))


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(100, 140))])
def test_the_default_view_of_any_network_can_be_read(seed: int) -> None:
    out, model = network(seed)
    check(draw(out, names=model if seed % 2 else ()))


def test_what_is_required_and_too_wide_says_so() -> None:
    graph = draw(tangled(25), partials=True)
    text = measured(graph.svg).smallest_text
    assert text < 7.0
    assert graph.contents.note == f"text of {text:.1f} pt on a page 16 cm wide"
    assert draw(tangled(25), partials=True, caption=False).contents.note == ""


def chain(steps: int) -> Value:
    """A weight that is used at each of many steps: its arrows cross 0, 2, 4 ... ranks."""
    weight = Value(0.5, label="w")
    state = weight * 1.0
    for _ in range(steps):
        state = state * weight
    return state


def test_what_takes_long_to_lay_out_is_refused() -> None:
    message = (
        r"this graph is too tangled: its arrows cross 1,640 ranks, and a layout with more than 1,300 takes too long; "
        r"draw an earlier node or fewer elements of a sequence"
    )
    for options in ({"partials": True}, {"hide": "grad"}, {"checked": True}):
        with pytest.raises(ValueError, match=message) as caught:
            draw(chain(40), **options)
        assert "fold" not in str(caught.value), "the playground and the command line have no fold"
        assert 'fold="none"' in caught.value.__notes__[0]
    assert len(draw(chain(40)).contents.boxes) < 60


def test_few_layouts_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    layout = picture.render

    def counted(source: str, *rest: Any) -> bytes:
        calls.append(source)
        return layout(source, *rest)

    monkeypatch.setattr(picture, "render", counted)
    graph = draw(tangled(25))
    assert 1 < len(calls) <= MAX_LAYOUTS
    assert calls[-1] == graph.source
    before = len(calls)
    assert graph.svg
    assert len(calls) == before  # the layout is kept
    draw(Value(2.0, label="a") * 3.0)
    draw(tangled(25), direction="TB")
    assert len(calls) == before  # one is surely narrow enough, of the other the caller has chosen the direction


def test_without_an_engine_the_estimate_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: Any) -> bytes:
        raise NoEngineError("no layout engine here")

    monkeypatch.setattr(picture, "render", none)
    assert draw(tangled(27)).contents.note == ""
