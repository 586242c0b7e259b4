"""The definitions that Python and C share: the header says what Python says, and the runtime has none of its own."""

from __future__ import annotations

import re
from importlib.resources import files

from autograd.compiler.c_backend import opcodes
from autograd.compiler.c_backend.opcodes import Opcode, OperandKind, VariadicRow


def test_the_header_has_every_definition() -> None:
    text = opcodes.header()
    sizes = {name: int(number) for name, number in re.findall(r"#define (\w+) (\d+)", text)}
    assert sizes == opcodes.SIZES
    assert {name: getattr(opcodes, name) for name in sizes} == sizes
    listed = [dict(re.findall(r"(\w+) = (\d+)", body)) for body in re.findall(r"enum \{(.*?)\};", text)]
    for kind, members in zip((Opcode, OperandKind, VariadicRow), listed, strict=True):
        assert {name: int(number) for name, number in members.items()} == {m.name: m.value for m in kind}


def test_the_runtime_defines_none_of_them_and_knows_every_step() -> None:
    runtime = files("autograd.compiler.c_backend").joinpath("runtime.c").read_text(encoding="utf-8")
    assert '#include "opcodes.h"' in runtime
    names = [*opcodes.SIZES, *Opcode.__members__, *OperandKind.__members__, *VariadicRow.__members__]
    assert not [name for name in names if re.search(rf"#define {name}\b|enum {{[^}}]*\b{name}\s*[=,]", runtime)]
    for step in set(Opcode) - {Opcode.END}:
        assert re.search(rf"case {step.name}:", runtime), step


def test_a_step_in_reverse_has_the_next_number() -> None:
    backward = [step for step in Opcode if step.name.endswith("_REVERSE")]
    assert backward
    assert all(step == Opcode[step.name.removesuffix("_REVERSE")] + 1 for step in backward)
