"""How does an exercise get other numbers?

A `Variation` draws numbers, and builds from them the parts of an exercise that depend on them. Read before: `exercise`.
Read next: `variants`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalkgrad.exercises.exercise import Mistake

Parts = dict[str, Any]


@dataclass(frozen=True)
class Variation:
    """`draw(rng)` gives numbers, `build(*numbers)` the fields of an exercise."""

    draw: Callable[[random.Random], tuple[Any, ...]]
    build: Callable[..., Parts]

    def __call__(self, rng: random.Random) -> Parts:
        """The fields for fresh numbers."""
        return self.build(*self.draw(rng))

    def plain(self, *numbers: Any) -> Parts:
        """The fields of the exercise that is asked without a variant, which has these numbers."""
        return self.build(*numbers) | {"vary": self}


def with_numbers(draw: Callable[[random.Random], tuple[Any, ...]]) -> Callable[[Callable[..., Parts]], Variation]:
    """Makes a `Variation` of a function that builds the fields."""
    return lambda build: Variation(draw, build)


def parts(question: str, right: Any, wrong: list[Mistake], *hints: str) -> Parts:
    """The fields that depend on the numbers."""
    return {"question": question, "right": right, "wrong": wrong, "hints": hints}
