"""How does Graphviz's SVG become a picture for a page?  It is cleaned, and gets fonts, tooltips and a dark palette.

Read `layout_engines` first, `png` next.  Removed: the prolog with its web address, comments with versions, and ids that
collide if a page has several pictures.  Added: pixel sizes, fonts with a margin (the system's sans serif may be wider
than the Helvetica that was measured), and the text shown when the pointer is on a node or an arrow.
"""

from __future__ import annotations

import base64
import re
from html import escape, unescape
from typing import TYPE_CHECKING

from autograd.views.draw.dot import DARK, LIGHT
from autograd.views.draw.scene import BLANK, PARTIAL_BLANK
from autograd.views.draw.sizes import FIELD, SIGN, TEXT, WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FONTS = "Helvetica, Arial, 'DejaVu Sans', sans-serif"
FONT_SCALE = 0.87
"""Text is drawn a little smaller than measured: DejaVu Sans is an eighth wider than Helvetica."""
PIXELS = 96 / 72
"""Graphviz measures in points."""
COLUMN = 850
"""The width of a cell's output in pixels, approximately."""


def cleaned(
    svg: str, tooltips: Mapping[str, str], follows_theme: bool, description: str, marks: Mapping[str, str] | None = None
) -> str:
    """The picture as one self-contained <svg> element, the same from either engine.

    `tooltips` maps the names of nodes and the ids of arrows to text, and `marks` to attributes that a script looks for;
    with `follows_theme` the colours are dark on a dark page.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    head, body = body.split(">", 1)
    left, top, width, height = map(float, re.search(r'viewBox="([^"]*)"', head)[1].split())  # type: ignore[index]
    box = f"{left:g} {top:g} {width:g} {height:g}"
    body = re.sub(
        r'<g id="([^"]*)" class="([^"]*)">\s*<title>(.*?)</title>',
        lambda m: _group(m, tooltips, marks or {}),
        body,
        flags=re.DOTALL,
    )
    body = re.sub(r'<g id="[^"]*" class="graph"', '<g class="graph"', body)
    body = re.sub(r"<title>%?\d*</title>\s*", "", body)
    body = re.sub(r'font-family="[^"]*" font-size="([\d.]+)"', lambda m: font_size(float(m[1])), body)
    body = re.sub(r'(<text) xml:space="preserve"', r"\1", body)
    sign, line = PARTIAL_BLANK.rsplit(" ", 1)
    blanks = f"(data|grad) {BLANK}|[^<]*({sign}) {line}[^<]*"
    body = re.sub(rf'<text text-anchor="middle" x="([-\d.]+)" y="([-\d.]+)"([^>]*)>(?:{blanks})</text>', _field, body)
    body = body.replace("&#45;", "-").replace('stroke="transparent"', 'stroke="none"')
    style = f"<style>{_dark_style()}</style>\n" if follows_theme else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chalkgrad" role="img" aria-label="{escape(description)}" '
        f'width="{width * PIXELS:.0f}" height="{height * PIXELS:.0f}" viewBox="{box}" font-family="{FONTS}">\n'
        f"{style}{body.strip()}\n"
    )


def font_size(points: float) -> str:
    """The attribute of text that Graphviz measured in this size."""
    return f'font-size="{points * FONT_SCALE:.4g}"'


def _group(match: re.Match[str], tooltips: Mapping[str, str], marks: Mapping[str, str]) -> str:
    """One node or arrow: without its id, and with its tooltip as the title."""
    kind, names = match[2], (unescape(match[3]), match[1])
    text, mark = (next((given[name] for name in names if name in given), "") for given in (tooltips, marks))
    title = f"\n<title>{escape(text, quote=False)}</title>" if text else ""
    return f'<g class="{kind}"{mark and f" {mark}"}>{title}'


def _field(blank: re.Match[str]) -> str:
    """A word or a sign, and a dotted field; `blank` is the text, with its centre and its baseline."""
    (width, height), word, baseline = FIELD, WORD if blank[4] else SIGN, float(blank[2])
    left, rest = float(blank[1]) - (word + width) / 2, blank[3]
    if blank[5]:  # it had the type of a blank
        baseline, rest = baseline - 4.0, re.sub('font-size="[^"]*"', font_size(TEXT), rest)
    ink = re.search('fill="([^"]*)"', rest)
    stroke = ink[1] if ink else "black"  # which Graphviz leaves out
    return (
        f'<text x="{left:.2f}" y="{baseline:g}"{rest}>{blank[4] or blank[5]}</text>\n'
        f'<rect class="blank" x="{left + word:.2f}" y="{baseline - 4.5 - height / 2:.2f}" width="{width:g}" '
        f'height="{height:g}" rx="2" fill="none" stroke="{stroke}" stroke-dasharray="1,2"/>'
    )


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a cleaned picture in pixels."""
    width, height = re.search(r'width="(\d+)" height="(\d+)"', svg).groups()  # type: ignore[union-attr]
    return float(width), float(height)


def text_sizes(svg: str) -> set[float]:
    """The sizes of the texts of a picture in points."""
    return set(map(float, re.findall(r' font-size="([\d.]+)"', svg)))


def background(svg: str) -> str:
    """The colour behind a cleaned picture."""
    return re.search(r'<polygon fill="([^"]*)"', svg)[1]  # type: ignore[index]


def inline(svg: str) -> str:
    """The picture for a page: as wide as the page allows; it scrolls if its text would become too small."""
    width, height = size_of(svg)
    style = f"width:100%;max-width:{width:.0f}px;min-width:{width * 0.6:.0f}px;height:auto"
    fluid = svg.replace(f' width="{width:.0f}" height="{height:.0f}"', f' style="{style}"', 1)
    return f'<div style="overflow-x:auto">{fluid}</div>'


TRUSTED = "<style>.chalkgrad-live{display:block!important}.chalkgrad-still{display:none!important}</style>"
"""A notebook that was not run here is not trusted: its front end removes such styles, scripts and frames, and all of an
SVG but its text.  So the live picture is hidden by its own attribute and shown by this rule."""


def note_below(note: str) -> str:
    """A line below a picture; empty without a text."""
    return f'<p class="chalkgrad-note" style="font-size:0.85em;opacity:0.75">{escape(note)}</p>' if note else ""


def in_notebook(svg: str, note: str = "") -> str:
    """The picture as the output of a cell: inline, with tooltips and in the colours of the page.

    `note` is written below.  If the notebook is not trusted, the same picture is shown as the background of an empty
    element.
    """
    live = f'<div class="chalkgrad-live" style="display:none">{inline(svg)}</div>'
    still = _as_background(svg, "chalkgrad-still")
    return f"<div>{TRUSTED}{live}{still}{note_below(note)}</div>"


ON_PAPER = (
    "<style>@media print{.chalkgrad-frame{display:none!important}.chalkgrad-paper{display:block!important}}</style>"
)
"""A frame is cut on paper: what it contains is printed from another element."""


def frame_in_notebook(page: str, title: str, height: int, still: str, printed: str) -> str:
    """A page as the output of a cell: in a frame that works in a notebook, and after its conversion to HTML.

    `still` is a picture for a notebook that is not trusted, '' if there is none; `printed` is shown on paper.
    """
    picture = _as_background(still) if still else ""
    return (
        f'<div>{TRUSTED}{ON_PAPER}<iframe class="chalkgrad-frame" srcdoc="{escape(page)}" title="{title}" '
        f'sandbox="allow-scripts" style="width:100%;height:{height}px;border:0"></iframe>'
        f'<div class="chalkgrad-paper" style="display:none">{printed}</div>'
        f'<div class="chalkgrad-still">{picture}<em>The {title} appears when this cell is run.</em></div></div>'
    )


def _as_background(svg: str, name: str = "") -> str:
    """The picture as the background of an empty element, which also the front end of an untrusted notebook shows."""
    width, height = size_of(svg)
    high = height * min(1.0, COLUMN / width)
    data = base64.b64encode(svg.encode()).decode()
    look = f"width:100%;max-width:{width:.0f}px;height:{high:.0f}px;background-size:contain;background-repeat:no-repeat"
    shown = f' class="{name}"' if name else ""
    return f'<div{shown} style="{look};background-image:url(data:image/svg+xml;base64,{data})"></div>'


def _dark_style() -> str:
    """The rules of the dark palette, for the dark mode of the system or of JupyterLab."""
    ink = LIGHT["ink"]
    rules = colour_rules(DARK.__getitem__, shaded=f".shaded text{{fill:{ink}}}.shaded .blank{{stroke:{ink}}}")
    inside = "".join(within(rule, "svg.chalkgrad") for rule in rules)
    notebook = "".join(within(rule, '[data-jp-theme-light="false"] svg.chalkgrad') for rule in rules)
    return f"@media screen and (prefers-color-scheme:dark){{{inside}}}{notebook}"


def colour_rules(colour: Callable[[str], str], shaded: str = "") -> list[str]:
    """Which element has which colour of a palette, as rules of a style sheet; `shaded` is that of shaded boxes."""
    rules = [
        ".graph>polygon{fill:%s}" % colour("background"),
        "text{fill:%s}" % colour("ink"),
        ".blank{stroke:%s}" % colour("ink"),
        ".edge path,.edge polygon{stroke:%s}" % colour("line"),
        ".edge polygon{fill:%s}" % colour("line"),
        ".sign ellipse,.sign path{fill:%s;stroke:%s}" % (colour("circle"), colour("circle")),
        ".sign text{fill:%s}" % colour("sign"),
        *([shaded] if shaded else []),
        ".opened path{fill:none;stroke:%s}" % colour("group-line"),
    ]
    return rules + [
        f".{kind} path,.{kind} polyline{{stroke:{colour(kind + '-line')}}}.{kind} path{{fill:{colour(kind)}}}"
        for kind in ("leaf", "operation", "output", "constant", "unit", "group")
    ]


def within(rules: str, ancestor: str) -> str:
    """The same rules for elements inside `ancestor` only."""
    out = ""
    for rule in filter(None, rules.split("}")):
        selectors, declarations = rule.split("{")
        out += ",".join(f"{ancestor} {selector}" for selector in selectors.split(",")) + f"{{{declarations}}}"
    return out
