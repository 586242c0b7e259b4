"""Which paths lead from a number to the output, and what is the product along each?  The chain rule of one graph.

Read `trace` and `formulas` first: the numbers are those of the recorded backward pass, the formulas those of the
table.  Read `render` next, which writes the result as text, and `explain`, which users call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from autograd import primitives as table
from autograd.node import NOT_COMPUTED, operands
from autograd.symbolic.branches import branches_taken
from autograd.symbolic.formulas import formula, partial_formula
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd.views.trace.trace import BackwardStep, Trace

MAX_PATHS = 200
"""At most this many paths are listed one by one; if there are more, only their number and their sums are given."""
MAX_PATH_NODES = 200_000
"""At most this many nodes are on these paths together."""

ROUNDING = 1e-10
"""Relative to the sum of the absolute contributions: what rounding may change when the order of a sum changes."""


class Given(NamedTuple):
    """An operand used along the paths that does not depend on the number itself."""

    name: str
    data: float


class Forward(NamedTuple):
    """How a node on a path was computed."""

    name: str
    formula: str
    """With names, such as 'x1 * w1'."""
    numbers: str
    """The same with numbers, such as '2 * (-3)'."""
    latex: str
    latex_numbers: str
    data: float


class Local(NamedTuple):
    """One link of the chain: the local partial of a node with respect to one of its operands."""

    node: str
    operand: str
    formula: str
    numbers: str
    latex: str
    latex_numbers: str
    partial: float
    which: str = ""
    """' (1st operand)' where the node uses the number more than once, as `x * x` does; else ''."""
    total: float | None = None
    """∂node/∂operand, the sum over all uses, on the last of several; None elsewhere."""
    taken: bool = True
    """Whether a gradient flows along it; False if the operation did not select the operand."""


class Path(NamedTuple):
    """One path from the number to the output, and the product of the partials along it."""

    nodes: tuple[str, ...]
    partials: tuple[float, ...]
    product: float


class Contribution(NamedTuple):
    """The part of the gradient that comes through one user of the number: its gradient times the local partial."""

    user: str
    gradient: float
    partial: float
    product: float
    paths: int
    which: str
    """' (1st operand)' where the user uses the number more than once; else ''."""


Record = TypeVar("Record")


class LazyRecords(Sequence[Record]):
    """Records that are made when they are read, so that a long explanation costs only what is read of it."""

    def __init__(self, write: Callable[[Any], Record], items: Sequence[Any]) -> None:
        self._write, self._items = write, items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        if isinstance(place, slice):
            return [self._write(item) for item in self._items[place]]
        return self._write(self._items[place])


@dataclass(frozen=True, eq=False)
class ChainRule:
    """The chain rule for one output and one number of its graph: everything that an explanation shows, as data."""

    output: str
    wrt: str
    gradient: float
    """d(output)/d(wrt), as the backward pass computes it."""
    grad: float | None
    """The number's `.grad`; None if no backward pass has reached it."""
    given: Sequence[Given]
    forward: Sequence[Forward]
    steps: Sequence[Local]
    paths: list[Path]
    """Empty if there are more than 200 paths."""
    path_count: int
    contributions: list[Contribution]
    changed: list[str]
    """Nodes of which an operand was changed after they were computed."""

    @property
    def is_all_of_grad(self) -> bool:
        """Whether `.grad` is what one backward pass adds: the same sum, perhaps rounded in another order."""
        if self.grad is None:
            return False
        size = math.fsum(map(abs, [self.gradient, *(found.product for found in self.contributions)]))
        same = self.grad == self.gradient or (self.grad != self.grad and self.gradient != self.gradient)
        return same or abs(self.grad - self.gradient) <= ROUNDING * size < math.inf

    def as_dict(self) -> dict[str, Any]:
        """The explanation as dicts and lists, which `json.dumps` takes."""
        lists = ("given", "forward", "steps", "paths", "contributions")
        found = {name: [record._asdict() for record in getattr(self, name)] for name in lists}
        names = ("output", "wrt", "gradient", "grad", "path_count", "changed")
        return {**{name: getattr(self, name) for name in names}, **found}


class Chains:
    """The steps, the paths and the sums between one number and the output of a traced graph."""

    def __init__(self, traced: Trace, wrt: Value) -> None:
        self.trace = traced
        self.wrt = wrt
        self.start = traced.ids[wrt]
        self.value_of = {n: value for value, n in traced.ids.items()}
        self.values = {step.node: step.values for step in traced.forward}
        between = {self.start}
        for node in traced.nodes:
            if not between.isdisjoint(node.operands):
                between.add(node.id)
        self.between = between
        self.links: dict[int, list[tuple[int, float, str]]] = {}  # operand -> its users, each with the partial
        in_order = sorted(traced.backward, key=lambda step: (step.node, step.position))
        self.steps = [step for step in in_order if step.operand in between]
        """The links of the chain, from the number to the output."""
        for step in self.steps:
            self.links.setdefault(step.operand, []).append((step.node, step.partial, traced.which(step)))
        self.uses: dict[tuple[int, int], list[BackwardStep]] = {}  # (node, operand) -> its links, several for x * x
        for step in self.steps:
            self.uses.setdefault((step.node, step.operand), []).append(step)
        reached = {traced.output, *(step.operand for step in traced.backward)}
        self.not_taken = [
            (node.id, node.operands[place], place)
            for node in traced.nodes
            if node.id in reached
            for place in node.not_taken
            if node.operands[place] in between
        ]
        """The links that no gradient takes, since the operation did not select the operand: node, operand, place."""
        self.path_counts = self._path_counts()

    def chain_rule(self) -> ChainRule:
        """The whole chain rule as one record."""
        nodes = self.trace.nodes
        count = self.path_counts[self.start]
        paths = list(self._paths()) if count <= MAX_PATHS and count * len(self.between) <= MAX_PATH_NODES else []
        gradient = {n: nodes[n].gradient for n in self.between}
        contributions = [
            Contribution(
                nodes[user].name, gradient[user], partial, gradient[user] * partial, self.path_counts[user], which
            )
            for user, partial, which in self.links.get(self.start, [])
        ]
        grad = None if self.wrt.grad is NOT_COMPUTED else self.wrt.grad
        changed = [nodes[n].name for n in sorted(self.between) if nodes[n].changed]
        names = nodes[self.trace.output].name, nodes[self.start].name
        given = LazyRecords(lambda n: Given(nodes[n].name, nodes[n].data), self._given())
        forward = LazyRecords(self._forward, [n for n in sorted(self.between) if n != self.start])
        links: list[tuple[int, int, int, float | None]] = [
            (s.node, s.operand, s.position, s.partial) for s in self.steps
        ]
        links += [(*link, None) for link in self.not_taken]
        steps = LazyRecords(self._local, sorted(links, key=lambda link: (link[0], link[2])))
        return ChainRule(
            *names, gradient[self.start], grad, given, forward, steps, paths, count, contributions, changed
        )

    def _given(self) -> list[int]:
        """The operands of nodes on the paths that are not on a path themselves: computed ones first, then leaves."""
        nodes = self.trace.nodes
        used = {o for n in self.between if n != self.start for o in nodes[n].operands}
        beside = [n for n in used - self.between if nodes[n].kind != "constant"]
        return sorted(beside, key=lambda n: (nodes[n].kind == "leaf", n))

    def _path_counts(self) -> dict[int, int]:
        """For each node, the number of paths from it to the output."""
        counts = dict.fromkeys(self.between, 0)
        counts[self.trace.output] = 1
        for n in sorted(self.between, reverse=True):
            for user, _, _ in self.links.get(n, []):
                counts[n] = min(counts[n] + counts[user], 10**300)
        return counts

    def _paths(self) -> Iterator[Path]:
        """Every path from the number to the output, in depth-first order, without recursion."""
        way, partials, rest = [self.start], list[float](), [iter(self.links.get(self.start, []))]
        while rest:
            if way[-1] == self.trace.output:
                yield Path(tuple(self.trace.nodes[n].name for n in way), tuple(partials), math.prod(partials))
            link = next(rest[-1], None)
            if link is not None:
                way.append(link[0])
                partials.append(link[1])
                rest.append(iter(self.links.get(link[0], [])))
                continue
            way.pop()
            rest.pop()
            if partials:
                partials.pop()

    def _named(self, n: int) -> tuple[Any, list[str | float]]:
        """The row that made a node, and its operands: names, and constants as numbers."""
        nodes = self.trace.nodes
        value = self.value_of.get(n)
        row = value.primitive if value is not None else None
        whole = operands(value) if value is not None else ()
        if row is None or len(whole) != len(self.values.get(n, whole)):  # a part of an expanded dot or sum
            row = table.TABLE[nodes[n].operation]
            return row, [nodes[o].data if nodes[o].kind == "constant" else nodes[o].name for o in nodes[n].operands]
        return row, [nodes[self.trace.ids[o]].name if isinstance(o, Value) else o for o in whole]

    def _numbers(self, n: int) -> Sequence[float]:
        """The numbers of a node's operands; a trace has none for a user's own operation without a name."""
        if n in self.values:
            return self.values[n]
        return [o.data if isinstance(o, Value) else o for o in operands(self.value_of[n])]

    def _forward(self, n: int) -> Forward:
        row, names = self._named(n)
        numbers = self._numbers(n)
        text, latex = ((formula(row, names, style), formula(row, names, style, numbers)) for style in ("text", "latex"))
        return Forward(self.trace.nodes[n].name, *text, *latex, self.trace.nodes[n].data)

    def _local(self, link: tuple[int, int, int, float | None]) -> Local:
        node, operand, position, partial = link
        nodes, numbers = self.trace.nodes, self._numbers(node)
        if partial is None:
            return Local(nodes[node].name, nodes[operand].name, "0", "0", "0", "0", 0.0, taken=False)
        row, names = self._named(node)
        # An operand that belongs to the operation itself, such as an index, comes first; a trace leaves it out.
        shown_last = row is table.power or len(names) == len(nodes[node].operands)
        place = position if shown_last else position + 1
        taken = branches_taken(row, place, numbers)
        text, latex = (
            (
                partial_formula(row, names, place, style, branches=taken),
                partial_formula(row, names, place, style, numbers, branches=taken),
            )
            for style in ("text", "latex")
        )
        uses = self.uses[node, operand]
        step = next(each for each in uses if each.position == position)
        which = self.trace.which(step)
        total = math.fsum(each.partial for each in uses) if which and step is uses[-1] else None
        return Local(nodes[node].name, nodes[operand].name, *text, *latex, partial, which, total)
