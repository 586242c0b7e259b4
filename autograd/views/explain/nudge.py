"""Is a gradient right?  `nudge` changes one number, runs the recorded graph again, and compares.

Read `explain` first; `replay` runs the graph again.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from autograd.arguments import real, shown
from autograd.backpropagation import topological_order
from autograd.symbolic.printing import number_text
from autograd.value import Value
from autograd.views.explain.explain import trace_with
from autograd.views.trace.replay import replay
from autograd.views.trace.trace import Names


class Nudge(NamedTuple):
    """How the output changed when one number was changed a little, and the change that the gradient predicts."""

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
        """The change that the gradient predicts: gradient times step."""
        return self.gradient * self.by

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))  # how Jupyter shows the last line of a cell

    def __str__(self) -> str:
        off = self.change - self.predicted
        share = f" ({abs(off / self.predicted):.2%})" if self.predicted and math.isfinite(off) else ""
        return (
            f"{self.wrt} is changed by {_precise(self.by)}: "
            f"{self.output} goes from {_precise(self.before)} to {_precise(self.after)}.\n"
            f"actual change      {_precise(self.change)}\n"
            f"gradient x step    {number_text(self.gradient)} x {_precise(self.by)} = {_precise(self.predicted)}, "
            f"off by {off:.2g}{share}"
        )


def _precise(number: float) -> str:
    """A number with enough digits to show a small change."""
    return f"{number:.9g}"


def nudge(output: Value, x: Value | str, by: float = 1e-3, *, names: Names = ()) -> Nudge:
    """Change one number by a little, run the recorded graph again, and compare with gradient times step.

    `x` is a Value of the graph, or the name of one; `names` is as in `explain`.  The graph itself is not changed.
    Overflow and domain errors on the way give inf and nan.

    Raises TypeError if `output` or `x` is not a Value or `by` is not a number; ValueError if the output does not depend
    on `x`, or `by` is 0 or not finite; RuntimeError if a leaf was changed after the graph was computed.

    >>> x = Value(3.0, label="x")
    >>> tried = nudge(x * x, x, by=0.5)
    >>> tried.change, tried.predicted
    (3.25, 3.0)
    """
    traced, x = trace_with(output, x, names, "nudge", "x")
    step = real(by, "nudge: by")
    if not math.isfinite(step) or x.data + step == x.data:
        raise ValueError(f"nudge: by must be a step that changes {x.data!r}, such as 0.001, got {shown(by)}")
    changed = [node.name for node in traced.nodes if node.changed]
    if changed:
        raise RuntimeError(
            f"nudge: an operand of {changed[0]} was changed since it was computed; compute it again first"
        )
    after = replay(topological_order(output), x)(x.data + step)
    nodes = traced.nodes
    return Nudge(nodes[traced.output].name, traced.node(x).name, step, output.data, after, traced.node(x).gradient)
