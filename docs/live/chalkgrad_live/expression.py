"""What does the playground show of a formula?  Its graph, its leaves, its gradient explained, nudged and stepped."""

from __future__ import annotations

import argparse
import html
import re
from typing import Any

from autograd import Value, draw, explain, nudge, stepper
from autograd.symbolic.printing import number_text
from chalkgrad.cli.formula import FormulaError, assignment, parse

MAX_CHARACTERS = 400
MAX_LEAVES = 20
MAX_DIGITS = 100
USUAL = 1.0
"""The number of a variable that has none yet."""
FIRST = "tanh(x*w + b) + max(x, 0)"
FIRST_NUMBERS = {"x": "0.5", "w": "-1.5", "b": "0.25"}
"""What the page shows first."""


def evaluated(formula: str, numbers: dict[str, str]) -> tuple[Value, dict[str, Value]]:
    """The output with its gradients, and its leaves.  Raises ValueError and ArithmeticError with a message to show."""
    if len(formula) > MAX_CHARACTERS:
        raise ValueError(f"the formula has more than {MAX_CHARACTERS} characters; shorten it")
    if any("\ud800" <= character <= "\udfff" for character in formula):
        raise ValueError("the formula has half a character, which is no text; write it again")
    parsed = parse(formula)
    if not parsed.names:
        raise FormulaError(formula, "the formula has no variable; try tanh(x*w + b)")
    if len(parsed.names) > MAX_LEAVES:
        raise ValueError(f"the formula has {len(parsed.names)} variables, more than {MAX_LEAVES}")
    usual = FIRST_NUMBERS if formula == FIRST else {}
    texts = {name: numbers.get(name, usual.get(name, str(USUAL))) for name in parsed.names}
    output, leaves = parsed.evaluate({name: _number(name, text) for name, text in texts.items()})
    if output in leaves.values():
        output = output * 1.0
        output.label = "out"
    output.backward()
    return output, leaves


def _picture(output: Value) -> str:
    """The picture of the graph with partials, or a coarser one of a graph that is too tangled for them."""
    try:
        return draw(output, partials=True).svg
    except ValueError:
        return draw(output, title="This graph is too tangled for a picture of every number and partial.").svg


def _number(name: str, text: str) -> float:
    try:
        if len(text) > MAX_DIGITS:
            raise argparse.ArgumentTypeError
        return assignment(f"{name}={text}")[1]
    except argparse.ArgumentTypeError:
        raise ValueError(f"{name} must be a number, such as 2.5 or 1/2, got {text!r:.60}") from None


def show(formula: str, numbers: dict[str, str]) -> dict[str, Any]:
    """The picture of the graph, the result in words, and each leaf with its gradient and the range of its slider."""
    output, leaves = evaluated(formula, numbers)
    return {
        "graph": _picture(output),
        "result": f"{output.label or 'out'} = {number_text(output.data)}",
        "leaves": [
            {
                "name": name, "text": repr(leaf.data).removesuffix(".0"), "range": _range(leaf.data),
                "gradient": leaf.grad, "says": f"d{output.label}/d{name} = {number_text(leaf.grad)}",
            }
            for name, leaf in leaves.items()
        ],
    }  # fmt: skip


def _range(number: float) -> list[float]:
    """The lowest and the highest number of a slider, and its step: round numbers around that one."""
    reach = 3.0
    while abs(number) > reach and reach < 1e300:
        reach *= 10.0
    return [-reach, reach, reach / 300]


def explained(formula: str, numbers: dict[str, str], wrt: str) -> dict[str, str]:
    """The chain rule for one leaf, as HTML in which each formula is an element with its LaTeX."""
    output, leaves = evaluated(formula, numbers)
    _known(wrt, leaves)
    return {"html": as_html(explain(output, leaves[wrt])._repr_markdown_())}


def nudged(formula: str, numbers: dict[str, str], wrt: str) -> dict[str, str]:
    """What happens if one leaf is changed by a little."""
    output, leaves = evaluated(formula, numbers)
    _known(wrt, leaves)
    return {"text": str(nudge(output, leaves[wrt]))}


def stepped(formula: str, numbers: dict[str, str]) -> dict[str, str]:
    """The page of the stepper."""
    output, _ = evaluated(formula, numbers)
    return {"html": stepper(output).html()}


def _known(name: str, leaves: dict[str, Value]) -> None:
    if name not in leaves:
        raise ValueError(f"{name!r:.60} is not a variable of the formula; choose one of: {', '.join(leaves)}")


def as_html(markdown: str) -> str:
    """The Markdown that `explain` and the lessons' cells give: paragraphs, lists, bold, code, formulas.

    >>> as_html("**How?**" + chr(10) * 2 + "- $x < 1$")
    '<p><b>How?</b></p><ul><li><span data-latex="x &lt; 1"></span></li></ul>'
    """
    blocks = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        if block.startswith("$$"):
            blocks.append(f'<p><span data-latex="{html.escape(block.strip("$ "))}" data-display></span></p>')
        elif block.startswith("- "):
            items = re.split(r"^- ", block, flags=re.MULTILINE)[1:]
            blocks.append("<ul>" + "".join(f"<li>{_inline(item.strip())}</li>" for item in items) + "</ul>")
        else:
            blocks.append(f"<p>{_inline(block)}</p>")
    return "".join(blocks)


def _inline(text: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        latex, code = (None if part is None else html.escape(part) for part in match.groups()[:2])
        if latex is not None:
            return f'<span data-latex="{latex}"></span>'
        return f"<code>{code}</code>" if code is not None else f"<b>{_inline(match[3])}</b>"

    parts, end = [], 0
    for match in re.finditer(r"\$([^$]+)\$|`([^`]+)`|\*\*([^*]+)\*\*", text):
        parts += [html.escape(text[end : match.start()]), replaced(match)]
        end = match.end()
    return "".join([*parts, html.escape(text[end:])])
