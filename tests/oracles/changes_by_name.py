"""Kinds of change between two calls of a compiled function: what is read by names that are in no code."""

from __future__ import annotations

import functools
import importlib
import operator
import pickle
import random
import sys
import types
import typing
from operator import attrgetter as read_by
from typing import Any

import numpy as np
from change_kinds import Made, Plain, kind, of, putting, setting

from autograd import Value

HOLDERS: list[Any] = [Plain(k=2.0)]


def word() -> str:
    return "".join(["all", "_gains"])


def holder() -> Any:
    return Plain(**{word(): 2.0})


@kind
def attributes_that_are_pickled() -> Made:
    return of(Plain(k=2.0), lambda o: len(pickle.dumps(o)), lambda o: setattr(o, "k", "long"))


@kind
def namespaces_that_are_compared() -> Made:
    a, b = types.SimpleNamespace(k=1.0), types.SimpleNamespace(k=1.0)
    return lambda x: x * (2.0 if a == b else 3.0), setting(a, "k", 2.0), setting(b, "k", 2.0)


@kind
def a_namespace_that_is_shown() -> Made:
    a = types.SimpleNamespace(k=1.0)
    return lambda x: x * len(f"{a}"), setting(a, "k", 10.0), setting(a, "more", 1.0)


@kind
def templates() -> Made:
    o = holder()
    o.template, bound = "{0." + word() + "}", ("{0." + word() + "}").format

    def f(x: Any) -> Any:
        texts = "{not this one}", o.template.format(o), *map(bound, [o]), *map(str.format, [o.template], [o])
        return x * float(texts[1]) * float(texts[2]) * float(texts[3])

    return f, setting(o, word(), 3.0)


@kind
def a_template_in_the_code() -> Made:
    return of(Plain(k=2.0), lambda o: float(next(map("{0.k}".format, [o]))), lambda o: setattr(o, "k", 5.0))


def readers() -> list[Any]:
    """Ways to read an attribute, each under a name that does not say so."""
    return [
        lambda o: read_by(word())(o),
        lambda o, get=object.__getattribute__: get(o, word()),
        lambda o, made=functools.partial: made(getattr, o)(word()),
        lambda o, ways=(getattr,): next(map(ways[0], [o], [word()])),
        lambda o, ways={"get": operator.methodcaller}: ways["get"]("__getattribute__", word())(o),
    ]


@kind
def readers_under_other_names() -> Made:
    objects, ways = [holder() for _ in readers()], readers()
    bound, kept = holder(), holder()
    get, look = bound.__getattribute__, functools.partial(vars, kept)

    def f(x: Any) -> Any:
        total = x * get(word()) + look()[word()]
        for o, way in zip(objects, ways, strict=True):
            total = total + x * way(o)
        return total

    return f, *(setting(o, word(), 3.0 + n) for n, o in enumerate([*objects, bound, kept]))


@kind
def an_error_that_is_kept() -> Made:
    error = ValueError(2.0)
    error.__cause__ = KeyError(1.0)

    def f(x: Any) -> Any:
        return x * float(str(error)) * error.__cause__.args[0]  # type: ignore[union-attr]

    return f, setting(error, "args", (3.0,)), setting(error, "__cause__", KeyError(4.0))


@kind
def names_of_a_module_that_are_computed() -> Made:
    HOLDERS[:] = [Plain(k=2.0)]
    name = "HOLD" + "ERS"
    return lambda x: x * globals()["".join(name)][0].k, setting(HOLDERS[0], "k", 3.0), putting(HOLDERS, 0, Plain(k=4.0))


@kind
def a_protocol_that_is_checked() -> Made:
    @typing.runtime_checkable
    class Scales(typing.Protocol):
        def scale(self) -> float: ...

    class One:
        pass

    o = One()
    return lambda x: x * (2.0 if isinstance(o, Scales) else 3.0), setting(One, "scale", lambda self: 1.0)


@kind
def modules_imported_by_a_computed_name() -> Made:
    module, other = types.ModuleType("module_of_changes"), types.ModuleType("other_of_changes")
    module.k, other.k = 2.0, 3.0  # type: ignore[attr-defined]
    sys.modules |= {thing.__name__: thing for thing in (module, other)}
    o = Plain(name=module.__name__)

    def f(x: Any) -> Any:
        names: dict[str, Any] = {}
        exec("from module_of_changes import *", names)
        return x * importlib.import_module(o.name).k * names["".join("k")]

    return f, setting(module, "k", 4.0), setting(o, "name", other.__name__), setting(other, "k", 5.0)


@kind
def a_masked_array_and_the_base_of_another() -> Made:
    whole, masked = np.array([1.0, 2.0]), np.ma.array([1.0, 2.0], mask=[True, False], fill_value=7.0)
    part = whole[1:]

    def f(x: Any) -> Any:
        return x * float(masked.filled()[0]) * float(part.base[0])

    return f, lambda: masked.set_fill_value(9.0), putting(whole, 0, 5.0)


@kind
def the_state_of_a_source_that_is_put_back() -> Made:
    source, other, third = random.Random(1), np.random.RandomState(1), np.random.default_rng(1)

    def f(x: Any) -> Any:
        states = source.getstate(), other.get_state(), third.bit_generator.state
        total = x * source.random() + x * float(other.normal()) + x * float(third.random())
        source.setstate(states[0])
        other.set_state(states[1])
        third.bit_generator.state = states[2]
        return total

    return f, source.random, other.normal, third.random


@kind
def a_method_of_all_values() -> Made:
    w = Value(0.5)
    return lambda x: (w * x).tanh(), setting(Value, "tanh", lambda self: self * 2.0), lambda: delattr(Value, "tanh")


@kind
def an_attribute_that_hides_that_of_the_class() -> Made:
    class Scaled(Value):
        gain = 2.0

    w = Scaled(3.0)
    return lambda x: x * w * w.gain, setting(w, "gain", 4.0)
