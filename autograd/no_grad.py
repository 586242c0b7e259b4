"""How is recording switched off?  With `no_grad()`, for the current thread and context only.

Every operation checks `recording.paused`, a set that is almost always empty.  Only if some thread has switched
recording off does it check the context too.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


class Recording:
    """Whether operations on Values are recorded in a graph: in this context, and in any thread."""

    __slots__ = ("_blocks", "paused")

    def __init__(self) -> None:
        self.paused: set[int] = set()
        """The ids of all active `no_grad` blocks, in all threads: a fast first check."""
        self._blocks: ContextVar[Any] = ContextVar("autograd_no_grad_blocks", default=None)
        """Weak references to the innermost block and those around it: (block, (block, ... None))."""

    def wanted(self) -> bool:
        """Whether operations are recorded in this thread and context."""
        blocks = self._blocks.get()
        while blocks is not None:
            block, blocks = blocks
            if block() is not None:
                return False
        return True

    def switched_on(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function with recording on, also inside `no_grad()`."""
        if not self.paused:
            return function(*arguments, **named)
        context = copy_context()
        context.run(self._blocks.set, None)
        return context.run(function, *arguments, **named)


recording = Recording()


def not_recorded(value: object, what: str) -> RuntimeError:
    """The error of ``what`` from a value that was computed within `no_grad()`."""
    return RuntimeError(
        f"{what} from {value!r}, which was computed within no_grad(): nothing was recorded that gradients could flow "
        "through; compute it again outside"
    )


class _Block:
    """One entry into a `no_grad()` block; it switches recording off for as long as the object is alive.

    So a Ctrl-C while the block is entered or left cannot leave recording switched off.  Each change to the set is a
    single atomic operation of the interpreter, so no lock is needed.
    """

    __slots__ = ("__weakref__",)

    def __init__(self) -> None:
        recording.paused.add(id(self))

    def __del__(self) -> None:
        recording.paused.discard(id(self))


class _NeedsBrackets(type):
    """The class itself is no context manager: `with no_grad:` is answered by how it is written."""

    def __enter__(cls) -> NoReturn:
        raise TypeError("no_grad needs brackets: write with no_grad():")

    def __exit__(cls, *error: object) -> None:
        """Never reached, but looked up before `__enter__` is called."""


class no_grad(ContextDecorator, metaclass=_NeedsBrackets):  # noqa: N801 - a context manager, named as in PyTorch
    """Within this block, operations on Values return plain leaves: no graph, no gradients, less memory.

    It affects the current thread and context only.  As a decorator, `@no_grad()` covers the body of a function.  What
    differentiates a function (`grad`, `jacobian`, `compile` ...) records that function all the same.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.operands
    ()
    """

    def __new__(cls, *arguments: object) -> Self:
        """An instance; TypeError for an argument, such as the function of a decorator without brackets."""
        if arguments:
            raise TypeError(f"no_grad takes no argument, got {arguments[0]!r:.60}; a decorator is written @no_grad()")
        return super().__new__(cls)

    def __init__(self) -> None:
        self._entered: list[_Block] = []

    def _recreate_cm(self) -> no_grad:
        return type(self)()  # one for each call of a decorated function

    def __enter__(self) -> None:
        block = _Block()
        recording._blocks.set((ref(block), recording._blocks.get()))
        self._entered.append(block)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop()
        recording._blocks.set(recording._blocks.get()[1])
