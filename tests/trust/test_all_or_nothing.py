"""Is the state before or after, never between?  Exceptions at every instruction, real Ctrl-Cs, no memory, kill -9.

`interrupted` raises at a chosen instruction of the code under test, between any two of its steps: more places than a
signal can find.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import autograd
import nn
from autograd import Value, pause_gc
from autograd.backpropagation import topological_order
from autograd.fast_backward import _new_backward_lock
from autograd.no_grad import recording

ROOT = Path(autograd.__file__).parent.parent
# What is raised in a destructor, or in a callback of the collector, is only reported, by Python itself.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class InjectedError(Exception):
    """What a test makes happen."""


@contextmanager
def interrupted(at: int, *files: str, error: type[BaseException] = InjectedError) -> Iterator[list[int]]:
    """Raise before the instruction number `at` that runs in one of the files; the list counts the instructions."""
    count, names = [0], tuple(str(ROOT / file) for file in files)

    def trace(frame: Any, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(names):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            count[0] += 1
            if count[0] == at:
                raise error
        return trace

    before, thresholds = sys.gettrace(), gc.get_threshold()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks in `settrace` whether any frame wants them
    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(before)
        recording.paused.clear()  # a destructor that it stopped leaves a block there: a slower path, no wrong one
        # Locks are held still where no signal, only this, can raise: right before they are released.
        _new_backward_lock()
        pause_gc._lock = threading.RLock()
        pause_gc._users.clear()
        gc.set_threshold(*thresholds)


def moments(work: Callable[[], object], share: int, *files: str) -> Iterator[int]:
    """One in `share` of the instructions of some work, which runs once to count them."""
    with interrupted(0, *files) as count:
        work()
    assert count[0] > 100
    yield from range(1 + random.Random(count[0]).randrange(share), count[0] + 1, share)


def storm(
    make: Callable[[], tuple[Callable[[], object], Callable[[], object]]],
    share: int,
    *files: str,
    error: Any = InjectedError,
) -> int:
    """Interrupt some work everywhere; `make` gives the work and a function that tells the state; return how often."""
    work, state = make()
    before = state()
    hits = 0
    for at in moments(work, share, *files):
        work, state = make()
        assert state() == before
        try:
            with interrupted(at, *files, error=error):
                work()
        except error:
            hits += 1
        undone = state()
        if undone != before:
            done, state = make()
            done()
            assert undone == state(), f"neither before nor after, at instruction {at}"
    return hits


SHARES = [pytest.param(7, id="one in seven"), pytest.param(1, marks=pytest.mark.slow, id="all")]
ERRORS = [InjectedError, KeyboardInterrupt, MemoryError]


def small_graph() -> list[Value]:
    """Shared nodes, a constant, a node of many operands, gradients from before."""
    x, y = Value(2.0), Value(3.0)
    z = autograd.dot([x, y, x], [1.0, y, x], x) * y + x / y - 2.0
    nodes = topological_order(z)
    for n, node in enumerate(nodes[::2]):
        node.grad = n + 0.5
    return nodes


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("error", ERRORS)
def test_backward(share: int, error: type[BaseException]) -> None:
    def make() -> Any:
        nodes = small_graph()
        return nodes[-1].backward, lambda: [node.grad for node in nodes]

    assert storm(make, share, "autograd/fast_backward.py", error=error) > 60


def test_backward_with_a_node_by_hand() -> None:
    def make() -> Any:
        x = Value(3.0)
        x.grad = 7.0
        twice = Value(2 * x.data, (x,), "twice")

        def backward() -> None:
            x.grad += 1.0 * twice.grad
            x.grad += 1.0 * twice.grad

        twice._backward = backward
        out = twice * x
        return out.backward, lambda: (x.grad, twice.grad, out.grad)

    assert storm(make, 1, "autograd/fast_backward.py", __file__.removeprefix(f"{ROOT}/")) > 200


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", [nn.SGD, nn.AdaGrad, nn.RMSProp, nn.Adam, nn.AdamW])
def test_optimizer_step(share: int, kind: Any) -> None:
    def make() -> Any:
        parameters = [Value(1.0), Value(-2.0), Value(0.5)]
        optimizer = kind(parameters, 0.1)
        optimizer.step([1.0, 2.0, -3.0])
        return lambda: optimizer.step([0.5, -1.0, 2.0]), lambda: ([p.data for p in parameters], optimizer.state_dict())

    assert storm(make, share, "nn/optimizers.py", "autograd/value.py") > 30


@pytest.mark.parametrize("share", SHARES)
def test_load_state_dict_of_a_model(share: int) -> None:
    state = nn.MLP(2, [2, 1], seed=5).state_dict()

    def make() -> Any:
        model = nn.MLP(2, [2, 1], seed=1)
        return lambda: model.load_state_dict(state), model.state_dict

    assert storm(make, share, "nn/module.py", "autograd/value.py") > 60


@pytest.mark.parametrize("share", SHARES)
def test_load_state_dict_of_an_optimizer(share: int) -> None:
    other = nn.Adam([Value(1.0), Value(2.0)], 0.25, betas=(0.5, 0.75), weight_decay=0.125, epsilon=1e-4)
    other.step([1.0, 1.0])
    state = other.state_dict()

    def make() -> Any:
        optimizer = nn.Adam([Value(3.0), Value(4.0)])
        return lambda: optimizer.load_state_dict(state), optimizer.state_dict

    assert storm(make, share, "nn/optimizers.py") > 60


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a file, opened just then, closes itself
@pytest.mark.parametrize(
    "share", [pytest.param(31, id="one in 31"), pytest.param(5, marks=pytest.mark.slow, id="one in 5")]
)
def test_load_of_a_model_together_with_its_optimizer(share: int, tmp_path: Path) -> None:
    model = nn.Neuron(1, seed=1)
    optimizer = nn.Adam(model, 0.5)
    optimizer.step([1.0, 2.0])
    nn.save(model, tmp_path / "m.json", optimizer=optimizer)

    def make() -> Any:
        twin = nn.Neuron(1, seed=2)
        follower = nn.Adam(twin)
        return (
            lambda: nn.load(tmp_path / "m.json", into=twin, optimizer=follower),
            lambda: (twin.state_dict(), follower.state_dict()),
        )

    assert (
        storm(
            make, share, "nn/checkpoint.py", "nn/resuming.py", "nn/optimizers.py", "nn/module.py", "autograd/value.py"
        )
        > 50
    )


LINE = [[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0]


def model_and_optimizer() -> tuple[Any, Any]:
    model = nn.Neuron(1, nonlin=False, init="zeros")
    return model, nn.SGD(model, 0.0625, momentum=0.5)


def fit(model: Any, optimizer: Any, epochs: int, *callbacks: Any) -> Any:
    settings = {"loss": "mean_squared_error", "epochs": epochs, "progress": False, "callbacks": callbacks}
    return nn.fit(model, *LINE, optimizer=optimizer, **settings)


def states_of_fit(epochs: int) -> list[Any]:
    """After no step, one step, two steps ..."""
    model, optimizer = model_and_optimizer()
    states = [(model.state_dict(), optimizer.state_dict())]
    fit(model, optimizer, epochs, lambda _: states.append((model.state_dict(), optimizer.state_dict())))
    return states


@pytest.mark.parametrize(
    "share", [pytest.param(1597, id="one in 1597"), pytest.param(53, marks=pytest.mark.slow, id="one in 53")]
)
@pytest.mark.parametrize("error", [KeyboardInterrupt, InjectedError])
def test_fit_stops_after_a_whole_step(share: int, error: type[BaseException]) -> None:
    files = ("nn/", "autograd/")
    after = states_of_fit(3)
    hits = 0
    for at in moments(lambda: fit(*model_and_optimizer(), 3), share, *files):
        model, optimizer = model_and_optimizer()
        with interrupted(at, *files, error=error):
            try:
                fit(model, optimizer, 3)
            except error:
                hits += 1
        assert (model.state_dict(), optimizer.state_dict()) in after
    assert hits > 3


def fit_compiled(model: Any, optimizer: Any, steps: int = -1) -> Any:
    """Three steps in each of three epochs, in which the parameters are arrays; Ctrl-C comes after so many steps."""
    begun = iter(range(10))

    def schedule(_epochs: float) -> float:
        if next(begun) == steps:
            raise KeyboardInterrupt
        return 1.0

    return nn.fit(
        model, *LINE, loss="mean_squared_error", optimizer=optimizer, epochs=3, batch_size=1, seed=0, progress=False,
        schedule=schedule, engine="compiled",
    )  # fmt: skip


def states_of_compiled_fit() -> list[Any]:
    """After no step, one step, two steps ..."""
    states = []
    for steps in range(10):
        model, optimizer = model_and_optimizer()
        fit_compiled(model, optimizer, steps)
        states.append((model.state_dict(), optimizer.state_dict()))
    return states


@pytest.mark.parametrize(
    "share", [pytest.param(397, id="one in 397"), pytest.param(11, marks=pytest.mark.slow, id="one in 11")]
)
@pytest.mark.parametrize("error", [KeyboardInterrupt, InjectedError])
def test_compiled_fit_stops_after_a_whole_step(share: int, error: type[BaseException]) -> None:
    files = ("nn/engines/compiled.py", "nn/optimizers.py", "nn/training.py")
    after, hits = states_of_compiled_fit(), 0
    for at in moments(lambda: fit_compiled(*model_and_optimizer()), share, *files):
        model, optimizer = model_and_optimizer()
        with interrupted(at, *files, error=error):
            try:
                hits += fit_compiled(model, optimizer).stopped == "interrupted"
            except error:
                hits += 1
        assert (model.state_dict(), optimizer.state_dict()) == after[optimizer.steps]
    assert hits > 20, hits


# --------------------------------------------------------------------------------------------------- real signals


@contextmanager
def interrupts() -> Iterator[Callable[[float], None]]:
    """A function that sends this process a Ctrl-C after so many seconds.

    And another every two seconds: Python loses one that comes while the collector calls back, as it does under pytest.
    """
    previous = signal.signal(signal.SIGINT, signal.default_int_handler), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds, 2.0 if seconds else 0.0) and None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, previous[0])
        signal.signal(signal.SIGALRM, previous[1])


ROUNDS = [100, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
def test_backward_under_real_interrupts(rounds: int) -> None:
    source, hits = random.Random(0), 0
    x = Value(2.0)
    node = x
    for n in range(60):
        node = autograd.sum([node, x, node * 0.25]) if n % 3 else node * 0.5
    nodes = topological_order(node)
    node.backward()
    once = [each.grad for each in nodes]
    with interrupts() as interrupt:
        for _ in range(rounds):
            try:
                interrupt(source.uniform(1e-5, 4e-4))
                while True:
                    node.backward()
            except KeyboardInterrupt:
                hits += 1
            times = node.grad
            assert [each.grad for each in nodes] == pytest.approx([times * slope for slope in once], rel=1e-9)
            assert times == int(times)
    assert hits == rounds


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("what", ["model", "optimizer"])
def test_load_state_dict_under_real_interrupts(what: str, rounds: int) -> None:
    """Two states, loaded in turn without end: whenever it is cut off, every number is of the same one."""
    model = nn.MLP(4, [6, 1], seed=0)
    optimizer = nn.Adam(model)
    states: list[Any] = []
    for number in (1.0, 2.0):
        optimizer.step([number] * len(optimizer.parameters))
        states.append(optimizer.state_dict() if what == "optimizer" else dict.fromkeys(model.state_dict(), number))
    target: Any = optimizer if what == "optimizer" else model
    target.load_state_dict(states[0])
    source, hits = random.Random(2), 0
    with interrupts() as interrupt:
        for _ in range(rounds):
            try:
                interrupt(source.uniform(1e-5, 1e-3))
                while True:
                    for state in states:
                        target.load_state_dict(state)
            except KeyboardInterrupt:
                hits += 1
            assert target.state_dict() in states
    assert hits == rounds


# An interrupt that falls into a destructor is only reported, by Python itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rounds", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_fit_under_real_interrupts(rounds: int) -> None:
    source, hits = random.Random(1), 0
    after = states_of_fit(400)
    with interrupts() as interrupt:
        for _ in range(rounds):
            model, optimizer = model_and_optimizer()
            try:
                interrupt(source.uniform(1e-5, 5e-3))
                hits += fit(model, optimizer, 400).stopped == "interrupted"
            except KeyboardInterrupt:  # before the first step, or after the last
                hits += 1
            finally:
                interrupt(0)
            assert (model.state_dict(), optimizer.state_dict()) == after[optimizer.steps]
    assert hits > 0.9 * rounds


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_compiled_fit_under_real_interrupts(rounds: int) -> None:
    source, hits = random.Random(2), 0
    after = states_of_compiled_fit()
    with interrupts() as interrupt:
        for _ in range(rounds):
            model, optimizer = model_and_optimizer()
            try:
                try:
                    interrupt(source.uniform(1e-5, 4e-3))
                    hits += fit_compiled(model, optimizer).stopped == "interrupted"
                finally:
                    interrupt(0)
            except KeyboardInterrupt:  # before the first step, or after the last; or on the way to the line above
                hits += 1
                interrupt(0)
            assert (model.state_dict(), optimizer.state_dict()) == after[optimizer.steps]
    assert hits > 0.5 * rounds


# ------------------------------------------------------------------------------------------------------- no memory


def test_an_error_in_the_middle_frees_what_was_built() -> None:
    class Marked(Value):
        __slots__ = ("__weakref__",)

    alive: list[weakref.ref[Any]] = []

    def build() -> None:
        node: Any = Value(1.0)
        for _ in range(100):
            leaf = Marked(2.0)
            alive.append(weakref.ref(leaf))
            node = node * leaf
        raise MemoryError

    gc.disable()
    try:
        with pytest.raises(MemoryError) as caught:
            build()
        del caught
        assert not any(mark() is not None for mark in alive)
    finally:
        gc.enable()


OUT_OF_MEMORY = """
import gc, resource
from autograd import Value
import autograd
gc.disable()
x = Value(1.0)
chain = x
for _ in range(20_000):
    chain = chain * x
del chain  # Python 3.13 takes a megabyte of stack for this, which could not grow under the limit
x.grad = 5.0
node = x
for _ in range(200_000):
    node = node + x
values = [node, x]
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2_000_000, resource.RLIM_INFINITY))
try:
    node.backward()
    print("no error")
except MemoryError:
    print("no memory:", x.grad, node.grad)
chain = x
try:
    while True:
        chain = chain * x
except MemoryError:
    del chain
    print("built until the end")
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
node.backward()
print("then:", x.grad, node.grad)
"""


def test_backward_without_memory_leaves_every_gradient() -> None:
    plain = os.environ | {"PYTHONMALLOC": "malloc"}  # without arenas, so that the limit is met at once
    done = subprocess.run([sys.executable, "-c", OUT_OF_MEMORY], capture_output=True, text=True, cwd=ROOT, env=plain)
    assert done.stdout.splitlines() == ["no memory: 5.0 0.0", "built until the end", "then: 200006.0 1.0"], done.stderr


# ---------------------------------------------------------------------------------------------- kill -9, full disk

SAVER = """
import os, random, signal, sys, time
from pathlib import Path
import nn
folder, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
path, source = folder / "m.json", random.Random(seed)
states = [{f"w{i}": float(i + 1000 * k) for i in range(300)} for k in range(2)]
nn.save(states[0], path)
for _ in range(rounds):
    child = os.fork()
    if child == 0:
        while True:
            for state in states:
                nn.save(state, path)
    time.sleep(source.uniform(0.0005, 0.008))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert nn.load(path) in states
print("whole", len(list(folder.iterdir())) - 1)
"""


@pytest.mark.parametrize("rounds", [40, pytest.param(1000, marks=pytest.mark.slow)])
def test_kill_9_while_saving_leaves_the_old_file_or_the_new_one(rounds: int, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SAVER, str(tmp_path), str(rounds), "0"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("whole"), done.stderr


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_a_disk_that_is_full_at_any_byte_leaves_the_old_file(step: int, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    nn.save({"a": 1.0}, path)
    new = {f"w{i}": i / 7 for i in range(30)}
    nn.save(new, tmp_path / "whole.json")
    size = (tmp_path / "whole.json").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in range(0, size, step):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                nn.save(new, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert nn.load(path) == {"a": 1.0}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.json", "whole.json"]


TRAINING = """
import sys, time
import nn
model = nn.Sequential(nn.Layer(2, 4, seed=1), nn.Dropout(0.3, seed=2), nn.Layer(4, 1, nonlin=False, seed=3))
optimizer = nn.Adam(model, 0.05)
X, y = nn.make_moons(24, seed=0)
history = nn.fit(model, X, y, loss="binary_cross_entropy_with_logits", optimizer=optimizer, epochs=30, batch_size=5,
                 seed=4, schedule="cosine", progress=False, checkpoint=sys.argv[1], resume=True)
print(model.state_dict(), optimizer.state_dict(), history["loss"])
"""


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_a_training_killed_again_and_again_gives_the_same_bits(rounds: int, tmp_path: Path) -> None:
    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", TRAINING, str(tmp_path / name)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    whole = start("whole.json").communicate()[0]
    assert whole
    source = random.Random(rounds)
    for number in range(rounds):
        for _ in range(3):
            process = start(f"{number}.json")
            try:
                process.wait(source.uniform(0.15, 0.6))
            except subprocess.TimeoutExpired:
                process.kill()
            process.communicate()
        out, errors = start(f"{number}.json").communicate()
        assert out == whole, errors


# ------------------------------------------------------------------------------------- nothing stays switched off


def records() -> bool:
    return bool((Value(1.0) * 2.0).operands)


def raises() -> bool:
    try:
        autograd.log(0.0)
    except ValueError:
        return True
    return False


@autograd.no_grad()
def decorated() -> Value:
    return Value(1.0) * 2.0


def nested() -> None:
    with autograd.no_grad(), autograd.no_grad():
        assert not decorated().operands


def second_derivative() -> object:
    x = Value(2.0)
    return autograd.gradients(x * x, x, create_graph=True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # in __del__ Python itself says so
@pytest.mark.parametrize(
    ("work", "file", "least"), [(nested, "autograd/no_grad.py", 100), (second_derivative, "autograd/", 300)]
)
def test_recording_and_errors_come_back_whatever_interrupts(work: Any, file: str, least: int) -> None:
    hits = 0
    for at in moments(work, 1, file):
        try:
            with interrupted(at, file):
                work()
        except InjectedError:
            hits += 1
        assert records(), at
        assert raises(), at
    assert hits > least


def test_no_grad_nests_and_is_entered_twice_by_one_object() -> None:
    block = autograd.no_grad()
    with block:
        with block:
            assert not (Value(1.0) * 2.0).operands
        assert not (Value(1.0) * 2.0).operands
    assert records()
