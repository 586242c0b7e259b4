"""Does a compiled program see whatever changes between two calls?  Random objects, changed at random.

Single kinds of change are tested in `tests/autograd/compiler`.  Here containers, objects, functions, layers, arrays and
Values are nested at random; elements are replaced, removed, moved, or exchanged for an equal copy that changes later.
The eager engine tells what the program should give.
"""

from __future__ import annotations

import math
import random
from collections import OrderedDict, UserList, deque
from dataclasses import dataclass
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, sum
from autograd.compiler import compile

X = 1.5


@dataclass
class Pair:
    a: Any
    b: Any


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b


class Plain:
    factor = 1.0

    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b

    @property
    def both(self) -> list[Any]:
        return [self.a, self.b]

    def __call__(self, x: Any) -> Any:
        return weighed(self.both, x) * self.factor


class AllEqual(Plain):
    """Comparing two of them says nothing."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AllEqual)

    __hash__ = None  # type: ignore[assignment]


def function(kept: Any) -> Any:
    return lambda x: weighed(kept, x)


OF_TWO = [Pair, Slots, Plain, AllEqual, lambda a, b: SimpleNamespace(a=a, b=b), lambda a, b: function([a, b])]
LISTS = [list, tuple, deque, UserList]
DICTS = [dict, OrderedDict]


def leaf(source: random.Random) -> Any:
    number = round(source.uniform(-2, 2), 3)
    special = source.choice([0.0, -0.0, 1, True, 0, False, None, "a", "bc"])
    return source.choice([number, number, Value(number), np.array([number, 0.5]), special])


def tree(source: random.Random, depth: int) -> Any:
    if depth == 0 or source.random() < 0.2:
        return leaf(source)
    if source.random() < 0.1:
        return nn.Layer(2, 2, seed=source.randrange(99))
    parts = [tree(source, depth - 1) for _ in range(source.randrange(4))]
    kind = source.random()
    if kind < 0.35:
        return source.choice(LISTS)(parts)
    if kind < 0.55:
        return source.choice(DICTS)((f"k{n}", part) for n, part in enumerate(parts))
    return source.choice(OF_TWO)(tree(source, depth - 1), tree(source, depth - 1))


def weighed(thing: Any, x: Any) -> Any:
    """A sum over all that is inside: order, types, keys, signs and lengths count."""
    if isinstance(thing, Value):
        return thing * x
    if thing is None or isinstance(thing, (str, bool)):
        return x * len(repr(thing))
    if isinstance(thing, (int, float)):
        return x * thing + math.copysign(0.25, thing) + (0.125 if isinstance(thing, int) else 0.0)
    if isinstance(thing, np.ndarray):
        return x * float(thing.sum()) + float(np.signbit(thing).sum())
    if isinstance(thing, nn.Layer):
        return sum(thing([x, 0.5]))
    if isinstance(thing, dict):
        pairs = [(len(name) + ord(name[-1]), part) for name, part in thing.items()]
    elif callable(thing):
        return thing(x) * 0.7
    else:
        parts = [thing.a, thing.b] if hasattr(thing, "a") else thing
        pairs = list(enumerate(parts, 1))
    total = 0.0 * x
    for weight, part in pairs:
        total = total * 0.9 + weighed(part, x) + 0.01 * weight
    return total


def inside(thing: Any) -> list[Any]:
    """All that can be changed in it, itself included."""
    if isinstance(thing, FunctionType):
        return [thing, *inside(thing.__closure__[0].cell_contents)]  # type: ignore[index]
    if isinstance(thing, dict):
        parts = list(thing.values())
    elif isinstance(thing, (list, tuple, deque, UserList)):
        parts = list(thing)
    else:
        parts = [thing.a, thing.b] if hasattr(thing, "a") else []
    known = isinstance(thing, (list, deque, UserList, dict, Value, np.ndarray, nn.Layer)) or hasattr(thing, "a")
    return [thing] * known + [other for part in parts for other in inside(part)]


def copied(thing: Any) -> Any:
    """Equal, and another object, as far down as there are containers."""
    if isinstance(thing, dict):
        return type(thing)((name, copied(part)) for name, part in thing.items())
    if isinstance(thing, (list, tuple, deque, UserList)):
        return type(thing)(map(copied, thing))
    if isinstance(thing, np.ndarray):
        return thing.copy()
    return type(thing)(copied(thing.a), copied(thing.b)) if isinstance(thing, (Pair, Slots, Plain)) else thing


def change(source: random.Random, root: Any) -> str:
    """Change one thing somewhere inside; tells of what type it was."""
    thing = source.choice(inside(root))

    def other(old: Any) -> Any:
        return copied(old) if source.random() < 0.3 else tree(source, source.randrange(3))

    if isinstance(thing, Value):
        thing.data = source.uniform(-2, 2)
    elif isinstance(thing, np.ndarray):
        thing[source.randrange(2)] = source.choice([0.0, -0.0, source.uniform(-2, 2)])
    elif isinstance(thing, nn.Layer):
        _change_layer(source, thing)
    elif isinstance(thing, FunctionType):
        cell = thing.__closure__[0]  # type: ignore[index]
        cell.cell_contents = other(cell.cell_contents)
    elif isinstance(thing, dict):
        name = source.choice([*thing, "new"])
        old = thing.pop(name, 1.0) if source.random() < 0.4 else thing.get(name, 1.0)
        if source.random() < 0.7:
            thing[name] = other(old)
    elif hasattr(thing, "a"):
        name = source.choice("ab")
        setattr(thing, name, other(getattr(thing, name)))
        if isinstance(thing, Plain) and source.random() < 0.3:
            source.choice([thing, type(thing)]).factor = source.uniform(0.5, 1.5)
    else:
        action = source.choice([lambda: thing.append(other(1.0)), thing.reverse, lambda: thing and thing.pop()])
        if thing and source.random() < 0.5:
            place = source.randrange(len(thing))
            thing[place] = other(thing[place])
        else:
            action()
    return type(thing).__name__


def _change_layer(source: random.Random, layer: Any) -> None:
    neuron = source.choice(layer.neurons)
    source.choice(
        [
            lambda: neuron.w.__setitem__(0, Value(source.uniform(-1, 1))),
            lambda: setattr(neuron.w[1], "data", source.uniform(-1, 1)),
            lambda: setattr(layer, "activation", nn.activation(source.choice(["tanh", "relu", "sigmoid"]))),
            lambda: layer.neurons.__setitem__(1, nn.Neuron(2, activation=layer.activation, seed=source.randrange(99))),
        ]
    )()


def stale(seed: int, backend: str, calls: int = 12) -> str:
    """After which changes the program gave something else than the eager engine; '' if it never did."""
    source = random.Random(seed)
    for kind in (Plain, AllEqual):
        kind.factor = 1.0
    root = [tree(source, 3) for _ in range(3)]
    program = compile(lambda x: weighed(root, x), backend=backend)
    changes: list[str] = []
    for call in range(calls):
        changes += [change(source, root) for _ in range(source.choice([0, 1, 1, 2]))]
        expected = weighed(root, Value(X)).data
        given = np.array(X)
        got = program(given) if call % 3 else program.value_and_grad(given)[0]
        if not math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-12):
            return f"seed {seed}, call {call + 1}: expected {expected}, got {got}, after changes of {changes}"
    return ""


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_share_of_the_objects(backend: str) -> None:
    for seed in range(4):
        assert not stale(seed, backend)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.* has been traced again at each of the last")
@pytest.mark.parametrize("backend", ["numpy", "c"])
@pytest.mark.parametrize("block", range(10))
def test_many_objects(block: int, backend: str) -> None:
    for seed in range(100 + block * 30, 130 + block * 30):
        assert not stale(seed, backend)


def test_every_change_counts() -> None:
    """The check can fail: what the eager engine gives differs after nearly every change."""
    source, same, all_kinds = random.Random(0), 0, set()
    for _ in range(60):
        root = [tree(source, 3) for _ in range(3)]
        for _ in range(5):
            before = weighed(root, Value(X)).data
            all_kinds.add(change(source, root))
            same += weighed(root, Value(X)).data == before
    assert same < 100  # of 300: a third are copies and what stays as it was
    assert all_kinds >= {"list", "deque", "UserList", "dict", "OrderedDict", "Pair", "Slots", "Plain", "AllEqual"}
    assert all_kinds >= {"SimpleNamespace", "function", "Layer", "ndarray", "Value"}
