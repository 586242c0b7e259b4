"""How does backend "jax" run a graph?  Its function is compiled by XLA once for value and gradient, on all devices.

Read `function` and `devices` first, `export` next.  XLA computes in float64: `jax.enable_x64` surrounds the calls made
here, and the user's own configuration is not changed.  As with the other backends, the eager engine looks at samples
whose numbers are not finite, and indices are checked before the call.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compiler.executable import RunResult
from autograd.compiler.jax_backend.devices import Devices, finished
from autograd.compiler.jax_backend.function import JaxFunction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.executable import Signature


MAX_FILLING = 16
"""Up to this many times as many samples are computed, to use what is compiled; the others have weight 0."""


class JaxProgram:
    """The executable of backend "jax"."""

    backend, note, reads_in_place, max_samples = "jax", "", False, math.inf

    def __init__(self, signature: Signature, dtype: str = "float64") -> None:
        self.signature, self.dtype = signature, jnp.dtype(dtype)
        self.function = JaxFunction(signature)
        self.attached: Any = None
        self.drawn: Any = None
        self.blocks: Sequence[Any] = ()
        self.samples = 1
        self._sizes: set[int] = set()
        """The numbers of samples for which arguments were attached."""
        self._compiled: set[Any] = set()
        """What XLA has compiled: numbers of samples, and whether the gradient too."""

    @cached_property
    def devices(self) -> Devices:
        """All devices, for a program of samples; looked up when they are first used."""
        return Devices()

    @property
    def source(self) -> str:
        """What JAX traces: the jaxpr of the function, for the arguments that are attached."""
        if self.attached is None:
            return "what jax.make_jaxpr shows after the first call"
        with jax.enable_x64(True):
            given = self._given(np.zeros(self.signature.parameters), self.drawn)
            return str(jax.make_jaxpr(self._values)(*given))

    # ------------------------------------------------------------------------------------------------------- running

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> Any:
        """See `Executable`: the arguments are copied to the devices."""
        self.samples = samples
        self._in_range = self.signature.in_range(inputs)
        with jax.enable_x64(True):
            self.attached = self.pack(inputs, samples) if packed is None else packed
        return self.attached

    def pack(self, inputs: list[Any], samples: int) -> Any:
        """See `Executable`: arrays on the devices, and the weights of the samples."""
        with jax.enable_x64(True):
            if not self.signature.batched:
                return [jnp.asarray(self._narrow(array[0])) for array in inputs], None
            size = self._size_for(samples)
            arrays = [self.devices.split(self._narrow(array), size) for array in inputs]
            return arrays, self.devices.split(np.repeat((1.0 / samples, 0.0), (samples, size - samples)), size)

    def _size_for(self, samples: int) -> int:
        """For how many samples to run the function: a size that is compiled already saves seconds."""
        known = [size for size in self._sizes if samples <= size <= MAX_FILLING * samples]
        size = min(known, default=self.devices.padded(samples))
        self._sizes.add(size)
        return size

    def _narrow(self, array: Any) -> Any:
        return array if array.dtype.kind == "i" else array.astype(self.dtype, copy=False)

    def run(self, theta: Any, backward: bool, drawn: Any = None) -> RunResult:
        """See `Executable`."""
        if self.signature.flat.draws:
            self.drawn = self.signature.draw(self.samples) if drawn is None else drawn
        if not self._in_range:
            return RunResult([math.nan] * len(self.signature.flat.outputs), None, True)
        weights = self.attached[1]
        shape = None if weights is None else len(weights), backward
        result: RunResult = finished(lambda: self._run(theta, backward), compiles=shape not in self._compiled)
        self._compiled.add(shape)
        return result

    def _run(self, theta: Any, backward: bool) -> RunResult:
        with jax.enable_x64(True):
            given = self._given(theta, self.drawn)
            means, gradients, outputs, finite = jax.device_get((self._both if backward else self._values)(*given))
        samples = self.samples
        self.blocks = (np.asarray(outputs, np.float64)[:, :samples],)
        answer = self._as_answer(gradients) if backward else None
        parts = () if answer is None else (answer,) if self.signature.by_parameters else answer
        is_finite = bool(finite) and all(np.isfinite(array).all() for array in (means, *parts))
        return RunResult([float(mean) for mean in means], answer, not is_finite)

    def value_and_grad(self, theta: Any) -> tuple[float, Any, bool]:
        """See `Executable`."""
        (value, *_), gradient, may_be_nonfinite = self.run(theta, True)
        return value, gradient, may_be_nonfinite

    def check_agreement(self, fingerprints: dict[str, str]) -> None:
        """Raise ValueError if a fingerprint (hexadecimal digits) is not the same in all processes."""
        from jax.experimental.multihost_utils import process_allgather

        mine = np.array([int(digits[:7], 16) for digits in fingerprints.values()], np.int32)
        gathered = finished(lambda: process_allgather(mine), compiles="agreement" not in self._compiled)
        self._compiled.add("agreement")
        every = np.asarray(gathered).reshape(-1, len(mine))
        for n, name in enumerate(fingerprints):
            if len(set(every[:, n].tolist())) > 1:
                raise ValueError(
                    f"the processes of this run have different {name}: every process must run the same script with the "
                    "same model, data, seed and checkpoint"
                )

    def _given(self, theta: Any, drawn: Any) -> tuple[Any, ...]:
        """The arguments of the compiled functions."""
        arrays, weights = self.attached
        captured = np.array([value._data for value in self.signature.flat.captured])
        batched = self.signature.batched
        put = self.devices.same if batched else jnp.asarray
        if drawn is not None:
            drawn = drawn.astype(self.dtype)
            drawn = self.devices.split(drawn, len(weights)) if batched else jnp.asarray(drawn[0])
        return put(theta.astype(self.dtype)), put(captured.astype(self.dtype)), arrays, drawn, weights

    def _as_answer(self, gradients: Any) -> Any:
        """The gradient, like theta or like the arguments."""
        signature, samples = self.signature, self.samples
        if signature.by_parameters:
            return np.asarray(gradients, np.float64)
        arrays, _ = self.attached
        rows = samples if signature.batched else 1
        whole = iter(gradients)
        found = [
            np.zeros((rows, array.shape[-1]))
            if array.dtype.kind == "i"
            else np.asarray(next(whole), np.float64).reshape(-1, array.shape[-1])[:rows]
            for array in arrays
        ]
        return signature.like_arguments(found, samples)

    # ----------------------------------------------------------------------------------- what XLA compiles, and when

    def _outputs(self, theta: Any, captured: Any, inputs: Any, drawn: Any, weights: Any) -> tuple[Any, Any, Any]:
        outputs, finite = self.function(theta, captured, inputs, drawn, self.dtype, safe=False)
        whole = jnp.stack(outputs)
        means = whole if weights is None else (whole.astype(weights.dtype) * weights).sum(axis=-1)
        return means, whole if weights is not None else whole[:, None], jnp.stack([*finite, True]).all()

    @cached_property
    def _values(self) -> Any:
        @jax.jit
        def values(*given: Any) -> Any:
            means, outputs, finite = self._outputs(*given)
            return self._everywhere((means, None, outputs, finite))

        return values

    @cached_property
    def _both(self) -> Any:
        by_parameters = self.signature.by_parameters

        @jax.jit
        def both(theta: Any, captured: Any, inputs: Any, drawn: Any, weights: Any) -> Any:
            floats = [array for array in inputs if array.dtype.kind != "i"]

            def first(theta: Any, floats: Any) -> Any:
                rest = iter(floats)
                given = [array if array.dtype.kind == "i" else next(rest) for array in inputs]
                means, outputs, finite = self._outputs(theta, captured, given, drawn, weights)
                return means[0], (means, outputs, finite)

            argument = 0 if by_parameters else 1
            gradients, (means, outputs, finite) = jax.grad(first, argument, has_aux=True)(theta, floats)
            return self._everywhere((means, gradients, outputs, finite))

        return both

    def _everywhere(self, results: Any) -> Any:
        return self.devices.on_all(results) if self.signature.batched else results
