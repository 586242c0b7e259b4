"""How do many devices and processes share a step? Each takes a part of the batch; the rest is ``compiled``.

With several processes (``jax.distributed.initialize``) each of them runs the same script: the same model, data and
seed. That is checked at the beginning of each epoch, because processes that differ would compute wrong gradients
without any error. Process 0 alone writes the checkpoint. Read before: ``engines``, ``training``.
"""

from __future__ import annotations

import hashlib
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nn.engines.compiled import CompiledEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class JaxEngine(CompiledEngine):
    """The counterpart of ``EagerEngine`` on all devices that JAX shows.

    Raises ``ImportError`` without JAX, ``TypeError`` if the model cannot be traced or has too many groups for XLA.
    """

    backend, name = "jax", "jax"

    def __init__(self, training: Any, fall_back: bool = False) -> None:
        super().__init__(training, fall_back)
        import jax

        self.processes = jax.process_count()
        self._checked_data = False

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """As in ``CompiledEngine``; with several processes they are compared first."""
        if self.processes > 1:
            executable: Any = self.program.plan.executable
            executable.check_agreement(self._fingerprints())
        with super().epoch():
            yield

    def _fingerprints(self) -> dict[str, str]:
        """What must be the same in all processes, by a name for the error message."""
        training = self.training
        found = {
            "parameters": repr([parameter.data for parameter in self.program.parameters]),
            "settings": repr((training.epoch, training.batch_size, training.optimizer.learning_rate)),
            "seed": repr(training.source.getstate()),
        }
        if self.program.plan.flat.draws:
            found["seed"] += repr(random.getstate())
        if not self._checked_data:
            self._checked_data = True
            found["data"] = " ".join(map(_digest, (self.X, self.y, self.weights)))
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()}


def _digest(data: Any) -> str:
    """The kind, shape and bytes of an array as a short text; an array's ``repr`` leaves most numbers out."""
    if data is None:
        return ""
    import numpy as np

    array = np.ascontiguousarray(data)
    return f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"


def by_first_process(save: Callable[[Any], None]) -> Callable[[Any], None]:
    """The function that writes a checkpoint, which does nothing in any process but the first."""
    import jax

    return save if jax.process_index() == 0 else lambda training: None
