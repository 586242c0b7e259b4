"""The saved page in a real browser, used as a learner uses it: clicks, keys, predictions, a phone, the dark."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, stepper


def neuron() -> tuple[Value, dict[str, Value]]:
    """The neuron of the lesson, with the gradients that the lesson finds."""
    values = {
        "x1": Value(2.0, label="x1"), "x2": Value(0.0, label="x2"), "w1": Value(-3.0, label="w1"),
        "w2": Value(1.0, label="w2"), "b": Value(6.8813735870195432, label="b"),
    }  # fmt: skip
    n = values["x1"] * values["w1"] + values["x2"] * values["w2"] + values["b"]
    output = n.tanh()
    output.label = "o"
    return output, values


@pytest.fixture
def page_of(tmp_path: Path) -> Any:
    def save(output: Value, **options: Any) -> Path:
        return stepper(output, **options).save(tmp_path / "backprop.html")

    return save


def by_label(visit: Any, output: Value) -> dict[str, float]:
    names = {node.id: node.label for node in stepper(output).trace.nodes}
    return {names[node]: gradient for node, gradient in visit.gradients().items() if names[node]}


def test_clicks_lead_to_the_gradients_of_backward(page_of: Any, visit: Any) -> None:
    output, values = neuron()
    output.backward()
    seen = visit(page_of(output))
    assert seen.gradients() == {}
    _, position, last = seen.position()
    while position < last:
        seen.page.click(".controls .forward")
        assert seen.position()[1] == position + 1
        position += 1
    assert by_label(seen, output) == {"o": 1.0, **{name: value.grad for name, value in values.items()}}


def test_keys_lead_there_and_back(page_of: Any, visit: Any) -> None:
    output, values = neuron()
    output.backward()
    seen = visit(page_of(output))
    seen.page.focus(".chalkgrad-stepper")
    for _ in range(seen.position()[2]):
        seen.page.keyboard.press("ArrowRight")
    assert by_label(seen, output)["x1"] == values["x1"].grad
    seen.page.keyboard.press("Home")
    assert seen.gradients() == {}
    seen.page.keyboard.press("End")
    assert by_label(seen, output)["w1"] == values["w1"].grad
    seen.page.keyboard.press("ArrowLeft")
    assert seen.position()[1] == seen.position()[2] - 1


def test_space_plays_by_itself(page_of: Any, visit: Any) -> None:
    seen = visit(page_of(neuron()[0]))
    seen.page.focus(".chalkgrad-stepper")
    seen.page.keyboard.press(" ")
    seen.page.wait_for_selector(".chalkgrad-stepper[data-position='2']")
    seen.page.keyboard.press(" ")
    stopped = seen.position()
    seen.page.wait_for_timeout(1500)
    assert seen.position() == stopped


def test_the_chain_rule_is_written_out(page_of: Any, visit: Any) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    product.label = "p"
    seen = visit(page_of(product))
    seen.page.focus(".chalkgrad-stepper")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        seen.page.keyboard.press(key)
    said = seen.page.inner_text(".said")
    assert "dp/da = dp/dp · ∂p/∂a" in said
    assert "∂p/∂a = b = −3" in said
    assert "= 1 · (−3) = −3" in said
    lit = seen.page.eval_on_selector_all(".picture .source, .picture .target", "all => all.map(g => g.dataset.node)")
    assert sorted(filter(None, lit)) == ["0", "2"]
    lit = seen.page.eval_on_selector_all(".picture .edge.lit", "all => all.map(g => g.dataset.arrow)")
    assert sorted(lit) == ["2:", "2:0"]


def test_the_forward_pass_fills_in_the_values(page_of: Any, visit: Any) -> None:
    output, _ = neuron()
    seen = visit(page_of(output, order="forward"))
    column = "rows => rows.map(row => row.cells[2].textContent)"
    assert sum(bool(text) for text in seen.page.eval_on_selector_all("tr[data-node]", column)) == 5
    seen.page.click(".controls .last")
    assert all(seen.page.eval_on_selector_all("tr[data-node]", column))
    assert "tanh" in seen.page.inner_text(".said")


def test_the_naive_order_goes_wrong_and_says_so(page_of: Any, visit: Any) -> None:
    a = Value(1.0, label="a")
    b = a + a
    c = b + b
    seen = visit(page_of(c, order="naive"))
    seen.page.click(".controls .last")
    assert seen.gradients()[0] == 8.0  # 4 is right
    assert "wrong for a (the true gradient is 4)" in seen.page.inner_text(".said")
    seen.page.click("button[data-order=topological]")
    seen.page.click(".controls .last")
    assert seen.gradients()[0] == 4.0


def test_predictions_are_checked_and_explained(page_of: Any, visit: Any) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    seen = visit(page_of((a * b) * 5.0))
    page = seen.page
    page.check(".predict input")
    for _ in range(3):  # before the pass; the seed; to the product; to a
        page.click(".controls .forward")
    assert "= 5 · (−3) = ?" in page.inner_text(".said")
    for wrong, hint in (("2", "multiplies the two"), ("15", "sign"), ("-3", "partial alone"), ("x", "enter a number")):
        page.fill(".question input", wrong)
        page.keyboard.press("Enter")
        assert hint in page.inner_text(".verdict")
        assert 0 not in seen.gradients()
    page.fill(".question input", "-15")
    page.keyboard.press("Enter")
    assert "Right. 1 of 5 so far" in page.inner_text(".verdict")
    assert seen.gradients()[0] == -15.0


def test_any_label_is_text(page_of: Any, visit: Any) -> None:
    labels = [
        "</script><script>document.title='hacked'</script>",
        "<img src=x onerror=alert(1)>",
        "\"'{}|<>\\",
        "a\nb",
        "🙂",
        "{data}{style}",
        "\x1b[31m\x00",
        "x" * 20_000,
    ]
    total = Value(0.0)
    for label in labels:
        total = total + Value(1.0, label=label)
    total.label = labels[0]
    seen = visit(page_of(total))
    shown = seen.page.eval_on_selector_all("tr[data-node] th", "cells => cells.map(cell => cell.textContent)")
    assert set(labels) <= set(shown)
    assert seen.page.locator("img, main script").count() == 0
    assert "hacked" not in seen.page.title()[:20]
    seen.page.click(".controls .last")


def test_what_is_not_finite_is_shown(page_of: Any, visit: Any) -> None:
    x = Value(0.0, label="x")
    seen = visit(page_of(x.sqrt() * math.inf))
    seen.page.click(".controls .last")
    assert math.isinf(seen.gradients()[0])
    assert "inf" in seen.page.inner_text(".said")


def test_a_phone_needs_no_sideways_scrolling(page_of: Any, visit: Any) -> None:
    seen = visit(page_of(neuron()[0]), viewport={"width": 360, "height": 700}, has_touch=True)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    seen.page.tap(".controls .forward")
    heights = seen.page.eval_on_selector_all(
        ".controls button", "all => all.map(b => b.getBoundingClientRect().height)"
    )
    assert min(heights) >= 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(page_of: Any, visit: Any, scheme: str) -> None:
    seen = visit(page_of(neuron()[0]), color_scheme=scheme)
    seen.page.click(".controls .last")
    colours = """() => [".what", ".incoming", ".partial", ".result", ".counter"].map(name => {
        const probe = document.querySelector(name), root = document.querySelector(".chalkgrad-stepper");
        return [name, getComputedStyle(probe).color, getComputedStyle(root).backgroundColor];})"""
    for name, text, back in seen.page.evaluate(colours):
        assert contrast(text, back) >= 4.5, name
    dark = seen.page.evaluate("getComputedStyle(document.querySelector('.chalkgrad-stepper')).backgroundColor")
    assert (luminance(dark) < 0.1) == (scheme == "dark")


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    channels = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_stays_in_its_box(page_of: Any, visit: Any) -> None:
    wide, tiny = Value(-1.23456e-10, label="W" * 14), Value(-6.88137e-200, label="learning_rate_decay")
    out = ((wide * tiny + 1.23456e-100) * Value(-123456.789) * 1e-300 - 12345.678).leaky_relu()
    seen = visit(page_of(out))
    sticking_out = """() => [...document.querySelectorAll(".picture [data-node]")].flatMap(group => {
        const box = group.querySelector("path").getBBox(), texts = [...group.querySelectorAll("text")];
        const places = texts.filter(text => text.textContent).map(text => [text.textContent, text.getBBox()]);
        const inside = at => at.x >= box.x && at.x + at.width <= box.x + box.width;
        return places.filter(([, at]) => !inside(at)).map(([text]) => text);})"""
    for order in ("forward", "topological"):
        seen.page.click(f"button[data-order={order}]")
        for _ in range(10):
            seen.page.keyboard.press("ArrowRight")
            assert seen.page.evaluate(sticking_out) == []


def test_the_keys_work_at_once(page_of: Any, visit: Any) -> None:
    """Whoever has just opened the page has clicked nothing yet."""
    seen = visit(page_of(neuron()[0]))
    for key, position in {"ArrowRight": 1, "End": 10, "ArrowLeft": 9, "Home": 0}.items():
        seen.page.keyboard.press(key)
        assert seen.position()[1] == position


def test_the_tabulator_reaches_everything_and_shows_where_it_is(page_of: Any, visit: Any) -> None:
    seen = visit(page_of(neuron()[0]))
    reached = []
    for _ in range(16):
        seen.page.keyboard.press("Tab")
        width, label = seen.page.evaluate(
            "() => {const at = document.activeElement; return [getComputedStyle(at).outlineWidth,"
            " at.getAttribute('aria-label') || at.closest('label')?.innerText || at.innerText];}"
        )
        assert width == "3px", label
        reached.append(label.strip())
    assert {"Forward", "Backward", "Zoom in", "Predict", "Play", "One step forward", "Step"} <= set(reached)


def test_a_name_that_is_an_expression_stands_in_brackets(page_of: Any, visit: Any) -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product = a * b
    product.label = "a*b"
    seen = visit(page_of(product.tanh()))
    seen.page.click(".controls .last")
    assert "dv1/db = dv1/d(a*b) · ∂(a*b)/∂b" in " ".join(seen.page.inner_text(".said").split())


def test_zoom_and_pan_move_the_picture_only(page_of: Any, visit: Any) -> None:
    seen = visit(page_of(neuron()[0]))
    view = "document.querySelector('.picture svg').getAttribute('viewBox').split(' ').map(Number)"
    before = seen.page.evaluate(view)
    seen.page.click(".zoom button:has-text('+')")
    closer = seen.page.evaluate(view)
    assert closer[2] == pytest.approx(before[2] / 1.25)
    box = seen.page.locator(".picture svg").bounding_box()
    seen.page.mouse.move(box["x"] + 300, box["y"] + 150)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + 350, box["y"] + 170, steps=4)
    seen.page.mouse.up()
    assert seen.page.evaluate(view)[0] < closer[0]
    assert seen.position()[1] == 0


def test_a_click_on_a_box_goes_to_its_step(page_of: Any, visit: Any) -> None:
    output, values = neuron()
    output.backward()
    seen = visit(page_of(output))
    seen.page.click(".picture [data-node='0']")
    assert by_label(seen, output)["x1"] == values["x1"].grad


def test_whoever_zoomed_in_still_sees_the_current_step(page_of: Any, visit: Any) -> None:
    seen = visit(page_of(neuron()[0]))
    for _ in range(5):
        seen.page.click(".zoom button:has-text('+')")
    seen.page.focus(".chalkgrad-stepper")
    frame = seen.page.locator(".picture svg").bounding_box()
    for _ in range(seen.position()[2]):
        seen.page.keyboard.press("ArrowRight")
        box = seen.page.locator(".picture .source[data-node] path").bounding_box()
        target = seen.page.locator(".picture .target path")
        for shown in [box, *([target.bounding_box()] if target.count() else [])]:
            middle = shown["x"] + shown["width"] / 2
            assert frame["x"] - shown["width"] <= middle <= frame["x"] + frame["width"] + shown["width"]


def test_what_was_changed_since_and_what_was_written_by_hand_is_said(page_of: Any, visit: Any) -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    by_hand = Value(6.0, (a, b), "mul", label="h")

    def backward() -> None:
        a.grad += 3.0 * by_hand.grad
        b.grad += 2.0 * by_hand.grad

    by_hand._backward = backward
    out = by_hand * a
    a.data = 5.0
    seen = visit(page_of(out))
    assert "changed since the forward pass" in seen.page.inner_text(".warning")
    assert seen.page.locator(".picture [data-node]:has-text('changed since')").count() == 1
    seen.page.click(".picture [data-node='1']")
    assert "∂h/∂b = what your _backward adds = 2" in seen.page.inner_text(".said")


TEXTS = "all => all.map(g => [g.dataset.node, [...g.querySelectorAll('text')].map(text => text.textContent.trim())])"


def boxes(visit: Any, place: str) -> dict[str, list[str]]:
    """The texts in each box of the picture at `place`, by node."""
    return dict(visit.page.eval_on_selector_all(f"{place} [data-node]", TEXTS))


def test_at_the_end_the_picture_is_the_one_of_draw(page_of: Any, visit: Any) -> None:
    out = (neuron()[0] * -1.5e-7 + Value(12345.678, label="big")).leaky_relu()
    (svg,) = stepper(out, direction="LR").data()["pictures"]  # equal to draw's: tests/autograd/views/stepper
    seen = visit(page_of(out, direction="LR"))
    whole = boxes(seen, ".chalkgrad-paper .drawn")
    assert len(whole) == svg.count("data-node")
    seen.page.click(".controls .last")
    assert boxes(seen, ".picture") == whole
    visible = """all => all.filter(text => getComputedStyle(text).visibility === "visible")
        .map(text => text.textContent.trim())"""
    labels, printed = (
        seen.page.eval_on_selector_all(f"{place} .edge text", visible)
        for place in (".picture", ".chalkgrad-paper .drawn")
    )
    assert labels == [text for text in printed if text]  # a constant has no partial


@pytest.mark.parametrize("order", ["forward", "topological", "naive"])
def test_each_step_lights_its_own_boxes_and_arrows(page_of: Any, visit: Any, order: str) -> None:
    """The trace says which they are; the numbers that are not known yet are blank."""
    x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    product = x * y
    out = (product + x).maximum(y) * product
    shown = stepper(out, order=order)
    seen = visit(page_of(out, order=order))
    for position in range(shown.last(order) + 1):
        assert seen.position()[1] == position
        step: Any = shown.step(order, position)
        origin = {str(step.node)} if step else {str(shown.trace.output)} if position and order != "forward" else set()
        targets = [step.operand] if step and order != "forward" else step.operands if step else []
        arrows = set()
        if step:
            places = range(len(step.operands)) if order == "forward" else [step.position]
            arrows = {f"{step.node}:", *(f"{step.node}:{place}" for place in places)}
        assert lit(seen, "[data-node].source", "node") == origin
        assert lit(seen, "[data-sign].source", "sign") == (origin if step else set())
        assert lit(seen, ".target", "node") == set(map(str, targets))
        assert lit(seen, ".edge.lit", "arrow") == arrows
        assert lit(seen, ".edge.back", "arrow") == (arrows if order != "forward" else set())
        done = shown.backward(order)[: max(0, position - 1)] if order != "forward" else []
        untaken = {"4:0"} if order != "forward" else set()  # the sum, −3, is less than y
        assert lit(seen, ".edge.known", "arrow") == {f"{each.node}:{each.position}" for each in done} | untaken
        values, gradients = shown.known(order, position)
        for node, texts in boxes(seen, ".picture").items():
            if shown.trace.nodes[int(node)].kind != "constant":
                assert (texts[-2] != "data") == (int(node) in values)
                assert (texts[-1] != "grad") == (int(node) in gradients)
        seen.page.keyboard.press("ArrowRight")


def lit(visit: Any, selector: str, name: str) -> set[str]:
    return set(visit.page.eval_on_selector_all(f".picture {selector}", f"all => all.map(g => g.dataset.{name})"))


def test_the_larger_picture_is_shown(page_of: Any, visit: Any) -> None:
    output, _ = neuron()
    tall, wide = stepper(output).data()["pictures"]
    page = page_of(output)
    places = {name: re.findall('<text x="([^"]*)"', svg) for name, svg in (("tall", tall), ("wide", wide))}
    assert places["tall"] != places["wide"]
    for width, name in ((390, "tall"), (1280, "wide")):
        seen = visit(page, viewport={"width": width, "height": 844})
        shown = "all => all.map(text => text.getAttribute('x'))"
        assert seen.page.eval_on_selector_all(".picture text", shown) == places[name]
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_text_of_a_lit_box_stands_out(page_of: Any, visit: Any, scheme: str) -> None:
    seen = visit(page_of(neuron()[0]), color_scheme=scheme)
    seen.page.keyboard.press("ArrowRight")
    seen.page.keyboard.press("ArrowRight")
    colours = """() => [".source[data-node]", ".target", ".leaf", ".operation:not(.source):not(.target)"].map(name => {
        const box = document.querySelector(`.picture ${name}`);
        const of = part => getComputedStyle(box.querySelector(part)).fill;
        return [name, of("text"), of("path")];})"""
    for name, text, back in seen.page.evaluate(colours):
        assert contrast(text, back) >= 7.0, name


COUNT_PARTS = """
window.slices = [];
new MutationObserver((list) => {
  for (const change of list) if (change.target.closest?.(".picture")) slices.push(change.addedNodes.length);
}).observe(document, { childList: true, subtree: true });
"""


def test_a_large_picture_appears_in_slices(page_of: Any, visit: Any) -> None:
    output = Value(1.0)
    for _ in range(20):
        output = (output * Value(2.0)).tanh() + Value(1.0)
    seen = visit(page_of(output))
    seen.page.add_init_script(COUNT_PARTS)
    seen.page.reload()
    boxes, arrows = len(stepper(output).trace.nodes), 160  # 100 operands, and 60 from a circle to its box
    seen.page.wait_for_function(
        "([boxes, arrows]) => document.querySelectorAll('.picture [data-node]').length === boxes"
        " && document.querySelectorAll('.picture [data-arrow]').length === arrows",
        arg=[boxes, arrows],
    )
    slices = [count for count in seen.page.evaluate("slices") if count > 1]
    assert len(slices) > 3
    assert max(slices) == 60
    seen.page.click(".controls .forward")
    view, lit = (seen.page.locator(f".picture {part}").first.bounding_box() for part in ("svg", ".source"))
    assert view["y"] <= lit["y"]
    assert lit["y"] + lit["height"] <= view["y"] + view["height"]
