"""How is the reference arranged?  As users think: numbers, derivatives, pictures, models, training, files, teaching.

Every public name of `autograd` and `nn` is on exactly one page, which a test checks.
"""

from __future__ import annotations

import re
from types import ModuleType

import autograd
import nn
from chalkgrad.__main__ import COMMANDS, build_parser
from generate.repository import ROOT
from generate.tables import documented, draw_options, tables

PAGES: dict[str, tuple[str, list[tuple[str, str, list[str]]]]] = {
    "values": (
        "Values and functions",
        [
            (
                "The number that remembers",
                "A `Value` is a number that remembers how it was computed. Its methods are the functions of the "
                "[formula sheet](formula_sheet.md): `x.tanh()` and `autograd.tanh(x)` are the same.",
                ["autograd.Value", "autograd.no_grad", "autograd.assign"],
            ),
            (
                "Functions of one and two numbers",
                "All of them are rows of one table, which is printed on the [formula sheet](formula_sheet.md): "
                "{functions}. Each accepts numbers and Values: numbers in, a float out; Values in, a Value out.",
                [],
            ),
            (
                "Functions of several numbers",
                "These take lists, and make one node of the graph instead of many.",
                [
                    "autograd." + name
                    for name in [
                        "sum",
                        "mean",
                        "prod",
                        "var",
                        "std",
                        "norm",
                        "dot",
                        "affine",
                        "cumsum",
                        "clip",
                        "take",
                        "softmax",
                        "log_softmax",
                        "logsumexp",
                        "cross_entropy",
                    ]
                ],
            ),
            (
                "A row of your own",
                "See [Write your own primitive](../how_to/own_primitive.md).",
                ["autograd.primitive", "autograd.Primitive", "autograd.source"],
            ),
            (
                "Two names for special numbers",
                "`autograd.NOT_COMPUTED` is the gradient before any backward pass: a 0.0 that pictures leave blank. "
                "`autograd.NOT_TAKEN` is the partial with respect to an operand that a row did not select.",
                [],
            ),
        ],
    ),
    "derivatives": (
        "Derivatives of functions",
        [
            ("Gradients", "", ["autograd.grad", "autograd.value_and_grad", "autograd.gradients"]),
            (
                "Jacobians, Hessians, and products with them",
                "",
                ["autograd.jacobian", "autograd.hessian", "autograd.jvp", "autograd.vjp", "autograd.hvp"],
            ),
            ("Is a derivative right?", "", ["autograd.check_gradients"]),
            (
                "Compiled programs",
                "See [Train a compiled model](../how_to/compiled_training.md).",
                [
                    "autograd.compile",
                    "autograd.compiler.program.Program",
                    "autograd.drawn",
                    "autograd.depends_on",
                    "autograd.is_index",
                ],
            ),
        ],
    ),
    "views": (
        "Pictures and explanations",
        [
            ("Explanations", "", ["autograd.explain", "autograd.nudge", "autograd.explain_row", "autograd.formulas"]),
            ("Pictures", "{draw_options}", ["autograd.draw", "autograd.views.draw.picture.Graph"]),
            (
                "Graphviz",
                "The same pictures as objects of the package `graphviz`, and any DOT text; the program `dot` is not "
                "needed.",
                ["autograd.draw_dot", "autograd.render_dot", "autograd.Digraph"],
            ),
            ("Step by step", "", ["autograd.stepper", "autograd.trace"]),
            ("To SymPy", "", ["autograd.to_sympy"]),
        ],
    ),
    "training": (
        "Training and evaluation",
        [
            ("Training", "", ["nn.fit", "nn.History", "nn.EarlyStopping", "nn.CSVLogger", "nn.record"]),
            ("What is wrong?", "", ["nn.diagnose", "nn.diagnostics.Diagnosis"]),
            (
                "Predictions and measures",
                "",
                ["nn.predict", "nn.predict_classes", "nn.evaluate", "nn.accuracy", "nn.confusion_matrix"],
            ),
            ("Files", "", ["nn.save", "nn.load"]),
            (
                "To and from other libraries",
                "",
                ["nn.to_torch", "nn.load_torch", "nn.to_onnx", "nn.to_numpy", "nn.to_python", "nn.to_c"],
            ),
        ],
    ),
    "data": (
        "Data",
        [
            (
                "Generated data sets",
                "Each is a pair: a list of samples and a list of targets. The same seed gives the same numbers on every "
                "machine.",
                [f"nn.data.make_{name}" for name in ("moons", "circles", "blobs", "spiral", "xor")],
            ),
            (
                "Real data sets",
                "They come with scikit-learn and need no network.",
                [f"nn.data.load_{name}" for name in ("digits", "iris", "wine", "breast_cancer", "diabetes")],
            ),
            (
                "Preparation",
                "",
                [f"nn.data.{name}" for name in ("train_test_split", "standardize", "one_hot", "batches")],
            ),
        ],
    ),
    "plotting": (
        "Plots",
        [
            (
                "Plots with matplotlib",
                "Every function returns the figure, and writes it to a file if it gets a `path`.",
                [
                    f"nn.plotting.{name}"
                    for name in [
                        "plot_history",
                        "plot_decision_boundary",
                        "plot_activations",
                        "plot_weights",
                        "plot_gradients",
                        "plot_curves",
                        "plot_images",
                        "plot_tables",
                        "plot_paths",
                        "film_paths",
                        "bars",
                        "by_layer",
                    ]
                ],
            )
        ],
    ),
    "teaching": (
        "Exercises and grading",
        [
            (
                "Exercises",
                "",
                [f"chalkgrad.exercises.{name}" for name in ("check", "hint", "load", "Exercise", "Mistake")],
            ),
            ("Kinds of answers", "", [f"chalkgrad.exercises.{name}" for name in ("Number", "Choice", "Function")]),
            ("Grading", "", ["chalkgrad.grading.grade"]),
        ],
    ),
}
"""For each page its title, and its sections: heading, text, public names."""


def pages() -> dict[str, str]:
    """The pages by path."""
    made = {f"reference/{name}.md": _page(title, sections) for name, (title, sections) in PAGES.items()}
    for page, package in (("values", autograd), ("training", nn)):
        if unlisted := _unlisted(package):
            made[f"reference/{page}.md"] += f"\n## More\n\n{documented(*unlisted, members=True)}"
    return made | {"reference/command_line.md": command_line(), "reference/kinks.md": kinks()}


def _unlisted(package: ModuleType) -> list[str]:
    """The public names that no page lists yet."""
    listed = {name for _, sections in PAGES.values() for *_, names in sections for name in names}
    listed |= {f"nn.{name.partition('(')[0]}" for table in tables().values() for name in table} | ON_OTHER_PAGES
    names = [
        f"{package.__name__}.{name}"
        for name in package.__all__
        if callable(thing := getattr(package, name)) and not isinstance(thing, autograd.Primitive)
    ]
    places = ("", "data.", "plotting.")
    return [name for name in names if not {name.replace("nn.", f"nn.{place}", 1) for place in places} & listed]


ON_OTHER_PAGES = {
    f"nn.{name}"
    for name in (
        *("Module", "Optimizer", "Schedule", "Activation", "activation", "activation_names", "register_activation"),
        *(
            "l1_penalty",
            "l2_penalty",
            "clip_gradient_norm",
            "clip_gradient_value",
            "ParameterGroups",
            "ReduceOnPlateau",
        ),
    )
}
"""Names on the pages with tables, in addition to those of the tables."""


def _page(title: str, sections: list[tuple[str, str, list[str]]]) -> str:
    parts = [f"# {title}\n"]
    for heading, text, names in sections:
        text = text.replace("{draw_options}", draw_options()).replace("{functions}", _functions())
        parts += [f"## {heading}\n", text, "", documented(*names, members=True) if names else ""]
    return "\n".join(parts)


def _functions() -> str:
    from chalkgrad.formula_sheet import entries

    names = [entry.name for group in entries().values() for entry in group if entry.row is not None]
    return ", ".join(f"`{name}`" for name in sorted(names))


def command_line() -> str:
    """The commands, from their own help."""
    parser = build_parser()
    (choices,) = (action.choices for action in parser._actions if action.dest == "command")
    parts = ["# Commands\n", "`chalkgrad COMMAND --help` prints the same.\n"]
    for name in COMMANDS:
        command = choices[name]  # type: ignore[index]
        parts += [f"## chalkgrad {name}\n", "```text", re.sub(r"\s+\n", "\n", command.format_help()).strip(), "```\n"]
    return "\n".join(parts)


def kinks() -> str:
    """The section of the README about kinks and poles, which is the one place for it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## What it does at kinks and poles\n")[2].partition("\n## ")[0]
    return f"# Conventions at kinks and poles\n{section}"
