"""What do the integers of the C runtime mean?  Kinds of steps and of operands, and sizes, for both languages.

Read `runtime.c` beside this, which includes these definitions as `opcodes.h`; `bytecode` next, which writes steps.
"""

from __future__ import annotations

from enum import IntEnum

SIZES = {"MAX_SAMPLES": 192, "CHUNK": 192, "MAX_POINTERS": 160, "MAX_OPERANDS": 4, "PACKED": 16}
"""Samples in a block; numbers in a buffer; rows that a fused loop reads and writes; operands of a row; samples that a
product of each sample packs: at most."""

MAX_SAMPLES, CHUNK, MAX_POINTERS, MAX_OPERANDS, PACKED = SIZES.values()


class Opcode(IntEnum):
    """What a step does.  The step in reverse has the next number."""

    END = 0
    ROW = 1
    ROW_REVERSE = 2
    PRODUCT = 3
    PRODUCT_REVERSE = 4
    SUM = 5
    SUM_REVERSE = 6
    VARIADIC = 7
    VARIADIC_REVERSE = 8
    ADD_TABLE = 9
    FUSED = 10
    FUSED_REVERSE = 11
    BATCHED_PRODUCT = 12
    BATCHED_PRODUCT_REVERSE = 13


class OperandKind(IntEnum):
    """Where an operand is."""

    OWN = 0
    """Consecutive rows of the group's own memory."""
    OWN_TABLE = 1
    """Rows of the group's own memory, by a table."""
    UNIFORM_TABLE = 2
    """Numbers that are the same for all samples (memory U), by a table."""
    CONSTANT = 3
    """A number, whose bits are the operand."""
    BUFFER = 4
    """A buffer inside a fused chain."""
    PLACE = 5
    """What a fused chain reads from memory, by its number."""


class VariadicRow(IntEnum):
    """The rows of any number of operands."""

    LOGSUMEXP = 0
    CROSS_ENTROPY = 1
    SOFT_CROSS_ENTROPY = 2
    SOFTMAX = 3
    TAKE = 4
    TAKE_UNIFORM = 5
    """`take` from numbers that are the same for all samples."""
    SOFTMAX_OTHERS = 6


def header() -> str:
    """These definitions in C, as the file `opcodes.h`.

    >>> print(header().splitlines()[0])
    #define MAX_SAMPLES 192
    """
    lines = [f"#define {name} {size}" for name, size in SIZES.items()]
    kinds = (Opcode, OperandKind, VariadicRow)
    lines += [f"enum {{ {', '.join(f'{member.name} = {member.value}' for member in kind)} }};" for kind in kinds]
    return "\n".join([*lines, ""])
