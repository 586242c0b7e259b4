"""How are gradients accumulated in a NumPy program?  They are written, added, or summed over samples or equal rows.

Read `emitter` and `reverse` first, `source` next.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.numpy_backend.emitter import Emitter
from autograd.compiler.passes.layout import spaced

if TYPE_CHECKING:
    from collections.abc import Callable


class AccumulatingEmitter(Emitter):
    """Accumulates the contributions of any group into the gradients of its operands."""

    def accumulate(
        self, per_sample: bool, nodes: Any, shape: tuple[int, ...], compute: Callable[[str | None], str]
    ) -> None:
        """Add a contribution, computed into a target or a scratch buffer, to the gradients of `nodes`.

        `shape` is that of the contribution without the axis of samples, which it has when `per_sample` is true.
        """
        rows, varying = self.slot[nodes], self.per_sample[nodes]
        if varying.any() and not varying.all():
            whole = compute(None)
            for to_per_sample in (True, False):
                chosen = varying == to_per_sample
                at = ", ".join(self.table(index) for index in np.nonzero(chosen))
                self._add(per_sample, to_per_sample, rows[chosen], partial(self._copied, f"{whole}[{at}]"))
            self.release(whole)
        else:
            self._add(per_sample, bool(varying.all()), rows, compute)

    def _copied(self, text: str, target: str | None) -> str:
        if target is None:
            return text
        self.lines.append(f"{target}[...] = {text}")
        return target

    def _multiplied(self, factors: str, target: str | None) -> str:
        if target is None:
            return f"multiply({factors})"
        self.lines.append(f"multiply({factors}, out={target})")
        return target

    def _add(self, per_sample: bool, to_per_sample: bool, rows: Any, compute: Callable[[str | None], str]) -> None:
        memory = "DS" if to_per_sample else "DU"
        reduced = per_sample and not to_per_sample
        where = spaced(rows)
        if where is not None and where.distinct:
            view = self.view(memory, where)
            if self.gradients.first_write(to_per_sample, rows):
                self.gradients.mark(to_per_sample, rows)
                if not reduced:
                    compute(view)
                    return
                contribution = compute(None)
                self.lines.append(f"add.reduce({contribution}, axis=-1, keepdims=True, out={view})")
            else:
                self.clear(to_per_sample, self.gradients.unwritten(to_per_sample, rows))
                contribution = compute(None)
                text = f"add.reduce({contribution}, axis=-1, keepdims=True)" if reduced else contribution
                self.lines.append(f"add({view}, {text}, out={view})")
            self.release(contribution)
            return
        self.clear(to_per_sample, self.gradients.unwritten(to_per_sample, rows))
        contribution = compute(None)
        text = f"add.reduce({contribution}, axis=-1, keepdims=True)" if reduced else contribution
        self._add_repeated(memory, rows, text)
        self.release(contribution)

    def _add_repeated(self, memory: str, rows: Any, text: str) -> None:
        """Add to rows that may occur several times, in a fixed order."""
        where = spaced(rows)
        if where is not None:
            for axis, (step, size) in enumerate(zip(where.steps, where.shape, strict=True)):
                if step == 0 and size > 1:
                    text = f"add.reduce({text}, axis={axis})"
                    rows = rows.take(0, axis=axis)
                    if rows.ndim == 0:
                        self.lines.append(f"{memory}[{int(rows)}] += {text}")
                        return
                    self._add_repeated(memory, rows, text)
                    return
            if where.distinct:
                view = self.view(memory, where)
                self.lines.append(f"add({view}, {text}, out={view})")
                return
        flat = rows.ravel()
        order = np.argsort(flat, kind="stable")
        unique, starts = np.unique(flat[order], return_index=True)
        if rows.ndim > 1:
            text = f"{text}.reshape({flat.size}, -1)"
        if len(unique) == len(flat):
            self.lines.append(f"{memory}[{self.table(flat)}] += {text}")
        else:
            summed = f"add.reduceat({text}[{self.table(order)}], {self.table(starts)}, axis=0)"
            self.lines.append(f"{memory}[{self.table(unique)}] += {summed}")

    def clear(self, per_sample: bool, rows: Any) -> None:
        """Set gradients to 0 that are added to, or read, before anything is written."""
        if len(rows):
            memory = "DS" if per_sample else "DU"
            where = spaced(rows)
            target = self.view(memory, where) + "[...]" if where is not None else f"{memory}[{self.table(rows)}]"
            self.lines.append(f"{target} = 0.0")

    def clear_unread(self, parameters: int, by_parameters: bool, batched: bool) -> None:
        """Set requested gradients to 0 if nothing contributes to them."""
        self.lines = self.reverse
        first, size, per_sample = (
            (0, parameters, False) if by_parameters else (self.layout.inputs_at, self.layout.inputs, batched)
        )
        self.clear(per_sample, first + np.flatnonzero(~self.gradients.written[per_sample][first : first + size]))
