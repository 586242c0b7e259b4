"""Which further functions can be differentiated?  More rows of the table in `primitives`, which no other row needs.

Read `primitives` first; nothing needs to be read after this file.  Importing it adds its rows to the table.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd.ieee import arctanh_pole, log_pole
from autograd.primitive import NOT_TAKEN, Primitive, primitive
from autograd.primitives import (
    TABLE, absolute, cosine, exp, exp_difference, hypot, logsumexp_of, maximum, minimum, normal_pdf, one_minus_square,
    over_square, sigmoid, silu, softplus, sqrt, tanh, times_normal_pdf, where,
)  # fmt: skip

if TYPE_CHECKING:
    from autograd.primitive import Number

# fmt: off
# ------------------------------------------------------------------------------------- elementary functions

exp2      = primitive("exp2",      math.exp2,  lambda out, x: LN_2 * out,
                      text="2 ** {}", latex="2^{{{}}}", ieee=lambda x: math.inf)
log2      = primitive("log2",      math.log2,  lambda out, x: LOG2_E / x, latex=r"\log_2({})", ieee=log_pole,
                      domain="x > 0", cure="keep x positive, for example log2(maximum(x, 1e-12))")
log10     = primitive("log10",     math.log10, lambda out, x: LOG10_E / x, latex=r"\log_{{10}}({})", ieee=log_pole,
                      domain="x > 0", cure="keep x positive, for example log10(maximum(x, 1e-12))")
arcsinh   = primitive("arcsinh",   math.asinh, lambda out, x: 1.0 / hypot(1.0, x))
arccosh   = primitive("arccosh",   math.acosh, lambda out, x: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),
                      domain="x >= 1", cure="keep x at 1 or above, for example arccosh(maximum(x, 1))")
arctanh   = primitive("arctanh",   math.atanh, lambda out, x: 1.0 / one_minus_square(x),
                      domain="-1 < x < 1", cure="keep x between -1 and 1", ieee=arctanh_pole)
arctan2   = primitive("arctan2",   math.atan2, lambda out, x, y: cosine(y, x) / hypot(x, y),
                                               lambda out, x, y: -cosine(x, y) / hypot(x, y))
logaddexp = primitive("logaddexp", lambda x, y: logsumexp_of(x, y),
                      lambda out, x, y: share(x, y), lambda out, x, y: share(y, x),
                      text="log(exp({}) + exp({}))", latex=r"\ln(e^{{{}}} + e^{{{}}})")
erf       = primitive("erf",       math.erf,   lambda out, x: TWO_OVER_ROOT_PI * bell(x))

# ----------------------------------------------------------------------------------------------------- activations

log_sigmoid = primitive("log_sigmoid", lambda x: -softplus(-x), lambda out, x: sigmoid(-x), latex=r"\ln \sigma({})")
softsign  = primitive("softsign",  lambda x: x / (1.0 + absolute(x)),
                      lambda out, x: over_square(1.0, 1.0 + absolute(x)))
hardtanh  = primitive("hardtanh",  lambda x: where(x >= 1.0, 1.0, where(x <= -1.0, -1.0, x)),
                      lambda out, x: where(x >= 1.0, NOT_TAKEN, where(x <= -1.0, NOT_TAKEN, 1.0)))
mish      = primitive("mish",      lambda x: mish_of(x),
                      lambda out, x: tanh(softplus(x)) + silu(x) * sech_softplus(x) ** 2,
                      text="{0} * tanh(softplus({0}))", latex=r"{0} \tanh(\operatorname{{softplus}}({0}))")

LN_2, LOG2_E, LOG10_E, TWO_OVER_ROOT_PI = 0.6931471805599453, 1.4426950408889634, 0.4342944819032518, 1.1283791670955126
# fmt: on


# ------------------------------------------------------------------------------- terms of the derivatives


def _share(x: Number, y: Number) -> Number:
    """e^x / (e^x + e^y), computed from exp(-|x - y|), which does not overflow."""
    ratio = exp_difference(minimum(x, y), maximum(x, y))
    return where(x < y, ratio, 1.0) / (1.0 + ratio)


def mish_of(x: Number) -> Number:
    """x tanh(softplus(x)) = silu(x) (1 + e^x / (e^2x + 2 e^x + 2)), in which no factor loses digits."""
    e = exp(-absolute(x))
    return silu(x) * (1.0 + e / ((1.0 + e) * (1.0 + e) + where(x > 0.0, e * e, 1.0)))


def _sech_softplus(x: Number) -> Number:
    """2 (1 + e^x) / ((1 + e^x)² + 1), in powers of e^-x for positive x."""
    e = exp(-absolute(x))
    scale = where(x > 0.0, e, 1.0)
    return 2.0 * scale * (1.0 + e) / ((1.0 + e) * (1.0 + e) + scale * scale)


# fmt: off
bell             = primitive("bell", lambda x: 6.283185307179586 * normal_pdf(x) ** 2,
                             lambda out, x: -12.566370614359172 * (normal_pdf(x) * times_normal_pdf(x, x)),
                             text="exp(-{}²)", latex="e^{{-{}^2}}")
sech_softplus    = primitive("sech_softplus", _sech_softplus,
                             lambda out, x: -out * tanh(softplus(x)) * sigmoid(x),
                             text="sech(softplus({}))", latex=r"\operatorname{{sech}}(\operatorname{{softplus}}({}))")
share            = primitive("share", _share,
                             lambda out, x, y: out * share(y, x), lambda out, x, y: -out * share(y, x),
                             text="exp({0}) / (exp({0}) + exp({1}))",
                             latex=r"\frac{{e^{{{0}}}}}{{e^{{{0}}} + e^{{{1}}}}}")
# fmt: on

TABLE |= {row.name: row for row in list(globals().values()) if isinstance(row, Primitive)}
