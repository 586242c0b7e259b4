"""Which Values does an optimizer move, and what are they called?

Read before: ``module``. Read after: ``optimizers``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NoReturn

from autograd import Value

from .checks import as_list, shown
from .module import Found, Module
from .names.settings import check_again


def named_values(parameters: Any) -> tuple[list[str], list[Value]]:
    """The names and the Values of a module, of Values, or of pairs of name and Value; each Value once.

    A Value without a name is named by its label or its position; all names differ. Raises ``TypeError`` for anything
    else, also for a number in place of a parameter in a layer, and ``ValueError`` if there is none, one occurs twice or
    one is the result of an operation.

    >>> named_values([Value(1.0), Value(2.0, label="w")])[0]
    ['parameters[0]', 'w']
    """
    for path, module in parameters.named_modules() if isinstance(parameters, Module) else ():
        check_again(module, path)
    items = (
        parameters.named_parameters()
        if isinstance(parameters, Module)
        else as_list(parameters, "parameters", "a model, or model.parameters()")
    )
    if not items and isinstance(parameters, Module):
        raise ValueError(
            f"{type(parameters).__name__} has no parameters: none of its attributes is or contains a Value; "
            "write self.w = Value(0.1), and use it in __call__"
        )
    if not items:
        raise ValueError("parameters is empty: there is nothing to optimize (a generator gives its items only once)")
    names, values = [], []
    for position, item in enumerate(items):
        name = f"parameters[{position}]"
        if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str):
            name, item = item
        if not isinstance(item, Value):
            raise TypeError(f"{name} must be a Value, got {shown(item)}: pass model.parameters()")
        if item.primitive is not None:
            raise ValueError(f"{name} is the result of an operation: only a leaf, made by Value(...), can be optimized")
        names.append(item.label if item.label and name == f"parameters[{position}]" else name)
        values.append(item)
    if len({id(value) for value in values}) != len(values):
        repeated = next(name for name, value in zip(names, values, strict=True) if _count(values, value) > 1)
        raise ValueError(f"{repeated} is given twice: it would be moved twice in each step")
    return distinct(names), values


def model_of(parameters: Any) -> Module | None:
    """The model whose parameters these all are, for a module or the result of its ``parameters()``; else ``None``.

    >>> from nn import MLP
    >>> model = MLP(2, [1])
    >>> model_of(model.parameters()) is model, model_of(model.parameters()[:2])
    (True, None)
    """
    if isinstance(parameters, Module):
        return parameters
    if isinstance(parameters, Found):
        whole = type(parameters.module).named_parameters(parameters.module)
        given = [item[1] if isinstance(item, tuple) else item for item in parameters]
        if list(map(id, given)) == [id(value) for _, value in whole]:  # the list has not been changed
            return parameters.module
    return None


class FixedParameters(tuple[Value, ...]):
    """The parameters of an optimizer, whose memory has an entry for each: they cannot be changed in place."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NoReturn:
        cure = "; make a new optimizer from the parameters that it should train" if hasattr(list, name) else ""
        raise AttributeError(f"the parameters of an optimizer have no attribute {name!r}{cure}", name=name, obj=self)


def distinct(names: list[str]) -> list[str]:
    """The names, with the position in place of every name that occurs twice."""
    counts = Counter(names)
    return [name if counts[name] == 1 else f"parameters[{position}]" for position, name in enumerate(names)]


def _count(values: list[Value], value: Value) -> int:
    return len([other for other in values if other is value])
