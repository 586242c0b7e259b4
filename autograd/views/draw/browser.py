"""How does a picture come to the eyes of somebody at a plain prompt?  As a page that the browser opens.

Read `svg` first; `picture` and `stepper` use this.
"""

from __future__ import annotations

from pathlib import Path


def opened(page: str, name: str) -> Path:
    """Write a page to a new temporary folder, open it in the browser, and return its path.

    Raises RuntimeError where there is no browser; the message says where the page is.
    """
    from tempfile import mkdtemp
    from webbrowser import open as browse  # both here, so that a drawing does not wait for them

    target = Path(mkdtemp(prefix="chalkgrad-")) / f"{name}.html"
    target.write_text(page, encoding="utf-8")
    if not browse(target.as_uri()):
        raise RuntimeError(f"show: no browser was found; open {target} in one, or write a file of your own with .save")
    return target
