"""The bank of planted mistakes: in every exercise of every lesson each one is caught, and called by its own name."""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Primitive, Value
from chalkgrad.exercises import Exercise, check, exercises_of, lessons
from chalkgrad.exercises.answer_types import Function, Number, Numbers

ALL = [exercise for lesson in lessons() for exercise in exercises_of(lesson)]


def constant(*anything: object) -> float:
    return 12345.678


def broken(*anything: object) -> None:
    raise LookupError("no answer")


in_each_lesson = pytest.mark.parametrize("lesson", lessons())  # a test for each exercise would take two seconds more


def other_forms(answer: Any) -> list[Any]:
    """The same, written or returned in other ways."""
    if isinstance(answer, dict):
        return [list(answer.values()), {name: Fraction(number) for name, number in answer.items()}]
    if isinstance(answer, str):
        return [answer.upper(), f" ({answer})"] if answer[0].isalpha() else [float(answer), np.float64(answer)]
    if isinstance(answer, (int, float)):
        return [np.float64(answer), np.float32(answer), Value(answer), Fraction(answer), np.array(answer)]
    if isinstance(answer, list):
        return [tuple(answer), list(map(Value, answer)), np.array(answer)]
    return [] if isinstance(answer, (type, Primitive)) else [returning(answer, form) for form in (as_list, as_tuple)]


def returning(function: Any, form: Callable[[Any], Any]) -> Any:
    """The same function, whose results have another form; with its own number of arguments, for those who count."""
    names = [f"argument_{n}" for n in range(arity(function))]
    return eval(f"lambda {', '.join(names)}: form(function({', '.join(names)}))", {"form": form, "function": function})


def arity(function: Any) -> int:
    return sum(p.default is p.empty for p in inspect.signature(function).parameters.values())


def as_list(result: Any) -> Any:
    return list(map(as_list, result)) if isinstance(result, (list, tuple)) else result


def as_tuple(result: Any) -> Any:
    if isinstance(result, (list, tuple)):
        return tuple(map(as_tuple, result))
    return np.float64(result) if isinstance(result, float) else result


@in_each_lesson
def test_the_right_answer_is_right_in_every_form(lesson: str) -> None:
    for exercise in exercises_of(lesson):
        verdict = exercise.check(exercise.right)
        assert verdict.state == "right", verdict.says
        for answer in other_forms(exercise.right):
            assert exercise.check(answer), exercise.check(answer)


FUNCTIONS = [e for e in ALL if isinstance(e.kind, Function) and not isinstance(e.right, Primitive)]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.number)
def test_a_case_is_told_in_the_names_of_the_learners_own_arguments(exercise: Exercise) -> None:
    says = exercise.check(returning(exercise.right, lambda result: "nonsense")).says
    names = set(re.findall(r"(\w+) = ", says))
    own = {f"argument_{n}" for n in range(arity(exercise.right))}
    assert names <= own or exercise.kind.where is not None  # type: ignore[attr-defined]


@in_each_lesson
def test_every_catalogued_mistake_gets_its_own_diagnosis(lesson: str) -> None:
    for exercise in exercises_of(lesson):
        for mistake in exercise.wrong:
            verdict = exercise.check(mistake.answer)
            assert (verdict.state, verdict.says) == ("wrong", mistake.says)
            assert [m.says for m in exercise.wrong].count(mistake.says) == 1, "two mistakes must not get the same words"


def test_no_diagnosis_of_a_number_gives_the_right_one_away() -> None:
    asked = [exercise for exercise in ALL if isinstance(exercise.kind, Number)]
    assert len(asked) > 20
    for exercise in asked:
        for mistake in exercise.wrong:
            shown = {float(text) for text in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)", mistake.says)}
            assert exercise.right not in shown, (exercise.number, mistake.says)


def test_every_catalogued_slip_in_one_place_is_told() -> None:
    for exercise in ALL:
        for (name, number), says in exercise.kind.slips.items() if isinstance(exercise.kind, Numbers) else ():
            answer = {**exercise.right, name: number}
            verdict = exercise.check(answer)
            assert verdict.state == "wrong", (exercise.number, answer)
            assert verdict.says.endswith(says) or answer in [mistake.answer for mistake in exercise.wrong]


class Stubborn:
    """An object that cannot be shown or compared."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no eq")


def vandal(*arguments: Any) -> Any:
    """Spoils all that it is given."""
    for argument in arguments:
        if isinstance(argument, list):
            argument.clear()
        elif isinstance(argument, Value):
            argument.data = 99.0
    return 0.0


def printer(*anything: object) -> None:
    print("one", *anything)  # noqa: T201
    print("two")  # noqa: T201


def gives(result: object) -> Callable[..., object]:
    return lambda *anything: result


STRANGE = [
    *[True, 1j, math.nan, math.inf, 10**400, "", (1, 2), [1.0], [math.nan] * 3, ["a", "b", "c"], {"a": math.nan}, {1}],
    *[
        np.array([1.0, 2.0]),
        np.array(12345.678),
        Value(math.nan),
        float,
        len,
        print,
        Stubborn(),
        vandal,
        printer,
        sys.exit,
    ],
    *map(gives, [None, math.nan, "text", [1.0], np.array([1.0, 2.0]), 1j, Value(3.0), Stubborn(), iter([1]), ...]),
]


@in_each_lesson
def test_an_unknown_wrong_answer_is_wrong(lesson: str) -> None:
    for exercise in exercises_of(lesson):
        for unknown in (None, "seven", -123456.789, [], {}, object(), constant, broken):
            verdict = exercise.check(unknown)
            assert verdict.state == "wrong", unknown
            assert verdict.says
            assert unknown is constant or verdict.says not in [mistake.says for mistake in exercise.wrong]


INSIDES = re.compile(
    r"<(class|lambda|locals|module|built-in)|chalkgrad|NoneType|\b_\w|no Value|^(?!.*printed|.*raises).*(<f|object>)",
    re.M,
)
"""What is of the interpreter or of the checker, and no word of a learner's."""


@in_each_lesson
def test_no_strange_answer_does_any_harm(lesson: str, capsys: pytest.CaptureFixture[str]) -> None:
    for exercise in exercises_of(lesson):
        for answer in STRANGE:
            verdict = exercise.check(answer)
            shown = verdict._repr_mimebundle_()
            assert verdict.state == "wrong", shown["text/plain"]
            assert not re.search(r" at 0x[0-9a-f]+|Traceback", shown["text/html"])
            assert not INSIDES.search(shown["text/plain"]), shown["text/plain"]
        assert capsys.readouterr().out == ""
        assert exercise.check(exercise.right), "one of them has spoilt what is compared with"


def test_an_exercise_is_complete() -> None:
    for exercise in ALL:
        assert check(exercise.number, ...).state == "open"
        assert len(exercise.wrong) >= 2, f"{exercise.number}: catalogue the mistakes that learners make"
        assert len(exercise.hints) >= 1, exercise.number
        assert exercise.question, exercise.number


@in_each_lesson
def test_a_lesson_has_at_least_three_exercises_in_order(lesson: str) -> None:
    numbers = [exercise.number for exercise in exercises_of(lesson)]
    assert len(numbers) >= 3
    assert numbers == [f"{lesson}.{n}" for n in range(1, len(numbers) + 1)]
