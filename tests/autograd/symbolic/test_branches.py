"""No gradient through a branch that was not taken: the rule, row by row, by hand; and how every view shows it."""

from __future__ import annotations

import json
import math
import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import autograd
import nn
from autograd import (
    NOT_COMPUTED,
    NOT_TAKEN,
    Value,
    cross_entropy,
    draw,
    elu,
    explain,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    leaky_relu,
    maximum,
    minimum,
    primitive,
    relu,
    softmax,
    sqrt,
    stepper,
    take,
    tanh,
    trace,
    value_and_grad,
    vjp,
    where,
)
from autograd.primitive import partials_at
from autograd.primitives import TABLE
from autograd.symbolic.branches import branches_taken

INF, NAN = math.inf, math.nan
Function = Callable[[Any], Any]

# Which operands the row selects, written down from its definition, not from its code.
SELECTED = [
    ("where", (1.0, 5.0, 7.0), {1}), ("where", (0.0, 5.0, 7.0), {2}), ("where", (-2.0, 5.0, 7.0), {1}),
    ("maximum", (2.0, 1.0), {0}), ("maximum", (1.0, 2.0), {1}), ("maximum", (1.0, 1.0), {0, 1}),
    ("maximum", (INF, 1.0), {0}), ("maximum", (-INF, 1.0), {1}), ("maximum", (0.0, -0.0), {0, 1}),
    ("maximum", (NAN, 1.0), {0, 1}),
    ("minimum", (2.0, 1.0), {1}), ("minimum", (1.0, 2.0), {0}), ("minimum", (1.0, 1.0), {0, 1}),
    ("minimum", (INF, 1.0), {1}), ("minimum", (1.0, NAN), {0, 1}),
    ("relu", (-1.0,), set()), ("relu", (0.0,), set()), ("relu", (1.0,), {0}), ("relu", (NAN,), {0}),
    ("sign", (1.0,), set()), ("sign", (0.0,), set()),
    ("hardtanh", (0.5,), {0}), ("hardtanh", (1.0,), set()), ("hardtanh", (-2.0,), set()),
    ("clip", (0.5, 0.0, 1.0), {0}), ("clip", (0.0, 0.0, 1.0), {0}), ("clip", (-1.0, 0.0, 1.0), {1}),
    ("clip", (2.0, 0.0, 1.0), {2}),
    ("negative_part", (1.0,), set()), ("negative_part", (0.0,), {0}), ("negative_part", (-1.0,), {0}),
    ("leaky_relu", (1.0, 0.1), {0}), ("leaky_relu", (-1.0, 0.1), {0, 1}), ("leaky_relu", (0.0, 0.1), {0, 1}),
    ("elu", (1.0, 2.0), {0}), ("elu", (-1.0, 2.0), {0, 1}),
    ("take", (1.0, 5.0, 6.0, 7.0), {2}),
    ("softmax", (0.0, 1.0, 2.0), {1, 2}), ("softmax_others", (0.0, 1.0, 2.0), {1, 2}),
    ("cross_entropy", (1.0, 1.0, 2.0), {1, 2}),
]  # fmt: skip


def test_every_row_that_selects_is_in_the_list() -> None:
    source, found = random.Random(0), set()
    for row in TABLE.values():
        for _ in range(100):
            numbers = [source.choice([0.0, 1.0, -1.0, 0.5, 2.0]) for _ in range(row.arity or 3)]
            if row.arity is None:
                numbers[0] = 1.0
            try:
                out = row(*numbers)
            except (ArithmeticError, ValueError, IndexError):
                continue
            if any(partial is NOT_TAKEN for partial in partials_at(row, out, numbers)):
                found.add(row.name)
    assert found == {name for name, _, _ in SELECTED}


@pytest.mark.parametrize(("name", "numbers", "selected"), SELECTED)
def test_what_is_not_selected_gets_nothing_at_all(name: str, numbers: tuple[float, ...], selected: set[int]) -> None:
    """Behind an operand is a root at 0, whose partial is inf: a gradient of 0 that came there would become nan."""
    for n in range(TABLE[name].arity is None, len(numbers)):  # an index is no Value

        def function(root: Any, n: int = n) -> Any:
            return TABLE[name](*[sqrt(root) + number if k == n else number for k, number in enumerate(numbers)])

        root = Value(0.0)
        out = function(root)
        ways = [gradients(out, root), gradients(out, [root], create_graph=True)[0].data, jvp(function, [0.0], [1.0])[1]]
        if math.isfinite(out.data):
            out.backward()
            ways.append(root.grad)
        assert all((found != 0.0) == (n in selected) for found in ways), (n, ways)


def masked_norm(x: Any) -> Any:
    return maximum(sqrt(x * x), 1e-10)


# A function, a point, and its first and second derivative there, by hand, of the branch that is taken.
CASES: list[tuple[str, Function, float, float, float]] = [
    ("where", lambda x: where(x < 1.0, x, sqrt(x)), 0.0, 1.0, 0.0),
    ("where of itself", lambda x: where(x < 1.0, x, x * sqrt(x)), 0.0, 1.0, 0.0),
    ("where twice", lambda x: where(x < 1.0, where(x < -1.0, sqrt(x * x), x * x), x**0.5), 0.0, 0.0, 2.0),
    ("norm", masked_norm, 0.0, 0.0, 0.0),
    ("masked division", lambda x: where(x * x > 0.0, 1.0, 0.0) * (x / masked_norm(x)), 0.0, 0.0, 0.0),
    ("relu", lambda x: relu(sqrt(x) - 1.0), 0.0, 0.0, 0.0),
    ("relu of relu", lambda x: relu(relu(sqrt(x)) * -1.0) + x * x * x, 0.0, 0.0, 0.0),
    ("minimum", lambda x: minimum(x * x, sqrt(x) + 1.0), 0.0, 0.0, 2.0),
    ("power", lambda x: where(x > 0.0, x**0.5, 3.0 * x), 0.0, 3.0, 0.0),
    ("leaky", lambda x: leaky_relu(1.0 + x, sqrt(x)), 0.0, 1.0, 0.0),
    ("elu", lambda x: elu(1.0 + x, sqrt(x)), 0.0, 1.0, 0.0),
    ("take", lambda x: take([sqrt(x), 2.0 * x, sqrt(x)], 1), 0.0, 2.0, 0.0),
    ("cube root", lambda x: where(x < 1.0, x * x * x, x ** (1.0 / 3.0)), 0.0, 0.0, 0.0),
    ("logarithm", lambda x: where(x <= 1e-300, 2.0 * x, autograd.log(maximum(x, 1e-320))), 0.0, 2.0, 0.0),
    ("arcsine", lambda x: minimum(autograd.arcsin(x), 1.0), 1.0, 0.0, 0.0),
    # what is no branch: 0 times inf
    ("product of roots", lambda x: sqrt(x) * sqrt(x), 0.0, NAN, NAN),
    ("x sqrt(x)", lambda x: x * x**0.5, 0.0, NAN, NAN),
    ("absolute", lambda x: abs(sqrt(x)), 0.0, NAN, NAN),
    ("times 0", lambda x: sqrt(x * 0.0 + 0.0 * x), 1.0, NAN, NAN),
]  # fmt: skip


def same(found: Any, expected: float) -> bool:
    return found == expected or (found != found and expected != expected)


@pytest.mark.parametrize(("function", "x", "first", "second"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_every_way_to_a_derivative_agrees(function: Function, x: float, first: float, second: float) -> None:
    def vector(xs: list[Any]) -> Any:
        return function(xs[0])

    leaf = Value(x)
    out = function(leaf)
    out.backward()
    (graph,) = gradients(out, [leaf], create_graph=True)
    _, back = vjp(function, x)
    firsts = [
        leaf.grad, graph.data, gradients(out, leaf), value_and_grad(function)(x)[1], back(1.0)[0],
        jvp(function, (x,), (1.0,))[1], jacobian(function)(x), autograd.grad(function)(x),
    ]  # fmt: skip
    assert all(same(found, first) for found in firsts), firsts
    if second == second:
        seconds = [
            hessian(vector)([x])[0][0], hvp(vector, [x], [1.0])[0], autograd.grad(autograd.grad(function))(x),
            gradients(graph, leaf), jvp(autograd.grad(function), (x,), (1.0,))[1],
        ]  # fmt: skip
        assert all(same(found, second) for found in seconds), seconds


@pytest.mark.parametrize("backend", ["numpy", "c", "emit"])
@pytest.mark.parametrize(("function", "x", "first", "second"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_every_backend_agrees(function: Function, x: float, first: float, second: float, backend: str) -> None:
    program = autograd.compile(function, batched=True, backend=backend)
    ordinary = 0.25
    slope = autograd.grad(function)(ordinary)
    (found,) = program.value_and_grad([ordinary, x, ordinary, x])[1]
    assert found[[0, 2]] * 4 == pytest.approx([slope] * 2, rel=1e-14, nan_ok=True)
    assert same(found[1] * 4, first)
    assert same(found[3] * 4, first)
    w = Value(x)
    of_parameter = autograd.compile(lambda: function(w), [w], backend=backend)
    assert same(of_parameter.value_and_grad()[1][0], first)
    if second == second:
        assert same(of_parameter.hessian_vector_product([1.0])[0], second)
    assert w.grad is NOT_COMPUTED


def test_detached_infinity() -> None:
    w = Value(0.5)
    out = w + (w * INF).detach().tanh()
    out.backward()
    assert w.grad == 1.0
    for backend in ("numpy", "c"):
        program = autograd.compile(lambda x: w + (w * x).detach().tanh(), [w], batched=True, backend=backend)
        assert program.value_and_grad([INF, 1.0])[1] == [1.0]


@pytest.mark.parametrize("backend", ["numpy", "c", "emit"])
def test_a_genuine_nan_is_never_hidden(backend: str) -> None:
    w = Value(0.5)
    out = tanh(w * INF)
    out.backward()
    assert math.isnan(w.grad)
    value, gradient = autograd.compile(lambda x: tanh(w * x), [w], batched=True, backend=backend).value_and_grad([INF])
    assert (value, math.isnan(gradient[0])) == (1.0, True)
    long = autograd.compile(lambda x: tanh(w * x), [w], backend=backend)  # too small for groups: the fallback
    assert math.isnan(long.value_and_grad(INF)[1][0])

    assert all(map(math.isnan, softmax([0.5, INF])))
    both = autograd.compile(lambda x: softmax([x[0], x[1]]), batched=True, backend=backend)
    assert all(map(math.isnan, both([[0.5, INF]])))
    first = autograd.compile(lambda x: softmax([x[0], x[1]])[0], batched=True, backend=backend)
    assert math.isnan(first([[0.5, INF]]))
    with pytest.raises(FloatingPointError, match="first value that is not finite"):
        first.value_and_grad([[0.5, INF]])
    entropy = autograd.compile(lambda x: tanh(cross_entropy([x[0], x[1]], 0)), batched=True, backend=backend)
    value, (slopes,) = entropy.value_and_grad([[0.5, INF]])
    assert value == 1.0
    assert all(map(math.isnan, slopes[0]))  # sech²(inf) is 0, the probabilities are nan


@pytest.mark.parametrize("backend", ["numpy", "c", "emit"])
def test_what_is_done_again_draws_nothing_again(backend: str) -> None:
    w = Value(0.3)

    def run(compiled: bool) -> Any:
        source = random.Random(5)

        def f(x: Any) -> Any:
            mask = autograd.drawn(source.random)
            return where(mask < 0.5, w * x, maximum(sqrt(x * x), 1e-9) * mask)

        xs = [0.0, 2.0, 0.0, 1.0, 0.0, -3.0, 0.0, 4.0]
        if compiled:
            value, gradient = autograd.compile(f, [w], batched=True, backend=backend).value_and_grad(xs)
            return value, gradient[0], source.random()
        w.zero_grad()
        total = autograd.mean([f(Value(x)) for x in xs])
        total.backward()
        return total.data, w.grad, source.random()

    assert run(compiled=True) == pytest.approx(run(compiled=False), rel=1e-14)
    w.zero_grad()


def test_doing_again_leaves_no_trace() -> None:
    """Neither in the `.grad` of what the function closes over, nor in its data."""
    w, other = Value(0.0), Value(3.0)
    w.grad, other.grad = 5.0, 7.0
    program = autograd.compile(lambda x: maximum(sqrt(w * w), 1e-9) * other * x, [w], batched=True)
    w.data = 2.0
    program.theta = [0.0]
    assert program.value_and_grad([1.0, 2.0])[1] == [0.0]
    assert (w.grad, other.grad, w.data) == (5.0, 7.0, 2.0)


def test_an_error_in_an_existing_graph_is_the_eager_engines() -> None:
    w = Value(2.0, label="w")
    program = autograd.compile(autograd.log(w) * 1.0)
    program.theta[0] = -1.0
    with pytest.raises(ValueError, match=r"log\(w = -1.0\).*defined for x > 0"):
        program()
    assert w.data == 2.0


def test_a_satisfied_hinge_has_gradients_of_zero() -> None:
    """All of them computed: the optimizer does not complain that none was."""
    model = nn.MLP(2, [3, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    before = [p.data for p in model.parameters()]
    loss = relu(model([1.0, 2.0]) * 0.0 - 1.0)
    loss.backward()
    assert all(p.grad == 0.0 and p.grad is not NOT_COMPUTED for p in model.parameters())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
    assert [p.data for p in model.parameters()] == before


def test_what_is_behind_a_branch_is_not_visited() -> None:
    x = Value(1.0)
    behind = tanh(x * 2.0)
    out = maximum(behind, 5.0) + x
    out.backward()
    assert behind.grad is NOT_COMPUTED
    assert x.grad == 1.0
    assert len(trace(out).backward) == 2


def test_a_row_of_the_users_own() -> None:
    clipped = primitive(
        "clipped", lambda x: where(x < 6.0, x, 6.0), lambda out, x: where(x < 6.0, 1.0, NOT_TAKEN), text="clip({})"
    )
    by_if = primitive("by_if", lambda x: min(x, 6.0), lambda out, x: 1.0 if x < 6.0 else NOT_TAKEN)
    for row in (clipped, by_if):
        x = Value(36.0)
        row(sqrt(x) + x).backward()
        assert x.grad == 0.0
        zero = Value(0.0)
        assert gradients(row(sqrt(zero) + 7.0), zero) == 0.0
        assert gradients(row(zero * 2.0), zero) == 2.0


# ------------------------------------------------------------------------------------------------------------- views


def graph() -> tuple[Value, Value, Value, Value]:
    x, y = Value(0.0, label="x"), Value(3.0, label="y")
    root = sqrt(x)
    root.label = "root"
    out = where(x < 1.0, y * y, root)
    out.label = "out"
    return x, y, root, out


def test_a_trace_has_no_step_for_it() -> None:
    x, y, root, out = graph()
    traced = trace(out)
    (node,) = [node for node in traced.nodes if node.not_taken]
    assert (node.name, node.operands[node.not_taken[0]]) == ("out", traced.node(root).id)
    assert {traced.nodes[step.operand].name for step in traced.backward} == {"v1", "y"}
    assert (traced.node(root).gradient, traced.node(x).gradient, traced.node(y).gradient) == (0.0, 0.0, 6.0)
    assert [n["not_taken"] for n in json.loads(traced.to_json())["nodes"]].count([]) == len(traced.nodes) - 1
    assert len(trace(out, "naive").backward) == 3


def test_explain_says_so() -> None:
    x, y, _, out = graph()
    assert "∂out/∂root = 0 (not taken)" in str(explain(out, x))
    assert "No path: the branches that lead to x were not taken, so dout/dx = 0" in str(explain(out, x))
    assert (
        r"$\frac{\partial \mathrm{out}}{\partial \mathrm{root}} = 0$ (not taken)" in explain(out, x)._repr_markdown_()
    )
    assert explain(out, x).gradient == 0.0
    assert "not taken" not in str(explain(out, y))
    out.backward()
    assert "x.grad is not computed yet" in str(explain(out, x))
    assert "This is the value of y.grad" in str(explain(out, y))


@pytest.mark.parametrize(
    ("function", "x", "line"),
    [
        (lambda x: maximum(x, 0.0), 1.0, "∂y/∂x = 1"),
        (lambda x: maximum(x, 0.0), 0.0, "∂y/∂x = 0.5"),
        (lambda x: maximum(x, 0.0), -1.0, "∂y/∂x = 0 (not taken)"),
        (relu, 2.0, "∂y/∂x = 1"),
        (abs, -2.0, "∂y/∂x = -1"),
        (elu, 2.0, "∂y/∂x = 1"),
        (elu, -2.0, "∂y/∂x = 1 * exp(x) = 1 * exp(-2) = 0.1353"),
        (tanh, 0.0, "∂y/∂x = sech(x)² = sech(0)² = 1"),
    ],
)
def test_explain_shows_the_branch_that_was_taken(function: Callable[[Value], Value], x: float, line: str) -> None:
    leaf = Value(x, label="x")
    y = function(leaf)
    y.label = "y"
    assert line in [text.strip() for text in str(explain(y, leaf)).splitlines()]
    assert [step.formula for step in trace(y)] == [] or " if " not in trace(y).backward[0].formula


def test_which_branches() -> None:
    assert branches_taken(TABLE["maximum"], 0, [1.0, 2.0]) == (False, True)
    assert branches_taken(TABLE["where"], 1, [0.0, 1.0, 2.0]) == (False,)
    assert branches_taken(TABLE["dot"], 0, [0.0, 1.0, 2.0]) == ()
    floats_only = primitive("floats_only", math.sin, lambda out, x: math.cos(x))
    assert branches_taken(floats_only, 0, [1.0]) == ()


def test_a_picture_shows_it_dashed_with_gradient_0() -> None:
    x, _, root, out = graph()
    assert draw(out).dot.count("style=dashed") == 1
    assert "{root|data 0|grad}" in draw(out).dot
    out.backward()
    dot = draw(out, partials=True).dot
    assert "root|data 0|grad 0" in dot
    assert "x|data 0|grad 0" in dot
    (dashed,) = [line for line in dot.splitlines() if "dashed" in line]
    assert 'label="not taken"' in dashed
    assert "dashed" not in draw(x * root).dot


def test_a_folded_picture_shows_gradient_0() -> None:
    model = nn.MLP(1, [2, 1], activation="relu", seed=0)
    for neuron in model.layers[0].neurons:
        neuron.bias.data = -100.0
    out = model([1.0])
    out = out if isinstance(out, Value) else out[0]
    assert "grad 0" not in draw(out, fold="neuron", expand="neuron 1").dot
    out.backward()
    assert "grad 0" in draw(out, fold="neuron", expand="neuron 1").dot
    assert "|grad}" not in draw(out, fold="neuron", expand="neuron 1").dot


def test_the_stepper_ends_with_gradient_0() -> None:
    *_, out = graph()
    shown = stepper(out)
    last = shown.last("topological")
    assert "No gradient flows along the dashed edges" in shown.sentences("topological", last)[-1]
    (row,) = [line for line in shown.table("topological", last) if line[2:4] == "x "]
    assert row.split()[-1] == "0"
    (row,) = [line for line in shown.table("topological", last - 1) if line[2:4] == "x "]
    assert row.split() == ["x", "given", "0"]  # its value alone


def test_one_pass_is_never_called_more_than_one() -> None:
    """A weight that is used in a shared group and elsewhere: the two sums are rounded in another order."""
    source = random.Random(3)
    for _ in range(20):
        w = [Value(source.uniform(-1, 1), label=f"w{n}") for n in range(4)]
        rows = [tuple(w), tuple(w[::-1])]
        outputs = [autograd.affine(rows, [source.uniform(-1, 1) for _ in range(3)]) for _ in range(7)]
        loss = autograd.sum([tanh(out) for pair in outputs for out in pair]) * w[0] + w[1] / 3.0
        loss.backward()
        for each in w:
            assert explain(loss, each).text.endswith(f"(This is the value of {each.label}.grad.)")
        loss.backward()
        assert "more than this one backward pass" in explain(loss, w[0]).text
