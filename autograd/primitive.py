"""What is a primitive?  One row: a forward function and one partial derivative per operand.

Read this file first, then `primitives` (the table itself).  A row's formulas are ordinary arithmetic, so the same
row can be evaluated on any kind of number: on floats it gives numbers, on `Value`s a new graph, on symbols a
formula.  To support rows, a number class defines a class method `_apply_primitive(row, operands)`.
"""

from __future__ import annotations

import math
from types import FunctionType
from typing import TYPE_CHECKING, Any

from autograd.arguments import real, shown
from autograd.ieee import IEEEFloat, _is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Number = Any  # a float, Value, symbol or array: whichever kind the row is evaluated on

NOT_TAKEN = float("0")
"""The partial with respect to an operand that the row did not select: 0.0, distinguished by its identity.

No gradient flows along such an edge, not even 0 * inf; see `where` and `maximum` in the table.
"""


class Primitive:
    """One differentiable function: its value, and one partial derivative per operand.

    Create rows with `primitive(...)`.  A row is called like a function, on floats or on `Value`s.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., Number],
        partials: Callable[..., Sequence[Number]],
        arity: int | None,
        *,
        doc: str,
        text: str | None,
        latex: str | None,
        domain: str | None,
        cure: str | None,
        ieee: Callable[..., float] | None,
        module: str = __name__,
    ) -> None:
        self.name = name
        self.forward = forward
        self.partials = partials
        self.arity = arity
        """The number of operands; None if the row takes any number of them (`sum`, `dot`, ...)."""
        code = getattr(forward, "__code__", None)
        self.parameters: tuple[str, ...] = code.co_varnames[: code.co_argcount] if code and arity else ()
        self.defaults: tuple[float, ...] = getattr(forward, "__defaults__", None) or ()
        self.text = text
        self.latex = latex
        self.domain = domain
        self.cure = cure
        self.ieee = ieee
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc or self._described()
        self.__module__ = module

    def _described(self) -> str:
        operands = self.parameters or tuple("xyzuvw"[: self.arity or 0]) or ("...",)
        domain = f", for {self.domain}" if self.domain else ""
        return f"{self.name}({', '.join(operands)}){domain}.  explain_row({self.name}) shows its derivative."

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str:
        return self.name  # pickled as its name in the module that defines it

    def __call__(self, *operands: Any, **named: Any) -> Any:
        """Evaluate the row on the operands' kind of number: floats give a float, Values a Value."""
        if named or (self.arity is not None and len(operands) != self.arity):
            operands = self._complete(operands, named)
        for operand in operands:
            interpret = getattr(type(operand), "_apply_primitive", None)
            if interpret is not None:
                return interpret(self, operands)
        if any(type(operand) is IEEEFloat for operand in operands):
            return ieee(self, operands)
        return evaluate(self, [real(operand, f"{self.name}: operand {n}") for n, operand in enumerate(operands, 1)])

    def _complete(self, operands: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """All operands: those given by position, then by name, then the defaults."""
        known = dict(zip(self.parameters[len(self.parameters) - len(self.defaults) :], self.defaults, strict=True))
        wrong = [name for name in named if name not in known]
        rest = self.parameters[len(operands) :] if self.arity is not None else ()
        found = operands + tuple(named.get(name, known.get(name)) for name in rest)
        if wrong or len(found) != (self.arity or len(found)) or any(name not in known for name in rest):
            defaults = "".join(f", {name}={value!r} by default" for name, value in known.items())
            given = f"{len(operands)}" + "".join(f" and {name}" for name in named)
            listed = any(isinstance(operand, (list, tuple)) for operand in operands)
            a_list = ", one of them a list; pass its numbers one by one" if listed else ""
            raise TypeError(f"{self.name} takes {_counted(self.arity)}{defaults}; got {given}{a_list}")
        return found


def primitive(
    name: str,
    forward: Callable[..., Number],
    *partials: Callable[..., Number],
    doc: str = "",
    text: str | None = None,
    latex: str | None = None,
    domain: str | None = None,
    cure: str | None = None,
    ieee: Callable[..., float] | None = None,
    sequence: bool = False,
) -> Primitive:
    """Create one row of the table.

    `forward(x, y, ...)` is the function; each of `partials`, called as `partial(out, x, y, ...)`, is its derivative
    with respect to one operand, in order.  Write both with arithmetic and other rows; higher derivatives, explanations,
    pictures and compiled code then follow.  `forward` may also be a function of floats only, such as `math.erf`.  With
    `sequence=True` the row takes any number of operands, and its one partial returns a list.

    `text` and `latex` are templates that show how the function is written, with one `{}` per operand; `domain` and
    `cure` appear in the error message when `forward` raises; `ieee` gives the value where the function of floats raises
    on inf or at a pole (nan by default).

    Raises TypeError if a partial is missing or is not a function.

    >>> cube = primitive("cube", lambda x: x * x * x, lambda out, x: 3 * x ** 2)
    >>> cube(2.0)
    8.0
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise TypeError(f"primitive: name must be a Python identifier such as 'cube', got {shown(name)}")
    for n, function in enumerate((forward, *partials)):
        if not callable(function):
            what = "forward" if n == 0 else f"partial {n}"
            raise TypeError(f"primitive {name!r}: {what} must be a function, got {shown(function)}")
    if not partials:
        raise TypeError(f"primitive {name!r}: give one partial derivative per operand, as lambda out, x: ...")
    for what, words in {"doc": doc, "text": text, "latex": latex, "domain": domain, "cure": cure}.items():
        if words is not None and not isinstance(words, str):
            raise TypeError(f"primitive {name!r}: {what} must be a string, got {shown(words)}")
    module = getattr(partials[0], "__module__", __name__)
    row = (text, latex, domain, cure, ieee)
    options = dict(zip(("text", "latex", "domain", "cure", "ieee"), row, strict=True))
    if sequence:
        return Primitive(name, forward, partials[0], None, doc=doc, module=module, **options)  # type: ignore[arg-type]
    code = getattr(forward, "__code__", None)
    if code is not None and code.co_argcount != len(partials):
        raise TypeError(f"primitive {name!r}: forward takes {_counted(code.co_argcount)}, got {len(partials)} partials")

    for n, partial in enumerate(partials, 1):
        if isinstance(partial, FunctionType) and not partial.__code__.co_flags & 4:  # 4: takes *operands
            most = partial.__code__.co_argcount
            if not most - len(partial.__defaults__ or ()) <= 1 + len(partials) <= most:
                raise TypeError(
                    f"primitive {name!r}: partial {n} takes {most} argument(s), but is called with the value and "
                    f"every operand: lambda out, {', '.join('xyzuvw'[: len(partials)])}: ..."
                )

    def each(out: Number, *operands: Number) -> list[Number]:
        return [partial(out, *operands) for partial in partials]

    return Primitive(name, forward, each, len(partials), doc=doc, module=module, **options)  # type: ignore[arg-type]


def evaluate(row: Primitive, operands: Sequence[float], labels: Sequence[str] = ()) -> float:
    """A row's value on floats, with the results and errors of Python's own float arithmetic.

    If an operand is inf or nan, the result follows IEEE 754.  On finite operands a domain error, a division by zero or
    an overflow is raised again, with the operation, the operands, the domain and the cure in its message.
    """
    try:
        out = row.forward(*operands)
        return out if type(out) is float else _float_result(row, out)
    except (ArithmeticError, ValueError) as error:
        if _is_silent() or not all(map(math.isfinite, operands)):
            return float(ieee(row, operands))
        raise _domain_error(row, operands, labels, error) from None


def ieee(row: Primitive, operands: Sequence[float]) -> float:
    """A row's value in IEEE 754 arithmetic."""
    if is_composite(row):
        out = row.forward(*[operand if operand is NOT_TAKEN else IEEEFloat(operand) for operand in operands])
        return NOT_TAKEN if out is NOT_TAKEN else IEEEFloat(math.nan if isinstance(out, complex) else out)
    floats = [float(x) for x in operands]
    try:
        return IEEEFloat(row.forward(*floats))
    except (ArithmeticError, ValueError):
        return IEEEFloat(math.nan if row.ieee is None else row.ieee(*floats))


def partials_at(row: Primitive, out: float, operands: Sequence[float]) -> list[float]:
    """A row's local partial derivatives at these floats, in IEEE arithmetic: a pole is inf, and nothing raises."""
    partials = row.partials(IEEEFloat(out), *map(IEEEFloat, operands))
    if len(partials) != len(operands):
        raise TypeError(
            f"{row.name}: the partial must return one number for each of {len(operands)} operands, "
            f"got {shown(partials)}"
        )
    return [real(partial, f"{row.name}: partial {n}") for n, partial in enumerate(partials, 1)]


def is_composite(row: Primitive) -> bool:
    """Whether the row's forward function is written with arithmetic and other rows, rather than for floats only."""
    return hasattr(row.forward, "__code__") and row.ieee is None


def _float_result(row: Primitive, out: Any) -> float:
    if isinstance(out, (int, float)):
        return float(out)
    if isinstance(out, complex):
        raise ValueError("the result is complex")
    raise TypeError(f"{row.name}: forward must return a number, got {shown(out)} ({type(out).__name__})")


def _counted(operands: int | None) -> str:
    return f"{operands} operand{'s' * (operands != 1)}"


def _domain_error(row: Primitive, operands: Sequence[float], labels: Sequence[str], error: Exception) -> Exception:
    names = [label or f"operand {n}" for n, label in enumerate(labels, 1)] or [""] * len(operands)
    values = ", ".join(f"{name} = {x!r}" if name else f"{x!r}" for name, x in zip(names[:8], operands[:8], strict=True))
    if isinstance(error, OverflowError):
        problem, cure = "the result is too large for a float", "scale the operands down"
    elif isinstance(error, ZeroDivisionError):
        problem, cure = "division by zero", row.cure or "keep the divisor away from zero"
    else:
        problem = f"{row.name} is defined for {row.domain} only" if row.domain else str(error)
        cure = row.cure or "keep the operands inside the domain"
    return type(error)(f"{row.name}({values}): {problem}; {cure}")
