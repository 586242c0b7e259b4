"""What does a picture know of the model?  The modules that are drawn whole, such as a convolution, and their sizes.

Read `units` first, `clusters` and `architecture` next.  A module with `drawn_whole` is one box in a picture of layers,
whatever layers it is made of.  Nothing is read but its attributes: a picture imports no module of `nn`.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from autograd.symbolic.printing import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.views.draw.units import Units

Shape = tuple[int, ...]
WHOLE_MODEL = "model"
"""The name of a model that is itself drawn whole."""


class Modules:
    """The modules inside a model, by name; none if the caller named Values only."""

    def __init__(self, names: Any = ()) -> None:
        listed = getattr(names, "named_modules", None)
        self.by_name: dict[str, Any] = dict(listed()) if callable(listed) else {}

    def __getitem__(self, name: str) -> Any:
        """The module of this name, as `whole` gives it; None if there is none."""
        return self.by_name.get("" if name == WHOLE_MODEL else name)

    def kind(self, name: str) -> str:
        """The class of a module; '' if there is none of this name."""
        return type(self.by_name[name]).__name__ if name in self.by_name else ""

    def whole(self, name: str) -> str:
        """The module drawn whole to which this one belongs; '' if there is none; the model itself is named 'model'."""
        parts = name.split(".")
        for n in range(len(parts), -1, -1):
            found = ".".join(parts[:n])
            if getattr(self.by_name.get(found), "drawn_whole", False):
                return found or WHOLE_MODEL
        return ""

    def around(self, name: str) -> str:
        """The module of this name or the innermost one around it: a list of parameters is none; else the name."""
        parts = name.split(".")
        while parts and ".".join(parts) not in self.by_name:
            parts.pop()
        return ".".join(parts) or name

    def between(self, name: str, following: str) -> list[str]:
        """The modules without parts of their own that lie between two others."""
        names = list(self.by_name)
        if name not in names or following not in names:
            return []
        found = names[names.index(name) + 1 : names.index(following)]
        return [each for each in found if not any(other.startswith(f"{each}.") for other in names)
                and not each.startswith(f"{name}.")]  # fmt: skip


CONVOLUTION = ("in_channels", "out_channels", "kernel_size", "stride", "padding")
POOLING = ("kernel_size", "stride", "padding")
RECURRENT = ("input_size", "hidden_size")
ATTENTION = ("embed_dim", "num_heads")


def has_sizes(module: Any, names: tuple[str, ...]) -> bool:
    """Whether these attributes of a module are whole numbers, or pairs of them: a user's module may have any."""
    sizes = [getattr(module, name, None) for name in names]
    return all(type(n) is int for size in sizes for n in (size if type(size) is tuple and size else (size,)))


def size_text(module: Any, before: Shape, after: Shape, times: int) -> list[str]:
    """The size of a module: 1×8×8 → 4×6×6 of a convolution, if these shapes are known; 2 → 4 of a recurrent network.

    `times` is the number of positions in all images, or of elements of one sequence.
    """
    if before and after:
        return [f"{shape_text(before)} → {shape_text(after)}"]
    if has_sizes(module, CONVOLUTION):
        filters = shape_text(_pair(module.kernel_size))
        return [f"{module.in_channels} → {module.out_channels}", f"{filters}, {times:,} times"]
    if has_sizes(module, RECURRENT):
        return [f"{module.input_size} → {module.hidden_size}", count(times, "step")]
    if has_sizes(module, ATTENTION):
        return [f"{module.embed_dim} → {module.embed_dim}", count(module.num_heads, "head")]
    return []


def convolution_shapes(module: Any, windows: Sequence[Sequence[Any]], samples: int) -> tuple[Shape, Shape]:
    """The shapes before and after a convolution: channels, rows, columns; () if the graph does not tell.

    `windows` are what a filter reads, at all positions of all samples.  Neighbouring windows share numbers: with R rows
    and C columns of positions at least R (C - 1) of them have a neighbour to the right, and (R - 1) C one below.  Equal
    numbers at several places only add to these counts, so positions - neighbours is at most R, and at most C; if the
    product is the number of positions, both are exact.
    """
    kernel, stride, padding = map(_pair, (module.kernel_size, module.stride, module.padding))
    samples = samples if samples < len(windows) else 1  # a convolution alone: of one image?
    many = len(windows) // samples
    if len(kernel) == 1:
        positions: Shape = (many,)
    else:
        beside = [_neighbours(windows, kernel, stride, axis) for axis in (1, 0)]
        positions = tuple([(len(windows) - found) // samples for found in beside])
    if math.prod(positions) * samples != len(windows) or any(step != 1 for step in stride):
        return (), ()
    before = [n + size - 1 - 2 * pad for n, size, pad in zip(positions, kernel, padding, strict=True)]
    return (module.in_channels, *before), (module.out_channels, *positions)


def _neighbours(windows: Sequence[Sequence[Any]], kernel: Shape, stride: Shape, axis: int) -> int:
    """How many windows have one beside them along an axis: the numbers of one that the other has too."""
    high, wide = kernel
    kept = kernel[axis] - stride[axis]
    places = [divmod(n % (high * wide), wide) for n in range(len(windows[0]))]
    first = [n for n, place in enumerate(places) if place[axis] < kept]
    last = [n for n, place in enumerate(places) if place[axis] >= stride[axis]]
    if kept <= 0:
        return 0
    heads = Counter(tuple(_identity(window[n]) for n in first) for window in windows)
    tails = Counter(tuple(_identity(window[n]) for n in last) for window in windows)
    return (heads & tails).total()


def _identity(number: int | float) -> tuple[bool, int]:
    """A node by its number; a plain number as an object, since equal pixels are different places."""
    return (True, number) if type(number) is int else (False, id(number))


def pooled_shape(module: Any, shape: Shape) -> Shape:
    """The shape after a module that keeps one number of each window."""
    sizes = zip(shape[1:], *map(_pair, (module.kernel_size, module.stride, module.padding)), strict=True)
    return (shape[0], *((n + 2 * pad - size) // step + 1 for n, size, step, pad in sizes))


def shape_text(shape: Shape) -> str:
    """A shape: 4×6×6."""
    return "×".join(map(str, shape))


def _pair(size: Any) -> Shape:
    return size if isinstance(size, tuple) else (size,)


def absorbed(units: Units, whole: Mapping[int, str]) -> dict[int, str]:
    """The operations inside a module drawn whole: those between its neurons, and the same ones behind these.

    `whole` is the module of each of its neurons. Behind its output neurons, which nothing inside reads, is nothing.
    """
    before: dict[int, set[str]] = {}
    after: dict[int, set[str]] = {root: set() for root in units.roots}
    sources: dict[int, set[int]] = {root: set() for root in units.roots}
    for n, operands in enumerate(units.operands):
        unit = units.unit[n]
        if unit in sources:
            sources[unit].update(units.unit[o] for o in operands if units.unit[o] != unit)
    free = [root for root in units.roots if root not in units.neurons and not units.is_loss(root)]
    for root in free:
        before[root] = set().union(*(_of(source, whole, before) for source in sources[root]))
    for root in reversed(units.roots):
        mine = {whole[root]} if root in whole else after[root] if root in before else set()
        for source in sources[root]:
            if source in after:
                after[source] |= mine
    inside = {root: min(names) for root in free if (names := before[root] & after[root])}
    rows: dict[str, set[Any]] = {}
    for n, unit in enumerate(units.unit):
        if unit in inside:
            rows.setdefault(inside[unit], set()).add(units.order[n].primitive)
    members: dict[int, set[Any]] = {root: set() for root in free}
    parameters: dict[int, list[str]] = {root: [] for root in free}
    for n, unit in enumerate(units.unit):
        if unit in members:
            members[unit].add(units.order[n].primitive)
            leaves = [units.order[o] for o in units.operands[n]]
            parameters[unit] += [units.called[leaf] for leaf in leaves if leaf in units.called]
    read = {id(units.neurons[source].parameters) for root in inside for source in sources[root] if source in whole}
    found = dict(inside)
    for root in free:
        name = next(iter(before[root]), "")
        prefix = "" if name == WHOLE_MODEL else f"{name}."
        if (
            len(before[root]) == 1
            and members[root] <= rows.get(name, set())
            and all(called.startswith(prefix) for called in parameters[root])
            and all(source in found or (source in whole and id(units.neurons[source].parameters) in read)
                    for source in sources[root] if source in whole or source in before)
        ):  # fmt: skip
            found.setdefault(root, name)
    return found


def _of(source: int, whole: Mapping[int, str], before: Mapping[int, set[str]]) -> set[str]:
    return {whole[source]} if source in whole else before.get(source, set())
