"""Step through the passes of a formula: in this terminal with keys, or as a page with -o.

Arrow keys step, home and end jump, 1, 2 and 3 choose the pass, q quits. Without a terminal all steps are printed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from autograd import stepper
from chalkgrad.cli.arguments import DIRECTIONS
from chalkgrad.cli.commands import PAGES, CommandError, check_targets
from chalkgrad.cli.formula import add_expression_arguments, read_expression
from chalkgrad.cli.terminal_stepper import is_interactive, print_all, run_screen

ORDERS = {"forward": "forward", "backward": "topological", "naive": "naive"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the formula, the first pass, and the file of a page."""
    add_expression_arguments(parser)
    parser.add_argument("--pass", dest="order", choices=list(ORDERS), default="backward", help="(%(default)s)")
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write a page such as backprop.html instead")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    parser.add_argument("--direction", choices=DIRECTIONS, default="auto", help="of the picture (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate the formula, and show it step by step."""
    check_targets([arguments.out], arguments.overwrite, PAGES)
    output, _ = read_expression(arguments)
    order = ORDERS[arguments.order]
    try:
        shown = stepper(output, order, direction=arguments.direction)
        if arguments.out is not None:
            print(f"saved {shown.save(arguments.out, overwrite=arguments.overwrite)}")
        elif is_interactive():
            run_screen(shown, order)
        else:
            print_all(shown, order)
    except ValueError as error:
        raise CommandError.of(error) from error
    return 0
