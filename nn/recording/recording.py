"""What did a model go through while it was trained, epoch by epoch?

``record()`` makes a callback for ``fit`` that keeps snapshots of weights, gradients, loss and, for samples with two
features, the decision boundary. ``save`` writes an HTML page to scrub through them, or an animated GIF; ``save_frames``
writes one PNG per snapshot. Read before: ``snapshots``, ``images``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nn.checks import shown, whole_number
from nn.plotting.regions import leads
from nn.recording.images import save_animation, save_pictures
from nn.recording.snapshots import Snapshots

if TYPE_CHECKING:
    from pathlib import Path


def record(every: int = 1, limit: int = 150, resolution: int = 30) -> TrainingRecording:
    """A callback for ``fit`` that takes a snapshot every ``every`` epochs, and can show them afterwards.

    ``limit``: if there would be more snapshots, every second one is dropped and the next ones are taken half as often,
    so that a long training needs no more memory than a short one. ``resolution``: the number of points along each side
    of the decision boundary's picture. Raises ``TypeError`` or ``ValueError`` for invalid numbers.

    >>> import nn
    >>> recording = record()
    >>> model = nn.Neuron(2, nonlin=False, seed=1)
    >>> history = nn.fit(model, [[0.0, 1.0], [1.0, 0.0]], [0, 1], loss="mean_squared_error", optimizer="sgd", epochs=3,
    ...                  callbacks=[recording], progress=False)
    >>> [snapshot["epoch"] for snapshot in recording.snapshots]
    [1, 2, 3]
    """
    return TrainingRecording(
        whole_number(every, "every"), whole_number(limit, "limit", 2), whole_number(resolution, "resolution", 2, 10_000)
    )


class TrainingRecording(Snapshots):
    """The snapshots of one training, made by ``record()``: pass it to ``fit`` in ``callbacks=[...]``."""

    def save(self, path: Any, *, overwrite: bool = False, seconds: float = 0.15) -> Path:
        """Write a page (.html) to scrub through the snapshots, or an animation (.gif) with ``seconds`` per frame.

        Raises ``ValueError`` for another ending or if nothing was recorded, and ``FileExistsError`` if the file exists
        and ``overwrite`` is false.
        """
        target = _as_path(path, "recording.save")
        if target.suffix.lower() not in (".html", ".gif"):
            raise ValueError(f"recording.save: path must end in .html or .gif, got {shown(str(path))}")
        if target.exists() and not overwrite:
            raise FileExistsError(f"recording.save: {target} exists already; give another name, or overwrite=True")
        self._check_filled()
        if target.suffix.lower() == ".html":
            target.write_text(self.html(), encoding="utf-8")
        else:
            save_animation(self, target, seconds)
        return target

    def save_frames(self, folder: Any) -> list[Path]:
        """Write one PNG per snapshot into ``folder``, which must not contain such frames yet; return their paths."""
        target = _as_path(folder, "recording.save_frames")
        self._check_filled()
        return save_pictures(self, target)

    def html(self) -> str:
        """The page to scrub through the snapshots: one self-contained document that loads no other file."""
        import json
        import re

        self._check_filled()
        parts = {name: _source(f"recording.{name}") for name in ("css", "js")}
        parts["data"] = json.dumps(self.data(), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
        return re.sub(r"\{(css|js|data)\}", lambda hole: parts[hole[1]], _source("recording.html"))

    def _repr_html_(self) -> str | None:
        if not self.snapshots:
            return None
        from html import escape

        return (
            f'<iframe srcdoc="{escape(self.html())}" title="training" sandbox="allow-scripts" '
            f'style="width:100%;height:760px;border:0"></iframe>'
        )

    def data(self) -> dict[str, Any]:
        """All data of the page as JSON types, with at most four digits per number."""
        return {
            "names": self.names,
            "layers": self.layers(),
            "history": {name: list(map(_short, numbers)) for name, numbers in self.history.items()},
            "points": [list(map(_short, point)) for point in self.points],
            "corners": [[grid[0], grid[-1]] for grid in self.grids],
            "resolution": self.resolution,
            "manyClasses": any(snapshot["scores"] is not None for snapshot in self.snapshots),
            "snapshots": [_shortened(snapshot) for snapshot in self.snapshots],
        }

    def layers(self) -> list[dict[str, Any]]:
        """For each layer its name and its rows, one per neuron, each with the positions of its parameters.

        >>> recording = record()
        >>> recording.names = ["layers.0.neurons.0.weights.0", "layers.0.neurons.0.bias", "layers.0.neurons.1.bias"]
        >>> recording.layers()
        [{'name': 'layers.0', 'rows': [[0, 1], [2]]}]
        """
        layers: dict[str, dict[str, list[int]]] = {}
        for number, name in enumerate(self.names):
            parts = name.split(".")
            end = next((i + 1 for i, part in enumerate(parts) if part.isdigit()), 1)
            owner = parts[:-2] if parts[-1].isdigit() else parts[:-1]
            layers.setdefault(".".join(parts[:end]), {}).setdefault(".".join(owner), []).append(number)
        return [{"name": name, "rows": list(rows.values())} for name, rows in layers.items()]

    def _check_filled(self) -> None:
        if not self.snapshots:
            raise ValueError("nothing was recorded: pass this recording to fit in callbacks=[recording] first")


def _as_path(path: Any, who: str) -> Path:
    from os import PathLike
    from pathlib import Path

    if not isinstance(path, (str, PathLike)):
        raise TypeError(f"{who}: must be the name of a file or folder, got {shown(path)}")
    return Path(path)


def _short(number: float, digits: int = 4) -> float | None:
    """As many digits as a picture can show; ``None`` for what JSON cannot express."""
    return float(f"{number:.{digits}g}") if math.isfinite(number) else None


def _shortened(snapshot: dict[str, Any]) -> dict[str, Any]:
    boundary, scores = snapshot["boundary"], snapshot["scores"]
    if scores is not None:
        boundary = [[_short(lead, 2) for lead in of_class] for of_class in leads(scores).tolist()]
    elif boundary is not None:
        boundary = [round(value, 2) if math.isfinite(value) else None for value in boundary]
    return {
        "epoch": snapshot["epoch"],
        "numbers": {name: _short(number) for name, number in snapshot["numbers"].items()},
        "weights": list(map(_short, snapshot["weights"])),
        "gradients": list(map(_short, snapshot["gradients"])),
        "boundary": boundary,  # with more than two classes the leads of each
    }


def _source(name: str) -> str:
    from importlib.resources import files  # takes longer to load than the rest of this file

    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")
