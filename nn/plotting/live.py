"""How is a model watched while it learns?  By a picture in a notebook that ``fit`` updates.

Read before: ``figures``, and ``callbacks`` in ``nn``. Read after: nothing.
"""

from __future__ import annotations

import time
from typing import Any

from nn.checks import file_path, real_number, whole_number
from nn.evaluation import predict
from nn.metrics import are_classes

from .figures import MAX_WIDTH, draw_classes, draw_history, new_figure

SHARE = 4.0
"""After a picture, training goes on for at least this many times as long as drawing it took."""
MAX_SAMPLES = 500
"""At most this many samples are drawn."""


class Live:
    """A callback of ``fit`` that shows the loss so far and, for samples with two features, the decision boundary.

    In a notebook the picture below the cell is updated; elsewhere it is the attribute ``figure``, and a file if
    ``path`` is given. ``seconds`` is the least time between two updates; at most a fifth of the time goes into drawing.
    ``resolution`` is the number of points along each side of the boundary. With ``batches`` the loss of each batch is
    drawn too, which a compiled training pays for with some speed.
    Raises ``TypeError`` or ``ValueError`` for invalid arguments.

    >>> import nn
    >>> live, model = Live(seconds=0.0, resolution=5), nn.Neuron(2, nonlin=False, seed=1)
    >>> history = nn.fit(model, [[0.0, 1.0], [1.0, 0.0]], [0, 1], loss="mean_squared_error", optimizer="sgd", epochs=3,
    ...                  callbacks=[live], progress=False)
    >>> [axes.get_title() for axes in live.figure.axes]
    ['loss', 'epoch 3']
    """

    def __init__(self, *, seconds: float = 0.5, resolution: int = 30, batches: bool = False, path: Any = None) -> None:
        self.seconds = real_number(seconds, "seconds", 0)
        self.resolution = whole_number(resolution, "resolution", 2, 1_000)
        if not isinstance(batches, bool):
            raise TypeError(f"batches must be True or False, got {batches!r}")
        self.path = None if path is None else file_path(path)
        self.figure: Any = None
        """The last picture, a matplotlib figure."""
        self.updates = 0
        """How often it was drawn."""
        self._batches: list[tuple[float, float]] = []
        self._next = 0.0
        self._handle: Any = None
        self._training: Any = None
        if batches:
            self.on_batch_end = self._after_batch  # an attribute only then: a hook for batches takes time

    def on_epoch_end(self, training: Any) -> None:
        """Update the picture, if it is time; always after the last epoch."""
        self._follow(training)
        if training.is_last_epoch or time.perf_counter() >= self._next:
            self._draw(training)

    def _after_batch(self, training: Any) -> None:
        self._follow(training)
        steps = -(-len(training.X) // training.batch_size)
        self._batches.append((training.batches_done / steps, training.batch_loss))
        if time.perf_counter() >= self._next and len(training.history):
            self._draw(training)

    def _follow(self, training: Any) -> None:
        """Begin a new picture for a new training."""
        if training is not self._training:
            self._training, self._handle, self._next = training, None, 0.0
            self._batches.clear()

    def _draw(self, training: Any) -> None:
        began = time.perf_counter()
        plane = isinstance(training.X[0], list) and len(training.X[0]) == 2
        plane = plane and are_classes(predict(training.model, training.X[:1]), training.y)
        figure, all_axes = new_figure(1, 1 + plane, (MAX_WIDTH if plane else 5.5, 4.0))
        if self._batches:
            all_axes[0].plot(*zip(*self._batches, strict=True), color="#b8c0cc", linewidth=0.8, label="loss of a batch")
        names = [name for name in ("loss", "validation_loss") if name in training.history]
        draw_history(all_axes[0], training.history, names, "loss")
        if plane:
            draw_classes(
                all_axes[1], training.model, training.X, training.y, self.resolution, 16.0,
                most=MAX_SAMPLES, loss=training.loss, threshold=training.threshold,
            )  # fmt: skip
            all_axes[1].set(title=f"epoch {training.epoch}")
        self.figure, self.updates = figure, self.updates + 1
        self._show()
        if self.path is not None:
            figure.savefig(self.path, dpi=150)
        now = time.perf_counter()
        self._next = now + max(self.seconds, SHARE * (now - began))

    def _show(self) -> None:
        """Update the picture below the cell; without a notebook, do nothing."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            return
        if get_ipython() is None:  # type: ignore[no-untyped-call,unused-ignore]
            return
        if self._handle is None:
            self._handle = display(self.figure, display_id=True)  # type: ignore[no-untyped-call,unused-ignore]
        else:
            self._handle.update(self.figure)
