"""Write the lessons as notebooks without outputs, to be worked through.

All nineteen of them, or those whose numbers follow --lesson. Files that exist are kept and listed: your answers are in
them. --overwrite replaces them.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from chalkgrad.cli.commands import CommandError, make_folder
from chalkgrad.course import copies, lesson_sources


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which lessons, and the folder."""
    parser.add_argument(
        "--to",
        type=Path,
        default=Path("chalkgrad-lessons"),
        metavar="DIR",
        help="folder for the notebooks (%(default)s)",
    )
    parser.add_argument("--lesson", nargs="+", metavar="NN", help="numbers of lessons, such as 02 05 (all)")
    parser.add_argument("--solutions", action="store_true", help="write the solutions of the exercises as well")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist, and the answers in them")


def run(arguments: argparse.Namespace) -> int:
    """Write the notebooks, and say which files were kept."""
    sources = lesson_sources()
    if not sources:
        raise CommandError("the lessons are not part of this installation; install chalkgrad again")
    numbers = [text.zfill(2) for text in arguments.lesson or sources]
    unknown = [number for number in numbers if number not in sources]
    if unknown:
        raise CommandError(f"--lesson {unknown[0]}: there is no such lesson; choose among {', '.join(sources)}")
    written, kept = [], []
    for name, text in copies(list(dict.fromkeys(numbers)), arguments.solutions):
        path = arguments.to / name
        if path.exists() and not arguments.overwrite:
            kept.append(path)
            continue
        make_folder(path.parent, "--to")
        path.write_text(text, encoding="utf-8")
        written.append(path)
    for verb, paths in (("wrote", written), ("kept", kept)):
        print(*(f"{verb} {path}" for path in paths), sep="\n", end="\n" if paths else "")
    if kept:
        print("Files that were kept may hold your answers; --overwrite replaces them.")
    first = arguments.to / sources[numbers[0]].with_suffix(".ipynb").name
    if not find_spec("jupyterlab"):
        print('JupyterLab is not installed: run python -m pip install "chalkgrad[notebook]"')
    print(f"Open the first one with: jupyter lab {first}")
    return 0
