"""Random programs on Values, each with its answer from `bounded`, and a check that every way to evaluate it agrees.
(For the compiler's ways see `compiled`.)

A program is a list of instructions, each four whole numbers: which operation, which two places to take operands from,
and a choice.  Every such list is a program: what the oracle refuses (outside the domain, out of range, at the edge of
a kink) is left out.  So a list can be shortened by Hypothesis, or by `shrink`, and stays a program.
"""

# ruff: noqa: E501 - an operation is one line, however long
from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import bounded
from bounded import DIRECTION, EPS, Bounded, RefusedError

import autograd
from autograd import Value, gradients, jvp
from autograd.primitives import TABLE

Instruction = tuple[int, int, int, int]

EDGES = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1e-8, -1e-8, 1e-30, 5e-324, -5e-324, 1e-300,
    10.0, -10.0, 20.0, -20.0, 40.0, -40.0, 100.0, 1e6, -1e6, 1e20,
]  # fmt: skip
CONSTANTS = [2.0, -1.0, 0.5, 3.0, 1.0, 0.0, -2.5, 10.0, 1e-3]
EXPONENTS = [2.0, 3.0, -1.0, 0.5, 1.0, 0.0, -2.0, 1.5, -0.5, 4.0]


class Program(NamedTuple):
    inputs: tuple[float, ...]
    instructions: tuple[Instruction, ...]


class Operation(NamedTuple):
    name: str
    operands: int
    engine: Callable[..., Any]
    """From the choice and the operands to a Value."""
    oracle: Callable[..., Bounded]


def _unary(name: str) -> Operation:
    row, method = TABLE[name], getattr(Value, name, None)
    return Operation(
        name,
        1,
        lambda k, x: method(x) if method is not None and k % 2 else row(x),
        lambda k, x: bounded.unary(name, x),
    )


def _kinked(name: str, parameters: Sequence[float]) -> Operation:
    row = TABLE[name]
    if not parameters:
        return Operation(name, 1, lambda k, x: row(x), lambda k, x: bounded.kinked(name, x, 0.0))
    return Operation(
        name,
        1,
        lambda k, x: row(x, parameters[k % len(parameters)]),
        lambda k, x: bounded.kinked(name, x, parameters[k % len(parameters)]),
    )


def _c(k: int) -> float:
    return CONSTANTS[k % len(CONSTANTS)]


def _const(k: int, like: Bounded) -> Bounded:
    return bounded.constant(_c(k), len(like.slopes))


def _plain(k: int) -> Any:
    """The constant as a learner may write it: a whole one as an int."""
    return int(_c(k)) if k % 2 and _c(k).is_integer() else _c(k)


def _exponent(k: int) -> float:
    return EXPONENTS[k % len(EXPONENTS)]


def _base(k: int) -> float:
    return abs(_c(k)) or 7.0


b = bounded
OPERATIONS: list[Operation] = [
    Operation("add", 2, lambda k, x, y: x + y, lambda k, x, y: b.add(x, y)),
    Operation("subtract", 2, lambda k, x, y: x - y, lambda k, x, y: b.add(x, y, -1)),
    Operation("multiply", 2, lambda k, x, y: x * y, lambda k, x, y: b.multiply(x, y)),
    Operation("divide", 2, lambda k, x, y: x / y, lambda k, x, y: b.divide(x, y)),
    Operation("power", 2, lambda k, x, y: x**y, lambda k, x, y: b.power(x, y)),
    Operation("x + c", 1, lambda k, x: x + _plain(k), lambda k, x: b.add(x, _const(k, x))),
    Operation("c + x", 1, lambda k, x: _plain(k) + x, lambda k, x: b.add(x, _const(k, x))),
    Operation("x - c", 1, lambda k, x: x - _plain(k), lambda k, x: b.add(x, _const(k, x), -1)),
    Operation("c - x", 1, lambda k, x: _plain(k) - x, lambda k, x: b.add(_const(k, x), x, -1)),
    Operation("x * c", 1, lambda k, x: x * _plain(k), lambda k, x: b.multiply(x, _const(k, x))),
    Operation("c * x", 1, lambda k, x: _plain(k) * x, lambda k, x: b.multiply(x, _const(k, x))),
    Operation("x / c", 1, lambda k, x: x / _plain(k), lambda k, x: b.divide(x, _const(k, x))),
    Operation("c / x", 1, lambda k, x: _plain(k) / x, lambda k, x: b.divide(_const(k, x), x)),
    Operation("x ** c", 1, lambda k, x: x ** _exponent(k), lambda k, x: b.whole_power(x, _exponent(k))),
    Operation("c ** x", 1, lambda k, x: _base(k) ** x, lambda k, x: b.constant_to(_base(k), x)),
    Operation("negative", 1, lambda k, x: -x, lambda k, x: b.negative(x)),
    Operation("identity", 1, lambda k, x: autograd.identity(x), lambda k, x: b.chain(x, b.line(x.value, 1), 0.0)),
    Operation("where", 2, lambda k, x, y: autograd.where(k % 2, x, y), lambda k, x, y: x if k % 2 else y),
    Operation("maximum", 2, lambda k, x, y: x.maximum(y), lambda k, x, y: b.extreme(x, y, 1)),
    Operation("minimum", 2, lambda k, x, y: autograd.minimum(x, y), lambda k, x, y: b.extreme(x, y, -1)),
    Operation("maximum of c", 1, lambda k, x: x.maximum(_c(k)), lambda k, x: b.extreme(x, _const(k, x), 1)),
    Operation("minimum of c", 1, lambda k, x: autograd.minimum(_c(k), x), lambda k, x: b.extreme(_const(k, x), x, -1)),
    Operation("hypot", 2, lambda k, x, y: TABLE["hypot"](x, y), lambda k, x, y: b.hypot(x, y)),
    Operation("over_square", 2, lambda k, x, y: TABLE["over_square"](x, y), lambda k, x, y: b.divide(x, b.multiply(y, y))),
    Operation(
        "exp_difference", 2, lambda k, x, y: TABLE["exp_difference"](x, y),
        lambda k, x, y: b.unary("exp", b.add(x, y, -1)),
    ),
    Operation("xlogy", 2, lambda k, x, y: TABLE["xlogy"](x, y), lambda k, x, y: b.multiply(x, b.unary("log", y))),
    Operation("times_exp", 2, lambda k, x, y: TABLE["times_exp"](x, y), lambda k, x, y: b.multiply(x, b.unary("exp", y))),
    Operation(
        "times_normal_pdf", 2, lambda k, x, y: TABLE["times_normal_pdf"](x, y),
        lambda k, x, y: b.multiply(x, b.unary("normal_pdf", y)),
    ),
    Operation(
        "times_normal_cdf", 2, lambda k, x, y: TABLE["times_normal_cdf"](x, y),
        lambda k, x, y: b.multiply(x, b.unary("normal_cdf", y)),
    ),
    Operation("cosine", 2, lambda k, x, y: TABLE["cosine"](x, y), lambda k, x, y: b.divide(x, b.hypot(x, y))),
    Operation("square", 1, lambda k, x: x.square(), lambda k, x: b.multiply(x, x)),
    Operation("reciprocal", 1, lambda k, x: x.reciprocal(), lambda k, x: b.divide(b.constant(1.0, len(x.slopes)), x)),
    Operation("arctan2", 2, lambda k, x, y: x.arctan2(y), lambda k, x, y: b.arctan2(x, y)),
    Operation("logaddexp", 2, lambda k, x, y: x.logaddexp(y), lambda k, x, y: b.logsumexp([x, y])),
    Operation("softsign", 1, lambda k, x: x.softsign(), lambda k, x: b.softsign(x)),
    Operation("hardtanh", 1, lambda k, x: x.hardtanh(), lambda k, x: b.clipped(x, -1.0, 1.0)),
    Operation("clip", 1, lambda k, x: autograd.clip(x, -0.5, 2.0), lambda k, x: b.clipped(x, -0.5, 2.0)),
    Operation("sign", 1, lambda k, x: x.sign(), lambda k, x: b.constant(float(b.side(x)), len(x.slopes))),
    *(_kinked(name, []) for name in ("relu", "absolute", "negative_part", "selu")),
    _kinked("leaky_relu", [0.01, 0.2]),
    _kinked("elu", [1.0, 0.5]),
    *(_unary(name) for name in bounded.UNARY),
    Operation("sum", 3, lambda k, *xs: autograd.sum([*xs, _c(k)], xs[0]), lambda k, *xs: b.total([xs[0], *xs, _const(k, xs[0])])),
    Operation("mean", 3, lambda k, *xs: autograd.mean(xs), lambda k, *xs: b.divide(b.total(xs), b.constant(3.0, len(xs[0].slopes)))),
    Operation(
        "dot", 3, lambda k, x, y, z: autograd.dot([x, y, z], [y, _c(k), x], z),
        lambda k, x, y, z: b.total([z, b.multiply(x, y), b.multiply(y, _const(k, x)), b.multiply(z, x)]),
    ),
    Operation(
        "affine", 3, lambda k, x, y, z: autograd.affine([[x, y], [y, z]], [z, x], [x, _c(k)])[k % 2],
        lambda k, x, y, z: b.total(
            [[x, b.multiply(x, z), b.multiply(y, x)], [_const(k, x), b.multiply(y, z), b.multiply(z, x)]][k % 2]
        ),
    ),
    Operation("logsumexp", 3, lambda k, *xs: autograd.logsumexp(xs), lambda k, *xs: b.logsumexp(xs)),
    Operation("softmax", 3, lambda k, *xs: autograd.softmax(xs)[k % 3], lambda k, *xs: b.softmax(xs, k % 3)),
    Operation(
        "softmax_others", 3, lambda k, *xs: TABLE["softmax_others"](float(k % 3), *xs),
        lambda k, *xs: b.softmax_others(xs, k % 3),
    ),
    Operation("cross_entropy", 3, lambda k, *xs: autograd.cross_entropy(xs, k % 3), lambda k, *xs: b.cross_entropy(xs, k % 3)),
    Operation(
        "soft_cross_entropy", 3, lambda k, x, y, z: autograd.cross_entropy([x, y], [z, _c(k)]),
        lambda k, x, y, z: b.soft_cross_entropy([x, y], [z, _const(k, x)]),
    ),
    Operation("take", 3, lambda k, *xs: autograd.take(xs, k % 3), lambda k, *xs: xs[k % 3]),
]  # fmt: skip


def random_program(seed: int, bend: float = 3.0) -> Program:
    """1 to 200 operations, 1 to 4 inputs; the greater `bend`, the rarer the long ones."""
    rng = random.Random(seed)
    inputs = tuple(
        rng.choice(EDGES) if rng.random() < 0.4 else rng.uniform(-3, 3) for _ in range(rng.choice((1, 2, 2, 3, 4)))
    )
    length = int(200 ** rng.random() ** bend)
    return Program(
        inputs,
        tuple(
            (rng.randrange(1000), rng.randrange(1000), rng.randrange(1000), rng.randrange(1000)) for _ in range(length)
        ),
    )


def _places(instruction: Instruction, count: int, size: int) -> list[int]:
    """Where the operands are: mostly among the last few numbers, so that programs become deep."""
    _, i, j, k = instruction
    near = min(size, 8)
    picks = [size - 1 - i % near, size - 1 - j % near if j % 3 else j % size, (i + j + k) % size]
    return picks[:count]


class Answer(NamedTuple):
    kept: tuple[Instruction, ...]
    result: Bounded


@lru_cache(maxsize=1200)
def answer(program: Program, any_order: bool = False) -> Answer:
    """What the program gives, by the oracle alone, and which instructions it kept; see `bounded.reordered`."""
    if any_order:
        with bounded.reordered():
            return answer.__wrapped__(program)
    n = len(program.inputs)
    pool = [bounded.leaf(x, i, n) for i, x in enumerate(program.inputs)]
    kept = []
    for instruction in program.instructions:
        operation = OPERATIONS[instruction[0] % len(OPERATIONS)]
        operands = [pool[place] for place in _places(instruction, operation.operands, len(pool))]
        try:
            pool.append(operation.oracle(instruction[3], *operands))
        except (RefusedError, OverflowError):
            continue
        kept.append(instruction)
    while True:
        try:
            return Answer(tuple(kept), bounded.total(pool[-3:]))
        except RefusedError:
            pool.pop()
            kept.pop()


def run(kept: Sequence[Instruction], inputs: Sequence[Any]) -> Any:
    """The same program on numbers of any kind that the engine knows."""
    pool = list(inputs)
    for instruction in kept:
        operation = OPERATIONS[instruction[0] % len(OPERATIONS)]
        operands = [pool[place] for place in _places(instruction, operation.operands, len(pool))]
        pool.append(operation.engine(instruction[3], *operands))
    total, *rest = pool[-3:]
    for x in rest:
        total = total + x
    return total


def failures(program: Program) -> list[str]:
    """Where the engine is farther from the oracle than rounding explains, in each of its ways to differentiate."""
    kept, truth = answer(program)
    share = 16 * EPS * (len(kept) + 4)  # of the sums and products of the sweep itself
    found: list[tuple[str, float, Any, float]] = []

    def gradient(way: str, slopes: Sequence[float]) -> None:
        for i, slope in enumerate(slopes):
            allowed = 2 * truth.slopes_off[i] + share * truth.sizes[i] + bounded.TINY
            found.append((f"{way} slope {i}", slope, truth.slopes[i], allowed))

    inputs = [Value(x) for x in program.inputs]
    output = run(kept, inputs)
    output.backward()
    found.append(("value", output.data, truth.value, 2 * truth.off))
    gradient("backward", [x.grad for x in inputs])
    gradient("gradients()", gradients(output, inputs))
    direction = DIRECTION[: len(inputs)]
    slope, size, off = truth.along()
    forward = jvp(lambda *xs: run(kept, xs), program.inputs, direction)
    found.append(("jvp value", forward[0], truth.value, 2 * truth.off))
    found.append(("jvp slope", forward[1], slope, 2 * off + share * size + bounded.TINY))
    first = gradients(output, inputs, create_graph=True)
    gradient("create_graph", [g.data for g in first])
    second = gradients(autograd.dot(direction, first), inputs)
    curve = sum(d * g for d, g in zip(direction, second, strict=True))
    found.append(
        ("second derivative", curve, truth.curve, 2 * truth.curve_off + 4 * share * truth.curve_size + bounded.TINY)
    )
    return too_far(found)


def failures_of(way: str, program: Program, value: float, slopes: Sequence[float]) -> list[str]:
    """The same for one further way: as strict, and where that fails, with what adding in another order may cost."""

    def wrong(kept: Sequence[Instruction], truth: Bounded) -> list[str]:
        share = 16 * EPS * (len(kept) + 4)
        found = [(f"{way} value", value, truth.value, 2 * truth.off + share * float(abs(truth.value)))]
        for i, slope in enumerate(slopes):
            allowed = 2 * truth.slopes_off[i] + share * truth.sizes[i] + bounded.TINY
            found.append((f"{way} slope {i}", slope, truth.slopes[i], allowed))
        return too_far(found)

    strict = answer(program)
    failed = wrong(*strict)
    if failed:
        any_order = answer(program, any_order=True)
        # Where that bound refuses an instruction, at a kink say, either side of it is right.
        failed = wrong(*any_order) if any_order.kept == strict.kept else []
    return failed


def too_far(found: Sequence[tuple[str, float, Any, float]]) -> list[str]:
    return [
        f"{what}: {got!r}, true {float(true)!r}, off by {float(abs(got - true)):.3g}, allowed {allowed:.3g}"
        for what, got, true, allowed in found
        if not abs(got - true) <= allowed
    ]


def shrink(program: Program, fails: Callable[[Program], bool]) -> Program:
    """A shortest program that still fails: leave out halves, quarters ... single instructions, while that holds."""
    size = max(1, len(program.instructions) // 2)
    while size:
        start = 0
        while start < len(program.instructions):
            rest = program.instructions[:start] + program.instructions[start + size :]
            if fails(program._replace(instructions=rest)):
                program = program._replace(instructions=rest)
            else:
                start += size
        size //= 2
    return program


def written(program: Program) -> str:
    """The program for people: one line an instruction."""
    lines = [f"inputs {program.inputs}"]
    size = len(program.inputs)
    for instruction in answer(program).kept:
        operation = OPERATIONS[instruction[0] % len(OPERATIONS)]
        lines.append(
            f"v{size} = {operation.name} of v{_places(instruction, operation.operands, size)}, choice {instruction[3]}"
        )
        size += 1
    return "\n".join(lines)
