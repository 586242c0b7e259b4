"""Which gradients are written, and which are added."""

from __future__ import annotations

import numpy as np
from small_graphs import A, B, grouped

from autograd import tanh
from autograd.compiler.passes.layout import lay_out
from autograd.compiler.passes.reverse import Gradients


def test_the_first_writes_and_the_others_add() -> None:
    flat, found, per_sample, nodes = grouped(tanh(A * B))
    layout = lay_out(flat, found, per_sample, nodes.alive, 4, 0, False)
    gradients = Gradients(layout, np.ones(len(flat), bool), [])
    rows = np.array([0, 1])
    assert gradients.first_write(False, rows)
    assert not gradients.first_write(False, np.array([0, 0]))
    gradients.mark(False, rows)
    assert not gradients.first_write(False, rows)
    assert gradients.unwritten(False, np.array([1, 2])).tolist() == [2]
    assert gradients.unwritten(False, np.array([1, 2])).tolist() == []
