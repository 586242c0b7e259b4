from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optional import needs

import nn

ENGINES = ("eager", "compiled")
LOSS = "binary_cross_entropy_with_logits"


class Batches:
    """Batches of moons; `change` may spoil one of them. Counts the passes that were begun."""

    def __init__(
        self, change: Callable[[int, Any], Any] | None = None, arrays: bool = True, length: bool = True
    ) -> None:
        X, y = nn.make_moons(30, seed=1)
        self.pairs: list[Any] = [(X[start : start + 8], y[start : start + 8]) for start in range(0, 30, 8)]
        if arrays:
            self.pairs = [(np.array(X), np.array(y)) for X, y in self.pairs]
        self.change, self.passes = change, 0
        if length:
            self.length = 4

    def __iter__(self) -> Iterator[Any]:
        self.passes += 1
        for number, pair in enumerate(self.pairs):
            yield pair if self.change is None else self.change(4 * (self.passes - 1) + number, pair)

    def __len__(self) -> int:
        if not hasattr(self, "length"):
            raise TypeError("the length is not known")
        return self.length


def train(batches: Any, model: Any = None, **changes: Any) -> tuple[Any, Any]:
    model = model or nn.MLP(2, [3, 1], seed=0)
    given: Any = {"loss": LOSS, "epochs": 3, "progress": False} | changes
    return nn.fit(model, batches, **given), model


def figures(history: Any) -> dict[str, Any]:
    return {name: history[name] for name in history.names if name != "seconds"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("arrays", [True, False])
def test_batches_train_as_a_loop_by_hand(engine: str, arrays: bool) -> None:
    batches = Batches(arrays=arrays)
    history, model = train(batches, engine=engine, optimizer=lambda p: nn.SGD(p, 0.1))
    assert batches.passes == 3  # the first batch was looked at before training, and not read again
    other = nn.MLP(2, [3, 1], seed=0)
    optimizer = nn.SGD(other, 0.1)
    losses = []
    for _ in range(3):
        total = 0.0
        for X, y in Batches(arrays=False).pairs:
            optimizer.zero_grad()
            loss = nn.binary_cross_entropy_with_logits([other(row) for row in X], y)
            loss.backward()
            optimizer.step()
            total += loss.data * len(X)
        losses.append(total / 30)
    assert history["loss"] == pytest.approx(losses, rel=1e-12)
    assert list(model.state_dict().values()) == pytest.approx(list(other.state_dict().values()), rel=1e-10)
    X, y = nn.make_moons(30, seed=1)
    assert nn.evaluate(model, batches, loss=LOSS) == pytest.approx(nn.evaluate(model, X, y, loss=LOSS))


def test_anything_that_can_be_iterated_again() -> None:
    pairs = Batches().pairs
    expected = figures(train(Batches())[0])
    for again in (pairs, tuple(pairs), [list(pair) for pair in pairs], dict(enumerate(pairs)).values()):
        assert figures(train(again)[0]) == expected


def test_a_generator_gives_its_batches_once() -> None:
    one, _ = train((pair for pair in Batches().pairs), epochs=1)
    assert figures(one) == figures(train(Batches(), epochs=1)[0])
    model = nn.MLP(2, [3, 1], seed=0)
    before = model.state_dict()
    with pytest.raises(ValueError, match="batches can be iterated only once, but epochs=3: instead of"):
        train((pair for pair in Batches().pairs), model)
    with pytest.raises(ValueError, match="validation can be iterated only once"):
        train(Batches(), model, validation=(pair for pair in Batches().pairs))
    assert model.state_dict() == before


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("spoil", "kind", "message"),
    [
        (lambda X, y: (np.where(X[5, 1] == X, np.nan, X), y), ValueError, r"batch 2: X\[5\]\[1\] is nan"),
        (lambda X, y: (X, np.where(np.arange(8) == 3, 2, y)), ValueError, r"batch 2: target\[3\] is 2"),
        (lambda X, y: (X, y[:4]), ValueError, "batch 2: X has 8 samples but y has 4 targets"),
        (lambda X, y: (X[:, :1], y), ValueError, r"batch 2 has samples of shape \(1,\).*first batch.*shape \(2,\)"),
        (lambda X, y: (X, y, np.ones(8)), ValueError, "batch 2 has .* and weights, the first batch .* and no weights"),
        (lambda X, y: X, TypeError, "(?s)batch 2 must be one of pairs.*y is None: pass it"),
        (lambda X, y: (X.astype(str), y), TypeError, r"batch 2: X\[0\]\[0\] must be a real number"),
    ],
)
def test_a_bad_batch_is_found_before_its_step(spoil: Any, kind: type[Exception], message: str, engine: str) -> None:
    """Parameters and history are those of the step before: of one epoch, and two batches of the second."""
    model = nn.MLP(2, [3, 1], seed=0)
    batches = Batches(lambda number, pair: spoil(*pair) if number == 6 else pair)
    with pytest.raises(kind, match=message) as caught:
        train(batches, model, engine=engine)
    failure: Any = caught.value
    assert (failure.epoch, len(failure.history), failure.history.stopped) == (2, 1, "error")
    if kind is ValueError:
        assert "training stopped in epoch 2 before step 7" in str(failure)
    steps = Batches().pairs + Batches().pairs[:2]
    assert list(model.state_dict().values()) == pytest.approx(
        list(train(steps, epochs=1, engine=engine)[1].state_dict().values()), rel=1e-12
    )


def test_an_error_of_the_source_itself_keeps_the_history() -> None:
    def stop(number: int, pair: Any) -> Any:
        if number == 5:
            raise OSError("the disk is gone")
        return pair

    with pytest.raises(OSError, match="the disk is gone") as caught:
        train(Batches(stop))
    failure: Any = caught.value
    assert len(failure.history) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 8}, "batch_size is for a data set in memory"),
        ({"seed": 1}, "seed shuffles a data set in memory: shuffle where the batches are made"),
        ({"validation": 0.2}, "a share cannot be held back of batches"),
        ({"sample_weight": [1.0] * 30}, r"let each batch be \(X_batch, y_batch, weights\)"),
        ({"class_weight": "balanced"}, "needs all targets before training"),
    ],
)
def test_what_batches_decide_themselves_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(Batches(), **changes)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.ones((3, 2)), "y is missing"),
        ([[1.0, 2.0], [3.0, 4.0]], "batch 0 must be one of pairs.*y is None: pass it"),
        ([[1.0, 2.0, 3.0, 4.0]], "y is None: pass it"),
        ("abc", "y is missing: give the targets of X, or batches"),
        (3, "y is missing: give the targets"),
        ({"a": 1}, "y is missing: give the targets"),
    ],
)
def test_what_is_no_batches(source: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        train(source)


def test_empty_batches() -> None:
    with pytest.raises(ValueError, match="the batches are empty: there is no sample"):
        train([])
    with pytest.raises(ValueError, match="batch 0: X is empty"):
        train([([], [])])
    source = Batches()
    source.change = lambda number, pair: source.pairs.clear() or pair  # only one pass has batches
    with pytest.raises(ValueError, match="training stopped in epoch 2 before step 2: the batches are empty"):
        train(source)


@pytest.mark.parametrize("engine", ENGINES)
def test_weights_in_batches(engine: str) -> None:
    """A weight of 0 is no sample, and a batch in which all are 0 no step."""
    weighted = [(X, y, np.arange(len(X)) % 3) for X, y in Batches().pairs]
    weighted.insert(2, (*Batches().pairs[1], np.zeros(8)))
    repeated = [(X.repeat(w, axis=0), y.repeat(w)) for X, y, w in weighted if w.any()]
    ours, theirs = (train(batches, engine=engine) for batches in (weighted, repeated))
    assert ours[0]["loss"] == pytest.approx(theirs[0]["loss"], rel=1e-12)
    by_class, _ = train(Batches(), engine=engine, class_weight={1: 2.0})
    by_sample, _ = train([(X, y, y + 1.0) for X, y in Batches().pairs], engine=engine)
    assert figures(by_class) == figures(by_sample)
    with pytest.raises(ValueError, match="no batch had a sample with a weight above 0"):
        train([(X, y, np.zeros(len(y))) for X, y in Batches().pairs], engine=engine)


def test_validation_by_a_pair_or_by_batches() -> None:
    X, y = nn.make_moons(20, seed=7)
    pair, _ = train(Batches(), validation=(X, y))
    batches, _ = train(Batches(), validation=[(X[:15], y[:15]), (X[15:], y[15:])])
    assert pair["validation_loss"] == pytest.approx(batches["validation_loss"], rel=1e-12)
    assert pair["validation_accuracy"] == batches["validation_accuracy"]
    with pytest.raises(ValueError, match="validation data: batch 0: X has 1 samples but y has 2"):
        train(Batches(), validation=[([[1.0, 2.0]], [1, 0])])


class Shuffled(Batches):
    """Draws the order of its batches from Python's generator, whose state a checkpoint keeps."""

    def __iter__(self) -> Iterator[Any]:
        order = list(range(4))
        random.shuffle(order)
        return iter([self.pairs[i] for i in order])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("other", [98, 99])
def test_a_run_continues_at_the_boundary_of_an_epoch(engine: str, other: int, tmp_path: Path) -> None:
    """Also if the first batch is another one, before the generator has been restored."""
    random.seed(5)
    whole, model = train(Shuffled(), epochs=5, engine=engine)
    random.seed(5)
    path = tmp_path / "run.json"
    train(Shuffled(), epochs=2, engine=engine, checkpoint=path)
    random.seed(other)
    rest, resumed = train(Shuffled(), epochs=5, engine=engine, checkpoint=path, resume=True)
    assert figures(rest) == figures(whole)
    assert resumed.state_dict() == model.state_dict()
    X, y = nn.make_moons(30, seed=1)
    with pytest.raises(ValueError, match="the checkpoint was started with samples='batches', this run has 30"):
        nn.fit(nn.MLP(2, [3, 1]), X, y, loss=LOSS, epochs=9, checkpoint=path, resume=True, progress=False)


def test_a_list_of_batches_continues(tmp_path: Path) -> None:
    path, pairs, validation = tmp_path / "run.json", Batches().pairs, nn.make_moons(8, seed=2)
    whole, model = train(pairs, epochs=4, validation=validation)
    train(pairs, epochs=2, validation=validation, checkpoint=path)
    with pytest.raises(ValueError, match="the checkpoint was started with data="):
        train(pairs, epochs=4, validation=nn.make_moons(8, seed=3), checkpoint=path, resume=True)
    rest, resumed = train(pairs, epochs=4, validation=validation, checkpoint=path, resume=True)
    assert (figures(rest), resumed.state_dict()) == (figures(whole), model.state_dict())


def test_the_schedule_knows_the_length_after_one_epoch() -> None:
    rates: dict[bool, list[float]] = {}
    for known in (True, False):
        seen: list[float] = []

        def schedule(time: float, seen: list[float] = seen) -> float:
            seen.append(time)
            return 1.0

        train(Batches(length=known), epochs=2, schedule=schedule)
        rates[known] = seen
    assert rates[True][-8:] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert rates[False][-8:] == [0.0, 0.0, 0.0, 0.0, 1.0, 1.25, 1.5, 1.75]


@pytest.mark.parametrize(("known", "words"), [(True, "batch 2/4  loss"), (False, "batch 2  loss")])
def test_progress_with_and_without_a_known_length(known: bool, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr("nn.progress.INTERVAL", 0.0)
    train(Batches(length=known), epochs=1, progress=True)
    assert words in terminal.getvalue()


def test_metrics_of_batches_are_those_of_all_samples() -> None:
    """Accuracy is counted batch by batch, any other metric is calculated from all outputs."""
    names: Any = ["accuracy", "roc_auc", "root_mean_square", lambda outputs, targets: float(len(outputs))]
    history, model = train(Batches(), optimizer=lambda p: nn.SGD(p, 1e-13), epochs=1, metrics=names)
    X, y = nn.make_moons(30, seed=1)
    expected = nn.evaluate(model, X, y, metrics=names[:3])
    assert {name: history[name][0] for name in expected} == pytest.approx(expected)
    assert history["<lambda>"] == [30.0]


def test_amounts_in_one_batch_may_look_like_classes() -> None:
    """The first batch has only 0 and 1; accuracy would be wrong for the others, so there is none."""
    batches = [([[0.0], [1.0]], [0.0, 1.0]), ([[2.0], [3.0]], [2.0, 3.0])]
    history, _ = train(batches, nn.MLP(1, [1], seed=0), loss="mean_squared_error")
    assert "accuracy" not in history


def sequences(*lengths: int) -> list[Any]:
    """A batch of three sequences of each length, and their classes."""
    draw = np.random.default_rng(sum(lengths))
    return [(draw.normal(size=(3, length, 2)), [0, 1, 2]) for length in lengths]


@needs("nn/recurrence")
def test_sequences_of_another_length_in_each_batch() -> None:
    """A step of each length, twice; the validation data has other lengths again."""
    trained = []
    for engine in ENGINES:
        model = nn.Sequential(nn.GRU(2, 3, seed=0), nn.Last(), nn.Layer(3, 3, nonlin=False, seed=0))
        history, _ = train(
            sequences(3, 1, 4), model, epochs=2, loss="cross_entropy", engine=engine, validation=sequences(2, 5)
        )
        assert history.engine == engine
        trained.append(([*model.state_dict().values()], history["loss"], history["validation_loss"]))
    for given, expected in zip(*trained, strict=True):
        assert given == pytest.approx(expected, rel=1e-12)
    start = nn.Sequential(nn.GRU(2, 3, seed=0), nn.Last(), nn.Layer(3, 3, nonlin=False, seed=0))
    by_hand = [nn.cross_entropy([start(x) for x in X.tolist()], y).data for X, y in sequences(3, 1, 4)]
    frozen, _ = train(sequences(3, 1, 4), start, epochs=1, loss="cross_entropy", optimizer=lambda p: nn.SGD(p, 1e-300))
    assert frozen["loss"] == pytest.approx([np.mean(by_hand)], rel=1e-14)


@needs("nn/recurrence")
def test_sequences_of_other_vectors_or_dimensions() -> None:
    for engine in ENGINES:
        for shape, message in (((3, 4, 5), "step 2.*GRU expects 2 inputs, got 5"), ((3, 2), "must be the same")):
            model = nn.Sequential(nn.GRU(2, 3, seed=0), nn.Last(), nn.Layer(3, 3, nonlin=False, seed=0))
            batches = [*sequences(3), (np.ones(shape), [0, 1, 2])]
            with pytest.raises(ValueError, match=message):
                train(batches, model, epochs=1, loss="cross_entropy", engine=engine)
