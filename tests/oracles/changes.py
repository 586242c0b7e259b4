"""Kinds of change between two calls of a compiled function: to names, attributes and containers.

`KINDS` also has those of `changes_by_name` and `changes_of_values`.  After a change the function's result must be that
of the eager engine.  No kind is about one backend or engine.
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import decimal
import enum
import functools
import operator
import sys
import types
import weakref
from typing import Any

import changes_by_name  # noqa: F401 - adds its kinds to the list
import changes_of_values  # noqa: F401
import numpy as np
from change_kinds import KINDS, Made, Plain, kind, of, putting, setting, space

from autograd import Value

__all__ = ["KINDS"]

NUMBER = 2.0
settings = types.ModuleType("settings")


# ---------------------------------------------------------------------------------------------------------- names


@kind
def a_global_number() -> Made:
    globals()["NUMBER"] = 2.0
    return lambda x: x * NUMBER, putting(globals(), "NUMBER", 3.0), putting(globals(), "NUMBER", -0.0)


@kind
def a_shadowed_builtin() -> Made:
    globals().pop("abs", None)
    change = putting(globals(), "abs", lambda x: x * 7.0)
    return lambda x: abs(x), change, lambda: globals().pop("abs")


@kind
def a_number_closed_over() -> Made:
    k: Any = 2.0

    def change(new: Any) -> None:
        nonlocal k
        k = new

    return lambda x: x * k, lambda: change(3.0), lambda: change(Value(4.0)), lambda: change(5)


@kind
def zero_and_minus_zero() -> Made:
    return of(
        {"k": 0.0}, lambda d: 1.0 if str(d["k"]) == "0.0" else 5.0, lambda d: d.update(k=-0.0), lambda d: d.update(k=0)
    )


@kind
def one_and_true() -> Made:
    def read(d: Any) -> Any:
        return 5.0 if d["k"] is True else 7.0 if isinstance(d["k"], float) else 2.0

    return of({"k": 1}, read, lambda d: d.update(k=True), lambda d: d.update(k=1.0))


@kind
def a_default_of_the_function() -> Made:
    def f(x: Any, k: Any = 2.0, *, m: Any = 1.0) -> Any:
        return x * k * m

    return f, setting(f, "__defaults__", (3.0,)), setting(f, "__kwdefaults__", {"m": 4.0})


@kind
def a_mutable_default() -> Made:
    kept = [2.0]

    def f(x: Any, ks: Any = kept) -> Any:
        return x * ks[0]

    return f, putting(kept, 0, 3.0)


@kind
def the_code_of_a_function() -> Made:
    def g(x: Any) -> Any:
        return x * 2.0

    def h(x: Any) -> Any:
        return x * 3.0

    return lambda x: g(x), setting(g, "__code__", h.__code__)


@kind
def a_function_in_a_list_reads_a_global() -> Made:
    globals()["NUMBER"] = 2.0
    steps = [lambda x: x * NUMBER, lambda x: x + 1.0]
    return lambda x: steps[1](steps[0](x)), putting(globals(), "NUMBER", 3.0), putting(steps, 1, lambda x: x - 1.0)


@kind
def an_attribute_of_a_function() -> Made:
    def g(x: Any) -> Any:
        return x * g.k  # type: ignore[attr-defined]

    g.k = 2.0  # type: ignore[attr-defined]
    return lambda x: g(x), setting(g, "k", 3.0)


@kind
def another_module() -> Made:
    settings.k = 2.0  # type: ignore[attr-defined]
    exec("def times(x): return x * k", vars(settings))
    change = setting(settings, "k", 3.0)
    return lambda x: settings.times(x), change, setting(settings, "times", lambda x: x * 11.0)


@kind
def a_module_imported_inside() -> Made:
    settings.k = 2.0  # type: ignore[attr-defined]
    sys.modules["changing_settings"] = settings

    def f(x: Any) -> Any:
        import changing_settings  # type: ignore[import-not-found]

        return x * changing_settings.k

    return f, setting(settings, "k", 3.0)


# ------------------------------------------------------------------------------------------------------- attributes


@kind
def an_attribute_and_its_class() -> Made:
    class Other(Plain):
        k = 2.0

    o = Other()
    return (
        lambda x: x * o.k, setting(Other, "k", 3.0), setting(Plain, "k", 9.0), setting(o, "k", 4.0),
        lambda: delattr(o, "k"), lambda: delattr(Other, "k"),
    )  # fmt: skip


@kind
def another_class() -> Made:
    class One:
        def times(self, x: Any) -> Any:
            return x * 2.0

    class Two(One):
        def times(self, x: Any) -> Any:
            return x * 3.0

    o = One()
    return lambda x: o.times(x), setting(o, "__class__", Two)


@kind
def another_dictionary() -> Made:
    o = Plain(k=2.0)
    return lambda x: x * o.k, setting(o, "__dict__", {"k": 3.0}), lambda: vars(o).update(k=4.0)


@kind
def slots() -> Made:
    class Slotted:
        __slots__ = ("k", "parts")

    o = Slotted()
    o.k, o.parts = 2.0, [1.0]
    return lambda x: x * o.k * o.parts[0], setting(o, "k", 3.0), putting(o.parts, 0, 4.0)


@kind
def a_property() -> Made:
    class Scaled:
        inner = 2.0

        @property
        def k(self) -> float:
            return self.inner * 2.0

    o = Scaled()
    return lambda x: x * o.k, setting(o, "inner", 3.0), setting(Scaled, "k", property(lambda self: 7.0))


@kind
def a_cached_property() -> Made:
    class Scaled:
        inner = 2.0

        @functools.cached_property
        def k(self) -> float:
            return self.inner * 2.0

    o = Scaled()
    return lambda x: x * o.k, setting(o, "inner", 3.0), setting(o, "k", 5.0), lambda: delattr(o, "k")


@kind
def a_dataclass_equal_to_the_one_before() -> Made:
    @dataclasses.dataclass
    class Pair:
        k: float = dataclasses.field(compare=False, default=2.0)

    d = {"p": Pair()}
    return lambda x: x * d["p"].k, putting(d, "p", Pair()), lambda: setattr(d["p"], "k", 3.0)


@kind
def an_own_getattr() -> Made:
    class Proxy:
        def __init__(self) -> None:
            self.names = {"k": 2.0}

        def __getattr__(self, name: str) -> Any:
            return self.names[name]

    o = Proxy()
    return lambda x: x * o.k, putting(o.names, "k", 3.0)


@kind
def getattr_by_a_computed_name() -> Made:
    o = Plain(k1=2.0, k2=3.0)
    return lambda x: x * sum(getattr(o, f"k{n}") for n in (1, 2)), setting(o, "k2", 5.0)


@kind
def all_attributes() -> Made:
    o = Plain(a=2.0)
    return lambda x: x * sum(vars(o).values()), setting(o, "a", 3.0), setting(o, "b", 4.0)


@kind
def a_metaclass() -> Made:
    class Meta(type):
        k = 2.0

    class Classy(metaclass=Meta):
        pass

    return lambda x: x * Classy.k, setting(Meta, "k", 3.0), setting(Classy, "k", 4.0)


@kind
def bases() -> Made:
    class One:
        k = 2.0

    class Two:
        k = 3.0

    class Below(One):
        pass

    o = Below()
    return lambda x: x * o.k, setting(Below, "__bases__", (Two,))


@kind
def a_special_method_added() -> Made:
    class Empty:
        pass

    o = Empty()
    return lambda x: x * getattr(o, "zz", 2.0), setting(Empty, "__getattr__", lambda self, name: 5.0)


@kind
def self_of_a_bound_method() -> Made:
    class Gain:
        k = 2.0

        def times(self, x: Any) -> Any:
            return x * self.k

    o = Gain()
    return o.times, setting(o, "k", 3.0)


@kind
def a_callable_object_and_a_partial() -> Made:
    class Gain:
        k = 2.0

        def __call__(self, x: Any, factor: Any) -> Any:
            return x * self.k * factor[0]

    o, factor = Gain(), [1.0]
    return functools.partial(o, factor=factor), setting(o, "k", 3.0), putting(factor, 0, 4.0)


@kind
def an_enum() -> Made:
    class Level(enum.Enum):
        LOW = 2.0
        HIGH = 3.0

    o = space(level=Level.LOW)
    return lambda x: x * o.level.value, setting(o, "level", Level.HIGH)


@kind
def what_a_protocol_registers() -> Made:
    class Known(abc.ABC):  # noqa: B024
        pass

    o = Plain()
    return lambda x: x * (3.0 if isinstance(o, Known) else 2.0), lambda: Known.register(Plain)


# ------------------------------------------------------------------------------------------------------- containers


@kind
def elements_at_depth() -> Made:
    box: dict[str, Any] = {"k": [{"m": (1.0, [2.0])}]}
    inner = putting(box["k"][0]["m"][1], 0, 3.0)
    return lambda x: x * box["k"][0]["m"][1][0], inner, putting(box["k"], 0, {"m": (1, [4.0])})


@kind
def the_length_of_a_list() -> Made:
    return of([1.0, 2.0], len, lambda ks: ks.append(3.0), list.clear)


@kind
def a_list_with_values_and_numbers() -> Made:
    return of([Value(2.0), 3.0], lambda ks: ks[0] * ks[1], lambda ks: ks.__setitem__(1, -0.0), list.reverse)


@kind
def the_order_of_a_dictionary() -> Made:
    d = {"a": 2.0, "b": 3.0}
    return lambda x: x - next(iter(d.values())), lambda: d.update(a=d.pop("a"))


@kind
def keys_and_views() -> Made:
    d = {1.0: "a"}
    keys = d.keys()
    return lambda x: x * sum(keys), lambda: d.update({2.0: "b"}), lambda: d.pop(1.0)


@kind
def sets_and_frozen_sets() -> Made:
    return of({1.0, 2.0}, sum, lambda s: s.add(5.0), lambda s: s.discard(1.0))


@kind
def a_queue() -> Made:
    return of(collections.deque([2.0, 3.0]), lambda q: q[0], lambda q: q.rotate(1), lambda q: q.appendleft(7.0))


@kind
def an_ordered_dictionary() -> Made:
    d = collections.OrderedDict(a=2.0, b=3.0)
    return of(d, lambda d: next(iter(d.values())), lambda d: d.move_to_end("a"))


@kind
def a_default_factory() -> Made:
    d: Any = collections.defaultdict(lambda: 2.0)

    def f(x: Any) -> Any:
        return x * d.default_factory()

    return f, setting(d, "default_factory", lambda: 3.0)


@kind
def a_chain_of_maps() -> Made:
    base = {"k": 2.0}
    chained = collections.ChainMap({}, base)
    return lambda x: x * chained["k"], putting(base, "k", 3.0), putting(chained, "k", 4.0)


@kind
def a_subclass_of_list() -> Made:
    class Weights(list[float]):
        scale = 2.0

    ks = Weights([1.0])
    return lambda x: x * ks[0] * ks.scale, putting(ks, 0, 3.0), setting(ks, "scale", 5.0)


@kind
def a_named_tuple() -> Made:
    Pair = collections.namedtuple("Pair", "k parts")
    o = space(p=Pair(2.0, [1.0]))
    return lambda x: x * o.p.k * o.p.parts[0], putting(o.p.parts, 0, 3.0), setting(o, "p", Pair(5.0, [1.0]))


@kind
def an_array() -> Made:
    a = np.array([1.0, 2.0])
    return of(a, lambda a: float(a[1]), lambda a: a.__setitem__(1, 3.0), lambda a: a.__setitem__(slice(None), -0.0))


@kind
def an_array_among_others() -> Made:
    o = Plain(a=np.array([1.0, 2.0, 3.0, 4.0]))
    return (
        lambda x: x * float(o.a.sum()) * o.a.shape[0], setting(o, "a", np.array([1.0, 2.0])),
        lambda: setattr(o, "a", o.a.reshape(1, 2)),
    )  # fmt: skip


@kind
def an_array_of_objects() -> Made:
    return of(np.array([1.0, 2.0], object), lambda a: a[0], lambda a: a.__setitem__(0, 3.0))


@kind
def bytes_that_change() -> Made:
    return of(bytearray(b"\x02"), lambda b: float(b[0]), lambda b: b.__setitem__(0, 3))


@kind
def a_method_of_a_container_kept() -> Made:
    d = {"k": 2.0}
    get = d.get
    return lambda x: x * get("k"), putting(d, "k", 3.0)


@kind
def a_getter_of_operators() -> Made:
    o = space(a=space(k=2.0))
    get = operator.attrgetter("a.k")
    return lambda x: x * get(o), setting(o.a, "k", 3.0), setting(o, "a", space(k=4.0))


@kind
def a_weak_reference() -> Made:
    o = Plain(k=2.0)
    r = weakref.ref(o)

    def f(x: Any, _kept: Any = o) -> Any:
        return x * r().k  # type: ignore[union-attr]

    return f, setting(o, "k", 3.0)


@kind
def a_cache() -> Made:
    o = Plain(k=2.0)

    @functools.lru_cache
    def scale(n: int) -> float:
        return o.k * n  # type: ignore[no-any-return]

    return lambda x: x * scale(2), setting(o, "k", 3.0), scale.cache_clear


@kind
def the_context_of_decimals() -> Made:
    k = decimal.Decimal(1)
    change = setting(decimal.getcontext(), "prec", 3)
    return lambda x: x * float(k / 3), change, setting(decimal.getcontext(), "prec", 28)
