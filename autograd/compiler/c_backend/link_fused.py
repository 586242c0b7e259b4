"""How does a chain become a step of the C runtime?  Words for each part and its operands, or the address of a loop.

Read `fused_loop` and `bytecode` first, and `fused_step` in `runtime.c` beside this; `toolchain` next.
"""

from __future__ import annotations

import ctypes
import struct
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend.fused_loop import ChainPart, FusedLoop, source
from autograd.compiler.c_backend.opcodes import CHUNK, MAX_OPERANDS, MAX_POINTERS, Opcode, OperandKind
from autograd.compiler.c_backend.toolchain import library
from autograd.compiler.lower import can_raise
from autograd.compiler.passes.matmul import distinct

if TYPE_CHECKING:
    from autograd.compiler.c_backend.bytecode import Bytecode
    from autograd.compiler.passes.group import FusedChain

Place = tuple[int, int]
"""The location of an operand: its kind, and its word."""


class CompiledLoops:
    """The loops of one graph's chains."""

    def __init__(self) -> None:
        self.chains: dict[FusedLoop, FusedLoop] = {}
        """All chains; of equal ones the first."""
        self.names: dict[FusedLoop, str] = {}
        self.steps: list[tuple[list[int], int, str, int]] = []
        """Steps that may run a loop: the step, where its offset is, the function, and the offset."""
        self.operations = 0
        """How many operations the chains apply to each sample."""
        self.built = False

    def name(self, chain: FusedLoop) -> str:
        """The name of a chain's loop, the same for equal chains."""
        return self.names.setdefault(chain, f"loop{len(self.names)}")

    @property
    def source(self) -> str:
        """The loops in C."""
        return "\n".join(chain.text(name) for chain, name in self.names.items())

    def build(self) -> None:
        """Compile or load the loops, and let the steps run them; raises UnsupportedError without a compiler."""
        functions = [function for _, _, function, _ in self.steps]
        loaded = library("loops", {"loops.c": source([self.source])}, functions)
        for step, position, function, offset in self.steps:
            step[position] = offset
            step[offset + (step[0] == Opcode.FUSED_REVERSE)] = (
                ctypes.cast(getattr(loaded, function), ctypes.c_void_p).value or 0
            )
        self.built = True


OFFSET = 7
"""Where a step has the position of its loop's words; 0 until the loop is compiled."""


def link_fused(code: Bytecode, group: FusedChain, loops: CompiledLoops) -> None:
    """Add the step of a chain."""
    chain, places, columns = _described(code, group)
    chain = loops.chains.setdefault(chain, chain)  # what is known of an equal chain need not be found again
    inner = sum(not part.stored for part in chain.parts)
    buffers = iter(range(inner))
    results: list[Place] = []
    kept: list[int] = []
    words: list[int] = []
    for part, each, recomputed in zip(group.parts, chain.parts, chain.recomputed, strict=True):
        results.append((OperandKind.OWN, part.first) if each.stored else (OperandKind.BUFFER, next(buffers)))
        kept.append(code.kept_partials(part, any(each.wanted)))
        operands = [word for name in each.operands for word in _operand(name, results, inner)]
        wanted = sum(1 << n for n, want in enumerate(each.wanted) if want)
        words += [each.function + code.functions, len(each.operands), *results[-1]]
        words += [each.may_raise + 2 * recomputed + 4 * each.clears, wanted, kept[-1], *operands]
        words += [0] * (2 * MAX_OPERANDS - len(operands))
    words += [struct.unpack("q", struct.pack("d", float(number)))[0] for number in chain.numbers]
    words += [word for n, place in enumerate(places) for word in (*place, chain.wanted[n] + 2 * chain.alone[n])]
    code.scratch = max(code.scratch, max(2 * (inner + len(places)) + len(chain.numbers), MAX_POINTERS) * CHUNK)
    head = [len(group.parts[0].nodes), len(chain.parts), inner, len(chain.numbers), len(places), 0]
    known: dict[str, list[Place]] = {
        "v": results,
        "g": results,
        "a": places,
        "d": places,
        "s": [(OperandKind.OWN, row) for row in kept],
    }
    for nodes in [part.nodes for part, each in zip(group.parts, chain.parts, strict=True) if each.clears] + [
        nodes for n, nodes in enumerate(columns) if chain.alone[n] and chain.wanted[n]
    ]:
        code.skip_zeroing(code.slot[nodes], group.per_sample)
    group.note = _why_no_loop(chain, columns)
    if group.note:
        code.step(group.per_sample, Opcode.FUSED, [*head, *words])
        return
    group.note = loops.name(chain)
    loops.operations += len(group.parts) * len(group.parts[0].nodes) * group.per_sample
    offset = 2 + len(head) + len(words)
    code.step(group.per_sample, Opcode.FUSED, [*head, *words, *_loop_words(chain, known)])
    for steps, direction in ((code.forward, "forward"), (code.reverse, "reverse")):
        loops.steps.append((steps[group.per_sample][-1], OFFSET, f"{group.note}_{direction}", offset))


def _operand(name: str, results: list[Place], inner: int) -> Place:
    """The location of an operand of a part: a result before it, a place, or a number."""
    number = int(name[1:])
    if name[0] == "v":
        return results[number]
    return (OperandKind.PLACE, number) if name[0] == "a" else (OperandKind.BUFFER, inner + number)


def _loop_words(chain: FusedLoop, known: dict[str, list[Place]]) -> list[int]:
    """Two addresses, still 0; whether rows are processed one at a time; and the location of each pointer."""
    pairs = [(name, *known[name[0]][int(name[1:])]) for back in (False, True) for name in chain.pointers(back)]
    by_row = any(kind != OperandKind.OWN for _, kind, _ in pairs)
    where = [word for name, kind, at in pairs for word in (int(name[0] in "gd"), kind, at)]
    return [0, 0, int(by_row), len(chain.pointers(False)), len(chain.pointers(True)), *where]


def _described(code: Bytecode, group: FusedChain) -> tuple[FusedLoop, list[Place], list[Any]]:
    """The chain, and for each of its operands from memory its location and its nodes."""
    places: dict[Place, int] = {}
    columns: list[Any] = []
    numbers: dict[str, int] = {}
    parts: list[ChainPart] = []
    part_of: dict[int, int] = {}  # of each node of the first row
    read: Counter[str] = Counter()
    for part in group.parts:
        names, wanted = [], []
        for nodes in part.operands:
            first = int(nodes[0])
            number = None if first in part_of else code.constant(nodes)
            wanted.append(number is None and code.wants(nodes))
            if number is not None:
                names.append(f"c{numbers.setdefault(repr(number), len(numbers))}")
            elif first in part_of:
                names.append(f"v{part_of[first]}")
            else:
                kind, at = code.argument(group.per_sample, nodes)
                if (kind, at) not in places:
                    columns.append(nodes)
                names.append(f"a{places.setdefault((kind, at), len(places))}")
        read.update(names)
        part_of[int(part.nodes[0])] = len(parts)
        function, may_raise = code.function_of(part), can_raise(part.row)
        parts.append(ChainPart(function, tuple(names), tuple(wanted), part.stored, part.read_outside, may_raise))
    alone = tuple(
        kind == OperandKind.OWN and bool((code.readers[nodes] == read[f"a{n}"]).all())
        for n, ((kind, _), nodes) in enumerate(zip(places, columns, strict=True))
    )
    uniform = tuple(kind == OperandKind.UNIFORM_TABLE for kind, _ in places)
    return FusedLoop(code.fast, tuple(parts), tuple(numbers), alone, uniform, group.per_sample), list(places), columns


def _why_no_loop(chain: FusedLoop, columns: list[Any]) -> str:
    """Why a loop cannot accumulate gradients in the order in which the runtime does; '' if it can."""
    if len(chain.pointers(True)) > MAX_POINTERS:
        return "no loop: too many operands"
    rows = [distinct(nodes) for nodes, wanted in zip(columns, chain.wanted, strict=True) if wanted]
    if len(rows) > 1 and len(distinct(np.concatenate(rows))) < sum(map(len, rows)):
        return "no loop: two operands have numbers in common"
    return ""
