"""What is observed of numbers, words and functions, and what is said about answers of the wrong form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value, maximum
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.kinds import Choice, Function, Judged, Number, Numbers, as_number, plain
from chalkgrad.exercises.running import UnreadableError


@pytest.mark.parametrize("answer", [2.5, np.float64(2.5), np.float32(2.5), Value(2.5)])
def test_every_kind_of_number_counts(answer: Any) -> None:
    assert as_number(answer) == 2.5


@pytest.mark.parametrize("answer", ["2.5", True, None, [2.5], print])
def test_what_is_no_number_is_told(answer: Any) -> None:
    with pytest.raises(UnreadableError, match="A number is wanted"):
        as_number(answer)


def test_a_rounded_number_is_right() -> None:
    exercise = Exercise("00.0", "?", Number(), right=2.302585)
    assert exercise.check(2.3)
    assert not exercise.check(2.2)


SHEET = Exercise("00.0", "?", Numbers(["a", "b"], slips={("b", 3.0): "That is c."}), right={"a": 1.0, "b": 2.0})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"a": 1.0, "b": 3.0}, "Right: a. b = 3 is not right. That is c."),
        ({"a": 9.0, "b": 9.0}, "a = 9 is not right."),
        ({"a": 1.0, "b": ...}, "The question still needs 'b'; it is about: a, b."),
        ({"a": 1.0, "b": 2.0, "c": 1.0}, "The question does not ask for 'c'; it is about: a, b."),
        ([1.0, 2.0], 'A dictionary is wanted: {"a": ..., "b": ...}.'),
        ({"a": 1.0, "b": "two"}, "A number is wanted, such as 2.5, and this is 'two' (str)."),
    ],
)
def test_a_worksheet_says_which_place_is_wrong(answer: Any, says: str) -> None:
    assert SHEET.check(answer).says == says


def test_a_choice_ignores_capitals_and_names_the_options() -> None:
    exercise = Exercise("00.0", "?", Choice(["tanh", "relu"]), right="tanh")
    assert exercise.check(" Tanh ")
    assert exercise.check("relu").state == "wrong"
    assert Exercise("00.0", "?", Choice(["0.1", "1e-5"]), right="1e-5").check(1e-5)
    assert exercise.check("sine").says == "Choose one of: 'tanh', 'relu'. This is 'sine'."


DOUBLE = Exercise("00.0", "?", Function(((0.0,), (3.0,))), lambda x: 2 * x, [Mistake(lambda x: x * x, "That is x².")])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x: x, "At x = 3 it gives 3; 6 is right."),
        (lambda x: None, "At x = 0 it gives nothing, None; 0 is right. Is the return missing?"),
        (lambda x: 1 / 0, "At x = 0 it raises ZeroDivisionError: division by zero; 0 is right."),
        (7.0, "A function of (x) is wanted, and this is 7.0."),
        (lambda: 1.0, "A function of (x) is wanted, and yours takes ()."),
    ],
)
def test_a_function_is_shown_where_it_first_goes_wrong(answer: Any, says: str) -> None:
    assert DOUBLE.check(answer).says == says


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
    assert "a Value is wanted" in LEAKY.check(lambda x: x.data if x > 0 else 0.1 * x.data).says


def test_a_judge_that_meets_an_error_tells_it() -> None:
    exercise = Exercise("00.0", "?", Judged(lambda answer: "" if answer[0] else "no"), right=[1])
    assert exercise.check([1])
    assert exercise.check([0]).says == "no"
    assert exercise.check(5).says == "Your answer raises TypeError: 'int' object is not subscriptable."


def test_results_become_plain() -> None:
    assert plain({"b": Value(1.0), "a": np.array([1.0, 2.0])}) == [["a", [1.0, 2.0]], ["b", 1.0]]
