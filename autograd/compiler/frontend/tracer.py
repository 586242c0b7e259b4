"""What may a function not do while it is traced?  Read a number: the program would keep it for all other samples.

Read `value` first, `flatten` next.  While a `Watch` is open, a Value in this thread refuses access to its data, and a
comparison returns a node: it can be an operand of `where`, and refuses to decide an `if`.
"""

from __future__ import annotations

import linecache
import os
import sys
import threading
from contextlib import contextmanager
from functools import lru_cache
from itertools import starmap
from operator import call
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import ref

from autograd import functional, node, vector_ops
from autograd.arguments import check_callable
from autograd.compiler.frontend.traced_rows import detached, less, less_equal, traced_edges
from autograd.fast_backward import exhaust
from autograd.no_grad import no_grad
from autograd.node import NOT_COMPUTED
from autograd.primitive import Primitive
from autograd.value import Value, apply

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import CodeType, FrameType


ENGINE = os.path.join(os.path.dirname(functional.__file__), "")  # noqa: PTH118, PTH120 - pathlib would slow down the import
"""The folder of the engine's own code."""
LAYERS = os.path.join(os.path.dirname(ENGINE[:-1]), "nn", "")  # noqa: PTH118, PTH120
"""The folder of nn."""
_lock = threading.RLock()
_watches: dict[int, Watch] = {}
_replays: dict[int, Iterator[float]] = {}


class Watch:
    """While open, operations of this thread that would turn a Value into a plain number raise a TypeError."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.draws: list[tuple[Value, Callable[[], float]]] = []
        """The leaves that represent random numbers, each with the function that draws one."""
        self.settings: list[tuple[Callable[[], Any], Any]] = []
        """Settings that the function depends on: how to read each, and its value."""
        self.sources: dict[int, random.Random] = {}
        """The sources of random numbers that were used."""
        self.refused: TypeError | None = None
        """The first refusal, which is raised even if the function catches it."""
        self.reporting = False
        """Whether the running code only prints or logs: a Value may then be shown, without its number."""
        self._handlers = _handlers_of_signals()
        self.never_interrupt: set[CodeType] = set()
        """Code that was seen, and whose calls are no interruptions."""
        self._undo: list[tuple[Any, ...]] = []
        self.closing = starmap(call, self._undo)
        """Exhausting this iterator closes the watch."""

    def open(self) -> None:
        """Replace methods by refusals.  Each replacement is recorded before it is made, so that it can be undone."""
        owner = threading.get_ident()
        if owner in _watches:
            raise TypeError(
                f"{self.name} is compiled inside a function that is being compiled itself: compile it outside"
            )
        self._undo.append((_watches.pop, owner, None))
        _watches[owner] = self
        for target, attribute, refusal in _refusals():
            original = target.__dict__.get(attribute)
            if original is not None:
                self._undo.append((setattr, target, attribute, original))
            else:  # it is inherited: deleting the replacement restores it
                original = getattr(target, attribute)
                setattr(target, attribute, original)
                self._undo.append((delattr, target, attribute))
            setattr(target, attribute, self._here(refusal, original))

    def _here(self, refusal: Any, original: Any) -> Any:
        """The refusal for the traced function; the original for other threads, finalizers and signal handlers."""
        if isinstance(refusal, tuple):  # it decides itself: what makes it, and with which arguments
            return refusal[0](*refusal[1:], original)

        def either(*arguments: Any, **more: Any) -> Any:
            return (refusal if _active() is self else original)(*arguments, **more)

        return either

    def is_interruption(self, frame: FrameType) -> bool:
        """Whether this frame is a finalizer or a signal handler, which can run at any time."""
        code = frame.f_code
        if code.co_name == "__del__" or code in self._handlers:
            return True
        if code.co_name == "__call__" and frame.f_globals.get("__name__") == "weakref":
            return True  # weakref.finalize
        if code.co_argcount != 1 or code.co_varnames[0] == ".0" or code.co_filename.startswith((ENGINE, "<autograd")):
            self.never_interrupt.add(code)
            return False
        first = frame.f_locals.get(code.co_varnames[0])
        return isinstance(first, ref) and first() is None  # the callback of a weak reference

    def refuse(self, what: str, cure: str) -> NoReturn:
        """Raise the error for an operation that would bake this sample's numbers into the program."""
        refused = TypeError(
            f"{what} while {self.name} is compiled, at {users_line()}: the program would keep this answer for all "
            f"other numbers; {cure}"
        )
        self.refused = self.refused or refused
        raise refused


def watched(watch: Watch, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function while the watch is open.  The watch is closed even after Ctrl-C."""
    with _lock:
        try:
            watch.open()
            result = function(*arguments)
        except Exception as error:
            if watch.refused is not None and error is not watch.refused:
                raise watch.refused from error
            raise
        finally:
            exhaust(watch.closing)
    if watch.refused is not None:  # the function has caught it, and continued
        raise watch.refused
    return result


def _after_fork() -> None:
    """In a child process, close the watches of other threads: only the thread that forked continues."""
    _lock._at_fork_reinit()  # type: ignore[attr-defined]
    for owner, watch in list(_watches.items()):
        if owner != threading.get_ident():
            exhaust(watch.closing)


if hasattr(os, "register_at_fork"):  # not on Windows, nor in a browser
    os.register_at_fork(after_in_child=_after_fork)


def _active() -> Watch | None:
    """The watch for the code that runs in this thread; None inside a finalizer or a signal handler."""
    watch = _watches.get(threading.get_ident()) if _watches else None
    if watch is None:
        return None
    never, outermost = watch.never_interrupt, watched.__code__
    frame: Any = sys._getframe(1)
    while frame is not None:  # without calls, which the profile hook would see, one for each frame on the stack
        code = frame.f_code
        if code is outermost:
            break
        if code not in never and watch.is_interruption(frame):
            return None
        frame = frame.f_back
    return watch


def drawn(draw: Callable[[], float]) -> Any:
    """`draw()`, a random number, which a compiled program draws again at each call, once for each sample.

    >>> drawn(lambda: 4.0)
    4.0
    """
    check_callable(draw, "drawn: draw", "random.random")
    watch = _active()
    if watch is None:
        again = _replays.get(threading.get_ident()) if _replays else None
        return draw() if again is None else next(again)
    leaf = Value(0.5)  # tracing draws nothing, so that the state of a seeded source does not change
    watch.draws.append((leaf, draw))
    return leaf


@contextmanager
def replayed(numbers: Iterable[float]) -> Iterator[None]:
    """Within this block, `drawn` returns these numbers in this thread: those that a program has drawn already."""
    _replays[threading.get_ident()] = iter(numbers)
    try:
        yield
    finally:
        del _replays[threading.get_ident()]


def depends_on(read: Callable[[], Any]) -> Any:
    """`read()`, a setting such as `lambda: self.training`: a compiled program is traced again after this has changed.

    >>> depends_on(lambda: "a setting")
    'a setting'
    """
    check_callable(read, "depends_on: read", "lambda: self.training")
    setting = read()
    watch = _active()
    if watch is not None:
        watch.settings.append((read, setting))
    return setting


def is_index(thing: object) -> bool:
    """Whether this represents an integer that is known only when the program runs: see `take`.

    >>> is_index(3)
    False
    """
    return isinstance(thing, Index)


def users_line() -> str:
    """File, line number and text of the innermost line outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (_is_ours(frame.f_code.co_filename) or _is_numpys(frame)):
        frame = frame.f_back
    name, number = frame.f_code.co_filename, frame.f_lineno
    return f"{name}:{number} `{linecache.getline(name, number).strip()}`"


def _is_ours(filename: str) -> bool:
    return filename.startswith((ENGINE, "<autograd", "<string>"))


def _is_numpys(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("numpy.")


# --------------------------------------------------------------------------------------------------- what is refused


BRANCH = (
    "use maximum, minimum, relu or where(x < y, a, b), or decide on a plain number outside the function (the program "
    "is traced again when that number changes)"
)
"""The cure for a branch on data."""


class Comparison(Value):
    """The 0 or 1 of a comparison in a traced function: an operand of `where` that refuses to decide an `if`."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        _branch("if, while, and, or, max, min, sorted")

    def __hash__(self) -> int:
        if not _is_ours(sys._getframe(1).f_code.co_filename):
            _branch("a key of a dictionary, an element of a set")
        return id(self)

    def __eq__(self, other: object) -> bool:
        if (isinstance(other, Value) or hasattr(other, "__float__")) and not _is_ours(
            sys._getframe(1).f_code.co_filename
        ):
            _branch("==")
        return self is other

    def _bits(self, *_: object) -> NoReturn:
        watch = _watches.get(threading.get_ident()) or Watch("a function")
        watch.refuse("&, |, ^ or ~ of comparisons", "write where((x > 0) * (x < 1), a, b) for 'and', or nest two where")

    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __invert__ = _bits


def _branch(where: str) -> NoReturn:
    watch = _watches.get(threading.get_ident()) or Watch("a function")
    watch.refuse(f"a branch on data ({where})", BRANCH)


@lru_cache(maxsize=1024)
def _is_tested_by_identity(code: CodeType, at: int) -> bool:
    """Whether the result of this instruction, or the local name that it is stored in, is tested by `is True`.

    `case True` is such a test.
    """
    import dis

    steps = [step for step in dis.get_instructions(code) if step.opname not in ("CACHE", "COPY")]
    after = next((i for i, step in enumerate(steps) if step.offset > at), len(steps))
    tests = [i for i in range(len(steps) - 1) if isinstance(steps[i].argval, bool) and steps[i + 1].opname == "IS_OP"]
    if after in tests:
        return True
    if not tests or not steps[after].opname.startswith("STORE_FAST"):
        return False
    loads = [steps[i - 1] for i in tests if "LOAD_FAST" in steps[i - 1].opname]
    names = steps[after].argval
    stored = names[0] if isinstance(names, tuple) else names
    return any((step.argval[-1] if isinstance(step.argval, tuple) else step.argval) == stored for step in loads)


def _compare(row: Primitive, left: Any, right: Any) -> Any:
    user = sys._getframe(3)
    if _is_tested_by_identity(user.f_code, user.f_lasti):
        _branch("is, match")
    node = apply(row, (left, right))
    answer = object.__new__(Comparison)
    for slot in ("_data", "primitive", "_x", "_y", "_dx", "_dy"):
        setattr(answer, slot, getattr(node, slot))
    answer.grad = NOT_COMPUTED
    return answer


def _watch() -> Watch:
    return _watches[threading.get_ident()]


def _shown_without_number(_: Value) -> str:
    """The text for messages of the engine and for `print`; the function itself must not compute with it."""
    frame = sys._getframe(2)
    if not _watch().reporting and not frame.f_code.co_filename.startswith((ENGINE, "<autograd", LAYERS)):
        _watch().refuse("the text of a Value (repr, str, %s)", "print it, or use its number outside")
    return "Value(its number is not known while it is compiled)"


def _reading_gradient(node: Value) -> NoReturn:
    _watch().refuse("reading .grad", "gradients belong to the step before; pass them as an argument")


def _refusing(what: str, cure: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any) -> NoReturn:
        _watch().refuse(what, cure)

    return refuse


def _equal(self: Value, other: object) -> Any:
    if not isinstance(other, Value) and hasattr(other, "__float__"):
        _watch().refuse("a branch on data (==)", BRANCH)
    return self is other


def _drawing(plain: Callable[..., Any]) -> Callable[..., Any]:
    """A method of `random.Random` that notes the source."""

    def draw(self: random.Random, *arguments: Any) -> Any:
        watch = _watches.get(threading.get_ident())  # `source.random` may be stored, and called after tracing
        if watch is not None and id(self) not in watch.sources and _active() is watch:
            watch.sources[id(self)] = self
        return plain(self, *arguments)

    return draw


def _without_hook(more: Sequence[Any], plain: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the engine that calls no user's code, without the profile hook, which would double its time.

    In the traced function it takes these arguments as well.
    """

    def unhooked(*arguments: Any) -> Any:
        hook = sys.getprofile() if threading.get_ident() in _watches else None
        if hook is None:
            return plain(*arguments)
        try:
            sys.setprofile(None)
            return plain(*arguments, *more)
        finally:
            sys.setprofile(hook)

    return unhooked


PLAIN_DERIVATIVES = "gradients, grad, explain, trace"


def _refusals() -> list[tuple[Any, str, Any]]:
    from random import Random  # `import autograd` does not need it

    as_graph = "use gradients(..., create_graph=True), or grad of the compiled function outside"
    with_value = "compute with the Value itself (v.exp(), maximum, where), or with v.detach()"
    as_number = "use Value's own functions (v.exp(), not math.exp(v)), maximum, minimum or where(x < y, a, b)"
    outside = "return what you computed, and do this outside"
    return [
        (Value, "data", (_Property, _refusing("reading .data", with_value), _refusing("assigning .data", outside))),
        (Value, "grad", (_Gradient, _reading_gradient, None)),
        *[
            (module, "edges", _refusing(f"taking derivatives as plain numbers ({PLAIN_DERIVATIVES})", as_graph))
            for module in (node, functional)
        ],
        (functional, "edges_as_graph", traced_edges),
        (Value, "__lt__", lambda self, other: _compare(less, self, other)),
        (Value, "__gt__", lambda self, other: _compare(less, other, self)),
        (Value, "__le__", lambda self, other: _compare(less_equal, self, other)),
        (Value, "__ge__", lambda self, other: _compare(less_equal, other, self)),
        (Value, "__eq__", _equal),
        (Value, "__bool__", _refusing("a branch on data (if, while, and, or, not)", BRANCH)),
        *[(Value, name, _refusing(f"{function}(v)", as_number)) for name, function in _CONVERSIONS.items()],
        (Value, "__round__", _refusing("round(v)", with_value)),
        (Value, "__format__", _refusing('formatting a Value, as in f"{v:.2f}"', outside)),
        (Value, "__repr__", _shown_without_number),
        (Value, "_refuse_to_copy", _refusing("copying a Value", "use the Value itself, or v.detach()")),
        (Value, "backward", _refusing("backward()", "return the value; the program has value_and_grad")),
        (Value, "detach", lambda self: apply(detached, (self,))),
        (no_grad, "__enter__", _refusing("no_grad()", "use v.detach() to stop gradients")),
        *[(Random, name, (_drawing,)) for name in ("random", "getrandbits")],
        (vector_ops, "_dots_of_values", (_without_hook, [{}])),  # no number changes meanwhile: it reads each line once
        (vector_ops, "_softmax_of", (_without_hook, [])),
    ]


_CONVERSIONS = {
    "__float__": "float",
    "__int__": "int",
    "__index__": "int",
    "__complex__": "complex",
    "__trunc__": "trunc",
}


class _Property:
    """A property of Value that the traced function must not read or assign."""

    def __init__(self, read: Any, write: Any, original: Any) -> None:
        self.read, self.write, self.original = read, write, original

    def __get__(self, node: Any, kind: Any = None) -> Any:
        if node is not None and _active() is not None:
            return self.read(node)
        return self.original.__get__(node, kind)

    def __set__(self, node: Any, thing: Any) -> None:
        if _active() is not None:
            self.write(node, thing)
        self.original.__set__(node, thing)


class _Gradient(_Property):
    """The property `grad`.  The engine assigns it to each new node: the slot's own method, written in C, does that."""

    __set__ = Value.grad.__set__  # type: ignore[attr-defined]


def _handlers_of_signals() -> set[Any]:
    """The code objects of the signal handlers, which may run at any time."""
    signal = sys.modules.get("signal")
    if signal is None:
        return set()
    found = map(signal.getsignal, signal.valid_signals())
    return {getattr(getattr(handler, "__func__", handler), "__code__", None) for handler in found} - {None}


class Index:
    """An integer argument of a traced function, for `take` and `cross_entropy`; arithmetic takes its number."""

    __class__: Any = property(lambda self: int)  # `isinstance(i, int)` answers as for the integer that it represents

    def __init__(self, leaf: Value) -> None:
        self.leaf = leaf

    @classmethod
    def _apply_primitive(cls, row: Primitive, operands: Sequence[Any]) -> Any:
        return apply(row, [o.leaf if isinstance(o, Index) else o for o in operands])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "leaf":
            raise AttributeError(name)
        if hasattr(int, name):
            self.__float__()
        return getattr(self.leaf, name)  # exp(), tanh() ... of the leaf

    def __float__(self) -> NoReturn:
        watch = _watches.get(threading.get_ident()) or Watch("a function")
        watch.refuse(
            "using an integer argument as a plain number", "use take(xs, i) instead of xs[i], where(...) instead of if"
        )

    __int__ = __index__ = __bool__ = __float__

    def __hash__(self) -> int:
        return id(self) if _is_ours(sys._getframe(1).f_code.co_filename) else self.__float__()

    def __repr__(self) -> str:
        shown = sys._getframe(1).f_code.co_filename.startswith((ENGINE, LAYERS))
        watch = _watches.get(threading.get_ident())
        return "an integer argument" if shown or watch is None or watch.reporting else self.__float__()

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
for _operator in ("floordiv", "mod", "divmod", "and", "or", "xor", "lshift", "rshift"):
    setattr(Index, f"__{_operator}__", lambda self, *_: self.__float__())
    setattr(Index, f"__r{_operator}__", lambda self, *_: self.__float__())
for _operator in ("pos", "invert", "round"):
    setattr(Index, f"__{_operator}__", lambda self, *_: self.__float__())
