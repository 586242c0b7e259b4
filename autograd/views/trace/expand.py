"""What do the views show of a graph?  Its nodes by name, its constants, and `dot` and `sum` as their products and sums.

Read `node` and `symbolic.formulas` first, `trace` next, which records the passes through the expanded graph.  The
library computes a neuron as one `dot`; the lesson computes it with `*` and `+`.  Here a small `dot` becomes what the
lesson shows: the same operations in the same order, and therefore the same numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import primitives as table
from autograd.micrograd import operation as sign_of
from autograd.node import all_edges, assignable, changed_since, edges, has_user_backward, variables
from autograd.node import operands as operands_of
from autograd.symbolic.branches import branches_taken
from autograd.symbolic.formulas import formula, partial_formula
from autograd.symbolic.printing import atom, factor_text, number_text, takes_index
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from autograd.primitive import Primitive

EXPANDED_BELOW = 12
"""A `dot` or `sum` of fewer operands than this is shown as its products and sums."""

MAX_NAME = 40
"""Longer labels are cut in formulas; the label itself is kept whole."""


Template = tuple[str, tuple[int, ...]]
"""A formula with a {} for each operand in it, and which operand that is."""


class DisplayNode:
    """One number that is shown, and how it was computed.

    `edges` are the operands to which gradients flow, as ids, with the partials of the forward pass; `partial_formulas`
    are the same partials as formulas, with the operands' places among all operands; `not_taken` are the places of the
    operands that the operation did not select.
    """

    __slots__ = (
        "atom", "changed", "data", "edges", "formula", "id", "kind", "label", "name", "not_taken",
        "operands", "operation", "partial_formulas", "sign", "template", "values",
    )  # fmt: skip

    def __init__(self, id: int, kind: str, data: float, name: str, label: str) -> None:
        self.id = id
        self.kind = kind
        self.data = data
        self.name = name
        self.atom = name if name.isidentifier() else atom(name)
        self.label = label
        self.operation = self.sign = self.formula = ""
        self.template: Template = ("", ())
        self.operands: tuple[int, ...] = ()
        self.values: tuple[float, ...] = ()
        self.edges: Sequence[tuple[int, float]] = ()
        self.partial_formulas: Sequence[tuple[int, str]] = ()
        self.not_taken: tuple[int, ...] = ()
        self.changed = False


class ExpandedGraph(NamedTuple):
    """A graph as the views show it: each `DisplayNode` is a number in a picture, a table or a formula."""

    parts: list[DisplayNode]
    """Each after its operands; the id of a node is its place in this list."""
    ids: dict[Value, int]
    """The id of each Value."""
    blocks: dict[Value, list[int]]
    """The ids of the nodes that each computed Value consists of; gradients flow from the last to the first."""


def expand_graph(
    order: Sequence[Value], expand: bool, called: Mapping[Value, str], given: Container[Value] = ()
) -> ExpandedGraph:
    """The display nodes of a graph whose nodes are in topological order; those in `given` are shown as leaves.

    With `expand`, a small `dot` or `sum` becomes its products and sums; a large `dot` keeps the others whole too, so
    that all neurons look alike.  `called` names nodes without a label.
    """
    expansion = _Expansion({node.label for node in order}.union(called.values()), called)
    small = {table.sum_, table.dot} if expand else set()
    if any(node.primitive is table.dot and len(operands_of(node)) >= EXPANDED_BELOW for node in order):
        small.discard(table.dot)
    for node in order:
        row = node.primitive
        if row is None or node in given:
            expansion.add_leaf(node)
        elif row in small and len(operands_of(node)) < EXPANDED_BELOW:
            expansion.add_expanded(node, row)
        else:
            expansion.add_whole(node, row)
    return ExpandedGraph(expansion.parts, expansion.ids, expansion.blocks)


class _Expansion:
    """The display nodes made so far."""

    def __init__(self, labels: set[str], called: Mapping[Value, str]) -> None:
        self.parts: list[DisplayNode] = []
        self.ids: dict[Value, int] = {}
        self.blocks: dict[Value, list[int]] = {}
        self.taken = labels
        self.called = called
        self.names: set[str] = set()
        self.numbers: dict[float, str] = {}
        self.count = 0

    def add_leaf(self, node: Value) -> None:
        self.ids[node] = self._new_node("leaf", node._data, self._name(self._label(node)), node.label).id

    def add_whole(self, node: Value, row: Primitive) -> None:
        """The node as one display node."""
        operands = operands_of(node)
        parts, ids = self.parts, self.ids
        hidden = _parameter(row, operands)
        shown = [
            parts[ids[operand]] if isinstance(operand, Value) else operand if n == hidden else self._operand(operand)
            for n, operand in enumerate(operands)
        ]
        part = self._new_node("operation", node._data, self._name(self._label(node)), node.label)
        if has_user_backward(node):
            self._describe(part, row, shown, _partials_of_user_backward(node))
            part.partial_formulas = [(place, "") for place, _ in part.partial_formulas]  # they are not known
            part.not_taken = ()
        else:
            self._describe(part, row, shown, [partial for _, partial in all_edges(node)])
        part.sign = sign_of(node)
        part.changed = _changed(node, operands)
        self.ids[node] = part.id
        self.blocks[node] = [part.id]

    def add_expanded(self, node: Value, row: Primitive) -> None:
        """The products and sums of a `dot` or `sum`; the last one is the node itself."""
        operands = operands_of(node)
        start, *terms = operands
        recorded = (partial for _, partial in edges(node))
        partials = [next(recorded) if isinstance(operand, Value) else None for operand in operands]
        half = len(terms) // 2 if row is table.dot else 0
        summands = [] if type(start) is float and start == 0.0 and len(terms) > 1 else [self._operand(start)]
        products = [
            ((self._operand(terms[n]), self._operand(terms[n + half])), (partials[1 + n], partials[1 + n + half]))
            for n in range(half)
        ]
        sums = len(summands) + (half or len(terms)) - 1
        if not half and not sums:
            return self.add_whole(node, row)
        changed = _changed(node, operands)
        for n, (factors, known) in enumerate(products, 1):
            last = not sums and n == half
            summands.append(self._step(node if last else None, table.multiply, factors, known, changed))
        block = [part.id for part in reversed(summands[len(summands) - half :])]
        summands += [] if half else [self._operand(term) for term in terms]
        total = summands[0]
        for n, summand in enumerate(summands[1:], 1):
            total = self._step(node if n == sums else None, table.add, (total, summand), (1.0, 1.0), changed)
            block.append(total.id)
        self.ids[node] = total.id
        self.blocks[node] = block
        return None

    def _step(
        self,
        node: Value | None,
        row: Primitive,
        operands: Sequence[DisplayNode],
        partials: Sequence[Any],
        changed: bool,
    ) -> DisplayNode:
        """One product or sum: the node itself where it is given, else a part of it."""
        if node is None:
            part = self._new_node("part", row.forward(*[operand.data for operand in operands]), self._name(""), "")
        else:
            part = self._new_node("operation", node._data, self._name(self._label(node)), node.label)
        known = [partial for operand, partial in zip(operands, partials, strict=True) if operand.kind != "constant"]
        self._describe(part, row, operands, known)
        part.sign, part.changed = "*" if row is table.multiply else "+", changed
        return part

    def _describe(
        self, part: DisplayNode, row: Primitive, operands: Sequence[Any], partials: Iterable[float | None]
    ) -> None:
        """Fill in operands, formulas and edges; an operand is a part, or a number that belongs to the operation."""
        shape, names, values, known = [], [], [], []
        for operand in operands:
            if type(operand) is DisplayNode:
                known.append(operand)
                names.append(operand.atom)
                data = operand.data
                shape.append(data if operand.kind == "constant" and data in SHAPING else None)
            else:
                names.append(factor_text(operand))
                data = operand
                shape.append(data)
            values.append(data)
        part.template, templates = _templates(row, tuple(shape), _branches(row, values))
        part.operation, part.operands, part.values = row.name, tuple([p.id for p in known]), tuple(values)
        part.formula = _filled(part.template, names)
        if len(known) < len(templates):
            templates = [t for t, operand in zip(templates, operands, strict=True) if type(operand) is DisplayNode]
        edges, formulas, not_taken, rest = [], [], [], iter(partials)
        for place, operand in enumerate(known):
            if operand.kind == "constant":
                continue
            partial = next(rest)
            if partial is None:
                not_taken.append(place)
            else:
                edges.append((operand.id, partial))
                formulas.append((place, _filled(templates[place], names)))
        part.edges, part.partial_formulas, part.not_taken = edges, formulas, tuple(not_taken)

    def _operand(self, operand: Any) -> DisplayNode:
        """The display node of an operand; each constant gets a new one."""
        if isinstance(operand, Value):
            return self.parts[self.ids[operand]]
        text = self.numbers.get(operand)
        if text is None:
            text = self.numbers[operand] = number_text(operand)
        return self._new_node("constant", operand, text, "")

    def _new_node(self, kind: str, data: float, name: str, label: str) -> DisplayNode:
        part = DisplayNode(len(self.parts), kind, data, name, label)
        self.parts.append(part)
        return part

    def _label(self, node: Value) -> str:
        return node.label or self.called.get(node, "")

    def _name(self, label: str) -> str:
        """The label in one line, or v1, v2 ...; a number is appended if the name exists already."""
        if not label:
            self.count += 1
            while f"v{self.count}" in self.taken:
                self.count += 1
            return f"v{self.count}"
        name = "".join(c if c.isprintable() else repr(c)[1:-1] for c in label[:MAX_NAME])
        name = name if len(label) <= MAX_NAME else name + "..."
        unique, n = name, 1
        while unique in self.names:
            n += 1
            unique = f"{name}#{n}"
        self.names.add(unique)
        return unique


SHAPING = frozenset(map(float, range(-9, 100)))
"""Constants that may change the form of a formula (the 2 of x², an index); it is derived again for each of them."""

FIRST = 0xF0000
"""The first of the private characters that represent the operands while formulas are derived."""


@lru_cache(maxsize=1024)
def _templates(
    row: Primitive, shape: tuple[float | None, ...], branches: tuple[tuple[bool, ...], ...]
) -> tuple[Template, list[Template]]:
    """The formula of the row and those of its partials, with holes for the names: deriving them is slow."""
    if len(shape) > 0xFFFF:  # more than there are private characters
        return (f"{row.name}(...)", ()), [("", ())] * len(shape)
    operands = [chr(FIRST + n) if constant is None else constant for n, constant in enumerate(shape)]
    taken = branches or [()] * len(operands)
    partials = [_template(partial_formula(row, operands, n, branches=taken[n])) for n in range(len(operands))]
    return _template(formula(row, operands)), partials


def _branches(row: Primitive, numbers: Sequence[float]) -> tuple[tuple[bool, ...], ...]:
    """The branches that each partial of the row takes; () if none of them has a branch."""
    found = tuple([branches_taken(row, n, numbers) for n in range(row.arity or 0)])
    return found if any(found) else ()


def _template(text: str) -> Template:
    holes = re.findall(f"[{chr(FIRST)}-{chr(FIRST + 0xFFFF)}]", text)
    for hole in holes:
        text = text.replace(hole, "\0")
    text = text.replace("{", "{{").replace("}", "}}").replace("\0", "{}")
    return text, tuple([ord(hole) - FIRST for hole in holes])


def _filled(template: Template, names: Sequence[str]) -> str:
    text, which = template
    if text == "{}":  # the partial of a product: the most common one
        return names[which[0]]
    return text.format(*[names[n] for n in which]) if which else text


def with_numbers(template: Template, values: Sequence[float]) -> str:
    """A formula with the operands' numbers in place of their names."""
    return _filled(template, [factor_text(value) for value in values])


def _parameter(row: Primitive, operands: Sequence[Any]) -> int | None:
    """The place of the constant operand that is a parameter: an exponent, an index, a sum's start of 0; else None."""
    if row is table.power and type(operands[1]) is float:
        return 1
    if (row is table.dot or row is table.sum_) and type(operands[0]) is float and operands[0] == 0.0:
        return 0
    return 0 if row.arity is None and takes_index(row) else None


def _changed(node: Value, operands: Sequence[Any]) -> bool:
    """Whether an operand's data was assigned after the node was computed from it."""
    for operand in operands:
        if isinstance(operand, Value) and assignable(operand):
            return changed_since(node)
    return False


def _partials_of_user_backward(node: Value) -> list[float | None]:
    """What the user's `_backward` adds to the gradient of each operand if the node's own gradient is 1.

    For an operand that occurs twice, the whole sum is at its first place: the two cannot be distinguished.
    """
    operands = variables(node)
    touched = [node, *operands]
    kept = [value.grad for value in touched]
    try:
        for value in touched:
            value.grad = 0.0
        node.grad = 1.0
        node._dx()
        added = {value: float(value.grad) for value in operands}
    finally:
        for value, grad in zip(touched, kept, strict=True):
            value.grad = grad
    return [added.pop(operand, None) for operand in operands]
