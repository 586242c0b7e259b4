"""How is a graph drawn?  `draw(output)`: a picture for notebooks, web pages, slides and worksheets.

Read `trace` first, whose records are shown, then the modules of this folder in the order that its docstring gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd.arguments import choose, shown
from autograd.backpropagation import topological_order
from autograd.gradcheck import central_difference
from autograd.value import Value
from autograd.views.draw.collapse import FOLDS, folded
from autograd.views.draw.dot import DIRECTIONS
from autograd.views.draw.layout_engines import ENGINES
from autograd.views.draw.picture import THEMES, Graph
from autograd.views.draw.scene import DrawOptions, contents_of
from autograd.views.trace.replay import replay
from autograd.views.trace.trace import Trace, names_of_values, record_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.views.draw.digraph import Digraph

MAX_NUMBERS = 5_000
"""At most so many numbers are drawn with fold="none"."""
HIDES = (None, "grad", "data")
PARTIALS = (False, True, "formula")


def draw(
    output: Value,
    *,
    engine: str = "auto",
    direction: str = "LR",
    theme: str = "auto",
    partials: bool | str = False,
    shade: bool = False,
    hide: str | None = None,
    checked: bool = False,
    expand: bool | str | Iterable[str] = True,
    fold: str = "auto",
    budget: int = 500,
    title: str = "",
    names: Mapping[str, Value] | Iterable[tuple[str, Value]] = (),
) -> Graph:
    """Draw the graph of `output`: label, data and grad of each number, a circle for each operation.

    What is shown:

    - `partials=True` writes the local partial on each arrow, `partials="formula"` its formula;
    - `shade=True` colours each box by its gradient; `checked=True` adds the gradient found by nudging;
    - `hide="grad"` or `hide="data"` makes a worksheet with blanks, whose `.answer_key` shows the numbers;
    - `expand=False` shows a `dot` or `sum` of fewer than 12 operands as one node, not as its `*` and `+`.

    A graph of more than `budget` numbers is folded: neuron by neuron, or layer by layer.  `fold` chooses among "auto",
    "none", "neuron", "layer" and "depth"; `expand="layer 1"`, or a list of such names, opens folded groups.

    How it is shown: `direction` is "LR", "TB", "RL" or "BT"; `theme` is "light", "dark" or "auto", which follows the
    page; `engine` is "dot", "wasm" or "auto", which prefers dot if it is on PATH; `title` is the caption;
    `names`, such as `model.named_parameters()`, labels Values that have no label.

    Raises TypeError if `output` is not a Value; ValueError for an unknown choice, or a label that cannot be shown.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> "{a|data 2|grad}" in draw(a * b).source
    True
    """
    if not isinstance(output, Value):
        raise TypeError(f"draw: output must be a Value, got {shown(output)} ({type(output).__name__})")
    for name, choice, choices in (
        ("direction", direction, DIRECTIONS), ("theme", theme, THEMES), ("hide", hide, HIDES),
        ("partials", partials, PARTIALS), ("fold", fold, FOLDS), ("engine", engine, ENGINES),
    ):  # fmt: skip
        choose(choice, choices, f"draw: unknown {name}")
    if type(budget) is not int or budget < 1:
        raise ValueError(f"draw: budget must be a whole number of at least 1, got {shown(budget)}")
    look: dict[str, Any] = {"engine": engine, "direction": direction, "theme": theme, "shaded": shade}
    if not isinstance(title, str):
        raise TypeError(f"draw: title must be a text, got {shown(title)} ({type(title).__name__})")
    if not isinstance(expand, (bool, str)) and not _are_names(expand):
        raise TypeError(f"draw: expand must be True, False, or the names of groups, got {shown(expand)}")
    expanded = [] if isinstance(expand, bool) else [expand] if isinstance(expand, str) else list(expand)
    called = names_of_values(names, "draw")
    order = topological_order(output)
    traced = _whole(order, fold, budget, expanded, expand is not False, called)
    if traced is None:
        if hide or checked or partials:
            raise ValueError(
                f"draw: hide, checked and partials need every node in the picture, and this graph of {len(order):,} "
                f'numbers is folded; draw an earlier node, or use fold="none"'
            )
        contents = folded(order, fold, budget, expanded, called)
        contents.caption = "\n".join(filter(None, [title, contents.caption]))
        return Graph(contents, **look)
    labels = {traced.ids[value]: name for value, name in called.items() if value in traced.ids}
    options = DrawOptions(hide, partials, False, _nudged(order, traced.ids) if checked else None, labels)
    key = None
    if hide is not None:
        answers = contents_of(traced, replace(options, hide=None, gradients=True))
        answers.caption = "\n".join(filter(None, [title, "answer key"]))
        key = Graph(answers, **look)
    contents = contents_of(traced, options)
    contents.caption = title
    return Graph(contents, **look, key=key)


def _are_names(names: Any) -> bool:
    return isinstance(names, (list, tuple, set, frozenset)) and all(isinstance(name, str) for name in names)


def _whole(
    order: Sequence[Value],
    fold: str,
    budget: int,
    expanded: Sequence[str],
    expand: bool,
    called: Mapping[Value, str],
) -> Trace | None:
    """The trace of a graph that is drawn node by node; None for one that is folded."""
    if fold == "none":
        if len(order) > MAX_NUMBERS:
            raise ValueError(
                f"draw: {len(order):,} numbers are too many to be drawn one by one (at most {MAX_NUMBERS:,}); "
                'use fold="auto", or draw an earlier node'
            )
        return record_trace(order, "topological", expand, called)
    if fold != "auto" or expanded or len(order) > budget:
        return None
    traced = record_trace(order, "topological", expand, called)
    return traced if len(traced.nodes) <= budget else None


def _nudged(order: Sequence[Value], ids: dict[Value, int]) -> dict[int, float]:
    """For each Value of the graph, the gradient found by nudging it."""
    return {n: central_difference(replay(order, node), node.data).slope for node, n in ids.items()}


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
        raise TypeError(f"draw_dot: root must be a Value, got {shown(root)} ({type(root).__name__})")
    choose(rankdir, DIRECTIONS, "draw_dot: unknown rankdir")
    return draw(root, direction=rankdir).to_digraph(format)


SMALL = 60
"""A notebook shows a Value as its graph if that has at most so many numbers."""


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
