"""Every box and arrow of the stepper's picture has a position, and arrows end at their boxes."""

from __future__ import annotations

import re

import pytest

from autograd import Value, stepper


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + 10.0).tanh()


def test_every_box_and_arrow_has_its_place() -> None:
    x = Value(2.0, label="x")
    shown = stepper(x * x + 3.0)
    picture = shown.data()["layout"]
    assert [[node, place] for node, place, _ in picture["arrows"]] == [[1, 0], [1, 1], [3, 0], [3, 1]]
    for x_middle, y_middle, width, height in picture["boxes"]:
        assert width / 2 - 1 <= x_middle <= picture["width"] - width / 2 + 1
        assert height / 2 - 1 <= y_middle <= picture["height"] - height / 2 + 1


@pytest.mark.parametrize(("direction", "axis"), [("LR", 0), ("TB", 1)])
def test_arrows_start_and_end_at_their_boxes(direction: str, axis: int) -> None:
    shown = stepper(small(), direction=direction)
    picture = shown.data()["layout"]
    for node, place, path in picture["arrows"]:
        points = [list(map(float, point)) for point in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]
        from_box, to_box = picture["boxes"][shown.trace.nodes[node].operands[place]], picture["boxes"][node]
        start, end = from_box[:2], to_box[:2]
        start[axis] += from_box[axis + 2] / 2
        end[axis] -= to_box[axis + 2] / 2
        assert points[0] == pytest.approx(start, abs=2)
        assert points[-1] == pytest.approx(end, abs=2)


def test_from_left_to_right_or_from_top_to_bottom() -> None:
    for direction, axis in (("LR", 0), ("TB", 1)):
        boxes = stepper(small(), direction=direction).data()["layout"]["boxes"]
        assert boxes[0][axis] < boxes[2][axis] < boxes[5][axis]
