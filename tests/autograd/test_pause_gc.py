from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest

from autograd.pause_gc import pause_gc


@pytest.fixture(autouse=True)
def _thresholds_stay() -> object:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_nested_and_after_an_error() -> None:
    before = gc.get_threshold()

    def nested() -> None:
        with pause_gc():
            with pause_gc():
                assert gc.get_threshold()[0] == 1_000_000
            assert gc.get_threshold()[0] == 1_000_000
            raise KeyError

    with pytest.raises(KeyError):
        nested()
    assert gc.get_threshold() == before


def test_overlapping_threads_restore_what_was_before_the_first() -> None:
    before = gc.get_threshold()
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with pause_gc():
            first_in.set()
            second_in.wait(5)
        first_out.set()

    def second() -> None:
        first_in.wait(5)
        with pause_gc():
            second_in.set()
            first_out.wait(5)

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.get_threshold() == before


def test_a_child_process_does_not_wait_for_threads_that_it_does_not_have() -> None:
    """It is forked while another thread pauses the collector and holds the lock."""
    code = (
        "import gc, os, threading\n"
        "from autograd import pause_gc as module\n"
        "before, inside, done = gc.get_threshold(), threading.Event(), threading.Event()\n"
        "def other():\n"
        "    with module.pause_gc(), module._lock:\n"
        "        inside.set(); done.wait(60)\n"
        "thread = threading.Thread(target=other); thread.start(); inside.wait(60)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    restored = gc.get_threshold() == before\n"
        "    with module.pause_gc(): paused = gc.get_threshold()[0] == 1_000_000\n"
        "    os._exit(0 if restored and paused and gc.get_threshold() == before else 1)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "done.set(); thread.join()\n"
        "assert code == 0 and gc.get_threshold() == before\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("threshold", [0, 5_000_000])
def test_a_rarer_collector_is_left_alone(threshold: int) -> None:
    gc.set_threshold(threshold, 10, 10)
    with pause_gc():
        assert gc.get_threshold()[0] == threshold
    assert gc.get_threshold()[0] == threshold
