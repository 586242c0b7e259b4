"""How does a recorded training become pictures for slides?

Each snapshot becomes one picture: the decision boundary (where there are two features), the loss until then, and the
weights. matplotlib and Pillow are imported when the first picture is asked for. Read before: ``recording``.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

from .inputs import real_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .recording import Recording

_COLOURS = ("#2f6db5", "#d1603d", "#4f9d69", "#8e63a9", "#c9a227", "#5f6b73")


def save_animation(recording: Recording, path: Path, seconds: float) -> None:
    """Write all snapshots as a GIF that repeats for ever, resting on the last."""
    seconds = real_number(seconds, "seconds for each frame", 0.02, 60)
    from PIL import Image

    images = [
        Image.open(BytesIO(picture)).convert("P", palette=Image.Palette.ADAPTIVE)
        for picture in _pictures(recording, 80)
    ]
    durations = [round(1000 * seconds)] * (len(images) - 1) + [2000]
    images[0].save(path, format="GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)


def save_pictures(recording: Recording, folder: Path) -> list[Path]:
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


def _pictures(recording: Recording, dots_per_inch: int) -> Iterator[bytes]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("pictures need matplotlib: install it by python -m pip install matplotlib") from error
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


def _draw_boundary(axes: Any, recording: Recording, snapshot: dict[str, Any]) -> None:
    size, values = recording.resolution, snapshot["boundary"]
    image = [values[start : start + size] for start in range(0, len(values), size)]
    if max(max(values), *(point[2] for point in recording.points)) > 1:
        _colour_classes(axes, recording.grids, image)
    else:
        axes.contourf(*recording.grids, image, levels=[-1.01, 0.0, 1.01], colors=_COLOURS[:2], alpha=0.25)
    shades = [_COLOURS[int(point[2]) % len(_COLOURS)] for point in recording.points]
    axes.scatter(
        *zip(*(point[:2] for point in recording.points), strict=True), c=shades, s=12, edgecolor="white", linewidth=0.4
    )
    axes.set(title=f"epoch {snapshot['epoch']}", xlabel="feature 0", ylabel="feature 1")


def _colour_classes(axes: Any, grids: list[list[float]], image: list[list[float]]) -> None:
    """Which class wins at each place; between the grid's points the one that most of the four neighbours have.

    No contour lines: between class 0 and class 2 they would show a strip of class 1.
    """
    import numpy as np
    from matplotlib.colors import to_rgb

    classes = np.array(image, dtype=int)
    coarse, fine = np.linspace(0.0, 1.0, len(image)), np.linspace(0.0, 1.0, 240)
    labels = np.unique(classes)
    shares = []
    for label in labels:
        rows = [np.interp(fine, coarse, row) for row in (classes == label).astype(float)]
        shares.append([np.interp(fine, coarse, column) for column in zip(*rows, strict=True)])
    winners = labels[np.argmax(shares, axis=0)].T
    pixels = np.array([to_rgb(colour) for colour in _COLOURS])[winners % len(_COLOURS)]
    across, up = grids
    axes.imshow(pixels, origin="lower", extent=(across[0], across[-1], up[0], up[-1]), aspect="auto", alpha=0.25)


def _draw_loss(axes: Any, recording: Recording, snapshot: dict[str, Any], highest: float) -> None:
    """The loss until this epoch, in the frame of the whole; below it all weights as one strip."""
    losses = [name for name in ("loss", "validation_loss") if name in recording.history]
    for name, style in zip(losses, ("-", "--"), strict=False):
        numbers = recording.history[name]
        epochs = range(1, len(numbers) + 1)
        axes.plot(epochs, numbers, style, color="#c9ced6")
        axes.plot(
            epochs[: snapshot["epoch"]],
            numbers[: snapshot["epoch"]],
            style,
            color=_COLOURS[0],
            label=name.replace("_", " "),
        )
    epoch = "" if recording.grids else f"epoch {snapshot['epoch']}, "  # else it stands above the other panel
    axes.set(title=f"{epoch}loss {snapshot['numbers']['loss']:.4g}", xlabel="epoch")
    axes.legend(loc="upper right")
    strip = axes.inset_axes((0.0, -0.32, 1.0, 0.08))
    strip.imshow([snapshot["weights"]], aspect="auto", cmap="PuOr", vmin=-highest, vmax=highest)
    strip.set(xticks=[], yticks=[], xlabel=f"{len(recording.names)} weights, from {-highest:.3g} to {highest:.3g}")
