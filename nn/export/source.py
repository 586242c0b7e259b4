"""How is a model written as one file of Python or C without dependencies?

Read before: ``steps``, ``python_modules``, ``c_modules``.
"""

from __future__ import annotations

import math
from typing import Any

from nn.export import c_modules, python_modules
from nn.export.steps import Bend, Linear, LookUp, Normalize, Shape, Standard, shapes, steps_of

FORMULAS = {
    "sigmoid": "exp(smaller(x, 0.0)) / (1.0 + exp(-fabs(x)))",
    "tanh": "tanh(x)",
    "relu": "larger(x, 0.0)",
    "leaky_relu": "larger(x, 0.0) + 0.01 * smaller(x, 0.0)",
    "elu": "larger(x, 0.0) + expm1(smaller(x, 0.0))",
    "selu": "1.0507009873554805 * (larger(x, 0.0) + 1.6732632423543772 * expm1(smaller(x, 0.0)))",
    "gelu": "0.5 * x * erfc(-0.7071067811865476 * x)",
    "silu": "x * exp(smaller(x, 0.0)) / (1.0 + exp(-fabs(x)))",
    "softplus": "larger(x, 0.0) + log1p(exp(-fabs(x)))",
    "mish": "x * tanh(larger(x, 0.0) + log1p(exp(-fabs(x))))",
    "softsign": "x / (1.0 + fabs(x))",
    "hardtanh": "larger(smaller(x, 1.0), -1.0)",
    "log_sigmoid": "smaller(x, 0.0) - log1p(exp(-fabs(x)))",
}
"""Each activation as an expression that is valid Python and C."""

_PYTHON = '''"""A model from chalkgrad: predict([...]) takes {takes} and gives {gives}."""

from math import erfc, exp, expm1, fabs, log1p, sqrt, tanh


def larger(x, y):
    return y if x < y else x  # nan if x is nan


def smaller(x, y):
    return y if x > y else x
{functions}

def predict(x):
    part = x
    for size in {shape}:
        if len(part) != size:
            raise ValueError(f"predict takes {takes}, got {{len(part)}} where there should be {{size}}")
        part = part[0]
{body}
    return x
'''
_PYTHON_STEPS = {
    "linear": """\
    rows = {weights!r}
    biases = {biases!r}
    sums = []
    for row, total in zip(rows, biases):
        for weight, number in zip(row, x):
            total += weight * number
        sums.append(total)
    x = sums""",
    "bend": "    x = {formula}",
    "softmax": """\
    x = [exp(number - max(x)) for number in x]
    x = [number / sum(x) for number in x]""",
    "normalize": """\
    centre = sum(x) / {size}
    deviation = sqrt(sum((number - centre) ** 2 for number in x) / {size} + {epsilon!r})
    scale, shift = {scale!r}, {shift!r}
    x = [(number - centre) / deviation * s + b for number, s, b in zip(x, scale, shift)]""",
    "look_up": """\
    vectors = {vectors!r}
    for index in x:
        if not 0 <= index < len(vectors):
            raise ValueError(f"an index must be from 0 to {{len(vectors) - 1}}, got {{index}}")
    x = [number for index in x for number in vectors[int(index)]]""",
}

_C = """/* A trained model, written by chalkgrad: predict(x, y) takes {inputs} number(s) in x and writes {outputs} to y.
   Compile it into a program of yours, cc -c model.c, and link with -lm; with -DMODEL_MAIN it is a program that reads
   samples from its input and prints what the model gives for each. */
#include <math.h>

#define MODEL_INPUTS {inputs}
#define MODEL_OUTPUTS {outputs}
#define larger(x, y) ((x) < (y) ? (y) : (x)) /* nan if x is nan */
#define smaller(x, y) ((x) > (y) ? (y) : (x))

{constants}

{functions}void predict(const double *x0, double *y) {{
{body}
    for (int i = 0; i < MODEL_OUTPUTS; i++) y[i] = {last}[i];
}}

#ifdef MODEL_MAIN
#include <stdio.h>
int main(void) {{
    double x[MODEL_INPUTS], y[MODEL_OUTPUTS];
    for (;;) {{
        for (int i = 0; i < MODEL_INPUTS; i++)
            if (scanf("%lf", &x[i]) != 1) return 0;
        predict(x, y);
        for (int i = 0; i < MODEL_OUTPUTS; i++) printf("%.17g%c", y[i], i + 1 < MODEL_OUTPUTS ? ' ' : '\\n');
    }}
}}
#endif
"""
_C_STEPS = {
    "linear": """\
    double x{n}[{size}];
    for (int i = 0; i < {size}; i++) {{
        x{n}[i] = biases{n}[i];
        for (int j = 0; j < {before}; j++) x{n}[i] += weights{n}[i * {before} + j] * x{m}[j];
    }}""",
    "bend": """\
    double x{n}[{size}];
    for (int i = 0; i < {size}; i++) {{ double x = x{m}[i]; x{n}[i] = {formula}; }}""",
    "softmax": """\
    double x{n}[{size}], highest{n} = x{m}[0], total{n} = 0.0;
    for (int i = 1; i < {size}; i++) highest{n} = larger(highest{n}, x{m}[i]);
    for (int i = 0; i < {size}; i++) total{n} += x{n}[i] = exp(x{m}[i] - highest{n});
    for (int i = 0; i < {size}; i++) x{n}[i] /= total{n};""",
    "normalize": """\
    double x{n}[{size}], centre{n} = 0.0, square{n} = 0.0;
    for (int i = 0; i < {size}; i++) centre{n} += x{m}[i] / {size};
    for (int i = 0; i < {size}; i++) square{n} += (x{m}[i] - centre{n}) * (x{m}[i] - centre{n}) / {size};
    for (int i = 0; i < {size}; i++)
        x{n}[i] = (x{m}[i] - centre{n}) / sqrt(square{n} + {epsilon!r}) * scale{n}[i] + shift{n}[i];""",
    "look_up": """\
    double x{n}[{size}];
    for (int i = 0; i < {size}; i++) {{ /* nan for an index outside the table */
        double index = x{m}[i / {width}];
        x{n}[i] = index >= 0.0 && index < {count} ? vectors{n}[(int)index * {width} + i % {width}] : NAN;
    }}""",
}


def to_python(model: Any, shape: Any = None) -> str:
    """A Python module as text, without imports but ``math``, whose ``predict`` takes one sample and gives a list.

    ``shape`` is the shape of a sample, which a model of images or sequences needs, such as (1, 8, 8) or (30, 2). Of an
    RNN, LSTM or GRU it gives the outputs, without the last state. Raises ``TypeError`` or ``ValueError`` if the model
    cannot be exported or the shape does not fit.

    >>> import nn
    >>> module = {}
    >>> exec(to_python(nn.Neuron(1, init=lambda *_: 3.0, nonlin=False)), module)
    >>> module["predict"]([2.0])
    [6.0]
    """
    steps = steps_of(model)
    given = shapes(steps, shape)
    body, names = [], []
    for step, before in zip(steps, given, strict=False):
        if isinstance(step, Standard):
            used, expression = python_modules.python_of(step)
            names += used
            body.append(f"    x = {expression}")
        else:
            kind, numbers = _described(step, before)
            if kind == "bend":
                numbers["formula"] = _nested(numbers["formula"], len(before))
            body.append(_PYTHON_STEPS[kind].format(**numbers))
    takes, gives = ("numbers in lists of the shape {}".format("×".join(map(str, each))) if len(each) > 1
                    else f"{each[0]} number(s)" for each in (given[0], given[-1]))  # fmt: skip
    head = {"takes": takes, "gives": gives, "shape": given[0]}
    return _PYTHON.format(**head, body="\n".join(body), functions=python_modules.functions(names))


def _nested(formula: str, depth: int) -> str:
    """The list of what the formula makes of each number in lists of this depth."""
    for _ in range(depth):
        formula = f"[{formula} for x in x]"
    return formula


def to_c(model: Any, shape: Any = None) -> str:
    """A file of C99 as text, for ``cc -c`` and ``-lm``: ``void predict(const double *x, double *y)``.

    ``shape`` is the shape of a sample, which a model of images or sequences needs, such as (1, 8, 8) or (30, 2); its
    numbers are in ``x`` row by row. Of an RNN, LSTM or GRU it gives the outputs, without the last state. Raises
    ``TypeError`` or ``ValueError`` if the model cannot be exported or the shape does not fit.

    >>> import nn
    >>> "#define MODEL_INPUTS 2" in to_c(nn.MLP(2, [3, 1]))
    True
    """
    steps = steps_of(model)
    given = shapes(steps, shape)
    constants: list[str] = []
    body: list[str] = []
    names: list[str] = []
    for n, (step, before, after) in enumerate(zip(steps, given, given[1:], strict=False), 1):
        if isinstance(step, Standard):
            used, lines = c_modules.c_of(step, n, before, after)
            names += used
            body.append(lines)
            constants += [_array(f"{name.replace('.', '_')}{n}", rows) for name, rows in step.numbers.items()]
            continue
        kind, numbers = _described(step, before)
        arrays = {name: numbers[name] for name in ("weights", "biases", "scale", "shift", "vectors") if name in numbers}
        constants += [_array(f"{name}{n}", entries) for name, entries in arrays.items()]
        numbers |= {"n": n, "m": n - 1, "size": math.prod(after), "before": math.prod(before)}
        body.append(_C_STEPS[kind].format(**numbers))
    return _C.format(
        inputs=math.prod(given[0]), outputs=math.prod(given[-1]), last=f"x{len(steps)}",
        constants="\n".join(constants), functions=c_modules.functions(names), body="\n".join(body),
    )  # fmt: skip


def _described(step: Any, before: Shape) -> tuple[str, dict[str, Any]]:
    """The kind of a step, and what its template needs."""
    if isinstance(step, Linear):
        return "linear", {"weights": step.weights, "biases": step.biases}
    if isinstance(step, Normalize):
        return "normalize", {**vars(step), "size": len(step.scale)}
    if isinstance(step, LookUp):
        return "look_up", {"vectors": step.vectors, "count": len(step.vectors), "width": len(step.vectors[0])}
    assert isinstance(step, Bend)  # noqa: S101 - there are four kinds
    if step.name == "softmax" and len(before) > 1:
        raise ValueError(f"softmax takes the numbers of one list, but here a sample has the shape {before}")
    return ("softmax", {}) if step.name == "softmax" else ("bend", {"formula": FORMULAS[step.name]})


def _array(name: str, numbers: Any) -> str:
    flat = [number for row in numbers for number in row] if isinstance(numbers[0], list) else numbers
    lines = [", ".join(map(repr, flat[n : n + 4])) for n in range(0, len(flat), 4)]
    return f"static const double {name}[] = {{\n    " + ",\n    ".join(lines) + "\n};"
