"""How does a page of HTML that needs no other file begin and end?"""

from __future__ import annotations

import html


def html_page(title: str, style: str, body: str) -> str:
    """A self-contained page; `title` is text, `style` and `body` are CSS and HTML.

    >>> html_page("a < b", "", "<p>x</p>").splitlines()[1]
    "<html lang='en'><head><meta charset='utf-8'>..."
    """
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>{html.escape(title)}</title>"
        f"<style>{style}</style></head><body>\n{body}\n</body></html>\n"
    )
