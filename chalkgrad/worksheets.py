"""How does a teacher get new exercises on paper, with an answer key?

A worksheet is one HTML page: graphs with blanks to fill in by hand, followed by the same graphs with the numbers.
The same seed gives the same page. Read before: `random_graphs`, which makes the graphs.
"""

from __future__ import annotations

import html
import random
from collections.abc import Sequence

from autograd import draw
from chalkgrad.random_graphs import OPERATIONS, GraphProgram, is_tame, random_program

WHAT_TO_DO = {
    "grad": "Do the backward pass: write into each box how the output changes with its number. Begin at the output, "
    "whose gradient is 1. Each operation passes on its gradient times the local partial; what arrives at the same box "
    "is added.",
    "data": "Do the forward pass: write into each box its number, from left to right.",
}
ROUNDING = {"divide", "tanh", "sigmoid", "exp"}
"""Operations whose results are not whole numbers."""
MAX_NUMBER = 100.0
"""The largest number or gradient on a worksheet, because it is solved by hand."""
MAX_TRIES = 2000
"""The maximum number of graphs that are tried for each one on the sheet."""

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1f2937 }
section { break-inside: avoid; margin: 1.6em 0 } h2 { font-size: 1.1em; margin-bottom: .2em }
svg { max-width: 100%; height: auto } .key { break-before: page } p.formula { font-family: monospace }
.formula span { white-space: nowrap }
@page { size: landscape; margin: 12mm } @media print { body { max-width: none; margin: 0; padding: 0 } }
"""
"""Pages are printed in landscape format, so that the blanks are wide enough to write in."""


def draw_programs(count: int, depth: int, seed: int, operations: Sequence[str]) -> list[GraphProgram]:
    """`count` different graphs with `depth` operations on the longest path, small enough to be solved by hand.

    Raises ValueError if these operations do not give as many.

    >>> [program.depth for program in draw_programs(2, depth=3, seed=7, operations=["add", "multiply"])]
    [3, 3]
    """
    source = random.Random(seed)
    found: list[GraphProgram] = []
    for _ in range(MAX_TRIES * count):
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


def _by_hand(program: GraphProgram) -> bool:
    """Whether all numbers and gradients are small, and no gradient is 0."""
    if not is_tame(program, MAX_NUMBER):
        return False
    nodes = program.on_values()
    nodes[-1].backward()
    return all(0.0 < abs(node.grad) < MAX_NUMBER for node in nodes)


def worksheet(
    count: int = 10,
    depth: int = 4,
    seed: int = 0,
    hide: str = "grad",
    operations: Sequence[str] = ("add", "subtract", "multiply"),
    partials: bool = False,
) -> tuple[str, str]:
    """The HTML of the sheet and of its answer key, each for the body of a page.

    `hide` is "grad" or "data"; `operations` are names of `random_graphs.OPERATIONS`; with `partials` the local partials
    are written on the arrows, which makes the exercise easier.

    Raises ValueError for an unknown operation, and if no such graphs are found.

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
    """A self-contained HTML page; each part begins on a new sheet of paper."""
    body = "\n".join(f"<div class='{'key' if n else 'sheet'}'>{part}</div>" for n, part in enumerate(parts))
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>chalkgrad worksheet</title>"
        f"<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )
