"""How is a function differentiated?  `grad`, `jvp`, `vjp`, `jacobian`, `hessian` and related functions.

Read `value` and `backpropagation` first.  Numbers in, floats out; Values in, Values out, so any function here can be
differentiated again.  (They also return Values if `f` closes over a variable of an enclosing derivative.)
`edges_as_graph` evaluates the partials of the rows on Values, so that the textbook loop builds a graph.  No function
here changes a `.grad`.
"""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.arguments import real, shown
from autograd.backpropagation import backpropagate, topological_order
from autograd.ieee import IEEEFloat, ieee_arithmetic
from autograd.no_grad import not_recorded, recording
from autograd.node import all_edges, changed_since, edges, has_user_backward
from autograd.node import operands as operands_of
from autograd.primitive import NOT_TAKEN
from autograd.primitives import identity, power, self_power_partial
from autograd.tree import leaves, map_nested, pairs_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autograd.primitive import Primitive

    Function = TypeVar("Function", bound=Callable[..., Any])
    Nested = Any  # a number or Value, or (nested) lists and tuples of them
    Edges = Callable[[Value], Iterable[tuple[Value, Any]]]


# ------------------------------------------------------------------------------- gradients of a graph, without `.grad`


def edges_as_graph(node: Value) -> list[tuple[Value, Any]]:
    """The operands to which gradients flow, each with its partial as a graph, built by the row.

    Raises RuntimeError if a leaf's data was changed since the forward pass: the partials would not match it.
    """
    row = node.primitive
    if row is None:
        return []
    operands = operands_of(node)
    check_unchanged(node)
    with ieee_arithmetic():
        partials = partials_as_graph(row, node, [o if isinstance(o, Value) else IEEEFloat(o) for o in operands])
    as_graph = [partial for operand, partial in zip(operands, partials, strict=True) if isinstance(operand, Value)]
    return [
        (operand, float(partial) if isinstance(partial, float) else partial)
        for (operand, recorded), partial in zip(all_edges(node), as_graph, strict=True)
        if recorded is not None and partial is not NOT_TAKEN
    ]


def partials_as_graph(row: Primitive, out: Value, operands: Sequence[Any]) -> Sequence[Any]:
    """The row's partials on Values; those of x**x as one, since their own derivatives could add up to inf - inf."""
    if row is power and operands[0] is operands[1]:
        return [self_power_partial(operands[0]), NOT_TAKEN]
    return row.partials(out, *operands)


def edges_of(node: Value) -> Iterable[tuple[Value, float]]:
    """The operands to which gradients flow, with partials; raises TypeError for a node with a user's `_backward`."""
    if has_user_backward(node) and node.primitive is not None:
        node.primitive.forward()  # raises: only backward() can use it
    return edges(node)


def check_unchanged(node: Value) -> None:
    """Raise RuntimeError if the node's data no longer follows from its operands."""
    if changed_since(node):
        raise RuntimeError(
            f"{node!r} was computed by {node.primitive} from operands whose .data has been changed since; "
            f"compute it again before asking for derivatives that rebuild the graph"
        )


def _recorded(function: Function) -> Function:
    """Let a function record what it computes, also inside `no_grad()`, where every derivative would be 0."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        return recording.switched_on(function, *arguments, **named)

    return call  # type: ignore[return-value]


@_recorded
def gradients(output: Any, inputs: Nested, create_graph: bool = False) -> Nested:
    """d(output)/d(input) for each of `inputs`, in the same shape, without touching any `.grad`.

    `inputs` is a Value or (nested) lists of Values; an input that the output does not depend on has gradient 0.0.  With
    `create_graph` the gradients are Values and can be differentiated again.

    Raises TypeError if an input is not a Value, RuntimeError if data was changed since the forward pass or the output
    was computed within `no_grad()`.

    >>> x = Value(3.0)
    >>> gradients(x * x, x)
    6.0
    >>> gradients(gradients(x * x * x, [x], create_graph=True)[0], [x])
    [18.0]
    """
    for leaf in leaves(inputs):
        if not isinstance(leaf, Value):
            raise TypeError(f"gradients: inputs must be Values, got {shown(leaf)}")
    if not isinstance(output, Value):
        real(output, "gradients: output")
    elif not output.is_recorded and all(leaf is not output for leaf in leaves(inputs)):
        raise not_recorded(output, "gradients()")
    return _gradients(output, inputs, create_graph)


def _gradients(output: Any, inputs: Nested, create_graph: bool) -> Nested:
    """As `gradients`; 0.0 if a function returned a constant, or computed its result within `no_grad()`."""
    if not isinstance(output, Value):
        return map_nested(lambda leaf: Value(0.0) if create_graph else 0.0, inputs)
    found = backpropagate(topological_order(output), {output: 1.0}, edges_as_graph if create_graph else edges_of)
    as_kind = _as_value if create_graph else _as_float
    return map_nested(lambda leaf: as_kind(found.get(leaf, 0.0)), inputs)


def _as_value(number: Any) -> Value:
    return number if isinstance(number, Value) else Value(number)


def _as_float(number: float) -> float:
    """The number, but 0.0 for -0.0: a sum that begins with 0.0, as `.grad` does."""
    return 0.0 + number


# ------------------------------------------------------------------------------------- derivatives of functions


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the gradient of `f`, which must return one number.

    `argnums` is the position of the argument, or of several (then a tuple is returned).  Arguments are numbers,
    Values, or (nested) lists of them; the gradient has the shape of the argument.  Keyword arguments are constants.

    Raises TypeError if `f` does not return a single number, ValueError if `argnums` is not the position of an argument.

    >>> grad(lambda x: x ** 3)(2.0)                     # 3 x²
    12.0
    >>> grad(grad(lambda x: x ** 3))(2.0)               # 6 x
    12.0
    >>> grad(lambda w: w[0] * w[1])([3.0, 4.0])
    [4.0, 3.0]
    """
    _check_function(f, "grad")
    both = value_and_grad(f, argnums)

    def gradient(*arguments: Any, **constants: Any) -> Any:
        return both(*arguments, **constants)[1]

    return _named(gradient, "grad", f)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., tuple[Any, Any]]:
    """Like `grad`, but the function returns the pair of f's value and its gradient.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    _check_function(f, "value_and_grad")
    single = isinstance(argnums, int)
    wanted = [_position(argnums)] if single else [_position(n) for n in _listed_positions(argnums)]

    @_recorded
    def both(*arguments: Any, **constants: Any) -> tuple[Any, Any]:
        positions = _among(wanted, len(arguments))
        inputs, values_in = _variables(arguments, positions)
        output = _one_number(_called(f, inputs, positions, constants), f)
        values_in = values_in or _reaches_outside(output)
        found = _gradients(output, [inputs[n] for n in positions], create_graph=values_in)
        value = output if values_in or not isinstance(output, Value) else output.data
        return value, found[0] if single else tuple(found)

    return _named(both, "value_and_grad", f)


@_recorded
def vjp(f: Callable[..., Any], *primals: Nested) -> tuple[Nested, Callable[[Nested], tuple[Nested, ...]]]:
    """f's value, and a function that maps a vector of its shape to vector x Jacobian, for each argument.

    This is reverse mode: one sweep for all inputs.

    >>> value, back = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, back(1.0)
    (12.0, (4.0, 3.0))
    """
    _check_function(f, "vjp")
    inputs, values_in = _variables(primals, range(len(primals)))
    outputs = _called(f, inputs, range(len(inputs)))
    values_in = values_in or _reaches_outside(outputs)

    @_recorded
    def back(cotangent: Nested) -> tuple[Nested, ...]:
        pairs = list(pairs_of(outputs, cotangent, "vjp: the vector"))
        again = values_in or any(isinstance(v, Value) for _, v in pairs)
        total = _weighted_sum(pairs)
        found = _gradients(total, list(inputs), create_graph=again)
        return tuple(found)

    return _result(outputs, values_in), back


@_recorded
def jvp(f: Callable[..., Any], primals: Sequence[Nested], tangents: Sequence[Nested]) -> tuple[Nested, Nested]:
    """f's value, and its directional derivative: Jacobian x vector, where `tangents` has the shape of `primals`.

    This is forward mode: one sweep propagates the tangents along the same edges, from the inputs to the outputs.

    Raises ValueError if the tangents do not have the shape of the primals.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    _check_function(f, "jvp")
    primals = _arguments(primals, "jvp: primals")
    inputs, values_in = _variables(primals, range(len(primals)))
    pairs = list(pairs_of(list(inputs), list(_arguments(tangents, "jvp: tangents")), "jvp: tangents"))
    outputs = _called(f, inputs, range(len(inputs)))
    values_in = values_in or _reaches_outside(outputs)
    again = values_in or any(isinstance(tangent, Value) for _, tangent in pairs)
    moving = dict(pairs)
    for output in leaves(outputs):
        if isinstance(output, Value):
            _push(output, moving, edges_as_graph if again else edges_of)
    as_kind = _as_value if again else _as_float
    return _result(outputs, values_in), map_nested(
        lambda o: as_kind(moving.get(o, 0.0) if isinstance(o, Value) else 0.0), outputs
    )


def _push(output: Value, moving: dict[Value, Any], edges: Edges) -> None:
    """Forward mode: a node's tangent is the sum of partial x tangent over its operands."""
    for node in topological_order(output):
        if node not in moving:
            terms = [moving[operand] * partial for operand, partial in edges(node) if operand in moving]
            if terms:
                moving[node] = _total(terms)


def jacobian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Nested]:
    """The function that gives all derivatives of `f`: for each output, a gradient in the argument's shape.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([3.0, 4.0])
    [[4.0, 3.0], [1.0, 1.0]]
    """
    _check_function(f, "jacobian")
    position = _position(argnums)

    @_recorded
    def matrix(*arguments: Any, **constants: Any) -> Nested:
        (n,) = _among([position], len(arguments))
        inputs, values_in = _variables(arguments, [n])
        outputs = _called(f, inputs, [n], constants)
        values_in = values_in or _reaches_outside(outputs)
        for output in leaves(outputs):
            if not isinstance(output, Value):
                real(output, f"the result of {_name_of(f)}")
        return map_nested(lambda output: _gradients(output, inputs[n], create_graph=values_in), outputs)

    return _named(matrix, "jacobian", f)


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Nested]:
    """The function that gives all second derivatives of `f`, which must return one number.

    >>> hessian(lambda x: x[0] * x[0] * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    _check_function(f, "hessian")
    return _named(jacobian(grad(f, argnums), argnums), "hessian", f)


def hvp(f: Callable[..., Any], primal: Nested, vector: Nested) -> Nested:
    """Hessian x vector, for a function of one argument, without the Hessian: forward mode over reverse mode.

    >>> hvp(lambda x: x[0] * x[0] * x[1], [3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """
    _check_function(f, "hvp")
    list(pairs_of(primal, vector, "hvp: vector"))  # raises if the shapes differ, and names hvp's argument
    return jvp(grad(f), (primal,), (vector,))[1]


# ------------------------------------------------------------------------------------------ arguments, and their shapes


def _check_function(f: Any, name: str) -> None:
    if not callable(f):
        cure = "; of a computed Value, gradients(output, inputs) gives them" if isinstance(f, Value) else ""
        raise TypeError(f"{name}: f must be a function, got {shown(f)} ({type(f).__name__}){cure}")


def _named(function: Any, prefix: str, f: Any) -> Callable[..., Any]:
    function.__name__ = f"{prefix}_of_{_name_of(f)}"
    function.__doc__ = f"{prefix} of {_name_of(f)}"
    return function  # type: ignore[no-any-return]


def _variable(n: int, leaf: Any) -> Any:
    return identity(leaf) if isinstance(leaf, Value) else Value(real(leaf, f"argument {n}"))


def _name_of(f: Any) -> str:
    return str(getattr(f, "__name__", "f"))


def _arguments(arguments: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(arguments, (list, tuple)):
        raise TypeError(f"{name} must be a tuple with one entry for each argument of f, got {shown(arguments)}")
    return tuple(arguments)


def _position(position: Any) -> int:
    if not isinstance(position, int) or isinstance(position, bool):
        raise TypeError(f"argnums must be the position of an argument of f, 0 for the first, got {shown(position)}")
    return position


def _listed_positions(argnums: Any) -> Sequence[Any]:
    if not isinstance(argnums, (list, tuple, range)):
        raise TypeError(f"argnums must be a position or a tuple of positions, got {shown(argnums)}")
    return argnums


def _among(positions: Sequence[int], count: int) -> list[int]:
    for position in positions:
        if not -count <= position < count:
            raise ValueError(f"argnums names argument {position}, but the function was called with {count} argument(s)")
    return [position % count for position in positions]


def _variables(arguments: Sequence[Nested], positions: Iterable[int]) -> tuple[list[Nested], bool]:
    """The arguments with new Values at these positions, and whether any argument contained a Value.

    A Value is copied by a node of the graph: a nested derivative is then with respect to its own variable, and the
    outer derivative still propagates through it.
    """
    inputs, wanted = list(arguments), set(positions)
    values_in = any(isinstance(leaf, Value) for argument in arguments for leaf in leaves(argument))
    for n in wanted:
        inputs[n] = map_nested(functools.partial(_variable, n), inputs[n])
    return inputs, values_in


_differentiating: ContextVar[frozenset[Value]] = ContextVar("autograd_differentiating", default=frozenset())
"""The variables of all enclosing derivatives."""


def _called(f: Callable[..., Any], inputs: Sequence[Nested], positions: Iterable[int], constants: Any = None) -> Any:
    """Call f; meanwhile derivatives taken inside f know these inputs as variables of an enclosing derivative."""
    variables = [leaf for n in positions for leaf in leaves(inputs[n])]
    token = _differentiating.set(_differentiating.get().union(variables))
    try:
        return f(*inputs, **(constants or {}))
    finally:
        _differentiating.reset(token)


def _reaches_outside(outputs: Nested) -> bool:
    """Whether an output depends, by closure, on a variable of an enclosing derivative: then a graph is needed."""
    outer = _differentiating.get()
    values = [output for output in leaves(outputs) if isinstance(output, Value)] if outer else []
    return any(not outer.isdisjoint(topological_order(output)) for output in values)


def _one_number(output: Any, f: Any) -> Any:
    if isinstance(output, Value):
        return output
    if isinstance(output, (list, tuple)):
        raise TypeError(f"{_name_of(f)} returned {len(output)} outputs, but a gradient needs one number; use jacobian")
    return real(output, f"the result of {_name_of(f)}")


def _result(outputs: Nested, values_in: bool) -> Nested:
    """Numbers in, floats out."""
    return outputs if values_in else map_nested(lambda o: o.data if isinstance(o, Value) else o, outputs)


def _total(terms: Sequence[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _weighted_sum(pairs: Sequence[tuple[Any, Any]]) -> Any:
    return _total([output * weight for output, weight in pairs]) if pairs else 0.0
