"""Which nodes belong together?  The products, the sum and the activation of a neuron, and the nodes of the loss.

Read `losses` first, `clusters` next.  Every pass here is one loop over the nodes, so that a million nodes take seconds.
Nodes are numbered by their place in the topological order.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import primitives as table
from autograd.micrograd import operation
from autograd.node import operands as operands_of
from autograd.symbolic.printing import count, number_text
from autograd.value import Value
from autograd.views.draw.losses import loss_of
from autograd.views.draw.scene import known_gradients

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SUMS = frozenset({table.add, table.subtract, table.sum_, table.dot})
SUMMANDS = frozenset({table.add, table.subtract, table.multiply, table.negative})
"""The rows that join a sum that uses them; nothing joins a `dot`, and a `dot` no sum: it is a neuron itself."""


class Reading(NamedTuple):
    """What a neuron reads."""

    parameters: tuple[int, ...]
    """Its weights and its bias: the same for all its samples."""
    inputs: tuple[int | float, ...]
    """The number of a node, or a plain number, for each product."""


def plain_inputs(inputs: tuple[int | float, ...]) -> tuple[float, ...]:
    """The inputs that are plain numbers; not the zeros that dropout puts among the outputs of a layer."""
    numbers = tuple([number for number in inputs if type(number) is not int])
    return numbers if any(numbers) or len(numbers) == len(inputs) else ()


class Units:
    """A graph cut into units: a neuron's products, sum and activation are one unit; most other nodes are one each."""

    def __init__(self, order: Sequence[Value], called: Mapping[Value, str]) -> None:
        self.order, self.called = order, called
        self.place = place = {node: n for n, node in enumerate(order)}
        self.gradients = known_gradients(order)
        self.operands = [[place[o] for o in operands_of(node) if isinstance(o, Value)] for node in order]
        self.users = [0] * len(order)
        for operand in chain.from_iterable(self.operands):
            self.users[operand] += 1
        self.loss = loss_of(order[-1])
        self._tuples: dict[int, tuple[Any, ...]] = {}
        self._same: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._rows: dict[int, tuple[Any, ...]] = {}
        self._kept: list[Any] = []
        self.unit = self._units()
        self.size = [0] * len(order)
        for unit in self.unit:
            self.size[unit] += 1
        self.depth = self._depths()

    def _units(self) -> list[int]:
        """For each node the last node of its unit: a node joins its only user if that is a sum or an activation."""
        unit = list(range(len(self.order)))
        inside = self._of_loss()
        for n in range(len(self.order) - 1, -1, -1):
            if n in inside:
                unit[n] = self.place[self.loss.root] if self.loss else n
                continue
            row = self.order[n].primitive
            squashes = len(self.operands[n]) == 1 and row not in SUMMANDS
            joins = SUMS if squashes else SUMMANDS if row in SUMS and row is not table.dot else ()
            for operand in self.operands[n] if joins else ():
                if self.users[operand] == 1 and self.order[operand].primitive in joins and operand not in inside:
                    unit[operand] = unit[n]
        return unit

    def _of_loss(self) -> set[int]:
        """The computed nodes of the loss: all between the model's outputs and its last node."""
        if self.loss is None:
            return set()
        outputs = {self.place[output] for output in self.loss.outputs}
        stack = [self.place[self.loss.root]]
        inside = set(stack)
        while stack:
            for operand in self.operands[stack.pop()]:
                if operand not in inside and operand not in outputs and self.order[operand].primitive is not None:
                    inside.add(operand)
                    stack.append(operand)
        return inside

    def _depths(self) -> list[int]:
        """For each unit the number of units on the longest path to it; 0 for a leaf."""
        depth, of = [0] * len(self.order), self.unit
        for n, operands in enumerate(self.operands):
            unit = of[n]
            sources = [of[operand] for operand in operands]
            if unit in sources:
                sources = [source for source in sources if source != unit]
            if sources:
                depth[unit] = max(depth[unit], max(map(depth.__getitem__, sources)) + 1)
        return depth

    @cached_property
    def roots(self) -> list[int]:
        """The last node of each unit that computes something."""
        return [n for n, unit in enumerate(self.unit) if unit == n and self.order[n].primitive is not None]

    def is_loss(self, unit: int) -> bool:
        """Whether this unit is the loss."""
        return self.loss is not None and self.order[unit] is self.loss.root

    def inner(self, unit: int) -> int:
        """The sum inside a neuron's activation; the node itself if there is none."""
        operands = self.operands[unit]
        return operands[0] if len(operands) == 1 and self.unit[operands[0]] == unit else unit

    # ------------------------------------------------------------------------------------------------------- neurons

    def is_neuron(self, unit: int) -> bool:
        """Whether a unit is a sum of inputs weighted by parameters, perhaps with an activation."""
        return unit in self.neurons

    @cached_property
    def neurons(self) -> dict[int, Reading]:
        """What each neuron reads, by unit."""
        found: dict[int, Reading] = {}
        members: dict[int, list[int]] = {}
        for n, unit in enumerate(self.unit):
            if self.size[unit] > 1:
                members.setdefault(unit, []).append(n)
        for root in self.roots:
            inner = self.inner(root)
            row = self.order[inner].primitive
            if self.is_loss(root) or row not in SUMS:
                continue
            reading = self._read_by_dot(inner) if row is table.dot else self._read_by_hand(members.get(root, ()))
            if reading is not None and reading.parameters and reading.inputs:
                found[root] = reading
        return found

    @cached_property
    def samples(self) -> int:
        """How many samples there are: how often the last neuron occurs.

        Others may occur more often, as in a convolution, or less often, as where dropout drops their outputs.
        """
        counts = Counter(id(reading.parameters) for reading in self.neurons.values())
        last = max(self.neurons, key=self.depth.__getitem__, default=None)
        return 1 if last is None else counts[id(self.neurons[last].parameters)]

    def _tuple(self, group: Sequence[Any]) -> tuple[Any, ...]:
        """The numbers of nodes, and plain numbers; the same object for the same group, which neurons share."""
        known = self._tuples.get(id(group))
        if known is None:
            numbers = tuple([self.place[o] if isinstance(o, Value) else o for o in group])
            known = self._tuples[id(group)] = numbers
            self._kept.append(group)  # so that no other object gets its identity
        return known

    def _read_by_dot(self, node: int) -> Reading | None:
        """The parameters and inputs of a `dot`: the side with leaves only has the weights, first if both have."""
        first, *rest = self.order[node]._x  # (start, weights) and inputs, or all in one
        if len(rest) != 1 or len(first) != len(rest[0]) + 1:
            start, *terms = operands_of(self.order[node])
            half = len(terms) // 2
            first, rest = (start, *terms[:half]), [terms[half:]]
        row, inputs = self._tuple(first), self._tuple(rest[0])
        found = self._rows.get(id(row))
        if found is None:
            found = row if self._is_leaf(row[0]) else row[1:]
            found = self._rows[id(row)] = self._shared(found) if all(map(self._is_leaf, row[1:])) else ()
        if found:
            is_sum_of_squares = inputs == row[1:] and all(type(n) is int for n in inputs)
            return None if is_sum_of_squares else Reading(found, inputs)
        if all(map(self._is_leaf, inputs)):
            return Reading(self._shared((*inputs, *filter(self._is_leaf, row[:1]))), row[1:])
        return None

    def _shared(self, parameters: tuple[int, ...]) -> tuple[int, ...]:
        """The same object for the same parameters."""
        return self._same.setdefault(parameters, parameters)

    def _is_leaf(self, n: int | float) -> bool:
        return type(n) is int and self.order[n].primitive is None

    def _read_by_hand(self, members: Sequence[int]) -> Reading | None:
        """The parameters and inputs of a neuron written with `*` and `+`.

        Of two leaves, the input is the one that is no parameter of the model, is called x, or has more users.
        """
        products = [n for n in members if self.order[n].primitive is table.multiply]
        parameters: list[int] = []
        inputs: list[int | float] = []
        for n in products:
            left, right = operands_of(self.order[n])
            if not _is_leaf(left) or (_is_leaf(right) and self._is_rather_input(left, right)):
                left, right = right, left
            if not isinstance(left, Value) or not _is_leaf(left):
                return None
            parameters.append(self.place[left])
            inputs.append(self.place[right] if isinstance(right, Value) else right)
        factors = {operand for n in products for operand in self.operands[n]}
        for n in members:  # its biases
            parameters += [o for o in self.operands[n] if _is_leaf(self.order[o]) and o not in factors]
        weights = tuple(dict.fromkeys(parameters))
        return Reading(self._shared(weights), tuple(inputs))

    def _is_rather_input(self, left: Value | float, right: Value | float) -> bool:
        """Whether of two factors of a product the left one is the input."""
        if not isinstance(left, Value) or not isinstance(right, Value):
            return not isinstance(left, Value)
        signs = [(leaf not in self.called, leaf.label.startswith("x"), self.users[self.place[leaf]])
                 for leaf in (left, right)]  # fmt: skip
        return signs[0] > signs[1]

    # -------------------------------------------------------------------------------------------------- descriptions

    def description(self, unit: int, numbers: bool = False) -> str:
        """What a unit computes, such as `tanh(sum of 3 products)`; a constant is c, or with `numbers` its number."""
        if self.is_loss(unit) and self.loss:
            return self.loss.kind
        inner = self.inner(unit)
        row = self.order[inner].primitive
        if self.is_mean(unit):
            return f"mean of {len(self.operands[inner])} numbers"
        if row is table.dot:
            what = f"sum of {count((len(operands_of(self.order[inner])) - 1) // 2, 'product')}"
        elif row is table.sum_:
            what = f"sum of {len(self.operands[inner])}"
        elif self.size[unit] > 2 and row in SUMS:
            what = f"sum, {self.size[unit]} nodes"
        else:
            what = operation(self.order[inner]) or "by hand"
        return what if inner == unit else self._around(self.order[unit], what, numbers)

    def is_mean(self, unit: int) -> bool:
        """Whether a unit is a sum, divided by the number of its summands."""
        root, inner = self.order[unit], self.inner(unit)
        divided = root.primitive is table.divide and self.order[inner].primitive is table.sum_
        return divided and operands_of(root)[1:] == (len(self.operands[inner]),)

    def activation(self, unit: int) -> str:
        """What a neuron applies to its sum, such as `tanh`; `identity` if nothing."""
        if self.inner(unit) == unit:
            return "identity"
        node = self.order[unit]
        return operation(node) if len(operands_of(node)) == 1 else self._around(node, "·", numbers=True)

    def _around(self, node: Value, what: str, numbers: bool) -> str:
        """The formula of a node of one operand, such as `relu(...)`, `(...)**2` or `(...) / 100`."""
        sign, operands = operation(node), operands_of(node)
        if sign.startswith("**") and len(sign) > 2:
            return f"({what}){sign}"
        if len(operands) != 2:
            return f"{sign}({what})"
        constant = next(
            (number_text(operand) if numbers else "c" for operand in operands if type(operand) is float), ""
        )
        left, right = (f"({what})" if isinstance(operand, Value) else constant for operand in operands)
        return f"{left} {sign} {right}" if sign in ("+", "-", "*", "/", "**") else f"{sign}({left}, {right})"


def _is_leaf(operand: Value | float) -> bool:
    return isinstance(operand, Value) and operand.primitive is None
