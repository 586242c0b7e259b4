"""How does a model find all of its parameters?

A ``Module`` is an ordinary object. Its parameters are the leaf Values among its attributes, and those of every module,
list, tuple and dictionary among them. Nothing has to be registered. Read before: ``autograd``'s ``Value``.
Read after: ``layers``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd import Value, assign, depends_on

from .checks import is_number, shown
from .names import explain_methods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

_MAX_FAULTS_SHOWN = 10


class Found(list[Any]):
    """The list of all parameters of ``module``; an optimizer made from it also trains parameters added later."""

    __slots__ = ("module",)

    def __init__(self, module: Module, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.module = module

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


class Module:
    """Base class of layers, models, and everything else with parameters.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data
    7.0
    >>> [name for name, _ in line.named_parameters()]
    ['slope', 'offset']
    """

    _training = True
    drawn_whole = False
    """Whether a picture of layers shows the module as one box, whatever layers it is made of."""

    @property
    def training(self) -> bool:
        """True in training mode (dropout drops), False in evaluation mode; a compiled program notices a change.

        It is of this module only, as in PyTorch; ``train()`` and ``eval()`` switch those inside it, too.
        """
        return bool(depends_on(lambda: self._training))

    @training.setter
    def training(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"training must be True or False, got {shown(mode)}")
        self._training = mode

    def __call__(self, inputs: Any) -> Any:
        """Compute the output; every subclass defines its own."""
        cure = "; rename its forward to __call__" if hasattr(self, "forward") else ""
        raise NotImplementedError(
            f"{type(self).__name__} needs a method __call__(self, inputs) that computes its output{cure}"
        )

    def parameters(self) -> list[Value]:
        """All parameters in the order of the attributes, each shared one once.

        >>> from nn import Neuron
        >>> len(Neuron(3).parameters())
        4
        """
        return Found(self, (item for _, item in _walk(self) if isinstance(item, Value)))

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Pairs of name and parameter; a name is the path to it, such as ``layers.0.neurons.3.weights.1``.

        >>> from nn import MLP
        >>> MLP(2, [3, 1]).named_parameters()[1][0]
        'layers.0.neurons.0.weights.1'
        """
        found: list[tuple[str, Value]] = []
        parent: Any = None
        prefix = ""
        for path, item in _walk(self):
            if isinstance(item, Value):
                if path[0] is not parent:  # parameters in one list share this tuple
                    parent = path[0]
                    prefix = f"{_dotted(parent)}." if parent else ""
                found.append((f"{prefix}{path[1]}", item))
        return Found(self, found)

    def named_modules(self) -> list[tuple[str, Module]]:
        """Pairs of name and module: this one, called ``''``, and all inside it.

        >>> from nn import Layer
        >>> [name for name, _ in Layer(2, 2).named_modules()]
        ['', 'neurons.0', 'neurons.1']
        """
        return [(_dotted(path), item) for path, item in _walk(self, values=False) if isinstance(item, Module)]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0: call it before each ``backward()``, which accumulates.

        >>> from nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.b.grad = 5.0
        >>> neuron.zero_grad()
        >>> neuron.b.grad
        0.0
        """
        for parameter in self.parameters():
            parameter.zero_grad()

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter, by name; a copy, which later training does not change.

        Raises ``ValueError`` if two parameters would have the same name.

        >>> from nn import Neuron
        >>> Neuron(2, init="zeros").state_dict()
        {'weights.0': 0.0, 'weights.1': 0.0, 'bias': 0.0}
        """
        state: dict[str, float] = {}
        for name, parameter in self.named_parameters():
            if name in state:
                raise ValueError(f"two parameters are called {name!r}: rename the dictionary keys that hold them")
            state[name] = parameter.data
        return state

    def load_state_dict(self, state: Mapping[str, float], *, allow_nan: bool = False) -> None:
        """Set every parameter from ``state``: all of them or, if any entry is wrong, none.

        ``state`` maps exactly the names of ``state_dict()`` to numbers. Raises ``TypeError`` if it is not a mapping
        and ``ValueError`` that names each missing, unexpected, non-numeric or (without ``allow_nan``) non-finite entry.

        >>> from nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.load_state_dict({"weights.0": 2.0, "bias": -1.0})
        >>> neuron.w[0].data, neuron.b.data
        (2.0, -1.0)
        """
        if not hasattr(state, "keys"):
            raise TypeError(f"state must be a dictionary from state_dict(), got {shown(state)}")
        parameters, numbers, faults = [], [], []
        for name, parameter in self.named_parameters():
            entry: Any = state.get(name, self)
            if entry is self:
                faults.append(f"{name} is missing")
            elif isinstance(entry, bool) or not is_number(entry):
                faults.append(f"{name} must be a number, got {shown(entry)}")
            elif not allow_nan and not math.isfinite(entry):
                faults.append(f"{name} is {entry}")
            else:
                parameters.append(parameter)
                numbers.append(float(entry))
        if faults or len(parameters) != len(state):
            known = {name for name, _ in self.named_parameters()}
            faults += [f"{shown(name)} is not a parameter of this model" for name in state if name not in known]
        if faults:
            raise ValueError(f"state does not fit this {type(self).__name__}: {listed(faults)}; nothing was changed")
        assign(parameters, data=numbers)

    def train(self, mode: bool = True) -> Self:
        """Switch to training (dropout drops) and return the module; ``train(False)`` is ``eval()``."""
        if not isinstance(mode, bool):
            raise TypeError(f"mode must be True or False, got {shown(mode)}")
        for _, module in _walk(self, values=False):
            if isinstance(module, Module):
                module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation (dropout has no effect) and return the module."""
        return self.train(False)

    def summary(self) -> str:
        """A table of the modules inside this one and their numbers of parameters.

        >>> from nn import MLP
        >>> print(MLP(2, [3, 1]).summary())
        MLP(2, [3, 1], activation='relu')
          layers.0  Layer(2, 3, activation='relu')       9
          layers.1  Layer(3, 1, activation='identity')   4
        13 parameters
        """
        rows = []
        for name, module in self.named_modules()[1:]:
            if not _is_unit_of_a_layer(module):
                rows.append((name, repr(module), str(len(module.parameters()))))
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
        lines = [repr(self)]
        lines += [f"  {name:<{widths[0]}}  {text:<{widths[1]}}  {count:>{widths[2]}}" for name, text, count in rows]
        return "\n".join([*lines, _count_of_parameters(self)])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_count_of_parameters(self)})"


explain_methods(Module)


def check_module(model: Any) -> Module:
    """The model itself; ``TypeError`` if it is not a ``Module``."""
    if not isinstance(model, Module):
        cure = "; let its class inherit from nn.Module" if callable(model) and not isinstance(model, type) else ""
        raise TypeError(f"model must be a module such as nn.MLP(2, [16, 1]), got {shown(model)}{cure}")
    return model


def listed(faults: list[str]) -> str:
    """The first ten faults in one line, and the number of others."""
    rest = len(faults) - _MAX_FAULTS_SHOWN
    return "; ".join(faults[:_MAX_FAULTS_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _count_of_parameters(module: Module) -> str:
    count = len(module.parameters())
    return f"{count:,} parameter{'s' * (count != 1)}"


def _is_unit_of_a_layer(module: Module) -> bool:
    return type(module).__name__ == "Neuron"  # listing every neuron would make the table too long


_Path = tuple[Any, ...]


def _walk(root: Module, values: bool = True) -> Iterator[tuple[_Path, Module | Value]]:
    """Each module and (with ``values``) each leaf Value below ``root`` once, depth first, in the attributes' order.

    A path is nested, ``(((), "layers"), 0)``, because joining strings would cost more than the walk itself. A stack
    allows any depth, and ``seen`` any cycle. A Value with operands, or one computed within `no_grad()`, is a stored
    result, not a parameter.
    """
    seen: set[int] = set()
    stack: list[tuple[_Path, Any]] = [((), root)]
    while stack:
        path, item = stack.pop()
        kind = type(item)
        if kind is float or kind is int or kind is str or id(item) in seen:
            continue
        members: Iterable[tuple[Any, Any]]
        if isinstance(item, Value):
            seen.add(id(item))
            if item.primitive is None and item.is_recorded:
                yield path, item
            continue
        if isinstance(item, Module):
            yield path, item
            members = vars(item).items()
        elif isinstance(item, dict):
            members = item.items()
        elif isinstance(item, (list, tuple)):
            if values and (kind is list or kind is tuple) and set(map(type, item)) == {Value}:  # the same, in less time
                seen.add(id(item))
                for position, leaf in enumerate(list(item)):
                    if id(leaf) not in seen:
                        seen.add(id(leaf))
                        if leaf.primitive is None and leaf.is_recorded:
                            yield (path, position), leaf
                continue
            members = enumerate(item)
        else:
            continue
        seen.add(id(item))
        if values:
            stack.extend(reversed([((path, key), member) for key, member in members]))
        else:
            stack.extend(reversed([((path, key), member) for key, member in members if type(member) is not Value]))


def _dotted(path: _Path) -> str:
    keys: list[str] = []
    while path:
        path, key = path
        keys.append(str(key))
    return ".".join(reversed(keys))
