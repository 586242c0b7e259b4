"""Which functions are methods of `Value`?  `x.tanh()` and the like, one declared method per row of the table.

Read `primitives` and `codegen` first, `value` next.  Each method's body is generated from its row; the declaration
gives editors and type checkers its name and types.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from autograd import primitives as table
from autograd.codegen import node_function

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.primitive import Primitive
    from autograd.value import Value

Method = TypeVar("Method", bound="Callable[..., Any]")


_functions: dict[tuple[Primitive, bool, bool], Callable[..., Any]] = {}


def function_of_nodes(row: Primitive, reflected: bool = False, in_place: bool = False) -> Callable[..., Any]:
    """The function made from a row of the table: what its method on `Value` does, and the row itself when called."""
    kind = (row, reflected, in_place)
    if kind not in _functions:
        _functions[kind] = node_function(*kind)
    return _functions[kind]


def generated(row: Primitive, reflected: bool = False, in_place: bool = False) -> Callable[[Method], Method]:
    """Replace a declared method by the one made from the row; what was declared gives the types and the docstring."""

    def replace(declared: Method) -> Method:
        function: Any = function_of_nodes(row, reflected, in_place)
        function.__name__ = declared.__name__
        function.__qualname__ = f"Value.{declared.__name__}"
        function.__doc__ = declared.__doc__ or row.__doc__
        return function  # type: ignore[no-any-return]

    return replace


def generated_when_called(row: Primitive) -> Callable[[Method], Method]:
    """As `generated`, but at the first call: making all of these methods would take a third of the import's time."""

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
    """Functions as methods, under NumPy's names where NumPy has them."""

    __slots__ = ()

    @generated_when_called(table.exp)
    def exp(self) -> Value: ...
    @generated_when_called(table.expm1)
    def expm1(self) -> Value: ...
    @generated_when_called(table.log)
    def log(self) -> Value: ...
    @generated_when_called(table.log1p)
    def log1p(self) -> Value: ...
    @generated_when_called(table.sqrt)
    def sqrt(self) -> Value: ...
    @generated_when_called(table.sin)
    def sin(self) -> Value: ...
    @generated_when_called(table.cos)
    def cos(self) -> Value: ...
    @generated_when_called(table.tan)
    def tan(self) -> Value: ...
    @generated_when_called(table.arcsin)
    def arcsin(self) -> Value: ...
    @generated_when_called(table.arccos)
    def arccos(self) -> Value: ...
    @generated_when_called(table.arctan)
    def arctan(self) -> Value: ...
    @generated_when_called(table.sinh)
    def sinh(self) -> Value: ...
    @generated_when_called(table.cosh)
    def cosh(self) -> Value: ...
    @generated_when_called(table.tanh)
    def tanh(self) -> Value: ...
    @generated_when_called(table.absolute)
    def absolute(self) -> Value: ...
    @generated_when_called(table.sigmoid)
    def sigmoid(self) -> Value: ...
    @generated_when_called(table.softplus)
    def softplus(self) -> Value: ...
    @generated_when_called(table.relu)
    def relu(self) -> Value: ...
    @generated_when_called(table.gelu)
    def gelu(self) -> Value: ...
    @generated_when_called(table.selu)
    def selu(self) -> Value: ...
    @generated_when_called(table.silu)
    def silu(self) -> Value: ...
    @generated_when_called(table.square)
    def square(self) -> Value: ...
    @generated_when_called(table.reciprocal)
    def reciprocal(self) -> Value: ...
    @generated_when_called(table.exp2)
    def exp2(self) -> Value: ...
    @generated_when_called(table.log2)
    def log2(self) -> Value: ...
    @generated_when_called(table.log10)
    def log10(self) -> Value: ...
    @generated_when_called(table.arcsinh)
    def arcsinh(self) -> Value: ...
    @generated_when_called(table.arccosh)
    def arccosh(self) -> Value: ...
    @generated_when_called(table.arctanh)
    def arctanh(self) -> Value: ...
    @generated_when_called(table.sech)
    def sech(self) -> Value: ...
    @generated_when_called(table.erf)
    def erf(self) -> Value: ...
    @generated_when_called(table.sign)
    def sign(self) -> Value: ...
    @generated_when_called(table.softsign)
    def softsign(self) -> Value: ...
    @generated_when_called(table.hardtanh)
    def hardtanh(self) -> Value: ...
    @generated_when_called(table.log_sigmoid)
    def log_sigmoid(self) -> Value: ...
    @generated_when_called(table.mish)
    def mish(self) -> Value: ...
    @generated_when_called(table.maximum)
    def maximum(self, other: Any) -> Value: ...
    @generated_when_called(table.minimum)
    def minimum(self, other: Any) -> Value: ...
    @generated_when_called(table.hypot)
    def hypot(self, other: Any) -> Value: ...
    @generated_when_called(table.arctan2)
    def arctan2(self, other: Any) -> Value: ...
    @generated_when_called(table.logaddexp)
    def logaddexp(self, other: Any) -> Value: ...
    @generated_when_called(table.xlogy)
    def xlogy(self, other: Any) -> Value: ...
    @generated_when_called(table.leaky_relu)
    def leaky_relu(self, slope: Any = 0.01) -> Value: ...
    @generated_when_called(table.elu)
    def elu(self, alpha: Any = 1.0) -> Value: ...
