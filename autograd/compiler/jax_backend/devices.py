"""How are samples spread over devices and processes?  A mesh with one axis, and arrays that know where they live.

Read `function` first, `executable` next.  Every device that JAX shows takes an equal part of the samples; theta is on
all of them, and XLA adds up the gradients.  If the samples cannot be divided equally, the last one is repeated with
weight 0.  With several processes (`jax.distributed.initialize`) every process makes the same calls with the same
arrays.  If one of them ends or stops, the others must not wait indefinitely: `finished` waits in a thread of its own.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

if TYPE_CHECKING:
    from collections.abc import Callable

AXIS = "samples"

TIMEOUT, VARIABLE = 60.0, "CHALKGRAD_JAX_TIMEOUT"
"""After this many seconds without an answer of the other processes a step fails; the environment variable sets others.
JAX itself ends a process after 100 seconds without a sign of life of another one."""

WHILE_COMPILING = 10
"""How many times as long a step may take that XLA has to compile: one process may be slower than another."""

LOST = ("Gloo", "NCCL", "onnection", "UNAVAILABLE", "heartbeat")
"""Words of the errors in which JAX reports that another process is gone."""


class Devices:
    """All devices that JAX shows, as a mesh over samples."""

    def __init__(self) -> None:
        devices = jax.devices()
        self.count = len(devices)
        mesh = Mesh(np.array(devices), (AXIS,))
        self._split, self._same = NamedSharding(mesh, PartitionSpec(AXIS)), NamedSharding(mesh, PartitionSpec())

    def padded(self, samples: int) -> int:
        """The number of samples, rounded up so that it can be divided."""
        return -(-samples // self.count) * self.count

    def split(self, array: Any, size: int) -> Any:
        """A NumPy array of samples, spread over the devices; the last sample is repeated up to `size`."""
        if len(array) < size:
            array = np.concatenate([array, np.repeat(array[-1:], size - len(array), axis=0)])
        return self._on_devices(array, self._split)

    def same(self, array: Any) -> Any:
        """A NumPy array that every device has."""
        return self._on_devices(array, self._same)

    def _on_devices(self, array: Any, sharding: Any) -> Any:
        if self.count == 1:
            return jnp.asarray(array)
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    def on_all(self, arrays: Any) -> Any:
        """Within a jitted function: results that every device, and so every process, gets whole."""
        if self.count == 1:
            return arrays
        return jax.tree.map(lambda array: jax.lax.with_sharding_constraint(array, self._same), arrays)


def time_allowed() -> float:
    """The seconds that a step with other processes may take.

    Raises ValueError if the environment variable is not a positive number.
    """
    text = os.environ.get(VARIABLE, "")
    try:
        seconds = float(text or TIMEOUT)
    except ValueError:
        seconds = 0.0
    if not seconds > 0.0:
        raise ValueError(f"{VARIABLE} must be a number of seconds above 0, got {text!r}")
    return seconds


def finished(action: Callable[[], Any], compiles: bool = False) -> Any:
    """The result of an action; with several processes, a RuntimeError if it fails because one of them is gone.

    `compiles`: whether XLA may have to compile something first, in this process or in others: then wait longer.
    """
    if jax.process_count() == 1:
        return action()
    answer: list[Any] = []
    context = _settings_of_jax()

    def work() -> None:
        try:
            with context():
                answer.append((action(), None))
        except BaseException as error:  # raised again by the thread that waits
            answer.append((None, error))

    seconds = time_allowed() * (WHILE_COMPILING if compiles else 1)
    thread = threading.Thread(target=work, daemon=True, name="a step of several processes")
    thread.start()
    thread.join(seconds)
    here = f"process {jax.process_index()} of {jax.process_count()}"
    cure = "start all processes again: nn.fit(..., checkpoint=path, resume=True) continues after the last full epoch"
    if not answer:
        raise RuntimeError(
            f"{here} has waited {seconds:g} s for the others: one of them has stopped or is gone; {cure}"
        )
    result, error = answer[0]
    if isinstance(error, (jax.errors.JaxRuntimeError, ValueError)) and any(word in str(error) for word in LOST):
        raise RuntimeError(f"{here} cannot reach the others, one of them has ended: {cure}") from error
    if isinstance(error, ValueError):  # of XLA, which nothing here must take for an error in the numbers
        raise RuntimeError(f"{here}: {error}") from error
    if error is not None:
        raise error
    return result


def _settings_of_jax() -> Callable[[], Any]:
    """What `jax.enable_x64` has set in this thread, for another one."""
    wide = bool(jax.config.jax_enable_x64)
    return lambda: jax.enable_x64(wide)
