"""How does a row become as fast as a hand-written method?  It is evaluated once on symbols and printed as Python.

Read `primitives` and `symbolic.expression` first, `value` next.  Calling a row's lambdas for every operation would
cost a third of the speed.  The source of each method is registered with `linecache`, so that a debugger can step into
it and a traceback shows its lines; `source(row)` returns it.
"""

from __future__ import annotations

import linecache
import math
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd import more_primitives, primitives
from autograd.arguments import shown
from autograd.primitive import NOT_TAKEN, Primitive, is_composite
from autograd.symbolic.expression import PYTHON, Expression, as_expression, rows_in, symbols, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

NAMES = ("x", "y", "z")
"""The names of operands in rows and in generated code."""

runtime: dict[str, Any] = {"isfinite": math.isfinite, "inf": math.inf, "nan": math.nan}
"""The globals of generated code, besides functions of floats."""

_namespaces: list[dict[str, Any]] = []


def inject_globals(**names: Any) -> None:
    """Make these names available to generated code: `value` adds `Value` itself, which is created after its methods."""
    runtime.update(names)
    for namespace in _namespaces:
        namespace.update(names)
    _namespaces.clear()


_float_functions: dict[Primitive, Callable[..., float]] = {}


def float_function(row: Primitive) -> Callable[..., float]:
    """The row's forward function for floats, without checks: `math.exp`, or Python code generated from the row.

    For a row of the user's it is the user's function: generated code knows rows by their names.
    """
    if str(getattr(row.forward, "__module__", "")).partition(".")[0] != "autograd" and is_composite(row):
        return row.forward
    if row not in _float_functions:
        _float_functions[row] = row.forward
        if is_composite(row):
            operands = symbols(*NAMES[: row.arity])
            expression = _on_symbols(row.forward, operands)
            if expression is not None:
                arguments = ", ".join(NAMES[: row.arity])
                source = f"def {row.name}({arguments}):\n    return {write(expression, PYTHON)}\n"
                _float_functions[row] = build(f"{row.name} of floats", row.name, source, rows_in(expression))
    return _float_functions[row]


def on_floats(row: Primitive) -> tuple[Callable[..., float], Callable[..., Sequence[float]]]:
    """A row's forward function and partials, specialized to floats: the same code, calling functions of floats.

    A row that is called first determines the kind of its operands, which takes most of the time if they are floats.
    So the functions of the table get a second set of globals, in which each row is its function of floats.
    """
    if row not in _on_floats:
        _on_floats[row] = (specialized_to_floats(row.forward), specialized_to_floats(row.partials))
    return _on_floats[row]


_on_floats: dict[Primitive, tuple[Callable[..., Any], Callable[..., Any]]] = {}
_float_table: dict[str, Any] = {}


def specialized_to_floats(function: Any) -> Any:
    """A function of the table, specialized to floats; a user's own function is returned unchanged."""
    if not _of_the_table(function):
        return function  # from a user's own row
    if not _float_table:
        _float_table.update(vars(primitives) | vars(more_primitives))
        for name, thing in list(_float_table.items()):
            if isinstance(thing, Primitive):
                _float_table[name] = float_function(thing) if thing.arity else _with_float_table(thing.forward)
            elif isinstance(thing, FunctionType) and _of_the_table(thing):
                _float_table[name] = _with_float_table(thing)
    return _with_float_table(function)


def _of_the_table(function: Any) -> bool:
    names = getattr(function, "__globals__", None)
    return names is vars(primitives) or names is vars(more_primitives)


def _with_float_table(function: Any) -> Any:
    return FunctionType(function.__code__, _float_table, function.__name__, function.__defaults__, function.__closure__)


def build(title: str, name: str, source: str, rows: Iterable[Primitive], **others: Any) -> Callable[..., Any]:
    """Compile generated source, in which each of `rows` is its function of floats, and register it for debuggers."""
    filename = f"<autograd {title}>"
    namespace = {**runtime, "__name__": "autograd.codegen", **{row.name: float_function(row) for row in rows}, **others}
    if "Value" not in runtime:
        _namespaces.append(namespace)
    exec(compile(source, filename, "exec"), namespace)
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    function: Callable[..., Any] = namespace[name]
    function.__module__ = "autograd"
    return function


def _on_symbols(function: Callable[..., Any], operands: Iterable[Any]) -> Any:
    """The function's result on symbols; None if it accepts floats only."""
    try:
        return function(*operands)
    except TypeError:
        return None


# ------------------------------------------------------------------------------------------------ methods of Value

_NODE = """\
    if recording.paused and not recording.wanted():
        return unrecorded(out)
    node = new()
    node._data = out
    node.grad = NOT_COMPUTED
    node.primitive = row
    node._x = {x}
    node._y = {y}
    node._dx = {dx}
    node._dy = {dy}
    return node
"""

_UNARY = """\
def {name}_node(self):
    x = self._data
    try:
        {numbers}
    except (ArithmeticError, ValueError):
        return slow_path(row, (self,))
"""

_BINARY = """\
def {name}_node(self, {parameter}):{rename}
    x = self._data
    try:
        if type(other) is Value:
            y = other._data{notice}
            {numbers}
        else:
            y = other if type(other) is float else float(other) if type(other) is int else None
            if y is None:
                return slow_path(row, (self, other))
            {constant_y}
            dy = None
            other = y
    except (ArithmeticError, ValueError):
        return slow_path(row, (self, other))
"""

_NOTICE = """
            if type(self._y) is Value and self._y.grad is SEED:
                warn_retained_graph(self)"""

_REFLECTED = """\
def reflected_{name}_node(self, other):
    y = self._data
    try:
        x = other if type(other) is float else float(other) if type(other) is int else None
        if x is None:
            return slow_path(row, (other, self))
        {constant_x}
    except (ArithmeticError, ValueError):
        return slow_path(row, (other, self))
"""


def node_function(row: Primitive, reflected: bool = False, in_place: bool = False) -> Callable[..., Any]:
    """The function from a Value (and for two operands, a Value or number) to the node that records the row.

    With `reflected`, `self` is the second operand and a number the first, as in `2 - v`.  With `in_place`, as in
    `total += v`, it warns about a total that retains the graphs of earlier losses.
    """
    formulas, rows, others = _formulas(row)
    lines = [f"{target} = {formula}" for target, formula in formulas.items()]
    name, own = row.name, {"row": row, **others}
    if row.arity == 1:
        source = _UNARY.format(name=name, numbers=_block(lines, 8))
        source += _NODE.format(x="self", y="None", dx="dx", dy="None")
    elif reflected:
        source = _REFLECTED.format(name=name, constant_x=_block(_without(lines, "dx"), 8))
        source += _NODE.format(x="x", y="self", dx="None", dy="dy")
        name = f"reflected_{name}"
    else:
        constant_y = _block(_without(lines, "dy"), 12)
        parameter, rename = _second_parameter(row)
        numbers = _block(lines, 12)
        notice = _NOTICE if in_place else ""
        name = f"in_place_{name}" if in_place else name
        source = _BINARY.format(
            name=name, numbers=numbers, constant_y=constant_y, parameter=parameter, rename=rename, notice=notice
        )
        source += _NODE.format(x="self", y="other", dx="dx", dy="dy")
    function = build(f"{name} of Values", f"{name}_node", source, rows, **own)
    function.__name__ = row.name
    return function


def _second_parameter(row: Primitive) -> tuple[str, str]:
    """`other`; or the operand's own name and default, as in `slope=0.01`, and a line that assigns it to `other`."""
    if not row.defaults:
        return "other", ""
    own = row.parameters[1]
    return f"{own}={row.defaults[0]!r}", f"\n    other = {own}"


def source(row: Primitive) -> str:
    """The Python source that was generated from a row: the code that runs when the row is called on a `Value`.

    >>> from autograd import multiply
    >>> print(source(multiply))  # doctest: +ELLIPSIS
    def multiply_node(self, other):
        x = self._data
    ...
    """
    if not isinstance(row, Primitive):
        raise TypeError(f"source: give a row of the table, such as autograd.tanh, got {shown(row)}")
    if row.arity not in (1, 2):
        raise ValueError(
            f"{row.name} takes {row.arity or 'any number of'} operands; only rows of one or two become methods"
        )
    function = node_function(row)
    return "".join(linecache.getlines(function.__code__.co_filename))


def _formulas(row: Primitive) -> tuple[dict[str, str], set[Primitive], dict[str, Any]]:
    """Python formulas for `out`, `dx`, `dy`; the rows they use; and partials that cannot be printed as formulas."""
    arity = row.arity or 0
    names, operands = NAMES[:arity], symbols(*NAMES[:arity])
    whole = {"out": _on_symbols(row.forward, operands) if is_composite(row) else None}
    partials = _on_symbols(row.partials, (*symbols("out"), *operands)) or [None] * arity
    whole |= {f"d{name}": partial for name, partial in zip(names, partials, strict=True)}
    formulas: dict[str, str] = {}
    rows: set[Primitive] = set()
    others: dict[str, Any] = {}
    for n, (target, expression) in enumerate(whole.items()):
        if expression is None and target == "out":
            rows.add(row)
            formulas[target] = f"{row.name}({', '.join(names)})"
        elif expression is None:
            others[f"{target}_of"] = _nth_partial(row, n - 1)
            formulas[target] = f"{target}_of(out, {', '.join(names)})"
        else:
            expression = as_expression(expression)
            rows |= rows_in(expression)
            formulas[target] = write(_none_if_not_taken(expression), PYTHON)
    return formulas, rows, others


def _none_if_not_taken(expression: Expression) -> Expression:
    """The formula of a partial, with None where the operand is not selected, as for a constant."""
    if expression.row is NOT_TAKEN:
        return Expression("None")
    if expression.row is primitives.where:
        condition, *choices = expression.operands
        return Expression(expression.row, [condition, *map(_none_if_not_taken, choices)])
    return expression


def _nth_partial(row: Primitive, n: int) -> Callable[..., float | None]:
    def partial(*operands: float) -> float | None:
        found = row.partials(*operands)[n]
        return None if found is NOT_TAKEN else float(found)

    return partial


def _without(lines: list[str], target: str) -> list[str]:
    return [line for line in lines if not line.startswith(f"{target} = ")]


def _block(lines: list[str], indent: int) -> str:
    return ("\n" + " " * indent).join(lines)
