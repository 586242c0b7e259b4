"""How fast are the modules of images and sequences when compiled, beside JAX?

    python benchmarks/modules.py [--rounds N] [--backend auto] [WORK ...]

One training step: value, gradient and update, float64, one thread. Both start from the same parameters and see the same
data, and must compute the same loss. The data are bound, by `program.bind` here, and in the function that JAX compiles.
They take turns in one process; a ratio is the median over rounds of two neighbours in time, and says how many times as
fast as JAX chalkgrad is. Needs the extra "jax".
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

import autograd  # noqa: E402
import nn  # noqa: E402

jax.config.update("jax_enable_x64", True)
RATE = 0.01
RNG = np.random.default_rng(0)
Work = tuple[nn.Module, Any, Any, Any, Any, Any]
"""The model, samples, targets, our loss of one sample, JAX's parameters, JAX's loss of all samples."""


def weights_of(module: Any) -> dict[str, Any]:
    """The rows of a module as arrays, by PyTorch's names."""
    rows = module.torch_parameters()
    return {
        name: np.array([[value.data for value in row] for row in entry]).squeeze(0 if "bias" in name else ())
        for name, entry in rows.items()
    }


def cross_entropy(logits: Any, targets: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], 1).mean()


def convolution(samples: int) -> Work:
    """8 x 8 pixels, 8 and 16 filters of 3 x 3, pooling, 10 classes."""
    first, second = nn.Conv2d(1, 8, 3, activation="relu", seed=0), nn.Conv2d(8, 16, 3, activation="relu", seed=1)
    last = nn.Layer(64, 10, nonlin=False, seed=2)
    model = nn.Sequential(first, second, nn.MaxPool2d(2), nn.Flatten(), last)
    parameters = [weights_of(layer) for layer in (first, second, last)]
    for layer, channels in zip(parameters, (1, 8), strict=False):
        layer["weight"] = layer["weight"].reshape(-1, channels, 3, 3)

    def loss(p: Any, x: Any, t: Any) -> Any:
        for layer in p[:2]:
            x = jax.lax.conv_general_dilated(x, layer["weight"], (1, 1), "VALID") + layer["bias"][:, None, None]
            x = jax.nn.relu(x)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        return cross_entropy(x.reshape(len(x), -1) @ p[2]["weight"].T + p[2]["bias"], t)

    X, y = RNG.random((samples, 1, 8, 8)), RNG.integers(0, 10, samples)
    return model, X, y, lambda x, t: autograd.cross_entropy(model(x), t), parameters, loss


def lstm(samples: int) -> Work:
    """30 steps of 8 numbers, 32 hidden, 10 classes."""
    memory, last = nn.LSTM(8, 32, seed=0), nn.Layer(32, 10, nonlin=False, seed=2)
    model = nn.Sequential(memory, nn.Last(), last)

    def loss(p: Any, x: Any, t: Any) -> Any:
        q, state = p[0], jnp.zeros((len(x), 32))
        sums = x @ q["weight_ih"].T + q["bias_ih"] + q["bias_hh"]

        def step(carry: Any, at: Any) -> Any:
            hidden, cell = carry
            i, f, g, o = jnp.split(at + hidden @ q["weight_hh"].T, 4, axis=1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

        (hidden, _), _ = jax.lax.scan(step, (state, state), sums.swapaxes(0, 1))
        return cross_entropy(hidden @ p[1]["weight"].T + p[1]["bias"], t)

    X, y = RNG.random((samples, 30, 8)), RNG.integers(0, 10, samples)
    ours = lambda x, t: autograd.cross_entropy(model(x), t)  # noqa: E731
    return model, X, y, ours, [weights_of(memory), weights_of(last)], loss


class Block(nn.Module):
    """x + attention(norm(x)), 64 wide, 4 heads, causal."""

    def __init__(self) -> None:
        self.norm, self.attention = nn.RMSNorm(64), nn.MultiHeadAttention(64, 4, causal=True, seed=0)

    def __call__(self, sequence: Any) -> Any:
        added = self.attention([self.norm(x) for x in sequence])
        return [[a + b for a, b in zip(x, more, strict=True)] for x, more in zip(sequence, added, strict=True)]


def attention(samples: int) -> Work:
    """A block with a context of 32, and the mean squared error of its outputs."""
    model = Block()
    mask = np.triu(np.full((32, 32), -np.inf), 1)

    def loss(p: Any, x: Any, t: Any) -> Any:
        scale, q = p[0]["weight"][0], p[1]
        z = x / jnp.sqrt((x * x).mean(-1, keepdims=True) + 2.220446049250313e-16) * scale
        z = z @ q["in_proj_weight"].T + q["in_proj_bias"]
        query, key, value = (part.reshape(-1, 32, 4, 16).swapaxes(1, 2) for part in jnp.split(z, 3, axis=-1))
        shares = jax.nn.softmax(query @ key.swapaxes(-1, -2) / 4.0 + mask)
        mixed = (shares @ value).swapaxes(1, 2).reshape(-1, 32, 64)
        return ((x + mixed @ q["out_proj.weight"].T + q["out_proj.bias"] - t) ** 2).mean()

    def ours(x: Any, t: Any) -> Any:
        return autograd.mean(
            [(a - b) ** 2 for p, q in zip(model(x), t, strict=True) for a, b in zip(p, q, strict=True)]
        )

    X, y = RNG.normal(size=(samples, 32, 64)), RNG.normal(size=(samples, 32, 64))
    return model, X, y, ours, [weights_of(model.norm), weights_of(model.attention)], loss


WORKS: dict[str, Callable[[], Work]] = {
    "convolution, 100 samples": lambda: convolution(100),
    "convolution, 1,797 samples": lambda: convolution(1_797),
    "LSTM, 30 steps, 100 samples": lambda: lstm(100),
    "attention, context 32, 16 samples": lambda: attention(16),
}


def our_step(work: Work, backend: str) -> Callable[[], float]:
    model, X, y, loss, _, _ = work
    program = autograd.compile(loss, model.parameters(), batched=True, backend=backend)
    bound: Any = None

    def step() -> float:
        nonlocal bound
        if bound is None:  # the first call traces and compiles; the data are bound, as JAX's function closes over them
            bound = program.bind(X, y)
        value, gradient = bound.value_and_grad()
        program.theta -= RATE * gradient
        return float(value)

    return step


def their_step(work: Work) -> Callable[[], float]:
    _, X, y, _, parameters, loss = work
    x, t = jnp.array(X), jnp.array(y)

    @jax.jit
    def updated(p: Any) -> Any:
        value, gradient = jax.value_and_grad(loss)(p, x, t)
        return value, jax.tree.map(lambda a, g: a - RATE * g, p, gradient)

    state = jax.tree.map(jnp.array, parameters)

    def step() -> float:
        nonlocal state
        value, state = updated(state)
        return float(jax.block_until_ready(value))

    return step


def seconds(step: Callable[[], float], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - start) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", metavar="WORK", help="a part of a work's name, such as LSTM (all)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--backend", default="auto")
    arguments = parser.parse_args()
    print(f"{'work':36}{'first call':>12}{'JAX':>8}{'step, ms':>12}{'JAX':>8}{'ratio':>8}")
    for name, make in WORKS.items():
        if arguments.works and not any(part in name for part in arguments.works):
            continue
        work = make()
        steps = [our_step(work, arguments.backend), their_step(work)]
        first, losses = [], []
        for step in steps:
            start = time.perf_counter()
            losses.append([step()])
            first.append(time.perf_counter() - start)
            losses[-1] += [step(), step()]
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-9)
        often = max(1, int(0.1 / seconds(steps[0], 3)))
        rounds = [[seconds(step, often) for step in steps] for _ in range(arguments.rounds)]
        ratio = statistics.median(theirs / ours for ours, theirs in rounds)
        ours, theirs = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:36}{first[0]:11.1f}s{first[1]:7.1f}s{ours:12.2f}{theirs:8.2f}{ratio:8.2f}", flush=True)


if __name__ == "__main__":
    main()
