"""How does `chalkgrad train names` learn to make up names?

A name is read letter by letter by an LSTM, which then says which letter comes next; a dot begins and ends a name. The
names are those of Python's own modules, as in lesson 15. There are fewer than 200, so it guesses only a fifth of the
letters of names that it has not seen; more training improves only the names that it has. Read next: `datasets`.
"""

from __future__ import annotations

import random
import sys
from string import ascii_lowercase
from typing import Any

import nn
from autograd import no_grad, softmax

LETTERS = "." + ascii_lowercase
SEEN = 6
"""How many of the last letters the model reads."""
LONGEST = 10


def names() -> list[str]:
    """Short names of small letters only, of modules that come with Python.

    >>> "random" in names(), "html" in names()
    (True, True)
    """
    return [
        name
        for name in sorted(sys.stdlib_module_names)
        if name.isascii() and name.isalpha() and name.islower() and len(name) <= LONGEST
    ]


def numbered(text: str) -> list[int]:
    """The last letters of a text as numbers, with dots in front of a short one.

    >>> numbered("ab")
    [0, 0, 0, 0, 1, 2]
    """
    return [LETTERS.index(letter) for letter in text.rjust(SEEN, ".")[-SEEN:]]


def samples(names: list[str]) -> tuple[list[Any], list[int]]:
    """What is known before each letter of each name, and the letter; the last is a dot.

    >>> samples(["a"])
    ([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]], [1, 0])
    """
    pairs = [(name[:n], letter) for name in names for n, letter in enumerate(f"{name}.")]
    return [numbered(before) for before, _ in pairs], [LETTERS.index(letter) for _, letter in pairs]


class NextLetter(nn.Module):
    """Vectors for letters, an LSTM that reads them, and a layer that scores each possible next letter."""

    def __init__(self, hidden: int, seed: int) -> None:
        source = random.Random(seed)
        self.vectors = nn.Embedding(len(LETTERS), 10, seed=source)
        self.memory = nn.LSTM(10, hidden, seed=source)
        self.scores: nn.Layer[Any] = nn.Layer(hidden, len(LETTERS), nonlin=False, seed=source)

    def __call__(self, inputs: Any) -> Any:
        """The score of each letter after these."""
        outputs, _ = self.memory([self.vectors(index) for index in inputs])
        return self.scores(outputs[-1])


def make_up(model: nn.Module, source: random.Random, temperature: float = 0.7) -> str:
    """A name drawn letter by letter from the model's probabilities."""
    name = ""
    with no_grad():
        while len(name) < LONGEST:
            scores = [score.data / temperature for score in model(numbered(name))]
            letter = source.choices(LETTERS, softmax(scores))[0]
            if letter == ".":
                break
            name += letter
    return name
