"""Why is the gradient what it is?  `explain` writes out the chain rule: every step, every path, and their sum.

Read `trace`, `paths` and `render` first, `nudge` next, which tests a gradient by changing a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.arguments import not_a_value, shown
from autograd.backpropagation import topological_order
from autograd.symbolic.printing import atom, count
from autograd.value import Value
from autograd.views.explain import render
from autograd.views.explain.paths import ChainRule, Chains
from autograd.views.trace.trace import names_of_values, record_trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.trace.trace import Names, Trace

MAX_NAMES = 20
"""At most this many names are listed in the error about an unknown name."""


class Explanation(ChainRule):
    """The chain rule for one output and one number of its graph, in words and numbers.

    `print` it, or let a notebook show it with typeset formulas.  Its parts are `given`, `forward`, `steps`, `paths`
    (empty if there are more than 200), `path_count`, `contributions` and `gradient`.
    """

    @property
    def text(self) -> str:
        """The explanation as plain text."""
        return render.text(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        gradient = f"d{atom(self.output)}/d{atom(self.wrt)}"
        paths = count(self.path_count, "path")
        return f"<explanation of {gradient} = {self.gradient!r}, over {paths}; print(...) shows it>"

    def _repr_markdown_(self) -> str:
        return render.markdown(self)


def explain(output: Value, wrt: Value | str, *, names: Names = ()) -> Explanation:
    """Explain d(output)/d(wrt): each step, each path with its product, and the sum over the paths.

    `wrt` is a Value of the graph, or the name of one.  `names`, a model or pairs of a name and a Value, names
    Values that have no label.

    Raises TypeError if one of them is not a Value, ValueError if `output` does not depend on `wrt`.

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
    return Explanation(**vars(Chains(*trace_with(output, wrt, names, "explain", "wrt")).chain_rule()))


def trace_with(output: Value, wrt: Value | str, names: Names, function: str, argument: str) -> tuple[Trace, Value]:
    """The trace of `output`, and the Value in it that `wrt` is or names."""
    if not isinstance(output, Value):
        raise not_a_value(output, f"{function}: output")
    if not isinstance(wrt, (Value, str)):
        raise TypeError(
            f"{function}: {argument} must be a Value or the label of one, got {shown(wrt)} ({type(wrt).__name__})"
        )
    called = names_of_values(names, function)
    traced = record_trace(topological_order(output), "topological", True, called)
    if isinstance(wrt, str):
        found = {traced.nodes[n].name: value for value, n in traced.ids.items()}
        for value in traced.ids:  # a long label is cut in the name; the whole label is accepted too
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
    """The nearest name, or a list of the names that exist."""
    from difflib import get_close_matches  # imported late: it takes time

    near = get_close_matches(name, found, n=1)
    few = ", ".join([*list(found)[:MAX_NAMES], *["..."] * (len(found) > MAX_NAMES)])
    return f"; did you mean {near[0]!r}?" if near else f"; choose one of: {few}"
