"""The graphs of a worksheet, and what the sheet says about them."""

from __future__ import annotations

import pytest

from chalkgrad.worksheets import draw_programs, worksheet


@pytest.mark.parametrize("operations", [["add"], ["multiply", "tanh"], ["relu", "square", "add"]])
def test_only_these_operations_are_used(operations: list[str]) -> None:
    used = {name for p in draw_programs(3, 2, 0, operations) for name, _ in p.steps}
    assert used <= set(operations)


def test_the_sheet_says_how_to_round_where_numbers_are_not_whole() -> None:
    assert "keep three significant digits" in worksheet(1, 2, operations=["multiply", "tanh"])[0]
    assert "digits" not in worksheet(1, 2, operations=["multiply", "add"])[0]
