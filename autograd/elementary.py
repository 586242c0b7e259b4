"""Which functions are methods of `Value`?  `x.tanh()` and the like, one declared method per row of the table.

Read `primitives`, `more_primitives` and `codegen` first, `value` next.  Each method is generated from its row; the
declaration gives editors and type checkers its name and types.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from autograd import more_primitives as more
from autograd import primitives as table
from autograd.codegen import node_function

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from autograd.primitive import Primitive

Method = TypeVar("Method", bound="Callable[..., Any]")


_functions: dict[tuple[Primitive, bool, bool], Callable[..., Any]] = {}


def function_of_nodes(row: Primitive, reflected: bool = False, in_place: bool = False) -> Callable[..., Any]:
    """The function generated from a row of the table; it runs as the method of `Value` and when the row is called."""
    kind = (row, reflected, in_place)
    if kind not in _functions:
        _functions[kind] = node_function(*kind)
    return _functions[kind]


def generated(row: Primitive, reflected: bool = False, in_place: bool = False) -> Callable[[Method], Method]:
    """Replace a declared method with the one generated from the row; the declaration gives types and docstring."""

    def replace(declared: Method) -> Method:
        function: Any = function_of_nodes(row, reflected, in_place)
        function.__name__ = declared.__name__
        function.__qualname__ = f"Value.{declared.__name__}"
        function.__doc__ = declared.__doc__ or row.__doc__
        return function  # type: ignore[no-any-return]

    return replace


def generated_when_called(row: Primitive) -> Callable[[Method], Method]:
    """As `generated`, but in the first call: generating all these methods would take a third of the import's time."""

    def replace(declared: Method) -> Method:
        @wraps(declared)
        def first_call(*operands: Any, **named: Any) -> Any:
            method = generated(row)(declared)
            setattr(Elementary, declared.__name__, method)
            return method(*operands, **named)

        first_call.__doc__, first_call.__qualname__ = row.__doc__, f"Value.{declared.__name__}"
        return first_call  # type: ignore[return-value]

    return replace


class Elementary:
    """Functions as methods, with NumPy's names if NumPy has them."""

    __slots__ = ()

    @generated_when_called(table.exp)
    def exp(self) -> Self: ...
    @generated_when_called(table.expm1)
    def expm1(self) -> Self: ...
    @generated_when_called(table.log)
    def log(self) -> Self: ...
    @generated_when_called(table.log1p)
    def log1p(self) -> Self: ...
    @generated_when_called(table.sqrt)
    def sqrt(self) -> Self: ...
    @generated_when_called(table.sin)
    def sin(self) -> Self: ...
    @generated_when_called(table.cos)
    def cos(self) -> Self: ...
    @generated_when_called(table.tan)
    def tan(self) -> Self: ...
    @generated_when_called(table.arcsin)
    def arcsin(self) -> Self: ...
    @generated_when_called(table.arccos)
    def arccos(self) -> Self: ...
    @generated_when_called(table.arctan)
    def arctan(self) -> Self: ...
    @generated_when_called(table.sinh)
    def sinh(self) -> Self: ...
    @generated_when_called(table.cosh)
    def cosh(self) -> Self: ...
    @generated_when_called(table.tanh)
    def tanh(self) -> Self: ...
    @generated_when_called(table.absolute)
    def absolute(self) -> Self: ...
    @generated_when_called(table.sigmoid)
    def sigmoid(self) -> Self: ...
    @generated_when_called(table.softplus)
    def softplus(self) -> Self: ...
    @generated_when_called(table.relu)
    def relu(self) -> Self: ...
    @generated_when_called(table.gelu)
    def gelu(self) -> Self: ...
    @generated_when_called(table.selu)
    def selu(self) -> Self: ...
    @generated_when_called(table.silu)
    def silu(self) -> Self: ...
    @generated_when_called(table.square)
    def square(self) -> Self: ...
    @generated_when_called(table.reciprocal)
    def reciprocal(self) -> Self: ...
    @generated_when_called(more.exp2)
    def exp2(self) -> Self: ...
    @generated_when_called(more.log2)
    def log2(self) -> Self: ...
    @generated_when_called(more.log10)
    def log10(self) -> Self: ...
    @generated_when_called(more.arcsinh)
    def arcsinh(self) -> Self: ...
    @generated_when_called(more.arccosh)
    def arccosh(self) -> Self: ...
    @generated_when_called(more.arctanh)
    def arctanh(self) -> Self: ...
    @generated_when_called(table.sech)
    def sech(self) -> Self: ...
    @generated_when_called(more.erf)
    def erf(self) -> Self: ...
    @generated_when_called(table.sign)
    def sign(self) -> Self: ...
    @generated_when_called(more.softsign)
    def softsign(self) -> Self: ...
    @generated_when_called(more.hardtanh)
    def hardtanh(self) -> Self: ...
    @generated_when_called(more.log_sigmoid)
    def log_sigmoid(self) -> Self: ...
    @generated_when_called(more.mish)
    def mish(self) -> Self: ...
    @generated_when_called(table.maximum)
    def maximum(self, other: Any) -> Self: ...
    @generated_when_called(table.minimum)
    def minimum(self, other: Any) -> Self: ...
    @generated_when_called(table.hypot)
    def hypot(self, other: Any) -> Self: ...
    @generated_when_called(more.arctan2)
    def arctan2(self, other: Any) -> Self: ...
    @generated_when_called(more.logaddexp)
    def logaddexp(self, other: Any) -> Self: ...
    @generated_when_called(table.xlogy)
    def xlogy(self, other: Any) -> Self: ...
    @generated_when_called(table.leaky_relu)
    def leaky_relu(self, slope: Any = 0.01) -> Self: ...
    @generated_when_called(table.elu)
    def elu(self, alpha: Any = 1.0) -> Self: ...
