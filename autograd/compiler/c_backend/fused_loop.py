"""What does a chain compute, and how does it become one loop in C?

Read `fuse` and `elementwise` first, `link_fused` next.  The C runtime interprets the parts of a chain, with a buffer
for each result; that costs a call and a memory access for every operation.  A compiled loop keeps results in registers,
but needs a C compiler and a tenth of a second.  Equal chains share a loop, which is cached on disk.  The operations and
their order are the same, and so are the bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from autograd.compiler.c_backend import elementwise
from autograd.compiler.lower import OPERANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd.compiler.c_backend.elementwise import Function


@dataclass(frozen=True)
class ChainPart:
    """One operation of a chain.

    `operands` are names: "v0" is the result of the first part, "a0" the first operand from memory, "c0" a number.
    """

    function: int
    operands: tuple[str, ...]
    wanted: tuple[bool, ...]
    """For each operand whether a gradient flows to it."""
    stored: bool
    """Whether the result is kept in memory."""
    outside: bool
    """Whether other groups read the result, so that a gradient comes from them."""
    may_raise: bool

    @property
    def clears(self) -> bool:
        """Whether it has a gradient in memory to which only the chain adds, so that the chain sets it to 0."""
        return self.stored and not self.outside

    @property
    def forward(self) -> Function:
        """The function for the value; if both are computed together, for value and partial."""
        value, both, _ = elementwise.functions(self.function)
        return both if both is not None and any(self.wanted) else value

    @property
    def keeps_partial(self) -> bool:
        """Whether the partial is kept from the forward pass."""
        return len(self.forward.formulas) > 1

    def reverse(self) -> Iterator[tuple[int, Function | None]]:
        """For each operand that a gradient flows to, the last first: the function for its partial; None if kept."""
        _, _, functions = elementwise.functions(self.function)
        for n in reversed(range(len(self.operands))):
            if self.wanted[n] and (self.keeps_partial or not functions[n].never_taken):
                yield n, None if self.keeps_partial else functions[n]


@dataclass(frozen=True)
class FusedLoop:
    """A chain of parts, in their order, and their operands from memory.  Equal chains have equal loops."""

    fast: bool
    parts: tuple[ChainPart, ...]
    numbers: tuple[str, ...]
    """The constants, as Python writes them: 0.0 and -0.0 are different numbers, and nan is equal to itself."""
    alone: tuple[bool, ...]
    """For each operand whether only this chain reads it: then its gradient is written, not added."""
    uniform: tuple[bool, ...]
    """For each operand whether it is one number for all samples, in a chain for each sample."""
    per_sample: bool = True
    """Whether the chain is computed for each sample; else once, and then there is nothing to loop over."""

    @cached_property
    def wanted(self) -> list[bool]:
        """For each operand whether a gradient flows to it."""
        names = {name for part in self.parts for name, wanted in zip(part.operands, part.wanted, strict=True) if wanted}
        return [f"a{n}" in names for n in range(len(self.alone))]

    @cached_property
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
            found += [f"g{n}" for n, part in parts if part.outside] + [f"d{n}" for n in operands if self.wanted[n]]
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
        yield from (f"    const double a{n} = *a{n}_at;" for n, uniform in enumerate(self.uniform) if uniform)
        yield from (f"    {line}" for line in before)
        if self.per_sample:
            yield "#pragma GCC ivdep /* no two of these are the same memory */"
            yield "    for (long i = 0; i < n; i++) {"
        else:
            yield "    { const long i = 0;"
        yield from (f"        {line}" for line in body)
        yield "    }\n    return bad;\n}"

    def _loaded(self) -> Iterator[str]:
        return (f"double a{n} = a{n}_at[i];" for n, uniform in enumerate(self.uniform) if not uniform)

    def _forward(self) -> Iterator[str]:
        yield from self._loaded()
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
        yield from self._loaded()
        yield from (f"double d{n} = 0.0;" for n, wanted in enumerate(self.wanted) if wanted)
        for n, (part, recomputed) in enumerate(zip(self.parts, self.recomputed, strict=True)):
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
        for n, wanted in enumerate(self.wanted):
            if wanted:
                yield f"d{n}_at[i] {'=' if self.alone[n] or self.uniform[n] else '+='} d{n};"

    def _named(self, function: Function, part: ChainPart) -> str:
        """The operands under the names that the row's formula gives them."""
        return "".join(
            f"double {symbol} = {elementwise.number(float(self.numbers[int(name[1:])])) if name[0] == 'c' else name}; "
            for symbol, name in zip(OPERANDS, part.operands, strict=False)
            if function.reads(symbol, self.fast)
        )


def source(loops: Iterable[str]) -> str:
    """The file with these loops."""
    return "\n".join([elementwise.HEAD, *loops])
