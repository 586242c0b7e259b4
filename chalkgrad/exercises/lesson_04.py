"""Which mistakes do learners make in lesson 04, "Build the engine"?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import Primitive, Value, absolute, exp, grad, primitive
from chalkgrad.exercises import lesson_03
from chalkgrad.exercises.answer_types import Function
from chalkgrad.exercises.engine_answers import Engine, Node, Operation
from chalkgrad.exercises.engine_answers import backward as sweep
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import described
from chalkgrad.exercises.sandbox import Seen, UnreadableError

Slope = Callable[[float, float], float]


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _division(by_a: Slope, by_b: Slope, value: Slope = lambda a, b: a / b) -> Callable[[Node, Node], Node]:
    return lambda a, b: Node(value(a.data, b.data), [(a, by_a(a.data, b.data)), (b, by_b(a.data, b.data))])


def _squashing(slope: Slope) -> Callable[[Node], Node]:
    """A sigmoid whose partial is slope(x, sigmoid(x))."""
    return lambda x: Node(_sigmoid(x.data), [(x, slope(x.data, _sigmoid(x.data)))])


def engine(
    backward: Callable[[Any], None] = sweep,
    by_first: Slope = lambda x, y: y,
    by_second: Slope = lambda x, y: x,
    tanh_partial: Slope = lambda x, t: 1 - t * t,
) -> type:
    """A whole engine, with one part of it replaced."""

    class Value(Node):
        def __add__(self, other: Any) -> Any:
            return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

        def __mul__(self, other: Any) -> Any:
            slopes = by_first(self.data, other.data), by_second(self.data, other.data)
            return Value(self.data * other.data, [(self, slopes[0]), (other, slopes[1])])

        def tanh(self) -> Any:
            t = math.tanh(self.data)
            return Value(t, [(self, tanh_partial(self.data, t))])

        def backward(self) -> None:
            backward(self)

    return Value


def _row_at(row: Any, x: float) -> list[float]:
    """Value, first and second derivative of a row."""
    return [row(x), grad(row)(x), grad(grad(row))(x)]


def _row(value: Any, slope: Any) -> Primitive:
    return primitive("softsign", value, slope)


def _softsign(x: Any) -> Any:
    return x / (1.0 + absolute(x))


class _OfRows(Function):
    """As `Function`, for a row in place of a function."""

    def observe(self, answer: Any) -> Seen:
        """Value and derivatives at each point; first, whether it is a row."""
        if not isinstance(answer, Primitive):
            raise UnreadableError(f"This should be a row, as primitive(...) gives it, not {described(answer)}.")
        return super().observe(answer)


EXERCISES = [
    Exercise(
        "04.1",
        "Write divide(a, b) for Mini: a / b, with the partials for a and for b.",
        Operation(name="divide"),
        right=_division(lambda a, b: 1 / b, lambda a, b: -a / b**2),
        wrong=[
            Mistake(
                _division(lambda a, b: 1 / b, lambda a, b: a / b**2),
                "The sign of the partial for b: a larger divisor makes the result smaller, so -a / b².",
            ),
            Mistake(
                _division(lambda a, b: 1 / b, lambda a, b: -a / b),
                "The partial for b lacks a square: the slope of 1/b is -1/b².",
            ),
            Mistake(
                _division(lambda a, b: 1 / b, lambda a, b: -1 / b**2),
                "The partial for b lacks the factor a: it is a times the slope of 1/b.",
            ),
            Mistake(
                _division(lambda a, b: b, lambda a, b: a),
                "Those are the partials of a product.",
            ),
            Mistake(
                _division(lambda a, b: -a / b**2, lambda a, b: 1 / b),
                "The two partials have changed places.",
            ),
            Mistake(
                _division(lambda a, b: 1 / b, lambda a, b: 1 / a),
                "The partial for b is not 1 / a: write a / b as a * b⁻¹ and use the power rule.",
            ),
            Mistake(
                _division(lambda a, b: b / a, lambda a, b: -a / b**2),
                "The partial for a: leave b alone, and a / b is a straight line in a, with slope 1 / b.",
            ),
        ],
        hints=["a / b is a times 1/b. Leave one of them alone.", "The slope of 1/b is -1/b²."],
    ),
    Exercise(
        "04.2",
        "Write sigmoid(x) for Mini: s = 1 / (1 + e^-x), whose derivative is s (1 - s).",
        Operation(name="sigmoid", arguments=("x",)),
        right=_squashing(lambda x, s: s * (1 - s)),
        wrong=[
            Mistake(_squashing(lambda x, s: x * (1 - x)), "x (1 - x) is not it: s, the result, belongs there twice."),
            Mistake(
                _squashing(lambda x, s: 1 - s * s), "1 - s² is the rule for tanh. For the sigmoid it is s (1 - s)."
            ),
            Mistake(_squashing(lambda x, s: 1 - s), "The factor s is missing: s (1 - s)."),
            Mistake(
                _squashing(lambda x, s: s),
                "That is the rule for exp, whose derivative is itself. Here it is s (1 - s).",
            ),
            Mistake(
                _squashing(lambda x, s: s * (s - 1)),
                "The sign: the sigmoid rises, so its slope is positive, s (1 - s).",
            ),
            Mistake(
                _squashing(lambda x, s: _sigmoid(s) * (1 - _sigmoid(s))),
                "The sigmoid was taken twice: s is the result already.",
            ),
        ],
        hints=["Compute s first, then return Mini(s, [(x, ...)])."],
    ),
    Exercise(
        "04.3",
        "Write your own engine, a class with +, *, tanh() and backward().",
        Engine(),
        right=engine(),
        wrong=[
            *(Mistake(engine(backward=mistake.answer), mistake.says) for mistake in lesson_03.CATALOGUE),
            Mistake(
                engine(by_first=lambda x, y: x, by_second=lambda x, y: y),
                "The product: each operand gets the *other* one as its partial.",
            ),
            Mistake(
                engine(by_first=lambda x, y: x * y, by_second=lambda x, y: x * y),
                "The product: the partial is the other operand, not the result.",
            ),
            Mistake(
                engine(by_first=lambda x, y: 1.0, by_second=lambda x, y: 1.0),
                "Your product passes gradients on as a sum does. Its partials are the other operands.",
            ),
            Mistake(
                engine(by_second=lambda x, y: 0.0),
                "The second operand of the product gets nothing.",
            ),
            Mistake(
                engine(by_first=lambda x, y: 0.0),
                "The first operand of the product gets nothing.",
            ),
            Mistake(
                engine(tanh_partial=lambda x, t: 1 - x * x),
                "That is 1 - x², tanh' is 1 - tanh²(x): use the result.",
            ),
            Mistake(engine(tanh_partial=lambda x, t: 1 - t), "tanh' is 1 - tanh²(x): the square is missing."),
            Mistake(
                engine(tanh_partial=lambda x, t: t * (1 - t)), "That is the sigmoid's rule. tanh' is 1 - tanh²(x)."
            ),
            Mistake(
                engine(tanh_partial=lambda x, t: 1.0),
                "Your tanh passes gradients on with factor 1. Its partial is 1 - tanh²(x).",
            ),
        ],
        hints=[
            "Take the class from the lesson, close the book, and write it again.",
            "backward: seed, sort, then for each node and each edge: operand.grad += partial * node.grad.",
        ],
        praise="Right on every graph that was tried: you have built an autodiff engine.",
    ),
    Exercise(
        "04.4",
        "Write softsign as a row of the library's table: x / (1 + |x|), whose derivative is 1 / (1 + |x|)².",
        _OfRows(
            ((0.5,), (-2.0,), (3.0,)),
            names=("x",),
            watch=_row_at,
            parts=("the value", "the slope", "the slope of the slope"),
        ),
        right=_row(_softsign, lambda out, x: 1.0 / (1.0 + absolute(x)) ** 2),
        wrong=[
            Mistake(
                _row(_softsign, lambda out, x: 1.0 / (1.0 + absolute(x))),
                "The square is missing: 1 / (1 + |x|)².",
            ),
            Mistake(
                _row(_softsign, lambda out, x: 1.0 / (1.0 + x) ** 2),
                "The bars are missing in the slope: 1 / (1 + |x|)², and not 1 / (1 + x)².",
            ),
            Mistake(
                _row(_softsign, lambda x, out: 1.0 / (1.0 + absolute(x)) ** 2),
                "The partial's first argument is the result, the second one is x: lambda out, x: ...",
            ),
            Mistake(
                _row(_softsign, lambda out, x: 1.0 / (1.0 + math.fabs(x)) ** 2),
                "The slope is right, but math.fabs knows plain numbers only, so there is no second derivative. Use "
                "arithmetic and autograd's own absolute.",
            ),
            Mistake(
                _row(_softsign, lambda out, x: out / (1.0 + absolute(x))),
                "out is x / (1 + |x|) already; the derivative has a 1 above the line.",
            ),
        ],
        hints=[
            'primitive("softsign", lambda x: ..., lambda out, x: ...)',
            "Write |x| as autograd.absolute(x), in both formulas.",
        ],
        praise="Right, and its second derivative came for free.",
    ),
    Exercise(
        "04.5",
        "Write cosh(x) for a Value x, out of autograd.exp and arithmetic: (e^x + e^-x) / 2.",
        Function(((0.0,), (1.0,), (-0.5,), (2.0,)), gradients=True),
        right=lambda x: (exp(x) + exp(-x)) / 2,
        wrong=[
            Mistake(
                lambda x: (exp(x) - exp(-x)) / 2,
                "That is sinh, the difference. It is the derivative of cosh, which the chain rule finds by itself.",
            ),
            Mistake(lambda x: exp(x) + exp(-x), "The division by 2 is missing."),
            Mistake(
                lambda x: exp(x) + exp(-x) / 2,
                "Brackets are missing: / binds more tightly than +, so only e⁻ˣ is halved.",
            ),
            Mistake(lambda x: exp(x) / 2, "The second half, e⁻ˣ / 2, is missing."),
            Mistake(lambda x: (exp(x) + exp(x)) / 2, "The second exponent is -x."),
            Mistake(
                lambda x: (exp(x.data) + exp(-x.data)) / 2,
                ".data takes the number out and cuts the graph, so there is no gradient. Use x itself.",
            ),
            Mistake(
                lambda x: Value((math.exp(x.data) + math.exp(-x.data)) / 2),
                "Value(...) of a plain number is a new leaf without memory of x. Use x itself, with autograd.exp.",
            ),
        ],
        hints=["exp(x) + exp(-x), and then divide by 2.", "Mind the brackets around the sum."],
        praise="Right, and its derivative, sinh, came from the chain rule.",
    ),
]
