"""How does a teacher get new exercises on paper, with an answer key?

A worksheet is HTML for the printer: two or three graphs on a portrait page, with fields to fill in by hand, and
after the sheets the same graphs with the numbers. The same seed gives the same page. Read before: `random_graphs`,
which makes the graphs, and `worksheet_picture`, which draws them.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograd import Value
from chalkgrad.html_page import html_page
from chalkgrad.random_graphs import OPERATIONS, GraphProgram, is_tame, random_program
from chalkgrad.worksheet_picture import PaperGraph, paper_graph

WHAT_TO_DO = {
    "grad": "Do the backward pass: write the gradient of each number into its empty field. Begin at the output, whose "
    "gradient is 1. The gradient of a result times the local partial is the contribution to an operand; add all "
    "contributions.",
    "data": "Do the forward pass: write the result of each operation into the empty field that its arrow leads to, "
    "from the inputs to the output.",
}
WITH_PARTIALS = " Write the local partial derivative on each arrow first."
ROUNDING = {"divide", "tanh", "sigmoid", "exp"}
"""Operations whose results are not whole numbers."""
MAX_NUMBER = 100.0
"""The largest number or gradient on a worksheet, because it is solved by hand."""
MAX_TRIES = 2000
"""The maximum number of graphs that are tried for each one on the sheet."""
PATIENCE = 12
"""After this many pictures per graph, one that is less comfortable to write in is accepted."""
PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height in millimetres."""
MARGINS = (14.0, 12.0)
"""At either side, and at top and bottom."""
GRAPHS_ON_PAGE = 3
"""At most this many graphs are on a page."""
HEAD, FIRST_HEAD, LINE = 13.0, 41.0, 5.5
"""Millimetres for the heading of a graph, for the head of a sheet, and for one more line in it."""


@dataclass(frozen=True)
class Sheet:
    """What is on one sheet: the names of the fields and the graphs."""

    graphs: Sequence[tuple[str, PaperGraph]]
    """A formula as text, and its picture."""
    name: str = ""
    """The student's name, where it is known."""
    mark: str = ""
    """What connects a sheet with its key: "Sheet 3"."""
    seed: int | None = None


@dataclass(frozen=True)
class PageSetup:
    """How sheets are printed."""

    hide: str = "grad"
    partials: bool = False
    title: str = "Worksheet"
    group: str = ""
    """The class."""
    paper: str = "a4"

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the printed area in millimetres."""
        width, height = PAPERS[self.paper]
        return width - 2 * MARGINS[0], height - 2 * MARGINS[1]

    @property
    def first_head(self) -> float:
        """The height of the head of a sheet in millimetres."""
        return FIRST_HEAD + LINE * self.partials

    @property
    def room_of_graph(self) -> tuple[float, float]:
        """The same for a graph, if two are on the first page."""
        width, height = self.room
        return width, (height - self.first_head) / 2 - HEAD

    def picture(self, output: Value) -> PaperGraph:
        """The graph of a Value as it is printed."""
        page = self.room[0], self.room[1] - self.first_head - HEAD
        return paper_graph(output, self.hide, self.partials, self.room_of_graph, page)

    @property
    def style(self) -> str:
        """The CSS."""
        return f"""
body {{ font: 11pt/1.35 Helvetica, Arial, sans-serif; color: #000; max-width: {self.room[0]}mm; margin: 1em auto }}
h1 {{ font-size: 16pt; margin: 0 0 2mm }} h2 {{ font-size: 11pt; margin: 0 0 2mm }} p {{ margin: 2mm 0 }}
.page {{ break-after: page }} .page:last-child {{ break-after: auto }}
.graph {{ break-inside: avoid; padding-bottom: 4mm }} svg {{ display: block; margin: auto }}
.line {{ display: flex; gap: 6mm; margin: 3mm 0 }} .line span {{ flex: 1; border-bottom: 0.3mm solid #000 }}
.line b {{ font-weight: normal }} .formula {{ font-weight: normal }}
@page {{ size: {self.paper} portrait; margin: {MARGINS[1]}mm {MARGINS[0]}mm }}
@media print {{ body {{ max-width: none; margin: 0 }} }}
"""


def draw_programs(
    count: int,
    depth: int,
    seed: int,
    operations: Sequence[str],
    fits: Callable[[GraphProgram], bool] = lambda program: True,
) -> list[GraphProgram]:
    """`count` different graphs with `depth` operations on the longest path, small enough to be solved by hand.

    Only those for which `fits` is true are taken. Raises ValueError if these operations do not give as many.

    >>> [program.depth for program in draw_programs(2, depth=3, seed=7, operations=["add", "multiply"])]
    [3, 3]
    """
    unknown = [name for name in operations if name not in OPERATIONS]
    if unknown:
        raise ValueError(f"unknown operation {unknown[0]!r}; choose among: {', '.join(OPERATIONS)}")
    source = random.Random(seed)
    found: list[GraphProgram] = []
    for _ in range(MAX_TRIES * count):
        if len(found) == count:
            return found
        steps = source.randint(depth, depth + 1)
        program = random_program(source, operations, steps, leaves=source.randint(2, 3))
        if (
            program.depth == depth
            and len(program.leaves) >= min(2, depth)
            and program not in found
            and _by_hand(program)
            and fits(program)
        ):
            found.append(program)
    raise ValueError(
        f"only {len(found)} of {count} graphs were found with depth {depth} and {', '.join(operations)}: "
        "ask for fewer, another depth, or more operations"
    )


def _by_hand(program: GraphProgram) -> bool:
    """Whether all numbers and gradients are small, and every number matters."""
    if not is_tame(program, MAX_NUMBER):
        return False
    nodes = program.on_values()
    nodes[-1].backward()
    return all(0.0 < abs(node.grad) < MAX_NUMBER for node in nodes)


def random_sheet(
    count: int, depth: int, seed: int, operations: Sequence[str], layout: PageSetup, name: str = "", mark: str = ""
) -> Sheet:
    """A sheet of new graphs that fit on its pages.

    Raises ValueError for an unknown operation, and if no such graphs are found.
    """
    pictures: dict[GraphProgram, PaperGraph] = {}
    chosen: list[PaperGraph] = []

    def fits(program: GraphProgram) -> bool:
        pictures[program] = picture = layout.picture(program.on_values()[-1])
        large = picture.width > layout.room[0] or picture.height > layout.room[1] - layout.first_head - HEAD
        if large and not chosen and len(pictures) >= 5 * PATIENCE:
            raise ValueError(
                f"graphs of depth {depth} do not fit on a page: use a smaller depth"
                + (", or no fields for local partials" if layout.partials else "")
            )
        waited = len(pictures) // (PATIENCE * (len(chosen) + 1))
        if not large and (picture.is_comfortable or (picture.has_large_fields and waited > 0) or waited > 1):
            chosen.append(picture)
        return picture in chosen

    programs = draw_programs(count, depth, seed, operations, fits)
    return Sheet([(str(program), pictures[program]) for program in programs], name, mark, seed)


def worksheet_page(sheets: Sequence[Sheet], layout: PageSetup) -> str:
    """The page with all sheets, each of which begins on paper of its own."""
    return html_page(layout.title, layout.style, "\n".join(page for s in sheets for page in _pages(s, layout, False)))


def key_page(sheets: Sequence[Sheet], layout: PageSetup) -> str:
    """The page with the numbers of all sheets."""
    title = f"Answer key: {layout.title}"
    return html_page(title, layout.style, "\n".join(page for s in sheets for page in _pages(s, layout, True)))


def both_pages(sheets: Sequence[Sheet], layout: PageSetup) -> str:
    """The sheets, and then the key."""
    parts = [page for solved in (False, True) for s in sheets for page in _pages(s, layout, solved)]
    return html_page(layout.title, layout.style, "\n".join(parts))


def _pages(sheet: Sheet, layout: PageSetup, solved: bool) -> Iterator[str]:
    """The pages of one sheet, as many graphs on each as there is room for, but not more than `GRAPHS_ON_PAGE`."""
    width, height = layout.room
    left, graphs = height - layout.first_head, [_key_head(sheet, layout) if solved else _head(sheet, layout)]
    count = 0
    for number, (formula, blank) in enumerate(sheet.graphs, 1):
        picture = blank.key if solved else blank
        if picture.width > width or picture.height > height - HEAD:
            raise ValueError(
                f"the graph of {formula} takes {picture.width:.0f} x {picture.height:.0f} mm, more than a page: use a "
                "shorter formula, or a smaller depth"
            )
        if count == GRAPHS_ON_PAGE or picture.height + HEAD > left:
            yield _paper(graphs)
            left, graphs, count = height, [], 0
        graphs.append(_graph(number, formula, picture))
        left, count = left - picture.height - HEAD, count + 1
    yield _paper(graphs)


def _paper(graphs: Sequence[str]) -> str:
    return "<div class='page'>" + "\n".join(graphs) + "</div>"


def _graph(number: int, formula: str, picture: PaperGraph) -> str:
    text = html.escape(formula.replace("-", "−"))  # as in the picture
    return f"<div class='graph'><h2>{number}. <span class='formula'>{text}</span></h2>{picture.svg}</div>"


def _head(sheet: Sheet, layout: PageSetup) -> str:
    used = {node for _, picture in sheet.graphs for node in _operations(picture.output)}
    rounded = " Keep three significant digits." if ROUNDING & used else ""
    name = f"<b>Name: {html.escape(sheet.name)}</b>" if sheet.name else "<b>Name:</b><span></span>"
    group = f"<b>Class: {html.escape(layout.group)}</b>" if layout.group else "<b>Class:</b><span></span>"
    mark = f"<b>{html.escape(sheet.mark)}</b>" if sheet.mark else ""
    return (
        f"<h1>{html.escape(layout.title)}</h1><div class='line'>{name}{group}{mark}</div>"
        f"<p>{WHAT_TO_DO[layout.hide]}{WITH_PARTIALS if layout.partials else ''}{rounded}</p>"
    )


def _key_head(sheet: Sheet, layout: PageSetup) -> str:
    what = ", ".join(filter(None, [sheet.mark, sheet.name, "" if sheet.seed is None else f"seed {sheet.seed}"]))
    title = f"{layout.title} ({what})" if what else layout.title
    return f"<h1>Answer key</h1><p>{html.escape(title)}</p>"


def _operations(output: Value) -> set[str]:
    seen, waiting = {output}, [output]
    names = set()
    while waiting:
        value = waiting.pop()
        names |= {value.primitive.name} if value.primitive else set()
        new = {operand for operand in value.operands if isinstance(operand, Value)} - seen
        seen |= new
        waiting += new
    return names
