"""What does a wrong input get?  At once an error of the right type, which names the argument, the value and the cure,
and leaves everything as it was.

One table: each public callable with a good call; each of its arguments in turn is exchanged for twenty-three wrong
things.  What is public and has no line here fails.  The classic slips of learners are in `test_slips`.
"""

# ruff: noqa: E501 - a table
from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd
import chalkgrad
import nn
from autograd import Value
from autograd.arguments import shown
from autograd.primitive import Primitive
from nn import data, diagnostics, plotting


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


WRONG: dict[str, Any] = {
    "None": None, "string": "x", "digits": "1.5", "bytes": b"1", "dict": {"a": 1}, "set": {1.5}, "object": object(),
    "complex": 3j, "list of None": [None], "list of strings": ["1"], "nested": [[[1.0]]], "function": math.exp, "class": int,
    "ellipsis": ..., "NotImplemented": NotImplemented, "complex array": np.array([1j, 2j]), "text array": np.array(["a"]),
    "object array": np.array([None]), "letters": list("ab"), "module": math, "exception": ValueError("x"),
    "date": np.datetime64("2020"), "unspeakable": Unspeakable(),
}  # fmt: skip

# ------------------------------------------------------------------------------------------------- what is right


def rows() -> list[list[float]]:
    return [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.2]]


def labels() -> list[int]:
    return [0, 1, 1, 0]


def model() -> nn.MLP:
    return nn.MLP(2, [2, 1], seed=0)


def values() -> list[Value]:
    return [Value(1.0), Value(2.0)]


X = Value(2.0)
OUT = X * X


def square(x: Any) -> Any:
    return x * x


def trained() -> nn.History:
    settings = {"loss": "mean_squared_error", "optimizer": "sgd", "epochs": 1, "progress": False}
    return nn.fit(model(), rows(), labels(), **settings)  # type: ignore[arg-type]


def some(thing: Any) -> Callable[[], Any]:
    return lambda: thing


Good = dict[str, Callable[[], Any]]
FUNCTION = {"f": some(square)}
NUMBERS: Good = {"n_samples": some(8), "noise": some(0.1), "seed": some(0)}
RATES: Good = {"parameters": values, "learning_rate": some(0.1), "weight_decay": some(0.0)}
LOSS: Good = {"prediction": some(Value(0.5)), "target": some(1.0)}
PATHS: dict[str, Callable[[], Any]] = {
    "paths": some({"a": [(0.0, 0.0), (1.0, 1.0)]}), "x": some((-2.0, 2.0)), "y": some((-2.0, 2.0)), "levels": some([1.0]),
}  # fmt: skip

GOOD: dict[str, Good] = {
    # `*` stands before what is passed by its place.
    **{
        f"autograd.{name}": {f"*{letter}": some(1.5 if name == "arccosh" else 0.5) for letter in "xyz"[: row.arity]}
        for name in autograd.__all__ if isinstance(row := getattr(autograd, name), Primitive) and row.arity
    },
    "autograd.Value": {"data": some(1.0), "_children": some(()), "_op": some(""), "label": some("")},
    "autograd.primitive": {"*name": some("cube"), "*forward": some(lambda x: x * x * x), "*partial": some(lambda out, x: 3 * x * x), "doc": some(""), "text": some(None), "latex": some(None)},
    "autograd.assign": {"values": values, "data": some([1.0, 2.0]), "grad": some([1.0, 2.0])},
    "autograd.affine": {"rows": lambda: [values()], "xs": values, "starts": some([1.0])},
    "autograd.cross_entropy": {"logits": values, "target": some(0)},
    "autograd.dot": {"xs": values, "ys": values, "start": some(1.0)},
    "autograd.sum": {"xs": values, "start": some(0.0)},
    **{f"autograd.{name}": {"xs": values} for name in ("logsumexp", "mean", "softmax")},
    **{f"autograd.{name}": {"xs": values} for name in ("cumsum", "log_softmax", "norm", "prod")},
    **{f"autograd.{name}": {"xs": values, "correction": some(0)} for name in ("std", "var")},
    "autograd.clip": {"*x": some(0.5), "*low": some(0.0), "*high": some(1.0)},
    "autograd.to_sympy": {"output": some(OUT)},
    "autograd.take": {"xs": values, "position": some(0)},
    "autograd.check_gradients": {"*f": some(square), "*input": some(1.5), "order": some(1)},
    **{f"autograd.{name}": FUNCTION | {"argnums": some(0)} for name in ("grad", "value_and_grad", "hessian", "jacobian")},
    "autograd.gradients": {"output": some(OUT), "inputs": values},
    "autograd.hvp": FUNCTION | {"primal": some(1.0), "vector": some(1.0)},
    "autograd.jvp": FUNCTION | {"primals": some([1.0]), "tangents": some([1.0])},
    "autograd.vjp": {"*f": some(square), "*argument": some(1.0)},
    "autograd.compile": {"function": some(square), "parameters": some(None), "batched": some(False), "backend": some("numpy")},
    "autograd.depends_on": {"read": some(lambda: 1)},
    "autograd.drawn": {"draw": some(lambda: 1.0)},
    "autograd.draw": {"output": some(OUT), "engine": some("auto"), "direction": some("LR"), "theme": some("auto"), "partials": some(False), "hide": some(None), "fold": some("auto"), "budget": some(9), "names": some(()), "shade": some(False), "checked": some(False), "expand": some(False), "title": some(""), "caption": some(True)},
    "autograd.draw_dot": {"root": some(OUT), "format": some("svg"), "rankdir": some("LR")},
    "autograd.render_dot": {"text": some("graph { a }"), "format": some("plain"), "layout": some("dot"), "engine": some("auto")},
    "autograd.explain": {"output": some(OUT), "wrt": some(X)},
    "autograd.explain_row": {"row": some(autograd.add), "operands": some(None)},
    "autograd.formulas": {"row": some(autograd.add), "style": some("text"), "operands": some(None)},
    "autograd.nudge": {"output": some(OUT), "x": some(X), "by": some(0.1)},
    "autograd.source": {"row": some(autograd.add)},
    "autograd.stepper": {"output": some(OUT), "order": some("topological"), "direction": some("LR"), "names": some(()), "expand": some(True)},
    "autograd.trace": {"output": some(OUT), "order": some("topological"), "names": some(()), "limit": some(9), "expand": some(True)},
    "nn.MLP": {"nin": some(2), "nouts": some([2, 1]), "activation": some("relu"), "output_activation": some("identity"), "init": some("auto"), "seed": some(0)},
    "nn.Layer": {"nin": some(2), "nout": some(2), "nonlin": some(True), "activation": some("relu"), "init": some("auto"), "seed": some(0)},
    "nn.Neuron": {"nin": some(2), "nonlin": some(True), "activation": some("relu"), "init": some("auto"), "seed": some(0), "layer_size": some(1)},
    "nn.Sequential": {"*layer": lambda: nn.Layer(1, 1)},
    "nn.Embedding": {"count": some(2), "size": some(2), "seed": some(0)},
    "nn.LayerNorm": {"size": some(2), "epsilon": some(1e-5)},
    "nn.Dropout": {"rate": some(0.5), "seed": some(0)},
    "nn.Conv1d": {"in_channels": some(1), "out_channels": some(2), "kernel_size": some(2), "stride": some(1), "padding": some(0), "activation": some("relu"), "init": some("auto"), "seed": some(0)},
    "nn.Conv2d": {"in_channels": some(1), "out_channels": some(2), "kernel_size": some(2), "stride": some(1), "padding": some(0), "activation": some("relu"), "init": some("auto"), "seed": some(0)},
    "nn.MaxPool2d": {"kernel_size": some(2), "stride": some(2), "padding": some(0)},
    "nn.AvgPool2d": {"kernel_size": some(2), "stride": some(2), "padding": some(0)},
    "nn.RNN": {"input_size": some(2), "hidden_size": some(2), "nonlinearity": some("tanh"), "seed": some(0)},
    "nn.LSTM": {"input_size": some(2), "hidden_size": some(2), "seed": some(0)},
    "nn.GRU": {"input_size": some(2), "hidden_size": some(2), "seed": some(0)},
    "nn.MultiHeadAttention": {"embed_dim": some(4), "num_heads": some(2), "causal": some(True), "seed": some(0)},
    "nn.RMSNorm": {"size": some(2), "epsilon": some(1e-5)},
    "nn.SGD": RATES | {"momentum": some(0.0)},
    "nn.AdaGrad": RATES | {"epsilon": some(1e-8)},
    "nn.Adam": RATES | {"epsilon": some(1e-8), "betas": some((0.9, 0.99))},
    "nn.AdamW": RATES | {"epsilon": some(1e-8), "betas": some((0.9, 0.99))},
    "nn.RMSProp": RATES | {"epsilon": some(1e-8), "momentum": some(0.0), "smoothing": some(0.9)},
    "nn.Optimizer": RATES,
    "nn.CosineDecay": {"total": some(9), "end": some(0.0)},
    "nn.LinearDecay": {"total": some(9), "end": some(0.0)},
    "nn.ExponentialDecay": {"factor": some(0.9)},
    "nn.StepDecay": {"every": some(3), "factor": some(0.9)},
    "nn.WarmUp": {"epochs": some(3), "then": some(None), "start": some(0.1)},
    "nn.EarlyStopping": {"patience": some(3), "min_delta": some(0.0)},
    "nn.Activation": {"name": some("mine"), "function": some(square), "range": some((0.0, 1.0)), "gain": some(1.0), "init": some("he")},
    "nn.register_activation": {"name": some("free"), "function": some(square), "range": some((0.0, 1.0)), "gain": some(1.0), "init": some("he")},
    "nn.activation": {"choice": some("relu")},
    **{f"nn.{name}": {"outputs": some([1.0, -1.0]), "targets": some([1, 0]), "threshold": some(None)} for name in ("accuracy", "balanced_accuracy", "f1", "precision", "recall")},
    **{f"nn.{name}": {"outputs": some([1.0, -1.0]), "targets": some([1, 0])} for name in ("r_squared", "roc_auc")},
    "nn.data.batches": {"X": rows, "y": labels, "batch_size": some(2), "seed": some(0)},
    "nn.confusion_matrix": {"model": model, "X": rows, "y": labels, "threshold": some(None)},
    "nn.clip_gradient_norm": {"parameters": values, "max_norm": some(1.0)},
    "nn.clip_gradient_value": {"parameters": values, "limit": some(1.0)},
    **{f"nn.{name}": LOSS for name in ("binary_cross_entropy", "hinge", "mean_squared_error", "mean_absolute_error")},
    "nn.binary_cross_entropy_with_logits": LOSS | {"pos_weight": some(2.0)},
    "nn.huber": LOSS | {"delta": some(1.0)},
    "nn.cross_entropy": {"prediction": values, "target": some(1), "label_smoothing": some(0.0), "class_weights": some([1.0, 2.0])},
    "nn.kl_divergence": {"prediction": values, "target": some([0.5, 0.5])},
    "nn.smooth_l1": LOSS | {"beta": some(1.0)},
    "nn.MultiStepDecay": {"milestones": some([3.0]), "factor": some(0.9)},
    "nn.negative_log_likelihood": {"prediction": values, "target": some(1), "class_weights": some([1.0, 2.0])},
    "nn.l1_penalty": {"parameters": values, "strength": some(1.0)},
    "nn.l2_penalty": {"parameters": values, "strength": some(1.0)},
    "nn.diagnostics.diagnose": {"model": model, "X": rows, "y": labels, "loss": some("mean_squared_error"), "optimizer": some(None)},
    "nn.evaluate": {"model": model, "X": rows, "y": labels, "loss": some(None), "metrics": some(("accuracy",)), "threshold": some(None)},
    "nn.fit": {"model": model, "X": rows, "y": labels, "loss": some("mean_squared_error"), "optimizer": some("sgd"), "epochs": some(1), "batch_size": some(2), "validation": some(None), "schedule": some(None), "seed": some(0), "threshold": some(None), "sample_weight": some(None), "class_weight": some(None)},
    "nn.predict": {"model": model, "X": rows},
    "nn.predict_classes": {"model": model, "X": rows, "threshold": some(None)},
    "nn.CSVLogger": {"path": some("m.csv"), "append": some(False), "overwrite": some(True)},
    "nn.ParameterGroups": {"*groups": lambda: nn.SGD(values(), 0.1)},
    "nn.ReduceOnPlateau": {"factor": some(0.1), "patience": some(1), "threshold": some(0.0), "cooldown": some(0), "minimum": some(0.0)},
    "nn.load_torch": {"module": lambda: nn.Neuron(1), "state_dict": some({"0.weight": [[1.0]], "0.bias": [0.0]})},
    **{f"nn.{name}": {"model": model} for name in ("to_c", "to_numpy", "to_python")},
    "nn.record": {"every": some(1), "limit": some(2), "resolution": some(4)},
    "nn.save": {"model_or_state": model, "path": some("m.json"), "optimizer": some(None)},
    "nn.load": {"path": some("m.json"), "into": some(None), "optimizer": some(None)},
    "nn.data.one_hot": {"y": some([0, 1]), "classes": some(2)},
    "nn.data.standardize": {"*X": rows, "*others": rows},
    "nn.data.train_test_split": {"X": rows, "y": labels, "test_size": some(0.25), "seed": some(0), "stratify": some(None)},
    "nn.data.make_moons": NUMBERS,
    "nn.data.make_xor": NUMBERS,
    "nn.data.make_circles": NUMBERS | {"factor": some(0.5)},
    "nn.data.make_blobs": NUMBERS | {"classes": some(2)},
    "nn.data.make_spiral": NUMBERS | {"classes": some(2), "turns": some(1.0)},
    "nn.plotting.plot_activations": {"names": some(["relu"]), "path": some(None)},
    "nn.plotting.plot_decision_boundary": {"model": model, "X": rows, "y": labels, "path": some(None), "resolution": some(3), "threshold": some(None)},
    "nn.plotting.plot_gradients": {"model": model, "path": some(None)},
    "nn.plotting.plot_weights": {"model": model, "path": some(None)},
    "nn.plotting.plot_history": {"history": trained, "path": some(None)},
    "nn.plotting.by_layer": {"model": model},
    "nn.plotting.plot_curves": {"curves": some({"a": [1.0]}), "path": some(None), "x": some([2.0])},
    "nn.plotting.plot_images": {"images": some([[1.0]]), "path": some(None), "columns": some(1), "limit": some(1.0)},
    "nn.plotting.plot_tables": {"tables": some({"a": [[1.0]]}), "path": some(None), "limit": some(1.0)},
    "nn.plotting.plot_paths": {"height": some(sum), **PATHS, "path": some(None)},
    "nn.plotting.film_paths": {"height": some(sum), **PATHS, "tail": some(1)},
}  # fmt: skip

NO_ARGUMENTS = {
    "nn.History", "nn.Module", "nn.Schedule", "nn.ConstantRate", "nn.activation_names", "autograd.no_grad",
    "nn.Flatten", "nn.Last",
    *(f"nn.data.load_{name}" for name in ("iris", "wine", "digits", "diabetes", "breast_cancer")),
}  # fmt: skip
ELSEWHERE = {
    "autograd.Primitive",  # made by `primitive`, which checks
    "autograd.is_index",  # a question, of anything
    "autograd.Digraph",  # graphviz's own class
    "nn.to_torch", "nn.to_onnx",  # as nn.to_numpy; they need optional packages
    "nn.CrossValidation", "nn.cross_validate",  # tests/nn/cross_validation
    "nn.diagnostics.Diagnosis", "nn.diagnostics.Finding",  # made by `diagnose`
    "nn.diagnostics.stuck_units",  # called with what `probe_layers` made
    "nn.plotting.Film",  # made by `film_paths`
    "nn.plotting.bars", "nn.data.batch_indices",  # called with what was checked already
}  # fmt: skip

# Right after all: a default, a name that is free, a string where names are free, a function that is one.
NONE = {"threshold", "class_weights",
    "starts", "parameters", "data", "grad", "seed", "loss", "optimizer", "into", "path", "classes", "batch_size", "validation",
    "schedule", "then", "hide", "operands", "output_activation", "sample_weight", "class_weight", "stratify", "text", "latex", "doc", "activation", "names", "limit",
}  # fmt: skip
NOT_NONE = {
    "nn.SGD", "nn.AdaGrad", "nn.Adam", "nn.AdamW", "nn.RMSProp", "nn.Optimizer", "nn.clip_gradient_norm",
    "nn.clip_gradient_value", "nn.l1_penalty", "nn.l2_penalty", "autograd.stepper", "autograd.trace", "autograd.draw:names",
    "autograd.render_dot",
    "nn.data.standardize", "nn.MLP:activation", "nn.fit:loss", "nn.fit:optimizer", "nn.save:path", "nn.load:path",
}  # fmt: skip
STRINGS = {"label", "path", "title", "name", "doc", "text", "latex", "_op"}
FUNCTIONS = {"f", "function", "forward", "partial", "read", "draw", "init", "loss", "metrics", "model", "schedule", "then", "layer", "activation", "output_activation", "choice", "height"}  # fmt: skip
RIGHT = {
    ("autograd.Value", "_children"): {"set"},  # as micrograd keeps them
    **{(f"nn.plotting.{name}", "levels"): {"set"} for name in ("plot_paths", "film_paths")},  # their order is free
    ("nn.plotting.plot_curves", "x"): {"None", "set"},
    **{(f"nn.{name}", "stride"): {"None"} for name in ("MaxPool2d", "AvgPool2d")},
    ("nn.save", "model_or_state"): {"dict"}, ("nn.load_torch", "state_dict"): {"dict"},  # a state
    ("autograd.explain_row", "operands"): {"letters"}, ("autograd.formulas", "operands"): {"letters"},  # two names
    ("autograd.check_gradients", "input"): {"nested"}, ("autograd.vjp", "argument"): {"nested"},  # of any shape
}  # fmt: skip


def is_right(name: str, argument: str, wrong: str) -> bool:
    plain = argument.lstrip("*")
    if wrong in RIGHT.get((name, plain), ()):
        return True
    if wrong == "None":
        return plain in NONE and not {name, f"{name}:{plain}"} & NOT_NONE
    if wrong in ("string", "digits"):
        return plain in STRINGS
    if wrong in ("function", "class"):  # whether it is the right function shows when it is called
        return plain in FUNCTIONS
    return False


for late in nn._LATE:  # from a folder that may be missing
    if late not in nn.__all__:
        GOOD.pop(f"nn.{late}", None)
        NO_ARGUMENTS.discard(f"nn.{late}")

# --------------------------------------------------------------------------------------------------- the checks

SAID = {
    "x": "x|operand 1", "y": "y|operand 2", "z": "operand 3", "output_activation": "activation", "then": "schedule",
    "choice": "activation", "primal": "argument 0|vector", "primals": "primals|argument 0|tangents", "starts": "starts?",
    "metrics": "metrics?", "names": "names|activation",
}  # fmt: skip
"""How the message names an argument, where not by its name."""
CURE = re.compile(
    r"\b(must|pass|use|write|choose|call|give|needs?|convert|takes?|expects?|such as|did you|has no|wants?)\b"
)


def says(wrong: Any, message: str) -> bool:
    """Whether a message shows the value, or its first entry, or how many entries it has."""
    plain = wrong.tolist() if isinstance(wrong, np.ndarray) else wrong
    first = next(iter(plain), None) if isinstance(plain, (list, set, dict, str)) else plain
    inner = [shown(thing)[:12] for thing in (wrong, plain, first, *(first if isinstance(first, list) else []))]
    return any(text in message for text in inner) or bool(re.search(r"\b(has|got|shape) [(\d]", message))


def called(name: str, arguments: dict[str, Any]) -> Any:
    function: Any = {"autograd": autograd, "nn": nn}[name.split(".")[0]]
    for part in name.split(".")[1:]:
        function = getattr(function, part)
    if name == "nn.fit":
        arguments = arguments | {"progress": False}
    places = [thing for argument, thing in arguments.items() if argument.startswith("*")]
    result = function(
        *places, **{argument: thing for argument, thing in arguments.items() if not argument.startswith("*")}
    )
    return list(result) if isinstance(result, Iterator) else result


def raised(name: str, arguments: dict[str, Any]) -> Exception | None:
    try:
        called(name, arguments)
    except Exception as error:  # of which kind is what is tested
        return error
    return None


def state(things: list[Any]) -> Any:
    """All that a failing call might have changed: its arguments, random numbers, registered names, recording."""
    seen: list[Any] = [random.getstate(), nn.activation_names(), bool((X * 2.0).operands), sorted(vars(nn.losses))]
    for thing in things:
        if isinstance(thing, nn.Module):
            seen += [thing.state_dict(), thing.training, [p.grad for p in thing.parameters()]]
        elif isinstance(thing, Value):
            seen += [thing.data, thing.grad, thing.label, thing.operands]
        elif isinstance(thing, list):
            seen += [len(thing), *(state([each])[4:] for each in thing)]
    return seen


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", GOOD)
def test_a_wrong_argument_is_refused_in_words_and_changes_nothing(name: str) -> None:
    if name == "nn.load":
        nn.save(nn.Neuron(1), "m.json")
    faults = [
        f"{argument}: {kind}: {fault}"
        for argument in GOOD[name]
        for kind, wrong in WRONG.items()
        if not is_right(name, argument, kind)
        for fault in faults_of(name, argument, wrong)
    ]
    assert not faults, "\n".join(faults)


def faults_of(name: str, argument: str, wrong: Any) -> list[str]:
    """What is not as it should be when one argument is wrong."""
    faults = []
    plain = argument.lstrip("*")
    arguments = {each: wrong if each == argument else make() for each, make in GOOD[name].items()}
    before, files = state(list(arguments.values())), sorted(Path().iterdir())
    error = raised(name, arguments)
    message = str(error)
    if error is None:
        faults.append("accepted")
    elif type(error) not in (TypeError, ValueError):
        faults.append(f"{type(error).__name__}: {message}")
    elif not re.search(rf"\b({SAID.get(plain, plain)})\b", message):
        faults.append(f"the argument is not named: {message}")
    elif not says(wrong, message):
        faults.append(f"the value is not shown: {message}")
    elif not CURE.search(message):
        faults.append(f"no cure: {message}")
    if state(list(arguments.values())) != before or sorted(Path().iterdir()) != files:
        faults.append("something has changed")
    return faults


@pytest.mark.parametrize("name", GOOD)
def test_the_good_call_is_good(name: str) -> None:
    if name == "nn.load":
        nn.save(nn.Neuron(1), "m.json")
    if name in ("nn.register_activation", "nn.Optimizer", "autograd.to_sympy"):  # would stay; is abstract; needs SymPy
        return
    called(name, {argument: make() for argument, make in GOOD[name].items()})


def public(module: ModuleType) -> set[str]:
    """The callables that a module offers as its own."""
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    own = {name: getattr(module, name) for name in names if callable(getattr(module, name))}
    here = {name for name, thing in own.items() if hasattr(module, "__all__") or thing.__module__ == module.__name__}
    return {f"{module.__name__}.{name}" for name in here if own[name].__module__ != "typing"}


def test_every_public_callable_is_in_the_table() -> None:
    of_a_module = {name.rpartition(".")[2] for name in GOOD.keys() | NO_ARGUMENTS | ELSEWHERE}
    for module in (autograd, nn, data, diagnostics, plotting, chalkgrad):
        missing = {name for name in public(module) if name.rpartition(".")[2] not in of_a_module}
        assert not missing, missing
    assert len(WRONG) > 20
