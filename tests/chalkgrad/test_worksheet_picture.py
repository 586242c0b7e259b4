"""Pictures to be filled in with a pencil: sizes, blanks, and nothing given away."""

from __future__ import annotations

import re

import pytest

from autograd import Value
from chalkgrad.worksheet_picture import BLANK, FONT, POINTS, paper_graph
from chalkgrad.worksheets import PageSetup, random_sheet


def output() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = (c + a).tanh()
    d.label = "d"
    return d


def texts(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def test_every_gradient_is_a_field_and_every_number_is_given() -> None:
    svg = paper_graph(output(), "grad").svg
    assert svg.count("class='blank'") == 5
    given = ["a", "2", "b", "−3", "c = a * b", "−6", "v1 = c + a", "−4", "d = tanh(v1)", "−0.999"]
    assert sorted(texts(svg)) == sorted(given)


def test_the_forward_pass_has_fields_for_results_only_and_none_for_gradients() -> None:
    svg = paper_graph(output(), "data").svg
    assert svg.count("class='blank'") == 3
    assert sorted(texts(svg)) == sorted(["a", "2", "b", "−3", "c = a * b", "v1 = c + a", "d = tanh(v1)"])


def test_the_key_has_the_numbers_in_the_same_places() -> None:
    sheet, key = (paper_graph(output(), "grad", solved=solved) for solved in (False, True))
    assert (sheet.width, sheet.height) == (key.width, key.height)
    assert "class='blank'" not in key.svg
    d = output()
    d.backward()
    assert texts(key.svg)[-1] == "1"
    assert f"{d.operands[0].grad:.3g}".replace("-", "−") in texts(key.svg)  # type: ignore[union-attr]
    places = [re.findall(r"<rect class='\w+' ([^>]*) fill", picture.svg) for picture in (sheet, key)]
    assert places[0] == places[1]


def test_fields_are_large_enough_and_the_picture_is_not_scaled() -> None:
    picture = paper_graph(output(), "grad")
    assert FONT >= 10.0
    assert BLANK[0] >= 14.0
    assert BLANK[1] >= 8.0
    width = float(re.search(r"viewBox='0 0 ([\d.]+)", picture.svg)[1])  # type: ignore[index]
    assert width / POINTS == pytest.approx(picture.width, rel=1e-3), "a point of the picture is a point on paper"
    for rect in re.findall(r"<rect class='blank'[^>]*>", picture.svg):
        width, height = (float(re.search(rf"{name}='([\d.]+)'", rect)[1]) for name in ("width", "height"))  # type: ignore[index]
        assert width >= 14.0 * POINTS
        assert height >= 8.0 * POINTS


def test_partials_are_on_the_arrows_when_asked_for() -> None:
    plain, shown = (texts(paper_graph(output(), "grad", partials=partials).svg) for partials in (False, True))
    assert len(shown) == len(plain) + 5


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 12])
def test_graphs_of_every_depth_fit_on_a_page(depth: int) -> None:
    setup = PageSetup(paper="letter")
    for _, output in random_sheet(2, depth, 5, ["add", "subtract", "multiply"], setup).graphs:
        picture = paper_graph(output, "grad")
        assert picture.width < 188.0
        assert picture.height < 255.0


def test_text_of_a_label_is_no_markup() -> None:
    assert "<b>" not in paper_graph(Value(1.0, label="<b>").tanh(), "grad").svg
