"""What may threads share?  Their own graphs are exact, and so is a shared one: backward passes take turns.

Several threads may build upon the same nodes.  `backward()` writes `.grad` of every node that it reaches, so one pass
waits for another; what all of them add is there in the end.  `gradients` writes nothing, and need not wait.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
import nn
from autograd import Value
from autograd.no_grad import recording

ROOT = Path(autograd.__file__).parent.parent
THREADS = 16


def in_threads(work: Callable[[int], Any]) -> list[Any]:
    """What the work gives in each thread; all start together."""
    results: list[Any] = [None] * THREADS
    barrier = threading.Barrier(THREADS)

    def run(n: int) -> None:
        barrier.wait()
        results[n] = work(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def trained(seed: int) -> tuple[dict[str, float], list[float]]:
    X, y = nn.make_moons(12, seed=seed)
    model = nn.MLP(2, [3, 1], "tanh", seed=seed)
    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.1), epochs=15, batch_size=4,
        seed=seed, progress=False,
    )  # fmt: skip
    return model.state_dict(), history["loss"]


@pytest.fixture
def _often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_often")
def test_independent_graphs_are_exact() -> None:
    alone = [trained(seed) for seed in range(THREADS)]
    assert in_threads(trained) == alone


def test_a_block_that_another_thread_enters_meanwhile_does_not_count() -> None:
    """A layer asks once whether to record; a thread that switches recording off before its end must not matter."""
    entered, done = threading.Event(), threading.Event()

    def elsewhere() -> None:
        with autograd.no_grad():
            entered.set()
            done.wait()

    class Weight:
        @property
        def _data(self) -> float:
            if not entered.is_set():
                threading.Thread(target=elsewhere).start()
                entered.wait()
            return 1.0

    x = Value(2.0)
    start: Any = Weight()
    try:
        outputs = autograd.affine([[start, Value(3.0)], [Value(0.0), Value(4.0)]], [x])
    finally:
        done.set()
    assert [output.data for output in outputs] == [7.0, 8.0]
    assert all(x in output.operands for output in outputs)


def test_no_grad_holds_for_its_own_thread() -> None:
    def work(n: int) -> bool:
        right = True
        for _ in range(300):
            if n % 2:
                with autograd.no_grad():
                    right &= not (Value(1.0) * 2.0).operands
            right &= bool((Value(1.0) * 2.0).operands)
        return right

    assert all(in_threads(work))
    assert not recording.paused


def test_gradients_of_a_shared_graph_may_be_taken_by_all() -> None:
    x = Value(1.5)
    y = x
    for _ in range(300):
        y = (y * x).tanh() + x
    alone = autograd.gradients(y, [x])
    assert in_threads(lambda _: [autograd.gradients(y, [x]) for _ in range(10)]) == [[alone] * 10] * THREADS
    assert x.grad == 0.0


def test_many_threads_may_build_upon_shared_parameters() -> None:
    w = [Value(0.5), Value(-0.25)]

    def work(n: int) -> float:
        return sum(autograd.dot(w, [n, float(i)], start=1.0).tanh().data for i in range(200))

    assert in_threads(work) == [work(n) for n in range(THREADS)]


def test_backward_passes_through_a_shared_graph_take_turns() -> None:
    x = Value(1.0)
    y = x
    for _ in range(1000):
        y = y + x
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        in_threads(lambda _: [y.backward() for _ in range(20)])
    finally:
        sys.setswitchinterval(switch)
    assert x.grad == THREADS * 20 * 1001
    assert y.grad == THREADS * 20


def test_a_child_process_does_not_wait_for_a_thread_of_its_parent() -> None:
    code = """
import os, threading, time, warnings
from autograd import Value
from autograd.fast_backward import _backward_lock
warnings.simplefilter("ignore")
inside, done = threading.Event(), threading.Event()
def hold():
    with _backward_lock:
        inside.set()
        done.wait()
thread = threading.Thread(target=hold)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    x = Value(3.0)
    (x * x).backward()
    os._exit(int(x.grad))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
done.set()
thread.join()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, cwd=ROOT)
    assert done.stdout.strip() == "6", done.stderr
