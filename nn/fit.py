"""How is a model trained?

``fit`` checks its arguments before anything changes, and runs a ``Training``. Read before: ``training``, ``resuming``.
Read after: ``recording``, ``diagnostics``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .callbacks import Callbacks
from .checks import choose, real_number, shown
from .history import History, find_stopping
from .metrics import find_metrics
from .names import explains_keywords
from .schedules import find_schedule
from .training import Training

if TYPE_CHECKING:
    from collections.abc import Sequence


@explains_keywords
def fit(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    loss: Any,
    optimizer: Any = "adam",
    epochs: int,
    batch_size: int | None = None,
    validation: Any = None,
    schedule: Any = None,
    early_stopping: Any = None,
    callbacks: Sequence[Any] = (),
    metrics: Any = ("accuracy",),
    threshold: float | None = None,
    progress: bool = True,
    seed: Any = None,
    clip_norm: float | None = None,
    checkpoint: Any = None,
    resume: bool = False,
    engine: str = "eager",
    sample_weight: Any = None,
    class_weight: Any = None,
    dtype: str = "float64",
) -> History:
    """Train ``model`` on samples ``X`` and targets ``y`` for ``epochs`` passes, and return the history.

    ``X``, ``y``: lists or arrays; an array, also a memmap, stays one. Without ``y``, ``X`` gives batches: pairs
    ``(X_batch, y_batch)``, or triples with a weight for each sample, and can be iterated once per epoch; sequences may
    have another length in each batch, and images another size. ``loss``: a name in ``nn.losses`` or a callable
    (predictions, targets) that gives one Value. ``optimizer``: an optimizer, a name for one with default settings, or a
    function of the parameters that makes one, such as ``lambda p: nn.Adam(p, 0.02)``. ``batch_size``: samples per step,
    all by default. ``validation``: a pair (X, y), batches, or the share of the data to hold back; the parameters with
    the lowest validation loss are kept. ``sample_weight``: how much each sample counts in the loss, Σ wᵢ·lossᵢ / Σ wᵢ.
    ``class_weight``: the same for each class, or "balanced". ``schedule``: a name or a callable from time in epochs to
    a factor. ``early_stopping``: a patience in epochs; without ``validation`` the training loss decides, also which
    parameters are kept (with one batch per epoch, those for which it was measured, else those after the epoch).
    ``callbacks``: each is called with the ``Training`` after each epoch, before the checkpoint is written, or is an
    object with a method ``on_epoch_end`` or ``on_batch_end`` that takes the ``Training``; a learning rate that it
    assigns to ``training.optimizer`` becomes the base rate of the schedule. ``metrics``: names or callables (outputs,
    targets); accuracy is left out if the targets are not classes. ``threshold``: separates class 0 from class 1 if the
    model has one output; by default it follows from the loss or from the model's last primitive, see
    ``nn.evaluation.decision_threshold``. ``seed``: for shuffling and splitting. ``clip_norm``: the largest norm of the
    gradient. ``checkpoint``: a file that is written after each epoch and from which ``resume=True`` continues bit for
    bit. Data, batch size, seed, loss and kind of optimizer must then be the same; the optimizer's settings,
    ``clip_norm`` and ``schedule`` may differ, and changes are listed in ``history.changes``. ``engine``: ``"eager"``
    builds a graph for each batch, ``"compiled"`` traces the model once and trains with arrays, ``"auto"`` compiles if
    that works and is worth it; ``"jax"`` trains on all devices and processes that JAX shows (extra ``jax``), with
    numbers of the kind ``dtype``: ``"float64"``, ``"float32"`` or ``"bfloat16"``. A model that was not trained with
    ``"eager"`` also predicts with a compiled program, see ``predict``.

    Each step is all or nothing. Ctrl-C returns the history so far. If a step fails (an overflow, a domain error, a loss
    or gradient that is not finite), the same kind of error is raised with the step and the sample in its message, the
    history in its attribute ``history`` and the epoch in ``epoch``; the model has the last parameters that gave a
    finite loss. If the validation pass fails, the model has the best parameters. Wrong arguments and targets raise
    ``TypeError`` or ``ValueError`` before anything has changed.

    >>> from nn import Neuron, SGD
    >>> model = Neuron(1, nonlin=False, init="zeros")
    >>> history = fit(model, [[1.0]], [2.0], loss="mean_squared_error", optimizer=SGD(model, 0.25), epochs=2,
    ...               progress=False)
    >>> history["loss"], model.w[0].data         # error 2, then weight and bias move by 0.25*2*2 each
    ([4.0, 0.0], 1.0)
    """
    training = Training(model, X, y, loss, optimizer, epochs, batch_size, validation, seed, sample_weight, class_weight)
    training.schedule = find_schedule(schedule, training.epochs)
    training.stopping = find_stopping(early_stopping)
    training.callbacks = Callbacks(callbacks)
    training.metrics = find_metrics(metrics)
    training.threshold = None if threshold is None else real_number(threshold, "threshold")
    training.clip_norm = None if clip_norm is None else real_number(clip_norm, "clip_norm", 0, above=True)
    training.checkpoint = checkpoint
    if checkpoint is not None and not isinstance(checkpoint, (str, os.PathLike)):
        raise TypeError(f"checkpoint must be the path of a file, such as 'training.json', got {shown(checkpoint)}")
    for name, switch in {"progress": progress, "resume": resume}.items():
        if not isinstance(switch, bool):
            raise TypeError(f"{name} must be True or False, got {shown(switch)}")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs checkpoint=path: there is no file to continue from")
    choose(engine, ("eager", "compiled", "auto", "jax"), "engine")
    training.dtype = choose(dtype, ("float64", "float32", "bfloat16"), "dtype")
    if engine != "jax" and dtype != "float64":
        raise ValueError(f"dtype={dtype!r} needs engine='jax': the other engines compute in float64")
    training.try_out()
    training.optimizer.follow()
    training.optimizer.call_as_in(training.model)
    training.use_engine(engine)
    if checkpoint is not None:
        _use_checkpoint(training, engine, resume)
    training.run(progress)
    return training.history


def _use_checkpoint(training: Training, engine: str, resume: bool) -> None:
    from .resuming import resume_training, save_training, settings_of

    training.save_checkpoint, training.given = save_training, settings_of(training)
    if engine == "jax":
        from .jax_engine.engine import by_first_process

        training.save_checkpoint = by_first_process(save_training)
    if resume:
        resume_training(training)
        if training.stream is not None:
            training.stream.reopen()
