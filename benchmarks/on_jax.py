"""How fast is a program exported by `to_jax`, beside the same work written by hand for JAX?

    python benchmarks/on_jax.py [WORK ...]

One training step with gradient and update, float64, jitted, one thread, in one process; the two take turns, and the
ratio is the median over rounds of two neighbours in time.  Prints how many times as long the exported program takes,
and the seconds of both for tracing and compiling.  Both compute the same losses, or the run stops.
"""

from __future__ import annotations

import statistics
import sys
import time

from compiled_worker import Step, jax_step, work_named
from compiled_works import WORKS, Work

ROUNDS, SECONDS = 15, 0.1


def exported(work: Work) -> Step:
    """The scalar code, traced and exported."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    import autograd
    from autograd import Value

    jax.config.update("jax_enable_x64", True)
    parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
    flat = [v for rows in parameters.values() for row in rows for v in row]
    data = () if work.whole else (np.array(work.X), np.array(work.y))
    program = autograd.compile(
        (lambda: work.scalar(parameters)) if work.whole else lambda x, t: work.scalar(parameters, x, t),
        flat, batched=not work.whole, backend="jax",
    )  # fmt: skip
    f = program.to_jax(*data) if data else program.to_jax()
    arrays = [jnp.array(array) for array in data]
    state, rate = [jnp.array(program.theta)], getattr(work, "rate", 0.01)

    @jax.jit
    def whole(theta: jax.Array, *arrays: jax.Array) -> tuple[jax.Array, jax.Array]:
        loss, gradient = jax.value_and_grad(f)(theta, *arrays)
        return loss, theta - rate * gradient

    def step() -> float:
        loss, state[0] = whole(state[0], *arrays)
        jax.block_until_ready(state[0])
        return float(loss)

    return step


def seconds_of(step: Step, count: int) -> float:
    began = time.process_time()
    for _ in range(count):
        step()
    return (time.process_time() - began) / count


def compare(name: str) -> str:
    work = work_named(name)
    began = time.process_time()
    mine = exported(work)
    first = [mine() for _ in range(3)]
    built = time.process_time()
    by_hand = jax_step(work)
    for found, expected in zip(first, [by_hand() for _ in range(3)], strict=True):
        assert abs(found - expected) <= 1e-12 * abs(expected), f"{name}: {found} is not {expected}"
    also = time.process_time()
    count = max(1, round(SECONDS / seconds_of(by_hand, 3)))
    rounds = [(seconds_of(mine, count), seconds_of(by_hand, count)) for _ in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in rounds)
    return f"{name}: {ratio:.2f} times as long; first steps {built - began:.1f} s, by hand {also - built:.1f} s"


if __name__ == "__main__":
    for name in sys.argv[1:] or WORKS:
        print(compare(name), flush=True)
