"""Which view of a graph is drawn?  The finest that can be read on a page: of the numbers, the neurons or the layers.

Read `collapse` and `page_fit` first, `draw` next.  Each view is a candidate, from the finest to the coarsest; where the
estimate of its size is not sure, `choose_view` lays it out and measures its text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from autograd.gradcheck import central_difference
from autograd.views.draw.collapse import clustered, folded, opened_views
from autograd.views.draw.page_fit import MAX_LEVELS, MIN_TEXT, arranged, is_sure, levels_crossed, narrowest, width_of
from autograd.views.draw.scene import Contents, DrawOptions, contents_of
from autograd.views.draw.units import Units
from autograd.views.trace.replay import replay
from autograd.views.trace.trace import record_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from autograd.value import Value
    from autograd.views.draw.collapse import Clustering
    from autograd.views.draw.modules import Modules
    from autograd.views.draw.picture import Graph

BUDGET = 60
"""The boxes and circles that a reader can still follow."""
MAX_NUMBERS = 5_000
"""At most this many numbers are drawn with fold="none"."""
MAX_WHOLE = 500
"""At most this many numbers are drawn one by one if an option requires it, unless there is another budget."""
MAX_LAYOUTS = 3
"""At most this many views are laid out to find one that can be read."""
MUCH = 0.85
"""A picture is laid out once more if its width could fall to this share."""


class View(NamedTuple):
    """A view that may be drawn."""

    contents: Contents
    direction: str
    answers: Contents | None
    """The same with all numbers, if some are hidden."""
    sure: bool
    """Whether it can surely be read on a page, or the caller has chosen its direction."""


@dataclass(frozen=True)
class Views:
    """The views of a graph that the caller allows, from the finest to the coarsest."""

    order: Sequence[Value]
    called: Mapping[Value, str]
    modules: Modules
    options: DrawOptions
    checked: bool
    expand: bool | None
    """Whether each `dot` or `sum` of few operands is shown as its products and sums; None if the page decides."""
    opened: Sequence[str]
    fold: str
    budget: int
    direction: str

    def __iter__(self) -> Iterator[View]:
        numbers = len(self.order)
        if self.fold == "none" and not self.opened and numbers > MAX_NUMBERS:
            raise ValueError(
                f"draw: {numbers:,} numbers are too many to be drawn one by one (at most {MAX_NUMBERS:,}); "
                'use fold="auto", or draw an earlier node'
            )
        auto = self.fold == "auto" and not self.opened
        if not self.opened and self.fold == "none":
            yield from self._looks(self._whole(self.expand is not False))
            return
        if auto and self._needs_all and numbers <= self._most:
            yield from self._looks(self._everything())
            return
        if self._needs_all:
            raise _too_large(f"of {numbers:,} numbers is folded; draw an earlier node")
        if auto and numbers <= self.budget:
            yield from self._number_by_number()
        yield from self._folded()

    @property
    def _needs_all(self) -> bool:
        """Whether an option needs every number in the picture."""
        return bool(self.options.hide or self.checked or self.options.partials)

    @property
    def _most(self) -> int:
        """How many numbers are drawn one by one if the caller requires it."""
        return MAX_WHOLE if self.budget == BUDGET else self.budget

    @cached_property
    def _units(self) -> Units:
        return Units(self.order, self.called)

    def _looks(self, contents: tuple[Contents, Contents | None]) -> Iterator[View]:
        """A picture as it fits best by the estimate, and then as narrow as it can be."""
        first, answers = contents
        best, direction, _ = arranged(first, self.direction)
        key = answers and arranged(answers, direction)[0]
        yield View(best, direction, key, self.direction != "auto" or is_sure(best, direction))
        narrow = narrowest(first)
        if self.direction == "auto" and narrow.width < MUCH * width_of(best, direction):
            yield View(narrow.contents, narrow.direction, answers and narrowest(answers).contents, False)

    def _whole(self, expand: bool) -> tuple[Contents, Contents | None]:
        """Each number, and the same for the answer key."""
        traced = record_trace(self.order, "topological", expand, self.called)
        names = {traced.ids[value]: name for value, name in self.called.items() if value in traced.ids}
        nudged = _nudged(self.order, traced.ids) if self.checked else None
        options = replace(self.options, checked=nudged, names=names)
        answers = replace(options, solved=True, gradients=options.hide == "grad")
        key = contents_of(traced, answers) if options.hide else None
        return contents_of(traced, options), key

    def _everything(self) -> tuple[Contents, Contents | None]:
        """Each number, as an option requires; products and sums are left out if the layout would take too long."""
        for expand in (True, False) if self.expand is None else (self.expand,):
            contents = self._whole(expand)
            if (levels := levels_crossed(contents[0])) <= MAX_LEVELS:
                return contents
        raise _too_large(
            f"is too tangled: its arrows cross {levels:,} ranks, and a layout with more than {MAX_LEVELS:,} takes too "
            "long; draw an earlier node or fewer elements of a sequence"
        )

    def _number_by_number(self) -> Iterator[View]:
        """The views of a small graph, with products and sums or without; too wide ones only if it has no neurons."""
        wide = None
        for expand in (True, False) if self.expand is None else (self.expand,):
            contents = self._whole(expand)
            if len(contents[0].boxes) + len(contents[0].circles) > self.budget:
                continue
            if self.direction != "auto" or arranged(contents[0], "auto")[2]:
                yield from islice(self._looks(contents), 1)
            else:
                wide = wide or contents
        if wide and not self._units.neurons:  # its coarser views say much less
            yield from self._looks(wide)

    def _folded(self) -> Iterator[View]:
        if self.opened:
            yield from self._opened()
            return
        clustering = clustered(self._units, self.fold, self.budget, self.called, self.modules)
        contents = self._contents(clustering, [])
        if self.fold == "auto" and clustering.how == "neuron":
            if arranged(contents, self.direction)[2]:
                yield from islice(self._looks((contents, None)), 1)
            contents = self._contents(clustered(self._units, "layer", self.budget, self.called, self.modules), [])
        yield from self._looks((contents, None))

    def _contents(self, clustering: Clustering, by_nodes: Sequence[str]) -> Contents:
        return folded(clustering, self._most, by_nodes, self.called, self.modules)

    def _opened(self) -> Iterator[View]:
        """The views with opened groups: those that do not fit by the estimate only if there is no other."""
        *finer, coarsest = opened_views(self._units, self.fold, self.budget, self.opened, self.called, self.modules)
        for view in finer:
            too_many = sum(len(c.nodes) + len(c.leaves) for c in view[0].clusters if c.name in view[1]) > self._most
            contents = None if too_many else self._contents(*view)
            if contents and (self.direction != "auto" or arranged(contents, "auto")[2]):
                yield from islice(self._looks((contents, None)), 1)
        yield from self._looks((self._contents(*coarsest), None))


def _too_large(how: str) -> ValueError:
    """The error for a graph that an option needs as a whole; a note says what only a Python program can do."""
    error = ValueError(f"draw: hide, checked and partials need every node in the picture, and this graph {how}")
    error.add_note('(draw(..., fold="none") draws it all the same, which may take minutes.)')
    return error


def _nudged(order: Sequence[Value], ids: dict[Value, int]) -> dict[int, float]:
    """For each Value of the graph, the gradient found by nudging it."""
    return {n: central_difference(replay(order, node), node.data).slope for node, n in ids.items()}


def choose_view(views: Views, drawn: Callable[[View], Graph]) -> Graph:
    """The first view that can be read on a page; if there is none, the one with the largest text, which says so.

    Without a layout engine, the estimates decide.
    """
    tried: list[tuple[float, Graph]] = []
    for view in islice(views, MAX_LAYOUTS):
        graph = drawn(view)
        try:
            text = math.inf if view.sure else graph.smallest_text
        except (ImportError, TimeoutError, RuntimeError):
            text = math.inf
        if text >= MIN_TEXT:
            return graph
        tried.append((text, graph))
    largest, best = max(tried, key=lambda each: each[0])
    note = f"text of {largest:.1f} pt on a page 16 cm wide"
    best.contents.note = "; ".join(filter(None, [best.contents.note, note]))
    return best
