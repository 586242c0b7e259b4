"""Which pictures do the pages show?  Each is drawn when the site is built.

Only that of README is committed; `python docs/generate/pictures.py` draws it again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nn
from autograd import Value, draw


def write(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PICTURES.items():
        (folder / f"{name}.svg").write_text(make(), encoding="utf-8")


README_PICTURE = Path(__file__).parent.parent / "graph.svg"


def of_readme() -> str:
    """The graph of README's first lines; it follows the light or dark setting of the reader."""
    x, y = Value(3.0, label="x"), Value(-4.0, label="y")
    f = x * y + x**2
    f.backward()
    return draw(f).svg


def _first_graph() -> str:
    """The graph of the page `getting_started`."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    f = a * b + a
    f.label = "f"
    f.backward()
    return draw(f, theme="light").svg


def _neuron() -> str:
    """The picture of the page about slides."""
    x, w, b = Value(2.0, label="x"), Value(-1.0, label="w"), Value(0.5, label="b")
    f = (x * w + b).tanh()
    f.label = "f"
    f.backward()
    return draw(f, partials="formula", theme="light", title="one neuron").svg


def _one_sample() -> str:
    """The graph of the loss of one sample, folded into neurons."""
    model = nn.MLP(2, [3, 2], activation="tanh", seed=0)
    loss = nn.cross_entropy(model([0.5, -1.0]), 1)
    loss.backward()
    return draw(loss, names=model.named_parameters(), fold="neuron", direction="TB", theme="light").svg


PICTURES: dict[str, Callable[[], str]] = {
    "first_graph": _first_graph,
    "neuron": _neuron,
    "one_sample": _one_sample,
}
"""The name of each picture, and how it is drawn."""

if __name__ == "__main__":
    README_PICTURE.write_text(of_readme(), encoding="utf-8")
