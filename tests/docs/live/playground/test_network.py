"""The playground's network in Chromium: training, the program, the presets, hostile settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.docs
PAGE = "playground/index.html"


@pytest.fixture(scope="module")
def opened(open_shared_page: Callable[..., Any]) -> Any:
    page = open_shared_page(PAGE)
    page.wait_for_selector("#play:enabled")
    return page


@pytest.fixture
def network(opened: Any) -> Any:
    """The page with the usual settings, and no step taken."""
    preset(opened, "two moons")
    return opened


def steps(page: Any) -> int:
    return int(re.match(r"[\d,]+", page.inner_text("#counts"))[0].replace(",", ""))  # type: ignore[index]


def numbers(page: Any) -> list[float]:
    """Loss in training, loss held back, both shares of correct samples in percent; nan for a dash."""
    cells = page.eval_on_selector_all("#numbers td:last-child", "cells => cells.map(cell => cell.textContent)")
    return [float(cell.rstrip("%")) if cell != "-" else float("nan") for cell in cells]


def layers(page: Any) -> list[tuple[float, str]]:
    texts = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    rows = page.eval_on_selector_all("#layers tbody tr", texts)
    return [(float(row[1]), row[3]) for row in rows]


def train(page: Any, count: int) -> None:
    """Play until so many steps were taken, or training stopped by itself; then pause."""
    page.click("#play")
    page.wait_for_function(
        "count => parseInt(document.getElementById('counts').textContent.replaceAll(',', '')) >= count"
        " || document.getElementById('status').textContent.startsWith('Training stopped')",
        arg=count,
    )
    if page.inner_text("#play") == "Pause":
        page.click("#play")
    page.click("#one-step")  # its answer shows the numbers of the last step
    page.wait_for_function("!document.getElementById('play').ariaPressed.includes('true')")
    page.wait_for_timeout(500)


def preset(page: Any, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.wait_for_function("document.getElementById('counts').textContent.startsWith('0 ')")
    page.wait_for_timeout(500)


def test_moons_are_learnt_to_95_percent(network: Any) -> None:
    before = network.inner_html("#plane")
    network.click("#play")
    network.wait_for_function(
        "parseFloat(document.querySelector('#numbers tr:nth-child(3) td:last-child').textContent) >= 95"
    )
    network.click("#play")
    taken = steps(network)
    assert network.inner_html("#plane") != before
    network.wait_for_timeout(1000)
    assert steps(network) - taken <= 60  # paused: at most what was under way
    network.click("#diagnose")
    network.wait_for_selector("#diagnosis:visible")
    assert network.inner_text("#diagnosis").startswith("loss ")


def test_the_program_computes_what_the_page_shows(network: Any) -> None:
    network.click("#one-epoch")
    network.wait_for_function("document.getElementById('counts').textContent.includes('epoch 1')")
    program = network.text_content("#program").replace("range(40)", "range(1)").replace("print(", "shown = (")
    names: dict[str, Any] = {}
    exec(program, names)
    assert steps(network) == 7  # 105 samples, 16 per step
    assert numbers(network)[0] == pytest.approx(names["shown"][1], rel=0.01)  # three digits are shown


def test_own_points_are_learnt(network: Any) -> None:
    network.select_option("[name=data]", "own points")
    network.wait_for_selector("#clicking:visible")
    network.wait_for_function("!document.querySelector('#plane circle')")
    box = network.locator("#plane svg").bounding_box()
    for label, share in (("1", 0.25), ("0", 0.75)):
        network.select_option("#label", label)
        for up in (0.3, 0.6):
            network.mouse.click(box["x"] + share * box["width"], box["y"] + up * box["height"])
            network.wait_for_timeout(700)
    assert network.locator("#plane circle").count() == 2
    assert network.locator("#plane rect").count() == 2
    train(network, 100)
    assert numbers(network)[2] == 100.0
    assert "points=" in network.url


def test_vanishing_gradients_are_seen(network: Any) -> None:
    preset(network, "vanishing gradients")
    train(network, 20)
    assert layers(network)[0][0] < 1e-4 * layers(network)[-1][0]


def test_dead_relus_are_seen(network: Any) -> None:
    preset(network, "dead ReLUs")
    train(network, 60)
    assert any(units == "100% dead" for _, units in layers(network))


def test_a_learning_rate_that_is_too_high_is_seen(network: Any) -> None:
    preset(network, "learning rate too high")
    train(network, 60)
    assert network.inner_text("#status").startswith("Training stopped")
    assert numbers(network)[0] > 1e6


def test_zero_initialisation_is_seen(network: Any) -> None:
    preset(network, "zero initialisation")
    train(network, 100)
    assert layers(network)[0][0] == 0.0
    assert numbers(network)[0] > 0.68  # log 2 is 0.693


def test_overfitting_is_seen(network: Any) -> None:
    preset(network, "overfitting")
    before = numbers(network)
    train(network, 150)
    after = numbers(network)
    assert after[0] < 0.7 * before[0]
    assert after[1] > 1.5 * before[1]


def test_momentum_helps_in_a_narrow_valley(network: Any) -> None:
    preset(network, "momentum in a narrow valley")
    train(network, 120)
    with_momentum = numbers(network)[0]
    network.fill("[name=momentum]", "0")
    network.press("[name=momentum]", "Tab")
    network.wait_for_function("document.getElementById('counts').textContent.startsWith('0 ')")
    network.wait_for_timeout(500)
    train(network, 120)
    assert numbers(network)[0] > 3 * with_momentum


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("widths=99999", "layers must be widths"),
        ("widths=8,8,8,8,8,8,8,8,8,8,8,8,8", "layers: at most 12"),
        ("learning_rate=-1", "learning_rate must be from"),
        ("samples=1000000000", "samples must be from 4 to 500"),
        ("points=[[1,2,7]]", "class 0 or 1"),
        ("points=[[%22<img src=x onerror=alert(1)>%22,2,0]]", "must be two numbers"),
        ("points=%5B%5B1e999%2C1%2C1%5D%5D", "must be two"),
    ],
)
def test_hostile_addresses_are_answered(network: Any, state: str, says: str) -> None:
    page = network
    page.evaluate("state => { location.hash = `#view=network&${state}`; }", state)
    page.wait_for_function(f"document.getElementById('status').textContent.includes({says!r})")
    page.get_by_role("button", name="two moons").click()
    page.click("#one-step")
    page.wait_for_function("document.getElementById('counts').textContent.startsWith('1 ')")


def test_the_page_fits_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page(PAGE, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.wait_for_selector("#play:enabled")
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
    page.goto(page.url.partition("#")[0] + "#view=expression")
    page.wait_for_selector("#explanation .katex")
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
