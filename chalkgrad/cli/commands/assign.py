"""Write a copy of the lessons for each student, with numbers of their own.

The roster is a CSV file with a column `name`. The first cell of a copy chooses its variant; `check`, `hint` and
`chalkgrad grade` know the numbers of each. The same name gets the same variant at every call.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from chalkgrad import exercises
from chalkgrad.assignments import key_rows, lesson_copy, own_copy
from chalkgrad.cli.commands import CommandError, check_targets, make_folder
from chalkgrad.course import lesson_sources
from chalkgrad.exercises import Exercise
from chalkgrad.grading.tables import write_table
from chalkgrad.roster import folder_names, read_roster, variant_codes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare for whom, which lessons, and where they go."""
    parser.add_argument("roster", type=Path, metavar="ROSTER", help="a CSV file with a column `name`")
    parser.add_argument("--lesson", nargs="+", default=[], metavar="NN", help="numbers of lessons, such as 02 05")
    parser.add_argument("--exercises", type=Path, nargs="+", default=[], metavar="FILE", help="your own exercises")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder for each student is made in it")
    parser.add_argument("--key", type=Path, metavar="FILE", help="write variants and right answers, such as key.csv")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist, and the answers in them")


def run(arguments: argparse.Namespace) -> int:
    """Write the copies and the key."""
    lessons = _lessons(arguments.lesson)
    try:
        names = read_roster(arguments.roster)
        own = {path: exercises.load(path) for path in arguments.exercises}
    except ValueError as error:
        raise CommandError(str(error)) from error
    if not lessons and not own:
        raise CommandError("name what is assigned: --lesson 02 05, or --exercises with a file of your own")
    folders, codes = folder_names(names), variant_codes(names)
    files: dict[Path, str | Path] = {}
    for folder, code in zip(folders, codes, strict=True):
        copies = [lesson_copy(lesson, code) for lesson in lessons]
        copies += [own_copy(path, asked, code) for path, asked in own.items()]
        files |= {arguments.to / folder / name: text for name, text in copies}
        files |= {arguments.to / folder / path.name: path for path in own}
    check_targets([*files, arguments.key], arguments.overwrite)
    for target, content in files.items():
        make_folder(target.parent, "--to")
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_text(content, encoding="utf-8")
    print(f"wrote {len(files)} files for {len(names)} students below {arguments.to}")
    if arguments.key is not None:
        asked = [exercise for lesson in lessons for exercise in exercises.exercises_of(lesson)]
        asked += [exercise for every in own.values() for exercise in every]
        _write_key(arguments.key, names, folders, codes, asked)
    return 0


def _lessons(numbers: list[str]) -> list[str]:
    known = [number for number in exercises.lessons() if number in lesson_sources()]
    chosen = [text.zfill(2) for text in numbers]
    unknown = [number for number in chosen if number not in known]
    if unknown:
        raise CommandError(f"--lesson {unknown[0]}: there is no such lesson; choose among {', '.join(known)}")
    return list(dict.fromkeys(chosen))


def _write_key(path: Path, names: list[str], folders: list[str], codes: list[str], asked: list[Exercise]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_table(file, key_rows(names, folders, codes, asked))
    print(f"saved {path}")
