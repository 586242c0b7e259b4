"""A page on which Python runs: nothing may go wrong on it unseen, and it may ask no other host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds: how long Python may need on a busy machine."""


class Held:
    """Requests that wait until the test lets them go, so that Python cannot start before."""

    def __init__(self, context: Any) -> None:
        self._routes: list[Any] = []
        self._released = False
        context.route("**/packages.tar.xz", self._meet)

    def _meet(self, route: Any) -> None:
        if self._released:
            route.continue_()
        else:
            self._routes.append(route)

    def release(self) -> None:
        """Let go what waits, and what comes later."""
        self._released = True
        for route in self._routes:
            route.continue_()


@pytest.fixture
def open_before_python(open_page: Callable[..., Any]) -> Callable[..., tuple[Any, Held]]:
    """A function that opens a page on which Python starts only when what it needs is released."""

    def opened(path: str, **options: Any) -> tuple[Any, Held]:
        page = open_page("about:blank", **options)
        held = Held(page.context)
        page.goto(path)
        return page, held

    return opened


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

    def opened(
        path: str, allowed: tuple[str, ...] = (), agrees: bool = False, silent: bool = True, **options: Any
    ) -> Any:
        """Open a page, which may ask only this server, and what begins with one of the `allowed` addresses.

        "about:blank" is a page that asks nothing; what is not HTML has no icon, and Chromium asks for /favicon.ico.
        Its questions are answered with yes if the reader `agrees`; otherwise it may ask none.  A page that is not
        `silent` may have errors.
        """
        contexts.append(chromium.new_context(base_url=address, **({"viewport": DESK} | options)))
        context, own = contexts[-1], (address, "data:", "blob:", "about:", *allowed)
        context.on("console", lambda m: complain(m.text, m.location["url"]) if silent and m.type == "error" else None)
        context.on("weberror", lambda error: complain(str(error.error), error.page.url) if silent else None)
        context.on("dialog", (lambda dialog: dialog.accept()) if agrees else refuse)
        context.on("request", lambda r: None if r.url.startswith(own) else complain("asks another host", r.url))
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(path)
        return page

    def complain(text: str, url: str) -> None:
        complaints.append(f"{text} ({url})")

    def refuse(dialog: Any) -> None:
        complain(f"dialog: {dialog.message}", dialog.page.url)
        dialog.dismiss()  # a dialog without an answer would stop the page, and with it the test

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
