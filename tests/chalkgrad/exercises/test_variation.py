"""How a variation is drawn, and when it is drawn again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalkgrad.exercises import Exercise, Mistake, Number
from chalkgrad.exercises.variation import parts, with_numbers


@with_numbers(lambda rng: (rng.randint(0, 3),))
def doubled(x: int) -> dict[str, object]:
    return parts(
        f"2 times {x}?", 2 * x, [Mistake(x * x, "That is the square."), Mistake(x, "That is it itself.")], "Add."
    )


PLAIN = Exercise("t.1", "2 times 3?", Number(), 6, [Mistake(9, "That is the square.")], ["Add."], vary=doubled)


def test_draws_in_which_answers_coincide_are_discarded() -> None:
    """For 0 all three are 0, for 1 the square is the number itself, for 2 it is the double."""
    assert {PLAIN.varied(f"{n}").question for n in range(40)} == {"2 times 3?"}


def test_if_no_draw_is_left_it_is_told() -> None:
    never = replace(PLAIN, vary=lambda rng: parts("0?", 0, [Mistake(0, "That is 0.")]))
    with pytest.raises(
        ValueError, match=r"exercise t\.1: 200 draws of `vary`, and in each of them two answers coincide"
    ):
        never.varied("7f3a")


def test_without_a_code_or_without_vary_it_is_the_plain_one() -> None:
    assert PLAIN.varied("") is PLAIN
    plain = replace(PLAIN, vary=None)
    assert plain.varied("7f3a") is plain
