"""Explain the gradient of a formula: every step of the chain rule, every path, and their sum.

Without --wrt each variable is explained in turn; --nudge compares the gradient with a small change.
"""

from __future__ import annotations

import argparse

from autograd import explain, nudge
from chalkgrad.cli.arguments import any_float
from chalkgrad.cli.commands import CommandError
from chalkgrad.cli.formula import add_expression_arguments, read_expression, variable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the formula, and the variables to explain."""
    add_expression_arguments(parser)
    parser.add_argument("--wrt", type=variable, nargs="+", metavar="NAME", help="the variables to explain (all)")
    parser.add_argument("--nudge", type=any_float, metavar="STEP", help="change each variable by STEP and compare")
    parser.add_argument("--markdown", action="store_true", help="print Markdown with LaTeX")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, differentiate, explain."""
    output, leaves = read_expression(arguments)
    unknown = [name for name in arguments.wrt or [] if name not in leaves]
    if unknown:
        raise CommandError(f"--wrt {unknown[0]}: the variables are: {', '.join(leaves)}")
    try:
        output.backward()
        parts = []
        for name in arguments.wrt or leaves:
            explained = explain(output, wrt=leaves[name])
            parts.append(explained._repr_markdown_() if arguments.markdown else str(explained))
            if arguments.nudge is not None:
                parts.append(str(nudge(output, leaves[name], by=arguments.nudge)))
    except (ValueError, ArithmeticError) as error:
        raise CommandError.of(error, by="--nudge") from error
    print("\n\n".join(parts))
    return 0
