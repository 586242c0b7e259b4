"""Why is the gradient what it is?  `explain` writes out the chain rule; `nudge` tries what the gradient promises.

Read `trace` and `paths` first; `replay` runs the graph again for a nudge, and `render` has the words.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import real, shown
from autograd.value import Value
from autograd.views.explain import render
from autograd.views.explain.paths import Chains, Explanation
from autograd.views.trace.replay import replay
from autograd.views.trace.trace import called_by, trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.trace.trace import Names, Trace

MAX_NAMES = 20
"""So many names are listed where one is not found."""


def explain(output: Value, wrt: Value | str, *, names: Names = ()) -> Explanation:
    """Explain d(output)/d(wrt): each step, each path with its product, and the sum over the paths.

    `wrt` is a Value of the graph, or what one is called there.  `names`, such as `model.named_parameters()`, names
    Values that have no label.

    Raises TypeError where one of them is no Value, ValueError where `output` does not depend on `wrt`.

    >>> x = Value(3.0, label="x")
    >>> y = x * x; y.label = "y"
    >>> print(explain(y, wrt=x))
    How does y change with x?
    <BLANKLINE>
    Forward:
      y = x * x = 3 * 3 = 9
    Each step on the way from x to y:
      ∂y/∂x (1st operand) = x = 3
      ∂y/∂x (2nd operand) = x = 3; together ∂y/∂x = 6
    Each path, with the product of its steps:
      2 × (x → y): 3 each
    The sum over the 2 paths: dy/dx = 3 + 3 = 6
    (x.grad is not computed yet; y.backward() adds this to it.)
    """
    return Chains(*_traced(output, wrt, names, "explain", "wrt")).explanation()


def _traced(output: Value, wrt: Value | str, names: Names, function: str, argument: str) -> tuple[Trace, Value]:
    """The trace of `output`, and the Value in it that is asked about."""
    if not isinstance(output, Value):
        raise TypeError(f"{function}: output must be a Value, got {shown(output)} ({type(output).__name__})")
    if not isinstance(wrt, (Value, str)):
        raise TypeError(
            f"{function}: {argument} must be a Value or the label of one, got {shown(wrt)} ({type(wrt).__name__})"
        )
    called = called_by(names, function)
    traced = trace(output, names=[(name, value) for value, name in called.items()])
    if isinstance(wrt, str):
        found = {traced.nodes[n].name: value for value, n in traced.ids.items()}
        for value in traced.ids:  # a long label is cut in the name, and is known all the same
            if label := value.label or called.get(value, ""):
                found.setdefault(label, value)
        if wrt not in found:
            raise ValueError(f"{function}: {argument}: no number of this graph is called {wrt!r}{_instead(wrt, found)}")
        return traced, found[wrt]
    if wrt not in traced.ids:
        raise ValueError(
            f"{function}: output does not depend on {argument}: {shown(output)} was computed without {shown(wrt)}"
        )
    return traced, wrt


def _instead(name: str, found: Mapping[str, Value]) -> str:
    """Which names there are, or the one that is nearest."""
    from difflib import get_close_matches  # here, so that `import autograd` stays quick

    near = get_close_matches(name, found, n=1)
    few = ", ".join([*list(found)[:MAX_NAMES], *["..."] * (len(found) > MAX_NAMES)])
    return f"; did you mean {near[0]!r}?" if near else f"; choose one of: {few}"


class Nudge(NamedTuple):
    """What happened when one number was changed a little, and what its gradient promised."""

    output: str
    wrt: str
    by: float
    before: float
    after: float
    gradient: float

    @property
    def change(self) -> float:
        """The actual change of the output."""
        return self.after - self.before

    @property
    def predicted(self) -> float:
        """The change that the gradient promises: gradient times step."""
        return self.gradient * self.by

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))  # how Jupyter shows the last line of a cell

    def __str__(self) -> str:
        return render.nudge_text(self)


def nudge(output: Value, x: Value | str, by: float = 1e-3, *, names: Names = ()) -> Nudge:
    """Change one number by a little, run the recorded graph again, and compare with gradient times step.

    `x` is a Value of the graph, or what one is called there; `names` is as in `explain`.  The graph itself is not
    touched.  Overflow and domain errors on the way give inf and nan.

    Raises TypeError where `output` or `x` is no Value or `by` no number; ValueError where the output does not depend
    on `x`, or `by` is 0 or not finite; RuntimeError where a leaf was changed since the graph was computed.

    >>> x = Value(3.0, label="x")
    >>> tried = nudge(x * x, x, by=0.5)
    >>> tried.change, tried.predicted
    (3.25, 3.0)
    """
    traced, x = _traced(output, x, names, "nudge", "x")
    step = real(by, "nudge: by")
    if not math.isfinite(step) or x.data + step == x.data:
        raise ValueError(f"nudge: by must be a step that changes {x.data!r}, such as 0.001, got {shown(by)}")
    changed = [node.name for node in traced.nodes if node.changed]
    if changed:
        raise RuntimeError(
            f"nudge: an operand of {changed[0]} was changed since it was computed; compute it again first"
        )
    after = replay(output, x)(x.data + step)
    nodes = traced.nodes
    return Nudge(nodes[traced.output].name, traced.node(x).name, step, output.data, after, traced.node(x).gradient)
