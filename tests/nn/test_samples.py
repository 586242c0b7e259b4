from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from nn.engines.compiled import CompiledEngine, InArrays
from nn.samples import pieces, samples, samples_and_targets, shape_of
from nn.training import Training


def test_pandas_like_objects() -> None:
    class Frame:
        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0], [3.0, 4.0]])

    assert samples(Frame()).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_samples_become_plain_numbers() -> None:
    got = samples([(np.float32(0.5), True), [Fraction(1, 4), np.int64(7)]])
    assert got == [[0.5, 1], [0.25, 7]]
    assert [type(item) for row in got for item in row] == [float, int, float, int]


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        (None, TypeError, "X must be a sequence"),
        (5, TypeError, "X must be a sequence.*5"),
        ({}, TypeError, "X must be a sequence"),
        ([[]], ValueError, r"X\[0\] is empty"),
        ([1.0, [1.0]], ValueError, r"X\[1\] has 1 number but X\[0\] has no brackets"),
        ([[1.0], "ab"], TypeError, r"X\[1\] must be a number or a list of numbers.*got 'ab'"),
        ([[1.0, "a"]], TypeError, r"X\[0\]\[1\] must be a real number, got 'a'"),
        ([[1.0, None]], TypeError, r"X\[0\]\[1\] must be a real number, got None"),
        ([[[1.0], []]], ValueError, r"X\[0\]\[1\] is empty"),
        ([[[1.0, 2.0], [3.0]]], ValueError, r"X\[0\]\[1\] has 1 number but X\[0\]\[0\] has 2 numbers: every part"),
        ([[[1.0], [2.0]], [[3.0]]], ValueError, r"X\[1\] has shape \(1, 1\) but X\[0\] has shape \(2, 1\).*pad"),
        ([[1j]], TypeError, r"X\[0\]\[0\] must be a real number"),
        ([[-math.inf]], ValueError, r"X\[0\]\[0\] is -inf: remove or replace"),
    ],
)
def test_wrong_samples(X: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        samples(X)


def test_an_array_is_neither_copied_nor_made_a_list(tmp_path: Path) -> None:
    array = np.arange(6.0).reshape(3, 2)
    assert samples(array) is array
    path = tmp_path / "x.f32"
    array.astype(np.float32).tofile(path)
    mapped = np.memmap(path, dtype=np.float32, mode="r", shape=(3, 2))
    assert np.shares_memory(samples(mapped), mapped)
    assert samples(array > 2).tolist() == [[0, 0], [0, 1], [1, 1]]
    assert samples(np.array([Fraction(1, 2)], dtype=object)) == [0.5]
    assert samples(np.array([0.5], dtype=np.longdouble)).dtype == np.float64


def test_tensors_are_arrays_too() -> None:
    class Tensor:
        def detach(self) -> Any:
            return np.array([[1.0]])

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            raise RuntimeError("it records its gradient")

    assert samples(Tensor()).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 2)), "X is empty"),
        (np.zeros((2, 0)), r"X\[0\] is empty"),
        (np.array([[0.0, 1.0], [2.0, np.nan]]), r"X\[1\]\[1\] is nan: remove or replace"),
        (np.array([1.0, -np.inf]), r"X\[1\] is -inf"),
        (np.array(["a"]), r"X\[0\] must be a number or a list of numbers"),
    ],
)
def test_wrong_arrays(X: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        samples(X)


def test_a_bad_number_far_down_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.samples.PIECE", 10)
    array = np.zeros((100, 2, 2))
    array[57, 1, 0] = np.nan
    with pytest.raises(ValueError, match=r"X\[57\]\[1\]\[0\] is nan"):
        samples(array)
    assert [start for start, _ in pieces(array)][:3] == [0, 2, 4]
    assert sum(len(part) for _, part in pieces(array)) == 100


class Index(list[Any]):
    def equals(self, other: Any) -> bool:
        return self == other


class Table:
    def __init__(self, numbers: Any, index: Any) -> None:
        self.numbers, self.index = np.array(numbers), Index(index)

    def to_numpy(self) -> Any:
        return self.numbers


def test_tables_with_other_row_labels_are_never_paired_by_position() -> None:
    X, y = Table([[1.0], [2.0]], ["a", "b"]), Table([0, 1], ["b", "a"])
    with pytest.raises(ValueError, match=r"X and y have different row labels: y.loc\[X.index\] pairs them by label"):
        samples_and_targets(X, y)
    with pytest.raises(ValueError, match="X and sample_weight have different row labels"):
        nn.fit(nn.MLP(1, [1]), X, [0, 1], loss="mean_squared_error", epochs=1, sample_weight=y)
    samples_and_targets(X, Table([0, 1], ["a", "b"]))
    samples_and_targets(X, [0, 1])  # a list has no labels; nor has its method `index`


def test_samples_of_any_shape() -> None:
    assert shape_of(samples([[[1, 2], [3, 4]]])) == (2, 2)
    assert samples([[[1, 2.5]]]) == [[[1, 2.5]]]
    assert shape_of(np.zeros((5, 3, 2, 2))) == (3, 2, 2)
    deep: Any = 1.0
    for _ in range(40):
        deep = [deep]
    with pytest.raises(ValueError, match="more than 16 levels"):
        samples(deep)


class Pictures(nn.Module):
    """Samples of shape [row][column]: a weight for each row, applied to the sum of the row."""

    def __init__(self) -> None:
        self.weights = [Value(0.5), Value(-0.25)]

    def __call__(self, x: Any) -> Value:
        total = Value(0.0)
        for weight, row in zip(self.weights, x, strict=True):
            for pixel in row:
                total = total + weight * pixel
        return total


def _order(count: int, size: int, seed: int) -> list[list[int]]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return [order[start : start + size] for start in range(0, count, size)]


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_samples_of_any_shape_are_trained_on(engine: str) -> None:
    source = np.random.default_rng(0)
    X = source.normal(size=(8, 2, 3))
    y = X.sum(axis=2) @ np.array([1.0, -2.0])
    model, other = Pictures(), Pictures()
    options: Any = {
        "loss": "mean_squared_error",
        "epochs": 3,
        "progress": False,
        "engine": engine,
        "batch_size": 4,
        "seed": 1,
    }
    history = nn.fit(model, X, y, optimizer=lambda p: nn.SGD(p, 0.01), **options)
    again = nn.fit(other, X.tolist(), y.tolist(), optimizer=lambda p: nn.SGD(p, 0.01), **options)
    assert history["loss"] == again["loss"]
    assert nn.predict(model, X).tolist() == nn.predict(other, X.tolist())
    weights = np.array([0.5, -0.25])
    order = _order(8, 4, 1)
    losses = []
    for batch in order:  # the first epoch by hand
        sums = X[batch].sum(axis=2)
        errors = sums @ weights - y[batch]
        losses.append((errors**2).mean())
        weights -= 0.01 * 2 * errors @ sums / len(batch)
    assert history["loss"][0] == pytest.approx(np.mean(losses), rel=1e-12)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_arrays_and_lists_train_alike(engine: str, kind: Any) -> None:
    source = np.random.default_rng(1)
    X, y = (4 * source.normal(size=(20, 3))).astype(kind), source.integers(0, 3, 20)
    states = []
    for data in ((X, y), (X.tolist(), y.tolist()), (X, y.tolist()), (X, y.astype(float))):
        model = nn.MLP(3, [4, 3], seed=2)
        history = nn.fit(
            model, *data, loss="cross_entropy", epochs=2, batch_size=7, seed=3, validation=0.25, engine=engine,
            metrics=["accuracy", "f1", kept], progress=False,
        )  # fmt: skip
        row = history.last()
        del row["seconds"]
        states.append((row, model.state_dict()))
    assert states[0] == states[1] == states[2] == states[3]
    assert nn.evaluate(model, X, y, loss="cross_entropy") == nn.evaluate(
        model, X.tolist(), y.tolist(), loss="cross_entropy"
    )
    assert nn.predict_classes(model, X).tolist() == nn.predict_classes(model, X.tolist())
    assert nn.confusion_matrix(model, X, y) == nn.confusion_matrix(model, X.tolist(), y.tolist())


def kept(outputs: Any, targets: Any) -> float:
    """A metric of the user's own gets lists if the targets are a list, arrays if they are an array."""
    assert type(outputs) is type(targets)
    return float(np.asarray(outputs)[:, 0].sum())


@pytest.mark.parametrize(
    ("y", "loss", "message"),
    [
        ([0, 1, 0, 7], "cross_entropy", r"target\[3\] is class 7"),
        ([0.0, 0.5, 1.0, -0.5], "binary_cross_entropy_with_logits", r"target\[3\] is -0.5"),
        ([1, -1, 1, 0], "hinge", r"target\[3\] is 0"),
        ([[0.5, 0.5], [0.5, 0.5], [0.25, 0.5], [1.0, 0.0]], "cross_entropy", r"target\[2\] adds up to 0.75"),
    ],
)
def test_a_bad_target_in_an_array_is_named_before_training(y: Any, loss: str, message: str) -> None:
    model = nn.MLP(1, [2 if loss == "cross_entropy" else 1], seed=0)
    before = model.state_dict()
    for targets in (np.array(y), y):
        with pytest.raises(ValueError, match=message):
            nn.fit(model, np.ones((4, 1)), targets, loss=loss, epochs=1)
    assert model.state_dict() == before


def test_the_optimizer_of_a_model_works_on_arrays() -> None:
    """It keeps the model, which is callable; that is not code that runs between steps."""
    used = []

    class Spy(CompiledEngine):
        def __call__(self, batch: Any) -> Any:
            used.append(isinstance(self.optimizer, InArrays))
            return super().__call__(batch)

    model = nn.MLP(1, [1])
    training = Training(model, [[1.0], [2.0]], [1.0, 2.0], "mean_squared_error", nn.Adam(model), 1, None, None, 0)
    training.engine = Spy(training)
    training.run(False)
    assert used == [True]


@pytest.mark.slow
def test_a_million_samples_stay_where_they_are(tmp_path: Path) -> None:
    """Peak memory of an epoch: 1.6 times the data in memory, 300 MB of anonymous memory with a memmap."""
    worker = Path(__file__).parent.parent.parent / "benchmarks" / "data_worker.py"
    measured = {}
    for engine in ("array", "memmap"):
        command = [sys.executable, str(worker), engine, "1000000", "1000", str(tmp_path)]
        measured[engine] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    data = 1_000_000 * 64 * 8 / 2**20
    assert measured["array"]["peak MiB"] <= 1.6 * data
    assert measured["memmap"]["anonymous MiB"] <= 300
    assert measured["memmap"]["loss"] < 3
