"""How are a number, a name and a row's template written, and where do they need brackets?

Read `expression` first (what a `Style` is), `simplify` next.  A row has one template, such as `{} * {}`.  Its
precedence, and the precedence that each operand needs to be written without brackets, follow from the template itself:
from the signs to the left and to the right of each `{}`.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from autograd import primitives as table
from autograd.arguments import choose
from autograd.primitive import Primitive, primitive
from autograd.symbolic.expression import ATOM, INFIX, POWER, PRODUCT, SUM, Notation, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

STYLES = ("text", "latex")
MAX_LIST = 6
"""A longer sum or list of operands is written as its first two terms, an ellipsis and the last."""

# ------------------------------------------------------------------------------------------------ numbers and names

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LATEX_SIGNS = {
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
    **dict(
        zip(
            "\\<>^~",
            (r"}\backslash\text{", r"}\lt\text{", r"}\gt\text{", r"}\hat{}\text{", r"}\sim\text{"),
            strict=True,
        )
    ),
}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number_text(number: float, style: str = "text") -> str:
    """A number for reading: four decimals, or an exponent for large and small numbers.

    >>> number_text(6.881373587), number_text(1e-9), number_text(1e300), number_text(2.0)
    ('6.8814', '1e-9', '1e300', '2')
    """
    if not math.isfinite(number):
        words = {"text": ("nan", "inf", "-inf"), "latex": (r"\mathrm{nan}", r"\infty", r"-\infty")}[style]
        return words[0] if number != number else words[1] if number > 0.0 else words[2]
    if number == int(number) and abs(number) < 1e7:
        return str(int(number))
    text = f"{number:.5g}" if abs(number) >= 1.0 else f"{number:.4g}"
    digits, _, exponent = text.partition("e")
    if not exponent:
        return digits
    return f"{digits}e{int(exponent)}" if style == "text" else rf"{digits} \times 10^{{{int(exponent)}}}"


def number_drawn(number: float) -> str:
    """A number in a picture, and in the sentences about one: with a true minus sign, and -0 as such.

    >>> number_drawn(-2.5), number_drawn(-0.0), number_drawn(1e-9)
    ('−2.5', '−0', '1e−9')
    """
    return "−0" if number == 0.0 and math.copysign(1.0, number) < 0.0 else number_text(number).replace("-", "−")


def with_minus(formula: str) -> str:
    """A formula with true minus signs; a hyphen inside a name stays.

    >>> with_minus("-x * 1e-9 - my-name")
    '−x * 1e−9 − my-name'
    """
    return re.sub(r"(?<![\w)\]])-|(?<=\de)-(?=\d)", "−", formula)


def factor_text(number: float, style: str = "text") -> str:
    """A number as it is written in a product: a negative one in brackets.

    >>> factor_text(3.0), factor_text(-3.0)
    ('3', '(-3)')
    """
    text = number_text(number, style)
    return f"({text})" if text.startswith("-") else text


def name_text(name: str, style: str = "text") -> str:
    r"""A label in a formula; in LaTeX, `w1` gets an index, and what is not an identifier becomes plain text.

    >>> name_text("w1", "latex"), name_text("loss", "latex"), name_text("50%", "latex")
    ('w_{1}', '\\mathrm{loss}', '\\text{50\\%}')
    """
    if style == "text":
        return name
    plain = name.translate({ord(sub): str(n) for n, sub in enumerate("₀₁₂₃₄₅₆₇₈₉")})
    match = re.fullmatch(r"([^\W\d_]+)_?(\d*)", plain)
    if match is None:
        escaped = "".join(_LATEX_SIGNS.get(character, character) for character in " ".join(plain.split()))
        return rf"\text{{{escaped}}}"
    letters, index = match.groups()
    letters = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
    return f"{letters}_{{{index}}}" if index else letters


def ordinal(number: int) -> str:
    """The place of something that is counted from 1.

    >>> ordinal(1), ordinal(2), ordinal(12), ordinal(23)
    ('1st', '2nd', '12th', '23rd')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def count(number: int, thing: str) -> str:
    """A number with its noun.

    >>> count(1, "leaf"), count(1200, "box"), count(0, "step")
    ('1 leaf', '1,200 boxes', '0 steps')
    """
    plural = {"leaf": "leaves", "box": "boxes"}.get(thing, f"{thing}s")
    return f"{number:,} {thing if number == 1 else plural}"


def atom(name: str) -> str:
    """A name inside a formula: in brackets if it is an expression itself.

    >>> atom("w1"), atom("x1*w1 + b")
    ('w1', '(x1*w1 + b)')
    """
    return name if re.fullmatch(r"[\w.#\[\]'₀-₉]+", name) else f"({name})"


def superscript(number: int) -> str:
    """An exponent in superscript digits: ² for 2."""
    return str(number).translate(_SUPERSCRIPTS)


def subscript(number: int, style: str = "text") -> str:
    """An index in subscript digits: ₁ for 1."""
    return str(number).translate(_SUBSCRIPTS) if style == "text" else f"_{{{number}}}"


def shortened(terms: Sequence[str]) -> list[str]:
    """The terms, or if they are too many the first two, an ellipsis and the last."""
    return list(terms) if len(terms) <= MAX_LIST else [*terms[:2], "…", terms[-1]]


# ---------------------------------------------------------------------------------------------------- from templates

_HOLE = re.compile("[\ue000-\ue009]")
_BINARY = {"*": PRODUCT, r"\cdot": PRODUCT, "/": PRODUCT, "+": SUM, "-": SUM}
_AFTER = {"²": ATOM, "^": ATOM, "}^": ATOM, **_BINARY}
_BEFORE = {"^": POWER, "*": POWER, r"\cdot": POWER, "/": POWER, "+": PRODUCT, "-": PRODUCT}
_OUTSIDE = {"²": POWER, "^": POWER, **_BINARY}


@lru_cache(maxsize=1024)
def notation_of(template: str, arity: int) -> Notation:
    """The template with its precedence, and the precedence that each operand needs.

    >>> notation_of("{} * {}", 2) == ("{} * {}", PRODUCT, (PRODUCT, POWER))
    True
    """
    filled = template.format(*[chr(0xE000 + n) for n in range(arity)]).replace("**", "^")
    needed = [0] * arity
    for hole in _HOLE.finditer(filled):
        n = ord(hole[0]) - 0xE000
        before, after = filled[: hole.start()].rstrip(), filled[hole.end() :].lstrip()
        if not before and not after:
            return template, ATOM, (ATOM,)
        required = [level for sign, level in _AFTER.items() if after.startswith(sign)][:1]
        required += [level for sign, level in _BEFORE.items() if before.endswith(sign)][:1]
        needed[n] = max([needed[n], *required])
    outside = _outside_brackets(filled)
    return template, min([ATOM, *(level for sign, level in _OUTSIDE.items() if sign in outside)]), tuple(needed)


def _outside_brackets(filled: str) -> str:
    depth, outside = 0, ""
    for character in filled:
        depth -= character in ")}]"
        outside += character if depth == 0 else ""
        depth += character in "({["
    return outside


def _raised(n: int) -> Primitive:
    return primitive(
        f"raised_to_{n}".replace("-", "minus_"), lambda x: x**n, lambda out, x: n * x ** (n - 1),
        text="{}" + superscript(n), latex=f"{{}}^{{{{{n}}}}}",
    )  # fmt: skip


RAISED = {n: _raised(n) for n in range(-9, 10)}
"""For writing x ** 2 as x²: a row for each small exponent, in formulas only."""

_CASES = r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{else}} \end{{cases}}"


_KNOWN_TO_LATEX = {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}


def template_of(row: Primitive, style: str) -> str | None:
    r"""The template of a row; if the table has none for LaTeX, that of the text, if it has signs only.

    >>> from autograd import multiply, tanh
    >>> template_of(multiply, "latex"), template_of(tanh, "latex")
    ('{} \\cdot {}', None)
    """
    if style == "text":
        return row.text
    if row.latex is None and row.text is not None and not re.search(r"[^\W\d_]", row.text):
        return row.text.replace("*", r"\cdot")
    return row.latex


def style_for(name: str, rows: Iterable[Primitive]) -> Style:
    """The text or LaTeX style, with the templates of these rows.  ValueError for another name."""
    choose(name, STYLES, "unknown style")
    notations = {table.where: INFIX[table.where] if name == "text" else (_CASES, ATOM, (0, 0, 0))}
    for row in rows:
        template = template_of(row, name)
        if template and row.arity is not None:
            notations[row] = notation_of(template, row.arity)
    brackets = "({})" if name == "text" else r"\left({}\right)"
    return Style(notations, _number(name), lambda row, operands: call(row, operands, name), brackets)


def _number(style: str) -> Callable[[float], str]:
    return lambda number: number_text(number, style)


def call(row: Primitive, operands: Sequence[str], style: str) -> str:
    """A row without a template: its name and its operands."""
    name = row.name
    if style == "latex":
        name = f"\\{name}" if name in _KNOWN_TO_LATEX else rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}"
    if takes_index(row) and operands and operands[0].isdecimal():
        template = template_of(row, style) or ""
        if "{n}" in template:
            written = sequence_text(row, operands[1:], int(operands[0]), style)
            return f"({written})" if style == "text" else rf"\left({written}\right)"
        name, operands = f"{name}{subscript(int(operands[0]) + 1, style)}", operands[1:]
    return f"{name}({', '.join(shortened(operands))})"


# ------------------------------------------------------------------------------------- rows of any number of operands


def first_parameter(row: Primitive) -> str:
    """The name of the first parameter of a row's forward function."""
    code = getattr(row.forward, "__code__", None)
    return code.co_varnames[0] if code is not None and code.co_varnames else ""


def takes_index(row: Primitive) -> bool:
    """Whether the first operand is the index of another one, as in softmax and take."""
    return row.arity is None and first_parameter(row) == "index"


def sequence_text(row: Primitive, operands: Sequence[str], index: int | None, style: str) -> str | None:
    """A row of many operands by its template, in which `[exp({}) + …]` is a sum of one term per operand.

    `{index}` is the operand at the index, `{n}` its number, `{all}` the list of the operands.  None if the row has no
    template.
    """
    template = template_of(row, style)
    if not template or row.arity is not None:
        return None
    dots = "…" if style == "text" else r"\dots"

    def terms(match: re.Match[str]) -> str:
        written = shortened([match[1].replace("{}", operand) for operand in operands])
        return " + ".join(dots if term == "…" else term for term in written)

    written = re.sub(r"\[(.+?) \+ …\]", terms, template).replace("{all}", ", ".join(shortened(operands)))
    if index is not None:
        written = written.replace("{index}", operands[index]).replace("{n}", subscript(index + 1, style))
    return written
