"""How does a folded group look when it is opened?  Node by node in a frame, a neuron as the products of the lesson.

Read `scene` and `clusters` first; `collapse` puts what is made here among the groups that stay folded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.micrograd import operation
from autograd.node import operands as operands_of
from autograd.symbolic.printing import number_text
from autograd.value import Value
from autograd.views.draw.scene import Arrow, Box, Circle, Contents
from autograd.views.trace.expand import UNFOLDED_BELOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.draw.clusters import Group, Units

Use = tuple[Value, str]
"""A Value, and the circle (or box) to which an arrow leads from it."""


def opened_group(group: Group, units: Units, contents: Contents, names: Mapping[Value, str]) -> list[Use]:
    """Draw a group's nodes, and return the arrows that lead to them; where from is known when all groups are drawn."""
    uses: list[Use] = []
    for n in sorted((*group.nodes, *group.leaves)):
        node = units.order[n]
        label, grad = node.label or names.get(node, ""), units.gradients.get(node)
        kind = "leaf" if node.primitive is None else "operation"
        contents.boxes.append(
            Box(f"n{n}", [*([label] if label else []), *numbers(node, grad)], kind, "", grad, group.name)
        )
        if node.primitive is not None:
            uses += _Opened(n, node, grad, group.name, contents).uses
    return uses


def numbers(node: Value, grad: float | None, data: float | None = None) -> list[str]:
    """The cells of a number: its data, or that of a part of it, and its gradient, blank until computed."""
    gradient = "grad" if grad is None else f"grad {number_text(grad)}"
    return [f"data {number_text(node.data if data is None else data)}", gradient]


class _Opened:
    """The circles of one node: one, or for a small `dot` or `sum` those of its products and sums."""

    def __init__(self, n: int, node: Value, grad: float | None, group: str, contents: Contents) -> None:
        self.n, self.node, self.grad, self.group, self.contents = n, node, grad, group, contents
        self.uses: list[Use] = []
        self.parts = 0
        operands = operands_of(node)
        small = node.primitive in (table.dot, table.sum_) and 2 < len(operands) < UNFOLDED_BELOW
        if small:
            self._sums(operands)
        elif operation(node):
            hidden = operation(node).startswith("**") and len(operation(node)) > 2
            self._circle(f"o{n}", operation(node), f"n{n}", operands[:1] if hidden else operands)
        else:  # written by hand, without a name
            self.uses += [(operand, f"n{n}") for operand in operands if isinstance(operand, Value)]

    def _circle(self, name: str, sign: str, result: str, operands: Any) -> None:
        """One operation: its circle, the arrow to its result, and what leads to it."""
        self.contents.circles.append(Circle(name, sign, "", self.group))
        self.contents.arrows.append(Arrow(name, result))
        for k, operand in enumerate(operands):
            if isinstance(operand, Value):
                self.uses.append((operand, name))
            elif isinstance(operand, Box):
                self.contents.arrows.append(Arrow(operand.id, name))
            else:
                constant = f"c{name}_{k}"
                self.contents.boxes.append(Box(constant, [number_text(operand)], "constant", "", None, self.group))
                self.contents.arrows.append(Arrow(constant, name))

    def _sums(self, operands: Any) -> None:
        """start + x1 * y1 + x2 * y2 + ..., from left to right, as the row computes it."""
        start, *terms = operands
        half = len(terms) // 2 if self.node.primitive is table.dot else 0
        starts = [] if isinstance(start, float) and start == 0.0 else [start]
        steps = half + len(starts) + (half or len(terms)) - 1
        if half:
            terms = [self._step("*", x, y, steps) for x, y in zip(terms[:half], terms[half:], strict=True)]
        total, *rest = starts + terms
        for term in rest:
            total = self._step("+", total, term, steps)

    def _step(self, sign: str, x: Any, y: Any, steps: int) -> Any:
        """One product or sum, of which the last is the node itself."""
        self.parts += 1
        left, right = _data(x), _data(y)
        data = left * right if sign == "*" else left + right
        last = self.parts == steps
        box = _Part(f"n{self.n}" if last else f"p{self.n}_{self.parts}", data, self.node, self.grad, self.group)
        if not last:
            self.contents.boxes.append(box)
        self._circle(f"o{self.n}_{self.parts}", sign, box.id, (x, y))
        return box


class _Part(Box):
    """A product or sum inside a node; its gradient is the node's, since it is only added."""

    def __init__(self, name: str, data: float, node: Value, grad: float | None, group: str) -> None:
        super().__init__(name, numbers(node, grad, data), "operation", "", grad, group)
        self.data = data


def _data(operand: Any) -> float:
    return operand if isinstance(operand, float) else operand.data
