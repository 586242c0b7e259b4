from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn.checks import (
    all_finite,
    as_list,
    choose,
    is_number,
    one_sample,
    random_source,
    real_number,
    shown,
    whole_number,
)


@pytest.mark.parametrize("item", [1, 2.5, True, np.float32(1), np.int8(3), np.float64(2), Fraction(1, 3)])
def test_numbers(item: Any) -> None:
    assert is_number(item)


@pytest.mark.parametrize("item", ["1", b"1", 1j, None, [1], np.ones(2), np.complex64(1), Value(1.0), object()])
def test_what_is_no_number(item: Any) -> None:
    assert not is_number(item)


def test_lists_from_anything() -> None:
    given = [1, 2]
    assert as_list(given, "x") is given
    assert as_list(np.array([[1.0, 2.0]]), "x") == [[1.0, 2.0]]
    assert as_list(range(3), "x") == [0, 1, 2]
    assert as_list((number for number in (1, 2)), "x") == [1, 2]


def test_one_sample_of_one_feature_may_be_bare() -> None:
    assert one_sample(3.0, 1, "Neuron") == [3.0]
    with pytest.raises(ValueError, match="Neuron expects 1 input, got 2"):
        one_sample([1.0, 2.0], 1, "Neuron")


def test_ranges() -> None:
    assert real_number(0, "rate", 0, 1) == 0.0
    for value, above, message in [
        (0, True, "greater than 0 and at most 1"),
        (2, False, "at least 0 and at most 1, got 2"),
    ]:
        with pytest.raises(ValueError, match=f"rate must be {message}"):
            real_number(value, "rate", 0, 1, above=above)
    with pytest.raises(ValueError, match="rate must be finite, got inf"):
        real_number(math.inf, "rate")
    with pytest.raises(TypeError, match="rate must be a real number, got True"):
        real_number(True, "rate")
    assert whole_number(np.int64(3), "n") == 3


def test_choose_without_anything_near() -> None:
    with pytest.raises(ValueError, match=r"^unknown fruit 'xyz'; choose one of: apple, pear$"):
        choose("xyz", ["apple", "pear"], "fruit")


def test_sources() -> None:
    own = random.Random(1)
    assert random_source(own) is own
    random.seed(5)
    expected = random.random()
    random.seed(5)
    assert random_source(None).random() == expected
    with pytest.raises(TypeError, match="seed must be a whole number, got 'a'"):
        random_source("a")


def test_shown_is_short() -> None:
    assert len(shown([1.0] * 1000)) == 40


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_one_number_that_is_not_finite_is_found(wrong: float) -> None:
    for size in (1e-200, 1.0, 1e200, 1.7e308):  # the squares of the largest overflow
        numbers = np.full(100, size)
        assert all_finite(numbers)
        assert all_finite(-numbers)
        for place in (0, 50, 99):
            numbers[place] = wrong
            assert not all_finite(numbers)
            numbers[place] = size
