"""Windows beside NumPy's sliding windows; which images and sizes are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nn.convolution.windows import arguments, image_of, padded, pair, windows

IMAGE = np.arange(2 * 5 * 4).reshape(2, 5, 4)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 4)])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (3, 2)])
def test_windows(size: tuple[int, int], stride: tuple[int, int]) -> None:
    expected = np.lib.stride_tricks.sliding_window_view(IMAGE, (2, *size))[0, :: stride[0], :: stride[1]]
    given = windows(IMAGE.tolist(), size, stride, "Conv2d")
    assert given == expected.reshape(*expected.shape[:2], -1).tolist()


@pytest.mark.parametrize("padding", [(0, 0), (1, 0), (2, 3)])
def test_padding(padding: tuple[int, int]) -> None:
    expected = np.pad(IMAGE, [(0, 0), (padding[0],) * 2, (padding[1],) * 2], constant_values=-1)
    assert padded(IMAGE.tolist(), padding, -1) == expected.tolist()


def test_any_nested_sequence_is_an_image() -> None:
    assert image_of(IMAGE, "Conv2d") == IMAGE.tolist()
    assert image_of((((1, 2),),), "Conv2d") == [[[1, 2]]]


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        ([[1.0, 2.0]], TypeError, "input of Conv2d must be one image: a list of channels.*got 1.0"),
        (3.0, TypeError, "got 3.0"),
        ("image", TypeError, "got 'image'"),
        ([], ValueError, "of one size, got an empty list"),
        ([[]], ValueError, r"of one size, got \[\(0, 0\)\]"),
        ([[[]]], ValueError, "rows of one size"),
        ([[[1.0], [1.0, 2.0]]], ValueError, r"got \[\(2, 1\), \(2, 2\)\]"),
        ([[[1.0]], [[1.0], [2.0]]], ValueError, r"got \[\(1, 1\), \(2, 1\)\]"),
        ([[[[1.0]]]], ValueError, "a batch: call it on each"),
        ([[["a"]]], TypeError, "the input of Conv2d must have numbers in its rows, got 'a'"),
        ([[[1.0, None]]], TypeError, "numbers in its rows, got None"),
    ],
)
def test_what_is_no_image(image: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        image_of(image, "Conv2d")


def test_a_window_must_fit() -> None:
    with pytest.raises(ValueError, match="an image of 5 x 4 is smaller than the window of 2 x 6"):
        windows(IMAGE.tolist(), (2, 6), (1, 1), "Conv2d")


@pytest.mark.parametrize(
    ("size", "kind", "message"),
    [
        (0, ValueError, "kernel_size must be at least 1, got 0"),
        ((2, 0), ValueError, r"kernel_size\[1\] must be at least 1"),
        ((1, 2, 3), ValueError, "one whole number or two"),
        (1.5, TypeError, "kernel_size must be a whole number, got 1.5"),
        ("same", TypeError, "must be a whole number, got 'same'"),
    ],
)
def test_wrong_sizes(size: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        pair(size, "kernel_size")


def test_arguments_leave_defaults_out() -> None:
    assert arguments({"stride": [2, 2], "padding": [0, 0]}, {"padding": 0}) == "stride=2"


def test_padding_that_does_not_fit_in_memory() -> None:
    with pytest.raises(ValueError, match=r"padding=\(10000, 10000\) makes an image of more than 100,000,000 numbers"):
        padded([[[1.0]]], (10_000, 10_000))
