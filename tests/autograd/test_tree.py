"""Are nested lists, tuples and arrays traversed in order, and is their shape kept?"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.tree import leaves, map_nested, pairs_of


def test_the_numbers_of_an_array_are_leaves() -> None:
    assert list(leaves([np.array([[1.0, 2.0], [3.0, 4.0]]), 5.0])) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_leaves_from_left_to_right() -> None:
    v = Value(3.0)
    assert list(leaves([1.0, (2.0, [v]), (), []])) == [1.0, 2.0, v]
    assert list(leaves(7.0)) == [7.0]


def test_a_mapped_tree_keeps_its_lists_and_tuples() -> None:
    assert map_nested(lambda x: -x, [1.0, (2.0, [3.0]), ()]) == [-1.0, (-2.0, [-3.0]), ()]
    assert map_nested(str, 1) == "1"
    assert map_nested(lambda x: -x, (np.array([[1.0], [2.0]]), np.float64(3.0))) == ([[-1.0], [-2.0]], -3.0)


def test_pairs_of_trees_of_the_same_shape() -> None:
    v = Value(5.0)
    assert list(pairs_of([1.0, (2.0, 3.0)], (4, [v, 6.0]), "vector")) == [(1.0, 4.0), (2.0, v), (3.0, 6.0)]
    assert list(pairs_of([1.0, 2.0], np.array([3.0, 4.0]), "vector")) == [(1.0, 3.0), (2.0, 4.0)]


@pytest.mark.parametrize(
    ("tree", "other", "kind", "message"),
    [
        ([1.0, 2.0], [3.0], ValueError, "vector must have a matching shape: expected 2 entries, got [3.0]"),
        ([1.0, 2.0], 3.0, ValueError, "expected 2 entries, got 3.0"),
        ([[1.0], [2.0]], [[3.0], [4.0, 5.0]], ValueError, "expected 1 entries, got [4.0, 5.0]"),
        (1.0, [2.0], TypeError, "vector must be a real number, got [2.0]"),
        ([1.0], ["a"], TypeError, "vector must be a real number, got 'a'"),
    ],
)  # fmt: skip
def test_another_shape_is_refused(tree: Any, other: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        list(pairs_of(tree, other, "vector"))
