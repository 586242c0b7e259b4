"""How are the parameters and the gradients of each layer distributed?

Read before: ``figures``. Read after: nothing.
"""

from __future__ import annotations

from typing import Any

from autograd import Value
from nn.checks import is_number, shown
from nn.module import check_module

from .figures import check_path, finished, new_figure
from .regions import COLOURS


def by_layer(model: Any) -> dict[str, list[Value]]:
    """The parameters of each layer: those whose names have the same beginning up to a number, such as ``layers.0``.

    >>> from nn import MLP
    >>> {name: len(values) for name, values in by_layer(MLP(2, [3, 1])).items()}
    {'layers.0': 9, 'layers.1': 4}
    """
    groups: dict[str, list[Value]] = {}
    for name, parameter in check_module(model).named_parameters():
        parts = name.split(".")
        end = next((i + 1 for i, part in enumerate(parts) if part.isdigit()), 1)
        groups.setdefault(".".join(parts[:end]), []).append(parameter)
    return groups


def plot_weights(model: Any, path: Any = None) -> Any:
    """Draw how the parameters of each layer are distributed."""
    return _histograms({name: [p.data for p in group] for name, group in by_layer(model).items()}, "value", path)


def plot_gradients(model: Any, path: Any = None) -> Any:
    """Draw how the gradients of each layer's parameters are distributed, as ``backward()`` or ``fit`` left them."""
    return _histograms({name: [p.grad for p in group] for name, group in by_layer(model).items()}, "gradient", path)


def _histograms(groups: dict[str, list[float]], what: str, path: Any) -> Any:
    check_path(path)
    if not groups:
        raise ValueError("model has no parameters: there is nothing to draw")
    figure, all_axes = new_figure(len(groups), 1, (6.0, 1.8 * len(groups) + 0.4))
    for axes, (name, numbers) in zip(all_axes, groups.items(), strict=True):
        axes.hist(numbers, bins=min(40, max(5, len(numbers) // 4)), color=COLOURS[0])
        axes.set_title(f"{name}: {what} of {len(numbers)} parameters", fontsize=9)
        axes.set_ylabel("count", fontsize=9)
    return finished(figure, path)


def bars(sizes: dict[str, float], what: str, path: Any = None) -> Any:
    """Draw one number of at least 0 for each layer on a logarithmic scale.

    Raises ``TypeError`` if ``sizes`` is not a dictionary, ``ValueError`` if it is empty or holds anything else.
    """
    check_path(path)
    if not isinstance(sizes, dict):
        raise TypeError(f"sizes must be a dictionary, such as {{'layer 1': 0.5}}, got {shown(sizes)}")
    if not sizes:
        raise ValueError("sizes must hold at least one layer, such as {'layer 1': 0.5}, got {}")
    for name, size in sizes.items():
        if not is_number(size) or size < 0:
            raise ValueError(f"sizes[{name!r}] must be a number of at least 0, got {shown(size)}")
    figure, (axes,) = new_figure(size=(6.0, 0.4 * len(sizes) + 1.4))
    axes.barh(list(sizes), [max(size, 1e-300) for size in sizes.values()], color=COLOURS[0])
    axes.set(xscale="log", xlabel=what)
    axes.set_xlim(left=min((size for size in sizes.values() if size), default=1.0) / 10)
    axes.invert_yaxis()
    return finished(figure, path)
