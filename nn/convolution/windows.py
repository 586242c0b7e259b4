"""Which numbers does a filter see at each position?

An image is a list of channels, each a list of rows. A window is a rectangle of it, the same in all channels, written
out as one flat list: it is what a layer calls a sample. Read before: ``checks``. Read after: ``conv``, ``pooling``.
"""

from __future__ import annotations

from typing import Any

from nn.checks import MAX_COUNT, NOT_SEQUENCES, as_list, is_scalar, shown, whole_number

Image = list[list[list[Any]]]
Pair = tuple[int, int]


def pair(value: Any, name: str, minimum: int = 1) -> Pair:
    """A whole number for both directions, or one for the rows and one for the columns.

    >>> pair(3, "kernel_size"), pair((2, 1), "stride")
    ((3, 3), (2, 1))
    """
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"{name} must be one whole number or two, for rows and columns, got {shown(value)}")
        return whole_number(value[0], f"{name}[0]", minimum), whole_number(value[1], f"{name}[1]", minimum)
    number = whole_number(value, name, minimum)
    return number, number


def arguments(settings: dict[str, Any], defaults: dict[str, Any]) -> str:
    """The settings of a module that differ from the defaults, as they are written in a call.

    >>> arguments({"kernel_size": [3, 3], "stride": [2, 1], "padding": 0}, {"padding": 0})
    'kernel_size=3, stride=(2, 1)'
    """
    short = {
        name: (entry[0] if entry[0] == entry[1] else tuple(entry)) if isinstance(entry, list) else entry
        for name, entry in settings.items()
    }
    return ", ".join(f"{name}={entry!r}" for name, entry in short.items() if entry != defaults.get(name))


def image_of(
    values: Any,
    owner: str,
    what: str = "one image: a list of channels, each a list of rows of numbers (a grey image has one channel, [rows])",
) -> Image:
    """One image as nested lists, (channels) x (height) x (width), for the module called ``owner``.

    Raises ``TypeError`` for anything else and ``ValueError`` for rows or channels of different sizes and for a batch.

    >>> image_of([[[1.0, 2.0]], [[3.0, 4.0]]], "Conv2d")
    [[[1.0, 2.0]], [[3.0, 4.0]]]
    """
    name = f"the input of {owner}"
    image = [[as_list(row, name, what) for row in as_list(plane, name, what)] for plane in as_list(values, name, what)]
    sizes = {(len(plane), len(row)) for plane in image for row in plane or [[]]}
    if len(sizes) != 1 or 0 in next(iter(sizes)):
        raise ValueError(f"{name} must have channels and rows of one size, got {sorted(sizes) or 'an empty list'}")
    for item in (item for plane in image for row in plane for item in row):
        if not is_scalar(item):
            if hasattr(item, "__len__") and not isinstance(item, NOT_SEQUENCES):
                raise ValueError(
                    f"{owner} takes {what}; got more levels, a batch: call it on each, [model(x) for x in X]"
                )
            raise TypeError(f"{name} must have numbers in its rows, got {shown(item)}")
    return image


def padded(image: Image, padding: Pair, fill: Any = 0.0) -> Image:
    """The image with ``padding[0]`` rows above and below it and ``padding[1]`` columns on either side.

    Raises ``ValueError`` if it would have more numbers than fit in memory.

    >>> padded([[[5.0]]], (0, 1))
    [[[0.0, 5.0, 0.0]]]
    """
    if padding == (0, 0):
        return image
    rows, columns = padding
    if len(image) * (len(image[0]) + 2 * rows) * (len(image[0][0]) + 2 * columns) > MAX_COUNT:
        raise ValueError(
            f"padding={shown(padding)} makes an image of more than {MAX_COUNT:,} numbers: use a smaller one"
        )
    blank = [fill] * (len(image[0][0]) + 2 * columns)
    side = [fill] * columns
    return [[*[blank] * rows, *([*side, *row, *side] for row in plane), *[blank] * rows] for plane in image]


def windows(image: Image, size: Pair, stride: Pair, owner: str) -> list[list[list[Any]]]:
    """For each row of positions, the window at each position: channel by channel, row by row.

    Raises ``ValueError`` if the image is smaller than a window.

    >>> windows([[[1, 2, 3], [4, 5, 6]]], (2, 2), (1, 1), "Conv2d")
    [[[1, 2, 4, 5], [2, 3, 5, 6]]]
    """
    height, width = len(image[0]), len(image[0][0])
    if height < size[0] or width < size[1]:
        raise ValueError(f"{owner}: an image of {height} x {width} is smaller than the window of {size[0]} x {size[1]}")
    tops, lefts = range(0, height - size[0] + 1, stride[0]), range(0, width - size[1] + 1, stride[1])

    def window(top: int, left: int) -> list[Any]:
        rows = (row for plane in image for row in plane[top : top + size[0]])
        return [number for row in rows for number in row[left : left + size[1]]]

    return [[window(top, left) for left in lefts] for top in tops]
