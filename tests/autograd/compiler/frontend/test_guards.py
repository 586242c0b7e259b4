"""What a function closes over may change: the program is traced again, and never uses an old value."""

from __future__ import annotations

import collections
import contextvars
import datetime
import functools
import gc
import hashlib
import io
import itertools
import os
import random
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from changes import KINDS

import autograd
import nn
from autograd import Value, depends_on
from autograd.compiler import compile
from autograd.compiler.frontend.snapshot import Snapshot

scale = 2.0
switch: Any = None
weight = Value(3.0)
model = nn.Sequential(nn.Layer(2, 4, seed=0), nn.Dropout(0.5, seed=1))


def scaled(x: Any) -> Any:
    return x * scale


def through_another(x: Any) -> Any:
    return scaled(x) + 1.0


def test_a_global_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for function, answer in ((scaled, 6.0), (through_another, 7.0)):
        program = compile(function, backend="numpy")
        assert program(3.0) == answer
        with monkeypatch.context() as changed:
            changed.setitem(globals(), "scale", 5.0)
            assert program(3.0) == answer + 9.0
        assert program(3.0) == answer


@pytest.mark.parametrize(
    ("before", "after"), [(None, 0), (None, False), (True, False), (False, True), (True, 1), (1, True)]
)
def test_none_and_truth_values(before: Any, after: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an attribute, a global variable and a default argument: 1 is another answer than True."""
    settings = types.SimpleNamespace(flag=before, function=scaled)

    def f(x: Any, flag: Any = before) -> Any:
        return x + repr([settings.flag, flag, switch]).count(repr(before)) * settings.function(1.0)

    monkeypatch.setitem(globals(), "switch", before)
    program = compile(f, backend="numpy")
    assert program(1.0) == 7.0
    settings.flag = after
    assert program(1.0) == 5.0
    f.__defaults__ = (after,)
    assert program(1.0) == 3.0
    monkeypatch.setitem(globals(), "switch", after)
    assert program(1.0) == 1.0


def _computed_names() -> dict[str, Callable[..., Any]]:
    """Ways to read the attribute `gain_all` of an object by a name that no code contains."""
    return {
        "a prefix": lambda o, word, names: getattr(o, "gain" + word[4:]),
        "a suffix": lambda o, word, names: getattr(o, word[:4] + "_all"),
        "an f-string": lambda o, word, names: getattr(o, f"{word[:4]}_all"),
        "an entry": lambda o, word, names: getattr(o, names["key"]),
        "an attribute": lambda o, word, names: getattr(o, names["holder"].key),
        "a default": lambda o, word, names: getattr(o, word, "none"),
        "or": lambda o, word, names: getattr(o, word or "none"),
        "a condition": lambda o, word, names: getattr(o, word if word else "none"),
        "an unpacked pair": lambda o, word, names: getattr(*(o, word)),
        "another name": lambda o, word, names: (lambda get: get(o, word[:4] + "_all"))(getattr),
        "map": lambda o, word, names: next(map(getattr, [o], [word]), "none"),
        "hasattr": lambda o, word, names: 3.0 if hasattr(o, word[:4] + "_one") else 2.0,
    }


@pytest.mark.parametrize("way", _computed_names())
def test_an_attribute_whose_name_is_computed(way: str) -> None:
    """No name in the code says which attribute it is, so all of them are guarded."""
    read, holder = _computed_names()[way], types.SimpleNamespace()
    setattr(holder, "gain" + "_all", 2.0)
    word = "_".join(["gain", "all"])
    names = {"key": word, "holder": types.SimpleNamespace(key=word)}
    program = compile(lambda x: x * read(holder, word, names), backend="numpy")
    assert program(1.0) == 2.0
    setattr(holder, "gain" + ("_one" if way == "hasattr" else "_all"), 3.0)
    assert program(1.0) == 3.0


class Doubled:
    """A number of the user's own, which the engine converts with `float`."""

    def __float__(self) -> float:
        return scaled(2.0)


def test_a_number_that_dot_converts(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile(lambda x: autograd.dot([Doubled(), x], [x, x]), backend="numpy")
    assert program(3.0) == 4.0 * 3.0 + 9.0
    monkeypatch.setitem(globals(), "scale", 5.0)
    assert program(3.0) == 10.0 * 3.0 + 9.0


def test_a_number_that_the_result_is_converted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile(lambda x: [x, Doubled()], backend="numpy")
    assert program(3.0) == [3.0, 4.0]
    monkeypatch.setitem(globals(), "scale", 5.0)
    assert program(3.0) == [3.0, 10.0]


def test_a_number_closed_over_and_a_value_under_the_same_name() -> None:
    factor: Any = 2.0

    def f(x: Any) -> Any:
        (part,) = (part * factor for part in x)
        return part

    program = compile(f, backend="numpy")
    assert program([3.0]) == 6.0
    factor = 4.0
    assert program([3.0]) == 12.0
    factor = Value(5.0)
    assert program([3.0]) == 15.0
    factor.data = 6.0
    assert program([3.0]) == 18.0


def test_what_did_not_change_is_not_traced_again() -> None:
    calls = 0

    def counting(x: Any) -> Any:
        nonlocal calls
        calls += 1  # its own doing is no change from outside
        return x * weight

    program = compile(counting, backend="numpy")
    for _ in range(3):
        program(1.0)
    program([1.0][0])
    assert calls == 2


def test_the_training_mode_of_a_global_model_and_of_one_part_of_it() -> None:
    program = compile(lambda x: sum(model(x)), batched=True, backend="numpy")
    samples = [[1.0, -2.0]] * 50
    exact = sum(value.data for value in model.eval()([1.0, -2.0]))
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    model.train()
    assert program(samples) != pytest.approx(exact, rel=1e-3)
    model.layers[1].training = False
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    model.train()
    dropout = model.layers[1]
    dropout.rate = 0.0
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    dropout.rate = 0.5


def test_a_setting_of_the_users_own() -> None:
    class Gain:
        gain = 2.0

        def __call__(self, x: Any) -> Any:
            return x * depends_on(lambda: self.gain)

    module = Gain()
    for function in (module, module.__call__, functools.partial(module)):
        module.gain = 2.0
        program = compile(function, backend="numpy")
        assert program(1.0) == 2.0
        module.gain = 3.0
        assert program(1.0) == 3.0


@pytest.mark.filterwarnings("ignore:.*traced again:RuntimeWarning")
def test_plans_do_not_pile_up() -> None:
    for_all: list[Any] = [0.0]
    program = compile(lambda x: x * depends_on(lambda: for_all[0]), backend="numpy")
    for n in range(50):
        for_all[0] = float(n)
        assert program(2.0) == 2.0 * n
    assert sum(map(len, program._plans.values())) <= 8


@pytest.mark.parametrize("backend", [pytest.param("numpy", marks=pytest.mark.slow), "c"])  # the guard is the same
@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_every_kind_of_change_is_seen(kind: Any, backend: str) -> None:
    function, *changes = kind()
    program = compile(function, backend=backend)
    point = np.array(2.0)
    for change in (lambda: None, *changes):
        change()
        x = Value(2.0)
        expected = function(x) + 0.0 * x
        expected.backward()
        for _ in range(2):  # what did not change is not traced again, and the same array takes a shorter way
            value, (gradient,) = program.value_and_grad(point)
            assert value == pytest.approx(expected.data, rel=1e-13)
            assert float(gradient) == pytest.approx(x.grad, rel=1e-13)
        assert program(2.0) == pytest.approx(expected.data, rel=1e-13)


AFTER_GC_FREEZE = """
import gc
from autograd import compile

def check(base, name, use, method, scale):
    thing = type("Thing", (base,), {name: method})()  # the method's own name is <lambda>
    gc.freeze()
    program = compile(lambda x: use(thing, x), backend="numpy")
    assert program(3.0) == 6.0, name
    scale[0] = 5.0
    assert program(3.0) == 15.0, name

def main():
    a, b, c = [2.0], [2.0], [2.0]
    check(object, "__add__", lambda thing, x: thing + x, lambda self, x: x * a[0], a)
    check(object, "__iter__", lambda thing, x: x * list(thing)[0], lambda self: iter([b[0]]), b)
    check(dict, "__missing__", lambda thing, x: x * thing["any"], lambda self, key: c[0], c)

main()
"""


def test_a_function_that_only_c_code_calls_is_found_after_gc_freeze() -> None:
    """In a process of its own, where there are few objects to look at."""
    subprocess.run([sys.executable, "-c", AFTER_GC_FREEZE], check=True)


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a clock": (lambda x: x * time.time(), r"time\.time\(\) asks a clock"),
    "a clock in a map": (lambda x: x * next(map(time.gmtime, [0])).tm_year, "a function that asks a clock"),
    "a date": (lambda x: x * datetime.datetime.now().year, r"datetime\.now\(\) asks a clock"),
    "a folder": (lambda x: x * len(os.listdir(".")), r"listdir\(\) asks the operating system"),  # noqa: PTH208
    "a counter": (lambda x: x * next(COUNTER), "not the same at every call|moves on when it is read"),
    "a generator": (lambda x: x * next(MOVING), "moves on when it is read|not the same at every call"),
    "a context variable": (lambda x: x * CONTEXT.get(), "asks a context variable"),
    "a generator of NumPy's in a dictionary": (
        lambda x: x * float(SOURCES["g"].random() < 2.0), "it draws random numbers"
    ),
    "a source in an object": (lambda x: x * (1.0 if HOLDER.source.random() < 2.0 else 0.0), "it draws random numbers"),
    "a source without a seed": (lambda x: x * random.Random().random(), "random numbers without a seed"),
    "bytes of the system": (lambda x: x * os.urandom(1)[0], r"urandom\(\) asks the operating system"),
    "its own counter": (lambda x: x * (1.0 if counted() < 10**6 else 2.0), "changes COUNTS itself, which it reads"),
    "a digest": (lambda x: x * len(DIGEST.hexdigest()), "reads DIGEST, a HASH, which is not written in Python"),
    "what the standard library may ask": (
        lambda x: (collections.namedtuple("P", "a"), x * (2.0 if ASKS(0) else 1.0))[1], "is not written in Python"
    ),
    "a lock": (lambda x: x * (2.0 if LOCK.locked() else 1.0), "asks a lock"),
    "a Value computed outside": (lambda x: x * SQUARE, "computed outside it from Values.*compute it inside"),
    "gradients": (lambda x: x * autograd.gradients(x**3, x), "derivatives as plain numbers.*create_graph=True"),
    "the gradient of before": (lambda x: x * W.grad, r"reading \.grad"),
    "an explanation": (lambda x: x * autograd.explain(x * W, W).gradient, "derivatives as plain numbers"),
    "the text of a Value": (lambda x: x * len(repr(x)), "the text of a Value"),
}  # fmt: skip

DIGEST = hashlib.sha256()
COUNTER, CONTEXT = itertools.count(), contextvars.ContextVar("CONTEXT", default=2.0)
MOVING = (float(n) for n in range(10**6))
SOURCES, HOLDER = {"g": np.random.default_rng(0)}, types.SimpleNamespace(source=random.Random(0))
ASKS = getattr(sys, "_getframemodulename", sys._getframe)  # `namedtuple` calls it
COUNTS, LOCK, W = [0], threading.Lock(), Value(3.0)
SQUARE = W * W


def counted() -> int:
    COUNTS[0] += 1
    return COUNTS[0]


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_followed_is_refused_by_name(what: str) -> None:
    function, message = REFUSED[what]
    with pytest.raises(TypeError, match=message):
        compile(function, backend="numpy")(2.0)


class Stores:
    """What is written in a call before it is read, in an attribute, a dictionary, a list."""

    def __init__(self) -> None:
        self.total, self.held, self.buffer, self.inputs = Value(0.0), {}, [], None

    def __call__(self, xs: Any) -> Any:
        self.inputs, self.outputs = xs, [x * 3.0 for x in xs]
        self.held["sum"] = autograd.sum(self.outputs)
        self.buffer.clear()
        self.total = 0.0
        for x in self.inputs:
            self.buffer.append(x * self.held["sum"])
            self.total = self.total + x
        return autograd.sum(self.buffer) * self.total + self.outputs[0]


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_what_a_call_writes_before_it_reads_it_is_allowed(backend: str) -> None:
    store, traced = Stores(), []
    program = compile(lambda xs: (traced.append(1), store(xs))[1], backend=backend)
    for xs in ([1.0, 2.0], [3.0, -4.0], [0.5, 0.25]):
        assert program(xs) == pytest.approx(3 * sum(xs) ** 3 + 3 * xs[0], rel=1e-13)
    assert len(traced) == 2
    store([Value(7.0), Value(8.0)])  # the eager engine writes there as well
    assert program([1.0, 2.0]) == 84.0


@pytest.mark.parametrize("engine", ["compiled", "auto"])
def test_a_model_that_records_its_activations_is_compiled(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.training.WORTH_COMPILING", 0)

    class Recording(nn.Module):
        def __init__(self) -> None:
            self.hidden, self.output = nn.Layer(2, 3, activation="tanh", seed=1), nn.Neuron(3, seed=2)

        def __call__(self, x: Any) -> Any:
            called.append(1)
            self.acts = self.hidden(x)
            return self.output(self.acts)

    X = [[0.1 * n, 0.5 - 0.1 * n] for n in range(8)]
    losses, calls, called = [], [], [1]
    for each in ("eager", engine):
        model = Recording()
        called.clear()
        history = nn.fit(
            model, X, [sum(x) for x in X], loss="mean_squared_error", optimizer=nn.SGD(model, 0.05), epochs=4,
            batch_size=4, progress=False, seed=1, engine=each, validation=0.25, metrics=(),
        )  # fmt: skip
        losses.append(history["loss"])
        calls.append(len(called))
    assert history.engine == "compiled"
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)
    assert calls[1] <= calls[0] - 4 * 6 + 4 * 2  # at most two calls an epoch trace it, instead of six


class Reads(Stores):
    before = 0.0

    def __call__(self, x: Any) -> Any:
        last, self.before = self.before, x * 2.0
        return x + last


class ReadsItsArgument(Stores):
    before = None

    def __call__(self, x: Any) -> Any:
        last, self.before = self.before, x
        return x * (x if last is None else last)


@pytest.mark.parametrize("kind", [Reads, ReadsItsArgument])
def test_what_a_call_reads_of_the_one_before_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match=r"computed outside it from Values|not the same at every call"):
        compile(kind(), backend="numpy")(2.0)


def test_a_program_keeps_one_snapshot_however_often_something_irrelevant_changes() -> None:
    settings = types.SimpleNamespace(scale=2.0)
    program = compile(lambda x: x * getattr(settings, "scale", 1.0), backend="numpy")

    def alive() -> int:
        gc.collect()  # other tests' programs too
        return sum(type(thing) is Snapshot for thing in gc.get_objects())

    program(1.0)
    before = alive()
    for n in range(3):
        setattr(settings, f"other_{n}", n)
        assert not program.plan.guard.unchanged()
        assert program(3.0) == 6.0
    assert alive() == before


def test_how_many_results_are_kept_is_followed() -> None:
    kept = types.SimpleNamespace(results=[Value(1.0) * 2.0])
    program = compile(lambda x: x * len(kept.results), backend="numpy")
    assert program(3.0) == 3.0
    kept.results = [Value(1.0) * 2.0, Value(1.0) * 2.0]
    assert program(3.0) == 6.0


def test_which_result_is_kept_is_followed_where_the_function_does_not_write_it() -> None:
    kept = types.SimpleNamespace(one=Value(1.0) * 2.0)
    kept.two = kept.one
    program = compile(lambda x: x * (2.0 if kept.one is kept.two else 3.0) + kept.one.primitive.arity, backend="numpy")
    assert program(3.0) == 8.0
    kept.one = autograd.exp(Value(1.0))
    assert program(3.0) == 10.0


def test_paths_and_texts_in_memory_are_allowed() -> None:
    def f(x: Any) -> Any:
        text = io.StringIO()
        text.write("2.5")
        return x * float(text.getvalue()) * len(os.path.join("a", "b"))  # noqa: PTH118

    assert compile(f, backend="numpy")(2.0) == 15.0


def test_what_it_only_writes_is_allowed() -> None:
    log: list[int] = []
    counts = {"calls": 0}
    holder = types.SimpleNamespace(calls=0, seen=[])

    def f(x: Any) -> Any:
        log.append(1)
        counts["calls"] += 1
        holder.calls += 1
        holder.seen.append(len("abc"))
        print("traced", x, file=sys.stderr)  # noqa: T201
        return x * 2.0

    program = compile(f, backend="numpy")
    for n in range(4):
        assert program(float(n)) == 2.0 * n
    assert len(log) == counts["calls"] == holder.calls == len(holder.seen) == 2  # it is called twice to be traced


def test_what_it_fills_once_is_allowed() -> None:
    known: dict[str, float] = {}

    def f(x: Any) -> Any:
        if "k" not in known:
            known["k"] = 2.0
        return x * known["k"]

    program = compile(f, backend="numpy")
    assert program(3.0) == 6.0
    known["k"] = 5.0
    assert program(3.0) == 15.0


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.slow) for n in range(12, 600))])
def test_random_objects_and_random_changes(seed: int) -> None:
    """The oracle is the eager engine; and a program that is new, and cannot know what was before."""
    source = random.Random(seed)
    root = random_object(source, 4)
    paths = [random_path(source, root) for _ in range(4)]

    def f(x: Any) -> Any:
        total = x * 0.5
        for path in paths:
            found = root
            for step in path:
                found = found[step] if isinstance(found, (list, dict, collections.deque)) else getattr(found, step)
            total = total + x * found if isinstance(found, (int, float, Value)) else total * 1.5
        return total

    program = compile(f, backend="numpy")
    for _ in range(8):
        try:
            expected = f(Value(1.25)).data
        except (LookupError, AttributeError, TypeError) as error:
            with pytest.raises(type(error)):
                program(1.25)
        else:
            assert program(1.25) == pytest.approx(expected, rel=1e-14)
            assert program(1.25) == compile(f, backend="numpy")(1.25)
        for _ in range(source.randrange(3)):
            change_something(source, root)


def random_object(source: random.Random, depth: int) -> Any:
    if depth == 0 or source.random() < 0.15:
        return source.choice([0.0, -0.0, 1, True, 2.5, Value(1.5), "text", None])
    parts = [random_object(source, depth - 1) for _ in range(source.randrange(1, 4))]
    names = dict(zip("abc", parts, strict=False))
    return source.choice([list, lambda _: names, lambda _: types.SimpleNamespace(**names), collections.deque])(parts)


def members(thing: Any) -> dict[Any, Any]:
    if isinstance(thing, (list, collections.deque)):
        return dict(enumerate(thing))
    return thing if isinstance(thing, dict) else vars(thing) if isinstance(thing, types.SimpleNamespace) else {}


def random_path(source: random.Random, thing: Any) -> list[Any]:
    path = []
    while members(thing):
        step = source.choice(list(members(thing)))
        path.append(step)
        thing = members(thing)[step]
    return path


def change_something(source: random.Random, root: Any) -> None:
    thing = root
    while True:
        inner = [part for part in members(thing).values() if members(part)]
        if not inner or source.random() < 0.3:
            break
        thing = source.choice(inner)
    if not members(thing):
        return
    step, new = source.choice(list(members(thing))), random_object(source, 2)
    if isinstance(thing, types.SimpleNamespace):
        setattr(thing, step, new)
    else:
        thing[step] = new
