"""How are the pictures of a training written to a folder?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nn
from chalkgrad.cli.commands import CommandError, check_targets, make_folder
from nn import plotting

NAMES = ("loss.png", "boundary.png")


def save_pictures(
    folder: Path, history: nn.History, model: nn.Module, X: Sequence[Any], y: Sequence[int]
) -> list[Path]:
    """Write loss.png, and boundary.png if samples have two features; return the paths."""
    try:
        figures = {NAMES[0]: plotting.plot_history(history)}
        if len(X[0]) == 2:
            figures[NAMES[1]] = plotting.plot_decision_boundary(model, X, y)
    except ImportError as error:
        raise CommandError(str(error)) from error  # the message names the command that installs matplotlib
    make_folder(folder, "--out")
    for name, figure in figures.items():
        figure.savefig(folder / name, dpi=150)
    return [folder / name for name in figures]


def check_pictures(folder: Path, overwrite: bool) -> None:
    """Make the folder; raise CommandError if it contains a picture that would be replaced."""
    make_folder(folder, "--out")
    check_targets([folder / name for name in NAMES], overwrite)
