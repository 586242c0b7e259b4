"""chalkgrad's engine: scalar reverse-mode automatic differentiation, made to be read.

Read the modules in this order.  The engine: `primitive` and `primitives` (the table of functions and derivatives), with
`ieee` and `arguments` behind them; `node`, `backpropagation` (the textbook loop) and `fast_backward` (the same, made
fast); `codegen`, `elementary` and `value`; `vector_ops`, `tree`, `functional`, `gradcheck`.  Needed only for details:
`more_primitives`, `statistics`, `no_grad`, `micrograd`, `numpy_functions`, `foreign_names`, `pause_gc`,
`file_cache`, `packages`.  Then the packages: `symbolic` (formulas), `views` (trace, explain, draw, stepper) and
`compiler`.

>>> x = Value(3.0)
>>> y = x * x
>>> y.backward()
>>> x.grad
6.0
"""

import os as _os
from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _os.path.exists(_os.path.join(_os.path.dirname(__file__), "wrap_util.py")):
    raise ImportError(
        "another package, HIPS autograd, is installed into the folder of chalkgrad's engine and has mixed with it: "
        "run python -m pip uninstall autograd chalkgrad, then install chalkgrad again"
    )

from autograd.gradcheck import check_gradients
from autograd.functional import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.node import NOT_COMPUTED
from autograd.codegen import source
from autograd.primitives import (
    absolute, add, arccos, arcsin, arctan, cos, cosh, divide, elu, exp, expm1, gelu, hypot, identity, leaky_relu, log,
    log1p, maximum, minimum, multiply, negative, power, reciprocal, relu, sech, selu, sigmoid, sign, silu, sin, sinh,
    softplus, sqrt, square, subtract, tan, tanh, where, xlogy,
)  # fmt: skip
from autograd.more_primitives import (
    arccosh, arcsinh, arctan2, arctanh, erf, exp2, hardtanh, log2, log10, log_sigmoid, logaddexp, mish, softsign,
)  # fmt: skip
from autograd.no_grad import no_grad
from autograd.primitive import NOT_TAKEN, Primitive, primitive
from autograd.vector_ops import affine, cross_entropy, dot, logsumexp, mean, softmax, take
from autograd.vector_ops import sum as sum
from autograd.statistics import clip, cumsum, log_softmax, norm, prod, std, var
from autograd.value import Value, assign

if _TYPE_CHECKING:
    from autograd.compiler import compile as compile
    from autograd.compiler import depends_on, drawn, is_index
    from autograd.views.draw import draw, draw_dot, render_dot
    from autograd.views.draw.digraph import Digraph
    from autograd.views.explain import explain, nudge
    from autograd.views.stepper import stepper
    from autograd.symbolic.formulas import explain_row, formulas
    from autograd.symbolic.to_sympy import to_sympy
    from autograd.views.trace import trace

# The views and the compiler are imported on first use: name -> module.
_VIEWS = {
    "Digraph": "views.draw.digraph", "compile": "compiler", "depends_on": "compiler", "draw": "views.draw",
    "draw_dot": "views.draw", "drawn": "compiler", "explain": "views.explain", "explain_row": "symbolic.formulas",
    "formulas": "symbolic.formulas", "is_index": "compiler", "nudge": "views.explain", "render_dot": "views.draw",
    "stepper": "views.stepper", "to_sympy": "symbolic.to_sympy", "trace": "views.trace",
}  # fmt: skip

__all__ = [  # noqa: RUF022 - grouped; without `sum` and `compile`, which would shadow built-ins: write autograd.sum
    "Value", "Primitive", "primitive", "assign", "no_grad", "NOT_COMPUTED", "NOT_TAKEN",
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh",
    "divide", "elu", "erf", "exp", "exp2", "expm1", "gelu", "hardtanh", "hypot", "identity", "leaky_relu", "log",
    "log1p", "log2", "log10", "log_sigmoid", "logaddexp", "maximum", "minimum", "mish", "multiply", "negative",
    "power", "reciprocal", "relu", "sech", "selu", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "softsign",
    "sqrt", "square", "subtract", "tan", "tanh", "where", "xlogy",
    "affine", "clip", "cross_entropy", "cumsum", "dot", "log_softmax", "logsumexp", "mean", "norm", "prod", "softmax",
    "std", "take", "var",
    "check_gradients", "grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp",
    "depends_on", "draw", "draw_dot", "drawn", "explain", "explain_row", "formulas", "is_index", "nudge",
    "render_dot", "source", "stepper", "to_sympy", "trace", "Digraph",
]  # fmt: skip


def _display(value: Value, **_: object) -> object:
    return _import_module("autograd.views.draw").display_of(value)


Value._repr_mimebundle_ = _display  # type: ignore[attr-defined]  # a notebook draws a small Value


if not _TYPE_CHECKING:  # or a type checker would take every name for one of this module

    def __getattr__(name: str) -> object:
        if name not in _VIEWS:
            from autograd.foreign_names import missing, no_such_name

            raise missing(no_such_name(name, __all__), name, "autograd")
        try:
            view = getattr(_import_module(f"autograd.{_VIEWS[name]}"), name)
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("autograd."):
                raise
            raise ImportError(
                f"autograd.{name} needs {error.name}, which is not installed: run python -m pip install chalkgrad"
            ) from error
        globals()[name] = view
        return view


def __dir__() -> list[str]:
    return sorted({*globals(), *_VIEWS})
