"""Which tables does the reference have?  Losses, optimizers, schedules, layers, activations, and every function.

What can be taken from the code is taken from it: formulas, derivatives, ranges, conventions, advice.  The rest is in
`reference/tables.toml`, whose formulas a test computes and compares with the code.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import autograd
import nn
from autograd import Primitive, formulas, primitive
from chalkgrad.formula_sheet import Entry, conventions, entries, range_of
from generate.repository import DOCS

TABLES = DOCS / "reference" / "tables.toml"


def pages() -> dict[str, str]:
    """The pages by path."""
    return {
        "reference/losses.md": losses(),
        "reference/optimizers.md": optimizers(),
        "reference/schedules.md": schedules(),
        "reference/layers.md": layers(),
        "reference/activations.md": activations(),
        "reference/formula_sheet.md": formula_sheet(),
    }


def tables() -> dict[str, dict[str, dict[str, Any]]]:
    """The file `reference/tables.toml`: table, entry, field."""
    return tomllib.loads(TABLES.read_text(encoding="utf-8"))


def latex_of(expression: str, *names: str) -> str:
    """A Python expression of these names as LaTeX, evaluated on symbols as the rows of the table are."""
    scope = {name: getattr(autograd, name) for name in autograd.__all__}
    partials = eval(f"lambda out, {', '.join(names)}: {expression}", scope)
    forward = eval(f"lambda {', '.join(names)}: 0.0", scope)
    row = primitive("shown", forward, partials, *[lambda out, *_: 0.0 for _ in names[1:]])
    return formulas(row, "latex")[1][0]


def cell(latex: str) -> str:
    """A formula inside a Markdown table, where a bar would end the cell."""
    return f"${latex.replace('|', chr(92) + 'vert ')}$"


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def losses() -> str:
    """The losses: for one sample the value and the derivative with respect to the prediction."""
    rows = (
        (
            f"{{py:obj}}`~nn.{name}`<br>{entry['when']}",
            cell(entry.get("latex") or latex_of(entry["value"], "p", "t"))
            + "<br><br>derivative<br>"
            + cell(entry.get("latex_derivative") or latex_of(entry["derivative"], "p", "t")),
        )
        for name, entry in tables()["losses"].items()
    )
    return "\n".join(
        [
            "# Losses\n",
            "A loss takes the prediction first and the target second, for one sample or for a batch, and gives one",
            "number. For a batch it is the mean over the samples. In the table, $p$ is the prediction for one sample and",
            "$t$ its target; several predictions are $p_j$, and $[j = t]$ is 1 for the right class and 0 for the others.",
            "The derivative is the one with respect to $p$, which `backward()` sends into the model. No loss is negative,",
            "and the smallest value is 0, except that of `negative_log_likelihood` if its inputs are no logarithms of",
            "probabilities.\n",
            table(("loss, and when to use it", "for one sample"), rows),
            "## Penalties\n",
            "A penalty is added to a loss and keeps weights small. `weight_decay` of an optimizer has the same effect as",
            "`l2_penalty` with half its strength; only in `AdamW` it differs.\n",
            documented("nn.l1_penalty", "nn.l2_penalty"),
            "## All losses\n",
            documented(*(f"nn.{name}" for name in tables()["losses"])),
        ]
    )


def optimizers() -> str:
    """The rules of the optimizers."""
    rows = (
        (f"`{name}`<br>{entry['when']}", cell(entry["latex"]), _learning_rate(name.partition("(")[0]))
        for name, entry in tables()["optimizers"].items()
    )
    names = dict.fromkeys(name.partition("(")[0] for name in tables()["optimizers"])
    return "\n".join(
        [
            "# Optimizers\n",
            "An optimizer moves every parameter $p$ by its gradient $g$. $\\eta$ is the learning rate, $t$ the number of",
            "the step, and $\\epsilon$ a small number that avoids a division by zero. $m$ and $v$ are remembered for each",
            "parameter and start at 0. With `weight_decay` $\\lambda$, $g$ is replaced by $g + \\lambda p$, except in",
            "`AdamW`.\n",
            table(("optimizer, and when to use it", "one step", "default rate"), rows),
            "The rules and their defaults are PyTorch's, except the rate of `SGD`. A step is taken completely or not at",
            "all: if a gradient or a new parameter is not finite, `step()` raises `FloatingPointError`, names the",
            "parameter, and changes nothing.\n",
            "## All optimizers\n",
            documented("nn.Optimizer", *(f"nn.{name}" for name in names), members=True),
            documented("nn.ParameterGroups", "nn.clip_gradient_norm", "nn.clip_gradient_value", members=True),
        ]
    )


def _learning_rate(name: str) -> str:
    return str(inspect.signature(getattr(nn, name)).parameters["learning_rate"].default)


def schedules() -> str:
    """The schedules of the learning rate."""
    rows = ((f"`{name}`<br>{entry['when']}", cell(entry["latex"])) for name, entry in tables()["schedules"].items())
    names = dict.fromkeys(name.partition("(")[0] for name in tables()["schedules"])
    return "\n".join(
        [
            "# Schedules\n",
            "A schedule gives the factor by which the learning rate is multiplied at time $t$, in epochs: 2.5 is half-way",
            "through the third. Pass one to `nn.fit` as `schedule=`. Any function of the time is a schedule too, such as",
            "`schedule=lambda time: 1 / (1 + time)`.\n",
            table(("schedule, and when to use it", "factor at time $t$"), rows),
            "`nn.ReduceOnPlateau` lowers the rate when the loss no longer falls; it is a callback of `nn.fit`.\n",
            "## All schedules\n",
            documented("nn.Schedule", *(f"nn.{name}" for name in names), "nn.ReduceOnPlateau"),
        ]
    )


def available_layers() -> dict[str, dict[str, Any]]:
    """The entries of modules, without those of an optional folder that is missing."""
    return {name: entry for name, entry in tables()["layers"].items() if name in nn.__all__}


def layers() -> str:
    """The modules that a model is made of."""
    rows = (
        (
            f"{{py:obj}}`~nn.{name}`<br>{entry['when']}",
            cell(entry["latex"]),
            f"`{entry['make']}`<br>{entry['parameters']} parameters",
        )
        for name, entry in available_layers().items()
    )
    summary = nn.MLP(2, [16, 16, 1], activation="tanh").summary()
    return "\n".join(
        [
            "# Layers and models\n",
            "$f$ is the activation, $x$ one sample: a list of numbers or Values. There is no batch dimension: a model is",
            "called once for each sample, as in `[model(x) for x in X]`.\n",
            table(("module, and when to use it", "output", "example"), rows),
            "## The summary of a model\n",
            "`model.summary()` lists the modules of a model, their sizes and their parameters:\n",
            "```python",
            "import nn",
            "",
            "print(nn.MLP(2, [16, 16, 1], activation='tanh').summary())",
            "```\n",
            "```text",
            summary,
            "```\n",
            "## All modules\n",
            documented("nn.Module", members=True),
            documented(*(f"nn.{name}" for name in available_layers()), members=True),
        ]
    )


def activations() -> str:
    """The activations: everything is in the code."""
    ranges = {entry.name: range_of(entry) for entry in entries()["Activations"]}
    rows = (
        (
            f"`{name}`<br>" + nn.activation(name).advice.replace("|", r"\|"),
            "<br><br>derivative<br>".join(_formulas(nn.activation(name))),
            f"{ranges.get(name, '(0, 1)')}<br>{nn.activation(name).init}, {nn.activation(name).gain:.4g}",
        )
        for name in nn.activation_names()
    )
    return "\n".join(
        [
            "# Activations\n",
            "Pass the name to a layer, as in `nn.MLP(2, [16, 1], activation='tanh')`. Any function of a Value is an",
            "activation too: `activation=lambda v: v * v.tanh()`. The formula and the derivative are rendered from the",
            "row that computes them. *Weights* is the rule for the first weights, and its gain: the factor by which they",
            "are larger than for the identity.\n",
            table(("activation, and when to use it", "formula", "range, weights"), rows),
            "What they are at a kink is in [Conventions at kinks and poles](kinks.md).\n",
            "## Functions\n",
            documented("nn.activation", "nn.activation_names", "nn.register_activation", "nn.Activation"),
        ]
    )


def _formulas(activation: nn.Activation) -> tuple[str, str]:
    row = activation.function
    if isinstance(row, Primitive):
        return cell(_written_out(activation.name) or formulas(row, "latex")[0]), cell(formulas(row, "latex")[1][0])
    return (
        cell(r"\frac{e^{x_i}}{\sum_j e^{x_j}}"),
        cell(r"\frac{\partial y_i}{\partial x_j} = y_i\,([i = j] - y_j)"),
    )


def _written_out(name: str) -> str:
    """The definition of an activation whose formula would only be its name; a test compares it with the row."""
    expression = DEFINITIONS.get(name)
    return latex_of(expression, "x") if expression else ""


DEFINITIONS = {
    "sigmoid": "1 / (1 + exp(-x))",
    "relu": "maximum(x, 0.0)",
    "leaky_relu": "where(x > 0.0, x, 0.01 * x)",
    "elu": "where(x > 0.0, x, exp(x) - 1)",
    "selu": "1.0507009873554805 * where(x > 0.0, x, 1.6732632423543772 * (exp(x) - 1))",
    "gelu": "x * (1 + erf(x / 2**0.5)) / 2",
    "silu": "x * sigmoid(x)",
    "softplus": "log(1 + exp(x))",
    "mish": "x * tanh(softplus(x))",
    "softsign": "x / (1 + absolute(x))",
    "hardtanh": "maximum(-1.0, minimum(x, 1.0))",
    "log_sigmoid": "-log(1 + exp(-x))",
}
"""The textbook definition of each activation; the rows compute the same without overflow."""


def draw_options() -> str:
    """The options of `draw`, with their defaults from its signature."""
    parameters = inspect.signature(autograd.draw).parameters
    rows = (
        (f"`{name}`", f"`{parameters[name].default!r}`", f"`{entry['choices']}`", entry["effect"])
        for name, entry in tables()["draw"].items()
    )
    return table(("option", "default", "choices", "effect"), rows)


def formula_sheet() -> str:
    """Every row of the table, by groups."""
    parts = [
        "# Formula sheet\n",
        "Every function of the table, with its derivative, its range, and what it gives where the derivative does not",
        "exist. All of it is printed from the rows that compute. `chalkgrad formulas -o sheet.html` makes the same table,",
        "with a plot of each function, for two printed pages.\n",
    ]
    for title, group in entries().items():
        parts += [f"## {title}\n", table(("function", "partial derivatives"), _rows(group))]
    return "\n".join(parts)


def _rows(group: list[Entry]) -> Iterator[tuple[str, ...]]:
    for entry in group:
        whole, partials = _written(entry)
        kinks = "<br>".join(conventions(entry))
        derivatives = "<br>".join(partials) + (f"<br>At kinks and poles: {kinks}" if kinks else "")
        yield f"`{entry.name}`<br>{whole}<br>range: {range_of(entry)}", derivatives


def _written(entry: Entry) -> tuple[str, list[str]]:
    """The formula and the partials: as LaTeX, or of a function of a list as the sheet writes them."""
    if entry.row is None:
        return f"`{entry.text}`", [f"∂/∂{name}: `{text}`" for name, text in entry.partials]
    whole, partials = formulas(entry.row, "latex")
    if len(partials) == 1:
        return cell(whole), [cell(partials[0])]
    names = [name if len(name) == 1 else rf"\mathrm{{{name}}}" for name, _ in entry.partials]
    return cell(whole), [
        cell(rf"\frac{{\partial}}{{\partial {name}}} = {partial}")
        for name, partial in zip(names, partials, strict=True)
    ]


def documented(*names: str, members: bool = False) -> str:
    """The documentation of public names, from their docstrings."""
    lines = ["```{eval-rst}"]
    for name in names:
        module, _, last = name.rpartition(".")
        kind = "class" if isinstance(getattr(import_module(module), last), type) else "function"
        lines += [f".. auto{kind}:: {name}", *(["   :members:"] if members and kind == "class" else []), ""]
    return "\n".join([*lines, "```", ""])
