"""How does a chain become a step of the C runtime?  Words for each part and its operands, or the address of a loop.

Read `fused_loop` and `bytecode` first, and `fused_step` in `runtime.c` beside this; `toolchain` next.
"""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend import elementwise
from autograd.compiler.c_backend.fused_loop import ChainPart, FusedLoop, source
from autograd.compiler.c_backend.opcodes import CHUNK, MAX_OPERANDS, MAX_POINTERS, Opcode, OperandKind
from autograd.compiler.c_backend.toolchain import library
from autograd.compiler.lower import can_raise
from autograd.compiler.passes.group import UnsupportedError

if TYPE_CHECKING:
    from autograd.compiler.c_backend.bytecode import Bytecode
    from autograd.compiler.passes.group import FusedChain

Place = tuple[int, int]
"""The location of an operand: its kind, and its word."""


class EmittedLoops:
    """The loops that are emitted for one graph."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        """Names by the text of the loop, in which a placeholder is the name."""
        self.waiting: list[tuple[list[int], int, str]] = []
        """Steps that still need the address of a loop: the step, the position of the address, the function."""

    def name(self, chain: FusedLoop) -> str:
        """The name of a chain's loop, the same for equal chains."""
        return self.names.setdefault(chain.text("loop"), f"loop{len(self.names)}")

    @property
    def source(self) -> str:
        """The loops in C."""
        return "\n".join(text.replace("long loop_", f"long {name}_") for text, name in self.names.items())

    def build(self) -> None:
        """Compile or load the loops, and write their addresses; raises UnsupportedError without a compiler."""
        if self.waiting:
            functions = [name for _, _, name in self.waiting]
            loaded = library("loops", {"loops.c": source([self.source])}, functions)
            for step, position, name in self.waiting:
                step[position] = ctypes.cast(getattr(loaded, name), ctypes.c_void_p).value or 0


def link_fused(code: Bytecode, group: FusedChain, loops: EmittedLoops | None) -> bool:
    """Add the steps of a chain; False, with nothing added, where it is a single operation without a loop."""
    chain, places, columns = _described(code, group)
    if loops is not None:
        group.note = _why_no_loop(code, chain, places, columns)
    is_loop = loops is not None and not group.note
    if len(chain.parts) == 1 and not is_loop:
        return False
    inner = sum(not part.stored for part in chain.parts)
    results: list[Place] = []
    kept: list[int] = []
    words: list[int] = []
    for part, each, recomputed in zip(group.parts, chain.parts, chain.recomputed(), strict=True):
        buffer = sum(kind == OperandKind.BUFFER for kind, _ in results)
        results.append((OperandKind.OWN, part.first) if each.stored else (OperandKind.BUFFER, buffer))
        kept.append(code.kept_partials(part, any(each.wanted)))
        where: dict[str, list[Place]] = {
            "v": results,
            "a": places,
            "c": [(OperandKind.BUFFER, inner + n) for n in range(len(chain.numbers))],
        }
        operands = [word for name in each.operands for word in where[name[0]][int(name[1:])]]
        wanted = sum(1 << n for n, want in enumerate(each.wanted) if want)
        words += [each.function + code.functions, len(each.operands), *results[-1]]
        words += [each.may_raise + 2 * recomputed, wanted, kept[-1], *operands]
        words += [0] * (2 * MAX_OPERANDS - len(operands))
    words += [struct.unpack("q", struct.pack("d", number))[0] for number in chain.numbers]
    buffers = 2 * inner + len(chain.numbers) + MAX_OPERANDS + 1
    code.scratch = max(code.scratch, max(buffers, MAX_POINTERS) * CHUNK)
    head = [len(group.parts[0].nodes), len(chain.parts), inner, len(chain.numbers)]
    at = 2 + len(head) + 1 + len(words)
    if loops is None or not is_loop:
        code.step(True, Opcode.FUSED, [*head, 0, *words])
        return True
    group.note = loops.name(chain)
    known: dict[str, list[Place]] = {
        "v": results,
        "g": results,
        "a": places,
        "d": places,
        "s": [(OperandKind.OWN, row) for row in kept],
    }
    code.step(True, Opcode.FUSED, [*head, at, *words, *_loop_words(chain, known)])
    for step, direction, place in ((code.forward, "forward", at), (code.reverse, "reverse", at + 1)):
        loops.waiting.append((step[True][-1], place, f"{group.note}_{direction}"))
    unread = [
        part.nodes for part, each in zip(group.parts, chain.parts, strict=True) if each.stored and not each.outside
    ]
    alone = [nodes for n, nodes in enumerate(columns) if chain.alone[n] and chain.wants(n)]
    for nodes in (*unread, *alone):
        code.skip_zeroing(code.slot[nodes])
    return True


def _loop_words(chain: FusedLoop, known: dict[str, list[Place]]) -> list[int]:
    """Two addresses, still 0; whether rows are processed one at a time; and the location of each pointer."""
    pairs = [(name, *known[name[0]][int(name[1:])]) for back in (False, True) for name in chain.pointers(back)]
    by_row = any(kind != OperandKind.OWN for _, kind, _ in pairs)
    where = [word for name, kind, at in pairs for word in (int(name[0] in "gd"), kind, at)]
    return [0, 0, int(by_row), len(chain.pointers(False)), len(chain.pointers(True)), *where]


def _described(code: Bytecode, group: FusedChain) -> tuple[FusedLoop, list[Place], list[Any]]:
    """The chain, and for each of its operands from memory its location and its nodes."""
    chain = FusedLoop(code.fast)
    places: list[Place] = []
    columns: list[Any] = []
    numbers: dict[str, int] = {}
    part_of: dict[int, int] = {}  # of each node of the first row
    for part in group.parts:
        exponent = code.constant(part.operands[1]) if part.row.name == "power" else None
        function = elementwise.number_of(part.row.name, exponent)
        if function is None:
            raise UnsupportedError(f"{part.row.name} has no form in C")
        names, wanted = [], []
        for nodes in part.operands:
            number = code.constant(nodes)
            wanted.append(number is None and code.wants(nodes))
            if number is not None:
                names.append(f"c{numbers.setdefault(repr(number), len(numbers))}")
            elif int(nodes[0]) in part_of:
                names.append(f"v{part_of[int(nodes[0])]}")
            else:
                kind, at = code.argument(True, nodes)
                if (kind, at) not in places:
                    places.append((kind, at))
                    columns.append(nodes)
                names.append(f"a{places.index((kind, at))}")
        part_of[int(part.nodes[0])] = len(chain.parts)
        chain.parts.append(ChainPart(function, names, wanted, part.stored, part.read_outside, can_raise(part.row)))
    chain.numbers = [float(text) for text in numbers]
    read = [name for part in chain.parts for name in part.operands]
    for n, ((kind, _), nodes) in enumerate(zip(places, columns, strict=True)):
        chain.alone.append(kind == OperandKind.OWN and bool((code.readers[nodes] == read.count(f"a{n}")).all()))
    return chain, places, columns


def _why_no_loop(code: Bytecode, chain: FusedLoop, places: list[Place], columns: list[Any]) -> str:
    """Why a loop cannot accumulate gradients in the order in which the runtime does; '' if it can."""
    if len(chain.pointers(True)) > MAX_POINTERS:
        return "no loop: too many operands"
    wanted = [n for n in range(len(columns)) if chain.wants(n)]
    read = [name for part in chain.parts for name in part.operands]
    if any(places[n][0] != OperandKind.OWN and read.count(f"a{n}") > 1 for n in wanted):
        return "no loop: one number is used for many rows by several operations"
    rows = [np.unique(columns[n]) for n in wanted]
    if len(np.unique(np.concatenate([*rows, np.zeros(0, np.int64)]))) < sum(map(len, rows)):
        return "no loop: two operands have numbers in common"
    return ""
