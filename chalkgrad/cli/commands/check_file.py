"""Check a file of exercises of your own.

Is each right answer right, does each mistake get its own diagnosis, are all messages present? Where an exercise has
`vary`, the same is asked of fifty variants.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from chalkgrad import exercises
from chalkgrad.cli.commands import CommandError
from chalkgrad.exercises import Exercise

VARIANTS = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a Python file that defines a list EXERCISES")


def run(arguments: argparse.Namespace) -> int:
    """Try every answer of the file; 1 if something is wrong with it."""
    try:
        found = exercises.load(arguments.file)
    except ValueError as error:
        raise CommandError(str(error)) from error
    bad = 0
    for exercise in found:
        faults = list(faults_of(exercise))
        bad += bool(faults)
        print(f"{'✗' if faults else '✓'} {exercise.number}  {exercise.question}")
        count = f"{len(exercise.wrong)} mistake{'s' * (len(exercise.wrong) != 1)}"
        print(*(f"    {fault}" for fault in faults or [f"the right answer and {count} are recognised"]), sep="\n")
    print(f"{len(found) - bad} of {len(found)} exercises are as they should be")
    return 1 if bad else 0


def faults_of(exercise: Exercise) -> Iterator[str]:
    """What is wrong with an exercise, and with its variants."""
    yield from exercise.faults()
    if not exercise.hints:
        yield "there is no hint"
    if exercise.vary is not None:
        try:
            questions = {exercise.varied(f"{n:04x}").question for n in range(VARIANTS)}
        except Exception as error:  # the teacher's own function may raise anything
            yield f"vary: {type(error).__name__}: {error}"
        else:
            if len(questions) == 1:
                yield "all variants ask the same question"
