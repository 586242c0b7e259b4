"""Given the gradients, how does each parameter move?

An optimizer's rule is one pure function, ``_moved``: from numbers, gradients and the memory of earlier steps to new
numbers and new memory. They are committed together, and only if all are finite; a bad gradient or Ctrl-C changes
nothing. The rules are PyTorch's. Read before: ``losses``. Read after: ``schedules``, ``training``.
"""

from __future__ import annotations

import math
import operator
import sys
import warnings
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import NOT_COMPUTED, assign

from .checks import all_finite, as_list, choose, is_number, real_number, shown, true_or_false
from .module import Module, listed
from .names.settings import Check, Fixed, Settings
from .parameters import FixedParameters, distinct, model_of, named_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Numbers = list[float]
    Memory = dict[str, list[float]]
    State = tuple[int, Memory]
    """The number of steps taken, and the memory."""


def _root(number: Any) -> Any:
    """The square root of a float, or of an array of floats; to the same bit."""
    return math.sqrt(number) if isinstance(number, float) else number**0.5


class _Spent(float):
    """A gradient that a step has used. Accumulating into it without `zero_grad()` gives a `_Mixed`."""

    __slots__ = ()

    def __add__(self, other: float) -> float:
        return _Mixed(float(self) + other)


class _Mixed(_Spent):
    """A sum that still contains the gradient of an earlier step."""

    __slots__ = ()


_share = partial(real_number, low=0, high=1, below=True)
_positive = partial(real_number, low=0, above=True)


def _betas(pair: Any, name: str) -> tuple[float, float]:
    shares = as_list(pair, name)
    if len(shares) != 2:
        raise ValueError(f"{name} must be two numbers such as (0.9, 0.999), got {shown(pair)}")
    return _share(shares[0], f"{name}[0]"), _share(shares[1], f"{name}[1]")


class Optimizer(Settings):
    """Base class: ``parameters`` is a module, a list of Values or of pairs of name and Value.

    An optimizer made from a module, or from all of its ``parameters()``, also trains parameters added later, by layers
    that are inserted, appended or replaced: each ``step()``, and each epoch of ``fit``, calls ``follow()``, which
    starts with fresh memory if anything has changed. An optimizer made from some of the parameters trains only those.
    ``learning_rate`` and the other settings may be changed between steps. A subclass names its settings in
    ``_settings`` and defines ``_moved``.
    """

    _strict = True
    _checks: ClassVar[dict[str, Check]] = {
        "parameters": Fixed("make a new optimizer from the parameters that it should train"),
        "names": Fixed("pass pairs of name and Value to a new optimizer"),
        "learning_rate": partial(real_number, low=0),
        "weight_decay": partial(real_number, low=0),
    }

    _settings: tuple[str, ...] = ("learning_rate", "weight_decay")
    _buffers: tuple[str, ...] = ()

    def __init__(self, parameters: Any, learning_rate: float, weight_decay: float) -> None:
        self._model = model_of(parameters)
        names, values = named_values(parameters if self._model is None else self._model)
        self.names, self.parameters = names, FixedParameters(values)
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self._state: State = (0, {})

    @property
    def steps(self) -> int:
        """The number of steps taken."""
        return self._state[0]

    def follow(self) -> bool:
        """Train the model's current parameters, if this was made from a model; return whether they have changed.

        If they have, the memory is empty and the step count 0, as in a new optimizer.
        """
        if self._model is None:
            return False
        found = self._model.parameters()
        if len(found) == len(self.parameters) and all(map(operator.is_, found, self.parameters)):
            return False
        names, values = named_values(self._model)
        vars(self).update(
            names=names, parameters=FixedParameters(values), _state=(0, {})
        )  # one call, which an interrupt cannot split
        return True

    def call_as_in(self, model: Module) -> None:
        """Use the parameters' names in ``model``."""
        new = {id(parameter): name for name, parameter in model.named_parameters()}
        names = [new.get(id(p), name) for p, name in zip(self.parameters, self.names, strict=True)]
        vars(self)["names"] = distinct(names)

    def memory(self) -> Memory:
        """For each kind of memory a list in the order of ``names``; zeros before the first step."""
        return self._whole(self._state[1], len(self.parameters))

    def _whole(self, memory: Memory, length: int) -> Memory:
        return {name: memory.get(name) or [0.0] * length for name in self._buffers}

    def step(self, gradients: Sequence[float] | None = None) -> None:
        """Update every parameter once, by its ``.grad`` or by ``gradients``, one number per parameter in order.

        Raises ``FloatingPointError`` naming the parameter whose gradient or new number is not finite; then nothing has
        changed. Warns if no backward pass has reached any parameter since ``zero_grad()``, and if ``zero_grad()`` was
        forgotten, so that the gradients still contain those of an earlier step.
        """
        if gradients is None:
            self.follow()
        if gradients is None and not any(parameter.grad is not NOT_COMPUTED for parameter in self.parameters):
            warnings.warn(
                "step() without gradients: none was computed since the parameters were made or zero_grad() was called; "
                "call loss.backward() before step(), with a loss that depends on the parameters",
                RuntimeWarning,
                stacklevel=2,
            )
        if gradients is None and any(type(parameter.grad) is _Mixed for parameter in self.parameters):
            warnings.warn(
                "step() found gradients left over from an earlier step: backward() adds to .grad, so "
                "call optimizer.zero_grad(), or model.zero_grad(), before each backward()",
                RuntimeWarning,
                stacklevel=2,
            )
        self._commit(*self.proposal(gradients))
        if gradients is None:
            for parameter in self.parameters:
                if parameter.grad is not NOT_COMPUTED:
                    parameter.grad = _Spent(parameter.grad)

    def proposal(self, gradients: Sequence[float] | None = None) -> tuple[Numbers, State]:
        """The parameters and the memory that ``step`` would give; changes nothing, raises the same errors."""
        given = [p.grad for p in self.parameters] if gradients is None else as_list(gradients, "gradients")
        if len(given) != len(self.parameters):
            raise ValueError(f"gradients has {len(given)} entries for {len(self.parameters)} parameters")
        return self.proposed([parameter.data for parameter in self.parameters], given, self._state)

    def proposed(self, numbers: Numbers, gradients: Numbers, state: State) -> tuple[Numbers, State]:
        """The rule and its checks, for any numbers and memory. Changes nothing.

        If ``takes_arrays``, each list may also contain one array of all numbers: bit for bit the same, but faster.
        """
        steps, memory = state
        self._check(gradients, "the gradient of {} is {}: look at the loss, or clip the gradient; nothing was changed")
        memory = self._whole(memory, len(numbers))
        moved, remembered = self._moved(numbers, gradients, memory, steps + 1)
        self._check(moved, "this step would make {} {}: lower the learning rate; nothing was changed")
        for kind, kept in remembered.items():
            self._check(kept, f"this step would make the {kind} of {{}} {{}}: clip the gradient; nothing was changed")
        return moved, (steps + 1, remembered)

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        """The rule: new numbers and new memory at step 1, 2, ...; changes nothing."""
        raise NotImplementedError

    @property
    def takes_arrays(self) -> bool:
        """Whether the rule works on arrays, as those of this file do; a user's own may not."""
        return type(self).__module__ == __name__

    def _decayed(self, numbers: Numbers, gradients: Numbers) -> Numbers:
        """The gradients plus the gradient of weight_decay/2 · p²."""
        if not self.weight_decay:
            return gradients
        return [g + self.weight_decay * p for g, p in zip(gradients, numbers, strict=True)]

    def _check(self, entries: Numbers, message: str) -> None:
        array: Any = entries[0] if getattr(entries[0], "ndim", 0) else None
        with suppress(TypeError):
            if all(map(math.isfinite, entries)) if array is None else all_finite(array):
                return
        for name, entry in zip(self.names, entries if array is None else array.tolist(), strict=True):
            if not is_number(entry):
                found = message.partition(":")[0].format(name, shown(entry))
                raise TypeError(f"{found}, which is not a number; nothing was changed")
            if not math.isfinite(entry):
                raise FloatingPointError(message.format(name, entry))

    def _commit(self, numbers: Numbers, state: State) -> None:
        """Write parameters and memory; if Ctrl-C comes between the two, restore both."""
        before = self.snapshot()
        try:
            self._write(numbers, state)
        except BaseException:
            self._write(*before)
            raise

    def snapshot(self) -> tuple[Numbers, State]:
        """A snapshot for ``restore``: the numbers of all parameters, and the memory."""
        return [parameter.data for parameter in self.parameters], self._state

    def restore(self, snapshot: tuple[Numbers, State]) -> None:
        """Return to the state of a ``snapshot()``."""
        self._commit(*snapshot)

    def _write(self, numbers: Numbers, state: State) -> None:
        assign(self.parameters, data=numbers)
        self._state = state

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def state_dict(self) -> dict[str, Any]:
        """Kind, settings, step count, and memory by the parameters' names; a copy, ready for ``nn.save``."""
        steps, memory = self._state
        settings = {name: getattr(self, name) for name in self._settings}
        return {
            "kind": type(self).__name__,
            "settings": {name: list(item) if isinstance(item, tuple) else item for name, item in settings.items()},
            "steps": steps,
            "memory": {kind: dict(zip(self.names, entries, strict=True)) for kind, entries in memory.items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load a ``state_dict()``: all of it or, if any entry is wrong, nothing.

        The memory goes to the parameters of the same names, in any order.
        Raises ``TypeError`` or ``ValueError`` naming each entry that is missing, unexpected or wrong.
        """
        settings, checked = self._checked_state(state)
        trial = type(self)(self.parameters, **settings)  # its checks are the constructor's
        kept = ("names", "parameters", "_model")
        changed = {name: entry for name, entry in vars(trial).items() if name not in kept}
        vars(self).update(changed | {"_state": checked})  # one call, which an interrupt cannot split

    def _checked_state(self, state: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[int, Memory]]:
        kind = type(self).__name__
        if not isinstance(state, dict):
            raise TypeError(f"state must be a dictionary from state_dict(), got {shown(state)}")
        required = {"kind", "settings", "steps", "memory"}
        faults = [f"{name} is missing" for name in sorted(required - state.keys())]
        faults += [f"{shown(name)} is unexpected" for name in state if name not in required]
        if not faults and state["kind"] != kind:
            faults.append(f"kind is {shown(state['kind'])}, but this optimizer is {kind}")
        if not faults:
            faults = self._faults(state)
        if faults:
            raise ValueError(f"state does not fit this {kind}: {listed(faults)}; nothing was changed")
        memory = {kind: [float(entries[name]) for name in self.names] for kind, entries in state["memory"].items()}
        return dict(state["settings"]), (state["steps"], memory)

    def _faults(self, state: Mapping[str, Any]) -> list[str]:
        settings, steps, memory = state["settings"], state["steps"], state["memory"]
        faults = []
        if not isinstance(settings, dict) or set(settings) != set(self._settings):
            faults.append(f"settings must have exactly {', '.join(self._settings)}")
        if type(steps) is not int or steps < 0:
            faults.append(f"steps must be a whole number of at least 0, got {shown(steps)}")
        if not isinstance(memory, dict) or set(memory) not in (set(), set(self._buffers)):
            return [*faults, f"memory must have exactly {', '.join(self._buffers) or 'no entries'}"]
        for name, entries in memory.items():
            if not isinstance(entries, dict):
                faults.append(f"memory {name} must give a number for each parameter's name, got {shown(entries)}")
                continue
            known = set(self.names)
            faults += [f"memory {name} of {missing} is missing" for missing in self.names if missing not in entries]
            faults += [f"memory {name} has an unknown {shown(other)}" for other in entries if other not in known]
            for parameter in self.names:
                entry = entries.get(parameter, 0.0)
                if type(entry) not in (float, int) or not abs(entry) <= sys.float_info.max:
                    faults.append(f"memory {name} of {parameter} must be a finite number, got {shown(entry)}")
        return faults

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._settings)
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"


class SGD(Optimizer):
    """Step against the gradient: p -= learning_rate · g, or with momentum along a velocity v = momentum · v + g.

    ``nesterov`` looks ahead along the velocity, g + momentum · v (Sutskever et al. 2013, in PyTorch's form). The
    default ``learning_rate`` is 0.01; PyTorch's is 0.001.

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> SGD([p], learning_rate=0.1).step()
    >>> p.data                                       # 1 - 0.1*2
    0.8
    """

    _checks: ClassVar[dict[str, Check]] = {**Optimizer._checks, "momentum": _share, "nesterov": true_or_false}
    _settings = ("learning_rate", "momentum", "nesterov", "weight_decay")
    _buffers = ("velocity",)

    def __init__(
        self, parameters: Any, learning_rate: float = 0.01, momentum: float = 0.0, *, nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum, self.nesterov = momentum, nesterov

    def _check_together(self, settings: dict[str, Any]) -> None:
        if settings.get("nesterov") and not settings["momentum"]:
            raise ValueError("nesterov needs a momentum greater than 0, such as 0.9")

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        rate, momentum = self.learning_rate, self.momentum
        gradients = self._decayed(numbers, gradients)
        if not momentum:
            return [p - rate * g for p, g in zip(numbers, gradients, strict=True)], memory
        velocity = [momentum * v + g for v, g in zip(memory["velocity"], gradients, strict=True)]
        ahead = [g + momentum * v for g, v in zip(gradients, velocity, strict=True)] if self.nesterov else velocity
        return [p - rate * d for p, d in zip(numbers, ahead, strict=True)], {"velocity": velocity}


class AdaGrad(Optimizer):
    """Divide each parameter's step by the root of the sum of its squared gradients (Duchi et al. 2011).

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 4.0
    >>> AdaGrad([p], learning_rate=0.1).step()
    >>> round(p.data, 6)                             # 1 - 0.1*4/sqrt(16)
    0.9
    """

    _checks: ClassVar[dict[str, Check]] = {**Optimizer._checks, "epsilon": _positive}
    _settings = ("learning_rate", "weight_decay", "epsilon")
    _buffers = ("square_sum",)

    def __init__(
        self, parameters: Any, learning_rate: float = 0.01, *, weight_decay: float = 0.0, epsilon: float = 1e-10
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.epsilon = epsilon

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        rate, epsilon = self.learning_rate, self.epsilon
        gradients = self._decayed(numbers, gradients)
        squares = [s + g * g for s, g in zip(memory["square_sum"], gradients, strict=True)]
        moved = [p - rate * g / (_root(s) + epsilon) for p, g, s in zip(numbers, gradients, squares, strict=True)]
        return moved, {"square_sum": squares}


class RMSProp(Optimizer):
    """Divide each parameter's step by the root of a running mean of its squared gradients (Hinton 2012).

    ``smoothing`` is the share of the old mean that is kept; ``momentum`` is as in SGD, for the divided gradient.

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 2.0
    >>> RMSProp([p], learning_rate=0.1, smoothing=0.75).step()
    >>> round(p.data, 6)                             # 1 - 0.1*2/sqrt(0.25*4)
    0.8
    """

    _checks: ClassVar[dict[str, Check]] = {**AdaGrad._checks, "smoothing": _share, "momentum": _share}
    _settings = ("learning_rate", "smoothing", "momentum", "weight_decay", "epsilon")
    _buffers = ("square_mean", "velocity")

    def __init__(
        self, parameters: Any, learning_rate: float = 0.01, smoothing: float = 0.99, *, momentum: float = 0.0,
        weight_decay: float = 0.0, epsilon: float = 1e-8,
    ) -> None:  # fmt: skip
        super().__init__(parameters, learning_rate, weight_decay)
        self.smoothing, self.momentum, self.epsilon = smoothing, momentum, epsilon

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        rate, keep, epsilon = self.learning_rate, self.smoothing, self.epsilon
        gradients = self._decayed(numbers, gradients)
        squares = [keep * s + (1 - keep) * g * g for s, g in zip(memory["square_mean"], gradients, strict=True)]
        divided = [g / (_root(s) + epsilon) for g, s in zip(gradients, squares, strict=True)]
        velocity = [self.momentum * v + d for v, d in zip(memory["velocity"], divided, strict=True)]
        moved = [p - rate * v for p, v in zip(numbers, velocity, strict=True)]
        return moved, {"square_mean": squares, "velocity": velocity}


class Adam(Optimizer):
    """A running mean of the gradients, divided by the root of a running mean of their squares (Kingma, Ba 2015).

    ``betas`` are the shares of the old means that are kept. Both means start at 0; dividing them by 1 - betaᵗ after t
    steps corrects this bias.

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 123.0
    >>> Adam([p], learning_rate=0.1).step()
    >>> round(p.data, 6)                             # the first step is learning_rate for any gradient
    0.9
    """

    _checks: ClassVar[dict[str, Check]] = {**AdaGrad._checks, "betas": _betas}
    _settings = ("learning_rate", "betas", "weight_decay", "epsilon")
    _buffers = ("mean", "square_mean")

    def __init__(
        self,
        parameters: Any,
        learning_rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        *,
        weight_decay: float = 0.0,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.betas, self.epsilon = betas, epsilon

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        (keep, keep_squares), epsilon = self.betas, self.epsilon
        gradients = self._decayed(numbers, gradients)
        means = [keep * m + (1 - keep) * g for m, g in zip(memory["mean"], gradients, strict=True)]
        squares = [
            keep_squares * s + (1 - keep_squares) * g * g for s, g in zip(memory["square_mean"], gradients, strict=True)
        ]
        rate = self.learning_rate / (1 - keep**step)
        root = math.sqrt(1 - keep_squares**step)
        moved = [p - rate * m / (_root(s) / root + epsilon) for p, m, s in zip(numbers, means, squares, strict=True)]
        return moved, {"mean": means, "square_mean": squares}


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov, Hutter 2019): first, p *= 1 - learning_rate · weight_decay.

    >>> from autograd import Value
    >>> p = Value(1.0)
    >>> p.grad = 123.0
    >>> AdamW([p], learning_rate=0.1, weight_decay=0.5).step()
    >>> round(p.data, 6)                             # 1*(1 - 0.1*0.5) - 0.1
    0.85
    """

    def __init__(
        self,
        parameters: Any,
        learning_rate: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        *,
        weight_decay: float = 0.01,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, weight_decay=weight_decay, epsilon=epsilon)

    def _decayed(self, numbers: Numbers, gradients: Numbers) -> Numbers:
        return gradients

    def _moved(self, numbers: Numbers, gradients: Numbers, memory: Memory, step: int) -> tuple[Numbers, Memory]:
        shrink = 1 - self.learning_rate * self.weight_decay
        return super()._moved([p * shrink for p in numbers], gradients, memory, step)


def check_optimizer(optimizer: Any) -> None:
    """Raise ``TypeError`` for anything that is neither an optimizer nor ``None``."""
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an optimizer such as nn.Adam(model), got {shown(optimizer)}")


OPTIMIZERS: dict[str, type[Any]] = {kind.__name__.lower(): kind for kind in (SGD, AdaGrad, RMSProp, Adam, AdamW)}


def find_optimizer(choice: Any, parameters: Any) -> Any:
    """The optimizer for a name (with default settings) or a function of the parameters; an optimizer as it is.

    >>> from autograd import Value
    >>> find_optimizer("adam", [Value(1.0)]).learning_rate
    0.001
    """
    if isinstance(choice, str):
        return OPTIMIZERS[choose(choice.lower(), list(OPTIMIZERS), "optimizer")](parameters)
    made = choice
    if callable(choice) and not isinstance(choice, Optimizer):  # also a class of optimizers
        try:
            made = choice(parameters.parameters() if isinstance(parameters, Module) else parameters)
        except (TypeError, ValueError) as error:
            raise type(error)(f"optimizer: {shown(choice)} must make one from the parameters, but: {error}") from error
    if isinstance(made, Optimizer):
        return made
    cure = "optimizer must be an optimizer such as nn.Adam(model), a name, or a function of the parameters that returns"
    raise TypeError(f"{cure} one, such as lambda p: nn.Adam(p, 0.02); got {shown(made)}")
