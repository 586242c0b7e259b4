"""How can some parameters be trained with other settings than the rest?

``ParameterGroups`` joins several optimizers of one kind, each with its own parameters and settings, into one that
``fit``, schedules and checkpoints take. Read before: ``optimizers``.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from nn.checks import as_list, real_number, shown
from nn.names import explain_settings
from nn.names.settings import Check, Fixed
from nn.optimizers import Optimizer
from nn.parameters import FixedParameters, distinct

if TYPE_CHECKING:
    from collections.abc import Mapping

    Numbers = list[float]
    Memory = dict[str, list[float]]


class ParameterGroups(Optimizer):
    """Several optimizers as one, such as ``ParameterGroups(SGD(a, 0.1), SGD(b, 0.01, weight_decay=0.1))``.

    ``learning_rate`` is at first that of the first group; if it is changed, as by a schedule, the rates of all groups
    change in proportion. A group's own rate may be changed, too: with 0 it keeps its parameters as they are.
    Raises ``TypeError`` if a group is not an optimizer, ``ValueError`` for a parameter in two groups, groups of
    different kinds, or a first group whose rate is 0.

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(1.0)
    >>> a.grad = b.grad = 1.0
    >>> from nn import SGD
    >>> ParameterGroups(SGD([a], 0.5), SGD([b], 0.25)).step()
    >>> a.data, b.data
    (0.5, 0.75)
    """

    _checks: ClassVar[dict[str, Check]] = {
        **Optimizer._checks,
        "groups": Fixed("make new ParameterGroups"),
        "weight_decay": Fixed("assign that of its groups"),
    }
    _settings = ("learning_rate", "shares")

    def __init__(self, *groups: Optimizer) -> None:
        if not groups:
            raise ValueError("ParameterGroups needs at least one optimizer, such as nn.SGD(layer, 0.1)")
        for n, group in enumerate(groups):
            if not isinstance(group, Optimizer) or isinstance(group, ParameterGroups):
                raise TypeError(f"groups[{n}] must be an optimizer such as nn.SGD(layer, 0.1), got {shown(group)}")
            if type(group) is not type(groups[0]):
                raise ValueError(
                    f"groups[{n}] is {type(group).__name__} but groups[0] is {type(groups[0]).__name__}"
                    ": take one kind, and give the groups different settings"
                )
        if not groups[0].learning_rate:
            raise ValueError("the learning rate of groups[0] is 0: put a group with another rate first")
        self.groups = groups
        self._given = [group.learning_rate for group in groups]
        """The rates that were last set here: if a group has another, it was assigned since."""
        self._rate = self._given[0]
        self._shares = [rate / self._rate for rate in self._given]
        self._buffers = groups[0]._buffers
        super().__init__([value for group in groups for value in group.parameters], self._rate, 0.0)
        vars(self)["names"] = distinct([name for group in groups for name in group.names])

    @property
    def learning_rate(self) -> float:
        """The rate that all groups follow in proportion; at first that of the first group."""
        return self._rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._shares = self.shares
        for group, share in zip(self.groups, self._shares, strict=True):
            group.learning_rate = rate * share
        self._rate, self._given = rate, [group.learning_rate for group in self.groups]

    @property
    def shares(self) -> list[float]:
        """Each group's rate as a multiple of ``learning_rate``."""
        shares = list(self._shares)
        for n, (group, given) in enumerate(zip(self.groups, self._given, strict=True)):
            if group.learning_rate != given:
                if not self._rate:
                    raise ValueError(f"the rate of groups[{n}] was assigned when that of all was 0: assign it earlier")
                shares[n] = group.learning_rate / self._rate
        return shares

    def follow(self) -> bool:
        """As for one optimizer, for each group that was made from a model."""
        followed = [group.follow() for group in self.groups]
        if not any(followed):
            return False
        names = distinct([name for group in self.groups for name in group.names])
        values = FixedParameters(value for group in self.groups for value in group.parameters)
        vars(self).update(names=names, parameters=values, _state=(0, {}))
        return True

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        moved, remembered, first = [], [], 0
        for group in self.groups:
            part = slice(first, first + len(group.parameters))
            first = part.stop
            of_group = {name: entries[part] for name, entries in memory.items()}
            new, kept = group._moved(numbers[part], gradients[part], of_group, step)
            moved.append(new)
            remembered.append(of_group | kept)
        return list(chain(*moved)), {name: list(chain(*(m[name] for m in remembered))) for name in memory}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a ``state_dict()``; the groups keep their settings, apart from their rates."""
        if isinstance(state, dict) and isinstance(state.get("settings"), dict):
            state = state | {"settings": {"shares": self.shares} | state["settings"]}  # earlier versions wrote none
        settings, checked = self._checked_state(state)
        shares = [
            real_number(share, f"shares[{n}]", 0) for n, share in enumerate(as_list(settings["shares"], "shares"))
        ]
        if len(shares) != len(self.groups):
            raise ValueError(f"the state has the rates of {len(shares)} groups, but there are {len(self.groups)}")
        rate = real_number(settings["learning_rate"], "learning_rate", 0)
        self._shares, self._given = shares, [group.learning_rate for group in self.groups]
        self.learning_rate = rate
        self._state = checked

    def __repr__(self) -> str:
        return f"ParameterGroups({', '.join(map(repr, self.groups))})"


explain_settings(ParameterGroups, "lr")
