"""How are the snapshots of a training drawn as pictures for slides?

Each snapshot gives one picture: the decision boundary (for two features), the loss so far, and the weights.
matplotlib and Pillow are imported when the first picture is drawn. Read before: ``snapshots``, ``regions``.
Read after: ``recording``.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

from autograd.packages import how_to_install
from nn.checks import real_number
from nn.plotting.regions import COLOURS, class_scores, draw_boundary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nn.recording.snapshots import Snapshots


def save_animation(recording: Snapshots, path: Path, seconds: float) -> None:
    """Write all snapshots as a GIF that repeats, with a pause at the last."""
    seconds = real_number(seconds, "seconds for each frame", 0.02, 60)
    from PIL import Image

    images = [
        Image.open(BytesIO(picture)).convert("P", palette=Image.Palette.ADAPTIVE)
        for picture in _pictures(recording, 80)
    ]
    durations = [round(1000 * seconds)] * (len(images) - 1) + [2000]
    images[0].save(path, format="GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)


def save_pictures(recording: Snapshots, folder: Path) -> list[Path]:
    """Write each snapshot as a PNG: ``frame-0001.png`` and so on."""
    present = sorted(folder.glob("frame-*.png")) if folder.exists() else []
    if present:
        raise FileExistsError(f"{folder} holds frames already, such as {present[0].name}; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, picture in enumerate(_pictures(recording, 150), 1):
        paths.append(folder / f"frame-{number:04}.png")
        paths[-1].write_bytes(picture)
    return paths


def _pictures(recording: Snapshots, dots_per_inch: int) -> Iterator[bytes]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f"pictures need matplotlib: {how_to_install('matplotlib')}") from error
    sizes = (abs(weight) for snapshot in recording.snapshots for weight in snapshot["weights"])
    highest = max(filter(math.isfinite, sizes), default=1.0) or 1.0
    for snapshot in recording.snapshots:
        figure = Figure(figsize=(9.0, 4.0) if recording.grids else (6.0, 4.0), layout="constrained")
        panels = list(figure.subplots(1, 2 if recording.grids else 1, squeeze=False).flat)
        if recording.grids:
            _draw_boundary(panels[0], recording, snapshot)
        _draw_loss(panels[-1], recording, snapshot, highest)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=dots_per_inch)
        yield buffer.getvalue()


def _draw_boundary(axes: Any, recording: Snapshots, snapshot: dict[str, Any]) -> None:
    scores = snapshot["scores"] or class_scores(snapshot["boundary"], 0.0)
    samples = [(x, y, int(label)) for x, y, label in recording.points]
    draw_boundary(axes, recording.grids, scores, samples, 12.0)
    axes.set(title=f"epoch {snapshot['epoch']}")


def _draw_loss(axes: Any, recording: Snapshots, snapshot: dict[str, Any], highest: float) -> None:
    """The loss so far on the axes of the whole training; below it all weights as one strip."""
    losses = [name for name in ("loss", "validation_loss") if name in recording.history]
    for name, style in zip(losses, ("-", "--"), strict=False):
        numbers = recording.history[name]
        epochs = range(1, len(numbers) + 1)
        axes.plot(epochs, numbers, style, color="#c9ced6")
        axes.plot(
            epochs[: snapshot["epoch"]],
            numbers[: snapshot["epoch"]],
            style,
            color=COLOURS[0],
            label=name.replace("_", " "),
        )
    epoch = "" if recording.grids else f"epoch {snapshot['epoch']}, "  # otherwise the other panel has it as its title
    axes.set(title=f"{epoch}loss {snapshot['numbers']['loss']:.4g}", xlabel="epoch", ylabel="loss")
    axes.legend(loc="upper right")
    strip = axes.inset_axes((0.0, -0.32, 1.0, 0.08))
    strip.imshow([snapshot["weights"]], aspect="auto", cmap="PuOr", vmin=-highest, vmax=highest)
    strip.set(xticks=[], yticks=[], xlabel=f"{len(recording.names)} weights, from {-highest:.3g} to {highest:.3g}")
