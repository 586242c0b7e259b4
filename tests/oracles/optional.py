"""Which tests need a folder that can be deleted?  See ``OPTIONAL`` in ``tests/test_architecture.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NEEDED_BY_LESSON = {"17": "nn/convolution", "18": "nn/recurrence"}
"""The folders with which a lesson is deleted."""
LESSONS = [number for number in (f"{n:02}" for n in range(19)) if (ROOT / NEEDED_BY_LESSON.get(number, "nn")).is_dir()]
"""The numbers of the lessons: from 00 to 18 where no folder is deleted."""


def needs(folder: str) -> pytest.MarkDecorator:
    """Leave a test out if this folder was deleted."""
    return pytest.mark.skipif(not (ROOT / folder).is_dir(), reason=f"{folder} was deleted")
