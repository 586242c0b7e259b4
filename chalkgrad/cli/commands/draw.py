"""Draw the graph of a formula, with data and gradient of every number.

The format follows from the name of the file: .svg, .png, .pdf or .dot; without -o the DOT text is printed. With
--hide grad the picture is a worksheet, and --key writes its answer key.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograd import draw
from chalkgrad.cli.arguments import DIRECTIONS, positive_float
from chalkgrad.cli.commands import CommandError, check_targets
from chalkgrad.cli.formula import add_expression_arguments, read_expression


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the formula, the file, and what the picture shows."""
    add_expression_arguments(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="where to write the picture")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    parser.add_argument("--partials", choices=["number", "formula"], help="write the local partial on each arrow")
    parser.add_argument("--shade", action="store_true", help="colour each number by its gradient")
    parser.add_argument("--checked", action="store_true", help="add each gradient as found by nudging")
    parser.add_argument("--hide", choices=["grad", "data"], help="leave blanks for a worksheet")
    parser.add_argument("--key", type=Path, metavar="FILE", help="where to write the worksheet's answer key")
    parser.add_argument("--theme", choices=["auto", "light", "dark", "print"], default="auto", help="(%(default)s)")
    parser.add_argument("--direction", choices=DIRECTIONS, default="auto", help="(%(default)s)")
    parser.add_argument("--scale", type=positive_float, help="pixels of a .png for each of a .svg (2)")
    parser.add_argument("--engine", choices=["auto", "dot", "wasm"], default="auto", help="(%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, differentiate, draw."""
    if arguments.key is not None and arguments.hide is None:
        raise CommandError("--key needs --hide grad or --hide data")
    check_targets([arguments.out, arguments.key], arguments.overwrite)
    output, _ = read_expression(arguments)
    try:
        output.backward()
    except FloatingPointError as error:
        print(f"chalkgrad draw: no gradients: {error}", file=sys.stderr)
    try:
        graph = draw(
            output,
            engine=arguments.engine,
            direction=arguments.direction,
            theme=arguments.theme,
            partials=arguments.partials == "number" or arguments.partials or False,
            shade=arguments.shade,
            hide=arguments.hide,
            checked=arguments.checked,
        )
        if arguments.out is None:
            print(graph.source, end="")
        else:
            print(f"saved {graph.save(arguments.out, arguments.overwrite, arguments.scale)}")
        if arguments.key is not None:
            print(f"saved {graph.answer_key.save(arguments.key, arguments.overwrite, arguments.scale)}")
    except (ValueError, ImportError, RuntimeError) as error:
        raise CommandError.of(error) from error
    return 0
