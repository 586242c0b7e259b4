"""Which mistakes do learners make in lesson 13, "Beyond first derivatives"?"""

from __future__ import annotations

from typing import Any

from autograd import exp, grad
from chalkgrad.exercises.answer_types import Choice, Function, Number, Numbers
from chalkgrad.exercises.exercise import Exercise, Mistake


def parabola(x: Any) -> Any:
    """3x² + 2x + 1."""
    return 3 * x**2 + 2 * x + 1


def bowl(x: Any) -> Any:
    """eˣ - 2x."""
    return exp(x) - 2 * x


def quartic(x: Any) -> Any:
    """x⁴ + x²."""
    return x**4 + x**2


def product(p: Any) -> Any:
    """x² · y."""
    return p[0] ** 2 * p[1]


def banana(p: Any) -> Any:
    """(1 - x)² + 100 (y - x²)²."""
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def mixed(p: Any) -> Any:
    """x · y · z + x³ - z²."""
    return p[0] * p[1] * p[2] + p[0] ** 3 - p[2] ** 2


STEPS = [(parabola, 1.0), (bowl, 2.0), (quartic, 0.5)]
PRODUCTS = [
    (product, [3.0, 5.0], [1.0, 0.0]),
    (banana, [0.5, -0.3], [1.0, 2.0]),
    (mixed, [1.0, -2.0, 0.5], [2.0, 1.0, -1.0]),
]


def _slope_times(f: Any, v: list[float]) -> Any:
    return lambda xs: sum(g * c for g, c in zip(grad(f)(xs), v, strict=True))


def _diagonal(f: Any, x: list[float], v: list[float]) -> list[float]:
    return [grad(lambda xs, n=n: grad(f)(xs)[n])(x)[n] * v[n] for n in range(len(x))]


def _row_sums(f: Any, x: list[float], v: list[float]) -> list[float]:
    return [c * s for c, s in zip(v, grad(_slope_times(f, [1.0] * len(x)))(x), strict=True)]


EXERCISES = [
    Exercise(
        "13.1",
        "Write newton_step(f, x): one step of Newton's method towards a minimum.",
        Function(STEPS, names=("f", "x")),
        right=lambda f, x: x - grad(f)(x) / grad(grad(f))(x),
        wrong=[
            Mistake(
                lambda f, x: x - f(x) / grad(f)(x),
                "That is Newton's method for a *zero* of f. At a minimum it is the slope that is zero: put f' in "
                "place of f and f'' in place of f'.",
            ),
            Mistake(
                lambda f, x: x + grad(f)(x) / grad(grad(f))(x), "The sign is wrong: a positive slope means going back."
            ),
            Mistake(lambda f, x: x - grad(f)(x), "That is gradient descent with rate 1. Divide by the curvature."),
            Mistake(
                lambda f, x: x - grad(f)(x) * grad(grad(f))(x),
                "You multiplied by the curvature. Where it is strong, the bottom is near, so divide.",
            ),
            Mistake(
                lambda f, x: x - grad(f)(x) / grad(f)(x) ** 2,
                "f'' is the derivative of f', not its square: grad(grad(f)).",
            ),
            Mistake(
                lambda f, x: x - grad(grad(f))(x) / grad(f)(x),
                "The fraction is upside down: slope above, curvature below.",
            ),
            Mistake(
                lambda f, x: grad(f)(x) / grad(grad(f))(x), "That is how far to go. Where do you arrive? x minus that."
            ),
        ],
        hints=["Slope g, curvature h: the bottom is at a distance of g/h.", "grad(grad(f))(x) is the curvature."],
    ),
    Exercise(
        "13.2",
        "A function takes 1,000 numbers and returns 3: how many sweeps in each mode?",
        Numbers(
            ("forward", "reverse"),
            tolerance=1e-9,
            slips={
                ("forward", 3): "Forward mode answers how everything changes with *one input*: a sweep for each input.",
                (
                    "forward",
                    1,
                ): "One sweep forward gives the derivatives with respect to one input, and there are 1,000.",
                ("forward", 3000): "One sweep forward gives all three outputs' derivatives at once.",
                (
                    "reverse",
                    1000,
                ): "Reverse mode answers how *one output* changes with everything: a sweep for each output.",
                ("reverse", 1): "One sweep back belongs to one output, and there are three.",
                ("reverse", 3000): "One sweep back gives the derivatives with respect to all 1,000 inputs at once.",
            },
        ),
        right={"forward": 1000, "reverse": 3},
        wrong=[
            Mistake(
                {"forward": 3, "reverse": 1000},
                "The wrong way round: forward mode starts at one input, reverse mode at one output.",
            ),
            Mistake(
                {"forward": 3000, "reverse": 3000},
                "A sweep gives more than one derivative: forward a whole column of the table, reverse a whole row.",
            ),
            Mistake(
                {"forward": 1000, "reverse": 1},
                "One sweep would do for a loss, which is one number. Here three numbers come out.",
            ),
        ],
        hints=["Where does a sweep start? How many such places are there?"],
    ),
    Exercise(
        "13.3",
        "f(x, y) = x² + 3xy + 5y²: below which learning rate does gradient descent converge?",
        Number(),
        right=2 / 11,
        wrong=[
            Mistake(
                2 / 10,
                "You took the largest number on the diagonal. The 3s beside it count too: take the largest eigenvalue.",
            ),
            Mistake(2 / 1, "That is 2 divided by the *smallest* curvature. The steepest direction sets the limit."),
            Mistake(11, "That is the largest curvature. The limit is 2 divided by it."),
            Mistake(1 / 11, "2/curvature: up to there it converges."),
            Mistake(2 / 12, "12 is the sum of both eigenvalues (and of the diagonal). The larger one alone counts."),
            Mistake(
                2 / 5.5, "The Hessian of x² has a 2, that of 5y² a 10: you took the numbers of the formula itself."
            ),
        ],
        hints=["The Hessian is [[2, 3], [3, 10]].", "Its eigenvalues are 1 and 11 (sum 12, product 2·10 - 3·3 = 11)."],
    ),
    Exercise(
        "13.4",
        "Write times_hessian(f, x, v), using grad twice.",
        Function(PRODUCTS, names=("f", "x", "v")),
        right=lambda f, x, v: grad(_slope_times(f, v))(x),
        wrong=[
            Mistake(
                lambda f, x, v: _slope_times(f, v)(x),
                "That is gradient · v, one number: how f itself changes in direction v. Take its gradient.",
            ),
            Mistake(lambda f, x, v: grad(f)(x), "That is the gradient. It has to be differentiated once more."),
            Mistake(
                lambda f, x, v: [g * c for g, c in zip(grad(f)(x), v, strict=True)],
                "You multiplied the gradient and v entry by entry. Add the products up to one number, and "
                "differentiate it.",
            ),
            Mistake(
                _diagonal,
                "You used only the diagonal of the Hessian. Moving along y also changes the slope along x.",
            ),
            Mistake(
                _row_sums,
                "You summed each row first and multiplied by v afterwards. v belongs inside the sum: h₁·v₁ + "
                "h₂·v₂ + ...",
            ),
            Mistake(
                lambda f, x, v: grad(f)(v),
                "That is the gradient at the place v. v is a direction here; the place is x.",
            ),
        ],
        hints=[
            "Write an inner function slope(xs) that returns the sum of gradient times v.",
            "Then grad(slope)(x).",
        ],
    ),
    Exercise(
        "13.5",
        "The gradient is 0 and the Hessian has the eigenvalues 4, 0.5 and -1: what is this point?",
        Choice(("a", "b", "c", "d")),
        right="c",
        wrong=[
            Mistake(
                "a",
                "A gradient of 0 is not enough for a minimum. One curvature is negative: along that axis it goes down.",
            ),
            Mistake("b", "At a maximum all curvatures are negative. Here two are positive."),
            Mistake(
                "d",
                "The height of the loss does not matter here. The signs of the curvatures say what surrounds the "
                "point.",
            ),
        ],
        hints=["Go along each of the three axes of the Hessian. Up or down?"],
        praise="Right: up along two axes, down along one. A random push is enough to leave it downhill.",
    ),
]
