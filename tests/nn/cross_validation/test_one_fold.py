"""A fold alone, and all folds together on each kind of executor."""

from __future__ import annotations

import multiprocessing
import random
import traceback
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from nn.cross_validation.folds import fold_indices, fold_seeds
from nn.cross_validation.one_fold import sendable

X, Y = nn.make_moons(24, seed=1)
MODEL = partial(nn.MLP, 2, [3, 1])
GIVEN: Any = {
    "folds": 3, "epochs": 2, "batch_size": 8, "loss": "binary_cross_entropy_with_logits", "progress": False,
    "optimizer": partial(nn.Adam, learning_rate=0.05),
}  # fmt: skip


def figures(found: nn.CrossValidation) -> Any:
    numbers = [{name: h[name] for name in h.names if name != "seconds"} for h in found.histories]
    return found.scores, found.states, numbers


def test_each_fold_by_hand() -> None:
    found = nn.cross_validate(MODEL, X, Y, seed=7, **GIVEN)
    given = {name: argument for name, argument in GIVEN.items() if name != "folds"}
    for fold, (held, seed) in enumerate(zip(fold_indices(24, 3, 7, Y), fold_seeds(3, 7), strict=True)):
        random.seed(seed)
        model = nn.MLP(2, [3, 1])
        kept = [i for i in range(24) if i not in held]
        history = nn.fit(model, [X[i] for i in kept], [Y[i] for i in kept], seed=seed, **given)
        right = [i for i in held if (model(X[i]).data > 0) == Y[i]]
        assert found.scores[fold] == len(right) / len(held)
        assert found.histories[fold]["loss"] == history["loss"]
        assert found.states[fold] == model.state_dict()
    assert len({str(state) for state in found.states}) == 3
    assert repr(found) == f"<CrossValidation of 3 folds, mean score {np.mean(found.scores):.4g}>"


def test_amounts_are_scored_by_the_loss() -> None:
    y = [row[0] - row[1] for row in X]
    given = GIVEN | {"loss": "mean_squared_error"}
    found = nn.cross_validate(MODEL, np.array(X), np.array(y), **given)
    for fold, held in enumerate(fold_indices(24, 3, 0)):
        model = MODEL()
        model.load_state_dict(found.states[fold])
        errors = [(model(X[i]).data - y[i]) ** 2 for i in held]
        assert found.scores[fold] == pytest.approx(np.mean(errors))


SHARED = nn.MLP(2, [1])


def same() -> nn.MLP:
    return SHARED


def test_a_model_may_be_made_with_the_seed() -> None:
    seeds = []

    def make(seed: int) -> nn.MLP:
        seeds.append(seed)
        return nn.MLP(2, [1], seed=seed)

    nn.cross_validate(make, X, Y, **GIVEN)
    assert seeds[-3:] == fold_seeds(3, 0)


def test_weights_are_divided_with_the_samples() -> None:
    weights = [1.0 + i % 3 for i in range(24)]
    found = nn.cross_validate(MODEL, X, Y, sample_weight=weights, **GIVEN)
    assert figures(found) != figures(nn.cross_validate(MODEL, X, Y, **GIVEN))
    repeated = nn.cross_validate(MODEL, X, Y, sample_weight=[2.0 * weight for weight in weights], **GIVEN)
    for one, other in zip(repeated.histories, found.histories, strict=True):
        assert one["loss"] == pytest.approx(other["loss"])


class Immediate(Executor):
    """The smallest executor; it pickles what it is given, as an executor of processes does."""

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        import pickle

        future: Future[Any] = Future()
        try:
            future.set_result(pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(arguments)), **named))))
        except Exception as error:
            future.set_exception(error)
        return future


def test_any_executor_gives_the_same() -> None:
    """Threads too, though the dropout has no seed and the weights come from Python's global generator."""
    make = partial(dropping, 3)
    state = random.getstate()
    alone = nn.cross_validate(make, X, Y, **GIVEN)
    assert random.getstate() == state
    assert figures(nn.cross_validate(make, X, Y, executor=Immediate(), **GIVEN)) == figures(alone)
    with ThreadPoolExecutor(3) as threads:
        assert figures(nn.cross_validate(make, X, Y, executor=threads, **GIVEN)) == figures(alone)
    compiled = nn.cross_validate(make, X, Y, engine="compiled", **GIVEN)
    assert compiled.scores == alone.scores


def dropping(width: int) -> nn.Module:
    return nn.Sequential(nn.Layer(2, width), nn.Dropout(0.5), nn.Layer(width, 1, nonlin=False))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_give_the_same(method: str) -> None:
    alone = figures(nn.cross_validate(MODEL, X, Y, **GIVEN))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as processes:
        assert figures(nn.cross_validate(MODEL, X, Y, executor=processes, **GIVEN)) == alone
        with pytest.raises(TypeError, match=r"make_model=<function .*cannot be sent to the executor.*with def"):
            nn.cross_validate(lambda: nn.MLP(2, [1]), X, Y, executor=processes, **GIVEN)
        with pytest.raises(ValueError, match=r"fold \d: .*hinge needs -1 or") as caught:
            nn.cross_validate(MODEL, X, Y, executor=processes, **GIVEN | {"loss": "hinge"})
    assert "_RemoteTraceback" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.sklearn
def test_dask_gives_the_same_and_takes_a_lambda() -> None:
    from distributed import Client

    alone = figures(nn.cross_validate(MODEL, X, Y, **GIVEN))
    with Client(n_workers=2, threads_per_worker=2, dashboard_address=None) as client:
        executor = client.get_executor()
        assert figures(nn.cross_validate(lambda: nn.MLP(2, [3, 1]), X, Y, executor=executor, **GIVEN)) == alone


def test_what_cannot_be_sent_is_refused_before_training() -> None:
    trained = []

    def make() -> nn.MLP:
        trained.append(1)
        return nn.MLP(2, [1])

    with pytest.raises(TypeError, match=r"make_model=<function .*cannot be sent to the executor") as caught:
        nn.cross_validate(make, X, Y, executor=Immediate(), **GIVEN)
    assert len(trained) == 2  # to see what it makes; no fold has begun
    assert caught.value.__cause__ is None
    with pytest.raises(TypeError, match=r"optimizer=<function .*cannot be sent"):
        nn.cross_validate(MODEL, X, Y, executor=Immediate(), **GIVEN | {"optimizer": lambda p: nn.Adam(p)})
    with pytest.raises(TypeError, match=r"executor must be one of concurrent.futures.*got 3"):
        nn.cross_validate(MODEL, X, Y, executor=3, **GIVEN)


def failing(seed: int) -> nn.MLP:
    """A model for every fold but fold 1."""
    if seed == fold_seeds(3, 0)[1]:
        raise ValueError("no such width")
    return nn.MLP(2, [1], seed=seed)


@pytest.mark.parametrize("executor", [None, Immediate()])
def test_an_error_names_its_fold_and_stands_alone(executor: Any) -> None:
    with pytest.raises(ValueError, match=r"^fold 1: no such width$") as caught:
        nn.cross_validate(failing, X, Y, executor=executor, **GIVEN)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_history_of_the_fold_that_failed_comes_with_the_error() -> None:
    with pytest.raises((FloatingPointError, OverflowError), match="fold 0: training stopped in epoch") as caught:
        nn.cross_validate(MODEL, X, [1e200] * 24, **GIVEN | {"loss": "mean_squared_error", "epochs": 3})
    failure: Any = caught.value
    assert failure.history.stopped == "error"


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"make_model": nn.MLP(2, [1])}, TypeError, r"make_model must be a function such as lambda: nn.MLP"),
        ({"make_model": partial(getattr, nn.MLP(2, [1]), "layers")}, TypeError, "model must be"),
        ({"make_model": same}, ValueError, "make_model must make a new model at each call"),
        ({"optimizer": nn.SGD(nn.MLP(2, [1]), 0.1)}, TypeError, "optimizer=.* belongs to one model"),
        ({"checkpoint": "a.json"}, TypeError, "checkpoint='a.json' has no use in cross_validate: the folds would"),
        ({"resume": True}, TypeError, "resume=True has no use"),
        ({"epoch": 3}, ValueError, "unknown argument 'epoch'; did you mean 'epochs'"),
        ({"seed": None}, TypeError, "seed must be a whole number"),
        ({"folds": 25}, ValueError, "folds=25 needs at least as many samples, got 24"),
        ({"sample_weight": [1.0]}, ValueError, "sample_weight has 1 entries but X has 24"),
        ({"y": Y[:-1]}, ValueError, "X has 24 samples but y has 23"),
    ],
)
def test_wrong_arguments(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    given = {"make_model": MODEL, "X": X, "y": Y} | GIVEN | changes
    with pytest.raises(kind, match=message):
        nn.cross_validate(**given)


def test_arguments_that_are_missing() -> None:
    with pytest.raises(TypeError, match="give loss and epochs"):
        nn.cross_validate(MODEL, X, Y)


def test_ctrl_c_ends_all_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(training: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nn.cross_validate(MODEL, X, Y, callbacks=[interrupt], **GIVEN)


def test_progress_counts_folds(capsys: pytest.CaptureFixture[str]) -> None:
    nn.cross_validate(MODEL, X, Y, **GIVEN | {"progress": True})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["fold 1/3", "fold 2/3", "fold 3/3"]
    assert "accuracy" in lines[0]


def test_errors_that_do_not_survive_being_sent() -> None:
    class NeedsTwoError(Exception):
        def __init__(self, one: str, two: str) -> None:
            super().__init__(f"{one} and {two}")

    assert str(sendable(NeedsTwoError("a", "b"))) == "NeedsTwoError: a and b"
    plain = ValueError("x")
    assert sendable(plain) is plain
