"""How are nested lists and tuples of numbers traversed?  Leaf by leaf; `map_nested` keeps the shape.

Used by `functional`, whose functions accept and return such trees, and by `gradcheck`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.arguments import real, shown
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Nested = Any  # a number or Value, or (nested) lists and tuples of them


def leaves(tree: Nested) -> Iterator[Any]:
    """The numbers in nested lists and tuples, from left to right."""
    if isinstance(tree, (list, tuple)):
        for branch in tree:
            yield from leaves(branch)
    elif getattr(tree, "shape", ()):
        yield from leaves(tree.tolist())
    else:
        yield tree


def map_nested(function: Callable[[Any], Any], tree: Nested) -> Nested:
    """Apply a function to every leaf and keep the nesting; an array becomes nested lists."""
    if isinstance(tree, (list, tuple)):
        branches = [map_nested(function, branch) for branch in tree]
        return branches if isinstance(tree, list) else tuple(branches)
    if getattr(tree, "shape", ()):
        return map_nested(function, tree.tolist())
    return function(tree)


def pairs_of(tree: Nested, other: Nested, argument: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of corresponding leaves of two trees of the same shape.

    Raises ValueError if the shapes differ, TypeError if a leaf of `other` is not a number; both name `argument`.
    """
    if isinstance(tree, (list, tuple)):
        others = other.tolist() if getattr(other, "shape", ()) else other
        if not isinstance(others, (list, tuple)) or len(others) != len(tree):
            raise ValueError(f"{argument} must have a matching shape: expected {len(tree)} entries, got {shown(other)}")
        for branch, partner in zip(tree, others, strict=True):
            yield from pairs_of(branch, partner, argument)
    else:
        if not isinstance(other, Value):
            other = real(other, argument)
        yield tree, other
