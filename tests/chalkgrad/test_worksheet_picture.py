"""Pictures to be filled in with a pencil: those of `draw`, with fields large enough, and nothing given away."""

from __future__ import annotations

import math
import re

import pytest

from autograd import Value, draw
from chalkgrad import worksheets
from chalkgrad.worksheet_picture import PaperGraph, paper_graph
from chalkgrad.worksheets import PageSetup, random_sheet

A, B = 1.7, -0.3
"""Numbers of which the gradients share no digits with anything else in the picture."""


def output() -> Value:
    a, b = Value(A, label="a"), Value(B, label="b")
    c = a * b
    c.label = "c"
    d = (c + a).tanh()
    d.label = "d"
    return d


def gradients() -> dict[str, float]:
    """By hand: d = tanh(u), u = a b + a."""
    slope = 1.0 / math.cosh(A * B + A) ** 2
    return {"a": slope * (B + 1.0), "b": slope * A, "c": slope, "": slope, "d": 1.0}


def numbers() -> dict[str, float]:
    return {"c": A * B, "": A * B + A, "d": math.tanh(A * B + A)}


def texts(svg: str) -> list[str]:
    return [text.replace("&#160;", " ").strip() for text in re.findall(r">([^<>]+)</text>", svg)]


def given(svg: str, kind: str) -> dict[str, float]:
    """The numbers of one kind by the label of their box."""
    found = {}
    for box in re.findall(r'<g class="node (?:leaf|operation|output)">(.*?)</g>', svg, re.DOTALL):
        cells = texts(box)
        label = cells[0] if len(cells[0]) == 1 else ""
        for cell in cells:
            if cell.startswith(f"{kind} "):
                found[label] = float(cell.removeprefix(f"{kind} ").replace("−", "-"))
    return found


def parts(svg: str) -> list[str]:
    """The kinds of boxes, circles and arrows in their order, and the first text of each."""
    kinds = re.findall(r'<g class="((?:node|edge)[^"]*)">(.*?)</g>', svg, re.DOTALL)
    assert len(kinds) > 10
    return [f"{kind} {(texts(content) or [''])[0].split()[:1]}" for kind, content in kinds]


@pytest.mark.parametrize("hide", ["grad", "data"])
@pytest.mark.parametrize("solved", [False, True])
def test_the_boxes_and_arrows_are_those_of_draw(hide: str, solved: bool) -> None:
    sheet = paper_graph(output(), hide)
    assert parts((sheet.key if solved else sheet).svg) == parts(draw(output()).svg)


def test_every_gradient_is_a_field_and_every_number_is_given() -> None:
    svg = paper_graph(output(), "grad").svg
    assert svg.count('class="blank"') == 5
    assert given(svg, "data") == pytest.approx({"a": A, "b": B, **numbers()}, rel=1e-3)
    assert texts(svg).count("grad") == 5


def test_the_forward_pass_has_fields_for_results_only_and_none_for_gradients() -> None:
    svg = paper_graph(output(), "data").svg
    assert svg.count('class="blank"') == 3
    assert given(svg, "data") == {"a": A, "b": B}
    assert "grad" not in re.sub('class="chalkgrad"', "", svg)


@pytest.mark.parametrize("partials", [False, True])
@pytest.mark.parametrize(("hide", "answers"), [("grad", gradients), ("data", numbers)])
def test_the_key_has_the_numbers_and_the_sheet_has_none_of_them(hide: str, answers: object, partials: bool) -> None:
    expected: dict[str, float] = answers()  # type: ignore[operator]
    sheet = paper_graph(output(), hide, partials)
    key = sheet.key
    assert 'class="blank"' not in key.svg
    shown = given(key.svg, hide)
    assert {label: shown[label] for label in expected} == pytest.approx(expected, rel=1e-3)
    digits = [f"{abs(number):.3f}"[1:] for number in expected.values() if number != 1.0]
    assert len(digits) > 2
    assert not [number for number in digits if number in sheet.svg]


def places(picture: PaperGraph) -> list[float]:
    """The height of each word on its box, in millimetres from the top; to the right, numbers are as wide as fields."""
    scale = picture.height / float(re.search(r'viewBox="[-\d.]+ [-\d.]+ [\d.]+ ([\d.]+)"', picture.svg)[1])  # type: ignore[index]
    found = re.findall(r'<text[^>]*? y="([-\d.]+)"[^>]*>[^<]*(?:data|grad)', picture.svg)
    return [scale * float(y) for y in found]


@pytest.mark.parametrize("hide", ["grad", "data"])
def test_the_key_is_the_same_picture(hide: str) -> None:
    sheet = paper_graph(output(), hide)
    key = sheet.key
    assert (key.width, key.height) == pytest.approx((sheet.width, sheet.height), rel=0.03)
    assert places(key) == pytest.approx(places(sheet), abs=3.0)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_graphs_of_every_depth_fit_on_a_page_with_fields_to_write_in(depth: int, paper: str) -> None:
    setup = PageSetup(paper=paper)
    for _, picture in random_sheet(1, depth, 5, ["add", "subtract", "multiply"], setup).graphs:
        assert picture.width <= setup.room[0]
        assert picture.height <= setup.room[1] - 42.0
        size = re.search(r'width="([\d.]+)mm" height="([\d.]+)mm" viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ', picture.svg)
        assert size is not None
        scale = float(size[1]) / float(size[3])  # millimetres to a unit of the picture
        fields = re.findall(r'<rect class="blank"[^>]* width="([\d.]+)" height="([\d.]+)"', picture.svg)
        assert all(float(width) * scale >= 14.0 and float(height) * scale >= 8.0 for width, height in fields)
        assert min(map(float, re.findall(r'font-size="([\d.]+)"', picture.svg))) * scale >= 10.0 * 25.4 / 72


def test_what_does_not_fit_on_a_page_is_refused_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheets, "PATIENCE", 1)
    with pytest.raises(ValueError, match="depth 8 do not fit on a page: use a smaller depth, or no fields for local"):
        random_sheet(1, 8, 5, ["add", "subtract", "multiply"], PageSetup(partials=True))


def test_it_is_black_on_white() -> None:
    colours = set(re.findall("#[0-9a-f]{6}", re.sub("<rect[^>]*>", "", paper_graph(output(), "grad").svg)))
    assert colours <= {"#000000", "#ffffff"}


@pytest.mark.parametrize("hide", ["grad", "data"])
def test_partials_are_fields_on_the_arrows_and_numbers_in_the_key(hide: str) -> None:
    plain, sheet = (paper_graph(output(), hide, partials=partials) for partials in (False, True))
    assert sheet.svg.count('class="blank"') == plain.svg.count('class="blank"') + 5
    assert len(texts(sheet.svg)) == len(texts(plain.svg)) + 5
    assert texts(sheet.svg).count("∂ =") == 5
    found = sorted(float(text[4:].replace("−", "-")) for text in texts(sheet.key.svg) if text.startswith("∂ ="))
    slope = 1.0 / math.cosh(A * B + A) ** 2
    assert found == pytest.approx(sorted([A, B, 1.0, 1.0, slope]), rel=1e-3)
    assert "∂ =" not in "".join(texts(plain.svg))


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_nothing_lies_on_a_field(direction: str) -> None:
    svg = draw(output(), hide="grad", partials=True, direction=direction).svg
    number = r'="([-\d.]+)"'
    fields = [
        tuple(map(float, found))
        for found in re.findall(rf'<rect class="blank" x{number} y{number} width{number} height{number}', svg)
    ]
    assert len(fields) == 10
    for n, (x, y, width, height) in enumerate(fields):
        for left, top, across, down in fields[:n]:
            assert x + width < left or left + across < x or y + height < top or top + down < y
    boxes = [group for group in re.findall(r'<g class="node.*?</g>', svg, re.DOTALL) if "<ellipse" not in group]
    for group in boxes:
        points = re.findall(r"([-\d.]+),([-\d.]+)", re.search(r'<path [^>]*d="([^"]*)"', group)[1])  # type: ignore[index]
        xs, ys = ([float(point[axis]) for point in points] for axis in (0, 1))
        for x, y, width, height in fields:
            inside = min(xs) <= x and x + width <= max(xs) and min(ys) <= y and y + height <= max(ys)
            outside = x > max(xs) or x + width < min(xs) or y > max(ys) or y + height < min(ys)
            assert inside or outside


def test_text_of_a_label_is_no_markup() -> None:
    assert "<b>" not in paper_graph(Value(1.0, label="<b>").tanh(), "grad").svg
