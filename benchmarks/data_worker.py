"""One epoch in a process of its own: `python data_worker.py ENGINE SAMPLES BATCH FOLDER` prints a line of JSON.

ENGINE is "array", "memmap" (the data is a file in FOLDER) or "jax".  The weights and the order of the samples are in
FOLDER as well, written by the first run, so that every engine begins with the same.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402

FEATURES, SIZES, RATE = 64, [32, 10], 0.001


def data(samples: int) -> tuple[Any, Any]:
    source = np.random.default_rng(0)
    X = source.standard_normal((samples, FEATURES))
    return X, (X[:, :10].argmax(axis=1) + (X[:, 11] > 1)) % 10


class Watch(threading.Thread):
    """The peak of the anonymous memory of this process, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.done = 0.0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.01):
            self.peak = max(self.peak, status("RssAnon"))


def status(entry: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(entry + ":"))


def chalkgrad(X: Any, y: Any, batch: int, folder: Path) -> float:
    import nn

    model = nn.MLP(FEATURES, SIZES, seed=0)
    weights = [[p.data for p in model.parameters()]]
    (folder / "weights.json").write_text(json.dumps(weights), encoding="utf-8")
    history = nn.fit(
        model, X, y, loss="cross_entropy", optimizer=lambda p: nn.Adam(p, RATE), epochs=1, batch_size=batch, seed=0,
        engine="compiled", progress=False,
    )  # fmt: skip
    return history["loss"][-1]


def jax_loop(X: Any, y: Any, batch: int, folder: Path, order: Any) -> float:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    flat = np.array(json.loads((folder / "weights.json").read_text(encoding="utf-8"))[0])
    theta, start = [], 0
    for before, width in zip([FEATURES, *SIZES], SIZES, strict=False):
        rows = flat[start : start + width * (before + 1)].reshape(width, before + 1)  # each neuron: weights, then bias
        theta.append((jnp.array(rows[:, :-1].T), jnp.array(rows[:, -1])))
        start += rows.size

    def loss_of(theta: Any, x: Any, t: Any) -> Any:
        (w0, b0), (w1, b1) = theta
        logits = jax.nn.relu(x @ w0 + b0) @ w1 + b1
        picked = jnp.take_along_axis(logits, t[:, None], axis=1)[:, 0]
        return (jax.nn.logsumexp(logits, axis=1) - picked).mean()

    def step(theta: Any, m: Any, v: Any, count: Any, x: Any, t: Any) -> Any:
        loss, gradient = jax.value_and_grad(loss_of)(theta, x, t)
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
        one, two = 1 - 0.9**count, 1 - 0.999**count
        move = lambda p, a, b: p - RATE * (a / one) / (jnp.sqrt(b / two) + 1e-8)  # noqa: E731
        return jax.tree.map(move, theta, m, v), m, v, loss

    jitted = jax.jit(step, donate_argnums=(0, 1, 2))
    m, v = (jax.tree.map(jnp.zeros_like, theta) for _ in range(2))
    losses = []
    for number, begin in enumerate(range(0, len(X), batch), 1):
        rows = order[begin : begin + batch]
        theta, m, v, loss = jitted(theta, m, v, float(number), X[rows], y[rows])
        losses.append((loss, len(rows)))
    return float(sum(float(loss) * count for loss, count in losses) / len(X))


def main() -> None:
    engine, samples, batch, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    if engine == "memmap":
        path = folder / f"{samples}.f64"
        if not path.exists():
            path.write_bytes(b"")
            for start in range(0, samples, 100_000):  # in pieces, so that making the file takes no memory
                with path.open("ab") as file:
                    np.random.default_rng(start).standard_normal((min(100_000, samples - start), FEATURES)).tofile(file)
        X: Any = np.memmap(path, dtype=np.float64, mode="r", shape=(samples, FEATURES))
        y = np.arange(samples) % 10
    else:
        X, y = data(samples)
    order = list(range(samples)) if engine == "jax" else []  # JAX gets the order of random.Random(0) for nothing
    random.Random(0).shuffle(order)
    rows = np.array(order)
    watch = Watch()
    watch.start()
    began = time.process_time()
    loss = jax_loop(X, y, batch, folder, rows) if engine == "jax" else chalkgrad(X, y, batch, folder)
    seconds = time.process_time() - began
    watch.done.set()
    watch.join()
    answer = {"seconds": seconds, "loss": loss, "peak MiB": status("VmHWM"), "anonymous MiB": watch.peak}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
