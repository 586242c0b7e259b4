"""How good is a model on data that it has not seen?  Train several times, and hold back another part each time.

``folds`` chooses the parts, ``one_fold`` trains and scores. The folds are independent of each other, so they run one
after the other, in processes, or on the machines of a cluster, with the same results.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from nn.checks import choose, shown, whole_number
from nn.evaluation import predict
from nn.fit import fit
from nn.history import History
from nn.metrics import class_codes, true_classes, width_of
from nn.module import Module
from nn.optimizers import Optimizer
from nn.progress import Progress
from nn.samples import check_labels, chosen, samples, samples_and_targets

from .folds import fold_indices, fold_seeds
from .one_fold import FoldResult, Task, arrives, made_model, run_fold

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_REFUSED = {
    "checkpoint": "the folds would overwrite each other's file",
    "resume": "a fold is not resumed",
}


class CrossValidation:
    """What ``cross_validate`` found, with one entry per fold.

    ``scores``: the accuracy on what was held back if the targets are classes, else the loss. ``histories``: of the
    training. ``states``: the ``state_dict()`` of each model; ``model.load_state_dict(states[0])`` brings one back.
    """

    def __init__(self, scores: list[float], histories: list[History], states: list[dict[str, float]]) -> None:
        self.scores, self.histories, self.states = scores, histories, states

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        return sum(self.scores) / len(self.scores)

    def __repr__(self) -> str:
        return f"<CrossValidation of {len(self.scores)} folds, mean score {self.mean:.4g}>"


def cross_validate(
    make_model: Callable[..., Any],
    X: Any,
    y: Any,
    *,
    folds: int = 5,
    seed: int = 0,
    executor: Any = None,
    progress: bool = True,
    sample_weight: Any = None,
    **fit_arguments: Any,
) -> CrossValidation:
    """Train ``folds`` models, each without another part of the data, and score each on that part.

    ``make_model`` gives a new model; if it has a parameter, it gets the fold's seed. ``X``, ``y``, ``sample_weight``:
    as for ``fit``; if the targets are classes, each part has the same share of every class. ``executor``: anything with
    the methods of ``concurrent.futures.Executor``, such as a ``ProcessPoolExecutor`` or dask's
    ``Client(...).get_executor()``; the results are the same. ``fit_arguments``: those of ``fit``; the optimizer is a
    name or a function of the parameters.

    Raises ``TypeError`` before training if an argument cannot be sent to the executor. An error in a fold is raised
    with the fold's number in its message, and the other folds are cancelled.

    >>> from nn import MLP, make_moons
    >>> X, y = make_moons(40, seed=1)
    >>> found = cross_validate(lambda: MLP(2, [4, 1]), X, y, folds=4, epochs=20, progress=False,
    ...                        loss="binary_cross_entropy_with_logits")
    >>> len(found.scores), all(0 <= score <= 1 for score in found.scores)
    (4, True)
    """
    rows, targets = samples_and_targets(X, y)
    check_labels(X, sample_weight, "X", "sample_weight")
    weights = None if sample_weight is None else samples(sample_weight, "sample_weight")
    if weights is not None and len(weights) != len(rows):
        raise ValueError(f"sample_weight has {len(weights)} entries but X has {len(rows)} samples: give one for each")
    seed = whole_number(seed, "seed", minimum=0)
    _check_arguments(fit_arguments)
    width = _width(make_model, seed, rows)
    of_classes = bool(class_codes(targets, width))
    parts = fold_indices(len(rows), folds, seed, true_classes(targets, not width) if of_classes else None)
    if executor is not None:
        _check_sendable(executor, {"make_model": make_model, **fit_arguments})
    tasks = []
    for fold, (held, own_seed) in enumerate(zip(parts, fold_seeds(len(parts), seed), strict=True)):
        kept = sorted(set(range(len(rows))) - set(held))
        arguments = fit_arguments | ({} if weights is None else {"sample_weight": chosen(weights, kept)})
        training, held_back = ((chosen(rows, which), chosen(targets, which)) for which in (kept, held))
        tasks.append(Task(fold, make_model, own_seed, training, held_back, of_classes, arguments))
    results = _run(tasks, executor, progress, "accuracy" if of_classes else "loss")
    return CrossValidation(
        [result.score for result in results],
        [result.history for result in results],
        [result.state for result in results],
    )


def _check_arguments(arguments: dict[str, Any]) -> None:
    import inspect

    known = [name for name, p in inspect.signature(fit).parameters.items() if p.kind is p.KEYWORD_ONLY]
    for name, argument in arguments.items():
        if name in _REFUSED:
            raise TypeError(f"{name}={shown(argument)} has no use in cross_validate: {_REFUSED[name]}")
        if name not in known:
            choose(name, [other for other in known if other not in _REFUSED], "argument")
        if isinstance(argument, Optimizer):
            raise TypeError(
                f"optimizer={shown(argument)} belongs to one model, and each fold makes its own: "
                "give a name, or a function such as lambda p: nn.Adam(p, 0.02)"
            )
    missing = [name for name in ("loss", "epochs") if name not in arguments]
    if missing:
        raise TypeError(f"cross_validate needs the arguments of fit: give {' and '.join(missing)}")


def _width(make_model: Any, seed: int, rows: Any) -> int:
    """The number of outputs of a model, 0 for a single one; two models are made, to see that they are two."""
    if not callable(make_model) or isinstance(make_model, Module):
        raise TypeError(f"make_model must be a function such as lambda: nn.MLP(2, [8, 1]), got {shown(make_model)}")
    model = made_model(make_model, seed)
    if made_model(make_model, seed) is model:
        raise ValueError("make_model must make a new model at each call: the folds would train the same one in turn")
    return width_of(predict(model, rows[:1]))


def _check_sendable(executor: Any, arguments: dict[str, Any]) -> None:
    """Send each argument to the executor and wait for its arrival."""
    if not hasattr(executor, "submit"):
        raise TypeError(f"executor must be one of concurrent.futures, or have the method submit; got {shown(executor)}")
    for name, argument in arguments.items():
        try:
            executor.submit(arrives, argument).result()
        except Exception as error:
            raise TypeError(
                f"{name}={shown(argument)} cannot be sent to the executor: {error}. Define it with def at the top "
                "level of a module that the workers can import; dask's executor also sends a lambda"
            ) from None


def _run(tasks: list[Task], executor: Any, progress: bool, name: str) -> list[FoldResult]:
    bar = Progress(len(tasks), 0, progress, unit="fold")
    results: dict[int, FoldResult] = {}
    finished = _one_by_one(tasks) if executor is None else _as_completed(tasks, executor)
    try:
        with closing(finished):
            for fold, result in finished:
                if result.error is not None:
                    raise _of_fold(fold, result) from None
                if result.history.stopped == "interrupted":
                    raise KeyboardInterrupt
                results[fold] = result
                bar.show(len(results), {name: result.score})
    finally:
        bar.close()
    return [results[task.fold] for task in tasks]


def _one_by_one(tasks: list[Task]) -> Generator[tuple[int, FoldResult], None, None]:
    for task in tasks:
        yield task.fold, run_fold(task)


def _as_completed(tasks: list[Task], executor: Any) -> Generator[tuple[int, FoldResult], None, None]:
    from concurrent.futures import as_completed

    futures = {executor.submit(run_fold, task): task.fold for task in tasks}
    try:
        for future in as_completed(futures):
            try:
                result = future.result()
            except Exception as error:  # a worker has died, or the result could not be sent
                result = FoldResult(0.0, None, {}, RuntimeError(f"{type(error).__name__}: {error}"))
            yield futures[future], result
    finally:
        for future in futures:
            future.cancel()


def _of_fold(fold: int, result: FoldResult) -> BaseException:
    """The error of a fold with its number (from 0), and the history in its attribute."""
    error: Any = result.error
    try:
        named = type(error)(f"fold {fold}: {error}")
    except Exception:
        named = RuntimeError(f"fold {fold}: {type(error).__name__}: {error}")
    named.history = result.history
    failure: BaseException = named
    return failure
