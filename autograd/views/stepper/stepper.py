"""How does one step through a graph?  `stepper(output)`: a page with controls, alone or in a notebook.

Read `trace` first: the page shows a trace and computes no gradient.  `layout` asks Graphviz for places, the folder
`page` is the front end, the same for the saved page and for the widget, and `widget` connects it to Python.
"""

from __future__ import annotations

import html
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.arguments import choose, shown
from autograd.value import Value
from autograd.views.draw.browser import opened
from autograd.views.draw.save_path import PAGES, destination
from autograd.views.draw.svg import frame_in_notebook
from autograd.views.stepper import sentences
from autograd.views.stepper.layout import DIRECTIONS, MAX_BOXES, layout
from autograd.views.trace.trace import ORDERS, called_by, json_number, trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from autograd.views.trace.trace import BackwardStep, ForwardStep, Names

PASSES = ("forward", *ORDERS)
"""What can be stepped through: the forward pass, and the backward pass in either order."""

FRONT_END = ("words.js", "telling.js", "picture.js", "stepper.js")
"""The scripts of the folder `page`, in order."""

FRAME_HEIGHT = 680
"""Pixels in a notebook: the picture, the controls and the longest sentence."""

MAX_NODES = 5000
"""A page of more nodes would be no help to anybody."""

MAX_NAIVE_STEPS = 2000
"""A naive pass of more steps is left out of the page."""


def stepper(
    output: Value, order: str = "topological", *, direction: str = "LR", expand: bool = True, names: Names = ()
) -> Stepper:
    """Make the passes through the graph of `output` something to step through.

    In a notebook the result displays itself; `.show()` opens it in the browser, and `.save("backprop.html")` writes a
    page of its own.  `order` says which pass is shown first: "forward", "topological" (backward) or "naive" (backward
    without sorting).  `direction` is "LR" or "TB".  With `expand`, a `dot` or `sum` of fewer than 12 operands is shown
    as its products and sums.  `names`, such as `model.named_parameters()`, names Values that have no label.

    Raises TypeError where `output` is no Value, ValueError for another order or direction, and where the graph has
    more than 5,000 nodes.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> stepper(a * b)
    <stepper of v1: 1 forward step, 2 backward steps; .show() opens it in the browser, .save("backprop.html") writes it>
    """
    if not isinstance(output, Value):
        raise TypeError(f"stepper: output must be a Value, got {shown(output)} ({type(output).__name__})")
    called = called_by(names, "stepper")
    return Stepper(output, order, direction, expand, [(name, value) for value, name in called.items()])


class Stepper:
    """A graph whose passes can be stepped through: as a page, in a notebook, as a widget.  Made by `stepper`."""

    def __init__(self, output: Value, order: str, direction: str, expand: bool, names: Names) -> None:
        choose(order, PASSES, "stepper: unknown order")
        choose(direction, DIRECTIONS, "stepper: unknown direction")
        self.order = order
        self.direction = direction
        self.trace = trace(output, expand=expand, names=names)
        """The forward pass and the backward pass in topological order, as data."""
        if len(self.trace.nodes) > MAX_NODES:
            raise ValueError(
                f"stepper: the graph has {len(self.trace.nodes):,} nodes, and nobody steps through more than "
                f"{MAX_NODES:,}; take one sample, or an earlier node of the graph, or read trace(output).backward"
            )
        self.naive = None
        """The backward pass in the naive order; None where it would be too long."""
        self.naive_refused = ""
        try:
            self.naive = trace(output, "naive", expand=expand, names=names, limit=MAX_NAIVE_STEPS)
        except ValueError as error:
            self.naive_refused = str(error).removeprefix("trace: ")
        if order == "naive" and self.naive is None:
            raise ValueError(f"stepper: {self.naive_refused}")

    def __repr__(self) -> str:
        forward, backward = len(self.trace.forward), len(self.trace.backward)
        steps = f"{forward} forward step{'s' * (forward != 1)}, {backward} backward step{'s' * (backward != 1)}"
        return (
            f"<stepper of {self.trace.nodes[self.trace.output].name}: {steps}; "
            f'.show() opens it in the browser, .save("backprop.html") writes it>'
        )

    def last(self, order: str) -> int:
        """The position at which a pass is done: 0 is before it, and a backward pass begins with its seed at 1."""
        return len(self._steps(order)) + (order != "forward")

    def step(self, order: str, position: int) -> ForwardStep | BackwardStep | None:
        """The record of a step; None at position 0, and at the seed of a backward pass."""
        number = position - 1 - (order != "forward")
        return self._steps(order)[number] if number >= 0 else None

    def _steps(self, order: str) -> Sequence[ForwardStep | BackwardStep]:
        if order == "forward":
            return self.trace.forward
        return self.trace.backward if order == "topological" or self.naive is None else self.naive.backward

    def sentences(self, order: str, position: int) -> list[str]:
        r"""What happens at this position of a pass, in plain lines: the chain rule with names and with numbers.

        >>> from autograd import Value
        >>> shown = stepper(Value(3.0, label="x") ** 2)
        >>> print(*shown.sentences("topological", 2), sep="\n")
        v1 hands its gradient on to x:
          dv1/dx = dv1/dv1 · ∂v1/∂x
          with ∂v1/∂x = 2 * x = 6
          = 1 · 6 = 6
          running sum: 6 (complete)
        Done: every gradient is complete.
        """
        return sentences.sentences(self, order, position)

    def table(self, order: str, position: int, width: int = 75) -> list[str]:
        """A heading, and a line for each number with what is known of it at this position."""
        return sentences.table(self, order, position, width)

    def data(self) -> dict[str, Any]:
        """Everything that the front end shows, as what JSON can hold."""
        picture, refused = self._layout()
        naive = self.naive.backward if self.naive else None
        return {
            "nodeName": self.trace.nodes[self.trace.output].name,
            "output": self.trace.output,
            "order": self.order,
            "position": 0,
            "nodes": _table(self.trace.nodes),
            "forward": _table(self.trace.forward),
            "numbers": [self.trace.numbers(step) for step in self.trace.forward],
            "topological": _table(self.trace.backward),
            "naive": _table(naive) if naive is not None else None,
            "naiveRefused": self.naive_refused,
            "layout": picture,
            "layoutRefused": refused,
        }

    def _layout(self) -> tuple[dict[str, Any] | None, str]:
        if len(self.trace.nodes) > MAX_BOXES:
            return None, f"No picture: {len(self.trace.nodes):,} nodes are too many to be seen. The steps are complete."
        try:
            return layout(self.trace, self.direction), ""
        except (ImportError, TimeoutError) as error:
            return None, f"No picture: {str(error).removeprefix('draw: ')}"

    def html(self) -> str:
        """The page: one self-contained document that loads nothing."""
        parts = {
            "title": html.escape(f"Backpropagation of {self.trace.nodes[self.trace.output].name}"),
            "style": source("stepper.css"),
            "script": "".join(map(source, FRONT_END)),
            "data": in_page(self.data()),
        }
        return re.sub(r"\{(title|style|script|data)\}", lambda hole: parts[hole[1]], source("page.html"))

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the page to `path`, which must end in .html; open it in any browser, also without a network.

        Raises ValueError for another ending, FileExistsError where the file exists and `overwrite` is not given.
        """
        target, _ = destination(path, "stepper.save", PAGES, overwrite)
        target.write_text(self.html(), encoding="utf-8")
        return target

    def show(self) -> Path:
        """Open the page in the browser, from a temporary folder, and return its path.

        Raises RuntimeError where there is no browser.
        """
        return opened(self.html(), "backprop")

    def _repr_html_(self) -> str:
        """The page in a frame of its own: alive in a notebook, and after the notebook was converted to HTML."""
        return frame_in_notebook(self.html(), "stepper", FRAME_HEIGHT)

    def widget(self) -> Any:
        """An anywidget whose `order` and `position` can be read and set from Python.

        Raises ImportError where anywidget is not installed.
        """
        from autograd.views.stepper.widget import make_widget

        return make_widget(self)


def in_page(data: Any) -> str:
    """JSON that can stand inside a script element, whatever its strings contain."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def source(name: str) -> str:
    """A file of the front end."""
    return files("autograd.views.stepper").joinpath("page", name).read_text(encoding="utf-8")


def _table(records: Sequence[Any]) -> dict[str, Any]:
    """The records with their field names written once."""
    fields = records[0]._fields if records else ()
    return {"fields": fields, "rows": [[json_number(cell) for cell in record] for record in records]}
