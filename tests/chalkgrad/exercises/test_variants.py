"""Variants, over many seeds: the right answer is right, each mistake gets its own diagnosis, never another's.

The oracle computes the right answer from the numbers in the text of the question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from optional import LESSONS

import nn
from autograd import Value
from chalkgrad.exercises import Exercise, exercises_of, find, lessons, variant

VARIED = [exercise for lesson in lessons() for exercise in exercises_of(lesson) if exercise.vary is not None]
SEEDS = [f"{n:04x}" for n in range(0, 40_000, 1_000)]
each_exercise = pytest.mark.parametrize("exercise", VARIED, ids=lambda exercise: exercise.number)
WORDS = {"twice": 2, "three times": 3, "four times": 4, "five times": 5}
COUNTS = {"Five": 5, "Six": 6, "Seven": 7, "Eight": 8, "Nine": 9}


def slope(f: Callable[[float], float], x: float) -> float:
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


def numbers_in(question: str) -> list[float]:
    return [float(text) for text in re.findall(r"(?<![\d.])-?\d+(?:\.\d+)?", question)]


def five_gradients(a: float, b: float) -> dict[str, float]:
    """Each number of c = a * b, d = c + b, f = d * d nudged, and what comes after it computed again."""
    c, d = a * b, a * b + b
    return {
        "f": 1.0,
        "d": slope(lambda d: d * d, d),
        "c": slope(lambda c: (c + b) ** 2, c),
        "a": slope(lambda a: (a * b + b) ** 2, a),
        "b": slope(lambda b: (a * b + b) ** 2, b),
    }


def after_passes(question: str) -> float:
    before, after = re.findall("|".join(WORDS), question)
    x = Value(numbers_in(question)[0])
    y = x * x
    for _ in range(WORDS[before]):
        y.backward()
    x.zero_grad()
    for _ in range(WORDS[after]):
        y.backward()
    return x.grad


def cross_entropy_of_b(a: float, b: float, c: float) -> dict[str, float]:
    logits = {"a": math.log(a), "b": math.log(b), "c": math.log(c)}

    def loss(name: str, logit: float) -> float:
        changed = logits | {name: logit}
        return math.log(sum(map(math.exp, changed.values()))) - changed["b"]

    return {name: slope(lambda logit, name=name: loss(name, logit), logits[name]) for name in logits}  # type: ignore[misc]


def largest_rate(c: float) -> float:
    """Between a rate at which the distance shrinks, and one at which it grows."""
    low, high = 0.0, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        low, high = (rate, high) if abs(1.0 - rate * 2.0 * c) < 1.0 else (low, rate)
    return low


def parameters(inputs: float, *sizes: float) -> int:
    return len(nn.MLP(int(inputs), [int(size) for size in sizes]).parameters())


def composed(p: float, q: float, r: float, s: float) -> dict[str, float]:
    outputs = [r * (p * x + q) - s for x in (0.0, 1.0)]
    return {"w": outputs[1] - outputs[0], "b": outputs[0]}


def parameters_of_convolution(channels: float, filters: float, side: float) -> int:
    """Counted one by one."""
    one = [(c, y, x) for c in range(int(channels)) for y in range(int(side)) for x in range(int(side))]
    return sum(len([*one, "bias"]) for _ in range(int(filters)))


def rows_of_map(pixels: float, side: float, stride: float, padding: float) -> int:
    """Each first row at which a whole window fits."""
    top, bottom = -padding, pixels + padding
    return len([n for n in range(1_000) if top + n * stride + side <= bottom])


def parameters_of_lstm(inputs: float, hidden: float) -> int:
    """Each of four gates is two layers, one of the input and one of the state."""
    layers = [nn.Layer(int(size), int(hidden)) for size in (inputs, hidden)]
    return 4 * sum(len(layer.parameters()) for layer in layers)


def derivative_over_time(u: float, last: float, first: float) -> float:
    def state(nudge: float) -> float:
        h = 0.0
        for n in range(1, int(last) + 1):
            h = u * h + 1.0 + nudge * (n == first)
        return h

    return slope(state, 0.0)


SOLVED: dict[str, Callable[[str], Any]] = {
    "00.1": lambda q: (lambda factor, x: slope(lambda t: t * t + factor * t, x))(*numbers_in(q)),
    "00.4": lambda q: (lambda a, b, h: slope(lambda t: a * t * t, b) * h)(*numbers_in(q)),
    "02.1": lambda q: five_gradients(*numbers_in(q)),
    "02.2": lambda q: math.prod(numbers_in(q)),
    "03.5": after_passes,
    "05.1": lambda q: slope(lambda x: 1 / (1 + math.exp(-x)), -math.log(1 / numbers_in(q)[0] - 1)),
    "05.2": lambda q: slope(math.tanh, math.atanh(numbers_in(q)[0])),
    "06.1": lambda q: parameters(*numbers_in(q)),
    "06.3": lambda q: composed(*numbers_in(q)),
    "07.1": lambda q: cross_entropy_of_b(*numbers_in(q)),
    "07.4": lambda q: -math.log(1 / numbers_in(q)[0]),
    "08.1": lambda q: (lambda weight, gradient, rate: weight - gradient * rate)(*numbers_in(q)),
    "08.5": lambda q: (
        lambda n, batch, epochs: {"updates_per_epoch": n // batch, "updates": sum([n // batch] * int(epochs))}
    )(*numbers_in(q)),
    "09.1": lambda q: 1 / math.prod([0.25] * COUNTS[q.split()[0]]),
    "11.1": lambda q: largest_rate(numbers_in(q)[0]),
    "14.1": lambda q: parameters(*numbers_in(q)),
    "16.1": lambda q: (lambda a, b, c, n: sum([2 * a] * int(b)) * n)(*map(abs, numbers_in(q))),
    "17.1": lambda q: parameters_of_convolution(*numbers_in(q.replace("Conv2d", ""))),
    "17.2": lambda q: (lambda side, _, window, *rest: rows_of_map(side, window, *rest[1:]))(*numbers_in(q)),
    "18.1": lambda q: parameters_of_lstm(*numbers_in(q)),
    "18.2": lambda q: derivative_over_time(*numbers_in(q)),
    "16.3": lambda q: (lambda total, part: total / (total - part + part / 1000))(*numbers_in(q)),
}


def test_there_are_enough_of_them_and_each_has_an_oracle() -> None:
    assert len(VARIED) >= 18
    assert {number for number in SOLVED if number[:2] in LESSONS} == {exercise.number for exercise in VARIED}


@each_exercise
def test_the_right_answer_is_what_the_numbers_of_the_question_give(exercise: Exercise) -> None:
    for seed in ["", *SEEDS[:10]]:
        varied = exercise.varied(seed)
        solved = SOLVED[exercise.number](varied.question)
        pairs = [(solved, varied.right)] if not isinstance(solved, dict) else [
            (solved[name], varied.right[name]) for name in varied.right
        ]  # fmt: skip
        assert all(math.isclose(a, b, rel_tol=1e-5) for a, b in pairs), (varied.question, varied.right, solved)
        assert varied.check(solved), varied.check(solved)


@each_exercise
def test_each_mistake_gets_its_own_diagnosis_and_never_anothers(exercise: Exercise) -> None:
    sizes = set()
    for seed in SEEDS:
        varied = exercise.varied(seed)
        assert varied.check(varied.right).state == "right"
        listed = list(varied.kind.catalogued(varied))
        assert len({says for _, says in listed}) == len(listed)
        sizes.add(len(listed))
        for answer, says in listed:
            verdict = varied.check(answer)
            assert verdict.state == "wrong"
            assert [other for _, other in listed if verdict.says.endswith(other)] == [says], varied.question
    assert len(sizes) == 1, "in some draws two mistakes were the same number"


@each_exercise
def test_students_get_different_numbers(exercise: Exercise) -> None:
    questions = {exercise.varied(seed).question for seed in SEEDS}
    assert len(questions) >= min(20, len(SEEDS)) or exercise.number == "09.1"
    assert exercise.varied("7f3a").question == exercise.varied("7f3a").question


def test_check_and_hint_know_the_variant() -> None:
    try:
        variant("7f3a")
        varied = find("02.2")
        assert varied.check(varied.right)
        assert not find("02.2", code="").check(varied.right)
    finally:
        variant("")
    assert find("02.2").right == -6.0


@pytest.mark.parametrize("code", ["a b", "x" * 33, 7, None, "../x"])
def test_a_strange_code_is_refused(code: Any) -> None:
    with pytest.raises(ValueError, match=r"variant: code must be letters and digits, such as '7f3a', got"):
        variant(code)
    assert find("02.2").right == -6.0
