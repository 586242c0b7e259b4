"""Names as samples, and names made up by a model whose next letter is certain."""

from __future__ import annotations

import random
from typing import Any

from optional import needs

from chalkgrad.cli import letters


def test_names_are_short_and_plain() -> None:
    names = letters.names()
    assert len(names) > 100
    assert all(set(name) <= set(letters.LETTERS[1:]) and 0 < len(name) <= letters.LONGEST for name in names)


def test_samples_are_what_was_seen_before_each_letter() -> None:
    X, y = letters.samples(["io", "abcdefgh"])
    text = [
        "".join(letters.LETTERS[n] for n in row) + letters.LETTERS[target] for row, target in zip(X, y, strict=True)
    ]
    assert text[:3] == ["......i", ".....io", "....io."]
    assert text[-2:] == ["bcdefgh", "cdefgh."]


def test_a_name_ends_at_the_dot_or_when_it_is_long() -> None:
    def spells(name: str) -> Any:
        def model(known: list[int]) -> list[Any]:
            from autograd import Value

            before = sum(number > 0 for number in known)
            target = letters.LETTERS.index(f"{name}."[before])
            return [Value(100.0 * (n == target)) for n in range(len(letters.LETTERS))]

        return model

    assert letters.make_up(spells("cab"), random.Random(0)) == "cab"
    assert len(letters.make_up(lambda known: spells("a" * 20)([0]), random.Random(0))) == letters.LONGEST


@needs("nn/recurrence")
def test_the_model_scores_every_letter() -> None:
    model = letters.NextLetter(3, seed=0)
    scores = model(letters.numbered("ab"))
    assert len(scores) == 27
    assert [s.data for s in scores] != [s.data for s in model(letters.numbered("ba"))]
