"""How is recording switched off?  With `no_grad()`, for this thread and context alone.

Every operation asks `recording.paused`, a set that is empty almost always; only where some thread has switched
recording off is the context asked as well.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from types import TracebackType


class Recording:
    """Whether operations on Values are recorded in a graph: here and now, and anywhere at all."""

    __slots__ = ("_blocks", "paused")

    def __init__(self) -> None:
        self.paused: set[int] = set()
        """The blocks, by id, that have switched recording off, in all threads: a quick first question."""
        self._blocks: ContextVar[Any] = ContextVar("autograd_no_grad_blocks", default=None)
        """The innermost block (weakly) and those around it: (block, (block, ... None))."""

    def wanted(self) -> bool:
        """Whether this thread and context records."""
        blocks = self._blocks.get()
        while blocks is not None:
            block, blocks = blocks
            if block() is not None:
                return False
        return True


recording = Recording()


class _Block:
    """One entry into a `no_grad()`, which counts for as long as it lives.

    So not even a Ctrl-C on the way into the block, or out of it, can leave recording switched off.  Each
    change of the set is one step inside the interpreter, which needs no lock.
    """

    __slots__ = ("__weakref__",)

    def __init__(self) -> None:
        recording.paused.add(id(self))

    def __del__(self) -> None:
        recording.paused.discard(id(self))


class no_grad(ContextDecorator):  # noqa: N801 - a context manager, named as in PyTorch
    """Within this block operations on Values give plain leaves: no graph, no gradients, less memory.

    It holds for the current thread and context only.  `@no_grad()` before a function does the same within it.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.operands
    ()
    """

    def __init__(self) -> None:
        self._entered: list[_Block] = []

    def _recreate_cm(self) -> no_grad:
        return type(self)()  # each call of a decorated function has its own

    def __enter__(self) -> None:
        block = _Block()
        recording._blocks.set((ref(block), recording._blocks.get()))
        self._entered.append(block)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered.pop()
        recording._blocks.set(recording._blocks.get()[1])
