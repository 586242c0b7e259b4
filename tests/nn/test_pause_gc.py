from __future__ import annotations

import gc
import threading

import pytest

from nn.pause_gc import pause_gc


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


@pytest.mark.parametrize("threshold", [0, 5_000_000])
def test_a_rarer_collector_is_left_alone(threshold: int) -> None:
    gc.set_threshold(threshold, 10, 10)
    with pause_gc():
        assert gc.get_threshold()[0] == threshold
    assert gc.get_threshold()[0] == threshold
