"""Make pages of graphs with empty fields to fill in by hand, and the answer key.

The pages print on A4 or Letter, up to three graphs on each; the key follows, or goes to a file of its own with --key.
With --copies or --roster each student gets a different sheet; the same seed gives the same pages. With --formula the
graphs are those of your own formulas.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from chalkgrad.cli.arguments import positive_int, seed_number
from chalkgrad.cli.commands import PAGES, CommandError, check_targets
from chalkgrad.cli.formula import assignment, parse
from chalkgrad.random_graphs import OPERATIONS
from chalkgrad.roster import read_roster
from chalkgrad.worksheet_picture import PaperGraph
from chalkgrad.worksheets import PAPERS, PageSetup, Sheet, both_pages, key_page, random_sheet, worksheet_page

MAX_DEPTH = 8
MAX_GRAPHS = 200
MAX_COPIES = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how many graphs, how difficult, and where they go."""
    parser.add_argument("-n", "--number", type=positive_int, default=10, help="how many graphs (%(default)s)")
    parser.add_argument("--depth", type=positive_int, default=4, help="operations one after the other (%(default)s)")
    parser.add_argument("--seed", type=seed_number, default=0, help="another seed, other graphs (%(default)s)")
    parser.add_argument("--copies", type=positive_int, metavar="N", help="number of sheets, each with other graphs")
    parser.add_argument("--roster", type=Path, metavar="FILE", help="a sheet for each `name` of a CSV file")
    parser.add_argument("--formula", nargs="+", metavar="EXPR", help="formulas of your own, such as 'tanh(x*w + b)'")
    parser.add_argument("--at", type=assignment, nargs="+", default=[], metavar="NAME=NUMBER", help="their numbers")
    parser.add_argument(
        "--hide", choices=["grad", "data"], default="grad", help="what the learner fills in (%(default)s)"
    )
    parser.add_argument("--partials", action="store_true", help="fields on the arrows for the local partials")
    parser.add_argument(
        "--operations", nargs="+", choices=list(OPERATIONS), default=["add", "subtract", "multiply"],
        metavar="NAME", help=f"among {', '.join(OPERATIONS)} (add subtract multiply)",
    )  # fmt: skip
    parser.add_argument("--title", default="Worksheet", help="(%(default)s)")
    parser.add_argument("--class", dest="group", default="", metavar="NAME", help="of the students")
    parser.add_argument("--paper", choices=list(PAPERS), default="a4", help="(%(default)s)")
    parser.add_argument("-o", "--out", type=Path, default=Path("worksheet.html"), metavar="FILE", help="(%(default)s)")
    parser.add_argument("--key", type=Path, metavar="FILE", help="write the answer key to a separate file")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def run(arguments: argparse.Namespace) -> int:
    """Make the graphs, draw them, write the page."""
    if arguments.depth > MAX_DEPTH or arguments.number > MAX_GRAPHS or (arguments.copies or 1) > MAX_COPIES:
        raise CommandError(
            f"--depth goes up to {MAX_DEPTH}, -n up to {MAX_GRAPHS} and --copies up to {MAX_COPIES}: "
            "they are solved by hand"
        )
    check_targets([arguments.out, arguments.key], arguments.overwrite, PAGES)
    layout = PageSetup(arguments.hide, arguments.partials, arguments.title, arguments.group, arguments.paper)
    try:
        sheets = _sheets(arguments, layout)
        pages = {arguments.out: both_pages(sheets, layout)}
        if arguments.key is not None:
            pages = {arguments.out: worksheet_page(sheets, layout), arguments.key: key_page(sheets, layout)}
    except (ValueError, ArithmeticError, ImportError, RuntimeError) as error:
        raise CommandError(str(error)) from error
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
        print(f"saved {path}")
    return 0


def _sheets(arguments: argparse.Namespace, layout: PageSetup) -> list[Sheet]:
    """One sheet for each copy or name; with formulas of the teacher's own all have the same graphs."""
    if arguments.roster is not None and arguments.copies is not None:
        raise CommandError("--copies and --roster exclude each other: a roster says how many sheets there are")
    if arguments.at and not arguments.formula:
        raise CommandError("--at needs --formula")
    names = [""] * (arguments.copies or 1) if arguments.roster is None else read_roster(arguments.roster)
    marks = [f"Sheet {n}" if len(names) > 1 else "" for n in range(1, len(names) + 1)]
    if arguments.formula:
        graphs = _graphs_of(arguments.formula, dict(arguments.at), layout)
        return [Sheet(graphs, name, mark) for name, mark in zip(names, marks, strict=True)]
    return [
        random_sheet(arguments.number, arguments.depth, arguments.seed + n, arguments.operations, layout, name, mark)
        for n, (name, mark) in enumerate(zip(names, marks, strict=True))
    ]


def _graphs_of(formulas: list[str], numbers: dict[str, float], layout: PageSetup) -> list[tuple[str, PaperGraph]]:
    graphs, used = [], set()
    for text in formulas:
        expression = parse(text)
        used |= set(expression.names)
        own = {name: numbers[name] for name in expression.names if name in numbers}
        given = ", ".join(f"{name} = {number:g}" for name, number in own.items())
        graphs.append((f"{text}, with {given}" if given else text, layout.picture(expression.evaluate(own)[0])))
    unused = [name for name in numbers if name not in used]
    if unused:
        raise CommandError(f"--at {unused[0]}: no formula has this variable")
    return graphs
