"""The graphs of a worksheet, and what the sheet says about them."""

from __future__ import annotations

import pytest

from chalkgrad.worksheets import PageSetup, draw_programs, random_sheet, worksheet_page


@pytest.mark.parametrize("operations", [["add"], ["multiply", "tanh"], ["relu", "square", "add"]])
def test_only_these_operations_are_used(operations: list[str]) -> None:
    used = {name for p in draw_programs(3, 2, 0, operations) for name, _ in p.steps}
    assert used <= set(operations)


def test_the_sheet_says_how_to_round_where_numbers_are_not_whole() -> None:
    layout = PageSetup()
    rounded, whole = (
        worksheet_page([random_sheet(1, 2, 0, operations, layout)], layout)
        for operations in (["multiply", "tanh"], ["multiply", "add"])
    )
    assert "Keep three significant digits" in rounded
    assert "digits" not in whole
