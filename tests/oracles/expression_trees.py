"""Random expressions, their numbers by the rows themselves, and their text as Python, for the tests of symbols."""

from __future__ import annotations

from hypothesis import strategies as st

from autograd import primitives as table
from autograd.primitive import Primitive
from autograd.symbolic.expression import Expression

UNARY = [table.negative, table.tanh, table.expm1, table.one_minus_square, table.lorentzian]
BINARY = [table.add, table.subtract, table.multiply, table.divide, table.over_square]
VALUES = {"a": 1.3, "b": -0.7, "c": 2.1}


def trees(*more: Primitive) -> st.SearchStrategy[Expression]:
    """Expressions of these rows, and of more rows of one operand."""
    leaves = st.sampled_from([*map(Expression, VALUES), Expression(2.0), Expression(0.5), Expression(-3.0)])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda row, x: Expression(row, (x,)), st.sampled_from([*UNARY, *more]), inner),
            st.builds(lambda row, x, y: Expression(row, (x, y)), st.sampled_from(BINARY), inner, inner),
        ),
        max_leaves=8,
    )


def number(tree: Expression) -> float:
    """The value of the tree."""
    if isinstance(tree.row, float):
        return tree.row
    if isinstance(tree.row, str):
        return VALUES[tree.row]
    return tree.row.forward(*map(number, tree.operands))


def as_python(text: str) -> str:
    """x² as x**(2), so that Python itself is the reader."""
    out, digits = "", ""
    for character in text + " ":
        if character in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻":
            digits += character.translate(_SUPERSCRIPTS)
            continue
        out += f"**({digits})" if digits else ""
        digits = ""
        out += character
    return out.strip().replace("≤", "<=").replace("≥", ">=")


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
