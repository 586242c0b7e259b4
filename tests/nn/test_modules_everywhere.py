"""Each module of images and sequences works in every view of a model, and in every exported form.

What is exported is compared with what the module computes: as plain Python, as C behind a compiler, as ONNX.
"""

from __future__ import annotations

import ast
import math
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import autograd
import nn
from autograd import Value


def drawn(*shape: int, sign: float = 1.0, shift: float = 0.0) -> Any:
    """Nested lists of numbers, different for each shape and sign."""
    source = random.Random(f"{shape} {sign}")

    def of(sizes: tuple[int, ...]) -> Any:
        return [of(sizes[1:]) for _ in range(sizes[0])] if sizes else sign * source.uniform(-1.0, 1.0) + shift

    return of(shape)


def samples_of(shape: tuple[int, ...]) -> list[Any]:
    """In the last one all numbers are negative, so that zeros from a padding would show."""
    return [drawn(*shape), drawn(*shape, sign=-2.0), drawn(*shape, shift=-1.5)]


def plain(nested: Any) -> Any:
    """The outputs as numbers; of a recurrent module without the state."""
    if isinstance(nested, tuple):
        nested = nested[0]
    return [plain(part) for part in nested] if isinstance(nested, list) else float(getattr(nested, "data", nested))


def flat(nested: Any) -> list[Any]:
    return [leaf for part in nested for leaf in flat(part)] if isinstance(nested, list) else [nested]


def networks() -> dict[str, tuple[Any, tuple[int, ...]]]:
    """By name: a module, and the shape of its samples; no parameter is 0."""
    made: dict[str, tuple[Any, tuple[int, ...]]] = {
        "Conv1d": (nn.Conv1d(2, 3, 3, 2, 1, activation="tanh", seed=1), (2, 7)),
        "Conv2d": (nn.Conv2d(2, 3, (2, 3), (2, 1), (1, 0), activation="relu", seed=1), (2, 5, 6)),
        "MaxPool2d": (nn.MaxPool2d(3, 2, 1), (2, 6, 5)),
        "AvgPool2d": (nn.AvgPool2d((2, 3), 1, (0, 1)), (2, 4, 5)),
        "Flatten": (nn.Flatten(), (2, 3, 2)),
        "RMSNorm": (nn.RMSNorm(4, 0.25), (4,)),
        "RNN": (nn.RNN(2, 3, seed=1), (4, 2)),
        "RNN with relu": (nn.RNN(2, 3, nonlinearity="relu", seed=1), (4, 2)),
        "LSTM": (nn.LSTM(2, 3, seed=1), (4, 2)),
        "GRU": (nn.GRU(2, 3, seed=1), (4, 2)),
        "MultiHeadAttention": (nn.MultiHeadAttention(4, 2, seed=1), (3, 4)),
        "MultiHeadAttention, causal": (nn.MultiHeadAttention(4, 2, causal=True, seed=1), (3, 4)),
        "for images": (
            nn.Sequential(
                nn.Conv2d(1, 2, 3, activation="gelu", seed=1), nn.MaxPool2d(2), nn.Conv2d(2, 2, 2, 1, 1, seed=2),
                nn.AvgPool2d(2), nn.Flatten(), nn.Layer(8, 3, activation="tanh", seed=3), nn.RMSNorm(3),
                nn.Layer(3, 2, activation="softmax", seed=4),
            ), (1, 8, 8),
        ),
        "for sequences": (nn.Sequential(nn.LSTM(2, 3, seed=1), nn.Last(), nn.Layer(3, 2, seed=1)), (4, 2)),
    }  # fmt: skip
    for model, _ in made.values():
        for n, parameter in enumerate(model.parameters()):
            parameter.data += 0.01 * (n % 7 + 1)
    return made


NETWORKS = networks()
DRAWN_WHOLE = (nn.Conv1d, nn.Conv2d, nn.RNN, nn.LSTM, nn.GRU, nn.MultiHeadAttention)
each_network = pytest.mark.parametrize("name", NETWORKS)


@each_network
def test_python(name: str) -> None:
    model, shape = NETWORKS[name]
    source = nn.to_python(model, shape)
    imported = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert imported == {"math"}
    module: dict[str, Any] = {}
    exec(source, module)
    for sample in samples_of(shape):
        found, expected = module["predict"](sample), plain(model(sample))
        assert flat(found) == pytest.approx(flat(expected), rel=1e-12, abs=1e-15)
        assert str(found).count("[") == str(expected).count("[")
    with pytest.raises(ValueError, match="got 9 where there should be"):
        module["predict"]([sample[0]] * 9)
    missing = drawn(*shape, sign=math.nan)
    assert all(map(math.isnan, flat(module["predict"](missing)))), "a missing number must not become a prediction"


@pytest.mark.interop
@each_network
def test_c(name: str, tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler is not None, "this test needs a C compiler"
    model, shape = NETWORKS[name]
    (tmp_path / "model.c").write_text(nn.to_c(model, shape))
    flags = ["-O1", "-std=c99", "-Wall", "-Wextra", "-Werror", "-DMODEL_MAIN"]
    subprocess.run([compiler, *flags, "model.c", "-o", "model", "-lm"], check=True, cwd=tmp_path)
    samples = samples_of(shape)
    text = "\n".join(" ".join(map(repr, flat(sample))) for sample in [*samples, drawn(*shape, sign=math.nan)])
    printed = subprocess.run([tmp_path / "model"], input=text, capture_output=True, text=True, check=True).stdout
    *found, unknown = [[float(number) for number in line.split()] for line in printed.splitlines()]
    for row, sample in zip(found, samples, strict=True):
        assert row == pytest.approx(flat(plain(model(sample))), rel=1e-12, abs=1e-15)
    assert all(map(math.isnan, unknown))


@pytest.mark.interop
@each_network
def test_onnx(name: str, tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime

    model, shape = NETWORKS[name]
    nn.to_onnx(model, tmp_path / "model.onnx", shape)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    samples = samples_of(shape)
    (found,) = session.run(["output"], {"input": np.array(samples, np.float32)})
    assert found == pytest.approx(np.array([plain(model(sample)) for sample in samples]), rel=2e-5, abs=2e-6)


@pytest.mark.parametrize(
    ("model", "shape", "kind", "message"),
    [
        (nn.Conv2d(1, 1, 3), None, ValueError, r"Conv2d takes samples of any size.*shape=\(1, 8, 8\)"),
        (nn.Conv2d(1, 1, 3), (8, 8), ValueError, r"1 channels in 3 dimensions, but a sample is \(8, 8\)"),
        (nn.Conv2d(1, 1, 3), (2, 8, 8), ValueError, "takes 1 channels"),
        (nn.Conv2d(1, 1, 3), (1, 2, 8), ValueError, r"kernel_size=\[3, 3\] does not fit into a sample of \(1, 2, 8\)"),
        (nn.Conv2d(1, 1, 3), (1, 0, 8), ValueError, r"shape\[1\] must be at least 1, got 0"),
        (nn.Conv2d(1, 1, 3), 8, TypeError, "shape must be the shape of one sample"),
        (nn.Layer(2, 1), "model.c", TypeError, r"to_python return text, which pathlib.Path\('model.c'\).write_text"),
        (nn.Flatten(), (), ValueError, "shape is empty: give the shape of one sample"),
        (nn.LSTM(2, 3), (4, 3), ValueError, r"LSTM takes samples of the shape \(4, 2\), but here it gets \(4, 3\)"),
        (nn.GRU(2, 3), (4,), ValueError, r"GRU takes a sequence, \(length\) x \(size\)"),
        (nn.Sequential(nn.Flatten(), nn.Layer(4, 1)), (1, 3), ValueError, r"Layer takes .*\(4,\), but .*\(3,\)"),
        (nn.Layer(2, 1), (3,), ValueError, r"Layer takes samples of the shape \(2,\), but here it gets \(3,\)"),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit(model: Any, shape: Any, kind: type[Exception], message: str, tmp_path: Path) -> None:
    for export in (nn.to_python, nn.to_c, lambda model, shape: nn.to_onnx(model, tmp_path / "model.onnx", shape)):
        with pytest.raises(kind, match=message):
            export(model, shape)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("module", "cure"),
    [
        (nn.Conv1d(1, 1, 1), "Flatten"), (nn.Conv2d(1, 1, 1), "Flatten"), (nn.AvgPool2d(2), "Flatten"),
        (nn.MaxPool2d(2), "Flatten"), (nn.MultiHeadAttention(2, 1), "Flatten"), (nn.RNN(1, 2), "Last"),
        (nn.GRU(1, 2), "Last"), (nn.LSTM(1, 2), "Last"),
    ],
)  # fmt: skip
def test_a_layer_after_something_else_than_numbers(module: Any, cure: str) -> None:
    with pytest.raises(ValueError, match=rf"layer 1 takes a list of numbers, but .* put nn.{cure}\(\) between them"):
        nn.Sequential(module, nn.Layer(2, 1))


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("after", [nn.Flatten(), nn.LSTM(3, 2), nn.MultiHeadAttention(3, 1), nn.MaxPool2d(1)])
def test_the_pair_is_not_a_sequence(kind: Any, after: Any) -> None:
    """`Flatten` would put the state after the outputs, which is not what an export of the model does."""
    model = nn.Sequential(kind(2, 3, seed=1), after)
    with pytest.raises(TypeError, match=r"the pair \(outputs, state\) of an RNN, LSTM or GRU: take outputs, state ="):
        model(drawn(4, 2))


@each_network
def test_summary_and_file(name: str, tmp_path: Path) -> None:
    model, shape = NETWORKS[name]
    summary = str(model.summary())
    assert type(model).__name__ in summary
    assert f"{len(model.parameters()):,}" in summary
    nn.save(model, tmp_path / "model.json")
    sample = drawn(*shape)
    assert plain(nn.load(tmp_path / "model.json")(sample)) == plain(model(sample))


@each_network
def test_drawn_and_explained(name: str) -> None:
    """The picture names each part that is a box; the explanation has the gradient of the first input."""
    model, shape = NETWORKS[name]
    first = inner = drawn(*shape)
    while isinstance(inner[0], list):
        inner = inner[0]
    inner[0] = leaf = Value(0.5, label="first")
    outputs = model(first)
    total = autograd.sum(flat(outputs[0] if isinstance(outputs, tuple) else outputs))
    total.backward()
    text = autograd.draw(total, names=model, fold="layer").source
    parts = model.layers if isinstance(model, nn.Sequential) else [model]
    kinds = {type(part).__name__ for part in parts if isinstance(part, (*DRAWN_WHOLE, nn.Layer))}
    assert kinds <= set(re.findall(r"\w+", text))
    assert autograd.explain(total, leaf).gradient == pytest.approx(leaf.grad, rel=1e-12)


@each_network
def test_diagnosed_and_recorded(name: str) -> None:
    """In a small network that ends in one number, with two samples that differ: no problem, and one snapshot."""
    model, shape = networks()[name]
    layers = [model, nn.Last() if isinstance(model(drawn(*shape)), tuple) else nn.Flatten()]
    size = len(nn.Sequential(*layers)(drawn(*shape)))
    whole = nn.Sequential(*layers, nn.Layer(size, 1, nonlin=False, seed=0))
    X, y = [drawn(*shape), drawn(*shape, sign=-1.0)], [1.0, -1.0]
    assert str(nn.diagnose(whole, X, y)).endswith("no problem found")
    recording = nn.record()
    nn.fit(whole, X, y, loss="mean_squared_error", optimizer="sgd", epochs=1, callbacks=[recording], progress=False)
    assert "<html" in recording.html()
    assert recording.snapshots[0]["epoch"] == 1


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_some_biases_without_the_others_are_refused(name: str) -> None:
    """PyTorch's modules have all of them, or with `bias=False` none."""
    model = nn.Sequential(getattr(nn, name)(2, 1, seed=0), nn.Last(), nn.Layer(1, 1, seed=0))
    sums, before = getattr(nn, name).gates, model.state_dict()
    state: dict[str, Any] = {
        "rnn.weight_ih_l0": [[1.0, 2.0]] * sums, "rnn.weight_hh_l0": [[3.0]] * sums, "rnn.bias_ih_l0": [4.0] * sums,
        "rnn.bias_hh_l0": [5.0] * sums, "head.weight": [[6.0]], "head.bias": [7.0],
    }  # fmt: skip
    for missing in ("bias_hh", "bias_ih"):
        partial = {key: entries for key, entries in state.items() if missing not in key}
        with pytest.raises(ValueError, match=f"no {missing} of {name}: give all .* none; nothing was changed"):
            nn.load_torch(model, partial)
        assert model.state_dict() == before
    nn.load_torch(model, {key: entries for key, entries in state.items() if "bias" not in key})
    assert sorted({v.data for v in model.parameters()}) == [0.0, 1.0, 2.0, 3.0, 6.0]
    nn.load_torch(model, state)
    assert sorted({v.data for v in model.parameters()}) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_an_attention_with_half_of_its_biases_is_refused() -> None:
    state = {"in_proj_weight": [[1.0]] * 3, "out_proj.weight": [[1.0]], "out_proj.bias": [0.0]}
    with pytest.raises(ValueError, match="no in_proj_bias of MultiHeadAttention: give all of its biases, or none"):
        nn.load_torch(nn.MultiHeadAttention(1, 1), state)


def test_load_torch_checks_the_shape_of_filters() -> None:
    conv = nn.Conv2d(1, 1, (1, 2))
    nn.load_torch(conv, {"weight": [[[[3.0, 4.0]]]], "bias": [5.0]})
    assert plain(conv([[[1.0, 10.0]]])) == [[[48.0]]]
    with pytest.raises(ValueError, match=r"the shape \(1, 1, 1, 2\), got \(1, 1, 2, 1\); nothing was changed"):
        nn.load_torch(conv, {"weight": [[[[3.0], [4.0]]]], "bias": [5.0]})
