"""How is an SVG rendered to pixels on a machine without fonts?  By resvg, with the font that matplotlib includes.

Read `svg` first, `picture` next.  Without a font file, the boxes would silently be empty.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from importlib.util import find_spec
from pathlib import Path

from autograd.packages import how_to_install
from autograd.views.draw.svg import FONT_SCALE, FONTS, PIXELS, background, size_of

COMFORTABLE = 20_000_000
"""Pixels that are rendered in a few seconds."""
MAX_PIXELS = 100_000_000
"""Pixels: no viewer shows a larger picture, and memory would run out."""


def png(svg: str, scale: float | None) -> bytes:
    """The picture in pixels, `scale` of them for each pixel of the SVG; None is 2, or less for a very large one.

    Raises ImportError if a package is missing, ValueError if the picture would be too large.
    """
    return _pixels(svg.replace(FONTS, "DejaVu Sans", 1), *size_of(svg), scale, background(svg))


def png_of_graphviz(svg: str) -> bytes:
    """Graphviz's own SVG in pixels, 96 per inch as the program `dot` makes them.  Raises the same as `png`."""
    head = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if head is None:
        raise RuntimeError("png: the layout engine gave an SVG without a size")
    width, height = (max(1.0, float(length) * PIXELS) for length in head.groups())
    return _pixels(re.sub(r'font-family="([^"]*)" font-size="([\d.]+)"', _in_own_font, svg), width, height, 1.0, None)


def _in_own_font(match: re.Match[str]) -> str:
    """A font that matplotlib includes and that is about as wide as the requested one."""
    name, size = match[1].lower(), float(match[2])
    if "courier" in name or "mono" in name:
        return f'font-family="DejaVu Sans Mono" font-size="{size:g}"'
    if "times" in name or ("serif" in name and "sans" not in name):
        return f'font-family="STIXGeneral" font-size="{size:g}"'
    return f'font-family="DejaVu Sans" font-size="{size * FONT_SCALE:.4g}"'


def _pixels(svg: str, width: float, height: float, scale: float | None, behind: str | None) -> bytes:
    if scale is None:
        scale = min(2.0, (COMFORTABLE / (width * height)) ** 0.5)
    if width * height * scale * scale > MAX_PIXELS:
        fits = (MAX_PIXELS / (width * height)) ** 0.5
        raise ValueError(
            f"png: {width * scale:,.0f} x {height * scale:,.0f} pixels are too many; "
            f"use scale={fits:.2g} or less, or .svg"
        )
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise ImportError(f"png needs resvg-py: {how_to_install('resvg-py')}; or save as .svg") from error
    font = font_file()
    text = "".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    others = [str(Path(font).with_name(f"{name}.ttf")) for name in ("STIXGeneral", "DejaVuSansMono")]
    return bytes(
        svg_to_bytes(
            svg_string=svg, zoom=1, dpi=96, width=round(width * scale), height=round(height * scale),
            font_files=[font, *(others if behind is None else [])], font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans", background=behind, skip_system_fonts=_covered(font, text),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def font_file() -> str:
    """DejaVu Sans, which has mathematics, Greek and arrows.  ImportError if matplotlib is not installed."""
    found = find_spec("matplotlib")  # not imported: that takes half a second
    if found is None or found.origin is None:
        raise ImportError(f"png uses the font of matplotlib: {how_to_install('matplotlib')}; or save as .svg")
    return str(Path(found.origin).with_name("mpl-data").joinpath("fonts", "ttf", "DejaVuSans.ttf"))


COMMON = frozenset("∂→…·×≤≥²³¹⁰⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉αβγδεθλμπσφω")
"""Characters that formulas use and the font has."""


def _covered(font: str, text: str) -> bool:
    """Whether the font has all of these characters; if not, the system's fonts are searched, which takes longer."""
    rare = {character for character in text if not character.isascii()} - COMMON
    if not rare:
        return True
    from matplotlib.ft2font import FT2Font

    return rare <= set(map(chr, FT2Font(font).get_charmap()))
