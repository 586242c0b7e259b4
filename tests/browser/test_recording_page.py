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
    page.wait_for_selector("#root[data-epoch='6']", timeout=8000)
    assert page.locator(".loss text", has_text="epoch").count() == 1
    assert [text for text in page.locator(".loss text").all_text_contents() if text.isdecimal()][-1] == "6"
