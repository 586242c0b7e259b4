"""How is a graph drawn?  `draw(output)`: a picture for notebooks, web pages, slides and worksheets.

Read `trace` first, whose records are shown, then the modules of this folder in the order that its docstring gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.arguments import check_switch, choose, not_a_value, shown
from autograd.backpropagation import topological_order
from autograd.pause_gc import pause_gc
from autograd.value import Value
from autograd.views.draw.collapse import FOLDS
from autograd.views.draw.dot import DIRECTIONS
from autograd.views.draw.layout_engines import ENGINES
from autograd.views.draw.modules import Modules
from autograd.views.draw.picture import THEMES, Graph
from autograd.views.draw.scene import DrawOptions, contents_of
from autograd.views.draw.views import BUDGET, MAX_WHOLE, View, Views, choose_view
from autograd.views.trace.trace import names_of_values, record_trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.views.draw.digraph import Digraph
    from autograd.views.trace.trace import Names

HIDES = (None, "grad", "data")
PARTIALS = (False, True, "formula")


def draw(
    output: Value,
    *,
    engine: str = "auto",
    direction: str = "auto",
    theme: str = "auto",
    partials: bool | str = False,
    shade: bool = False,
    hide: str | None = None,
    checked: bool = False,
    expand: bool | str | Iterable[str] = "auto",
    fold: str = "auto",
    budget: int = BUDGET,
    title: str = "",
    caption: bool = True,
    names: Names = (),
) -> Graph:
    """Draw the graph of `output`: label, data and grad of each number, a circle for each operation.

    What is shown:

    - `partials=True` writes the local partial on each arrow, `partials="formula"` its formula;
    - `shade=True` colours each box by its gradient; `checked=True` adds the gradient found by nudging;
    - `hide="grad"` or `hide="data"` makes a worksheet with dotted fields, with `partials=True` on the arrows too; its
      `.answer_key` shows the numbers;
    - `expand=True` shows each `dot` or `sum` of fewer than 12 operands as its `*` and `+`, `expand=False` as one node.

    By default this is the finest view with at most `budget` boxes and circles that fits on a page 16 cm wide: number by
    number, neuron by neuron, or layer by layer.  `fold` chooses among "auto", "none", "neuron", "layer" and "depth";
    `expand="layer 1"`, or a list of such names, opens folded groups: number by number, or a layer that is too large for
    that neuron by neuron.  A view that has no coarser one and cannot be read on a page says so in its caption.

    How it is shown: `direction` is "LR", "TB", "RL", "BT" or "auto", which goes from left to right if that fits on the
    page; `theme` is "light", "dark", "print" (black on white) or "auto", which follows the page; `engine` is "dot",
    "wasm" or "auto", which prefers dot if it is on PATH; `title` is written below the picture; `caption=False` leaves
    out what a notebook says about folding; `names`, a model or pairs of a name and a Value, names the Values that have
    no label, and the neurons and layers of the model.

    Raises TypeError if `output` is not a Value, or another argument has a wrong type; ValueError for an unknown choice,
    or a label that cannot be shown.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> "{a|data 2|grad}" in draw(a * b).source
    True
    """
    if not isinstance(output, Value):
        raise not_a_value(output, "draw: output")
    for name, choice, choices in (
        ("direction", direction, ("auto", *DIRECTIONS)), ("theme", theme, THEMES), ("hide", hide, HIDES),
        ("partials", partials, PARTIALS), ("fold", fold, FOLDS), ("engine", engine, ENGINES),
    ):  # fmt: skip
        choose(choice, choices, f"draw: unknown {name}")
    for name, switch in (("shade", shade), ("checked", checked), ("caption", caption)):
        check_switch(switch, f"draw: {name}")
    _check(budget, title, expand)
    opened = [] if isinstance(expand, bool) or expand == "auto" else [expand] if isinstance(expand, str) else [*expand]
    called = names_of_values(names, "draw")
    options = DrawOptions(hide, partials)
    whole = None if expand == "auto" or opened else bool(expand)
    look: dict[str, Any] = {"engine": engine, "theme": theme, "shaded": shade}

    def drawn(view: View) -> Graph:
        view.contents.caption = title
        key = None
        if view.answers is not None:
            view.answers.caption = "\n".join(filter(None, [title, "answer key"]))
            key = Graph(view.answers, direction=view.direction, **look)
        return Graph(view.contents, direction=view.direction, **look, key=key)

    with pause_gc():  # many lists are made, without cycles; searching them would take a third of the time
        order = topological_order(output)
        views = Views(order, called, Modules(names), options, checked, whole, opened, fold, budget, direction)
        graph = choose_view(views, drawn)
    graph.contents.note = graph.contents.note if caption else ""
    return graph


def _check(budget: Any, title: Any, expand: Any) -> None:
    if type(budget) is not int or budget < 1:
        raise ValueError(f"draw: budget must be a whole number of at least 1, got {shown(budget)}")
    if not isinstance(title, str):
        raise TypeError(f"draw: title must be a text, got {shown(title)} ({type(title).__name__})")
    if not isinstance(expand, (bool, str)) and not (
        isinstance(expand, (list, tuple, set, frozenset)) and all(isinstance(name, str) for name in expand)
    ):
        raise TypeError(f"draw: expand must be True, False, or the names of groups, got {shown(expand)}")


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Digraph:
    r"""Draw a graph as micrograd's notebook does: a `graphviz.Digraph`, which a notebook shows.

    `format` is one of Graphviz's, such as "svg" or "png"; `rankdir` is "LR", "TB", "RL" or "BT".

    Raises TypeError if `root` is not a Value, ValueError for another format or direction.

    >>> dot = draw_dot(Value(2.0, label="a") * 3.0)
    >>> dot.attr(label="a product")
    >>> "label=\"a product\"" in dot.source
    True
    """
    if not isinstance(root, Value):
        raise not_a_value(root, "draw_dot: root")
    choose(rankdir, DIRECTIONS, "draw_dot: unknown rankdir")
    order = topological_order(root)
    if len(order) > MAX_WHOLE:
        return draw(root, direction=rankdir).to_digraph(format)
    traced = record_trace(order, "topological", True, {})
    return Graph(contents_of(traced, DrawOptions()), direction=rankdir).to_digraph(format)


SMALL = 60
"""A notebook shows a Value as its graph if that has at most this many numbers."""


def display_of(value: Value) -> dict[str, str]:
    """What a notebook shows for a Value that is a cell's result: its graph if that is small, else its repr.

    `autograd/__init__` installs it as `Value._repr_mimebundle_`.
    """
    plain = {"text/plain": repr(value)}
    if value.primitive is None or not _is_small(value):
        return plain
    try:
        return {**draw(value)._repr_mimebundle_(), **plain}
    except ValueError:  # a label that no picture can show
        return plain


def _is_small(value: Value) -> bool:
    """Whether the graph has few numbers, without visiting all nodes of a large one."""
    seen, stack = {value}, [value]
    while stack and len(seen) <= SMALL:
        new = {o for o in stack.pop().operands if isinstance(o, Value)} - seen
        seen |= new
        stack += new
    return len(seen) <= SMALL
