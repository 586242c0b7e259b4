"""What happens in the backward pass, step by step?  `trace(output)`: every multiply-and-add as a plain record.

Read `backpropagation` and `expand` first: the loop recorded here is the textbook form, `backpropagate`.  Read
`explain`, `draw` and `stepper` next: every view of a graph reads a trace, and none computes a gradient of its own.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from autograd.arguments import check_switch, choose, not_a_value, shown
from autograd.backpropagation import backpropagate, topological_order
from autograd.pause_gc import pause_gc
from autograd.symbolic.printing import ordinal
from autograd.value import Value
from autograd.views.trace.expand import DisplayNode, Template, expand_graph, with_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Edges = Callable[[int], Iterator[tuple[int, float]]]


class Named(Protocol):
    """A module: what has parameters with names."""

    def named_parameters(self) -> Iterable[tuple[str, Value]]:
        """Pairs of a name and a parameter."""


Names = Mapping[str, Value] | Iterable[tuple[str, Value]] | Named

_new: Any = tuple.__new__
"""Makes a record in half the time of a call of its class."""

ORDERS = ("topological", "naive")
"""The orders of a backward pass: with "topological", every gradient is complete before it is propagated."""

NAIVE_LIMIT = 20_000
"""If the naive order needs more backward steps than this, `trace` refuses it."""


class TracedNode(NamedTuple):
    """A number in the graph: a leaf, a constant, the result of an operation, or part of one that was expanded."""

    id: int
    """Its place in the forward order, from 0."""
    name: str
    """Its name in formulas: the label, or v1, v2 ...; it is unique."""
    label: str
    """The user's label, unchanged; '' if there is none."""
    kind: str
    """'leaf', 'constant', 'operation', or 'part': inside an expanded `dot` or `sum`."""
    operation: str
    """The row's name, such as 'multiply'; '' for a leaf or constant."""
    sign: str
    """How the operation is written in a picture: '*', '**2', 'tanh'."""
    operands: tuple[int, ...]
    """Ids, in order and with repeats; without the parameters of the operation: a constant exponent, an index."""
    data: float
    gradient: float
    """d(output)/d(this), as the recorded backward pass computed it; 0.0 for a constant."""
    changed: bool
    """Whether an operand's data was changed after this node was computed from it."""
    not_taken: tuple[int, ...] = ()
    """The places of the operands that the operation did not select: no gradient flows to them."""


class ForwardStep(NamedTuple):
    """One operation of the forward pass."""

    node: int
    operation: str
    formula: str
    """The result as a formula of the operands, such as 'a * b'."""
    operands: tuple[int, ...]
    values: tuple[float, ...]
    """The numbers of all operands, an exponent or index included."""
    data: float


class BackwardStep(NamedTuple):
    """One multiply-and-add of the chain rule: a node propagates its gradient to one operand.

    contribution = incoming * partial, and after = before + contribution.
    """

    node: int
    operation: str
    operand: int
    position: int
    """Its place among the node's `operands`, from 0: `x * x` has two steps, to the same operand."""
    partial: float
    formula: str
    """The local partial ∂node/∂operand as a formula, such as 'b'; '' if it is not known."""
    incoming: float
    """The node's own gradient at this step."""
    contribution: float
    before: float
    """The operand's running sum before this step."""
    after: float


class Trace:
    """The forward and the backward pass through one graph, as lists of plain records.

    Iterating gives the backward steps.  `trace.node(value)` finds the record of a Value.
    """

    def __init__(
        self,
        order: str,
        output: int,
        nodes: list[TracedNode],
        forward: list[ForwardStep],
        backward: list[BackwardStep],
        ids: dict[Value, int],
        templates: list[Template],
    ) -> None:
        self.order = order
        self.output = output
        """The id of the node from which the backward pass starts, with gradient 1."""
        self.nodes = nodes
        self.forward = forward
        self.backward = backward
        self.ids = ids
        """The id of each Value in the graph; constants and expanded parts have none."""
        self._templates = templates

    def node(self, value: Value) -> TracedNode:
        """The record of a Value of this graph.  Raises ValueError if the output does not depend on it."""
        if not isinstance(value, Value) or value not in self.ids:
            raise ValueError(f"trace.node: the traced output does not depend on {shown(value)}")
        return self.nodes[self.ids[value]]

    def numbers(self, step: ForwardStep) -> str:
        """The formula of a forward step with the operands' numbers, rounded for reading, such as '2 * (-3)'."""
        return with_numbers(self._templates[step.node], step.values)

    @cached_property
    def _repeated(self) -> set[tuple[int, int]]:
        """Each node with each operand that it uses more than once; counted once, since a sum may have many operands."""
        counts = ((n, Counter(node.operands)) for n, node in enumerate(self.nodes))
        return {(n, operand) for n, found in counts for operand, times in found.items() if times > 1}

    def which(self, step: BackwardStep) -> str:
        """' (1st operand)' and so on where a node uses a number more than once, with a partial for each use; else ''.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> squared = trace(x * x)
        >>> [squared.which(step) for step in squared]
        [' (1st operand)', ' (2nd operand)']
        """
        if (step.node, step.operand) not in self._repeated:
            return ""
        return f" ({ordinal(step.position + 1)} operand)"

    def __iter__(self) -> Iterator[BackwardStep]:
        return iter(self.backward)

    def __repr__(self) -> str:
        name = self.nodes[self.output].name
        steps = f"{len(self.forward)} forward steps, {len(self.backward)} backward steps"
        return f"<trace of {name}: {steps}, {self.order}>"

    def as_dict(self) -> dict[str, Any]:
        """The whole trace as dicts and lists, in the form of `to_json`."""
        return {
            "order": self.order,
            "output": self.output,
            "nodes": [_plain(node) for node in self.nodes],
            "forward": [_plain(step) for step in self.forward],
            "backward": [_plain(step) for step in self.backward],
        }

    def to_json(self) -> str:
        """The whole trace as JSON, which has no inf and nan: they become "Infinity", "-Infinity" and "NaN".

        Python's `float` and JavaScript's `Number` both read these strings back.
        """
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)


def trace(
    output: Value, order: str = "topological", *, expand: bool = True, names: Names = (), limit: int = NAIVE_LIMIT
) -> Trace:
    """Record the forward and the backward pass from `output`, without touching any `.grad`.

    `order` is "topological", the order of `backward()`; or "naive", which propagates each gradient at once, operand by
    operand, as a recursion without sorting does, and is wrong if a node has several users.  With `expand`, a `dot` or
    `sum` of fewer than 12 operands is recorded as its products and sums.  `names`, a model or pairs of a name and a
    Value, names Values that have no label.  `limit` is the largest number of steps of the naive order, which follows
    every path of the graph.

    The partials are those of the forward pass; if a leaf was changed later, the nodes computed from it are marked.

    Raises TypeError if `output` is not a Value or `names` are not names of Values, ValueError if `order` is unknown or
    the naive order needs more steps than `limit`.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> for step in trace(a * b).backward:
    ...     print(step.formula, "=", step.partial, "->", step.contribution)
    b = -3.0 -> -3.0
    a = 2.0 -> 2.0

    >>> a = Value(1.0); b = a + a; c = b + b                     # c = 4 a
    >>> trace(c).node(a).gradient, trace(c, order="naive").node(a).gradient
    (4.0, 8.0)
    """
    if not isinstance(output, Value):
        raise not_a_value(output, "trace: output")
    choose(order, ORDERS, "trace: unknown order")
    check_switch(expand, "trace: expand")
    if type(limit) is not int or limit < 1:
        raise ValueError(f"trace: limit must be a whole number of at least 1, got {shown(limit)}")
    return record_trace(topological_order(output), order, expand, names_of_values(names, "trace"), limit)


def record_trace(
    nodes: Sequence[Value], order: str, expand: bool, called: Mapping[Value, str], limit: int = NAIVE_LIMIT
) -> Trace:
    """As `trace`, of a graph whose nodes are in topological order."""
    with pause_gc():  # the many records have no cycles, and searching would take half the time
        return _record_trace(nodes, order, expand, called, limit)


def _record_trace(
    nodes_in_order: Sequence[Value], order: str, expand: bool, called: Mapping[Value, str], limit: int
) -> Trace:
    parts, ids, blocks = expand_graph(nodes_in_order, expand, called)
    last = ids[nodes_in_order[-1]]
    if order == "topological":
        visits = [part for node in nodes_in_order for part in blocks.get(node, ())]
    else:
        visits = _naive_visits(parts, last, limit)[::-1]
    gradients: dict[int, float] = {last: 1.0}
    backward: list[BackwardStep] = []
    backpropagate(visits, gradients, _recorded(parts, gradients, backward.append))
    nodes = [
        _new(TracedNode, (p.id, p.name, p.label, p.kind, p.operation, p.sign, p.operands, p.data,
                    gradients.get(p.id, 0.0), p.changed, p.not_taken))
        for p in parts
    ]  # fmt: skip
    forward = [
        _new(ForwardStep, (p.id, p.operation, p.formula, p.operands, p.values, p.data)) for p in parts if p.operation
    ]
    return Trace(order, last, nodes, forward, backward, ids, [part.template for part in parts])


def names_of_values(names: Names, function: str) -> dict[Value, str]:
    """The name of each Value: of a module's parameters, of a mapping, or of pairs.

    Raises TypeError, with the name of the function, for anything else.
    """
    found: Any = names
    if callable(named := getattr(names, "named_parameters", None)):
        found = named()
    pairs = list(found.items() if isinstance(found, Mapping) else found if hasattr(found, "__iter__") else [found])
    called = {}
    for pair in pairs:
        name, value = pair if isinstance(pair, (tuple, list)) and len(pair) == 2 else (None, pair)
        if not isinstance(value, Value) or not isinstance(name, str):
            raise TypeError(
                f"{function}: names must be a module, or pairs of a name and a Value, such as {{'x': x}}, "
                f"got {shown(names if len(pairs) < 2 else pair)}"
            )
        called[value] = name
    return called


def _recorded(parts: list[DisplayNode], gradients: dict[int, float], record: Callable[[BackwardStep], None]) -> Edges:
    """The edges for `backpropagate`; each is recorded when its contribution has been accumulated."""

    def edges(visited: int) -> Iterator[tuple[int, float]]:
        part, incoming = parts[visited], gradients[visited]
        for (operand, partial), (place, formula) in zip(part.edges, part.partial_formulas, strict=True):
            before = gradients.setdefault(operand, 0.0)  # as `.grad` begins: 0.0 + -0.0 is 0.0
            yield operand, partial
            record(_new(BackwardStep, (visited, part.operation, operand, place, partial, formula, incoming,
                                       incoming * partial, before, gradients[operand])))  # fmt: skip

    return edges


def _naive_visits(parts: list[DisplayNode], output: int, limit: int) -> list[int]:
    """The nodes in the order of a recursion that neither sorts nor remembers: one visit for every path."""
    steps, visits = _count_naive(parts, output), []
    if steps > limit:
        count = f"{steps:,}" if steps < 10**30 else f"more than 10^{len(str(steps)) - 1}"
        raise ValueError(
            f"trace: the naive order would take {count} steps here, because it follows every path through the graph, "
            f'and the limit is {limit:,}; use order="topological", or a smaller graph'
        )
    stack = [output]
    while stack:
        part = stack.pop()
        visits.append(part)
        stack += [operand for operand, _ in reversed(parts[part].edges)]
    return visits


def _count_naive(parts: list[DisplayNode], output: int) -> int:
    """The number of edges that this recursion follows, from the number of paths to each node."""
    paths, steps, enough = [0] * len(parts), 0, 10**4000  # longer numbers would be slow
    paths[output] = 1
    for part in reversed(parts):
        count = paths[part.id]
        steps += count * len(part.edges)
        if steps >= enough:
            break
        for operand, _ in part.edges:
            paths[operand] += count
    return steps


def _plain(record: Any) -> dict[str, Any]:
    return {name: json_number(value) for name, value in record._asdict().items()}


def json_number(value: Any) -> Any:
    """The value itself, except that inf and nan become strings, also inside tuples."""
    if isinstance(value, tuple):
        return [json_number(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value
