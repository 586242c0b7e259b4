"""Which index do predictions have?  That of the pandas frame they were made for.  Read before: ``evaluation``."""

from __future__ import annotations

from typing import Any


def indexed(frame: Any, predictions: list[Any], name: str) -> Any:
    """A Series of numbers, or a DataFrame of lists of numbers, with the index of ``frame``."""
    import pandas

    if predictions and isinstance(predictions[0], list):
        return pandas.DataFrame(predictions, index=frame.index)
    return pandas.Series(predictions, index=frame.index, name=name)
