"""Pictures are written where they were asked for, and show something."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import nn
from chalkgrad.cli.commands import CommandError, make_folder
from chalkgrad.cli.pictures import save_pictures


def trained(features: int) -> tuple[nn.History, nn.MLP, list[list[float]], list[int]]:
    X, y = [[float(i)] * features for i in range(4)], [0, 0, 1, 1]
    model = nn.MLP(features, [2, 2], activation="tanh", seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    history = nn.fit(model, X, y, loss=nn.cross_entropy, optimizer=optimizer, epochs=2, progress=False)
    return history, model, X, y


def has_several_colours(path: Path) -> bool:
    from matplotlib import pyplot

    return len({tuple(pixel) for row in pyplot.imread(path)[::7, ::7] for pixel in row}) > 3


@pytest.mark.parametrize(("features", "names"), [(2, ["loss.png", "boundary.png"]), (3, ["loss.png"])])
def test_two_features_have_a_boundary(features: int, names: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = save_pictures(folder, *trained(features))
    assert paths == [folder / name for name in names]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert all(has_several_colours(path) for path in paths)


def test_without_matplotlib_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CommandError, match="python -m pip install matplotlib"):
        save_pictures(tmp_path / "out", *trained(2))
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(CommandError, match=r"cannot make the folder .*taken"):
        make_folder(tmp_path / "taken", "--out")
