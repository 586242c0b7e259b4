"""What is meant by a formula that is written as on paper, or for another library?

`2a` is 2*a, `|a|` is abs(a), `a.tanh()` and `math.tanh(a)` are tanh(a), `ln` is log. No formula is corrected silently:
the hint becomes part of the error message. Read next: `formula`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from difflib import get_close_matches

OTHER_NAMES = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "arcsine": "arcsin", "tg": "tan", "fabs": "abs",
    "pow": "power", "logistic": "sigmoid", "swish": "silu", "square": "power", "lrelu": "leaky_relu",
}  # fmt: skip
"""The names of functions in other libraries."""

MODULES = ("math", "np", "numpy", "torch", "autograd")

_SIDE_BY_SIDE = re.compile(
    r"(?<![\w.])((?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+)\s*(?=[^\W\d]|\()|([)\]])\s*(?=[\w(])"
    r"|(?<!\w)([^\W\d]\w*)\s+(?=\w)"
)
"""A number before a name or a bracket, a bracket before a name or a number, two names."""


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The known function that is most similar to a name; '' if none is similar.

    >>> did_you_mean("sn", ["sin", "log"]), did_you_mean("ln", ["sin", "log"]), did_you_mean("what", ["sin"])
    ('sin', 'log', '')
    """
    other = OTHER_NAMES.get(name, "")
    if other in known:
        return other
    return next(iter(get_close_matches(name, sorted(known), n=1)), "")


def with_products(text: str) -> str:
    """The formula with a * wherever two factors are side by side; '' if that is not a formula.

    >>> with_products("2a + 3 sin(b)(c + 1)"), with_products("a +")
    ('2*a + 3*sin(b)*(c + 1)', '')
    """
    corrected = _SIDE_BY_SIDE.sub(lambda found: f"{found[1] or found[2] or found[3]}*", text)
    return corrected if corrected != text and _is_formula(corrected) else ""


ON_PAPER = {"·": "*", "×": "*", "÷": "/", "−": "-", "²": "**2", "³": "**3", "π": "pi"}
"""Signs that are written on paper, and what Python has for them."""


def from_paper(text: str, known: Collection[str]) -> str:
    """The formula with Python's signs, and brackets around a function's operand; '' if that is not a formula.

    >>> from_paper("|a − b|² + sin 2a", ["abs", "sin"]), from_paper("a + b", []), from_paper("|a", [])
    ('abs(a - b)**2 + sin(2*a)', '', '')
    """
    signs = re.sub(r"\|([^|]+)\|", r"abs(\1)", "".join(ON_PAPER.get(sign, sign) for sign in text))
    called = re.sub(rf"(?<![\w.])({'|'.join(known)}) +([\w.]+(\*\*[\w.]+)?)", r"\1(\2)", signs) if known else signs
    meant = with_products(called) or called
    return meant if called != text and _is_formula(meant) else ""


def _is_formula(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def as_call(node: ast.Attribute, call: ast.Call | None, known: Collection[str]) -> str:
    """How `a.tanh()`, `math.exp(a)` or `math.pi` is written here; '' if no such function exists.

    >>> tree = ast.parse("np.exp(a.b)", mode="eval").body
    >>> as_call(tree.func, tree, ["exp"])
    'exp(a.b)'
    """
    of_module = isinstance(node.value, ast.Name) and node.value.id in MODULES
    name = did_you_mean(node.attr, known) if node.attr not in known else node.attr
    if not name or (not of_module and call is None):
        return ""
    if call is None:
        return node.attr if node.attr in known else ""
    operands = call.args if of_module else [node.value, *call.args]
    return f"{name}({', '.join(map(ast.unparse, operands))})"
