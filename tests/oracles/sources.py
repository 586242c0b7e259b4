"""Random functions, written as ordinary Python: loops, closures, containers, classes, recursion, arrays of any layout.

`programs` makes flat lists of operations, each with an exact answer.  Here the same few operations come out of the
Python around them, which a tracer must follow, and the numbers may be nan, infinite or outside a function's domain.
What such a function should give is told by the eager engine: see `agreement`.
"""

# ruff: noqa: E501 - a template is one line, however long
from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

BOUNDED = ["tanh", "sigmoid", "sin", "cos", "arctan"]
UNARY = [
    *BOUNDED, "exp", "expm1", "log", "log1p", "sqrt", "tan", "arcsin", "arccos", "sinh", "cosh",
    "softplus", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "absolute",
]  # fmt: skip
ARITHMETIC = ["({x} + {y})", "({x} - {y})", "({x} * {y})", "({x} * {c})", "({c} - {x})"]
RISKY = ["({x} / {y})", "({x} ** 2)", "({x} ** -1)", "({x} ** 0.5)", "(autograd.absolute({x}) ** {y})", "(2.0 ** {x})"]
CHOICES = [
    "autograd.maximum({x}, {y})", "autograd.minimum({x}, {c})", "autograd.maximum({x}, {x})",
    "autograd.where({x} <= {y}, {x}, {y} * 0.5)", "autograd.where({x} > {c}, {x}, {y})",
]  # fmt: skip
GUARDED = [
    "autograd.log({x} * {x} + 0.5)", "autograd.sqrt(autograd.maximum({x}, 0.0))", "autograd.sqrt({x} * {x})",
    "autograd.maximum(autograd.sqrt({x} * {x}), 1e-10)", "autograd.relu(autograd.sqrt(autograd.absolute({x})) - 1.0)",
    "{y} / ({x} * {x} + 1.5)", "{y} / autograd.maximum(autograd.absolute({x}), 1e-6)",
    "autograd.where({x} > 0.0, autograd.log({x}), {y})", "autograd.where({x} < 1.0, {y}, autograd.sqrt({x}))",
    "autograd.where(autograd.absolute({x}) > 0.1, {y} / {x}, 0.0)", "detached({x} * {y})", "{x} * autograd.tanh(detached({y}))",
]  # fmt: skip
"""How poles and domains are kept away, masked, or detached."""
OF_MANY = [
    "autograd.sum({xs})", "autograd.mean({xs})", "autograd.dot({xs}, {ys})", "autograd.logsumexp({xs})",
    "autograd.softmax({xs})[{k}]", "autograd.cross_entropy({xs}, {k})", "autograd.take({xs}, {k})", "sum({xs}) * 0.3",
    "autograd.affine([{xs}, {ys}, {xs}], {ys}, [0.1, {x}, {y}])[{k}]", "functools.reduce(autograd.maximum, {xs})",
    "TABLE['soft']({x})", "GAIN({x})", "TABLE['total']({xs})",
]  # fmt: skip
CONSTANTS = [
    "S[1]",
    "S[-1]",
    "BOX['k'][1]",
    "BOX['deep'][0]['w'][1][1]",
    "GAIN.bias",
    "QUEUE[0]",
    "len(S)",
    "0.5",
    "2",
    "-1.5",
]
CONDITIONS = ["BOX['k'][0]", "len(QUEUE) == 3", "S[0] > 1.0", "GAIN.bias > 0"]
CALLS = [
    "{h}({x})", "{h}(u={x}, t=0.3 * {x})", "functools.partial({h}, u=0.25)({x})", "{h}({h}({x}))",
    "sum(map({h}, [{x}, {y}]))", "(lambda *a, **k: {h}(*a, **k))({x}, u=2.0)",
]  # fmt: skip
CONTAINERS = [
    "{{'p': [{x}, {y}], 'q': ({z},)}}['p'][1] * {z}", "next(iter(deque([{x}, {y}], maxlen=1)))",
    "(lambda first, *rest: first + sum(rest))(*[{x}, {y}, {z}])", "[*({x}, {y}), {z}][-2]",
    "dict(zip('ab', [{x}, {y}]))['a'] + {z}", "sum((x for x in ({x}, {y}, {z})), 0.0)", "Gain(own={x})({y})",
    "max([({x}, 1), ({y}, 2)], key=lambda pair: pair[1])[0]", "(GAIN.parts['b'] * {x} + GAIN.parts['a'])",
    "sum(x * i for i, x in enumerate([{x}, {y}, {z}]))",
]  # fmt: skip
SUMS = ["sum({xs})", "sum(x * w for x, w in zip({xs}, S))", "sum({xs}[::-1]) * 0.5"]

EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e-8, 1e-300, 5e-324, 30.0, -30.0, 1e6, -1e20]
NOT_FINITE = [math.nan, math.inf, -math.inf]

HEAD = """\
import functools
from collections import deque

S = {row}
BOX = {{'k': [{flag}, 2.0], 'deep': ({{'w': [[0.5], [1.5, -0.25]]}},)}}
QUEUE = deque([0.3, -0.7, 1.1])

class Gain:
    factor = 1.25
    def __init__(self, own=0.5): self.own, self.parts = own, {{'b': own, 'a': 2.0}}
    def __call__(self, x): return x * self.own + self.factor
    def total(self, xs): return functools.reduce(lambda s, x: s + self(x), xs, 0.0)
    @property
    def bias(self): return self.own - self.parts['a']

GAIN = Gain()
TABLE = {{'soft': lambda x: x / (1.0 + autograd.absolute(x)), 'total': GAIN.total}}

def detached(x): return x.detach() if hasattr(x, 'detach') else x
"""


class Source(NamedTuple):
    """A module with a function `program`, its arguments in two calls, and the numbers of the Values `P` in it."""

    seed: int
    text: str
    calls: tuple[tuple[Any, ...], ...]
    parameters: tuple[float, ...]
    batched: bool
    single: bool
    """Whether it gives one number, or a list of them."""


def random_source(seed: int, most: int = 12) -> Source:
    """The function of a seed; `most` statements follow each other in it."""
    return _Writer(seed).source(most)


class _Writer:
    """Writes one module.  What is in `numbers` and `lists` may be used in the line to come."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.lines: list[str] = []
        self.indent = self.count = 0
        self.numbers: list[str] = []
        self.lists: dict[str, int] = {}
        """Each with its length."""
        self.wild = self.random.random() < 0.5
        """Whether functions are called outside their domains, and what grows is left to grow."""

    def source(self, most: int) -> Source:
        choice = self.random.choice
        batched, single = self.random.random() < 0.4, self.random.random() < 0.85
        parameters = tuple(self.drawn(0.05) for _ in range(choice((0, 0, 2, 5))))
        shapes = [self.shape() for _ in range(choice((1, 1, 2, 3)))]
        samples, rough = (choice((1, 2, 7)),) if batched else (), choice((0.0, 0.0, 0.05, 0.3))
        calls = tuple(tuple(self.array((*samples, *shape), rough) for shape in shapes) for _ in range(2))
        if not parameters and not any(map(math.prod, shapes)):
            parameters = (0.5,)
        self.numbers = [f"P[{n}]" for n in range(len(parameters))]
        with self.block(f"def program({', '.join(f'a{n}' for n in range(len(shapes)))}):"):
            for n, shape in enumerate(shapes):
                self.argument(f"a{n}", shape)
            for _ in range(self.random.randrange(2, most + 1)):
                choice(_STATEMENTS)(self)
            last = ", ".join(self.numbers[-4:])
            few = [f"autograd.sum([{last}])", f"autograd.mean([{last}])", self.numbers[-1]]
            self.line(f"return {choice(few) if single else f'[{self.numbers[-1]}, [{last}]]'}")
        row = ", ".join(f"float('{abs(self.drawn(0.02)) + 0.1}')" for _ in range(5))
        text = HEAD.format(row=f"[{row}]", flag=self.random.randrange(3)) + "\n" + "\n".join(self.lines) + "\n"
        return Source(self.seed, text, calls, parameters, batched, single)

    # ------------------------------------------------------------------------------------------------------- numbers

    def drawn(self, rough: float) -> float:
        chance = self.random.random()
        if chance < rough / 3:
            return self.random.choice(NOT_FINITE)
        if chance < rough or chance > 0.9:
            return self.random.choice(EDGES)
        return round(self.random.uniform(-2.0, 2.0), 3)

    def shape(self) -> tuple[int, ...]:
        size, other = (self.random.choice((1, 2, 3, 3, 4, 0)) for _ in range(2))
        return self.random.choice(((), (size,), (size, other)))

    def array(self, shape: tuple[int, ...], rough: float) -> Any:
        """Numbers of that shape, laid out in memory in any way that NumPy knows."""
        plain = np.array([self.drawn(rough) for _ in range(math.prod(shape))], dtype=np.float64).reshape(shape)
        return self.random.choice(LAYOUTS)(plain)

    def argument(self, name: str, shape: tuple[int, ...]) -> None:
        if not shape:
            self.numbers.append(name)
        elif len(shape) == 1:
            self.lists[name] = shape[0]
            self.numbers += [f"{name}[{n}]" for n in range(shape[0])]
        else:
            for n in range(shape[0]):
                self.argument(f"{name}[{n}]", shape[1:])

    # ------------------------------------------------------------------------------------------------------- writing

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Indented lines; what is named in them is not known after them."""
        self.line(header)
        self.indent += 1
        numbers, lists = list(self.numbers), dict(self.lists)
        yield
        self.indent -= 1
        self.numbers, self.lists = numbers, lists

    def assign(self, expression: str) -> None:
        name = self.name("v")
        self.line(f"{name} = {expression}")
        self.numbers.append(name)

    # --------------------------------------------------------------------------------------------------- expressions

    def pick(self) -> str:
        """A number: mostly one that was made lately."""
        return self.random.choice(self.numbers[-6:] if self.random.random() < 0.7 else self.numbers)

    def filled(self, templates: list[str], depth: int = 0, **names: str) -> str:
        """One of these, with expressions of that depth in the places of x, y, z."""
        fill = {letter: self.expression(depth) for letter in "xyz"} | names
        lists = {letters: f"[{', '.join(self.pick() for _ in range(3))}]" for letters in ("xs", "ys")}
        fill = {"c": self.random.choice(CONSTANTS), "k": str(self.random.randrange(3))} | lists | fill
        return self.random.choice(templates).format(**fill)

    def expression(self, depth: int = 2) -> str:
        if depth == 0 or self.random.random() < 0.15:
            return self.pick()
        kinds = [
            ARITHMETIC,
            ARITHMETIC,
            ARITHMETIC,
            GUARDED,
            GUARDED,
            CHOICES,
            OF_MANY,
            RISKY if self.wild else GUARDED,
        ]
        if self.random.random() < 0.7:
            return self.filled(self.random.choice(kinds), depth - 1)
        return f"autograd.{self.random.choice(UNARY if self.wild else BOUNDED)}({self.expression(depth - 1)})"

    def kept_small(self, expression: str) -> str:
        if self.wild and self.random.random() < 0.6:
            return expression
        return f"autograd.{self.random.choice(BOUNDED)}({expression})"

    # ---------------------------------------------------------------------------------------------------- statements

    def plain(self) -> None:
        self.assign(self.expression())

    def loop(self) -> None:
        """A recurrence over a range, a list of Values, or numbers from outside."""
        total, item = self.name("v"), self.name("x")
        self.line(f"{total} = {self.pick()}")
        outside = [
            f"range({self.random.choice((0, 1, 3, 12))})",
            "S",
            "reversed(S[:3])",
            "QUEUE",
            "sorted(BOX['deep'][0]['w'][1])",
        ]
        over = self.random.choice([*outside, *self.lists])
        with self.block(f"for {item} in {over}:"):
            self.numbers += [total, item] if over in self.lists else [total]
            self.line(f"{total} = {self.kept_small(f'{total} * 0.7 + {item} * {self.expression(1)}')}")
        self.numbers.append(total)

    def while_loop(self) -> None:
        total, left = self.name("v"), self.name("n")
        self.line(f"{total}, {left} = {self.pick()}, {self.random.randrange(4)}")
        with self.block(f"while {left} > 0:"):
            self.line(f"{total} = {self.kept_small(f'{total} + {self.expression(1)} * {left}')}")
            self.line(f"{left} -= 1")
        self.numbers.append(total)

    def comprehension(self) -> None:
        name, item = self.name("xs"), self.name("x")
        lists = {**self.lists, f"[{self.pick()}, {self.pick()}, {self.pick()}]": 3, "S[:2]": 2}
        over = self.random.choice(list(lists))
        self.line(f"{name} = [{item} * {self.expression(1)} for {item} in {over}]")
        self.lists[name] = lists[over]
        self.numbers += [f"{name}[0]", f"{name}[-1]"] if lists[over] else []
        self.assign(f"{self.random.choice(SUMS).format(xs=name)} + {self.pick()}")

    def closure(self) -> None:
        """A function of its own, with a default and with what it closes over, called in one of many ways."""
        name, kept = self.name("h"), self.pick()
        with self.block(f"def {name}(t, u={self.random.choice(('0.5', 'S[2]', kept))}):"):
            self.numbers += ["t", "u"]
            self.line(f"return {self.kept_small(self.expression())} * t + {kept} * u")
        self.assign(self.filled(CALLS, h=name))

    def recursion(self) -> None:
        name = self.name("r")
        with self.block(f"def {name}(t, n):"):
            self.line("if n == 0: return t")
            inner = self.kept_small(f"t * 0.8 + {self.pick()}")
            self.line(f"return {name}({inner}, n - 1){self.random.choice(('', ' + t * 0.1'))}")
        self.assign(f"{name}({self.pick()}, {self.random.randrange(6)})")

    def container(self) -> None:
        """Into a container, and out of it again."""
        self.assign(self.filled(CONTAINERS))

    def branch(self) -> None:
        """On a plain number."""
        name = self.name("v")
        for header in (f"if {self.random.choice(CONDITIONS)}:", "else:"):
            with self.block(header):
                self.line(f"{name} = {self.expression()}")
        self.numbers.append(name)

    def absent_key(self) -> None:
        """An exception that has nothing to do with numbers."""
        name = self.name("v")
        with self.block("try:"):
            self.line(f"{name} = BOX['absent'] * {self.pick()}")
        with self.block("except KeyError:"):
            self.line(f"{name} = {self.expression()}")
        self.numbers.append(name)


_STATEMENTS: list[Callable[[_Writer], None]] = [
    _Writer.plain, _Writer.plain, _Writer.plain, _Writer.loop, _Writer.loop, _Writer.while_loop, _Writer.comprehension,
    _Writer.closure, _Writer.recursion, _Writer.container, _Writer.container, _Writer.branch, _Writer.absent_key,
]  # fmt: skip


def _every_other(array: Any) -> Any:
    """With other numbers between them."""
    wide = np.full((*array.shape, 2), math.nan)
    wide[..., 0] = array
    return wide[..., 0]


def _read_only(array: Any) -> Any:
    array.flags.writeable = False
    return array


def _unaligned(array: Any) -> Any:
    return np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(np.float64).reshape(array.shape)


LAYOUTS: list[Callable[[Any], Any]] = [
    lambda array: array, lambda array: array, _every_other, _read_only, _unaligned,
    lambda array: array.copy(order="F"), lambda array: array.T.copy().T,
    lambda array: array[::-1].copy()[::-1] if array.ndim else array,
    lambda array: np.broadcast_to(array[:1], array.shape) if array.ndim else array,
    lambda array: array.astype(np.float32), lambda array: array.astype(">f8"), lambda array: array.astype(object),
    lambda array: array.tolist(),
]  # fmt: skip
