"""What does a chain compute, and, for backend "emit", how does it become one loop in C?

Read `fuse` and `elementwise` first, `link_fused` next.  The C runtime interprets the parts of a chain, with a buffer
for each result; that costs a call and a memory access for every operation.  An emitted loop keeps results in registers,
but needs a C compiler and a tenth of a second.  Equal chains of any length share a loop, which is cached on disk.  The
operations and their order are the same, and so are the bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograd.compiler.c_backend import elementwise
from autograd.compiler.lower import OPERANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd.compiler.c_backend.elementwise import Function


@dataclass
class ChainPart:
    """One operation of a chain.

    `operands` are names: "v0" is the result of the first part, "a0" the first operand from memory, "c0" a number.
    """

    function: int
    operands: list[str]
    wanted: list[bool]
    """For each operand whether a gradient flows to it."""
    stored: bool
    """Whether the result is kept in memory."""
    outside: bool
    """Whether other groups read the result, so that a gradient comes from them."""
    may_raise: bool

    @property
    def forward(self) -> Function:
        """The function for the value; if both are computed together, for value and partial."""
        value, both, _ = elementwise.functions()[self.function]
        return both if both is not None and any(self.wanted) else value

    @property
    def keeps_partial(self) -> bool:
        """Whether the partial is kept from the forward pass."""
        return len(self.forward.formulas) > 1

    def reverse(self) -> Iterator[tuple[int, Function | None]]:
        """For each operand that a gradient flows to, the last first: the function for its partial; None if kept."""
        _, _, functions = elementwise.functions()[self.function]
        for n in reversed(range(len(self.operands))):
            if self.wanted[n] and (self.keeps_partial or not functions[n].never_taken):
                yield n, None if self.keeps_partial else functions[n]


@dataclass
class FusedLoop:
    """A chain of parts, in their order, and their operands from memory."""

    fast: bool
    parts: list[ChainPart] = field(default_factory=list)
    numbers: list[float] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    """For each operand whether only this chain reads it: then its gradient is written, not accumulated."""

    def wants(self, operand: int) -> bool:
        """Whether a gradient flows to an operand."""
        name = f"a{operand}"
        return any(name == o and w for part in self.parts for o, w in zip(part.operands, part.wanted, strict=True))

    def recomputed(self) -> list[bool]:
        """For each part whether its result is needed in the reverse pass, and is not in memory."""
        needed: set[str] = set()
        for n, part in enumerate(self.parts):
            functions = [function for _, function in part.reverse() if function is not None]
            needed |= {o for f in functions for o in self._read(f, part)}
            needed |= {f"v{n}"} if any(f.reads("out", self.fast) for f in functions) else set()
        for n, part in reversed(list(enumerate(self.parts))):
            if f"v{n}" in needed and not part.stored:
                needed |= self._read(part.forward, part)
        return [f"v{n}" in needed and not part.stored for n, part in enumerate(self.parts)]

    def _read(self, function: Function, part: ChainPart) -> set[str]:
        return {o for s, o in zip(OPERANDS, part.operands, strict=False) if function.reads(s, self.fast)}

    def pointers(self, backward: bool) -> list[str]:
        """The rows that the loop reads and writes, in the order of its argument.

        "a0" is an operand and "d0" its gradient, "v0" the result of a part, "g0" its gradient, "s0" its kept partial.
        """
        operands, parts = range(len(self.alone)), list(enumerate(self.parts))
        found = [f"a{n}" for n in operands] + [f"v{n}" for n, part in parts if part.stored]
        found += [f"s{n}" for n, part in parts if part.keeps_partial]
        if backward:
            found += [f"g{n}" for n, part in parts if part.outside] + [f"d{n}" for n in operands if self.wants(n)]
        return found

    # ------------------------------------------------------------------------------------------------------------ in C

    def text(self, name: str) -> str:
        """Two functions; the first returns whether a result that the eager engine would check is not finite."""
        return "\n".join(
            [
                *self._function(f"{name}_forward", ["long bad = 0;"], self._forward(), backward=False),
                *self._function(f"{name}_reverse", ["const long bad = 0;"], self._reverse(), backward=True),
                "",
            ]
        )

    def _function(self, name: str, before: list[str], body: Iterable[str], backward: bool) -> Iterator[str]:
        yield f"long {name}(double *const *memory, long n) {{"
        for k, pointer in enumerate(self.pointers(backward)):
            yield f"    double *{pointer}_at = memory[{k}];"
        yield from (f"    {line}" for line in before)
        yield "#pragma GCC ivdep /* no two of these are the same memory */"
        yield "    for (long i = 0; i < n; i++) {"
        yield from (f"        {line}" for line in body)
        yield "    }\n    return bad;\n}"

    def _forward(self) -> Iterator[str]:
        yield from (f"double a{n} = a{n}_at[i];" for n in range(len(self.alone)))
        for n, part in enumerate(self.parts):
            declared, (value, *partials) = part.forward.texts(self.fast)
            kept = "".join(f" s{n}_at[i] = {partial};" for partial in partials)
            named = self._named(part.forward, part) + declared
            yield f"double v{n}; {{ {named}double out = {value}; v{n} = out;{kept} }}"
            if part.stored:
                yield f"v{n}_at[i] = v{n};"
            if part.may_raise:
                yield f"bad |= v{n} * 0.0 != 0.0;"

    def _reverse(self) -> Iterator[str]:
        yield from (f"double a{n} = a{n}_at[i];" for n in range(len(self.alone)))
        for n, alone in enumerate(self.alone):
            if self.wants(n):
                yield f"double d{n} = {'0.0' if alone else f'd{n}_at[i]'};"
        for n, (part, recomputed) in enumerate(zip(self.parts, self.recomputed(), strict=True)):
            if recomputed:
                declared, (value, *_) = part.forward.texts(self.fast)
                yield f"double v{n}; {{ {self._named(part.forward, part)}{declared}v{n} = {value}; }}"
            elif part.stored:
                yield f"double v{n} = v{n}_at[i];"
            yield f"double g{n} = {f'g{n}_at[i]' if part.outside else '0.0'};"
        for n, part in reversed(list(enumerate(self.parts))):
            for k, function in part.reverse():
                target = part.operands[k].replace("v", "g").replace("a", "d")
                if function is None:
                    yield f"{target} += g{n} * s{n}_at[i];"
                    continue
                out = f"double out = v{n}; " if function.reads("out", self.fast) else ""
                declared, (partial,) = function.texts(self.fast)
                given = f"{self._named(function, part)}{out}double gradient = g{n}; "
                yield f"{{ {given}{declared}{target} += {partial}; }}"
        yield from (f"d{n}_at[i] = d{n};" for n in range(len(self.alone)) if self.wants(n))

    def _named(self, function: Function, part: ChainPart) -> str:
        """The operands under the names that the row's formula gives them."""
        return "".join(
            f"double {symbol} = {elementwise.number(self.numbers[int(name[1:])]) if name[0] == 'c' else name}; "
            for symbol, name in zip(OPERANDS, part.operands, strict=False)
            if function.reads(symbol, self.fast)
        )


def source(loops: Iterable[str]) -> str:
    """The file with these loops."""
    return "\n".join([elementwise.HEAD, *loops])
