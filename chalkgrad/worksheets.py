"""How does a teacher get fresh exercises on paper, with an answer key?

A worksheet is one HTML page: graphs with blanks to be filled in by hand, and after them the same graphs with the
numbers. The same seed gives the same page. Read before: `random_graphs`, which makes the graphs.
"""

from __future__ import annotations

import html
import random
from collections.abc import Sequence

from autograd import draw
from chalkgrad.random_graphs import OPERATIONS, Program, is_tame, random_program

WHAT_TO_DO = {
    "grad": "Do the backward pass: write into each box how the output changes with its number. Begin at the output, "
    "whose gradient is 1. Each operation passes on its gradient times the local partial; what arrives at the same box "
    "is added.",
    "data": "Do the forward pass: write into each box its number, from left to right.",
}
ROUNDING = {"divide", "tanh", "sigmoid", "exp"}
"""What leaves the whole numbers."""
LARGEST = 100.0
"""No number and no gradient on a worksheet is larger: it should be possible by hand."""
TRIES = 2000
"""So many graphs are made for each one that is taken."""

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1f2937 }
section { break-inside: avoid; margin: 1.6em 0 } h2 { font-size: 1.1em; margin-bottom: .2em }
svg { max-width: 100%; height: auto } .key { break-before: page } p.formula { font-family: monospace }
.formula span { white-space: nowrap }
@page { size: landscape; margin: 12mm } @media print { body { max-width: none; margin: 0; padding: 0 } }
"""
"""On paper a page lies on its side, so that the blanks are wide enough to write in."""


def draw_programs(count: int, depth: int, seed: int, operations: Sequence[str]) -> list[Program]:
    """So many different graphs with `depth` operations one after the other, small enough to be done by hand.

    Raises ValueError where these operations do not give as many.

    >>> [program.depth for program in draw_programs(2, depth=3, seed=7, operations=["add", "multiply"])]
    [3, 3]
    """
    source = random.Random(seed)
    found: list[Program] = []
    for _ in range(TRIES * count):
        if len(found) == count:
            return found
        steps = source.randint(depth, depth + 1)
        program = random_program(source, operations, steps, leaves=source.randint(2, 3))
        if (
            program.depth == depth
            and len(program.leaves) >= min(2, depth)
            and program not in found
            and _by_hand(program)
        ):
            found.append(program)
    raise ValueError(
        f"only {len(found)} of {count} graphs were found with depth {depth} and {', '.join(operations)}: "
        "ask for fewer, another depth, or more operations"
    )


def _by_hand(program: Program) -> bool:
    """Whether all numbers and gradients are small, and every number matters."""
    if not is_tame(program, LARGEST):
        return False
    nodes = program.on_values()
    nodes[-1].backward()
    return all(0.0 < abs(node.grad) < LARGEST for node in nodes)


def worksheet(
    count: int = 10,
    depth: int = 4,
    seed: int = 0,
    hide: str = "grad",
    operations: Sequence[str] = ("add", "subtract", "multiply"),
    partials: bool = False,
) -> tuple[str, str]:
    """The HTML of the sheet, and that of its answer key: the contents of the body of a page.

    `hide` is "grad" or "data"; `operations` are names of `random_graphs.OPERATIONS`; with `partials` the local partials
    are on the arrows, which makes it easier.

    Raises ValueError for an unknown operation, and where no such graphs are found.

    >>> sheet, key = worksheet(count=1, depth=2, seed=7)
    >>> "______" in sheet, "______" in key
    (True, False)
    """
    unknown = [name for name in operations if name not in OPERATIONS]
    if unknown:
        raise ValueError(f"unknown operation {unknown[0]!r}; choose among: {', '.join(OPERATIONS)}")
    sheets, keys = [], []
    for number, program in enumerate(draw_programs(count, depth, seed, operations), 1):
        output = program.on_values()[-1]
        picture = draw(output, hide=hide, partials=partials, theme="light")
        parts = "</span>, <span>".join(html.escape(str(program)).split(", "))
        head = f"<h2>{number}.</h2><p class='formula'><span>{parts}</span></p>"
        sheets.append(f"<section>{head}{picture.svg}</section>")
        keys.append(f"<section><h2>{number}.</h2>{picture.answer_key.svg}</section>")
    title = f"seed {seed}, depth {depth}"
    rounded = " Use a calculator, and keep three significant digits." if ROUNDING & {*operations} else ""
    sheet = (
        f"<h1>Worksheet</h1><p>{WHAT_TO_DO[hide]}{rounded}</p><p>Name: ____________________ ({title})</p>"
        + "\n".join(sheets)
    )
    return sheet, f"<h1>Answer key</h1><p>({title})</p>" + "\n".join(keys)


def page(*parts: str) -> str:
    """A self-contained HTML page; each part begins on a sheet of paper of its own."""
    body = "\n".join(f"<div class='{'key' if n else 'sheet'}'>{part}</div>" for n, part in enumerate(parts))
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>chalkgrad worksheet</title>"
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )
