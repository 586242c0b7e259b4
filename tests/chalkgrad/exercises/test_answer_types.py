"""What is observed of numbers, words and functions, and what is said about answers of the wrong form."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value, maximum
from chalkgrad.exercises.answer_types import Choice, Function, Judged, Number, Numbers, as_number, plain
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.sandbox import UnreadableError


@pytest.mark.parametrize("answer", [2.5, np.float64(2.5), np.float32(2.5), Value(2.5)])
def test_every_kind_of_number_counts(answer: Any) -> None:
    assert as_number(answer) == 2.5


@pytest.mark.parametrize("answer", ["2.5", "1/3", "-1e-5", " 7 "])
def test_a_number_in_quotation_marks_is_told_as_such(answer: str) -> None:
    with pytest.raises(UnreadableError, match="remove the quotation marks"):
        as_number(answer)


@pytest.mark.parametrize("answer", ["two", "", "a/b", "2.5", True, None, [2.5], print])
def test_what_is_no_number_is_told(answer: Any) -> None:
    with pytest.raises(UnreadableError, match="This should be a number"):
        as_number(answer)


THIRD = Exercise("00.0", "?", Number(), right=1 / 3, wrong=[Mistake(0.8165, "root")])


@pytest.mark.parametrize("answer", [1 / 3, 0.3333, 0.333, 0.33, Fraction(1, 3), np.float64(0.33), Value(0.33)])
def test_a_number_may_be_rounded_to_two_digits(answer: Any) -> None:
    assert THIRD.check(answer)


@pytest.mark.parametrize("answer", [0.3, 0.34, 0.327, 0.339])
def test_a_number_that_is_close_is_not_right_and_is_told_so(answer: float) -> None:
    assert THIRD.check(answer).says == f"{answer:g} is close. Give three significant digits."


@pytest.mark.parametrize("answer", [0.4, 0.31, 0.0, 1.0, math.nan, math.inf])
def test_a_number_that_is_far_off_is_not_called_close(answer: float) -> None:
    assert "is not right" in THIRD.check(answer).says


def test_a_wrong_number_does_not_look_like_the_right_one() -> None:
    count = Exercise("0.0", "How many?", Number(tolerance=1e-6), right=1168)
    assert count.check(1168.5).says.startswith("1168.5 is not right")


def test_a_mistake_may_be_rounded_too() -> None:
    assert THIRD.check(0.82).says == "root"


def test_a_count_may_not_be_rounded() -> None:
    assert not Exercise("00.0", "?", Number(tolerance=1e-6), right=2410).check(2400)


SHEET = Exercise("00.0", "?", Numbers(["a", "b"], slips={("b", 3.0): "That is c."}), right={"a": 1.0, "b": 2.0})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"a": 1.0, "b": 3.0}, "Right: a. b = 3 is not right. That is c."),
        ({"a": 9.0, "b": 9.0}, "a = 9 is not right."),
        ({"a": 1.0, "b": ...}, "The question still needs 'b'; it is about: a, b."),
        ({"a": 1.0, "b": 2.0, "c": 1.0}, "The question does not ask for 'c'; it is about: a, b."),
        ([1.0, 2.0, 3.0], 'This should be a dictionary: {"a": ..., "b": ...}.'),
        ("ab", 'This should be a dictionary: {"a": ..., "b": ...}.'),
        ({"a": 1.0, "b": "two"}, "b: This should be a number, such as 2.5, not 'two'."),
        ({"a": "1", "b": 2.0}, "a: This should be a number, not a string: remove the quotation marks."),
    ],
)
def test_a_worksheet_says_which_place_is_wrong(answer: Any, says: str) -> None:
    assert SHEET.check(answer).says == says


def test_a_worksheet_may_be_a_list_in_the_order_of_the_question() -> None:
    assert SHEET.check([1.0, 2.0])
    assert SHEET.check((1.0, 9.0)).says == "Right: a. b = 9 is not right."


def test_a_slip_that_is_told_needs_no_hint() -> None:
    exercise = replace(SHEET, hints=["Count."])
    assert exercise.check({"a": 1.0, "b": 3.0}).detail == ""
    assert exercise.check({"a": 1.0, "b": 9.0}).detail == 'hint("00.0") helps.'


def test_a_choice_ignores_capitals_and_names_the_options() -> None:
    exercise = Exercise("00.0", "?", Choice(["tanh", "relu"]), right="tanh")
    assert exercise.check(" Tanh ")
    assert exercise.check("relu").state == "wrong"
    assert exercise.check("sine").says == "Choose one of: 'tanh', 'relu'. This is 'sine'."


@pytest.mark.parametrize(
    ("options", "right", "answers"),
    [
        (["0.1", "1e-5"], "1e-5", [1e-5, "1e-05", "0.00001", " 1E-5 ", np.float64(1e-5), Value(1e-5)]),
        (["1", "2", "3"], "3", [3, 3.0, "3", "3.0", np.int64(3)]),
        (["d c", "c d"], "d c", ["dc", "d, c", "D C", ["d", "c"], ("d", "c"), "d -> c"]),
        (["a", "b"], "b", ["B", "(b)", '"b"', "b.", "b) A higher rate", "b: a higher rate"]),
    ],
)
def test_it_does_not_matter_how_an_option_is_written(options: list[str], right: str, answers: list[Any]) -> None:
    exercise = Exercise("00.0", "?", Choice(options), right=right)
    for answer in answers:
        assert exercise.check(answer), answer
    strange: list[Any] = [None, True, [], "", 1e-4, print]
    for wrong in [*(option for option in options if option != right), *strange]:
        assert not exercise.check(wrong), wrong


DOUBLE = Exercise("00.0", "?", Function(((0.0,), (3.0,))), lambda x: 2 * x, [Mistake(lambda x: x * x, "That is x².")])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: x, "At x = 3 it gives 3; 6 is right."),
        (lambda x: None, "At x = 0 it gives nothing, None; 0 is right. Is the return missing?"),
        (lambda x: 1 / 0, "At x = 0 it raises ZeroDivisionError: division by zero; 0 is right."),
        (7.0, "This should be a function of (x), not 7.0."),
        (lambda: 1.0, "This should be a function of (x); yours takes ()."),
        (lambda x: (n for n in [x]), "At x = 0 it gives an object of type generator; 0 is right."),
        (lambda x: [x] * 1000, "At x = 0 it gives [" + "0, " * 32 + "0 ...; 0 is right."),
        (lambda x: {"x": x}, "At x = 0 it gives {'x': 0}; 0 is right."),
        (lambda x: 2.00001 * x, "At x = 3 it gives 6.00003; 6 is right."),
        (lambda number: number, "At number = 3 it gives 3; 6 is right."),
        (lambda *args: args[0], "At x = 3 it gives 3; 6 is right."),
    ],
)
def test_a_function_is_shown_where_it_first_goes_wrong(answer: Any, says: str) -> None:
    assert DOUBLE.check(answer).says == says


def test_what_is_no_list_yet_is_told_so() -> None:
    evens = Exercise("00.0", "?", Function([(2,)], names=("n",)), right=lambda n: [2 * k for k in range(n)])
    assert evens.check(lambda n: range(0, 2 * n, 2))
    says = "At n = 2 it gives a generator, which is not a list yet: put list(...) around it."
    assert evens.check(lambda n: (2 * k for k in range(n))).says == says


def test_what_was_printed_is_told_with_the_smallest_case() -> None:
    assert DOUBLE.check(lambda x: print(2 * x)).says.endswith("Is the return missing?\nIt printed: 0.0")  # noqa: T201
    assert DOUBLE.check(lambda x: print("a\nb")).says.endswith("It printed: a ...")  # noqa: T201


def test_a_function_may_change_its_arguments_and_spoils_nothing() -> None:
    total = Exercise("00.0", "?", Function((([1.0, 2.0],),), names=("xs",)), right=sum)
    assert total.check(lambda xs: xs.pop() + xs.pop())
    assert not total.check(lambda xs: xs.clear())
    assert total.check(sum)


def test_a_known_mistake_comes_with_its_smallest_case() -> None:
    verdict = DOUBLE.check(lambda x: x**2)
    assert (verdict.says, verdict.detail) == ("That is x².", "At x = 3 it gives 9; 6 is right.")


LEAKY = Exercise("00.0", "?", Function(((2.0,), (-2.0,)), gradients=True), lambda x: maximum(x, 0.1 * x), praise="Yes.")


def test_gradients_are_looked_at_and_drawn() -> None:
    verdict = LEAKY.check(lambda x: maximum(x, 0.1 * x.detach()))
    assert verdict.says == "At x = -2 the result is right, but the gradient of x is 0; 0.1 is right."
    assert "<svg" in verdict._repr_mimebundle_()["text/html"]
    assert (
        "the result is 2" in LEAKY.check(lambda x: -1.0 * x).says
        or "the result is -2" in LEAKY.check(lambda x: -x).says
    )


def test_a_lost_graph_is_named() -> None:
    assert "not a Value: keep" in LEAKY.check(lambda x: x.data if x > 0 else 0.1 * x.data).says


def test_what_is_told_of_a_graph_is_its_result_and_not_the_list_that_is_compared() -> None:
    assert LEAKY.check(lambda x: None).says == "At x = 2 it gives nothing, None; 2 is right. Is the return missing?"
    assert LEAKY.check(lambda x: 1 / 0).says == "At x = 2 it raises ZeroDivisionError: division by zero; 2 is right."
    assert LEAKY.check(lambda v: maximum(v, 0.2 * v)).says == "At v = -2 the result is -0.4; -0.2 is right."


SCALED = Exercise(
    "00.0", "?", Function([(2.0, 3)], names=("x", "n"), gradients=True, constants=("n",)), right=lambda x, n: x * n
)


POWER = Exercise(
    "00.0", "?", Function([(3, 2.0)], names=("n", "x"), gradients=True, constants=("n",)), right=lambda n, x: x**n
)


def test_of_constants_no_gradient_is_wanted() -> None:
    assert (
        POWER.check(lambda k, v: v * 4.0).says
        == "At k = 3, v = 2 the result is right, but the gradient of v is 4; 12 is right."
    )
    assert SCALED.check(lambda v, k: v * int(k))
    assert (
        SCALED.check(lambda v, k: v * v + v * (k - 2)).says
        == "At v = 2, k = 3 the result is right, but the gradient of v is 5; 3 is right."
    )


def test_a_judge_that_meets_an_error_tells_it() -> None:
    exercise = Exercise("00.0", "?", Judged(lambda answer: "" if answer[0] else "no"), right=[1])
    assert exercise.check([1])
    assert exercise.check([0]).says == "no"
    assert exercise.check(5).says == "Your answer raises TypeError: 'int' object is not subscriptable."


def test_results_become_plain() -> None:
    assert plain({"b": Value(1.0), "a": np.array([1.0, 2.0])}) == {"b": 1.0, "a": [1.0, 2.0]}
