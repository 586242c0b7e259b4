"""Which data sets does `chalkgrad train` know, and with which settings?

A recipe is a data set, a network, a number of epochs and other settings that work for it. Read next: `commands.train`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalkgrad.cli import letters
from chalkgrad.cli.commands import CommandError
from nn import data

Samples = list[list[float]]
Classes = list[int]


@dataclass(frozen=True)
class Recipe:
    """A data set, and settings that work for it."""

    summary: str
    load: Callable[[int], tuple[Samples, Classes]]  # from a seed
    hidden: tuple[int, ...]
    epochs: int
    batch_size: int = 16
    learning_rate: float = 0.01


def _bundled(load: Callable[[], tuple[Samples, Classes]]) -> Callable[[int], tuple[Samples, Classes]]:
    def load_any_seed(seed: int) -> tuple[Samples, Classes]:
        try:
            return load()
        except ImportError as error:
            raise CommandError(str(error)) from error  # the message names the command that installs scikit-learn

    return load_any_seed


def _made(make: Callable[..., tuple[Any, Any]], **settings: float) -> Callable[[int], tuple[Samples, Classes]]:
    return lambda seed: make(**settings, seed=seed)


RECIPES = {
    "moons": Recipe("two interleaved half circles", _made(data.make_moons, n_samples=300, noise=0.1), (16, 16), 40),
    "circles": Recipe("a circle inside another", _made(data.make_circles, n_samples=300, noise=0.05), (16, 16), 40),
    "spiral": Recipe("two spiral arms", _made(data.make_spiral, n_samples=300, noise=0.02), (32, 32), 120),
    "iris": Recipe("150 flowers, 4 measures, 3 species", _bundled(data.load_iris), (16,), 60),
    "wine": Recipe("178 wines, 13 measures, 3 growers", _bundled(data.load_wine), (16,), 40),
    "digits": Recipe("1,797 pictures of 8 x 8 pixels, 10 digits", _bundled(data.load_digits), (32,), 15, batch_size=32),
    "names": Recipe(
        "names of Python modules, letter by letter, by an LSTM",
        lambda seed: letters.samples(letters.names()),
        (12,),  # 24 memorise the names: 41 % of their letters are right, but no more of others
        10,
        32,
    ),
}
