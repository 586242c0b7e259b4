"""What runs between the steps of ``fit``? Functions after each epoch, and objects with hooks.

Read before: nothing. Read after: ``training``, which calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .checks import as_list, shown

if TYPE_CHECKING:
    from collections.abc import Callable

HOOKS = ("on_batch_end", "on_epoch_end")


class Callbacks:
    """The callbacks of one training, each called with the ``Training``: ``after_batch`` and ``after_epoch``.

    A callback is a function, called after each epoch, or an object with a method ``on_batch_end``, ``on_epoch_end`` or
    both. An object with ``on_epoch_end`` is not called itself. Raises ``TypeError`` for anything else.

    >>> found = Callbacks([print])
    >>> found.after_batch, found.after_epoch == [print]
    ([], True)
    """

    def __init__(self, callbacks: Any = ()) -> None:
        self.after_batch: list[Callable[[Any], Any]] = []
        self.after_epoch: list[Callable[[Any], Any]] = []
        for callback in as_list(callbacks, "callbacks", "a list of functions, such as [print]"):
            batch, epoch = (_hook(callback, name) for name in HOOKS)
            if batch is None and epoch is None and not callable(callback):
                raise TypeError(
                    "a callback must be callable with one argument, the training, or have a method on_batch_end or "
                    f"on_epoch_end; got {shown(callback)}"
                )
            if batch is not None:
                self.after_batch.append(batch)
            if epoch is not None or callable(callback):
                self.after_epoch.append(epoch or callback)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.after_batch or self.after_epoch)


def _hook(callback: Any, name: str) -> Any:
    """The method of this name; None if there is none."""
    method = None if isinstance(callback, type) else getattr(callback, name, None)
    if method is not None and not callable(method):
        raise TypeError(f"{name} of a callback must be a method with one argument, the training; got {shown(method)}")
    return method
