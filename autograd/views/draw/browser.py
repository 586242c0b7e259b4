"""How is a picture shown at a plain prompt?  As a page in the browser.

Read `svg` first; `picture` and `stepper` use it.
"""

from __future__ import annotations

from pathlib import Path

from autograd.packages import IN_BROWSER


def open_page(page: str, name: str) -> Path:
    """Write a page to a new temporary folder, open it in the browser, and return its path.

    Raises RuntimeError if there is no browser; the message says where the page is.
    """
    if IN_BROWSER:
        raise RuntimeError(
            "show: this is a browser already; write the object in the last line of a cell, or write a file with .save"
        )
    from tempfile import mkdtemp
    from webbrowser import open as browse  # both imported late, so that drawing does not wait for them

    target = Path(mkdtemp(prefix="chalkgrad-")) / f"{name}.html"
    target.write_text(page, encoding="utf-8")
    if not browse(target.as_uri()):
        raise RuntimeError(f"show: no browser was found; open {target} in one, or write a file with .save")
    return target
