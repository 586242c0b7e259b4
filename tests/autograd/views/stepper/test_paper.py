"""The stepper on paper: its picture and its steps in the page and in a notebook's output, without any script."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

from autograd import Value, stepper
from autograd.views.stepper.paper import MAX_STEPS, steps


def loss() -> Value:
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="<c>")
    out = a * b + c
    out.label = "L"
    return out


class Items(HTMLParser):
    """The text of each list item."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "li":
            self.items.append("")
        elif tag == "br":
            self.items[-1] += "\n"

    def handle_data(self, data: str) -> None:
        if self.items:
            self.items[-1] += data


def test_every_step_is_printed_in_the_words_of_the_terminal() -> None:
    shown = stepper(loss())
    printed = Items(steps(shown)).items
    assert "<c>" not in steps(shown)
    expected = [
        "\n".join(line.strip() for line in shown.sentences(order, position))
        for order in ("forward", "topological")
        for position in range(1, shown.last(order) + 1)
    ]
    assert [item.split("Backward")[0].strip() for item in printed] == expected


def test_the_pass_that_is_shown_first_is_the_one_that_is_printed() -> None:
    assert "<h2>Backward" not in steps(stepper(loss(), order="forward"))
    assert "<h2>Backward, naive</h2>" in steps(stepper(loss(), order="naive"))


def test_a_long_pass_is_cut() -> None:
    out = Value(1.0, label="x")
    for _ in range(150):
        out = out * 1.5
    shown = stepper(out)
    assert len(Items(steps(shown)).items) == 2 * MAX_STEPS
    assert steps(shown).count("... and 50 more steps") == 1
    assert '<div class="drawn chalkgrad-large"><svg' in shown.html()  # for the screen only
    assert 'chalkgrad-still"><em>' in shown._repr_html_()


def test_a_small_picture_is_printed() -> None:
    assert '<div class="drawn"><svg' in stepper(loss()).html()


def test_page_and_notebook_have_the_picture_and_the_steps() -> None:
    shown = stepper(loss())
    section = re.search(r'<section class="chalkgrad-paper">(.*?)</section>', shown.html(), re.DOTALL)
    assert section is not None
    assert "data −6" in section[1]
    assert "dL/da = dL/dv1 · ∂v1/∂a" in section[1]
    output = shown._repr_html_()
    outside = re.sub(r'srcdoc="[^"]*"', "", output)
    assert "dL/da = dL/dv1 · ∂v1/∂a" in outside
    assert "@media print{.chalkgrad-frame{display:none!important}" in outside
    still = re.search(r'chalkgrad-still">.*?url\(data:image/svg\+xml;base64,([^)]*)\)', outside, re.DOTALL)
    assert still is not None
    assert "grad −3" in base64.b64decode(still[1]).decode()
