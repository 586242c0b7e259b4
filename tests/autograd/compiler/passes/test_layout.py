"""Rows of memory, and views of them."""

from __future__ import annotations

import numpy as np
from small_graphs import A, B, D, grouped

from autograd import tanh
from autograd.compiler.frontend.flatten import (
    PARAMETER,
)
from autograd.compiler.passes.layout import StridedSlice, lay_out, spaced


def test_parameters_are_the_first_rows_in_their_order() -> None:
    flat, found, per_sample, nodes = grouped(tanh(D * A) + B)
    layout = lay_out(flat, found, per_sample, nodes.alive, 4, 0, False)
    for node, position in ((n, p) for n, p in enumerate(flat.position) if flat.operation[n] == PARAMETER):
        assert layout.slot[node] == position
    used = layout.slot[nodes.alive]
    assert len(set(used.tolist())) == len(used)


def test_rows_evenly_spaced_are_a_view() -> None:
    assert spaced(np.array([7])) == StridedSlice(7, (1,), (0,))
    assert spaced(np.array([3, 3, 3])) == StridedSlice(3, (3,), (0,))
    assert spaced(np.array([[0, 1], [3, 4], [7, 8]])) is None
    assert StridedSlice(0, (2, 3), (3, 1)).distinct
    assert not StridedSlice(0, (2, 3), (2, 1)).distinct
    assert not StridedSlice(0, (2, 3), (0, 1)).distinct
