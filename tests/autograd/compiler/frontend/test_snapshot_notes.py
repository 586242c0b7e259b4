"""Parameters that are noted together are noted as they are one by one."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import Value
from autograd.compiler import compile
from autograd.compiler.frontend.object_kinds import shown_path
from autograd.compiler.frontend.snapshot_notes import SnapshotNotes


class Scaled(Value):
    __slots__ = ()


class Holder:
    """Lists of parameters of every kind, and what a call stores."""

    def __init__(self) -> None:
        first = Value(2.0)
        self.weights = [first, Value(3.0), first]
        self.pair = (Value(5.0, label="left"), Value(7.0))
        self.mixed = [Value(11.0), 2.0, [Value(13.0)]]
        self.own = [Scaled(17.0), Value(19.0)]
        self.noted: list[Any] = [Value(23.0), Value(29.0)]
        self.noted[1].factor = 4.0
        self.last: list[Value] = []

    def everything(self, x: Any) -> Any:
        sums = [part * x for part in (*self.weights, *self.pair, *self.own, *self.noted)]
        self.last = [sums[0] + self.mixed[0], sums[1]]
        return sum(sums, self.mixed[1] * self.mixed[2][0] * self.last[0])

    def with_factor(self, x: Any) -> Any:
        return self.noted[0] * x + self.noted[1].factor

    def with_label(self, x: Any) -> Any:
        return self.pair[0] * x * (1.0 if self.pair[0].label == "left" else -1.0)


WAYS = ["everything", "with_factor", "with_label"]


def noted(holder: Holder, way: str) -> tuple[list[str], list[Any], set[int]]:
    program: Any = compile(getattr(holder, way), backend="numpy")
    program(1.0)
    snapshot = program.plan.guard.snapshot
    return list(map(shown_path, snapshot.paths)), snapshot.tokens, snapshot._seen


@pytest.mark.parametrize("way", WAYS)
def test_the_same_notes_in_the_same_order(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Holder()
    together = noted(holder, way)
    calls = []
    monkeypatch.setattr(SnapshotNotes, "_reach_leaves", lambda self, path, items: bool(calls.append(items)))
    paths, tokens, seen = noted(holder, way)
    assert calls
    assert together[0] == [path for path in paths if path in set(together[0])]
    values = [(old, new) for old, new in zip(together[1], tokens, strict=True) if isinstance(new, Value)]
    assert values
    assert all(old is new for old, new in values)
    reached = set(map(id, (*holder.weights, *holder.pair, *holder.own, *holder.noted)))
    assert together[2] & reached == seen & reached


def changed_weight(holder: Holder) -> None:
    holder.weights[1] = Value(100.0)


def changed_tuple(holder: Holder) -> None:
    holder.pair = (holder.pair[0], Value(100.0))


def swapped(holder: Holder) -> None:
    holder.noted.reverse()


def one_more(holder: Holder) -> None:
    holder.weights.append(Value(100.0))


def changed_factor(holder: Holder) -> None:
    holder.noted[1].factor = 100.0


def changed_label(holder: Holder) -> None:
    holder.pair[0].label = "right"


@pytest.mark.parametrize(
    ("way", "change", "place"),
    [
        ("everything", changed_weight, "weights[1]"),
        ("everything", changed_tuple, "pair"),
        ("everything", swapped, "noted[0]"),
        ("everything", one_more, "weights (its length)"),
        ("with_factor", changed_factor, "noted[1].factor"),
        ("with_label", changed_label, "pair[0].label"),
    ],
)
def test_a_change_is_named_and_followed(way: str, change: Any, place: str) -> None:
    holder = Holder()
    function = getattr(holder, way)
    program: Any = compile(function, backend="numpy")
    program(2.0)
    change(holder)
    assert place in program.plan.guard.changed()
    assert program(2.0) == function(2.0).data
