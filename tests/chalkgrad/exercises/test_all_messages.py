"""What is said of wrong answers that no catalogue has, in the exercises that tell it in words of their own."""

from __future__ import annotations

import random
from typing import Any

import pytest

import nn
from autograd import Value, absolute, dot, maximum, primitive, relu
from chalkgrad.exercises import check


def leaves_nothing(parameters: list[Value], rate: float) -> None:
    for p in parameters:
        p.data = 0.5


def one_step_too_few(w: Value, loss_of: Any, rate: float, steps: int) -> None:
    w.data = 0.25


def dot_with_itself(s: Value) -> Any:
    return dot([s], [s])


def unequal(out: Any, x: Any) -> Any:
    return 1.0 / (1.0 + absolute(x)) ** 2 + x - 0.5


@pytest.mark.parametrize(
    ("number", "answer", "says"),
    [
        ("01.3", lambda graph: 9, "For the graph of a alone it gives 9; 1 is right."),
        ("01.4", lambda a, b: a + b, "At a = 2, b = -3 the result is -1; 1 is right."),
        (
            "01.4",
            lambda a, b: (a + b) * (b + a) * 1.0,
            "At a = 2, b = -3 the result is right, but its graph has 6 numbers; it should have 4.",
        ),
        (
            "01.4",
            lambda a, b: dot_with_itself(a + b),
            "At a = 2, b = -3 the result is right, and its graph has 4 numbers, but its operations are add and dot; "
            "they should be add and multiply.",
        ),
        (
            "01.4",
            lambda a, b: (a + b) * (a + b).data,
            "At a = 2, b = -3 the result is right, and its graph has 4 numbers, but they are not connected as they "
            "should be.",
        ),
        (
            "04.4",
            primitive("softsign", lambda x: x / (1.0 + absolute(x)), unequal),
            "At x = 0.5 the value is right, but the slope of the slope is 0.4074; -0.5926 is right.",
        ),
        ("05.4", lambda v: maximum(v, 0.3 * v), "At v = -2 the result is -0.6; -0.2 is right."),
        (
            "06.4",
            lambda x1, x2: float(x1.data == x2.data),
            "At x1 = 0, x2 = 0 it gives 1, not a Value: keep to operations on Values.",
        ),
        (
            "06.6",
            lambda weights, xs, deltas: ([], [], []),
            "At weights = [[2]], xs = [3], deltas = [1] the list of gradients of the weights is []; [[3]] is right.",
        ),
        (
            "06.7",
            nn.MLP,  # with relu, and biases of 0: a bend at the origin only
            "From (0, 0) to (1, -1) the output is a straight line: apply tanh to the sum in each neuron.",
        ),
        (
            "07.3",
            lambda s, t: relu(1 - 2 * t * s) * 0.5 + 0.5 * (s < 0),
            "At s = 0.5, t = 1 the result is 0; 0.5 is right.",
        ),
        (
            "08.2",
            leaves_nothing,
            "Where the numbers are [1], their gradients [1] and the rate 0.1, they become [0.5]; [0.9] is right.",
        ),
        (
            "08.3",
            one_step_too_few,
            "From w = 0, with the mean of (w·x - y)² over (1, 2), rate 0.1 and 1 step, w becomes 0.25; 0.4 is right.",
        ),
        ("12.1", lambda n, k, source: 3.0, "Return two lists, `return train, test`. This returns 3.0."),
        ("12.1", lambda n: 3.0, "This should be a function of (n, held_back, random); yours takes (n)."),
        ("16.2", lambda v: 2 * v, "For 0.5 it gives 1; 0.5 is right."),
        ("16.2", lambda v: "v", "It gives 'v' instead of a Value: keep to operations on Values."),
    ],
)
def test_it_is_told_in_words_of_the_exercise(number: str, answer: Any, says: str) -> None:
    assert check(number, answer).says == says


def test_both_lists_of_a_split_may_come_in_a_list() -> None:
    def split(n: int, held_back: int, source: random.Random) -> list[list[int]]:
        positions = source.sample(range(n), n)
        return [positions[held_back:], positions[:held_back]]

    assert check("12.1", split)


def test_the_order_of_a_backward_pass_may_be_a_list() -> None:
    assert check("03.6", ["d", "c", "b", "a"])
    assert check("03.6", "d b c a").says == "c uses b, so c must be done before b passes on its gradient."


@pytest.mark.parametrize(("number", "answer"), [("04.1", lambda a: a), ("04.2", lambda a, b: a), ("03.1", lambda: 1)])
def test_an_operation_with_other_arguments_is_told_which_are_wanted(number: str, answer: Any) -> None:
    assert "; yours takes (" in check(number, answer).says


def test_a_count_is_exact() -> None:
    assert not check("13.2", {"forward": 1001, "reverse": 3})
    assert not check("01.1", 6.01)
