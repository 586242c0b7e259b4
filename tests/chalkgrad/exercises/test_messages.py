"""How answers are put into words: nothing of the insides, nothing endless, no two numbers that look alike."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad.exercises.messages import MAX_CHARACTERS, contrast, described, item_text, short
from chalkgrad.exercises.sandbox import Failure


def test_numbers_are_short_and_brackets_as_they_were() -> None:
    assert short([1 / 3, "a", (1e9, -2.0), (1,), {"k": 0.5}]) == "[0.3333, 'a', (1e+09, -2), (1,), {'k': 0.5}]"
    assert short(Failure("ValueError", "no")) == "raises ValueError: no"


def test_long_answers_are_cut() -> None:
    assert len(short([0.5] * 1000)) <= MAX_CHARACTERS + len(" ...")
    assert short("x" * 1000).endswith(" ...")


class Plain:
    """An object without a text of its own."""


class Silent:
    """An object whose text cannot be had."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (Plain(), "an object of type Plain"),
        (Silent(), "an object of type Silent"),
        ((n for n in [1]), "an object of type generator"),
        (Plain, "the class Plain"),
        (short, "the function short"),
        (lambda x: x, "a function"),
        ([].append, "the function append"),
        (None, "None"),
        ("text", "'text'"),
    ],
)
def test_things_are_described_without_addresses_and_brackets(thing: Any, text: str) -> None:
    assert described(thing) == text


@pytest.mark.parametrize(
    ("got", "wanted", "texts"),
    [
        (2.0, 3.0, ("2", "3")),
        (0.69312, 0.69314, ("0.69312", "0.69314")),
        ([1.0, 2.0000001], [1.0, 2.0], ("[1, 2.0000001]", "[1, 2]")),
        (0.1 + 0.2, 0.3, ("0.30000000000000004", "0.29999999999999999")),
    ],
)
def test_two_numbers_that_differ_look_different(got: Any, wanted: Any, texts: tuple[str, str]) -> None:
    assert contrast(got, wanted) == texts


def test_a_function_is_told_by_its_formula() -> None:
    def cube(x: float) -> float:
        """x³."""
        return x**3

    def bare(x: float) -> float:
        return x

    assert (item_text(cube), item_text(bare), item_text([0.5])) == ("x³", "bare", "[0.5]")
