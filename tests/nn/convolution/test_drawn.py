"""How a convolution is drawn: as one box, with the shapes that a call gives."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from autograd import Value, draw
from autograd import sum as total


def image(channels: int, height: int, width: int, start: float = 0.5) -> list[list[list[float]]]:
    numbers = iter(range(channels * height * width))
    return [[[start + 0.01 * next(numbers) for _ in range(width)] for _ in range(height)] for _ in range(channels)]


def flat(maps: Any) -> list[Any]:
    return [number for row in maps for number in flat(row)] if isinstance(maps, list) else [maps]


def shape(maps: Any) -> str:
    sizes = []
    while isinstance(maps, list):
        sizes.append(str(len(maps)))
        maps = maps[0]
    return "×".join(sizes)


def cells(out: Value, model: Any, **options: Any) -> dict[str, list[str]]:
    boxes = draw(out, names=model, fold="layer", **options).contents.boxes
    return {box.cells[0]: box.cells[1:] for box in boxes}


@pytest.mark.parametrize(
    ("module", "height", "width"),
    [
        (nn.Conv2d(1, 2, 3, activation="relu", seed=1), 5, 4), (nn.Conv2d(1, 2, (2, 3), seed=1), 3, 4),
        (nn.Conv2d(2, 2, 3, padding=1, seed=1), 4, 5), (nn.Conv2d(1, 2, 2, seed=1), 3, 10),
    ],
)  # fmt: skip
def test_the_shapes_of_a_convolution_are_those_of_its_call(module: Any, height: int, width: int) -> None:
    seen = image(module.in_channels, height, width)
    out = module(seen)
    for numbers in (seen, [[[Value(n) for n in row] for row in plane] for plane in seen]):
        found = cells(total(flat(module(numbers))), module)["model"]
        assert found[0] == f"Conv2d {shape(seen)} → {shape(out)}"
        parameters = len(module.parameters())
        assert found[1:] == [module.activation.name, f"{parameters} parameters"]


def test_the_shape_is_not_guessed() -> None:
    """Of a stride of 2 or of windows that share nothing, many images would do; so too of an image of one object."""
    grey = 0.5
    for module, seen in (
        (nn.Conv2d(1, 2, 3, stride=2, seed=1), image(1, 7, 9)),
        (nn.Conv2d(1, 2, 1, seed=1), image(1, 2, 3)),
        (nn.Conv2d(1, 2, 3, seed=1), [[[grey] * 9 for _ in range(4)]]),
    ):
        out = module(seen)
        size = module.kernel_size[0]
        found = cells(total(flat(out)), module)["model"]
        assert found[:2] == ["Conv2d 1 → 2", f"{size}×{size}, {len(out[0]) * len(out[0][0])} times"]


def test_a_convolutional_network_over_two_samples() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, activation="relu", seed=1), nn.MaxPool2d(2), nn.Conv2d(3, 2, 2, seed=2), nn.Flatten(),
        nn.Layer(8, 2, activation="identity", seed=3),
    )  # fmt: skip
    images = [image(1, 8, 8), image(1, 8, 8, 0.75)]
    found = cells(nn.cross_entropy([model(each) for each in images], [0, 1]), model)
    maps = model.layers[0](images[0])
    pooled = model.layers[1](maps)
    assert found["inputs"] == ["1×8×8 numbers", "2 samples"]
    assert found["layers.0"] == [f"Conv2d 1×8×8 → {shape(maps)}", "relu", "30 parameters"]
    assert found["layers.1"] == [f"MaxPool2d {shape(maps)} → {shape(pooled)}"]
    assert found["layers.2"] == [
        f"Conv2d {shape(pooled)} → {shape(model.layers[2](pooled))}",
        "identity",
        "26 parameters",
    ]
    assert found["layers.4"] == ["Layer 8 → 2", "identity", "18 parameters"]
    assert found["loss"][:2] == ["cross-entropy", "mean over 2 samples"]
