"""Which mistakes do learners make in lesson 12, "Generalising"?"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from chalkgrad.exercises.answer_types import Choice, Function, Judged, Number, as_number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import described
from chalkgrad.exercises.sandbox import UnreadableError

OVERLAP = "Some positions are in both lists: the model would be tested on what it was trained on."
LOST = "Some positions are in neither list: cut the shuffled list in two, so that all of it is used."
UNSHUFFLED = "The order is the old one: a sorted file would leave a class for the test alone. Shuffle, then cut."
TWICE = "Some positions are in one list more than once: draw without putting back, or shuffle and cut."
SWAPPED = "The lists are the wrong way round: the second one should have `held_back` positions."
SIZE = "The second list must have exactly `held_back` positions."
OUTSIDE = "The positions of n items are 0 to n - 1."
UNSEEDED = "The same random source gave two different splits: draw only from the argument `random`."


def sequence(part: Any) -> bool:
    """Whether it is a list, a tuple or a range."""
    return isinstance(part, (list, tuple, range))


SIZES = [(4, 1), (10, 3), (25, 10), (60, 20)]


def _two_splits_each(split: Any) -> list[list[Any]]:
    """For each of the sizes two splits from equal random sources."""
    return [[split(*size, random.Random(seed)) for _ in range(2)] for seed, size in enumerate(SIZES)]


def _faults_of_splits(splits: Any) -> str:
    unmoved = 0
    for (n, held_back), (both, again) in zip(SIZES, splits, strict=True):
        if not (sequence(both) and len(both) == 2 and all(map(sequence, both))):
            raise UnreadableError(f"Return two lists, `return train, test`. This returns {described(both)}.")
        train, test = both
        everything = [*train, *test]
        if any(position not in range(n) for position in everything):
            return OUTSIDE
        if set(train) & set(test):
            return OVERLAP
        if len(set(train)) < len(train) or len(set(test)) < len(test):
            return TWICE
        if len(set(everything)) < n:
            return LOST
        if len(test) != held_back:
            return SWAPPED if len(train) == held_back else SIZE
        if list(map(list, again)) != [list(train), list(test)]:
            return UNSEEDED
        unmoved += sorted(test) in (list(range(held_back)), list(range(n - held_back, n)))
    return UNSHUFFLED if unmoved > 2 else ""


def _split(cut: Callable[[list[int], int], tuple[list[int], list[int]]], shuffled: bool = True) -> Any:
    def split(n: int, held_back: int, source: random.Random) -> tuple[list[int], list[int]]:
        positions = list(range(n))
        if shuffled:
            source.shuffle(positions)
        return cut(positions, held_back)

    return split


def _split_twice(n: int, held_back: int, source: random.Random) -> tuple[list[int], list[int]]:
    return source.sample(range(n), n - held_back), source.sample(range(n), held_back)


def _own_source(n: int, held_back: int, source: random.Random) -> tuple[list[int], list[int]]:
    positions = list(range(n))
    random.SystemRandom().shuffle(positions)
    return positions[held_back:], positions[:held_back]


def _with_replacement(n: int, held_back: int, source: random.Random) -> tuple[list[int], list[int]]:
    test = source.choices(range(n), k=held_back)
    return [position for position in range(n) if position not in test], test


def _loss_and_rights(probabilities: list[float]) -> tuple[float, int]:
    """The mean cross-entropy for the targets 1, 1, 0, 0, and how many of them are right."""
    for_targets = [*probabilities[:2], *(1 - p for p in probabilities[2:])]
    return -sum(map(math.log, for_targets)) / 4, sum(p > 0.5 for p in for_targets)


NOT_SMALLER = "The loss is not below 0.67. Be very sure where you are right, and only just wrong where you are not."
NOT_LESS_RIGHT = "It is right four times out of four, as often as model A. Put one of them on the wrong side of 0.5."


def _faults_of_model(answer: Any) -> str:
    if not hasattr(answer, "__len__") or isinstance(answer, (str, dict, set)) or len(answer) != 4:
        raise UnreadableError(f"Give a list of four probabilities. This is {described(answer)}.")
    probabilities = [as_number(p) for p in answer]
    if not all(0 < p < 1 for p in probabilities):
        return "Probabilities here lie between 0 and 1, and neither end is allowed: the loss takes their logarithm."
    loss, rights = _loss_and_rights(probabilities)
    if loss >= _loss_and_rights([0.51, 0.51, 0.49, 0.49])[0]:
        return NOT_SMALLER
    return NOT_LESS_RIGHT if rights == 4 else ""


RUNS = [
    ([3.0, 2.0, 1.0], 2),
    ([3.0, 1.0, 2.0, 2.5, 0.5], 2),
    ([5.0, 4.0, 4.5, 3.0, 3.5, 3.2, 3.1, 1.0], 3),
    ([2.0, 2.0, 2.0, 1.0], 2),
    ([3.0, 1.0, 2.0, 2.2, 2.4, 0.5], 2),
    ([4.0, 3.0, 3.5, 2.0, 2.5, 1.0, 1.5, 1.2], 2),
]


def _stopping(losses: list[float], patience: int) -> tuple[int, int]:
    best, kept, since = losses[0], 1, 0
    for epoch, loss in enumerate(losses[1:], 2):
        best, kept, since = (loss, epoch, 0) if loss < best else (best, kept, since + 1)
        if since == patience:
            return epoch, kept
    return len(losses), kept


def _never_reset(losses: list[float], patience: int) -> tuple[int, int]:
    best, kept, since = losses[0], 1, 0
    for epoch, loss in enumerate(losses[1:], 2):
        best, kept, since = (loss, epoch, since) if loss < best else (best, kept, since + 1)
        if since == patience:
            return epoch, kept
    return len(losses), kept


def _compares_with_previous(losses: list[float], patience: int) -> tuple[int, int]:
    since = 0
    for epoch, (before, loss) in enumerate(pairwise(losses), 2):
        since = 0 if loss < before else since + 1
        if since == patience:
            return epoch, losses.index(min(losses[:epoch])) + 1
    return len(losses), losses.index(min(losses)) + 1


DROPS = [
    ([1.0, 1.0], 0.5, [0.2, 0.8], True),
    ([3.0, -2.0, 4.0], 0.2, [0.1, 0.5, 0.9], True),
    ([3.0, -2.0, 4.0], 0.2, [0.1, 0.5, 0.9], False),
    ([1.0, 2.0], 0.0, [0.3, 0.7], True),
]

EXERCISES = [
    Exercise(
        "12.1",
        "Write split(n, held_back, random): the positions 0 ... n-1, shuffled, in two lists (train, test).",
        Judged(_faults_of_splits, arguments=("n", "held_back", "random"), watch=_two_splits_each),
        right=_split(lambda positions, held_back: (positions[held_back:], positions[:held_back])),
        wrong=[
            Mistake(
                _split(lambda positions, held_back: (positions[:-held_back], positions[-held_back:]), shuffled=False),
                UNSHUFFLED,
            ),
            Mistake(_split_twice, OVERLAP),
            Mistake(_with_replacement, TWICE),
            Mistake(_split(lambda positions, held_back: (positions[held_back + 1 :], positions[:held_back])), LOST),
            Mistake(_split(lambda positions, held_back: (positions[:held_back], positions[held_back:])), SWAPPED),
            Mistake(_split(lambda positions, held_back: (positions[1:], positions[:1])), SIZE),
            Mistake(
                _split(lambda positions, held_back: ([p + 1 for p in positions[held_back:]], positions[:held_back])),
                OUTSIDE,
            ),
            Mistake(_own_source, UNSEEDED),
        ],
        hints=["positions = list(range(n)); random.shuffle(positions)", "Cut the shuffled list at held_back."],
    ),
    Exercise(
        "12.2",
        "Write stopping(losses, patience): the last epoch that is run, and the one whose parameters are kept.",
        Function(RUNS, names=("losses", "patience")),
        right=_stopping,
        wrong=[
            Mistake(
                lambda losses, patience: (_stopping(losses, patience)[0], _stopping(losses, patience)[0]),
                "You keep the parameters of the last epoch. By then the loss has been worse for `patience` epochs: "
                "keep those of the best one.",
            ),
            Mistake(
                lambda losses, patience: (len(losses), losses.index(min(losses)) + 1),
                "You run to the end, and look for the best then. Training must end when patience is exhausted, even "
                "if a better epoch would have come later.",
            ),
            Mistake(
                lambda losses, patience: _stopping(losses, 1),
                "You stop at the first epoch that is not better. Losses jump: wait for `patience` of them in a row.",
            ),
            Mistake(_never_reset, "A new lowest loss must set the count of bad epochs back to 0."),
            Mistake(
                _compares_with_previous,
                "You compare with the epoch before. Compare with the best so far: 3.5, 3.2, 3.1 falls, and is still "
                "above 3.0.",
            ),
            Mistake(
                lambda losses, patience: tuple(epoch - 1 for epoch in _stopping(losses, patience)),
                "The first epoch is number 1, and yours is number 0.",
            ),
            Mistake(
                lambda losses, patience: _stopping(losses, patience + 1),
                "You wait one epoch too long: stop after the `patience`-th bad epoch in a row.",
            ),
            Mistake(
                lambda losses, patience: _stopping(losses, patience)[::-1],
                "The two results are in the wrong order: first the last epoch that is run.",
            ),
        ],
        hints=[
            "Keep three things: the best loss, its epoch, the bad epochs since.",
            "Go through the epochs in a loop.",
        ],
    ),
    Exercise(
        "12.3",
        "Write dropout(xs, rate, draws, training).",
        Function(DROPS, names=("xs", "rate", "draws", "training")),
        right=lambda xs, rate, draws, training: (
            [0.0 if d < rate else x / (1 - rate) for x, d in zip(xs, draws, strict=True)] if training else xs
        ),
        wrong=[
            Mistake(
                lambda xs, rate, draws, training: (
                    [0.0 if d < rate else x for x, d in zip(xs, draws, strict=True)] if training else xs
                ),
                "What remains is not scaled. With half of the units gone, the layer above gets half of its usual sum; "
                "in evaluation it would suddenly get twice as much. Divide by 1 - rate.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [0.0 if d < rate else x for x, d in zip(xs, draws, strict=True)]
                    if training
                    else [x * (1 - rate) for x in xs]
                ),
                "That is the original form of 2014, which scales in evaluation instead: right on average, but then "
                "every evaluation has to know the rate. Scale in training, by 1/(1 - rate), as this lesson does.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [0.0 if d < rate else 2 * x for x, d in zip(xs, draws, strict=True)] if training else xs
                ),
                "The factor 2 is right for rate 1/2 only. In general it is 1/(1 - rate).",
            ),
            Mistake(
                lambda xs, rate, draws, training: [
                    0.0 if d < rate else x / (1 - rate) for x, d in zip(xs, draws, strict=True)
                ],
                "In evaluation (training is False) nothing is dropped and nothing scaled: the xs as they are.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [0.0 if d < rate else x / rate if rate else x for x, d in zip(xs, draws, strict=True)]
                    if training
                    else xs
                ),
                "You divided by the share that is dropped. The share that remains is 1 - rate.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [x / (1 - rate) if d < rate else 0.0 for x, d in zip(xs, draws, strict=True)] if training else xs
                ),
                "You keep what should be dropped: a draw below `rate` means 0.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [0.0 if d < rate else x * (1 - rate) for x, d in zip(xs, draws, strict=True)] if training else xs
                ),
                "You made what remains smaller. It must become larger, to make up for what is gone, so divide.",
            ),
            Mistake(
                lambda xs, rate, draws, training: (
                    [x / (1 - rate) for x, d in zip(xs, draws, strict=True) if d >= rate] if training else xs
                ),
                "Dropped means 0, not left out: the layer above needs its full number of inputs.",
            ),
        ],
        hints=["Two cases: training or not.", "0.0 where the draw is below the rate, else x / (1 - rate)."],
    ),
    Exercise(
        "12.4",
        "Training loss 0.02, validation loss 0.9 and rising: which of these does not help?",
        Choice(("a", "b", "c", "d")),
        right="c",
        wrong=[
            Mistake("a", "More examples are the best remedy: accidents of single ones average out."),
            Mistake("b", "Weight decay keeps the network from being very sure about a few examples: it helps."),
            Mistake("d", "The validation loss was lower in an earlier epoch: its parameters are better."),
        ],
        hints=["This is chart C. Which of these gives the network *more* room to memorise?"],
        praise="Right: a wider layer has more parameters, and memorises sixty examples even sooner.",
    ),
    Exercise(
        "12.5",
        "You keep the best of ten widths by their test accuracy, and report it. What is that number?",
        Choice(("a", "b", "c")),
        right="b",
        wrong=[
            Mistake(
                "a",
                "Training is not the only way to use data. You chose among ten by these examples, and the luckiest of "
                "ten looks better than it is.",
            ),
            Mistake("c", "The best of ten is reported, not a typical one. Choosing can only push the number up."),
        ],
        hints=["Suppose all ten widths were equally good. Which of them would you report?"],
        praise="Right: choose on the validation set, and use the test set once, for the network that was chosen.",
    ),
    Exercise(
        "12.6",
        "970 of 1,000 tumours are benign: which accuracy must a model exceed to show that it has learnt anything?",
        Number(tolerance=1e-6),
        right=0.97,
        wrong=[
            Mistake(0.5, "That is a coin's accuracy where both classes are equally common. Here one is much rarer."),
            Mistake(0.03, "That is how often always saying malignant is right. The other constant answer does better."),
            Mistake(97, "In percent, yes. Give it as a number between 0 and 1."),
            Mistake(970, "That is how many are benign. Give the share of all."),
            Mistake(1.0, "It need not be perfect, only better than a model that always gives the same answer."),
        ],
        hints=["How often is a model right that looks at nothing and always says benign?"],
        praise="Right: 97 % is what no learning at all achieves. An accuracy means little without its base rate.",
    ),
    Exercise(
        "12.7",
        "Four probabilities with a smaller loss than 0.51, 0.51, 0.49, 0.49 for the targets 1, 1, 0, 0, but less often "
        "right.",
        Judged(_faults_of_model),
        right=[0.45, 0.99, 0.01, 0.01],
        wrong=[
            Mistake([0.9, 0.9, 0.1, 0.1], NOT_LESS_RIGHT),
            Mistake([0.1, 0.6, 0.4, 0.4], NOT_SMALLER),
        ],
        hints=["One of the four may be just wrong, such as 0.45 for a 1.", "The other three: 0.99, 0.01, 0.01."],
        praise="Right: the loss rewards being sure, and accuracy counts sides of 0.5. Both fell here.",
    ),
    Exercise(
        "12.8",
        "A trained model with dropout gives three different answers for the same sample. What is wrong?",
        Choice(("a", "b", "c")),
        right="b",
        wrong=[
            Mistake("a", "Without a step in between, the parameters are the same each time, converged or not."),
            Mistake("c", "Dropout is random in training only. In evaluation every unit works, and answers repeat."),
        ],
        hints=["What does layer.eval() change in this lesson?"],
        praise="Right. fit and evaluate switch modes for you; in a loop of your own it is up to you.",
    ),
]
