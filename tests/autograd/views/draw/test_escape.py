"""Labels are text, whatever they hold: they come out of the SVG as they went in, or are refused by name."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value, draw
from autograd.views.draw.escape import plain_text, record_text

SVG = "{http://www.w3.org/2000/svg}"
SHOWABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\u2028\u2029\x85"), min_size=1, max_size=30
)


def label_in_picture(label: str) -> str:
    """The text of the first cell of the only box, its lines joined."""
    svg = draw(Value(1.0, label=label), engine="wasm").svg
    texts = [(element.text or "").replace("\xa0", " ") for element in ET.fromstring(svg).iter(f"{SVG}text")]
    assert texts[-2:] == ["data 1", "grad"]
    return "\n".join(texts[:-2])


@settings(deadline=None, max_examples=60, derandomize=True)
@given(SHOWABLE)
@example('"quoted"')
@example("<script>alert(1)</script>")
@example("{a|b}<c>\\d")
@example("&amp; &lt; &#65;")
@example("\\N \\G \\n \\l")
@example("  two  spaces  ")
@example("emoji 😀 and ∂x/∂y")
@example('"]; n9 [label="injected')
@example("<b>HTML</b>")
def test_a_label_comes_out_as_it_went_in(label: str) -> None:
    assert label_in_picture(label).replace("\n", "") == label.replace("\xa0", " ")


def test_lines_stay_lines_and_long_ones_are_wrapped() -> None:
    assert label_in_picture("one\ntwo") == "one\ntwo"
    words = "several words that do not fit into one line of a box"
    assert label_in_picture(words).replace("\n", "") == words
    assert max(map(len, label_in_picture(words).split("\n"))) <= 32
    assert label_in_picture("a\tb") == "a   b"  # to the next multiple of four


@pytest.mark.parametrize("label", ["\n", "\r\n", "\n\n\n", "a\n\nb", "\n|"])
def test_empty_lines_are_lines(label: str) -> None:
    """Graphviz itself reads beyond an empty one's end."""
    out = (Value(2.0, label=label) * 3.0).tanh()
    for _ in range(3):
        assert draw(out, title=label, engine="wasm").svg.count("<text") >= 10 + label.replace("\r\n", "\n").count("\n")


def test_twenty_thousand_characters() -> None:
    label = "".join(chr(97 + n % 26) for n in range(20_000))
    assert label_in_picture(label).replace("\n", "") == label


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\U0001ffff"])
def test_what_cannot_be_shown_is_refused_by_name(character: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"contains {character!r}, which no picture can show")):
        draw(Value(1.0, label=f"a{character}b")).source  # noqa: B018


def test_no_links_no_scripts_no_addresses() -> None:
    out = Value(1.0, label="<script>") * Value(2.0, label='href="http://example.org" URL=x image=/etc/passwd')
    svg = draw(out, title="<img src=x>").svg
    tree = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text", "style",
    }  # fmt: skip
    assert svg.count("http") - svg.count("http://example.org") == 1  # the name of SVG itself; all others are the label
    assert not any("href" in name for element in tree.iter() for name in element.attrib)


def test_outside_records_only_quotes_and_backslashes_matter() -> None:
    assert plain_text('a|b "c" \\ &') == 'a|b \\"c\\" \\\\ &amp;'
    assert record_text("{x}") == r"\{x\}"
