"""The playground's formulas in Chromium: gradients under the sliders, the address, hostile formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from autograd import grad, maximum, tanh

pytestmark = pytest.mark.docs
PAGE = "playground/index.html#view=expression"


@pytest.fixture(scope="module")
def opened(open_shared_page: Callable[..., Any]) -> Any:
    page = open_shared_page(PAGE)
    page.wait_for_selector("#leaves output")
    return page


@pytest.fixture
def shared(opened: Any) -> Any:
    """The page with its first formula."""
    go(opened, f"f={quote('tanh(x*w + b) + max(x, 0)')}")
    return opened


def go(page: Any, state: str) -> None:
    """Follow another address of the page, and wait until it is shown and explained."""
    page.evaluate(
        "state => new Promise((done) => { addEventListener('hashchange', done, { once: true });"
        " location.hash = `#view=expression&${state}&again=${Math.random()}`; })",
        state,
    )
    page.wait_for_function("document.documentElement.dataset.asked === '0'")


def explained(page: Any, name: str) -> None:
    """Wait until the gradient of this leaf is explained to the end."""
    page.wait_for_function(
        "name => document.getElementById('nudge').textContent.includes(`${name} is changed by 0.001`)"
        " && !document.querySelector('.growing') && document.documentElement.dataset.asked === '0'",
        arg=name,
    )


def gradients(page: Any) -> dict[str, float]:
    pairs = page.eval_on_selector_all(
        "#leaves .leaf",
        "rows => rows.map(r => [r.querySelector('label').textContent, r.querySelector('output').dataset.gradient])",
    )
    return {name: float(number) for name, number in pairs}


def native(x: float, w: float, b: float) -> dict[str, float]:
    """The gradient of the first formula, by `grad` of this Python."""

    def first(x: Any, w: Any, b: Any) -> Any:
        return tanh(x * w + b) + maximum(x, 0.0)

    return {name: grad(first, position)(x, w, b) for position, name in enumerate("xwb")}


def test_gradients_follow_the_sliders(shared: Any) -> None:
    assert gradients(shared) == pytest.approx(native(0.5, -1.5, 0.25))
    for x in (-2.5, 1.25):
        shared.eval_on_selector(
            "#slider-x", "(slider, x) => { slider.value = x; slider.dispatchEvent(new Event('input')); }", x
        )
        shared.wait_for_function(f"location.hash.includes('x%3D{x:g}')")
        assert gradients(shared) == pytest.approx(native(x, -1.5, 0.25))
    assert "data 1.25" in shared.inner_text("#graph")


def test_a_drag_shows_the_last_place(shared: Any) -> None:
    shared.eval_on_selector(
        "#slider-w",
        "slider => { for (let w = -2; w <= 2; w += 0.5)"
        " { slider.value = w; slider.dispatchEvent(new Event('input')); } }",
    )
    shared.wait_for_function("location.hash.includes('w%3D2')")
    assert gradients(shared) == pytest.approx(native(0.5, 2.0, 0.25))


def test_a_drag_changes_the_graph_in_place_into_what_a_new_one_would_be(shared: Any) -> None:
    go(shared, "f=tanh(a*b)%2Ba&at=a=2&at=b=-3")
    shared.evaluate("document.querySelector('#graph svg').kept = true")
    shared.eval_on_selector("#slider-a", "slider => { slider.value = 0.5; slider.dispatchEvent(new Event('input')); }")
    shared.wait_for_function("location.hash.includes('a%3D0.5')")
    assert shared.evaluate("document.querySelector('#graph svg').kept")
    changed = shared.inner_html("#graph")
    go(shared, "f=x")
    assert not shared.evaluate("document.querySelector('#graph svg').kept")
    go(shared, "f=tanh(a*b)%2Ba&at=a=0.5&at=b=-3")
    assert shared.inner_html("#graph") == changed
    assert "data 0.5" in changed


def test_a_large_graph_is_complete(shared: Any) -> None:
    go(shared, "f=" + "%2B".join(f"tanh({name})" for name in "abcdefghijklmnopqrst"))
    shared.wait_for_function("document.querySelectorAll('#graph .node.leaf').length === 20")
    shared.wait_for_function("document.querySelectorAll('#graph .node.sign').length === 39")


def test_the_address_holds_the_state(shared: Any) -> None:
    go(shared, "f=a*b%2Ba&at=a=2&at=b=-3")
    assert gradients(shared) == {"a": -2.0, "b": 2.0}
    shared.fill("#leaves input:not([type=range])", "1/4")
    shared.keyboard.press("Tab")
    shared.wait_for_function("location.hash.includes('0.25')")
    shared.select_option("#wrt", "b")
    for view in ("Network", "Expression"):  # there and back
        shared.click(f"nav >> text={view}")
    shared.wait_for_function("location.hash.includes('0.25')")
    shared.reload()
    shared.wait_for_selector("#leaves output")
    assert gradients(shared) == {"a": -2.0, "b": 0.25}
    assert shared.input_value("#wrt") == "b"


def test_the_gradient_is_explained_nudged_and_stepped(shared: Any) -> None:
    go(shared, "f=a*b%2Ba&at=a=2&at=b=-3&wrt=a")
    explained(shared, "a")
    assert "How does" in shared.inner_text("#explanation")
    assert shared.locator("#explanation .katex").count()
    shared.select_option("#wrt", "b")
    explained(shared, "b")
    shared.click("#step-open")
    stepper = shared.frame_locator("#stepper iframe")
    before = stepper.get_by_text("No gradient is known yet").first
    before.wait_for()
    stepper.get_by_role("button", name="One step forward").click()
    before.wait_for(state="hidden")
    stepper.get_by_role("button", name="One step back").click()
    before.wait_for()
    shared.click("#step-open")


def test_a_stepper_opened_during_an_explanation_is_opened_once(shared: Any) -> None:
    go(shared, "f=a*b%2Ba&at=a=2&at=b=-3&wrt=a")
    explained(shared, "a")
    shared.evaluate(
        """() => {
            const place = document.getElementById("stepper");
            window.opened = 0;
            new MutationObserver((seen) => { for (const { addedNodes } of seen) window.opened += addedNodes.length; })
                .observe(place, { childList: true });
            const wrt = document.getElementById("wrt");
            wrt.value = "b";
            wrt.dispatchEvent(new Event("change"));
            document.getElementById("step-open").click();
        }"""
    )
    shared.wait_for_function("window.opened")
    explained(shared, "b")
    assert shared.evaluate("window.opened") == 1
    shared.click("#step-open")


def test_what_is_wrong_with_a_number_is_said_once(shared: Any) -> None:
    """Also if an explanation is on its way."""
    shared.evaluate("""() => {
        const set = (field, value) => { field.value = value; field.dispatchEvent(new Event("change")); };
        set(document.getElementById("wrt"), "b");
        set(document.querySelector("#leaves input:not([type=range])"), "abc");
    }""")
    shared.wait_for_selector("#formula-problem:visible")
    shared.wait_for_function("document.documentElement.dataset.asked === '0'")
    assert shared.locator("#expression").inner_text().count("must be a number") == 1


def test_a_second_click_closes_a_stepper_that_is_on_its_way(shared: Any) -> None:
    shared.evaluate("for (let clicks = 0; clicks < 2; clicks++) document.getElementById('step-open').click()")
    shared.wait_for_function("document.documentElement.dataset.asked === '0'")
    assert shared.locator("#stepper iframe").count() == 0
    assert shared.get_attribute("#step-open", "aria-expanded") == "false"


def test_a_view_that_was_left_does_not_write_the_address(shared: Any) -> None:
    shared.evaluate("""() => {
        const slider = document.getElementById("slider-x");
        slider.value = 2;
        slider.dispatchEvent(new Event("input"));
        document.querySelector("nav a").click();
    }""")
    shared.wait_for_function(
        "document.documentElement.dataset.asked === '0' && !document.getElementById('network').hidden"
    )
    assert "view=network" in shared.url
    shared.click("nav >> text=Expression")
    shared.wait_for_function("location.hash.includes('x%3D2')")


def test_what_is_typed_while_python_starts_is_shown(open_before_python: Callable[..., Any]) -> None:
    page, held = open_before_python(PAGE)
    page.fill("#formula", "exp(a) * a")
    page.wait_for_timeout(600)  # until the page has tried it
    held.release()
    page.wait_for_selector("#slider-a")


def test_a_slider_obeys_the_arrow_keys(shared: Any) -> None:
    go(shared, "f=x*x&at=x=1")
    shared.focus("#slider-x")
    for key, gradient in (("ArrowRight", 2.02), ("ArrowLeft", 2.0), ("End", 6.0)):
        shared.keyboard.press(key)
        shared.wait_for_function(
            "gradient => Math.abs(document.querySelector('#leaves output').dataset.gradient - gradient) < 1e-9",
            arg=gradient,
        )


def test_a_slider_becomes_longer_for_a_greater_number(shared: Any) -> None:
    go(shared, "f=x*x&at=x=1")
    shared.fill("#leaves input:not([type=range])", "20")
    shared.keyboard.press("Enter")
    shared.wait_for_function("document.getElementById('result').textContent === 'out = 400'")
    ends = shared.eval_on_selector("#slider-x", "slider => [slider.min, slider.max, slider.value]")
    assert ends == ["-30", "30", "20"]


def test_a_formula_is_shown_while_it_is_typed(shared: Any) -> None:
    shared.fill("#formula", "")
    shared.type("#formula", "exp(a) * a")
    shared.wait_for_selector("#slider-a")
    assert shared.is_hidden("#formula-problem")
    shared.type("#formula", " * (")
    shared.wait_for_timeout(600)
    assert shared.is_hidden("#formula-problem")
    shared.keyboard.press("Enter")
    shared.wait_for_selector("#formula-problem:visible")


def test_the_link_is_copied(shared: Any) -> None:
    shared.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go(shared, "f=x*7&at=x=1")
    shared.click("#link")
    shared.wait_for_function("document.getElementById('status').textContent === 'Copied.'")
    assert shared.evaluate("navigator.clipboard.readText()") == shared.url


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("__import__('os').system('true')", "attributes"),
        ("<img src=x onerror=alert(1)>", "this is not a formula"),
        ("x*10**10**10", "too large"),
        ("-" * 390 + "x", "nested"),
        ("x" + "+x" * 300, "400"),
        ("log(x - 100)", "log"),
        ("x/0", "division by zero"),
        ("\ud800", "no text"),
    ],
)
def test_hostile_formulas_are_answered(shared: Any, formula: str, says: str) -> None:
    page = shared
    page.eval_on_selector("#formula", "(field, formula) => { field.value = formula; }", formula)
    page.click("#formula-form button")
    page.locator("#formula-problem:visible", has_text=says).wait_for()
    page.fill("#formula", "x*5")
    page.click("#formula-form button")
    page.wait_for_selector("#formula-problem", state="hidden")
    assert gradients(page) == {"x": 5.0}


def test_names_of_javascript_are_ordinary_names(shared: Any) -> None:
    go(shared, "f=__proto__*constructor&at=__proto__=2&at=constructor=3")
    shared.wait_for_selector("#slider-constructor")
    assert gradients(shared) == {"__proto__": 3.0, "constructor": 2.0}


def test_a_hostile_number_is_answered(shared: Any) -> None:
    go(shared, f"f=x*2&at={quote('x=<script>alert(1)</script>')}&wrt={quote('<b>')}")
    shared.wait_for_selector("#formula-problem:visible")
    assert "x must be a number" in shared.inner_text("#formula-problem")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("f=" + "x%2B" * 3000 + "x", "more than 400 characters"),
        ("f=<script>alert(1)</script>", "not a formula"),
        ("f=x*2&at=x=NaN", "not finite"),
        ("f=x*2&at=x=" + "9" * 500, "x must be a number"),
    ],
)
def test_hostile_addresses_are_answered(shared: Any, state: str, says: str) -> None:
    go(shared, state)
    shared.locator("#formula-problem:visible", has_text=says).wait_for()


def test_unknown_parts_of_an_address_change_nothing(shared: Any) -> None:
    go(shared, "f=x*3&at=y=4&at==&at=&zoom=<b>&wrt=none&points=[1]&" + "&".join(f"at=z{n}=1" for n in range(99)))
    assert gradients(shared) == {"x": 3.0}
