"""What does a node cost that is one object with a tuple of operands and a tuple of partials?

A third design to compare with, between micrograd (a closure a node) and chalkgrad (everything flat in the node). It is
the form of Karpathy's microgpt, written anew: the forward pass stores the partials, the reverse loop multiplies and
adds. It keeps no contract that chalkgrad keeps: no errors, no order-independence of `grad`, no labels.
"""

from __future__ import annotations

import math

Number = int | float


class TupleValue:
    """A scalar that remembers its operands and the partial derivative for each."""

    __slots__ = ("data", "grad", "operands", "partials")

    def __init__(self, data: Number, operands: tuple[TupleValue, ...] = (), partials: tuple[Number, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.operands = operands
        self.partials = partials

    def __add__(self, other: TupleValue | Number) -> TupleValue:
        if not isinstance(other, TupleValue):
            other = TupleValue(other)
        return TupleValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: TupleValue | Number) -> TupleValue:
        if not isinstance(other, TupleValue):
            other = TupleValue(other)
        return TupleValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent: Number) -> TupleValue:
        return TupleValue(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def __neg__(self) -> TupleValue:
        return self * -1.0

    def __sub__(self, other: TupleValue | Number) -> TupleValue:
        return self + -other

    def __truediv__(self, other: TupleValue | Number) -> TupleValue:
        return self * other**-1

    def __radd__(self, other: Number) -> TupleValue:  # other + self
        return self + other

    def __rmul__(self, other: Number) -> TupleValue:  # other * self
        return self * other

    def __rsub__(self, other: Number) -> TupleValue:  # other - self
        return -self + other

    def __rtruediv__(self, other: Number) -> TupleValue:  # other / self
        return self**-1 * other

    def relu(self) -> TupleValue:
        return TupleValue(max(0.0, self.data), (self,), (1.0 if self.data > 0 else 0.0,))

    def tanh(self) -> TupleValue:
        out = math.tanh(self.data)
        return TupleValue(out, (self,), (1.0 - out * out,))

    def backward(self) -> None:
        """Add d(self)/d(node) to the gradient of every node below."""
        self.grad = 1.0
        for node in reversed(self._operands_first()):
            for operand, partial in zip(node.operands, node.partials, strict=True):
                operand.grad += partial * node.grad

    def _operands_first(self) -> list[TupleValue]:
        order: list[TupleValue] = []
        seen: set[TupleValue] = set()
        pending: list[tuple[TupleValue, bool]] = [(self, False)]
        while pending:
            node, operands_done = pending.pop()
            if operands_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                pending.append((node, True))
                pending.extend((operand, False) for operand in node.operands)
        return order
