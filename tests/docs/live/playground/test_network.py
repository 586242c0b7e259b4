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
    settle(page)
    return page


@pytest.fixture
def network(opened: Any) -> Any:
    """The page with the usual settings, and no step taken."""
    preset(opened, "two moons")
    return opened


def settle(page: Any) -> None:
    """Wait until Python has answered everything."""
    page.wait_for_function("document.documentElement.dataset.asked === '0'")


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
    settle(page)


def preset(page: Any, name: str) -> None:
    page.get_by_role("button", name=name).click()
    settle(page)


def choose(page: Any, **settings: str) -> None:
    """Fill in settings, as with the keyboard."""
    for name, value in settings.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
            field.press("Tab")
    settle(page)


def test_moons_are_learnt_to_95_percent(network: Any) -> None:
    before = network.inner_html("#plane-picture")
    network.click("#play")
    network.wait_for_function(
        "parseFloat(document.querySelector('#numbers tr:nth-child(3) td:last-child').textContent) >= 95"
    )
    network.click("#play")
    settle(network)
    taken = steps(network)
    assert network.inner_html("#plane-picture") != before
    assert network.inner_text("#curves-picture").endswith(f"{taken:,} steps")  # the numbers are those of the last step
    network.wait_for_timeout(500)
    assert steps(network) == taken
    network.click("#diagnose")
    network.wait_for_selector("#diagnosis:visible")
    assert network.inner_text("#diagnosis").startswith("loss ")


def test_a_pause_between_two_frames_shows_the_last_step(network: Any) -> None:
    awaited = network.evaluate(
        """async () => {
            const text = (id) => document.getElementById(id).innerText;
            const play = document.getElementById("play");
            const { dataset } = document.documentElement;
            const late = () => !text("curves-picture").endsWith(text("counts").replace(/, epoch.*/, ""));
            play.click();
            do await new Promise((next) => setTimeout(next)); while (dataset.asked !== "0" || !late());
            play.click();
            return dataset.asked;
        }"""
    )
    assert awaited == "1"
    settle(network)
    assert network.inner_text("#curves-picture").endswith(f"{steps(network):,} steps")


def test_a_diagnosis_of_an_earlier_state_is_not_shown(network: Any) -> None:
    network.evaluate("for (const id of ['diagnose', 'one-step']) document.getElementById(id).click()")
    settle(network)
    assert network.is_hidden("#diagnosis")
    network.click("#diagnose")
    network.wait_for_selector("#diagnosis:visible")


def test_python_says_that_it_is_starting(open_before_python: Callable[..., Any]) -> None:
    page, held = open_before_python(PAGE)
    page.locator("#status", has_text="Python is starting in this page").wait_for()
    held.release()
    settle(page)
    assert page.inner_text("#status") == ""


def test_restart_starts_a_python_that_did_not_start(open_page: Callable[..., Any]) -> None:
    page = open_page("about:blank", silent=False)
    page.context.route("**/worker.mjs", lambda route: route.abort())
    page.goto(PAGE)
    page.locator("#status.bad", has_text="Python did not start").wait_for()
    page.context.unroute("**/worker.mjs")
    page.click("#restart")
    settle(page)
    assert page.inner_text("#status") == ""
    page.click("#one-step")
    settle(page)
    assert steps(page) == 1


def test_what_took_too_long_is_said_until_something_is_changed(open_page: Callable[..., Any]) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto(f"{PAGE}#samples=500&batch_size=1&widths=32,32,32,32,32,32,32,32")  # an epoch takes a minute
    settle(page)
    page.click("#one-epoch")
    page.wait_for_function("document.documentElement.dataset.asked === '1'")
    page.clock.fast_forward(61_000)
    page.locator("#status.bad", has_text="This took too long").wait_for()
    page.click("nav >> text=Expression")
    page.wait_for_selector("#leaves output")  # Python answers again
    assert "This took too long" in page.inner_text("#status")
    page.click("nav >> text=Network")
    choose(page, widths="3", batch_size="10")
    assert page.inner_text("#status") == ""


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 7),  # 105 samples, 16 per step
        ({"data": "circles", "loss": "hinge", "optimizer": "Adam", "learning_rate": "0.02", "l2": "0.01"}, 7),
        ({"data": "spiral", "activation": "relu", "momentum": "0.5", "batch_size": "500", "held": "0"}, 1),
    ],
)
def test_the_program_computes_what_the_page_shows(network: Any, settings: dict[str, str], count: int) -> None:
    choose(network, **settings)
    network.click("#one-epoch")
    settle(network)
    program = network.text_content("#program").replace("range(40)", "range(1)").replace("print(", "shown = (")
    names: dict[str, Any] = {}
    exec(program, names)
    assert steps(network) == count
    assert numbers(network)[0] == pytest.approx(names["shown"][1], rel=0.01)  # three digits are shown


def test_the_program_is_copied(network: Any) -> None:
    network.context.grant_permissions(["clipboard-read", "clipboard-write"])
    network.click("summary")
    network.click("#copy")
    network.wait_for_function("document.getElementById('status').textContent === 'Copied.'")
    assert network.evaluate("navigator.clipboard.readText()") == network.text_content("#program")
    network.click("summary")


def test_own_points_are_learnt(network: Any) -> None:
    choose(network, data="own points")
    assert network.locator("#plane-picture circle, #plane-picture rect").count() == 0
    box = network.locator("#plane-picture svg").bounding_box()
    for label, share in (("1", 0.25), ("0", 0.75)):
        network.select_option("#label", label)
        for up in (0.3, 0.6):
            network.mouse.click(box["x"] + share * box["width"], box["y"] + up * box["height"])
            settle(network)
    assert network.locator("#plane-picture circle").count() == 2
    assert network.locator("#plane-picture rect").count() == 2
    train(network, 100)
    assert numbers(network)[2] == 100.0


def test_own_points_are_set_by_keyboard_and_kept_in_the_address(network: Any) -> None:
    choose(network, data="own points")
    network.select_option("#label", "1")
    network.focus("#label")
    for keys in (["Tab", "1", "Tab", "-0.5", "Tab", "Enter"], ["Shift+Tab", "0.25", "Enter"]):
        for key in keys:
            if key[0] in "-0123456789":
                network.keyboard.type(key)
            else:
                network.keyboard.press(key)
        settle(network)
    assert "X, y = [[1.0, -0.5], [1.0, 0.25]], [1, 1]" in network.text_content("#program")
    network.click("#remove")
    settle(network)
    assert "X, y = [[1.0, -0.5]], [1]" in network.text_content("#program")
    network.reload()
    settle(network)
    assert "X, y = [[1.0, -0.5]], [1]" in network.text_content("#program")
    assert network.locator("#plane-picture circle").count() == 1


def test_points_of_the_address_outlive_a_wrong_setting_that_comes_before_python(
    open_before_python: Callable[..., Any],
) -> None:
    page, held = open_before_python(f"{PAGE}#data=own+points&points=[[1,-0.5,1]]")
    page.fill("[name=learning_rate]", "-1")
    page.keyboard.press("Tab")
    held.release()
    settle(page)
    assert "learning_rate must be" in page.inner_text("#status")
    choose(page, learning_rate="0.1")
    assert "X, y = [[1.0, -0.5]], [1]" in page.text_content("#program")


def test_everything_is_reached_by_keyboard(network: Any) -> None:
    network.get_by_role("button", name="momentum in a narrow valley").focus()
    network.keyboard.press("Tab")
    assert network.evaluate("document.activeElement.id") == "play"
    network.keyboard.press("Enter")
    network.wait_for_function("parseInt(document.getElementById('counts').textContent) > 2")
    network.keyboard.press("Space")
    settle(network)
    assert network.get_attribute("#play", "aria-pressed") == "false"
    order = ["one-step", "one-epoch", "restart", "diagnose", "data", "samples", "noise", "held", "widths", "activation"]
    for place in order:
        network.keyboard.press("Tab")
        assert network.evaluate("document.activeElement.id || document.activeElement.name") == place


def test_settings_are_kept_over_a_reload(network: Any) -> None:
    choose(network, data="xor", widths="3", learning_rate="0.05")
    before = network.text_content("#program")
    network.reload()
    settle(network)
    assert network.text_content("#program") == before
    assert "nn.make_xor" in before


def test_vanishing_gradients_are_seen(network: Any) -> None:
    preset(network, "vanishing gradients")
    train(network, 20)
    assert layers(network)[0][0] < 1e-4 * layers(network)[-1][0]
    choose(network, activation="tanh")
    train(network, 20)
    assert layers(network)[0][0] > 1e-2 * layers(network)[-1][0]
    train(network, 80)
    assert numbers(network)[0] < 0.5


def test_dead_relus_are_seen(network: Any) -> None:
    preset(network, "dead ReLUs")
    train(network, 60)
    assert any(units == "100% dead" for _, units in layers(network))
    choose(network, activation="leaky_relu")
    train(network, 60)
    assert all(units in ("0% dead", "") for _, units in layers(network))


def test_a_learning_rate_that_is_too_high_is_seen(network: Any) -> None:
    preset(network, "learning rate too high")
    train(network, 60)
    assert network.inner_text("#status").startswith("Training stopped")
    assert numbers(network)[0] > 1e6
    choose(network, learning_rate="0.03")
    train(network, 60)
    assert numbers(network)[0] < 1.0


def test_zero_initialisation_is_seen(network: Any) -> None:
    preset(network, "zero initialisation")
    train(network, 100)
    assert layers(network)[0][0] == 0.0
    assert numbers(network)[0] > 0.68  # log 2 is 0.693
    choose(network, init="auto")
    train(network, 100)
    assert numbers(network)[0] < 0.4


def test_overfitting_is_seen(network: Any) -> None:
    preset(network, "overfitting")
    before = numbers(network)
    train(network, 150)
    after = numbers(network)
    assert after[0] < 0.7 * before[0]
    assert after[1] > 1.5 * before[1]
    choose(network, l2="0.05")
    train(network, 150)
    assert numbers(network)[1] < 0.7 * after[1]


def test_momentum_helps_in_a_narrow_valley(network: Any) -> None:
    preset(network, "momentum in a narrow valley")
    take(network, 50)
    with_momentum = numbers(network)[0]
    choose(network, momentum="0")
    take(network, 50)
    assert numbers(network)[0] > 3 * with_momentum


def take(page: Any, count: int) -> None:
    """Exactly so many steps."""
    page.evaluate("n => { for (let k = 0; k < n; k++) document.getElementById('one-step').click(); }", count)
    settle(page)
    assert steps(page) == count


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("widths=99999", "layers must be widths"),
        ("widths=8,8,8,8,8,8,8,8,8,8,8,8,8", "layers: at most 12"),
        ("learning_rate=-1", "learning_rate must be from"),
        ("learning_rate=NaN", "learning_rate must be a number"),
        ("seed=1.5", "seed must be a whole number"),
        ("samples=1000000000", "samples must be from 4 to 500"),
        ("data=<script>alert(1)</script>", "data must be one of"),
        ("points=[[1,2,7]]", "class 0 or 1"),
        ("points=[[%22<img src=x onerror=alert(1)>%22,2,0]]", "must be two numbers"),
        ("points=%5B%5B1e999%2C1%2C1%5D%5D", "must be two"),
        ("points={%22a%22:1}", "must be two numbers"),
        ("points=[" + "[1,1,1]," * 3000 + "[1,1,0]]", "points: at most 200"),
    ],
)
def test_hostile_addresses_are_answered(network: Any, state: str, says: str) -> None:
    go(network, state)
    assert says in network.inner_text("#status")
    choose(network, data="blobs", widths="4", learning_rate="0.1", seed="2", samples="40")
    assert network.inner_text("#status") == ""
    network.click("#one-step")
    settle(network)
    assert steps(network) == 1


def go(page: Any, state: str) -> None:
    """Follow another address of the page."""
    page.evaluate(
        "state => new Promise((done) => { addEventListener('hashchange', done, { once: true });"
        " location.hash = `#view=network&${state}`; })",
        state,
    )
    settle(page)


def test_unknown_parts_of_an_address_change_nothing(network: Any) -> None:
    usual = network.text_content("#program")
    go(network, "constructor=1&__proto__=2&toString=3&rate=0.5&view=expression&points=notjson&<script>=1")
    assert network.inner_text("#status") == ""
    assert network.text_content("#program") == usual


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (853, "light")])  # a phone; 1280 at 150 %
def test_the_page_fits_its_window(open_page: Callable[..., Any], width: int, scheme: str) -> None:
    page = open_page(PAGE, viewport={"width": width, "height": 600}, color_scheme=scheme)
    preset(page, "vanishing gradients")
    page.click("#diagnose")
    page.click("summary")
    settle(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") == width
    plane, numbers_ = page.locator("#plane-picture").bounding_box(), page.locator("#numbers").bounding_box()
    assert (plane["x"] < numbers_["x"]) == (width > 700)
    page.goto(page.url.partition("#")[0] + "#view=expression")
    page.wait_for_selector("#explanation .katex")
    page.click("#step-open")
    page.wait_for_selector("#stepper iframe")
    settle(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") == width


@pytest.mark.parametrize("back", [lambda page: page.click("nav >> text=Network"), lambda page: page.go_back()])
def test_training_stays_as_it_is_while_the_other_view_is_looked_at(network: Any, back: Callable[[Any], None]) -> None:
    choose(network, widths="3")
    network.click("#one-step")
    settle(network)
    network.click("nav >> text=Expression")
    settle(network)
    back(network)
    network.wait_for_selector("#network:visible")
    settle(network)
    assert steps(network) == 1
    assert "widths=3" in network.url
