"""Make a page of fresh graphs with blanks, and the answer key.

The page opens in any browser and prints well; the answer key begins on a new sheet, or with --key is a
separate file. The same seed gives the same page.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from chalkgrad.cli.arguments import positive_int, seed_number
from chalkgrad.cli.commands import CommandError, check_targets
from chalkgrad.random_graphs import OPERATIONS
from chalkgrad.worksheets import page, worksheet

MAX_DEPTH = 12
MAX_GRAPHS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the number of graphs, their difficulty, and the files."""
    parser.add_argument("-n", "--number", type=positive_int, default=10, help="how many graphs (%(default)s)")
    parser.add_argument("--depth", type=positive_int, default=4, help="operations one after the other (%(default)s)")
    parser.add_argument("--seed", type=seed_number, default=0, help="another seed, other graphs (%(default)s)")
    parser.add_argument(
        "--hide", choices=["grad", "data"], default="grad", help="what the learner fills in (%(default)s)"
    )
    parser.add_argument("--partials", action="store_true", help="write the local partials on the arrows")
    parser.add_argument(
        "--operations", nargs="+", choices=list(OPERATIONS), default=["add", "subtract", "multiply"],
        metavar="NAME", help=f"among {', '.join(OPERATIONS)} (add subtract multiply)",
    )  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, default=Path("worksheet.html"), metavar="FILE", help="(%(default)s)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="write the answer key to a separate file")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def run(arguments: argparse.Namespace) -> int:
    """Make the graphs, draw them, write the page."""
    if arguments.depth > MAX_DEPTH or arguments.number > MAX_GRAPHS:
        raise CommandError(f"--depth goes up to {MAX_DEPTH} and -n up to {MAX_GRAPHS}: they are solved by hand")
    targets = [path for path in (arguments.out, arguments.key) if path is not None]
    for path in targets:
        if path.suffix.lower() not in (".html", ".htm"):
            raise CommandError(f"{path} must end in .html")
    check_targets(targets, arguments.overwrite)
    try:
        sheet, key = worksheet(
            arguments.number, arguments.depth, arguments.seed, arguments.hide, arguments.operations, arguments.partials
        )
        pages = [page(sheet), page(key)] if arguments.key is not None else [page(sheet, key)]
        for path, text in zip(targets, pages, strict=True):
            path.write_text(text, encoding="utf-8")
            print(f"saved {path}")
    except OSError as error:
        raise CommandError(f"cannot write {error.filename}: {error.strerror}") from error
    except (ValueError, ImportError) as error:
        raise CommandError(str(error)) from error
    return 0
