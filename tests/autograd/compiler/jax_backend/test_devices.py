"""Eight devices on one machine: samples are spread, filled up with weight 0, and the numbers are those of one."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import jax
import numpy as np
import pytest

from autograd.compiler.jax_backend import devices
from autograd.compiler.jax_backend.devices import Devices, finished, time_allowed

ON_EIGHT = """
    import random
    import jax, numpy as np
    import autograd, nn
    from autograd import Value

    assert len(jax.devices()) == 8
    source = random.Random(1)
    W = [[Value(source.gauss(0.0, 0.1)) for _ in range(64)] for _ in range(16)]
    V = [[Value(source.gauss(0.0, 0.3)) for _ in range(16)] for _ in range(10)]
    flat = [v for matrix in (W, V) for row in matrix for v in row]

    def loss(x, t):
        h = [autograd.tanh(autograd.dot(row, x)) for row in W]
        return autograd.cross_entropy([autograd.dot(row, h) for row in V], t)

    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(1797, 64)), rng.integers(0, 10, 1797)
    results = [
        autograd.compile(loss, flat, batched=True, backend=backend).value_and_grad(X, y) for backend in ("jax", "c")
    ]
    (value, gradient), (expected, reference) = results
    assert abs(value - expected) <= 1e-12 * abs(expected), (value, expected)
    assert abs(gradient - reference).max() <= 1e-12 * abs(reference).max()

    program = autograd.compile(loss, flat, batched=True, backend="jax")
    program.prepare(X, y)
    arrays, weights = program.plan.executable.attach([X, y[:, None]], 1797)
    assert arrays[0].shape == (1800, 64)
    assert {shard.data.shape for shard in arrays[0].addressable_shards} == {(225, 64)}
    assert abs(np.asarray(weights).sum() - 1.0) < 1e-12 and np.asarray(weights)[-3:].tolist() == [0.0] * 3
    with jax.enable_x64(True):
        given = program.plan.executable._given(program.theta, None)
        assert "all-reduce" in program.plan.executable._both.lower(*given).compile().as_text()

    model, twin = (nn.MLP(64, [16, 10], activation="tanh", seed=1) for _ in range(2))
    losses = [
        nn.fit(m, X[:200], y[:200].tolist(), loss="cross_entropy", optimizer="Adam", epochs=3, batch_size=30, seed=1,
               progress=False, engine=engine)["loss"]
        for m, engine in ((model, "jax"), (twin, "compiled"))
    ]
    assert max(abs(a - b) for a, b in zip(*losses)) <= 1e-12, losses
    print("agreed")
"""


def test_eight_devices_compute_what_one_computes() -> None:
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ON_EIGHT)],
        env=os.environ | flags, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["agreed"]


def test_one_device_needs_no_filling() -> None:
    alone = Devices()
    assert [alone.padded(n) for n in (1, 7)] == [1, 7]
    assert np.asarray(alone.split(np.array([1.0, 2.0]), 4)).tolist() == [1.0, 2.0, 2.0, 2.0]


def test_the_time_allowed_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(devices.VARIABLE, raising=False)
    assert time_allowed() == devices.TIMEOUT
    monkeypatch.setenv(devices.VARIABLE, "2.5")
    assert time_allowed() == 2.5
    for bad in ("soon", "-1", "nan"):
        monkeypatch.setenv(devices.VARIABLE, bad)
        with pytest.raises(ValueError, match="number of seconds above 0"):
            time_allowed()


def test_a_step_that_others_do_not_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setenv(devices.VARIABLE, "0.2")
    with pytest.raises(RuntimeError, match=r"process 0 of 2 has waited 0.2 s.*resume=True"):
        finished(Event().wait)

    def fail(error: Exception) -> None:
        raise error

    with pytest.raises(RuntimeError, match="cannot reach the others"):
        finished(lambda: fail(jax.errors.JaxRuntimeError("connection closed")))
    with pytest.raises(RuntimeError, match="cannot reach the others"):  # as JAX 0.10 says it
        finished(lambda: fail(ValueError("UNKNOWN: Gloo AllGather failed: Connection closed by peer")))
    with pytest.raises(RuntimeError, match="process 0 of 2: something else"):
        finished(lambda: fail(ValueError("something else")))
    with pytest.raises(RuntimeError, match="has waited 2 s"):
        finished(Event().wait, compiles=True)
    with pytest.raises(KeyError):
        finished(lambda: fail(KeyError("x")))
    with jax.enable_x64(True):
        assert finished(lambda: jax.numpy.zeros(1).dtype) == np.float64
