"""Why is the gradient what it is?  `explain` writes out the chain rule; `nudge` tries what the gradient promises.

Read `tracing` and `chains` first; `replaying` runs the graph again for a nudge, and `report` has the words.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from autograd import report
from autograd.chains import Chains, Explanation
from autograd.replaying import replay
from autograd.rows import real, shown
from autograd.tracing import trace
from autograd.value import Value


def explain(output: Value, wrt: Value) -> Explanation:
    """Explain d(output)/d(wrt): each step, each path with its product, and the sum over the paths.

    Raises TypeError where one of them is no Value, ValueError where `output` does not depend on `wrt`.

    >>> x = Value(3.0, label="x")
    >>> y = x * x; y.label = "y"
    >>> print(explain(y, wrt=x))
    How does y change with x?
    <BLANKLINE>
    Forward:
      y = x * x = 3 * 3 = 9
    Each step on the way from x to y:
      ∂y/∂x = x = 3
      ∂y/∂x = x = 3
    Each path, with the product of its steps:
      x → y: 3
      x → y: 3
    The sum over the 2 paths: dy/dx = 3 + 3 = 6
    (x.grad is not computed yet; y.backward() adds this to it.)
    """
    for name, value in (("output", output), ("wrt", wrt)):
        if not isinstance(value, Value):
            raise TypeError(f"explain: {name} must be a Value, got {shown(value)} ({type(value).__name__})")
    traced = trace(output)
    if wrt not in traced.ids:
        raise ValueError(f"explain: output does not depend on wrt: {shown(output)} was computed without {shown(wrt)}")
    return Chains(traced, wrt).explanation()


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
        return report.nudge_text(self)


def nudge(output: Value, x: Value, by: float = 1e-3) -> Nudge:
    """Change one number by a little, run the recorded graph again, and compare with gradient times step.

    The graph itself is not touched.  Overflow and domain errors on the way give inf and nan.

    Raises TypeError where `output` or `x` is no Value or `by` no number; ValueError where the output does not depend
    on `x`, or `by` is 0 or not finite; RuntimeError where a leaf was changed since the graph was computed.

    >>> x = Value(3.0, label="x")
    >>> tried = nudge(x * x, x, by=0.5)
    >>> tried.change, tried.predicted
    (3.25, 3.0)
    """
    for name, value in (("output", output), ("x", x)):
        if not isinstance(value, Value):
            raise TypeError(f"nudge: {name} must be a Value, got {shown(value)} ({type(value).__name__})")
    step = real(by, "nudge: by")
    if not math.isfinite(step) or x.data + step == x.data:
        raise ValueError(f"nudge: by must be a step that changes {x.data!r}, such as 0.001, got {by!r}")
    traced = trace(output)
    if x not in traced.ids:
        raise ValueError(f"nudge: output does not depend on x: {shown(output)} was computed without {shown(x)}")
    changed = [node.name for node in traced.nodes if node.changed]
    if changed:
        raise RuntimeError(
            f"nudge: an operand of {changed[0]} was changed since it was computed; compute it again first"
        )
    after = replay(output, x)(x.data + step)
    nodes = traced.nodes
    return Nudge(nodes[traced.output].name, traced.node(x).name, step, output.data, after, traced.node(x).gradient)
