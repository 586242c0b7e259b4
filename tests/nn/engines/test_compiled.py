"""Training with compiled programs: the same history as with the eager engine."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest
from changes import KINDS

import nn
from autograd import Value
from nn.engines.compiled import InArrays
from nn.engines.eager import EagerEngine
from nn.training import Training

SOURCE = random.Random(5)
X = [[SOURCE.uniform(-1, 1) for _ in range(3)] for _ in range(30)]
CLASSES = [int(x[0] + x[1] > 0) + int(x[2] > 0.5) for x in X]
NUMBERS = [x[0] * x[1] - x[2] for x in X]
SIGNS = [1 if number > 0 else -1 for number in NUMBERS]
SHARES = [[0.25 + 0.5 * (c == j) / 1 for j in range(2)] for c in [int(s > 0) for s in SIGNS]]
TASKS: dict[str, tuple[str, Any, int]] = {
    "cross_entropy": ("cross_entropy", CLASSES, 3),
    "shares": ("cross_entropy", SHARES, 2),
    "mean_squared_error": ("mean_squared_error", NUMBERS, 1),
    "mean_absolute_error": ("mean_absolute_error", NUMBERS, 1),
    "huber": ("huber", NUMBERS, 1),
    "smooth_l1": ("smooth_l1", NUMBERS, 1),
    "kl_divergence": ("kl_divergence", SHARES, 2),
    "hinge": ("hinge", SIGNS, 1),
    "logits": ("binary_cross_entropy_with_logits", [(s + 1) // 2 for s in SIGNS], 1),
    "wide logits": ("binary_cross_entropy_with_logits", SHARES, 2),
}
OPTIMIZERS = {"sgd": nn.SGD, "adagrad": nn.AdaGrad, "rmsprop": nn.RMSProp, "adam": nn.Adam, "adamw": nn.AdamW}


def train(engine: str, make: Any, loss: Any, targets: Any, optimizer: str = "adam", **options: Any) -> tuple[Any, Any]:
    model = make()
    made = OPTIMIZERS[optimizer](model, 0.01)
    history = nn.fit(
        model, X, targets, loss=loss, optimizer=made, progress=False, engine=engine, seed=3,
        **{"epochs": 5, "batch_size": 8, **options},
    )  # fmt: skip
    return model, history


def same(make: Any, loss: Any, targets: Any, **options: Any) -> None:
    eager, compiled = (train(engine, make, loss, targets, **options) for engine in ("eager", "compiled"))
    assert compiled[1].names == eager[1].names
    for name in eager[1].names:
        if name != "seconds":
            assert compiled[1][name] == pytest.approx(eager[1][name], rel=1e-9, abs=1e-12), name
    found, expected = ([p.data for p in model.parameters()] for model in (compiled[0], eager[0]))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("task", TASKS)
def test_every_loss(task: str) -> None:
    loss, targets, width = TASKS[task]
    same(lambda: nn.MLP(3, [5, width], activation="tanh", seed=1), loss, targets)


def test_probabilities() -> None:
    targets = [(s + 1) // 2 for s in SIGNS]
    same(lambda: nn.MLP(3, [5, 1], "tanh", "sigmoid", seed=1), "binary_cross_entropy", targets)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    same(lambda: nn.MLP(3, [4, 3], seed=2), "cross_entropy", CLASSES, optimizer=optimizer)


def test_options_of_fit() -> None:
    options: dict[str, Any] = {"validation": 0.25, "schedule": "cosine", "clip_norm": 0.5, "batch_size": None}
    same(lambda: nn.MLP(3, [4, 3], seed=2), "cross_entropy", CLASSES, **options)


@pytest.mark.parametrize("task", TASKS)
def test_validation_is_compiled_too(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With dropout off, and with the same losses, metrics and best epoch as the eager engine."""
    loss, targets, width = TASKS[task]

    def train_with(engine: str) -> Any:
        model = nn.Sequential(nn.Layer(3, 6, seed=1), nn.Dropout(0.4, seed=7), nn.Layer(6, width, nonlin=False, seed=2))
        return nn.fit(
            model, X, targets, loss=loss, epochs=4, batch_size=8, validation=(X[:9], targets[:9]), engine=engine,
            progress=False, seed=3,
        )  # fmt: skip

    eager = train_with("eager")
    monkeypatch.setattr(EagerEngine, "computed", lambda *_: pytest.fail("computed by the eager engine"))
    compiled = train_with("compiled")
    assert compiled.best_epoch == eager.best_epoch
    assert compiled["validation_loss"] == pytest.approx(eager["validation_loss"], rel=1e-12)
    assert [name for name in compiled.names if name.startswith("validation_")] == [
        name for name in eager.names if name.startswith("validation_")
    ]


def test_validation_with_other_kinds_of_targets() -> None:
    """Probabilities of classes beside classes: they must not be rounded to whole numbers."""
    shares = [[0.7, 0.2, 0.1]] * 9
    same(lambda: nn.MLP(3, [4, 3], seed=2), "cross_entropy", CLASSES, validation=(X[:9], shares))


def test_weights_count_where_the_training_set_is_evaluated() -> None:
    weights = [1.0 + n % 3 for n in range(len(X))]
    options = {"early_stopping": 2, "sample_weight": weights, "batch_size": None}
    same(lambda: nn.MLP(3, [4, 3], seed=2), "cross_entropy", CLASSES, **options)


def test_a_model_that_draws_in_evaluation_is_validated_eagerly_with_the_same_numbers() -> None:
    class Noisy(nn.Module):
        def __init__(self) -> None:
            self.layer, self.source = nn.Layer(3, 1, nonlin=False, seed=1), random.Random(4)

        def __call__(self, x: Any) -> Any:
            return self.layer(x) + (0.0 if self.training else self.source.random())

    same(Noisy, "mean_squared_error", NUMBERS, validation=(X[:9], NUMBERS[:9]))


def test_validation_that_fails_says_what_the_eager_engine_says() -> None:
    """The logarithm of a negative number, in one sample of the validation set."""

    class Logarithm(nn.Module):
        def __init__(self) -> None:
            self.weight = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return (self.weight * x[0]).log()

    said = []
    for engine in ("eager", "compiled"):
        with pytest.raises(ValueError, match=r"validation failed in epoch 1: log") as failure:
            nn.fit(
                Logarithm(), [[1.0], [2.0]], [0.0, 0.5], loss="mean_squared_error", epochs=2, engine=engine,
                validation=([[1.0], [-1.0]], [0.0, 0.0]), progress=False,
            )  # fmt: skip
        said.append(str(failure.value))
    assert said[0] == said[1]


def test_dropout_draws_the_same_masks() -> None:
    def make() -> Any:
        return nn.Sequential(nn.Layer(3, 8, seed=1), nn.Dropout(0.4, seed=7), nn.LayerNorm(8), nn.Layer(8, 3, seed=2))

    same(make, "cross_entropy", CLASSES)


def test_embedding() -> None:
    words = [[SOURCE.randrange(6), SOURCE.randrange(6)] for _ in X]

    def make() -> Any:
        return nn.Sequential(nn.Embedding(6, 4, seed=1), nn.Layer(8, 3, activation="identity", seed=2))

    histories = []
    for engine in ("eager", "compiled"):
        model = make()
        histories.append(
            nn.fit(model, words, CLASSES, loss="cross_entropy", optimizer=nn.SGD(model, 0.1), epochs=3, batch_size=7,
                   progress=False, seed=1, engine=engine)["loss"]
        )  # fmt: skip
    assert histories[1] == pytest.approx(histories[0], rel=1e-12)


class WordAndNumber(nn.Module):
    """Its samples are an index and a number that need not be whole."""

    def __init__(self) -> None:
        self.table, self.layer = nn.Embedding(6, 2, seed=1), nn.Layer(3, 3, activation="identity", seed=2)

    def __call__(self, sample: Any) -> Any:
        return self.layer([*self.table(sample[0]), sample[1]])


@pytest.mark.parametrize("kind", [list, np.array])
def test_no_number_beside_an_index_is_truncated(kind: Any) -> None:
    halves = kind([[float(n), n + 0.5] for n in range(6)])
    classes = [0, 1, 2, 0, 1, 2]

    def trained(engine: str, samples: Any, validation: Any = None) -> Any:
        model = WordAndNumber()
        training = Training(
            model, samples, classes, "cross_entropy", nn.SGD(model, 0.1), 10_000, None, validation, None
        )
        training.use_engine(engine)
        training.epochs = 3
        training.run(show=False)
        return training.history

    with pytest.raises(TypeError, match=r'X has numbers that are not whole.*use engine="eager"'):
        trained("compiled", halves)
    eager, auto = (trained(engine, halves) for engine in ("eager", "auto"))
    assert auto["loss"] == eager["loss"]
    assert auto.engine == "eager"
    whole = kind([[n, n + 1] for n in range(6)])
    eager, compiled = (trained(engine, whole, (halves, classes)) for engine in ("eager", "compiled"))
    assert compiled.engine == "compiled"
    assert compiled["validation_loss"] == pytest.approx(eager["validation_loss"], rel=1e-12)


def test_wrong_targets_are_found_before_training() -> None:
    with pytest.raises(ValueError, match=r"target\[1\] is class 7"):
        train("compiled", lambda: nn.MLP(3, [3], seed=1), "cross_entropy", [0, 7, *CLASSES[2:]])


def test_a_loss_of_the_users_own_is_refused_and_auto_trains_eagerly() -> None:
    def loss(predictions: Any, targets: Any) -> Any:
        return nn.mean_squared_error(predictions, targets)

    with pytest.raises(TypeError, match='engine="compiled" knows the losses'):
        train("compiled", lambda: nn.MLP(3, [1], seed=1), loss, NUMBERS)
    _, history = train("auto", lambda: nn.MLP(3, [1], seed=1), loss, NUMBERS)
    assert len(history["loss"]) == 5


def test_a_model_that_branches_is_refused_with_its_line() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            self.weight = Value(0.5)

        def __call__(self, inputs: Any) -> Any:
            return inputs[0] * self.weight if self.weight * inputs[1] > 0 else inputs[2] * self.weight

    model = Gate()
    options: dict[str, Any] = {"epochs": 1, "progress": False, "engine": "compiled"}
    with pytest.raises(TypeError, match=r"a branch on data.*if self\.weight"):
        nn.fit(model, X, NUMBERS, loss="huber", optimizer=nn.SGD(model, 0.1), **options)


def test_auto_compiles_where_it_pays() -> None:
    for epochs, engine in ((1, "EagerEngine"), (10_000, "CompiledEngine")):
        model = nn.MLP(3, [4, 3], seed=1)
        training = Training(model, X, CLASSES, "cross_entropy", nn.SGD(model, 0.1), epochs, None, None, 0)
        training.use_engine("auto")
        assert type(training.engine).__name__ == engine


def test_an_unknown_engine() -> None:
    with pytest.raises(ValueError, match="unknown engine 'fast'; choose one of: eager, compiled, auto"):
        train("fast", lambda: nn.MLP(3, [1], seed=1), "huber", NUMBERS)


RULES = {
    **OPTIMIZERS,
    "momentum": lambda values, rate, **more: nn.SGD(values, rate, momentum=0.9, **more),
    "nesterov": lambda values, rate, **more: nn.SGD(values, rate, momentum=0.9, nesterov=True, **more),
}


@pytest.mark.parametrize("rule", RULES)
def test_steps_in_arrays_give_the_same_bits(rule: str) -> None:
    one, other = ([Value(0.1 * n - 1.0) for n in range(40)] for _ in range(2))
    plain, held = (RULES[rule](values, 0.03, weight_decay=0.1) for values in (one, other))
    arrays = InArrays(held)
    for _ in range(3):  # epochs
        arrays.take()
        for _ in range(4):
            gradients = [SOURCE.gauss(0, 1) * 10 ** SOURCE.uniform(-9, 3) for _ in one]
            plain.step(gradients)
            arrays.step(gradients)
        assert [v.data for v in other] != [v.data for v in one]  # not yet
        arrays.put_back()
        assert [v.data for v in other] == [v.data for v in one]
        assert held.state_dict() == plain.state_dict()
    arrays.take()
    for bad in ("nan", "inf", "-inf"):
        gradients[7] = float(bad)
        with pytest.raises(FloatingPointError, match=rf"the gradient of parameters\[7\] is {bad}"):
            arrays.step(gradients)
    arrays.put_back()
    assert [v.data for v in other] == [v.data for v in one]
    assert held.state_dict() == plain.state_dict()


def test_a_rule_of_the_users_own_takes_plain_numbers() -> None:
    class Signs(nn.SGD):
        def _moved(self, numbers: Any, gradients: Any, memory: Any, step: int) -> Any:
            return [p - 0.01 if g > 0 else p + 0.01 for p, g in zip(numbers, gradients, strict=True)], memory

    models = [nn.MLP(3, [4, 3], seed=1) for _ in range(2)]
    for model, engine in zip(models, ("eager", "compiled"), strict=True):
        nn.fit(model, X, CLASSES, loss="cross_entropy", optimizer=Signs(model, 0.1), epochs=3, batch_size=8,
               progress=False, seed=2, engine=engine)  # fmt: skip
    assert [p.data for p in models[1].parameters()] == pytest.approx(
        [p.data for p in models[0].parameters()], rel=1e-12
    )


def test_the_steps_of_an_interrupted_epoch_are_kept() -> None:
    kept = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(3, [4, 3], seed=1)
        optimizer = nn.Adam(model, 0.05)
        count = 0

        def interrupted(_epochs: float) -> float:
            nonlocal count
            count += 1
            if count == 7:  # the third step of the second epoch
                raise KeyboardInterrupt
            return 1.0

        history = nn.fit(model, X, CLASSES, loss="cross_entropy", optimizer=optimizer, epochs=3, batch_size=8,
                         progress=False, seed=2, schedule=interrupted, engine=engine)  # fmt: skip
        assert history.stopped == "interrupted"
        assert optimizer.steps == 6
        kept.append([p.data for p in model.parameters()] + optimizer.memory()["square_mean"])
    assert kept[1] == pytest.approx(kept[0], rel=1e-9, abs=1e-15)


def test_a_step_that_fails_leaves_the_last_good_parameters() -> None:
    kept = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(3, [4, 1], seed=1)
        optimizer = nn.SGD(model, 1e200)  # the first step is finite, and what it makes is not
        with pytest.raises((FloatingPointError, OverflowError), match="the last good parameters are in place"):
            nn.fit(model, X, NUMBERS, loss="mean_squared_error", optimizer=optimizer, epochs=3, batch_size=8,
                   progress=False, seed=2, engine=engine)  # fmt: skip
        kept.append(([p.data for p in model.parameters()], optimizer.steps))
    assert kept[0][1] == kept[1][1]
    assert kept[1][0] == pytest.approx(kept[0][0], rel=1e-9)


def test_what_a_callback_changes_is_trained_on() -> None:
    def reset(training: Any) -> None:
        for parameter in training.model.parameters():
            parameter.data = 0.25

    same_history = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(3, [4, 3], seed=1)
        optimizer = nn.Adam(model, 0.05)
        history = nn.fit(model, X, CLASSES, loss="cross_entropy", optimizer=optimizer, epochs=3, batch_size=8,
                         progress=False, seed=2, callbacks=[reset], engine=engine)  # fmt: skip
        same_history.append(history["loss"])
    assert same_history[1] == pytest.approx(same_history[0], rel=1e-9)


class Wrapped(nn.Module):
    """A model around a function of the table of changes."""

    def __init__(self, function: Any) -> None:
        self.body, self.function = nn.Layer(3, 1, activation="tanh", seed=1), function

    def __call__(self, inputs: Any) -> Any:
        return self.body(inputs) + 0.01 * self.function(inputs[0])


@pytest.mark.parametrize("choice", ["compiled", pytest.param("auto", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if n % 3 else (), id=kind.__name__) for n, kind in enumerate(KINDS)],
)
def test_every_kind_of_change_in_a_callback_is_trained_on(
    kind: Any, choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)
    losses = []
    for engine in ("eager", choice):
        function, *changes = kind()
        model, waiting = Wrapped(function), list(changes)
        history = nn.fit(
            model, X[:6], NUMBERS[:6], loss="mean_squared_error", optimizer=nn.SGD(model, 0.05), batch_size=3,
            epochs=len(changes) + 1, progress=False, seed=1, engine=engine, metrics=(),
            callbacks=[lambda _, waiting=waiting: waiting and waiting.pop(0)()],
        )  # fmt: skip
        assert history.engine == ("eager" if engine == "eager" else "compiled")
        losses.append(history["loss"])
    assert losses[1] == pytest.approx(losses[0], rel=1e-9)


def trained(engine: str, model: Any, **options: Any) -> Any:
    optimizer = options.pop("optimizer", None) or nn.SGD(model, 0.05)
    settings: dict[str, Any] = {"loss": "mean_squared_error", "epochs": 3, "batch_size": 8, "seed": 1}
    settings |= {"progress": False, "metrics": (), "engine": engine, **options}
    return nn.fit(model, X, NUMBERS, optimizer=optimizer, **settings)


@pytest.mark.parametrize("engine", ["compiled", "auto"])
def test_what_a_schedule_or_an_optimizer_changes_within_an_epoch(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)

    class Cooling(nn.SGD):
        model: Any = None

        def step(self, gradients: Any = None) -> None:
            super().step(gradients)
            self.model.layers[0].neurons[0].bias.data += 0.01

    def run(engine: str, own: str) -> Any:
        model = nn.MLP(3, [4, 1], seed=1)

        def schedule(_: float) -> float:
            model.layers[1].neurons[0].bias.data *= 0.9
            return 1.0

        optimizer = Cooling(model, 0.05)
        optimizer.model = model
        given: dict[str, Any] = {"schedule": schedule} if own == "schedule" else {"optimizer": optimizer}
        return trained(engine, model, **given)["loss"]

    for own in ("schedule", "optimizer"):
        assert run(engine, own) == pytest.approx(run("eager", own), rel=1e-9)


class OfSteps(nn.Module):
    """Its samples are lists of steps."""

    def __init__(self) -> None:
        self.body, self.gain = nn.Layer(2, 1, activation="tanh", seed=1), 1.0

    def __call__(self, steps: Any) -> Any:
        return self.gain * self.body([steps[0][0] + steps[1][0], steps[0][1]])


DATA = {
    "samples": ("X", [[[3.0, 0.5], [-1.0, 2.0]] for _ in range(6)]),
    "targets": ("y", [2.0, -1.0, 3.0, 0.0, 1.0, 1.0]),
    "weights": ("weights", [3.0, 1.0, 0.5, 2.0, 1.0, 4.0]),
}


@pytest.mark.parametrize("what", DATA)
def test_data_that_a_callback_changes_is_trained_on(what: str) -> None:
    name, new = DATA[what]

    def put(training: Any) -> None:
        setattr(training, name, new)

    def fill(training: Any) -> None:
        for row, other in zip(getattr(training, name), new, strict=True):
            if what == "samples":
                row[0][:], row[1][:] = other
        if what != "samples":
            getattr(training, name)[:] = new

    losses = []
    for engine in ("eager", "compiled"):
        for change in (put, fill, lambda training: None):
            model = OfSteps()
            history = nn.fit(
                model, [[[0.1 * n, 0.2], [0.3, 0.1 * n]] for n in range(6)], [0.1 * n for n in range(6)], epochs=3,
                loss="mean_squared_error", optimizer=nn.SGD(model, 0.1), batch_size=2, seed=0, progress=False,
                sample_weight=[1.0] * 6, callbacks=[change], engine=engine, metrics=(),
            )  # fmt: skip
            losses.append(history["loss"])
    assert losses[0] == losses[1] != losses[2]
    for eager, compiled in zip(losses[:3], losses[3:], strict=True):
        assert compiled == pytest.approx(eager, rel=1e-12)


@pytest.mark.parametrize("kind", [list, np.array])
@pytest.mark.parametrize(
    ("loss", "right", "wrong"), [("hinge", -1.0, 0.0), ("binary_cross_entropy_with_logits", 1.0, 2.0)]
)
def test_a_target_that_a_callback_makes_wrong_is_named(loss: str, right: float, wrong: float, kind: Any) -> None:
    messages = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(3, [1], seed=1)
        with pytest.raises(ValueError, match=r"epoch 2, step \d: target\[") as caught:
            nn.fit(
                model, X, kind([right] * len(X)), loss=loss, optimizer=nn.SGD(model, 0.1), epochs=3, batch_size=8,
                seed=1, progress=False, engine=engine, callbacks=[lambda training: training.y.__setitem__(3, wrong)],
            )  # fmt: skip
        messages.append(str(caught.value))
    assert messages[1] == messages[0]


@pytest.mark.parametrize("kind", [list, np.array])
def test_a_wrong_target_in_a_later_batch_of_the_validation_is_named(kind: Any) -> None:
    messages = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(3, [1], seed=1)
        validation = [(kind(X[:2]), kind([1.0, -1.0])), (kind(X[2:4]), kind([1.0, 0.0]))]
        with pytest.raises(ValueError, match=r"validation failed in epoch 1: target\[1\] is 0") as caught:
            nn.fit(
                model, X, [1.0] * len(X), loss="hinge", optimizer=nn.SGD(model, 0.1), epochs=2, progress=False,
                validation=validation, engine=engine,
            )  # fmt: skip
        messages.append(str(caught.value))
    assert messages[1] == messages[0]


def test_what_makes_batches_may_change_the_model() -> None:
    class Batches:
        model: Any

        def __iter__(self) -> Any:
            for self.model.gain in (1.0, 2.0, 3.0):
                yield [[[0.5, 0.2], [0.3, self.model.gain]]], [1.0]

    losses = []
    for engine in ("eager", "compiled"):
        batches = Batches()
        batches.model = OfSteps()
        history = nn.fit(
            batches.model, batches, loss="mean_squared_error", optimizer=nn.SGD(batches.model, 0.1), epochs=2,
            progress=False, engine=engine, metrics=(),
        )  # fmt: skip
        losses.append(history["loss"])
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)


def test_auto_trains_as_eager_does_where_the_model_cannot_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does the attempt move a source of random numbers, or count."""
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)

    class Noisy(nn.Module):
        def __init__(self) -> None:
            self.body, self.source, self.calls = nn.MLP(3, [4, 1], seed=1), random.Random(0), 0

        def __call__(self, inputs: Any) -> Any:
            self.calls += 1
            return self.body(inputs) * (1.0 + 0.1 * self.source.gauss(0, 1) + 0.001 * self.calls)

    histories = [trained(engine, Noisy()) for engine in ("eager", "auto")]
    assert histories[1].engine == "eager"
    assert histories[1]["loss"] == histories[0]["loss"]
    with pytest.raises(TypeError, match="not the same at every call"):
        trained("compiled", Noisy())


CALLS = [0]
COUNT = 0


def count() -> int:
    global COUNT
    COUNT += 1
    return COUNT


def test_an_attempt_to_compile_leaves_counters_in_names_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)
    around = 0

    class Counting(nn.Module):
        def __init__(self) -> None:
            self.body = nn.MLP(3, [4, 1], seed=1)

        def __call__(self, inputs: Any) -> Any:
            nonlocal around
            around += 1
            CALLS.append(around)
            return self.body(inputs) * (1.0 + 0.001 * count())

    losses = []
    for engine in ("eager", "auto"):
        around = 0
        CALLS[:] = [0]
        globals()["COUNT"] = 0
        losses.append([*trained(engine, Counting())["loss"], around, len(CALLS), COUNT])
    assert losses[0] == losses[1]
    with pytest.raises(TypeError, match="not the same at every call"):
        trained("compiled", Counting())


def test_a_model_that_can_no_longer_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)

    def change(training: Any) -> None:
        training.model.layers.append(lambda v: v if v > 0 else 0.5 * v)

    histories = [
        trained(engine, nn.MLP(3, [4, 1], seed=1), callbacks=[change], optimizer=None) for engine in ("eager", "auto")
    ]
    assert histories[1]["loss"] == pytest.approx(histories[0]["loss"], rel=1e-9)
    with pytest.raises(TypeError, match="a branch on data"):
        trained("compiled", nn.MLP(3, [4, 1], seed=1), callbacks=[change])


def test_a_training_that_diverges_says_the_same_in_both_engines() -> None:
    messages = []
    for engine in ("eager", "compiled"):
        with pytest.raises(FloatingPointError) as caught:
            trained(engine, nn.MLP(3, [4, 1], seed=1), optimizer=None, schedule=lambda _: 1e9, epochs=50)
        messages.append(re.sub(r"\d+\.\d+e\+\d+", "N", str(caught.value)))
    assert messages[1] == messages[0]
    assert re.search(r"epoch \d+, step \d+, sample \d+", messages[0])


def test_random_numbers_that_another_thread_draws_are_not_the_model_s(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event, Thread

    from autograd.compiler.program import Program

    attempts, prepare = [], Program.prepare

    def disturbed(program: Any, *arrays: Any) -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise TypeError("the model is not the same at every call: it draws random numbers")
        prepare(program, *arrays)

    monkeypatch.setattr(Program, "prepare", disturbed)
    end = Event()
    given: Any = {"loss": "mean_squared_error", "epochs": 1, "engine": "compiled", "progress": False}
    thread = Thread(target=end.wait)
    thread.start()
    try:
        history = nn.fit(nn.MLP(1, [1]), [[1.0], [2.0]], [1.0, 2.0], **given)
    finally:
        end.set()
        thread.join()
    assert (history.engine, len(attempts)) == ("compiled", 3)
