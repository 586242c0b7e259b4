"""Grade a folder of students' notebooks.  This runs the code in them.

Each file runs in a process of its own, with limits on time, memory and output; its stored outputs are ignored, and the
verdicts are formed outside that process. Ordinary tricks change no grade; a malicious notebook needs a sandbox:
    --runner 'bwrap --ro-bind / / --dev /dev --tmpfs /home --bind {folder} {folder} --unshare-all --die-with-parent
              {python} {args}'
The page docs/teaching/grading.md says what is protected against what.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograd.packages import IN_BROWSER
from chalkgrad.cli.arguments import positive_float, positive_int
from chalkgrad.cli.commands import CommandError, check_targets
from chalkgrad.grading import Grade, RunnerError, grade
from chalkgrad.grading.reports import write_reports
from chalkgrad.grading.submission import other_files
from chalkgrad.grading.tables import grade_rows, write_table
from chalkgrad.roster import read_key

MOST_NAMES = 40
"""Names in one line of what was not graded."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is graded, under which limits, and where the results go."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with the files, or one file")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the table, such as grades.csv")
    parser.add_argument("--lesson", nargs="+", default=[], metavar="NN", help="only these lessons, such as 02 05")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write a page for each student and one for the class"
    )
    parser.add_argument("--exercises", type=Path, nargs="+", default=[], metavar="FILE", help="your own exercises")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of `assign`: who was given which variant")
    parser.add_argument("--jobs", type=positive_int, default=2, help="files that run at a time (%(default)s)")
    parser.add_argument("--timeout", type=positive_float, default=120.0, help="seconds for a file (%(default)g)")
    parser.add_argument("--runner", default="{python} {args}", metavar="COMMAND", help="a sandbox (%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace the table if it exists")


def run(arguments: argparse.Namespace) -> int:
    """Grade, write the table and the pages; 1 if a file could not be graded."""
    if IN_BROWSER:
        raise CommandError("each notebook runs in a process of its own, which a browser does not have; grade natively")
    check_targets([arguments.out], arguments.overwrite)
    if arguments.report is not None and arguments.report.exists() and not arguments.report.is_dir():
        raise CommandError(f"--report {arguments.report} exists and is not a folder")
    print("This runs the students' code, with limits; use --runner where you do not trust it.", file=sys.stderr)
    lessons = [name.zfill(2) if name.isdecimal() else name for name in arguments.lesson]
    key = None
    try:
        key = read_key(arguments.key) if arguments.key else None
        grades = grade(
            arguments.folder, lessons=lessons, jobs=arguments.jobs, timeout=arguments.timeout,
            runner=arguments.runner, own_exercises=arguments.exercises,
            assigned=key, done=_progress,
        )  # fmt: skip
    except (OSError, ValueError, RunnerError) as error:
        raise CommandError.of(error, path="DIR", runner="--runner") from error
    if not grades:
        raise CommandError(f"no notebook and no .py of these lessons below {arguments.folder}")
    _write(arguments, grades)
    if arguments.folder.is_dir():
        _report_absent("No file of these lessons from", sorted({*(key or {})} - {graded.known_as for graded in grades}))
    _report_absent("Not graded, since neither a notebook nor a .py", other_files(arguments.folder))
    failed = [graded for graded in grades if not graded.complete]
    if failed:
        names = ", ".join(
            f"{graded.student} ({graded.lesson})" if graded.lesson else graded.student for graded in failed
        )
        print(f"{len(failed)} of {len(grades)} files did not run to their end: {names}", file=sys.stderr)
    return 1 if failed else 0


def _report_absent(what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        print(f"{what}: {', '.join(names[:MOST_NAMES])}{more}", file=sys.stderr)


def _progress(graded: Grade) -> None:
    error = f"  {graded.error}" if graded.error else ""
    print(f"{graded.student}  {graded.lesson}  {graded.right} of {len(graded.answers)} right{error}", file=sys.stderr)


def _write(arguments: argparse.Namespace, grades: list[Grade]) -> None:
    rows = grade_rows(grades)
    if arguments.out is None:
        write_table(sys.stdout, rows)
    else:
        with arguments.out.open("w", encoding="utf-8", newline="") as file:
            write_table(file, rows)
        print(f"saved {arguments.out}")
    if arguments.report is not None:
        print(f"saved {write_reports(arguments.report, grades)[0]}")
