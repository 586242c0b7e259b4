"""Images and their shifted copies, beside NumPy; the size of the network."""

from __future__ import annotations

import numpy as np
import pytest
from optional import needs

from chalkgrad.cli import networks

IMAGE = np.arange(1.0, 10.0).reshape(1, 3, 3)


@pytest.mark.parametrize(("down", "right"), networks.SHIFTS)
def test_a_shift_moves_the_pixels(down: int, right: int) -> None:
    around = np.pad(IMAGE, [(0, 0), (1, 1), (1, 1)])
    expected = around[:, 1 - down : 4 - down, 1 - right : 4 - right]
    assert networks.shifted(IMAGE.tolist(), down, right) == expected.tolist()


def test_each_copy_keeps_its_target() -> None:
    images, targets = networks.augmented([IMAGE.tolist(), (2 * IMAGE).tolist()], [3, 4])
    assert [max(map(max, image[0])) > 9 for image in images] == [target == 4 for target in targets]
    assert len(images) == len(targets) == 2 * len(networks.SHIFTS)


@needs("nn/convolution")
def test_the_network_takes_images_of_the_digits() -> None:
    image = networks.as_images([[float(n % 17) for n in range(64)]])[0]
    assert (len(image), len(image[0]), image[0][1][0]) == (1, 8, 0.5)
    network = networks.convolutional(0)
    assert len(network.eval()(image)) == 10
    assert len(network.parameters()) == 8 * (1 * 9 + 1) + 16 * (8 * 9 + 1) + 10 * (16 * 9 + 1)
