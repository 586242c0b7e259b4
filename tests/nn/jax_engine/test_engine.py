"""`fit(engine="jax")`: one process and two, one of them killed or stopped, and resuming with one or two."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from jax.experimental import multihost_utils

import nn

SCRIPT = Path(__file__).parent / "training.py"
SECONDS = 5
"""How long a process waits for the others: CHALKGRAD_JAX_TIMEOUT of these tests."""
AT_MOST = SECONDS + 100
"""When a process has ended: after its error JAX waits for signs of life, here 20 seconds; the rest is reserve."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    """No process outlives its test, whatever fails."""
    yield
    for process in STARTED:
        process.kill()
        process.communicate()
    STARTED.clear()


STARTED: list[subprocess.Popen[str]] = []


def start(count: int, checkpoint: Path, pause: float = 0.0) -> list[subprocess.Popen[str]]:
    """All processes of a run."""
    port = free_port()
    environment = os.environ | {"CHALKGRAD_JAX_TIMEOUT": str(SECONDS), "JAX_PLATFORMS": "cpu"}
    found = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(rank), str(count), str(port), str(checkpoint), str(pause)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for rank in range(count)
    ]  # fmt: skip
    STARTED.extend(found)
    return found


def losses(processes: list[subprocess.Popen[str]]) -> list[list[float]]:
    """The losses that each process of a run prints at its end."""
    found = []
    for process in processes:
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        found.append(json.loads(out.splitlines()[-1]))
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The losses of one process."""
    return losses(start(1, tmp_path_factory.mktemp("alone") / "training.json"))[0]


def test_two_processes_have_the_losses_of_one(alone: list[float], tmp_path: Path) -> None:
    for found in losses(start(2, tmp_path / "training.json")):
        assert found == pytest.approx(alone, rel=1e-12)
    assert len(alone) == 8


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP], ids=lambda sign: sign.name)
def test_a_lost_process_ends_the_run_which_can_be_resumed(
    sign: signal.Signals, alone: list[float], tmp_path: Path
) -> None:
    checkpoint = tmp_path / "training.json"
    first, second = start(2, checkpoint, pause=1.0)
    assert first.stdout is not None
    while first.stdout.readline() != "epoch 3\n":
        assert first.poll() is None, first.stderr
    second.send_signal(sign)
    lost = time.monotonic()
    _, errors = first.communicate(timeout=AT_MOST)
    second.kill()
    assert first.returncode != 0
    assert time.monotonic() - lost < AT_MOST
    assert "RuntimeError: process 0 of 2" in errors
    assert "resume=True" in errors
    kept = json.loads(checkpoint.read_text())["content"]["training"]["epoch"]
    assert 3 <= kept < 8
    for count in (1, 2):
        copy = tmp_path / f"resumed by {count}.json"
        shutil.copy(checkpoint, copy)
        for found in losses(start(count, copy)):
            assert found == pytest.approx(alone, rel=1e-12)


def small(engine: str, **more: Any) -> Any:
    X, y = nn.make_moons(30, seed=1)
    model = nn.MLP(2, [4, 1], seed=1)
    return nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(model, 0.1), epochs=3, batch_size=8,
        seed=1, progress=False, engine=engine, **more,
    )  # fmt: skip


def test_it_trains_as_the_compiled_engine_does() -> None:
    ours, expected = small("jax"), small("compiled")
    assert ours["loss"] == pytest.approx(expected["loss"], rel=1e-12)
    assert ours.engine == "jax"
    narrow = small("jax", dtype="float32")
    assert 1e-12 < abs(narrow["loss"][-1] - expected["loss"][-1]) < 1e-5


def test_dropout_draws_the_masks_of_the_compiled_engine() -> None:
    X, y = nn.make_moons(12, seed=1)
    found = []
    for engine in ("jax", "compiled"):
        model = nn.Sequential(nn.Layer(2, 4, seed=1), nn.Dropout(0.5, seed=2), nn.Layer(4, 1, seed=3))
        history = nn.fit(
            model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(model, 0.1), epochs=2, seed=1,
            progress=False, engine=engine,
        )  # fmt: skip
        found.append(history["loss"])
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_a_wrong_index_names_the_sample() -> None:
    model = nn.Sequential(nn.Embedding(3, 2, seed=1), nn.Layer(2, 1, seed=1))
    with pytest.raises(IndexError, match=r"index 7 is outside 0 \.\. 2"):
        nn.fit(
            model, [[0], [1], [7]], [0.0, 1.0, 1.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.1), epochs=2,
            progress=False, engine="jax",
        )  # fmt: skip


def test_processes_that_differ_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def other_seed(mine: Any) -> Any:
        return np.stack([mine, mine + np.arange(len(mine)) // 2])  # the third fingerprint is that of the seed

    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setattr(multihost_utils, "process_allgather", other_seed)
    with pytest.raises(ValueError, match="the processes of this run have different seed"):
        small("jax")


def test_the_first_process_alone_writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jax, "process_index", lambda: 1)
    small("jax", checkpoint=tmp_path / "training.json")
    assert list(tmp_path.iterdir()) == []
