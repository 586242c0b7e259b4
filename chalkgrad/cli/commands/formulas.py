"""Print the table of functions on two A4 pages: derivatives, ranges, conventions at kinks, small plots.

Everything on the sheet is rendered from the rows of the table, so it cannot disagree with what the library computes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from chalkgrad.cli.commands import PAGES, check_targets
from chalkgrad.formula_sheet import sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the sheet goes."""
    parser.add_argument("-o", "--out", type=Path, default=Path("formulas.html"), metavar="FILE", help="(%(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")


def run(arguments: argparse.Namespace) -> int:
    """Write the sheet."""
    check_targets([arguments.out], arguments.overwrite, PAGES)
    arguments.out.write_text(sheet(), encoding="utf-8")
    print(f"saved {arguments.out}")
    return 0
