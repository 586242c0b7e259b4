"""Which loss is at the end of a graph?  It is recognized by its formula, so that a picture can show it as one box.

Read `scene` first, `units` next.  A loss is the mean or the sum of terms of one kind, such as (y - t)².  What each term
compares with its target is the output of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd import primitives as table
from autograd.node import operands as operands_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Operand = Value | float
Match = list[Value] | None
"""The outputs of the model that a term uses; None if the term is of another kind."""


class Loss(NamedTuple):
    """A loss at the end of a graph."""

    root: Value
    """Its last node."""
    kind: str
    """Such as 'squared error'."""
    reduction: str
    """'mean', 'sum', or '' for a single term."""
    terms: int
    outputs: tuple[Value, ...]
    """The outputs of the model, in the order of the terms."""


def loss_of(output: Value) -> Loss | None:
    """The loss that a graph computes, or to which it adds a penalty; None if it computes no loss of a known kind."""
    found = _loss(output)
    if found is None and output.primitive is table.divide:  # the Huber loss, divided by the beta of smooth L1
        inside, beta = operands_of(output)
        huber = _loss(inside) if isinstance(inside, Value) and not isinstance(beta, Value) else None
        if huber is not None and huber.kind == "Huber loss":
            return huber._replace(root=output, kind="smooth L1 loss")
    if found is None and output.primitive is table.add:
        found = next(filter(None, (_loss(part) for part in operands_of(output) if isinstance(part, Value))), None)
    return found


def _loss(root: Value) -> Loss | None:
    reduction, terms = _reduction(root)
    for kind, match in KINDS:
        if not match(terms[0]):
            continue
        found = [match(term) for term in terms]
        if all(found) and (match is not _of_logits or any(map(_has_negated_logit, terms))):
            return Loss(
                root, kind, reduction, len(terms), tuple(output for outputs in found for output in outputs or ())
            )
    return None


def _reduction(root: Value) -> tuple[str, list[Operand]]:
    """How the terms are reduced, and the terms."""
    inside, mean = root, False
    if root.primitive in (table.divide, table.multiply):
        constant = [operand for operand in operands_of(root) if not isinstance(operand, Value)]
        rest = [operand for operand in operands_of(root) if isinstance(operand, Value)]
        if len(rest) == 1 and rest[0].primitive in (table.sum_, table.add):
            terms = _terms(rest[0])
            divisor = constant[0] if root.primitive is table.divide else constant[0] and 1.0 / constant[0]
            inside, mean = rest[0], abs(divisor - len(terms)) < 1e-9 * len(terms)
            if not mean:
                return "", [root]
    terms = _terms(inside)
    if len(terms) > 1:
        return "mean" if mean else "sum", terms
    return "", terms if mean or inside.primitive is table.sum_ else [root]


def _terms(node: Value) -> list[Operand]:
    """The summands of a sum, also of one that a loop has built from `+`."""
    if node.primitive is table.sum_:
        return [operand for operand in operands_of(node) if not _is_start(operand)]
    terms: list[Operand] = []
    stack: list[Operand] = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Value) and top.primitive is table.add:
            stack += reversed(operands_of(top))
        elif not _is_start(top):
            terms.append(top)
    return terms or [node]


def _is_start(operand: Operand) -> bool:
    """Whether a sum begins with this 0."""
    return operand.primitive is None and operand.data == 0.0 if isinstance(operand, Value) else operand == 0.0


# ------------------------------------------------------------------------------------------------- what a term can be


def _parts(term: Operand, row: object) -> tuple[Operand, ...]:
    """The operands of a node that this row has computed; none for any other."""
    return operands_of(term) if isinstance(term, Value) and term.primitive is row else ()


def _outputs(*operands: Operand) -> Match:
    """Those of the operands that were computed."""
    return [operand for operand in operands if isinstance(operand, Value) and operand.primitive is not None]


def _is(operand: Operand, number: float) -> bool:
    return not isinstance(operand, Value) and operand == number


def _squared(term: Operand) -> Match:
    left, right = _parts(term, table.multiply) or _parts(term, table.power) or (0.0, 1.0)
    error, again = _parts(left, table.subtract), _parts(right, table.subtract)
    same = len(error) == len(again) and all(map(_same, error, again))
    return _outputs(*error) if same or _is(right, 2.0) else None


def _same(operand: Operand, other: Operand) -> bool:
    return operand is other if isinstance(operand, Value) else _is(other, operand)


def _absolute(term: Operand) -> Match:
    return _outputs(*_parts(next(iter(_parts(term, table.absolute)), 0.0), table.subtract))


def _huber(term: Operand) -> Match:
    for near in _parts(term, table.multiply):
        for size in _parts(near, table.minimum):
            if found := _absolute(size):
                return found
    return None


def _hinge(term: Operand) -> Match:
    one, product = _parts(next(iter(_parts(term, table.relu)), 0.0), table.subtract) or (0.0, 0.0)
    return _outputs(*_parts(product, table.multiply)) if _is(one, 1.0) else None


def _of_logits(term: Operand) -> Match:
    """softplus(x) or softplus(-x), or both with shares of the target, of one logit x."""
    found: list[Value] = []
    for sign, node in _weighted(term):
        inside = _parts(node, table.softplus)
        if sign < 0.0 or not inside:
            return None
        found += _outputs(*(_parts(inside[0], table.negative) or inside)) or []
    return found[:1] if len(set(found)) == 1 else None


def _has_negated_logit(term: Operand) -> bool:
    """Whether softplus(-x) is in a term: softplus(x) alone is an activation too."""
    insides = [inside for _, node in _weighted(term) for inside in _parts(node, table.softplus)]
    return any(_parts(inside, table.negative) for inside in insides)


def _of_probabilities(term: Operand) -> Match:
    """-log(p) and -log(1 - p), with shares of the target, of one probability p."""
    found: list[Value] = []
    for sign, node in _weighted(term):
        likely, unlikely = _parts(node, table.log), _parts(next(iter(_parts(node, table.log1p)), 0.0), table.negative)
        if sign > 0.0 or not (likely or unlikely):
            return None
        found += _outputs(*likely, *unlikely) or []
    return found[:1] if len(set(found)) == 1 else None


def _weighted(term: Operand) -> Iterator[tuple[float, Operand]]:
    """The summands of a term without their constant factors, each with the sign of its own."""
    stack = [(1.0, term)]
    while stack:
        sign, top = stack.pop()
        plain = [factor for factor in _parts(top, table.multiply) if not isinstance(factor, Value)]
        if added := _parts(top, table.add):
            stack += [(sign, part) for part in added]
        elif subtracted := _parts(top, table.subtract):
            stack += [(sign, subtracted[0]), (-sign, subtracted[1])]
        elif negated := _parts(top, table.negative):
            stack.append((-sign, negated[0]))
        elif plain:
            stack.append(
                (sign * plain[0], next(factor for factor in _parts(top, table.multiply) if isinstance(factor, Value)))
            )
        elif isinstance(top, Value) or top != 0.0:
            yield sign, top


def _of_classes(term: Operand) -> Match:
    return _outputs(*(_parts(term, table.cross_entropy) or _parts(term, table.soft_cross_entropy)))


def _of_logarithms(term: Operand) -> Match:
    for inside in _parts(term, table.negative):
        if terms := _parts(inside, table.dot):
            shares, logarithms = _halves(terms)
            return _outputs(*logarithms) if all(_is_share(share) for share in shares) else None
        return _outputs(*(_parts(inside, table.take) or _parts(inside, table.log)))
    return None


def _of_divergence(term: Operand) -> Match:
    """The entropy of the target minus the dot product of the target and the logarithms."""
    shares, logarithms = _halves(_parts(term, table.dot) or (0.0,))
    plain = [-share for share in shares if not isinstance(share, Value) and share <= 0.0]
    return _outputs(*logarithms) if len(plain) == len(shares) and abs(sum(plain) - 1.0) < 1e-6 else None


def _halves(operands: Sequence[Operand]) -> tuple[Sequence[Operand], Sequence[Operand]]:
    """The two lists that a `dot` multiplies; its first operand is the start of the sum."""
    half = len(operands) // 2
    return operands[1 : half + 1], operands[half + 1 :]


def _is_share(share: Operand) -> bool:
    """Whether this can be a class's share of a target: a plain number."""
    return not isinstance(share, Value) and share >= 0.0


KINDS: tuple[tuple[str, Callable[[Operand], Match]], ...] = (
    ("squared error", _squared),
    ("absolute error", _absolute),
    ("Huber loss", _huber),
    ("hinge loss", _hinge),
    ("negative log-likelihood", _of_logarithms),
    ("KL divergence", _of_divergence),
    ("binary cross-entropy", _of_probabilities),
    ("binary cross-entropy", _of_logits),
    ("cross-entropy", _of_classes),
)
