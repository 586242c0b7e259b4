"""Kinds of change between two calls of a compiled function: Values, layers, and what is reached in unusual ways."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import math
import types
from typing import Any

import numpy as np
from change_kinds import Made, Plain, kind, of, putting, setting

import autograd
import nn
from autograd import Value

# ---------------------------------------------------------------------------------------------------- Values, layers


@kind
def a_value_replaced() -> Made:
    o = Plain(w=Value(2.0), ws=[Value(1.0)])

    def f(x: Any) -> Any:
        return x * o.w * o.ws[0]

    return f, setting(o, "w", Value(3.0)), putting(o.ws, 0, Value(4.0)), lambda: setattr(o.w, "data", 5.0)


@kind
def the_label_of_a_value() -> Made:
    w = Value(2.0, label="a")
    return lambda x: x * w * (2.0 if w.label == "a" else 3.0), setting(w, "label", "b")


def made_of_layers() -> tuple[Any, Any]:
    model = nn.Sequential(nn.Layer(1, 3, activation="tanh", seed=1), nn.Layer(3, 1, activation="identity", seed=2))
    return model, lambda x: model([x])


@kind
def parameters_and_activations() -> Made:
    model, f = made_of_layers()
    neuron = model.layers[0].neurons[0]
    return (
        f, putting(neuron.weights, 0, Value(3.0)), setting(neuron, "bias", Value(1.0)),
        setting(model.layers[0], "activation", nn.activation("relu")),
    )  # fmt: skip


@kind
def layers_inserted_and_replaced() -> Made:
    model, f = made_of_layers()
    return (
        f, lambda: model.layers.insert(1, nn.LayerNorm(3)), putting(model.layers, 0, nn.Layer(1, 3, seed=5)),
        lambda: model.layers[-1].neurons.reverse(),
    )  # fmt: skip


@kind
def the_parameters_of_a_model() -> Made:
    model, _ = made_of_layers()

    def f(x: Any) -> Any:
        return x * autograd.sum([p * p for p in model.parameters()])

    return f, setting(model.layers[0].neurons[0], "bias", Value(2.0)), setting(model, "more", Value(3.0))


@kind
def a_mode_of_a_layer() -> Made:
    model = nn.Sequential(nn.Layer(1, 2, seed=1), nn.Dropout(0.5, seed=1), nn.Layer(2, 1, seed=2)).eval()
    return lambda x: model([x]), setting(model.layers[1], "rate", 0.0), lambda: model.train()


@kind
def what_a_row_of_the_users_reads() -> Made:
    settings = {"factor": 2.0}
    own = autograd.primitive("own", lambda x: x * settings["factor"], lambda out, x: 0.0 * x + settings["factor"])
    return lambda x: own(x) + 1.0, putting(settings, "factor", 3.0)


# ------------------------------------------------------------------------------- attributes that may be missing


class Slotted(Value):
    __slots__ = ("factor", "factors")


@kind
def slots_of_a_kind_of_value() -> Made:
    w, others = Slotted(2.0), [Slotted(3.0), Slotted(4.0)]
    w.factors, others[0].factor, others[1].factor = [Value(2.0)], 3.0, 4.0

    def f(x: Any) -> Any:
        return autograd.sum([x * v * getattr(v, "factor", 1.0) for v in [w, *others]]) * w.factors[0]

    return (
        f, setting(w, "factor", 5.0), putting(w.factors, 0, Value(3.0)), setting(others[1], "factor", 6.0),
        setting(w, "factors", [Value(7.0)]),
    )  # fmt: skip


@kind
def an_attribute_that_a_value_gets() -> Made:
    ws = [Value(1.0), Value(2.0), Value(3.0)]
    has = hasattr

    def f(x: Any) -> Any:
        whether = 2.0 if has(ws[0], "gain") else 1.0
        return autograd.sum([x * w * getattr(w, "scale", whether) for w in ws])

    return (
        f, setting(ws[1], "scale", 5.0), setting(ws[1], "note", 5.0), setting(ws[0], "gain", 5.0),
        lambda: delattr(ws[1], "scale"), setting(ws[2], "scale", [1.0][0]),
    )  # fmt: skip


@kind
def an_attribute_that_is_looked_for_in_other_ways() -> Made:
    a, b, c, d = (Value(n) for n in (1.0, 2.0, 3.0, 4.0))

    def f(x: Any) -> Any:
        try:
            scale = a.scale
        except AttributeError:
            scale = 1.0
        with contextlib.suppress(AttributeError):
            scale = scale * b.scale
        match c:
            case Value(scale=found):
                scale = scale * found
        return x * a * b * c * d * scale * vars(d).get("scale", 1.0) * next(map(getattr, [c], ["gain"], [1.0]))

    changes = [setting(each, "scale", 2.0 + n) for n, each in enumerate((a, b, c, d))]
    return f, *changes, setting(c, "gain", 3.0), lambda: delattr(a, "scale")


@kind
def an_attribute_caught_alone() -> Made:
    w = Value(1.0)

    def f(x: Any) -> Any:
        try:
            return x * w.scale
        except AttributeError:
            return x * w

    return f, setting(w, "scale", 5.0)


@kind
def an_attribute_that_another_object_gets() -> Made:
    def called() -> None:
        """It has attributes, and does not run."""

    part, cached, module = functools.partial(called), functools.lru_cache(called), types.ModuleType("given")
    array: Any = np.ones(1).view(type("Named", (np.ndarray,), {}))
    things = [called, part, cached, module, array, type("Class", (), {}), math]

    def f(x: Any) -> Any:
        return x * sum([getattr(thing, "scale", 1.0) for thing in things])

    changes = [setting(thing, "scale", 2.0 + n) for n, thing in enumerate(things)]
    return f, *changes, *(functools.partial(delattr, thing, "scale") for thing in things)


@kind
def an_attribute_that_every_value_gets() -> Made:
    w = Value(2.0)
    f = lambda x: x * w * getattr(w, "scale_of_all", 1.0)  # noqa: E731
    return f, setting(Value, "scale_of_all", 3.0), lambda: delattr(Value, "scale_of_all")


# ----------------------------------------------------------------------------------- what is reached in unusual ways


@kind
def an_attribute_that_json_asks_for() -> Made:
    return of(Plain(k=2.0), lambda o: json.loads(json.dumps(o, default=vars))["k"], lambda o: setattr(o, "k", 5.0))


@kind
def a_descriptor_of_a_slot() -> Made:
    class Slotted:
        __slots__ = ("k",)

    thing, descriptor = Slotted(), Slotted.k  # type: ignore[attr-defined]
    thing.k = 2.0  # type: ignore[attr-defined]
    return lambda x: x * descriptor.__get__(thing), setting(thing, "k", 5.0)


@kind
def an_attribute_of_a_logger() -> Made:
    logging.getLogger("of changes").k = 2.0  # type: ignore[attr-defined]
    return lambda x: x * logging.getLogger("of changes").k, setting(logging.getLogger("of changes"), "k", 5.0)


@kind
def whether_an_array_can_be_written() -> Made:
    return of(np.ones(2), lambda a: 2.0 if a.flags.writeable else 5.0, lambda a: a.setflags(write=False))


@kind
def a_text_in_memory() -> Made:
    return of(io.StringIO("2.0"), lambda s: float(s.getvalue()), lambda s: s.write("5.5"))


@kind
def a_list_that_asks_its_base_class() -> Made:
    class Scaled(list[float]):
        scale = 2.0

        def __getitem__(self, n: Any) -> Any:
            return list.__getitem__(self, n) * self.scale

    return of(Scaled([2.0]), lambda s: s[0], lambda s: s.append(1.0), lambda s: setattr(s, "scale", 3.0))


@kind
def a_name_that_another_function_writes() -> Made:
    def writer() -> Any:
        state = None

        def write(x: Any) -> Any:
            nonlocal state
            state = x * 2.0
            return state

        return write

    def reader() -> tuple[Any, Any]:
        state = Value(5.0)

        def change() -> None:
            nonlocal state
            state = Value(7.0)

        return lambda x: state * x, change

    write, (read, change) = writer(), reader()
    return lambda x: write(x) + read(x), change


@kind
def a_key_beside_one_that_is_written() -> Made:
    store = {(1,): None, (2,): Value(5.0)}  # both keys have the same path in messages

    def f(x: Any) -> Any:
        store[(1,)] = x * 2.0
        return store[(1,)] + store[(2,)] * x

    return f, putting(store, (2,), Value(7.0))
