"""Would an exception handler catch an error of the engine?  Then the function would take a path that is not traced.

Read `executed_code` next.  A compiled program computes all samples at once, and cannot jump to a handler.  This module
reads the exception table of a code object: which handler covers an instruction, what it catches, and whether it ends
without raising again.
"""

from __future__ import annotations

import builtins
import dis
import functools
import linecache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType, FrameType

_ERRORS = (ValueError, ZeroDivisionError, OverflowError, FloatingPointError)
"""The errors that the engine raises for a number outside the domain of an operation."""

_NAMES = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST", "LOAD_FAST_CHECK")

_lines: dict[tuple[CodeType, int], str] = {}


@functools.lru_cache(maxsize=4096)
def may_catch(code: CodeType) -> bool:
    """Whether this code has a handler that ends without raising again."""
    if not code.co_exceptiontable:
        return False
    steps = _instructions(code)
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    return any(_swallows(_handler_at(steps, entry.target)) for entry in entries)


def catching_line(frame: FrameType) -> str:
    """File, line and text of the handler that would catch an error raised at the current instruction; or ''."""
    code, at = frame.f_code, frame.f_lasti
    key = code, at
    if key not in _lines:
        if len(_lines) > 10_000:
            _lines.clear()
        _lines[key] = _found(code, at, {**vars(builtins), **frame.f_globals, **frame.f_locals})
    return _lines[key]


def _found(code: CodeType, at: int, space: dict[str, Any]) -> str:
    steps = _instructions(code)
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    seen = set()
    while True:
        entry = next((e for e in entries if e.start <= at < e.end), None)
        if entry is None or entry.target in seen:
            return ""
        seen.add(entry.target)
        block = _handler_at(steps, entry.target)
        if _swallows(block) and _matches(block, space):
            line = next((s.positions.lineno for s in block if s.positions and s.positions.lineno), code.co_firstlineno)
            text = linecache.getline(code.co_filename, line).strip()
            return f"the handler in {code.co_filename}:{line} `{text}`"
        if not block:
            return ""
        at = block[-1].offset  # if nothing matched, the error is raised again there


def _instructions(code: CodeType) -> list[dis.Instruction]:
    return [step for step in dis.get_instructions(code) if step.opname not in ("CACHE", "NOP", "EXTENDED_ARG")]


def _handler_at(steps: list[dis.Instruction], target: int) -> list[dis.Instruction]:
    """The instructions of the handler there, up to the one that raises the error again if nothing has matched."""
    steps = steps[next((i for i, step in enumerate(steps) if step.offset >= target), len(steps)) :]
    for i, step in enumerate(steps):
        if step.opname == "RERAISE" and not (i and steps[i - 1].opname == "POP_EXCEPT"):
            return steps[: i + 1]
        if step.opname == "RERAISE" and not any(s.opname == "CHECK_EXC_MATCH" for s in steps[:i]):
            return steps[: i + 1]  # the end of a bare `except:`
    return steps


def _swallows(block: list[dis.Instruction]) -> bool:
    """Whether some path through the handler ends normally."""
    if any(step.opname == "WITH_EXCEPT_START" for step in block):
        return False  # the object decides; swallowed errors show when the eager engine computes the sample
    for step, after in zip(block, [*block[1:], None], strict=True):
        if step.opname == "POP_EXCEPT" and (after is None or after.opname != "RERAISE"):
            return True
    return False


def _matches(block: list[dis.Instruction], space: dict[str, Any]) -> bool:
    """Whether an `except` clause of this handler catches errors of the engine; a bare one does."""
    checks = [i for i, step in enumerate(block) if step.opname == "CHECK_EXC_MATCH"]
    return not checks or any(_catches(block[:check], space) for check in checks)


def _catches(steps: list[dis.Instruction], space: dict[str, Any]) -> bool:
    """Whether the exceptions that the last of these instructions load are among those that the engine raises."""
    loads: list[dis.Instruction] = []
    for step in reversed(steps):
        if step.opname not in (*_NAMES, "LOAD_ATTR", "BUILD_TUPLE", "PUSH_NULL"):
            break
        loads.insert(0, step)
    found: list[Any] = []
    for step in loads:
        if step.opname in _NAMES:
            found.append(space.get(step.argval))
        elif step.opname == "LOAD_ATTR" and found:
            found[-1] = getattr(found[-1], step.argval, None)
    flat = [k for thing in found for k in (thing if isinstance(thing, tuple) else (thing,))]
    known = bool(flat) and all(isinstance(k, type) and issubclass(k, BaseException) for k in flat)
    return not known or any(issubclass(error, tuple(flat)) for error in _ERRORS)
