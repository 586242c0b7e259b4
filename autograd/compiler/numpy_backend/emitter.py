"""How are the lines of a NumPy program written?  Names for views of memory and for buffers, and formulas as calls.

Read `layout`, `reverse` and `lower` first, `accumulate` and `source` next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.lower import fuse_ufuncs, operations
from autograd.compiler.passes.layout import Layout, StridedSlice, spaced
from autograd.compiler.passes.reverse import Gradients
from autograd.primitive import Primitive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.lower import Operation
    from autograd.symbolic.expression import Expression

COMPARISONS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
OTHER_NAMES = {
    "relu": "maximum({}, 0.0",
    "negative_part": "minimum({}, 0.0",
    "minus_absolute": "copysign({}, -1.0",
}
FROM_KERNELS = ("power_partial", "power_derivative", "xlogy", "normal_pdf", "normal_cdf", "exp_difference", "erf")


class Emitter:
    """The lines so far: `binding` makes the views and buffers, `forward` and `reverse` do the work."""

    def __init__(self, layout: Layout, active: Any, number: Any, seeds: list[int]) -> None:
        self.layout, self.number = layout, number
        self.slot, self.per_sample = layout.slot, layout.per_sample
        self.is_constant = layout.are_constants(number)
        self.gradients = Gradients(layout, active, seeds)
        self.binding: list[str] = []
        self.forward: list[str] = []
        self.reverse: list[str] = []
        self.tables: dict[str, Any] = {}
        self.names: dict[Any, str] = {}
        self.free: dict[str, list[str]] = {}
        self.counter = 0
        self.lines = self.forward

    # --------------------------------------------------------------------------------------------- names and buffers

    def name(self, letter: str) -> str:
        """A name not used before."""
        self.counter += 1
        return f"{letter}{self.counter}"

    def bound(self, letter: str, text: str) -> str:
        """The name of something that is made once, when the program is bound to a number of samples."""
        if text not in self.names:
            self.names[text] = self.name(letter)
            self.binding.append(f"{self.names[text]} = {text}")
        return self.names[text]

    def table(self, numbers: Any) -> str:
        """The name of an index array."""
        key = (numbers.shape, numbers.tobytes())
        if key not in self.names:
            self.names[key] = self.name("i")
            self.tables[self.names[key]] = np.ascontiguousarray(numbers)
        return self.names[key]

    def scratch(self, shape: str, kind: str = "float") -> str:
        """A scratch buffer; `release` makes it available again."""
        free = self.free.setdefault(f"{shape}, {kind}", [])
        if free:
            return free.pop()
        name = self.name("t")
        self.binding.append(f"{name} = empty({shape}, {kind})")
        self.names[name] = f"{shape}, {kind}"
        return name

    def release(self, *names: str) -> None:
        """Make buffers that are no longer read available again."""
        for name in names:
            if name.startswith("t") and name in self.names:
                self.free[self.names[name]].append(name)

    def view(self, memory: str, where: StridedSlice, flat: bool = False) -> str:
        """Rows of memory as an array; with `flat`, without the axis of samples (memory U has one column)."""
        shape, steps = where.shape, where.steps
        if len(shape) == 1 and steps[0] == 1 and not flat:
            return self.bound("v", f"{memory}[{where.first}:{where.first + shape[0]}]")
        return self.bound("v", f"view({memory}, {where.first}, {shape}, {steps}{', flat=True' if flat else ''})")

    def read(self, nodes: Any, flat: bool = False) -> str:
        """The name of an array with the values of these nodes, shaped like `nodes`, with the samples as last axis."""
        per_sample = self.per_sample[nodes]
        rows = self.slot[nodes]
        whole = bool(per_sample.all())
        if not whole and per_sample.any():
            return self._read_mixed(rows, per_sample)
        memory = "S" if whole else "U"
        where = spaced(rows)
        if where is not None:
            return self.view(memory, where, flat)
        key = ("gathered", memory, flat, rows.shape, rows.tobytes())
        if key not in self.names:
            columns = "n" if memory == "S" else "1"
            self.names[key] = buffer = self.name("g")
            self.binding.append(f"{buffer} = empty({_tuple(rows.shape)} + ({columns},))")
            self.forward.append(f"take({memory}, {self.table(rows)}, axis=0, out={buffer}, mode='clip')")
            if flat:
                self.names[key] = self.bound("g", f"{buffer}[..., 0]")
        return self.names[key]

    def _read_mixed(self, rows: Any, per_sample: Any) -> str:
        key = ("mixed", rows.shape, rows.tobytes(), per_sample.tobytes())
        if key not in self.names:
            self.names[key] = buffer = self.name("g")
            self.binding.append(f"{buffer} = empty({_tuple(rows.shape)} + (n,))")
            for memory, chosen in (("S", per_sample), ("U", ~per_sample)):
                at = ", ".join(self.table(index) for index in np.nonzero(chosen))
                self.forward.append(f"{buffer}[{at}] = {memory}[{self.table(rows[chosen])}]")
        return self.names[key]

    def constant(self, nodes: Any) -> float | None:
        """The number, if all of these nodes are one constant."""
        first = nodes.flat[0]
        if not self.is_constant[first] or not (nodes == first).all():
            return None
        return float(self.number[first])

    # ------------------------------------------------------------------------------------------------------ formulas

    def compute(self, expression: Expression, names: dict[str, str], shape: str, target: str | None) -> str:
        """Write the operations of a formula; the result is `target`, a scratch buffer, or an operand itself."""
        todo, result = _in_few_calls(expression)
        if not todo:
            text = names.get(str(result), repr(result)) if isinstance(result, str) else repr(result)
            if target is None:
                return text
            self.lines.append(f"copyto({target}, {text})")
            return target
        last = {operand: n for n, (_, _, operands) in enumerate(todo) for operand in operands}
        where = dict(names)
        for n, (name, row, operands) in enumerate(todo):
            texts = [where[o] if isinstance(o, str) else repr(o) for o in operands]
            finished = [
                where[o] for o in dict.fromkeys(operands) if isinstance(o, str) and o not in names and last[o] == n
            ]
            is_mask = isinstance(row, str)
            choice = isinstance(row, Primitive) and row.name == "where"
            if not choice and not is_mask:
                self.release(*(f for f in finished if "bool" not in self.names.get(f, "")))
                finished = [f for f in finished if "bool" in self.names.get(f, "")]
            out = (
                target
                if n == len(todo) - 1 and target is not None
                else self.scratch(shape, "bool" if is_mask else "float")
            )
            self._step(row, texts, out)
            self.release(*finished)
            where[name] = out
        return where[str(result)]

    def _step(self, row: Any, texts: list[str], out: str) -> None:
        arguments = ", ".join(texts)
        if isinstance(row, str):
            self.lines.append(f"{COMPARISONS[row]}({arguments}, out={out})")
        elif row.name == "where":
            condition, yes, no = texts
            self.lines.append(f"copyto({out}, {no}); copyto({out}, {yes}, where={_condition(condition)})")
        elif row.name in FROM_KERNELS:
            self.lines.append(f"{out}[...] = {row.name}({arguments})")
        elif row.name in OTHER_NAMES:
            self.lines.append(f"{OTHER_NAMES[row.name].format(arguments)}, out={out})")
        else:
            self.lines.append(f"{row.name}({arguments}, out={out})")


@lru_cache(maxsize=256)
def _in_few_calls(expression: Expression) -> tuple[list[Operation], str | float]:
    return operations(fuse_ufuncs(expression))


def _tuple(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))},)"


def _condition(text: str) -> str:
    return text if text.startswith("t") else f"{text} != 0.0"


def view(memory: Any, first: int, shape: tuple[int, ...], steps: tuple[int, ...], flat: bool = False) -> Any:
    """Rows of memory with constant strides, without copying."""
    row, column = memory.strides
    strides = tuple(step * row for step in steps)
    if flat:
        return np.lib.stride_tricks.as_strided(memory[first:], shape, strides)
    return np.lib.stride_tricks.as_strided(memory[first:], (*shape, memory.shape[1]), (*strides, column))
