"""Does `check_gradients` find what is wrong, and nothing else?"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import check_gradients, primitive
from autograd.gradcheck import central_difference
from autograd.primitives import TABLE


@pytest.mark.parametrize(
    ("f", "inputs"),
    [
        (lambda x, y: x * y.exp() + (x / y).tanh(), (1.5, -0.5)),
        (lambda w: autograd.logsumexp(w) ** 2, ([0.1, -2.0, 3.0],)),
        (lambda w, x: autograd.cross_entropy(autograd.affine(w, x, x), 1), ([[1.0, -1.0], [0.5, 2.0]], [0.3, 0.7])),
        (lambda x: x.log(), (1e-9,)),  # a step of the usual size would leave the domain
        (lambda x: x.sqrt(), (1e-12,)),
        (lambda x: x * 1e200, (1e-200,)),
        (lambda x: 3.0, (2.0,)),
        (lambda x: (x - 1e6) ** 3, (1e6 + 1.0,)),
    ],
)  # fmt: skip
def test_what_is_right_passes(f: Callable[..., Any], inputs: tuple[Any, ...]) -> None:
    check_gradients(f, *inputs)


def test_every_smooth_row_of_one_operand_passes() -> None:
    for row in TABLE.values():
        if row.arity == 1:
            check_gradients(row, 1.3 if row.name == "arccosh" else 0.3)


@pytest.mark.parametrize(
    ("partial", "order"),
    [
        (lambda out, x: 3.0 * x, 1),
        (lambda out, x: -3.0 * x * x, 1),
        (lambda out, x: 3.0 * x * x + 1e-6, 1),
        (lambda out, x: 3.0 * float(getattr(x, "data", x)) ** 2, 2),  # the graph ends here: no second derivative
    ],
)
def test_a_wrong_partial_is_found_and_its_row_named(partial: Callable[..., Any], order: int) -> None:
    bad = primitive("bad", lambda x: x * x * x, partial)
    check_gradients(lambda x: x * x * x, 2.0, order=order)
    with pytest.raises(AssertionError, match=r"nudging the input gives") as caught:
        check_gradients(lambda x: bad(x.exp()) * 2.0, 0.5, order=order)
    if order == 1:
        assert "first wrong partial is that of bad with respect to operand 1" in str(caught.value)


def test_a_kink_is_named_as_such() -> None:
    with pytest.raises(AssertionError, match=r"to the left \(0\) and to the right \(1\) differ: is this a kink\?"):
        check_gradients(lambda x: x.relu(), 0.0)


def test_a_graph_cut_by_data_is_found() -> None:
    with pytest.raises(AssertionError, match=r"is 2\.0, but nudging the input gives (4\.0|3\.99)"):
        check_gradients(lambda x: x.data * x, 2.0)


def test_the_bound_of_a_central_difference_holds() -> None:
    for f, slope, x in [(math.exp, math.exp, 1.0), (math.sin, math.cos, 100.0), (math.log, lambda x: 1 / x, 1e-3)]:
        found = central_difference(f, x)
        assert abs(found.slope - slope(x)) <= found.tolerance < 1e-3 * max(1.0, abs(slope(x)))


def test_extrapolation_removes_the_truncation_of_a_strongly_curved_function() -> None:
    """With a single central difference the slope of exp(50 x) at 0 would be off by 8e-7."""
    assert abs(central_difference(lambda x: math.exp(50.0 * x), 0.0).slope - 50.0) < 1e-8


@pytest.mark.parametrize(
    ("use", "kind", "message"),
    [
        (lambda: check_gradients(3, 1.0), TypeError, "f must be a function, got 3"),
        (lambda: check_gradients(lambda x: x), TypeError, "at least one number"),
        (lambda: check_gradients(lambda x: x, []), TypeError, "at least one number"),
        (lambda: check_gradients(lambda x: x, "1"), TypeError, "input must be a real number, got '1'"),
        (lambda: check_gradients(lambda x: x, None), TypeError, "input must be a real number, got None"),
        (lambda: check_gradients(lambda x: x, math.nan), ValueError, "input 1 must be finite, got nan"),
        (lambda: check_gradients(lambda x, y: x, 1.0, math.inf), ValueError, "input 2 must be finite, got inf"),
        (lambda: check_gradients(lambda x: x, 1.0, order=3), ValueError, "order must be 1 or 2, got 3"),
        (lambda: check_gradients(lambda x: x, 1.0, order="2"), ValueError, "order must be 1 or 2, got '2'"),
        (lambda: check_gradients(lambda x: None, 1.0), TypeError, "the result of <lambda> must be a real number"),
        (lambda: check_gradients(lambda x: [x], 1.0), TypeError, "returned 1 outputs"),
        (lambda: check_gradients(lambda x: x.log(), 0.0), ValueError, "log is defined for x > 0"),
    ],
)  # fmt: skip
def test_wrong_inputs_are_named(use: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        use()
