"""A page on which Python runs: nothing may go wrong on it unseen, and it may ask no other host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds: how long Python may need on a busy machine."""


@pytest.fixture
def open_page(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """A function that opens a page of the site; afterwards no error and no foreign request may have been seen."""
    yield from _opener(chromium, address)


@pytest.fixture(scope="module")
def open_shared_page(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """The same for a page that the tests of a module share, since Python takes seconds to start."""
    yield from _opener(chromium, address)


def _opener(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    complaints: list[str] = []
    contexts: list[Any] = []
    own = (address, "data:", "blob:", "about:")

    def opened(path: str, **options: Any) -> Any:
        contexts.append(chromium.new_context(**({"viewport": DESK} | options)))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda r: None if r.url.startswith(own) else complaints.append(f"asks {r.url}"))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if "favicon" not in text and "404 (File not found)" not in text] == []
