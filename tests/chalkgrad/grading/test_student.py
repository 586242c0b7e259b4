"""What the program of a student's process does to the code before it runs."""

from __future__ import annotations

import ast

import pytest

from chalkgrad.grading.student import SUBMIT, _parsed, _Rewriter


@pytest.mark.parametrize(
    ("source", "submits"),
    [
        ("check('02.1', x)", True),
        ("exercises.check('02.1', x)", True),
        ("check(number='02.1', answer=x)", True),
        ("print(check('02.1', x))", True),
        ("check(number, x)", False),
        ("check('hello', x)", False),
        ("verify('02.1', x)", False),
    ],
)
def test_a_call_of_check_is_a_submission_whatever_it_is_bound_to(source: str, submits: bool) -> None:
    tree = _Rewriter().visit(ast.parse(source))
    assert (SUBMIT in ast.unparse(tree)) is submits


@pytest.mark.parametrize(
    ("source", "statements"),
    [
        ("%matplotlib inline\nx = 1", 1),
        ("!pip install x\nx = 1", 1),
        ("x?\nlen??\nx = 1", 1),
        ("%%bash\nls -l", 0),
        ("%%timeit\nx = 1", 0),
        ("x = (7\n     % 2)", 1),
    ],
)
def test_what_only_jupyter_understands_is_left_out(source: str, statements: int) -> None:
    assert len(_parsed(source, "cell 1").body) == statements


def test_an_error_of_syntax_stays_one() -> None:
    with pytest.raises(SyntaxError):
        _parsed("def (", "cell 1")
