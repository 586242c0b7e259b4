"""How can a graph be stepped through?  `stepper(output)`: a page with controls, alone or in a notebook.

Read `passes`, `sentences`, `picture` and `front_end` first: the page shows a trace and computes no gradient.  Read
`widget` next, which connects the same front end to Python.
"""

from __future__ import annotations

import html
import re
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.arguments import check_switch, choose, not_a_value, shown
from autograd.symbolic.printing import atom, count, with_minus
from autograd.value import Value
from autograd.views.draw.browser import open_page
from autograd.views.draw.dot import DIRECTIONS
from autograd.views.draw.save_path import PAGES, destination
from autograd.views.draw.svg import frame_in_notebook
from autograd.views.stepper import paper
from autograd.views.stepper.front_end import json_in_page, scripts, source, style
from autograd.views.stepper.passes import PASSES, TITLES, Passes
from autograd.views.stepper.picture import marked_svg, pictures, refusal
from autograd.views.stepper.sentences import Descriptions, table
from autograd.views.trace.trace import json_number, names_of_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from autograd.views.trace.trace import Names

FRAME_HEIGHT = 680
"""Pixels in a notebook: room for the picture, the controls and the longest sentence."""


def stepper(
    output: Value, order: str = "topological", *, direction: str = "auto", expand: bool = True, names: Names = ()
) -> Stepper:
    """Show the passes through the graph of `output` one step at a time.

    A notebook displays the result; `.show()` opens it in the browser, and `.save("backprop.html")` writes it as a
    page.  `order` says which pass is shown first: "forward", "topological" (backward) or "naive" (backward without
    sorting).  `direction` is that of `draw`.  With `expand`, a `dot` or `sum` of fewer than 12 operands is shown
    as its products and sums.  `names`, a model or pairs of a name and a Value, names Values that have no label.

    Raises TypeError if `output` is not a Value, ValueError for another order or direction, or if the graph has more
    than 5,000 nodes.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> stepper(a * b)
    <stepper of v1: 1 forward step, 2 backward steps; .show() opens it in the browser, .save("backprop.html") writes it>
    """
    if not isinstance(output, Value):
        raise not_a_value(output, "stepper: output")
    return Stepper(output, order, direction, expand, names_of_values(names, "stepper"))


class Stepper(Passes):
    """A graph whose passes can be stepped through: as a page, in a notebook, as a widget.  Made by `stepper`."""

    def __init__(self, output: Value, order: str, direction: str, expand: bool, called: Mapping[Value, str]) -> None:
        choose(direction, ("auto", *DIRECTIONS), "stepper: unknown direction")
        check_switch(expand, "stepper: expand")
        super().__init__(output, order, expand, called)
        self.direction = direction
        self._descriptions: dict[str, Descriptions] = {}

    def __repr__(self) -> str:
        forward, backward = self.trace.forward, self.trace.backward
        steps = f"{count(len(forward), 'forward step')}, {count(len(backward), 'backward step')}"
        return (
            f"<stepper of {self.trace.nodes[self.trace.output].name}: {steps}; "
            f'.show() opens it in the browser, .save("backprop.html") writes it>'
        )

    def sentences(self, order: str, position: int) -> list[str]:
        r"""What happens at this position of a pass, in plain lines: the chain rule with names and with numbers.

        Raises ValueError if the pass does not exist or has no such position.

        >>> from autograd import Value
        >>> shown = stepper(Value(3.0, label="x") ** 2)
        >>> print(*shown.sentences("topological", 2), sep="\n")
        v1 propagates its gradient to x, through power:
          dv1/dx = dv1/dv1 · ∂v1/∂x
          with ∂v1/∂x = 2 * x = 6
          = 1 · 6 = 6
          running sum: 6 (complete)
        Done: every gradient is complete.
        """
        self.check_position(order, position, "stepper.sentences")
        return [paragraph.line for paragraph in self._described(order).paragraphs(position)]

    def _described(self, order: str) -> Descriptions:
        if order not in self._descriptions:
            self._descriptions[order] = Descriptions(self, order)
        return self._descriptions[order]

    def table(self, order: str, position: int, width: int = 75) -> list[str]:
        """A heading, and a line for each number with its value and gradient, if they are known at this position.

        `width` is that of the lines, in characters.  Raises ValueError if the pass does not exist or has no such
        position, or `width` is not a whole number of at least 1.
        """
        self.check_position(order, position, "stepper.table")
        if type(width) is not int or width < 1:
            raise ValueError(f"stepper.table: width must be a whole number of at least 1, got {shown(width)}")
        return table(self, order, position, width)

    def data(self) -> dict[str, Any]:
        """Everything that the front end shows, in a form that JSON can hold."""
        drawn, refused = self._pictures
        naive = self.naive.backward if self.naive else None
        described = {order: self._described(order) for order in PASSES if order != "naive" or self.naive}
        nodes, forward = self.trace.nodes, self.trace.forward
        names = [node.name for node in nodes]
        sentences = {order: {"templates": d.templates, "positions": d.positions} for order, d in described.items()}
        return {
            "nodeName": self.trace.nodes[self.trace.output].name,
            "output": self.trace.output,
            "order": self.order,
            "titles": TITLES,
            "position": 0,
            "nodes": _table([n._replace(name=with_minus(n.name)) if n.kind == "constant" else n for n in nodes]),
            "forward": _table([s._replace(formula=with_minus(s.formula)) for s in forward], "operation", "values"),
            "numbers": [with_minus(self.trace.numbers(step)) for step in forward],
            "topological": _table(self.trace.backward, *UNUSED),
            "naive": _table(naive, *UNUSED) if naive is not None else None,
            "naiveRefused": self.naive_refused,
            "sentences": sentences,
            "inFormulas": {name: atom(name) for name in names if atom(name) != name},
            "pictures": drawn,
            "pictureRefused": refused,
        }

    @cached_property
    def _pictures(self) -> tuple[list[str], str]:
        """The picture with all numbers, first as it fits on paper; or why there is none."""
        refused = refusal(self)
        if refused:
            return [], refused
        try:
            return [marked_svg(picture, self) for picture in pictures(self, self.direction)], ""
        except (ImportError, TimeoutError, RuntimeError) as error:
            return [], f"No picture: {str(error).removeprefix('draw: ')}"

    def html(self) -> str:
        """The page: one self-contained document that loads nothing."""
        data = self.data()
        parts = {
            "title": html.escape(f"Backpropagation of {self.trace.nodes[self.trace.output].name}"),
            "style": style(),
            "picture": "".join(data["pictures"][:1]),
            "wide": "".join(data["pictures"][1:]),
            "large": " chalkgrad-large" if len(self.trace.nodes) > paper.MAX_BOXES else "",
            "paper": paper.steps(self),
            "paperStyle": paper.STYLE,
            "script": scripts(),
            "data": json_in_page({**data, "pictures": []}),  # the page has them as elements
        }
        return re.sub(
            r"\{(title|style|script|data|picture|wide|large|paper|paperStyle)\}",
            lambda hole: parts[hole[1]],
            source("page.html"),
        )

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the page to `path`, which must end in .html; any browser opens it, also without a network.

        Raises ValueError for another ending, FileExistsError if the file exists and `overwrite` is False.
        """
        target, _ = destination(path, "stepper.save", PAGES, overwrite)
        target.write_text(self.html(), encoding="utf-8")
        return target

    def show(self) -> Path:
        """Open the page in the browser, from a temporary folder, and return its path.

        Raises RuntimeError if there is no browser.
        """
        return open_page(self.html(), "backprop")

    def _repr_html_(self) -> str:
        """The page in a frame: it works in a notebook, and after the notebook is converted to HTML.

        On paper, and where a notebook is not trusted, its picture is shown instead; on paper with all steps.
        """
        still = "".join(self._pictures[0][:1]) if len(self.trace.nodes) <= paper.MAX_BOXES else ""
        printed = f"<style>{paper.STYLE}</style>{still}{paper.steps(self)}"
        return frame_in_notebook(self.html(), "stepper", FRAME_HEIGHT, still, printed)

    def widget(self) -> Any:
        """An anywidget whose `order` and `position` can be read and set from Python.

        Raises ImportError if anywidget is not installed.
        """
        from autograd.views.stepper.widget import make_widget

        return make_widget(self, self.data())


UNUSED = ("operation", "formula", "before")
"""What the sentences say already."""


def _table(records: Sequence[Any], *without: str) -> dict[str, Any]:
    """The records with their field names written once; the page does not need some fields."""
    fields = [field for field in (records[0]._fields if records else ()) if field not in without]
    cells = attrgetter(*fields) if fields else tuple
    return {"fields": fields, "rows": [[json_number(cell) for cell in cells(record)] for record in records]}
