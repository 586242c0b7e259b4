"""What may a function not do while it is traced?  Ask for a number: the answer would be kept for all other samples.

Read `value` first, `trace` next.  While a `Watch` is open, a Value of this thread refuses to show its data, and a
comparison gives a node instead of an answer: it can be used in `where`, and refuses to decide an `if`.
"""

from __future__ import annotations

import linecache
import os.path
import sys
import threading
from typing import TYPE_CHECKING, Any, NoReturn

from autograd.primitives import where
from autograd.recording import no_grad
from autograd.rows import Primitive, primitive
from autograd.value import Value, apply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

less = primitive(
    "less", lambda x, y: where(x < y, 1.0, 0.0), lambda out, x, y: 0.0, lambda out, x, y: 0.0, text="{} < {}"
)
less_equal = primitive(
    "less_equal", lambda x, y: where(x <= y, 1.0, 0.0), lambda out, x, y: 0.0, lambda out, x, y: 0.0, text="{} <= {}"
)
detached = primitive("detached", lambda x: 1.0 * x, lambda out, x: 0.0, doc="x, through which no gradient flows.")

_HERE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - pathlib would slow down `import autograd`
_lock = threading.RLock()
_watches: dict[int, Watch] = {}


class Watch:
    """While open, operations of this thread that would turn a Value into a plain number raise a TypeError."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.draws: list[tuple[Value, Callable[[], float]]] = []
        """The leaves that stand for random numbers, each with the function that draws one."""
        self._originals: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Watch:
        _lock.acquire()
        owner = threading.get_ident()
        if owner in _watches:
            _lock.release()
            raise TypeError(
                f"{self.name} is compiled inside a function that is being compiled itself: compile it outside"
            )
        _watches[owner] = self
        for target, attribute, refusal in _refusals():
            original = target.__dict__[attribute]
            self._originals.append((target, attribute, original))
            setattr(target, attribute, _for_thread(owner, refusal, original))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for target, attribute, original in self._originals:
            setattr(target, attribute, original)
        del _watches[threading.get_ident()]
        _lock.release()

    def refuse(self, what: str, cure: str) -> NoReturn:
        """Raise the error for something that would bake this sample's numbers into the program."""
        raise TypeError(
            f"{what} while {self.name} is compiled, at {users_line()}: the program would keep this answer for all "
            f"other numbers; {cure}"
        )


def drawn(draw: Callable[[], float]) -> Any:
    """`draw()`, a random number, which a compiled program draws anew at each call, once for each sample.

    >>> drawn(lambda: 4.0)
    4.0
    """
    watch = _watches.get(threading.get_ident())
    if watch is None:
        return draw()
    leaf = Value(0.5)  # tracing draws nothing, so that a seeded source goes on where it was
    watch.draws.append((leaf, draw))
    return leaf


def is_index(thing: object) -> bool:
    """Whether this stands for an integer that is known only when the program runs: see `take`.

    >>> is_index(3)
    False
    """
    return isinstance(thing, Index)


def users_line() -> str:
    """File, line number and text of the innermost line outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    return f"{name}:{number} `{linecache.getline(name, number).strip()}`"


def _is_ours(filename: str) -> bool:
    return filename.startswith((_HERE, "<autograd", "<string>"))


# --------------------------------------------------------------------------------------------------- what is refused


class Comparison(Value):
    """The 0 or 1 of a comparison in a traced function: an operand of `where`, and no answer to an `if`."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        watch = _watches.get(threading.get_ident()) or Watch("a function")
        watch.refuse(
            "a branch on data (if, while, and, or, max, min, sorted)",
            "use maximum, minimum, relu or where(x < y, a, b), or pass the number as an argument that is not traced",
        )


def _compare(row: Primitive, left: Any, right: Any) -> Any:
    node = apply(row, (left, right))
    answer = object.__new__(Comparison)
    for slot in ("_data", "grad", "primitive", "_x", "_y", "_dx", "_dy"):
        setattr(answer, slot, getattr(node, slot))
    return answer


def _watch() -> Watch:
    return _watches[threading.get_ident()]


def _data(self: Value) -> NoReturn:
    _watch().refuse("reading .data", "compute with the Value itself (v.exp(), maximum, where), or with v.detach()")


def _assign_data(self: Value, data: Any) -> NoReturn:
    _watch().refuse("assigning .data", "return what you computed, and assign it outside")


def _round(self: Value, digits: int | None = None) -> NoReturn:
    _watch().refuse("round(v)", "compute with the Value itself")


def _backward(self: Value) -> NoReturn:
    _watch().refuse("backward()", "return the value; the program has value_and_grad")


def _no_grad(self: no_grad) -> NoReturn:
    _watch().refuse("no_grad()", "use v.detach() for what gradients shall not flow through")


def _refusals() -> list[tuple[Any, str, Any]]:
    return [
        (Value, "data", (_data, _assign_data)),
        (Value, "__lt__", lambda self, other: _compare(less, self, other)),
        (Value, "__gt__", lambda self, other: _compare(less, other, self)),
        (Value, "__le__", lambda self, other: _compare(less_equal, self, other)),
        (Value, "__ge__", lambda self, other: _compare(less_equal, other, self)),
        (Value, "__round__", _round),
        (Value, "backward", _backward),
        (Value, "detach", lambda self: apply(detached, (self,))),
        (no_grad, "__enter__", _no_grad),
    ]


def _for_thread(owner: int, refusal: Any, original: Any) -> Any:
    """The refusal for the thread that traces, the original for all others."""
    if isinstance(original, property):
        read, write = refusal
        get, put = original.fget, original.fset
        return property(_for_thread(owner, read, get), _for_thread(owner, write, put))

    def either(*arguments: Any) -> Any:
        return (refusal if threading.get_ident() == owner else original)(*arguments)

    return either


class Index:
    """An integer argument of a traced function, for `take` and `cross_entropy`; arithmetic takes its number."""

    def __init__(self, leaf: Value) -> None:
        self.leaf = leaf

    @classmethod
    def _apply_primitive(cls, row: Primitive, operands: Sequence[Any]) -> Any:
        return apply(row, [o.leaf if isinstance(o, Index) else o for o in operands])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "leaf":
            raise AttributeError(name)
        return getattr(self.leaf, name)  # exp(), tanh() ... of its number

    def __float__(self) -> NoReturn:
        watch = _watches.get(threading.get_ident()) or Watch("a function")
        watch.refuse(
            "using an integer argument as a plain number", "use take(xs, i) instead of xs[i], where(...) instead of if"
        )

    __int__ = __index__ = __bool__ = __float__
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, Index) else self.__float__()


def _forward_to_leaf(name: str) -> Any:
    def method(self: Index, *others: Any) -> Any:
        return getattr(self.leaf, name)(*(o.leaf if isinstance(o, Index) else o for o in others))

    return method


for _operator in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Index, f"__{_operator}__", _forward_to_leaf(f"__{_operator}__"))
    setattr(Index, f"__r{_operator}__", _forward_to_leaf(f"__r{_operator}__"))
for _operator in ("neg", "abs", "lt", "le", "gt", "ge"):
    setattr(Index, f"__{_operator}__", _forward_to_leaf(f"__{_operator}__"))
