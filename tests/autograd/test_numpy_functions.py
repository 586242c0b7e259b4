"""NumPy's functions of Values give the row of their name, and keep the graph."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, gradients
from autograd.primitive import Primitive
from autograd.primitives import TABLE

ROWS = [row for row in TABLE.values() if row.arity in (1, 2) and isinstance(getattr(np, row.name, None), np.ufunc)]
POINTS = {"arccosh": 1.5}


def test_all_of_them() -> None:
    assert {"square", "reciprocal", "log2", "log10", "exp2", "arcsinh", "arccosh", "arctanh", "hypot", "arctan2",
            "logaddexp", "sign", "exp", "maximum", "power"} <= {row.name for row in ROWS}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_value_and_an_array_of_values(row: Primitive) -> None:
    function: Any = getattr(np, row.name)
    numbers = [POINTS.get(row.name, 0.5), 0.75][: row.arity or 0]
    values = [Value(x) for x in numbers]
    output = function(*values)
    assert output.primitive is row
    assert output.data == pytest.approx(float(function(*numbers)), rel=1e-15)
    if row.name == "sign":  # of objects NumPy gives plain numbers, which have no slope either
        return
    if row.name == "logaddexp":  # NumPy has no such function of objects, so the array must hold numbers
        found = function(np.array(numbers[:1]), values[1])[0]
        variables, expected = values[1:], gradients(output, values)[1:]
    else:
        found = function(*(np.array([value]) for value in values))[0]
        variables, expected = values, gradients(output, values)
    assert (found.data, gradients(found, variables)) == (output.data, expected)
    if row.arity == 2:
        mixed = function(numbers[0], values[1])
        assert gradients(mixed, values[1:]) == gradients(output, values)[1:]


def test_other_functions_see_objects() -> None:
    v = Value(2.0)
    assert bool(np.less(v, 3.0))
    assert np.add.reduce([v, v, 1.0]).data == 5.0
    assert [w.data for w in np.multiply(np.array([1.0, 2.0]), v)] == [2.0, 4.0]
    assert (np.float64(2.0) * v).data == 4.0
    with pytest.raises(TypeError):
        np.isnan(v)


def test_the_mean_of_statistics_is_a_value() -> None:
    values = [Value(1.0), Value(2.0), Value(6.0)]
    mean = statistics.mean(values)  # type: ignore[type-var]
    assert isinstance(mean, Value)
    assert (mean.data, gradients(mean, values)) == (3.0, [1 / 3] * 3)


@pytest.mark.parametrize(
    "of",
    [
        lambda v: statistics.mean([v, 2]),
        lambda v: statistics.mean([2, v]),
        lambda v: statistics.mean([v, math.nan]),
        lambda v: statistics.variance([v, v]),
        lambda v: statistics.pstdev([v, 1]),
        lambda v: statistics.variance([v, v], v),
        lambda v: statistics.harmonic_mean([v, v]),
    ],
)
def test_what_statistics_would_get_wrong_is_refused(of: Callable[[Value], Any]) -> None:
    """With nan among them, it ignores plain numbers; a Value must not be taken for one."""
    with pytest.raises(TypeError, match=r"autograd\.mean\(xs\).*autograd\.var\(xs\)"):
        of(Value(1.0))
