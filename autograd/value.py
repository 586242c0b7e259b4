"""What is a `Value`?  A number that records how it was computed, so that its gradients can be found.

Read `primitives` (the derivatives), `node` and `backpropagation` first; `codegen` generates the methods here and in
`elementary` from the rows.  Next, read `vector_ops` for sum, dot and softmax, and `functional` for grad and related
functions.
"""

from __future__ import annotations

import warnings
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, NoReturn

from autograd import foreign_names, micrograd
from autograd import primitives as table
from autograd.arguments import real, shown
from autograd.codegen import inject_globals
from autograd.elementary import Elementary, function_of_nodes, generated
from autograd.fast_backward import backward, exhaust, not_finite
from autograd.no_grad import not_recorded, recording
from autograd.node import NOT_COMPUTED, SEED, UNRECORDED, VARIADIC, Node, assignable, has_user_backward, operands
from autograd.primitive import NOT_TAKEN, Primitive, evaluate, partials_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


_writes = count(1)
last_write = [0]
"""The number of the last write to the `.data` of any Value: while it stays the same, none was written."""


class Value(Node, Elementary):
    """A real number that records the operations it takes part in, so that `backward()` can find its gradients.

    `data` is any real number; `label` names the node in pictures, explanations and error messages.  `_children` and
    `_op` are for nodes whose `_backward` you write yourself, as with micrograd.

    Raises TypeError if `data` is not a real number.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2 * x
    >>> y.backward()
    >>> y.data, x.grad                       # x² + 2x, and 2x + 2
    (15.0, 8.0)
    """

    __slots__ = ()

    def __init__(self, data: Any, _children: Iterable[Any] = (), _op: str = "", label: str = "") -> None:
        self._data = data if type(data) is float else real(data, "Value: data")
        self.grad = NOT_COMPUTED
        self.primitive = None
        self._x = self._y = self._dx = self._dy = None
        if type(label) is not str or label:
            self.label = label
        if type(_children) is not tuple or _children or type(_op) is not str:
            micrograd.adopt(self, _children, _op)

    # ------------------------------------------------------------------------------------------- data, and the graph

    @property
    def data(self) -> float:
        """The number itself.  Assignable for a leaf or a node with a user's `_backward`, not for a computed node."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self.primitive is not None and not has_user_backward(self):
            raise AttributeError(
                f"data of {self._name()} is computed by {self.primitive.name} and cannot be assigned; "
                f"assign .data of a leaf and compute again, or start again from .detach()"
            )
        self._data = data if type(data) is float else real(data, "Value.data")
        last_write[0] = next(_writes)

    @property
    def label(self) -> str:
        """The node's name in pictures, explanations and error messages."""
        return self._label

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"label must be a string, got {shown(label)}; write label=str(...)")
        self._label = label

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """The operands this node was computed from, in order, with repeats; a constant is a float; () for a leaf."""
        return operands(self)

    @property
    def is_recorded(self) -> bool:
        """Whether it is known how this was computed; False only for a result that was computed within `no_grad()`."""
        return self._x is not UNRECORDED

    def backward(self) -> None:
        """Accumulate d(self)/d(node) in the `.grad` of every node that this one was computed from.

        Either all gradients change or none: if anything is raised, every `.grad` keeps its old value.  A second call
        adds to the first; `zero_grad()` clears a gradient.  Backward passes in different threads take turns, so that
        gradients of shared nodes add up exactly.

        Raises FloatingPointError if this value is inf or nan, naming the first such node, and RuntimeError if it was
        computed within `no_grad()`.

        >>> a = Value(2.0); b = a * a * a
        >>> b.backward(); a.grad
        12.0
        >>> b.backward(); a.grad
        24.0
        """
        if self._data - self._data != 0.0:  # inf or nan
            raise not_finite(self)
        if self._x is UNRECORDED:
            raise not_recorded(self, "backward()")
        backward(self)

    def zero_grad(self) -> None:
        """Clear the gradient of this node (of this node only; a model's `zero_grad` clears all its parameters)."""
        self.grad = NOT_COMPUTED

    def detach(self) -> Value:
        """A new leaf with the same data and label: gradients do not flow through it."""
        return Value(self._data, label=self.label)

    @classmethod
    def _apply_primitive(cls, row: Primitive, operands: Sequence[Any]) -> Any:
        if row.arity in (1, 2) and table.TABLE.get(row.name) is row:
            reflected = not isinstance(operands[0], Value)
            node = function_of_nodes(row, reflected)(*reversed(operands) if reflected else operands)
            if node is not NotImplemented:
                return node
        return apply(row, operands)

    # ---------------------------------------------------------------------------------------------------- arithmetic

    @generated(table.add)
    def __add__(self, other: Any) -> Value: ...
    @generated(table.add, reflected=True)
    def __radd__(self, other: Any) -> Value: ...  # other + self
    @generated(table.add, in_place=True)
    def __iadd__(self, other: Any) -> Value:  # self += other
        """The same as `self + other`.  Warns if `backward()` was already called on the last loss in a total."""

    @generated(table.subtract)
    def __sub__(self, other: Any) -> Value: ...
    @generated(table.subtract, reflected=True)
    def __rsub__(self, other: Any) -> Value: ...  # other - self
    @generated(table.multiply)
    def __mul__(self, other: Any) -> Value: ...
    @generated(table.multiply, reflected=True)
    def __rmul__(self, other: Any) -> Value: ...  # other * self
    @generated(table.divide)
    def __truediv__(self, other: Any) -> Value: ...
    @generated(table.divide, reflected=True)
    def __rtruediv__(self, other: Any) -> Value: ...  # other / self
    @generated(table.power)
    def __pow__(self, other: Any) -> Value: ...
    @generated(table.power, reflected=True)
    def __rpow__(self, other: Any) -> Value: ...  # other ** self
    @generated(table.negative)
    def __neg__(self) -> Value: ...
    @generated(table.absolute)
    def __abs__(self) -> Value: ...

    def __pos__(self) -> Value:
        return self

    def __xor__(self, other: Any) -> NoReturn:
        raise TypeError("^ is not a power in Python, and a Value has no bits; write ** as in v ** 2")

    __rxor__ = __xor__

    # ---------------------------------------------------------------------------------- comparisons and conversions

    def __lt__(self, other: Any) -> bool:
        return self._data < _data_of(other, "<")

    def __le__(self, other: Any) -> bool:
        return self._data <= _data_of(other, "<=")

    def __gt__(self, other: Any) -> bool:
        return self._data > _data_of(other, ">")

    def __ge__(self, other: Any) -> bool:
        return self._data >= _data_of(other, ">=")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self is other
        if hasattr(other, "__float__"):
            raise TypeError(
                f"{self!r} == {shown(other)}: == between Values means the same node; "
                f"to compare numbers write v.data == ..."
            )
        return NotImplemented

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self!r} is neither true nor false: compare its number, as in v.data != 0 or v > 0")

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is not a float, and would lose its graph: use .data for the number (for a list "
            f"[v.data for v in values]), or Value's own functions (v.exp(), not math.exp(v)) to keep the gradient"
        )

    __int__ = __index__ = __complex__ = __trunc__ = __float__

    def as_integer_ratio(self) -> tuple[Any, None]:
        """Return what Python's `statistics.mean` adds up, so that its result is a Value."""
        from autograd.numpy_functions import SumOfValues

        return SumOfValues(self), None

    def conjugate(self) -> Value:
        """Return the node itself, as for every real number: NumPy's `var` asks for it."""
        return self

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if name not in foreign_names.explained or name in self.__dict__]

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **settings: Any) -> Any:
        """NumPy's functions of Values: the row of the same name; over an array, element by element."""
        from autograd.numpy_functions import of_values

        return of_values(ufunc, method, operands, settings)

    def __round__(self, digits: int | None = None) -> float | int:
        if digits is not None and not hasattr(digits, "__index__"):
            raise TypeError(f"round: digits must be a whole number, got {shown(digits)}")
        return round(self._data, digits)

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    def _name(self) -> str:
        return f"Value {self.label!r}" if self.label else "a Value"

    # --------------------------------------------------------------------------------------------- copies and pickles

    def __copy__(self) -> Value:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        self._refuse_to_copy()
        copy = memo[id(self)] = _restored(type(self), self._data, self.grad, self.__dict__, self._x is UNRECORDED)
        return copy

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        self._refuse_to_copy()
        return _restored, (type(self), self._data, self.grad, self.__dict__, self._x is UNRECORDED)

    def _refuse_to_copy(self) -> None:
        if self.primitive is not None:
            raise TypeError(
                f"{self._name()} is computed by {self.primitive.name} and cannot be copied or pickled without its "
                f"graph; use .detach() for the number alone"
            )

    # -------------------------------------------------------------------------------------------- names from micrograd

    _prev = property(micrograd.previous)
    _op = property(micrograd.operation)
    _backward = property(micrograd.get_backward, micrograd.set_backward)


foreign_names.explain(Value)


def _restored(kind: type[Value], data: float, grad: float, attributes: dict[str, Any], unrecorded: bool) -> Value:
    value = object.__new__(kind)
    Value.__init__(value, data)
    value.grad = grad or NOT_COMPUTED
    value.__dict__.update(attributes)
    if unrecorded:
        value._x = UNRECORDED
    return value


def _data_of(other: Any, sign: str) -> float:
    return other._data if isinstance(other, Value) else real(other, f"the right side of {sign}")


# -------------------------------------------------------------------------------------- globals of generated code

new: Callable[[], Value] = partial(object.__new__, Value)


def slow_path(row: Primitive, operands: Sequence[Any]) -> Any:
    """The node of a row whose fast path does not apply or raised.

    A pole of a partial is inf; an error in the value is raised with its cure.  For an array the result is
    NotImplemented: NumPy then calls the operator for each element.
    """
    for operand in operands:
        if hasattr(type(operand), "__array_ufunc__") and getattr(operand, "shape", None):
            return NotImplemented
    return apply(row, operands)


def unrecorded(out: float) -> Value:
    """A leaf: the result of an operation within `no_grad()`."""
    value = Value(out)
    value._x = UNRECORDED
    return value


def warn_retained_graph(total: Value) -> None:
    """Warn if `backward()` was already called on the last loss in a total, which keeps all graphs alive."""
    if total._y.primitive is not None:
        warnings.warn(
            "total += loss keeps the graph of every step alive, since total remembers what it was computed from; "
            "write total += loss.data to add up the numbers",
            RuntimeWarning,
            stacklevel=3,
        )


def apply(row: Primitive, operands: Sequence[Any]) -> Any:
    """The node of any row on any mixture of Values and numbers, with at least one Value."""
    for operand in operands:
        foreign = type(operand)
        if hasattr(foreign, "_apply_primitive") and not issubclass(foreign, Value):
            return foreign._apply_primitive(row, operands)
    return _node_of(row, operands)


def _node_of(row: Primitive, operands: Sequence[Any]) -> Value:
    numbers = [
        o._data if isinstance(o, Value) else o if type(o) is float else real(o, f"{row.name}: operand {n}")
        for n, o in enumerate(operands, 1)
    ]
    out = evaluate(row, numbers, [getattr(operand, "label", "") for operand in operands])
    if recording.paused and not recording.wanted():
        return unrecorded(out)
    partials = partials_at(row, out, numbers)
    kept = [o if isinstance(o, Value) else number for o, number in zip(operands, numbers, strict=True)]
    if row.arity is None or row.arity > 2:
        return node_of_many(row, out, tuple(kept), partials)
    return _flat_node(row, out, kept, partials)


def _flat_node(row: Primitive, out: float, operands: Sequence[Any], partials: Sequence[float]) -> Value:
    node = new()
    node._data, node.grad, node.primitive = out, NOT_COMPUTED, row
    node._x, node._y = [*operands, None][:2]
    node._dx, node._dy = [
        *(p if _flows(o, p) else None for o, p in zip(operands, partials, strict=True)),
        None,
    ][:2]
    return node


def _flows(operand: Any, partial: float) -> bool:
    """Whether a gradient flows to this operand: it is a Value, and the row selects it."""
    return isinstance(operand, Value) and partial is not NOT_TAKEN


def node_of_many(row: Primitive, out: float, operands: Sequence[Any], partials: Sequence[float]) -> Value:
    """The node of a row with any number of operands; constants are floats."""
    pairs = [(o, p) for o, p in zip(operands, partials, strict=True) if type(o) is not float and p is not NOT_TAKEN]
    return node_of_groups(row, out, (operands,), ([o for o, _ in pairs],), ([p for _, p in pairs],))


def node_of_groups(row: Primitive, out: float, operands: Any, variables: Any, partials: Any) -> Value:
    """The node of a row with grouped operands: all of them, those that are Values, and the partials of these."""
    node = new()
    node._data, node.grad, node.primitive = out, NOT_COMPUTED, row
    node._x, node._y, node._dx, node._dy = operands, variables, partials, VARIADIC
    return node


inject_globals(
    Value=Value, new=new, NOT_COMPUTED=NOT_COMPUTED, SEED=SEED, recording=recording,
    slow_path=slow_path, unrecorded=unrecorded, warn_retained_graph=warn_retained_graph,
)  # fmt: skip


def _listed(things: Any, argument: str) -> list[Any]:
    if isinstance(things, (str, bytes, dict, set, frozenset, Value)) or not hasattr(things, "__iter__"):
        raise TypeError(
            f"assign: {argument} must be a sequence, got {shown(things)} ({type(things).__name__}); write [...]"
        )
    return list(things)


def assign(values: Iterable[Value], data: Iterable[float] | None = None, grad: Iterable[float] | None = None) -> None:
    """Set `.data` and/or `.grad` of many leaves at once: all of them or, on an error or interrupt, none.

    Raises ValueError if the lengths differ, TypeError if a number is not real or a value is not a Value, and
    AttributeError if `data` is given for a computed node.

    >>> a, b = Value(1.0), Value(2.0)
    >>> assign([a, b], data=[3.0, 4.0]); a.data, b.data
    (3.0, 4.0)
    """
    values = _listed(values, "values")
    for n, value in enumerate(values):
        if not isinstance(value, Value):
            raise TypeError(f"assign: values[{n}] must be a Value, got {shown(value)}")
        if data is not None and not assignable(value):
            Value.data.fset(value, 0.0)  # type: ignore[attr-defined]  # raises: it is computed
    new_data, new_grad = (_numbers(values, numbers, name) for name, numbers in (("data", data), ("grad", grad)))
    names = ["_data"] * len(new_data) + ["grad"] * len(new_grad)
    targets = values[: len(new_data)] + values[: len(new_grad)]
    exhaust(map(setattr, targets, names, new_data + new_grad))
    last_write[0] = next(_writes)


def _numbers(values: Sequence[Value], numbers: Iterable[float] | None, name: str) -> list[float]:
    if numbers is None:
        return []
    found = [real(number, f"assign: {name}[{n}]") for n, number in enumerate(_listed(numbers, name))]
    if len(found) != len(values):
        raise ValueError(f"assign: {name} has {len(found)} numbers for {len(values)} values; give one for each")
    return found
