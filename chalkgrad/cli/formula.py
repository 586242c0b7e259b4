"""How does a formula from the command line become a graph, and nothing else run?

The text is parsed by Python's own `ast`, and only what is on a short list is evaluated: numbers, names, arithmetic,
and calls of the table's functions. Everything else is refused, with a message that points at the position.
"""

from __future__ import annotations

import argparse
import ast
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import autograd
from autograd import Primitive, Value
from chalkgrad.cli.commands import CommandError
from chalkgrad.cli.formula_hints import as_call, did_you_mean, from_paper, with_products

MAX_CHARACTERS = 10_000
"""The maximum length of a formula; one that a person types is shorter."""
MAX_DEPTH = 100
"""The maximum depth of nesting."""

FUNCTIONS: dict[str, Any] = {
    **{name: getattr(autograd, name) for name in autograd.__all__ if isinstance(vars(autograd).get(name), Primitive)},
    "clip": autograd.clip,
    "abs": autograd.absolute,
    "max": autograd.maximum,
    "min": autograd.minimum,
}
"""Functions of numbers: those of the table and `clip`, and three of them by Python's names."""

OF_LISTS: dict[str, Callable[..., Any]] = {
    name: getattr(autograd, name) for name in ("dot", "sum", "mean", "logsumexp", "prod", "norm", "var", "std")
}
"""Functions of lists: `dot([w1, w2], [x1, x2], b)`."""

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: autograd.power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
CONSTANTS = {"pi": math.pi}

WHAT: dict[type[ast.AST], str] = {
    **dict.fromkeys(
        (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp),
        "comprehensions are not allowed; write the terms out",
    ),
    ast.IfExp: "if is not allowed; use where, maximum or relu",
    ast.NamedExpr: "write the assignment before the formula: a = b*c; tanh(a)",
    ast.Attribute: "attributes (a.b) are not allowed",
    ast.Lambda: "functions cannot be defined here",
    ast.Compare: "comparisons are not numbers; use maximum, minimum or relu",
    ast.Subscript: "indexing is not allowed; give each number a name",
    ast.BitXor: "^ is not a power here; write **",
    ast.Starred: "* before an argument is not allowed",
    ast.Mod: "% is not allowed; use + - * / **",
    ast.FloorDiv: "// is not allowed; use + - * / **",
    ast.MatMult: "@ is not allowed; write the products out, or dot([a, b], [c, d])",
    ast.BoolOp: "and, or are not for numbers; use minimum, maximum",
    ast.Not: "not is not for numbers; use 1 - x",
    ast.JoinedStr: "text is not a number",
    ast.Set: "braces are not allowed; use round brackets",
    ast.Dict: "braces are not allowed; use round brackets",
    ast.Tuple: "a comma separates the arguments of a function; a decimal point is a .",
    ast.List: "a list can only be an argument of " + ", ".join(OF_LISTS),
}
"""The error messages for some of the refused constructs."""


class FormulaError(ValueError):
    """A formula that cannot be read; the message shows the position."""

    def __init__(self, text: str, problem: str, node: ast.AST | None = None, offset: int = 0) -> None:
        column = getattr(node, "col_offset", offset)
        line = text.splitlines()[getattr(node, "lineno", 1) - 1] if text.strip() else ""
        column = len(line.encode()[:column].decode(errors="ignore"))
        first = max(0, column - 40)
        shown = line[first : first + 76]
        super().__init__(f"{problem}\n  {shown}\n  {' ' * (column - first)}^" if shown else problem)


@dataclass
class Formula:
    """A formula that was checked: `names` are its variables in the order in which they occur."""

    text: str
    statements: list[tuple[str, ast.expr]]
    """Each with the assigned name, or ''; the last one is the output."""
    names: list[str] = field(default_factory=list)

    def evaluate(self, numbers: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
        """The output as a graph, and the leaf of each variable.

        Raises FormulaError if a variable has no number, a number has no variable, or there is no variable; and the
        errors of the operations: ValueError, ZeroDivisionError, OverflowError.

        >>> output, leaves = parse("a * b + 1").evaluate({"a": 2.0, "b": -3.0})
        >>> output.data, list(leaves)
        (-5.0, ['a', 'b'])
        """
        missing = [name for name in self.names if name not in numbers]
        if missing:
            euler = "; for Euler's number write exp(1)" if "e" in missing else ""
            raise FormulaError(
                "", f"no number for {', '.join(missing)}; add --at {' '.join(f'{name}=1.0' for name in missing)}{euler}"
            )
        unknown = [name for name in numbers if name not in self.names]
        if unknown:
            have = ", ".join(self.names) or "none"
            raise FormulaError("", f"{', '.join(unknown)} does not occur in the formula; its variables are: {have}")
        leaves = {name: Value(numbers[name], label=name) for name in self.names}
        scope: dict[str, Any] = {**CONSTANTS, **leaves}
        for name, tree in self.statements:
            output = _value(self.text, tree, scope)
            if name:
                if isinstance(output, Value) and not output.label:
                    output.label = name
                scope[name] = output
        if not isinstance(output, Value):
            raise FormulaError(self.text, f"the formula is the number {output}; there is nothing to differentiate")
        if not output.label and "out" not in scope:
            output.label = "out"
        return output, leaves


def parse(text: str) -> Formula:
    """Check a formula, or several assignments with `;` between them of which the last is the output.

    Raises FormulaError for everything that is not arithmetic on numbers, names and functions of the table.

    >>> parse("e = a * b; tanh(e + c)").names
    ['a', 'b', 'c']
    >>> parse("a.real")
    Traceback (most recent call last):
    ...
    chalkgrad.cli.formula.FormulaError: attributes (a.b) are not allowed
      a.real
      ^
    """
    if len(text) > MAX_CHARACTERS:
        raise FormulaError("", f"the formula has {len(text):,} characters, more than {MAX_CHARACTERS:,}; shorten it")
    try:
        module = ast.parse(text.strip(), mode="exec")
    except SyntaxError as error:
        raise FormulaError(error.text or text, _cure(text.strip(), error), None, (error.offset or 1) - 1) from None
    except (RecursionError, MemoryError):
        raise FormulaError(
            text, "the formula is nested too deeply to be read; name its parts: a = b*c; tanh(a)"
        ) from None
    except ValueError as error:
        raise FormulaError(text, f"the formula cannot be read: {error}") from None
    if not module.body:
        raise FormulaError("", "the formula is empty; try 'tanh(x*w + b)'")
    parsed = Formula(text.strip(), [])
    assigned: set[str] = set()
    for statement in module.body:
        name, tree = _statement(parsed.text, statement)
        for variable in _checked(parsed.text, tree):
            if variable not in assigned and variable not in parsed.names and variable not in CONSTANTS:
                parsed.names.append(variable)
        if not name and statement is not module.body[-1]:
            raise FormulaError(parsed.text, "what comes before the last ; needs a name: a = b*c; tanh(a)", statement)
        if name in parsed.names or name in assigned:
            raise FormulaError(parsed.text, f"{name} is used already; give each number a name of its own", statement)
        assigned |= {name}
        parsed.statements.append((name, tree))
    return parsed


def _cure(text: str, error: SyntaxError) -> str:
    """What to write in place of a text that is not Python."""
    if defined := re.match(r"[^\W\d]\w*\s*\([\w\s,]*\)\s*=(?!=)\s*(.+)", text):  # f(x) = x*x
        return f"a formula has no name and no arguments; write {defined[1]:.60}"
    if meant := from_paper(text, [*FUNCTIONS, *OF_LISTS]):
        return f"this is how it is written on paper; write {meant:.60}"
    if product := with_products(text):
        return f"a product needs its sign: write {product:.60}"
    return f"this is not a formula: {error.msg}"


def _statement(text: str, statement: ast.stmt) -> tuple[str, ast.expr]:
    if isinstance(statement, ast.Expr):
        return "", statement.value
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        if name in FUNCTIONS or name in OF_LISTS or name in CONSTANTS:
            raise FormulaError(text, f"{name} has a meaning already; choose another name", statement)
        return name, statement.value
    raise FormulaError(text, "only a formula, or name = formula, is allowed here", statement)


def _checked(text: str, tree: ast.expr) -> Iterator[str]:
    """The variables of a formula, from left to right; FormulaError for what is not allowed in it."""
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise FormulaError(text, f"the formula is nested more than {MAX_DEPTH} levels deep; name its parts", node)
        if isinstance(node, ast.Name):
            if node.id in FUNCTIONS or node.id in OF_LISTS:
                raise FormulaError(text, f"{node.id} is a function; call it, as in {node.id}(x)", node)
            yield node.id
            continue
        stack += [(child, depth + 1) for child in reversed(_parts(text, node))]


def _parts(text: str, node: ast.AST) -> list[ast.expr]:
    """The operands of an allowed operation; FormulaError for any other."""
    if isinstance(node, ast.Constant):
        if type(node.value) not in (int, float):
            raise FormulaError(text, f"{node.value!r:.40} is not a real number", node)
        return []
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        if type(node.op) not in OPERATORS:
            what = WHAT.get(type(node.op), f"the operator {type(node.op).__name__} is not allowed; use + - * / **")
            raise FormulaError(text, what, node)
        return [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
    if isinstance(node, ast.Call):
        return _arguments(text, node)
    if isinstance(node, ast.Attribute):
        raise FormulaError(text, _attribute(node, None), node)
    raise FormulaError(text, WHAT.get(type(node), f"{type(node).__name__} is not allowed in a formula"), node)


def _attribute(node: ast.Attribute, call: ast.Call | None) -> str:
    """The error message for a.tanh() and math.pi."""
    known = {*FUNCTIONS, *OF_LISTS} if call is not None else {*FUNCTIONS, *OF_LISTS, *CONSTANTS}
    meant = as_call(node, call, known)
    return WHAT[ast.Attribute] + (f"; write {meant:.60}" if meant else "")


def _no_function(text: str, call: ast.Call) -> FormulaError:
    """The error for a call of anything but a function of the table."""
    if isinstance(call.func, ast.Attribute):
        return FormulaError(text, _attribute(call.func, call), call.func)
    if isinstance(call.func, ast.Name):
        name, known = call.func.id, {*FUNCTIONS, *OF_LISTS}
        near = did_you_mean(name, known)
        advice = f"did you mean {near}?" if near else f"choose one of: {', '.join(sorted(known))}"
        return FormulaError(text, f"unknown function {name!r}; {advice}", call)
    product = with_products(text) if isinstance(call.func, (ast.Constant, ast.BinOp, ast.Call)) else ""
    advice = f"; a product needs its sign: write {product:.60}" if product else ""
    return FormulaError(
        text, WHAT.get(type(call.func), f"only functions of the table can be called{advice}"), call.func
    )


def _arguments(text: str, call: ast.Call) -> list[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in FUNCTIONS and name not in OF_LISTS:
        raise _no_function(text, call)
    if call.keywords:
        raise FormulaError(text, f"{name}: give the arguments without names", call)
    if name in FUNCTIONS:
        fewest, most = _arity(FUNCTIONS[name])
        if not fewest <= len(call.args) <= most:
            raise FormulaError(text, f"{name} takes {most} argument(s), got {len(call.args)}", call)
        return call.args
    lists = [argument for argument in call.args if isinstance(argument, ast.List)]
    if len(lists) != (2 if name == "dot" else 1) or call.args[: len(lists)] != lists or len(call.args) > len(lists) + 1:
        example = "dot([w1, w2], [x1, x2], b)" if name == "dot" else f"{name}([a, b, c])"
        raise FormulaError(text, f"{name} takes lists, as in {example}", call)
    return [element for part in lists for element in part.elts] + call.args[len(lists) :]


def _arity(function: Any) -> tuple[int, int]:
    """The fewest and the most arguments of a function of numbers."""
    most = (isinstance(function, Primitive) and function.arity) or len(signature(function).parameters)
    return most - len(getattr(function, "defaults", ())), most


def _value(text: str, node: ast.expr, scope: Mapping[str, Any]) -> Any:
    """The value of a checked formula; its depth is at most `MAX_DEPTH`, so recursion is safe.

    The error of an operation is raised again, with the position added to its message.
    """
    if isinstance(node, ast.Name):
        return scope[node.id]
    if isinstance(node, ast.List):
        return [_value(text, element, scope) for element in node.elts]
    parts = [_value(text, part, scope) for part in _operands(node)]
    try:
        return _result(node, parts)
    except (ValueError, ArithmeticError) as error:
        pointing = FormulaError(text, str(error), node)
        raise (pointing if isinstance(error, ValueError) else type(error)(str(pointing))) from error


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    return [node.operand] if isinstance(node, ast.UnaryOp) else node.args if isinstance(node, ast.Call) else []


def _result(node: ast.expr, parts: list[Any]) -> Any:
    """A number, or the result of an operation on its operands."""
    if isinstance(node, ast.Constant):
        try:
            return float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            raise ValueError("this number is too large for a float") from None
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        return OPERATORS[type(node.op)](*parts)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)  # noqa: S101, PT018 - checked before
    return (FUNCTIONS.get(node.func.id) or OF_LISTS[node.func.id])(*parts)


# ------------------------------------------------------------------------------------------------ for the command line


def add_expression_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the formula and the values of its variables."""
    parser.add_argument("expression", metavar="EXPR", help="a formula, such as 'tanh(x*w + b)'")
    parser.add_argument(
        "--at", type=assignment, nargs="+", default=[], metavar="NAME=NUMBER", help="a number for each variable"
    )


def _number(text: str) -> float:
    """The value of a formula without variables; ValueError for any other."""
    try:
        return float(text)
    except ValueError:
        parsed = parse(text)
        if parsed.names or len(parsed.statements) != 1:
            raise ValueError(f"{text} is no number") from None
        return float(_value(parsed.text, parsed.statements[0][1], CONSTANTS))


def assignment(text: str) -> tuple[str, float]:
    """A variable and its number, which may be a formula of numbers.

    >>> assignment("w1=-3"), assignment("b=1/2")
    (('w1', -3.0), ('b', 0.5))
    """
    name, _, number = text.partition("=")
    try:
        if name.strip().isidentifier():
            return name.strip(), _number(number)
    except (ValueError, ArithmeticError):
        pass
    several = "; write several with spaces between them: x=1 y=2" if "," in text else ""
    raise argparse.ArgumentTypeError(f"{text!r} must be a name and a number, such as x=2.5 or x=1/2{several}")


def variable(text: str) -> str:
    """The name of a variable.

    >>> variable("w1")
    'w1'
    """
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} must be the name of a variable, such as x")
    return text


def read_expression(arguments: argparse.Namespace) -> tuple[Value, dict[str, Value]]:
    """The graph of the formula on the command line, and the leaf of each variable; CommandError for a wrong one."""
    names = [name for name, _ in arguments.at]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CommandError(f"--at gives two numbers for {twice}")
    try:
        return parse(arguments.expression).evaluate(dict(arguments.at))
    except (ValueError, ArithmeticError) as error:
        raise CommandError(str(error)) from error
