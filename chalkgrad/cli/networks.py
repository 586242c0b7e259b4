"""Which networks does `chalkgrad train` know besides a perceptron?

A convolutional network for the digits, whose training images are also shown shifted by a pixel in each direction.
Read next: `commands.train`.
"""

from __future__ import annotations

import random

import nn

Pixels = list[list[list[float]]]

EPOCHS, LEARNING_RATE = 12, 0.005
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))


def as_images(rows: list[list[float]], side: int = 8, ink: float = 16.0) -> list[Pixels]:
    """Each list of pixels as an image with one channel, from 0 (paper) to 1 (ink).

    >>> as_images([[0.0, 16.0, 8.0, 0.0]], side=2)
    [[[[0.0, 1.0], [0.5, 0.0]]]]
    """
    return [[[[p / ink for p in row[side * n : side * n + side]] for n in range(side)]] for row in rows]


def shifted(image: Pixels, down: int, right: int) -> Pixels:
    """The image moved by whole pixels; what moves out is lost, and what moves in is 0.

    >>> shifted([[[1.0, 2.0], [3.0, 4.0]]], 1, 0)
    [[[0.0, 0.0], [1.0, 2.0]]]
    """
    side = len(image[0])
    inside = range(side)
    return [
        [
            [rows[y - down][x - right] if y - down in inside and x - right in inside else 0.0 for x in inside]
            for y in inside
        ]
        for rows in image
    ]


def augmented(images: list[Pixels], targets: list[int]) -> tuple[list[Pixels], list[int]]:
    """The images and four shifted copies of each, with their targets."""
    return [shifted(image, *shift) for shift in SHIFTS for image in images], targets * len(SHIFTS)


def convolutional(seed: int, classes: int = 10) -> nn.Sequential:
    """8 and 16 filters of 3 by 3 pixels, pooling, dropout and a layer, for images of 8 by 8 pixels."""
    source = random.Random(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, activation="relu", seed=source),
        nn.Conv2d(8, 16, 3, activation="relu", seed=source),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.3, seed=seed),
        nn.Layer(16 * 3 * 3, classes, nonlin=False, seed=source),
    )
