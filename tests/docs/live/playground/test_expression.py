"""The playground's formulas in Chromium: gradients under the sliders, the address, hostile formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.docs
PAGE = "playground/index.html#view=expression"


@pytest.fixture(scope="module")
def shared(open_shared_page: Callable[..., Any]) -> Any:
    return open_formula(open_shared_page, "x*2", x=3)


def open_formula(open_page: Callable[..., Any], formula: str = "", **numbers: float) -> Any:
    more = (f"&f={quote(formula)}" if formula else "") + "".join(f"&at={n}%3D{v}" for n, v in numbers.items())
    page = open_page(PAGE + more)
    page.wait_for_selector("#leaves output")
    return page


def gradients(page: Any) -> dict[str, float]:
    pairs = page.eval_on_selector_all(
        "#leaves .leaf",
        "rows => rows.map(r => [r.querySelector('label').textContent, r.querySelector('output').dataset.gradient])",
    )
    return {name: float(number) for name, number in pairs}


def by_hand(x: float, w: float, b: float) -> dict[str, float]:
    """The partial derivatives of tanh(x*w + b) + max(x, 0)."""
    inner = 1 / math.cosh(x * w + b) ** 2
    return {"x": w * inner + (x > 0), "w": x * inner, "b": inner}


def test_gradients_follow_the_sliders(open_page: Callable[..., Any]) -> None:
    page = open_formula(open_page)
    assert gradients(page) == pytest.approx(by_hand(0.5, -1.5, 0.25))
    for x in (-2.5, 1.25):
        page.eval_on_selector(
            "#slider-x", "(slider, x) => { slider.value = x; slider.dispatchEvent(new Event('input')); }", x
        )
        page.wait_for_function(f"location.hash.includes('x%3D{x:g}')")
        assert gradients(page) == pytest.approx(by_hand(x, -1.5, 0.25))
    assert "data 1.25" in page.inner_text("#graph")


def test_a_drag_shows_the_last_place(open_page: Callable[..., Any]) -> None:
    page = open_formula(open_page)
    page.eval_on_selector(
        "#slider-w",
        "slider => { for (let w = -2; w <= 2; w += 0.5)"
        " { slider.value = w; slider.dispatchEvent(new Event('input')); } }",
    )
    page.wait_for_function("location.hash.includes('w%3D2')")
    assert gradients(page) == pytest.approx(by_hand(0.5, 2.0, 0.25))


def test_the_address_holds_the_state(open_page: Callable[..., Any]) -> None:
    page = open_formula(open_page, "a*b + a", a=2, b=-3)
    assert gradients(page) == {"a": -2.0, "b": 2.0}
    page.fill("#leaves input:not([type=range])", "1/4")
    page.keyboard.press("Tab")
    page.wait_for_function("location.hash.includes('0.25') || location.hash.includes('1%2F4')")
    address = page.url
    page.close()
    again = open_page(address.partition("/playground/")[2] and "playground/" + address.partition("/playground/")[2])
    again.wait_for_selector("#leaves output")
    assert gradients(again) == {"a": -2.0, "b": 0.25}


def test_the_gradient_is_explained_nudged_and_stepped(open_page: Callable[..., Any]) -> None:
    page = open_formula(open_page, "a*b + a", a=2, b=-3)
    page.wait_for_selector("#explanation .katex")
    assert "How does" in page.inner_text("#explanation")
    page.wait_for_function("document.getElementById('nudge').textContent.includes('a is changed by 0.001')")
    page.select_option("#wrt", "b")
    page.wait_for_function("document.getElementById('nudge').textContent.includes('b is changed by 0.001')")
    page.click("#step-open")
    stepper = page.frame_locator("#stepper iframe")
    stepper.get_by_text("No gradient is known yet").first.wait_for()


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("__import__('os').system('true')", "attributes"),
        ("open('x')", "unknown function"),
        ("a.__class__", "attributes"),
        ("<img src=x onerror=alert(1)>", "this is not a formula"),
        ("9**9**9**9**9 * x", "too large"),
        ("sin(" * 80 + "-" * 40 + "x" + ")" * 80, "nested"),
        ("+".join(f"x{n}" for n in range(60)), "more than 20"),
        ("x" + "+x" * 300, "400"),
        ("3 + 4", "no variable"),
        ("log(x - 100)", "log"),
        ("[y for y in x]", "comprehensions"),
        ("\ud800", "no text"),
    ],
)
def test_hostile_formulas_are_answered(shared: Any, formula: str, says: str) -> None:
    page = shared
    page.eval_on_selector("#formula", "(field, formula) => { field.maxLength = 9999; field.value = formula; }", formula)
    page.click("#formula-form button")
    page.wait_for_selector("#formula-problem:visible")
    assert says in page.inner_text("#formula-problem")
    page.fill("#formula", "x*5")
    page.click("#formula-form button")
    page.wait_for_selector("#formula-problem", state="hidden")
    assert gradients(page) == {"x": 5.0}


def go(page: Any, state: str) -> None:
    """Follow another address of the page."""
    page.evaluate("state => { location.hash = `#view=expression&${state}`; }", state)


def test_names_of_javascript_are_ordinary_names(shared: Any) -> None:
    page = shared
    go(page, "f=__proto__*constructor&at=__proto__=2&at=constructor=3")
    page.wait_for_selector("#slider-constructor")
    assert gradients(page) == {"__proto__": 3.0, "constructor": 2.0}


def test_a_hostile_number_is_answered(shared: Any) -> None:
    page = shared
    go(page, f"f=x*2&at={quote('x=<script>alert(1)</script>')}&wrt={quote('<b>')}")
    page.wait_for_selector("#formula-problem:visible")
    assert "x must be a number" in page.inner_text("#formula-problem")
