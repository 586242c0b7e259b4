"""The page of a recorded training in a real browser: it scrubs, by slider and by keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nn


def test_it_scrubs_through_the_epochs(tmp_path: Path, visit: Any) -> None:
    X, y = nn.make_moons(40, noise=0.1, seed=1)
    model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    recording = nn.record()
    optimizer = nn.SGD(model, 0.5)
    nn.fit(
        model,
        X,
        y,
        loss="binary_cross_entropy_with_logits",
        optimizer=optimizer,
        epochs=6,
        callbacks=[recording],
        progress=False,
    )
    page = visit(recording.save(tmp_path / "training.html"), viewport={"width": 360, "height": 700}).page
    root = page.locator("#root")
    assert root.get_attribute("data-epoch") == "1"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture = "document.querySelector('.boundary canvas').toDataURL()"
    before = page.evaluate(picture)
    page.keyboard.press("End")  # at once: nothing was clicked yet
    assert root.get_attribute("data-epoch") == "6"
    assert page.evaluate(picture) != before
    shown = page.inner_text(".numbers")
    assert f"loss {recording.history['loss'][-1]:.4g}" in shown
    page.keyboard.press("ArrowLeft")
    assert root.get_attribute("data-epoch") == "5"
    page.click("button[title='To the start']")
    page.click("button[title='Play']")
    page.wait_for_selector("#root[data-epoch='6']")
    assert page.locator(".loss text", has_text="epoch").count() == 1
    assert page.locator(".plane b").all_inner_texts() == ["second feature", "first feature"]
    assert page.locator(".columns").first.inner_text().split() == ["weights.0", "weights.1", "bias"]
    low, high = recording.grids[0][0], recording.grids[0][-1]
    for tick in page.locator(".across span").all():  # a tick stands where its number is
        box, canvas = tick.bounding_box(), page.locator(".boundary canvas").bounding_box()
        assert box is not None
        assert canvas is not None
        x = low + (high - low) * (box["x"] + box["width"] / 2 - canvas["x"]) / canvas["width"]
        assert abs(x - float(tick.inner_text().replace("−", "-"))) < 0.02 * (high - low)
    assert [text for text in page.locator(".loss text").all_text_contents() if text.isdecimal()][-1] == "6"


def test_of_three_classes_the_one_with_the_highest_score_is_painted(tmp_path: Path, visit: Any) -> None:
    """The scores are linear in the place, so that all boundaries are straight, however coarse the grid is."""
    model = nn.MLP(2, [3], init="zeros")
    for neuron, (bias, *weights) in zip(
        model.layers[0].neurons, [(0.0, 2.0, 0.5), (0.3, -1.0, 1.5), (-0.2, -0.4, -2.0)], strict=True
    ):
        neuron.bias.data = bias
        for weight, number in zip(neuron.weights, weights, strict=True):
            weight.data = number
    recording = nn.record(resolution=6)
    X = [[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]
    nn.fit(model, X, [0, 1, 2, 0], loss="cross_entropy", optimizer=nn.SGD(model, 0.0), epochs=1,
           callbacks=[recording], progress=False)  # fmt: skip
    page = visit(recording.save(tmp_path / "training.html")).page
    pixels = page.evaluate(
        "() => { const c = document.querySelector('.boundary canvas');"
        "return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data); }"
    )
    palette = [(47, 109, 181), (209, 96, 61), (79, 157, 105)]
    shades = {tuple(round(255 - 0.45 * (255 - part)) for part in colour): label for label, colour in enumerate(palette)}
    compared = []
    for row in range(0, 400, 7):
        for column in range(0, 500, 7):
            x = -1.3 + 2.6 * column / 499
            y = 1.3 - 2.6 * row / 399
            scores = model([x, y])
            ordered = sorted((score.data for score in scores), reverse=True)
            at = 4 * (500 * row + column)
            if ordered[0] - ordered[1] < 0.15 or ordered[0] - ordered[2] < 0.9:
                continue  # on a boundary, or in the cell in which three regions meet
            if min((x - a) ** 2 + (y - b) ** 2 for a, b in X) < 0.01:
                continue  # a sample is drawn here
            found = [
                label
                for shade, label in shades.items()
                if max(abs(s - p) for s, p in zip(shade, pixels[at : at + 3], strict=True)) <= 1
            ]
            assert found == [max(range(3), key=lambda label: scores[label].data)], (x, y)
            compared.append(found[0])
    assert {0, 1, 2} == set(compared)
    assert len(compared) > 2000
