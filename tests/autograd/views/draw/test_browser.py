"""A picture is shown as a page in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd import Value, draw
from autograd.views.draw import Graph


@pytest.fixture
def graph() -> Graph:
    a, b = Value(2.0, label="alpha"), Value(-3.0, label="beta")
    return draw((a * b).tanh(), theme="light")


def test_show_opens_a_page_with_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: addresses.append(address) is None)
    graph = draw(Value(2.0, label="</title><script>") * 3.0)
    page = graph.show()
    text = page.read_text(encoding="utf-8")
    page.unlink()
    page.parent.rmdir()
    assert addresses == [page.as_uri()]
    assert page.suffix == ".html"
    assert text.count("<svg") == 1
    assert "<script" not in text
    assert f"<title>{graph.description}</title>" in text


def test_without_a_browser_it_says_where_the_page_is(monkeypatch: pytest.MonkeyPatch, graph: Graph) -> None:
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    with pytest.raises(RuntimeError, match=r"^show: no browser was found; open \S+graph\.html in one") as refused:
        graph.show()
    page = Path(str(refused.value).split()[6])
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    page.unlink()
    page.parent.rmdir()
