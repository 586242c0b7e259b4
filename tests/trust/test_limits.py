"""How far does it go?  Long chains, wide sums and much-used nodes, in everything that goes through a graph: linear, at
the default recursion limit, with the garbage collector off, on a thread's small stack."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value

ROOT = Path(autograd.__file__).parent.parent


def chain(n: int) -> tuple[Value, Value]:
    x = Value(1.0)
    y = x
    for _ in range(n):
        y = y + x
    return x, y


def wide_sum(n: int) -> tuple[Value, Value]:
    xs = [Value(1.0) for _ in range(n)]
    return xs[0], autograd.sum(xs)


def much_used(n: int) -> tuple[Value, Value]:
    x = Value(1.0)
    return x, autograd.sum([x * 2.0 for _ in range(n)])


GRAPHS = {
    "chain": (chain, lambda n: n + 1),
    "wide sum": (wide_sum, lambda n: 1),
    "much used": (much_used, lambda n: 2 * n),
}
WORKS: dict[str, Callable[[Value, Value], Any]] = {
    "backward": lambda x, y: y.backward(),
    "repr": lambda x, y: repr(y),
    "gradients": lambda x, y: autograd.gradients(y, [x]),
    "create_graph": lambda x, y: autograd.gradients(y, [x], create_graph=True),
    "trace": lambda x, y: autograd.trace(y),
    "draw": lambda x, y: autograd.draw(y).source,
    "explain": lambda x, y: str(autograd.explain(y, wrt=x)),
    "compile": lambda x, y: autograd.compile(y, backend="numpy").value_and_grad(),
}


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    gc.disable()
    assert sys.getrecursionlimit() <= 1100  # Python's own, and a little for pytest
    yield
    gc.enable()


def seconds(graph: str, work: str, n: int) -> float:
    x, y = GRAPHS[graph][0](n)
    began = time.process_time()
    WORKS[work](x, y)
    return time.process_time() - began


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("work", WORKS)
def test_four_times_the_nodes_take_four_times_as_long(graph: str, work: str) -> None:
    """Eight times would still pass, because clocks are what they are; sixteen times, which squares take, would not."""
    seconds(graph, work, 250)
    for _ in range(3):
        if seconds(graph, work, 4000) < 8 * seconds(graph, work, 1000) + 0.01:
            return
    pytest.fail(f"{work} of a {graph} is not linear")


def all_of_it(graph: str, n: int) -> None:
    make, slope = GRAPHS[graph]
    x, y = make(n)
    y.backward()
    assert x.grad == slope(n)
    assert len(repr(y)) < 100
    assert autograd.gradients(y, [x]) == [slope(n)]
    assert len(autograd.draw(y).source) < 50_000  # folded
    traced = autograd.trace(y)
    assert traced.node(x).gradient == slope(n)
    assert len(str(traced)) < 1000
    del traced
    assert len(str(autograd.explain(y, wrt=x))) < 10_000  # summarised
    assert autograd.compile(y, backend="numpy")() == autograd.compile(y, backend="auto")() == y.data
    for refused in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match=r"cannot be copied or pickled without its graph; use \.detach\(\)"):
            refused(y)


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("n", [5_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_large_graphs(graph: str, n: int) -> None:
    all_of_it(graph, min(n, 100_000) if graph == "much used" else n)


SMALL_STACK = (256 if sys.version_info < (3, 13) else 2048) * 1024
"""Python 3.13 frees any chain of objects, of a plain class too, 10,000 levels deep before it stops recursing."""


@pytest.mark.parametrize("n", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_on_a_small_stack_a_chain_is_built_differentiated_and_freed(n: int) -> None:
    done: list[float] = []

    def work() -> None:
        x, y = chain(n)
        y.backward()
        done.append(x.grad)
        del y  # a million nodes, each the only one to hold the one before

    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert done == [n + 1]


GROWTH = """
import gc, resource, sys
import nn
gc.disable()
def used():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
model = nn.MLP(2, [4, 1], seed=0)
optimizer = nn.Adam(model, 0.01)
X, y = nn.make_moons(8, seed=0)
def steps(count):
    for _ in range(count):
        loss = nn.binary_cross_entropy_with_logits([model(x) for x in X], y)
        model.zero_grad()
        loss.backward()
        optimizer.step()
steps(200)
before = used()
steps(int(sys.argv[1]))
print(used() - before)
"""


@pytest.mark.parametrize("steps", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_training_steps_do_not_grow_the_process(steps: int) -> None:
    command = [sys.executable, "-c", GROWTH, str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 1_000_000


def test_a_step_leaves_nothing_for_the_collector() -> None:
    x, y = chain(100)
    for work in WORKS.values():
        work(x, y)
    del x, y
    gc.disable()
    gc.freeze()  # what exists already is not listed, which would take long
    try:
        for make, _ in GRAPHS.values():
            x, y = make(100)
            y.backward()
            autograd.gradients(y, [x], create_graph=True)
            del x, y
        assert not [thing for thing in gc.get_objects() if type(thing) is Value]
    finally:
        gc.unfreeze()
        gc.enable()
