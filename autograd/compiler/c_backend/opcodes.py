"""What are the words of the C runtime?  The numbers that `runtime.c` gives to kinds of steps and of operands.

Read `runtime.c` beside this, `bytecode` next, which writes steps with them.
"""

from __future__ import annotations

MAX_SAMPLES = 192
"""Samples in a block, at most."""

CHUNK = 192
"""Numbers in a buffer."""

MAX_POINTERS = 64
"""Rows that an emitted loop reads and writes at once."""

END, ROW, ROW_REVERSE, PRODUCT, PRODUCT_REVERSE, SUM, SUM_REVERSE, MANY, MANY_REVERSE, ADD_TABLE = range(10)
FUSED, FUSED_REVERSE, LANES, LANES_REVERSE = range(10, 14)
NAMES = {
    ROW: "row", PRODUCT: "product", SUM: "sum", MANY: "many", ADD_TABLE: "add", FUSED: "fused",
    LANES: "product of lanes",
}  # fmt: skip
"""How steps are called where they are shown; those in reverse are not."""

OWN, OWN_TABLE, UNIFORM_TABLE, CONSTANT, BUFFER = range(5)
"""Where an operand is: rows one after the other, rows by a table, numbers of U by a table, a number, a buffer."""

WHAT = {
    "logsumexp": 0, "cross_entropy": 1, "soft_cross_entropy": 2, "softmax": 3, "take": 4, "take from numbers": 5,
    "softmax_others": 6,
}  # fmt: skip
"""The rows of any number of operands."""
