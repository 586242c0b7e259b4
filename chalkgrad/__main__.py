"""How does `chalkgrad NAME ...` reach the module that does the work?

Each command is one module of `chalkgrad.cli.commands`: the first line of its docstring is its help,
`add_arguments(parser)` declares its arguments, and `run(arguments)` does the work and returns the exit code. To add a
command, write its module and add its name to `COMMANDS`.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from chalkgrad import __version__
from chalkgrad.cli.arguments import Parser
from chalkgrad.cli.commands import CommandError

COMMANDS = (
    "demo",
    "train",
    "draw",
    "explain",
    "step",
    "worksheet",
    "formulas",
    "assign",
    "grade",
    "check-file",
    "lessons",
    "doctor",
)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, with one subparser per command."""
    parser = Parser(
        prog="chalkgrad", description="Automatic differentiation and small neural networks, to be read and trusted."
    )
    parser.add_argument("--version", action="version", version=f"chalkgrad {__version__}")
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"chalkgrad.cli.commands.{name.replace('-', '_')}")
        summary, _, rest = (module.__doc__ or "").partition("\n")
        subparser = subparsers.add_parser(
            name,
            help=summary.rstrip("."),
            description=f"{summary}\n{rest}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after an error that the user can correct, or 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without × gets a ?, not a traceback
    parser = build_parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        parser.exit(2, "\nName one of these commands, such as: chalkgrad demo\n")
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the pipe, such as `head`, has stopped reading
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (CommandError, OSError) as error:
        says = error if isinstance(error, CommandError) else CommandError.of(error)
        print(f"chalkgrad {arguments.command}: {says}", file=sys.stderr)
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main())
