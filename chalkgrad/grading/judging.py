"""How does what a student's process sent become a grade?

The right answers and the catalogue of mistakes are here, outside the student's process; of the student's code nothing
runs here. Read before: `plain_data`, `process`. Read next: `tables`, `reports`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalkgrad import exercises
from chalkgrad.exercises.exercise import Assessment, Exercise
from chalkgrad.exercises.sandbox import UnreadableError
from chalkgrad.grading.plain_data import decode
from chalkgrad.grading.process import StudentRun
from chalkgrad.grading.submission import Submission

LONGEST_NAME = 100
UNKNOWN = "not a known mistake"


@dataclass(frozen=True)
class Answer:
    """One graded answer."""

    number: str
    state: str
    """'right', 'wrong' or 'open'."""
    says: str = ""
    """The diagnosis, as a learner reads it."""
    detail: str = ""
    known: bool = False
    """Whether it is a mistake of the catalogue."""

    @property
    def mistake(self) -> str:
        """A short name: the first sentence of the diagnosis.

        >>> Answer("02.2", "wrong", "Along a path multiply. Over paths add.", known=True).mistake
        'Along a path multiply.'
        """
        if self.state != "wrong":
            return ""
        if not self.known:
            return UNKNOWN
        sentence = re.split(r"(?<=[.?!])\s", self.says.replace("\n", " "), maxsplit=1)[0]
        return sentence if len(sentence) <= LONGEST_NAME else sentence[: LONGEST_NAME - 1].rstrip() + "…"

    def __str__(self) -> str:
        return f"wrong: {self.mistake}" if self.state == "wrong" else self.state


@dataclass(frozen=True)
class Grade:
    """What one file was graded with."""

    student: str
    lesson: str
    path: str
    answers: tuple[Answer, ...] = ()
    hints: int = 0
    errors: tuple[str, ...] = ()
    """What went wrong while it ran, the first thing first."""
    seconds: float = 0.0
    complete: bool = True
    """Whether the file ran to its end."""
    variant: str = ""
    known_as: str | None = None
    """The student in the key; None if there is no key, or it does not name this student."""

    @property
    def error(self) -> str:
        """The first error, and how many more there are."""
        more = f" (and {len(self.errors) - 1} more)" if len(self.errors) > 1 else ""
        return f"{self.errors[0]}{more}" if self.errors else ""

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(answer.state == "right" for answer in self.answers)


def place_of(number: str) -> tuple[str, int]:
    """Where an exercise belongs in a list.

    >>> sorted(["gears.10", "gears.9"], key=place_of)
    ['gears.9', 'gears.10']
    """
    lesson, _, place = number.rpartition(".")
    return lesson, int(place)


@dataclass
class _Transcript:
    """The last word on everything that the process sent."""

    checks: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    hints: int = 0
    errors: list[str] = field(default_factory=list)
    variant: str = ""


def judge(submission: Submission, run: StudentRun, key: Mapping[str, str] | None = None) -> Grade:
    """The grade of a file that was run; `key` maps students to the variants that they were assigned."""
    transcript = _read(run)
    known_as = submission.student_in(key or {})
    assigned = None if key is None or known_as is None else key[known_as]
    try:
        every = exercises.exercises_of(submission.lesson) if submission.lesson else []
    except ValueError:
        problem = f"no exercises {submission.lesson}.…: add --exercises with the file that has them"
        path = str(submission.path)
        return Grade(submission.student, submission.lesson, path, errors=(problem,), complete=False, known_as=known_as)
    answers = tuple(_answer(exercise, transcript.checks.get(exercise.number), assigned) for exercise in every)
    used = transcript.variant
    errors = [*([run.ended] if run.ended else []), *transcript.errors]
    if key is not None and used != assigned and transcript.checks:
        works = f"works with the variant {used}" if used else "works without a variant"
        but = "the key does not name this student" if assigned is None else f"{assigned} was assigned"
        errors.insert(0, f"{works}, but {but}")
    return Grade(
        submission.student, submission.lesson, str(submission.path), answers, transcript.hints,
        tuple(errors), run.seconds, complete=not run.ended, variant=used if assigned is None else assigned,
        known_as=known_as,
    )  # fmt: skip


def _read(run: StudentRun) -> _Transcript:
    transcript = _Transcript()
    for message in run.messages:
        kind = message.get("kind")
        if kind == "check":
            transcript.checks[str(message.get("number"))] = message
            transcript.variant = str(message.get("variant") or "")[:32]
        elif kind == "hint":
            transcript.hints += 1
        elif kind == "error":
            transcript.errors.append(f"cell {message.get('cell')}: {message.get('text')}"[:400])
    return transcript


def _answer(plain: Exercise, message: Mapping[str, Any] | None, assigned: str | None) -> Answer:
    """The verdict on the last answer to an exercise; open where there was none."""
    if message is None or message.get("open"):
        return Answer(plain.number, "open")
    if "unreadable" in message:
        return Answer(plain.number, "wrong", str(message["unreadable"])[:500])
    code = assigned if assigned is not None else str(message.get("variant") or "")
    try:
        exercise = exercises.find(plain.number, code=code)
        found = exercise.kind.conclude(exercise, decode(message["observed"]))
    except UnreadableError as error:
        found = Assessment(False, str(error), known=False)
    except Exception:  # data of any shape may come from a process that a student has changed
        found = Assessment(False, "What arrived of this answer cannot be judged.", known=False)
    state = "right" if found.right else "wrong"
    return Answer(plain.number, state, found.says, found.detail, found.known and not found.right)
