"""How does a graph become a formula of SymPy, to be simplified, solved or printed there?

Read `primitives` first.  Each row becomes the equivalent function of SymPy.  Optional: loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.arguments import not_a_value
from autograd.backpropagation import topological_order
from autograd.packages import how_to_install
from autograd.primitives import TABLE
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def to_sympy(output: Value) -> Any:
    """The graph of a Value as a SymPy expression of its leaves, which are real symbols named by their labels.

    A leaf without a label is named x1, x2, ...; leaves with equal labels are numbered too.  For a row that selects one
    of its operands, as `where` does, the formula is that of the branch that was taken.

    Raises TypeError for anything but a Value or for a node with a user's `_backward`, ImportError without SymPy.
    """
    if not isinstance(output, Value):
        raise not_a_value(output, "to_sympy: output")
    try:
        import sympy
    except ModuleNotFoundError as error:
        cure = how_to_install("sympy", 'python -m pip install "chalkgrad[sympy]"')
        raise ImportError(f"to_sympy needs SymPy: {cure}") from error
    functions = _functions(sympy)
    found: dict[Any, Any] = {}
    names: set[str] = set()
    for node in topological_order(output):
        if node.primitive is None:
            if node.operands:
                raise TypeError(f"to_sympy: {node!r} was made by hand, so its formula is not known")
            found[node] = sympy.Symbol(_name(node, names), real=True)
        else:
            row = node.primitive
            known = functions.get(row.name) if TABLE.get(row.name) is row else None
            operands = [found[o] if isinstance(o, Value) else _number(sympy, o) for o in node.operands]
            found[node] = known(*operands) if known else sympy.Function(row.name)(*operands)
    return found[output]


def _name(leaf: Value, taken: set[str]) -> str:
    """The leaf's label, made unique."""
    n, stem = 1, leaf.label or "x"
    name = stem if leaf.label else "x1"
    while name in taken:
        n += 1
        name = f"{stem}{n}"
    taken.add(name)
    return name


def _number(sympy: Any, number: float) -> Any:
    """A whole number as an integer, so that x**2 can be simplified; any other as a double."""
    return sympy.Integer(int(number)) if number % 1.0 == 0.0 and abs(number) < 2**53 else sympy.Float(number, 17)


def _functions(s: Any) -> dict[str, Callable[..., Any]]:
    """For each row of the table its form in SymPy."""
    named = {
        "exp": s.exp, "log": s.log, "sqrt": s.sqrt, "sin": s.sin, "cos": s.cos, "tan": s.tan, "arcsin": s.asin,
        "arccos": s.acos, "arctan": s.atan, "sinh": s.sinh, "cosh": s.cosh, "tanh": s.tanh, "arcsinh": s.asinh,
        "arccosh": s.acosh, "arctanh": s.atanh, "arctan2": s.atan2, "sech": s.sech, "erf": s.erf, "sign": s.sign,
        "absolute": s.Abs, "maximum": s.Max, "minimum": s.Min, "sum": s.Add,
    }  # fmt: skip
    return named | _arithmetic(s) | _activations(s) | _of_derivatives(s) | _of_vectors(s)


def _arithmetic(s: Any) -> dict[str, Callable[..., Any]]:
    return {
        "identity": lambda x: x,
        "add": lambda x, y: x + y,
        "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y,
        "divide": lambda x, y: x / y,
        "negative": lambda x: -x,
        "power": lambda x, y: x**y,
        "square": lambda x: x**2,
        "reciprocal": lambda x: 1 / x,
        "where": lambda condition, x, y: x if condition else y,
        "negative_part": lambda x: s.Min(x, 0),
        "clip": lambda x, low, high: s.Min(s.Max(x, low), high),
        "expm1": lambda x: s.exp(x) - 1,
        "exp2": lambda x: 2**x,
        "log1p": lambda x: s.log(1 + x),
        "log2": lambda x: s.log(x, 2),
        "log10": lambda x: s.log(x, 10),
        "hypot": lambda x, y: s.sqrt(x**2 + y**2),
        "xlogy": lambda x, y: x * s.log(y),
        "logaddexp": lambda x, y: s.log(s.exp(x) + s.exp(y)),
        "normal_pdf": lambda x: s.exp(-(x**2) / 2) / s.sqrt(2 * s.pi),
        "normal_cdf": lambda x: (1 + s.erf(x / s.sqrt(2))) / 2,
    }


def _activations(s: Any) -> dict[str, Callable[..., Any]]:
    def sigmoid(x: Any) -> Any:
        return 1 / (1 + s.exp(-x))

    def softplus(x: Any) -> Any:
        return s.log(1 + s.exp(x))

    def from_zero(x: Any, below: Any) -> Any:
        """x if it is positive, else `below`."""
        return s.Piecewise((x, x > 0), (below, True))

    scale, alpha = s.Float(1.0507009873554805, 17), s.Float(1.6732632423543772, 17)
    return {
        "sigmoid": sigmoid,
        "softplus": softplus,
        "relu": lambda x: from_zero(x, s.Integer(0)),
        "leaky_relu": lambda x, slope: from_zero(x, slope * x),
        "elu": lambda x, alpha: from_zero(x, alpha * (s.exp(x) - 1)),
        "selu": lambda x: scale * from_zero(x, alpha * (s.exp(x) - 1)),
        "gelu": lambda x: x * (1 + s.erf(x / s.sqrt(2))) / 2,
        "silu": lambda x: x * sigmoid(x),
        "mish": lambda x: x * s.tanh(softplus(x)),
        "softsign": lambda x: x / (1 + s.Abs(x)),
        "hardtanh": lambda x: s.Min(s.Max(x, -1), 1),
        "log_sigmoid": lambda x: -softplus(-x),
    }


def _of_derivatives(s: Any) -> dict[str, Callable[..., Any]]:
    """The rows that only derivatives consist of: the graph of a gradient has them too."""

    def pdf(x: Any) -> Any:
        return s.exp(-(x**2) / 2) / s.sqrt(2 * s.pi)

    def sigmoid(x: Any, times: int = 0) -> Any:
        """The sigmoid, differentiated so many times."""
        at = s.Dummy(real=True)
        return s.diff(1 / (1 + s.exp(-at)), at, times).subs(at, x)

    def power(x: Any, y: Any, n: Any, m: Any) -> Any:
        base, exponent = s.Dummy(positive=True), s.Dummy(real=True)
        return s.diff(base**exponent, base, int(n), exponent, int(m)).subs({base: x, exponent: y})

    return {
        "over_square": lambda x, y: x / y**2,
        "power_partial": lambda x, y: y * x ** (y - 1),
        "power_exponent_partial": lambda x, y: x**y * s.log(x),
        "power_derivative": power,
        "self_power": lambda x: x**x,
        "self_power_partial": lambda x: x**x * (1 + s.log(x)),
        "times_exp": lambda x, y: x * s.exp(y),
        "one_minus_square": lambda x: 1 - x**2,
        "cosine": lambda x, y: x / s.sqrt(x**2 + y**2),
        "lorentzian": lambda x: 1 / (1 + x**2),
        "sigmoid_partial": lambda x: sigmoid(x, 1),
        "silu_partial": lambda x: sigmoid(x) + x * sigmoid(x, 1),
        "silu_curve": lambda x: 2 * sigmoid(x, 1) + x * sigmoid(x, 2),
        "times_normal_pdf": lambda x, y: x * pdf(y),
        "times_normal_cdf": lambda x, y: x * (1 + s.erf(y / s.sqrt(2))) / 2,
        "bell": lambda x: s.exp(-(x**2)),
        "sech_softplus": lambda x: s.sech(s.log(1 + s.exp(x))),
        "share": lambda x, y: s.exp(x) / (s.exp(x) + s.exp(y)),
        "exp_difference": lambda x, y: s.exp(x - y),
    }


def _of_vectors(s: Any) -> dict[str, Callable[..., Any]]:
    def halves(terms: Sequence[Any]) -> Any:
        return zip(terms[: len(terms) // 2], terms[len(terms) // 2 :], strict=True)

    def logsumexp(*xs: Any) -> Any:
        return s.log(s.Add(*map(s.exp, xs)))

    def softmax(index: Any, *xs: Any) -> Any:
        return s.exp(xs[int(index)]) / s.Add(*map(s.exp, xs))

    return {
        "dot": lambda start, *terms: start + s.Add(*(x * y for x, y in halves(terms))),
        "logsumexp": logsumexp,
        "softmax": softmax,
        "softmax_others": lambda index, *xs: 1 - softmax(index, *xs),
        "cross_entropy": lambda index, *xs: logsumexp(*xs) - xs[int(index)],
        "soft_cross_entropy": lambda *terms: s.Add(
            *(t * (logsumexp(*terms[: len(terms) // 2]) - x) for x, t in halves(terms))
        ),
        "take": lambda index, *xs: xs[int(index)],
    }
