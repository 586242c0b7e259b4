"""Would an exception handler catch an error of the engine?  Then the function would take a path that is not traced.

Read `executed_code` next.  A compiled program computes all samples at once, and cannot jump to a handler.  This module
reads the exception table of a code object: which handler covers an instruction, what it catches, and whether it ends
without raising again.  Whether a `with` block does is decided by its object, which is looked at when the block ends.
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


@functools.lru_cache(maxsize=4096)
def may_catch(code: CodeType) -> bool:
    """Whether this code has a handler that may end without raising again."""
    if not code.co_exceptiontable:
        return False
    steps = _instructions(code)
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    blocks = [_handler_at(steps, entry.target) for entry in entries]
    return any(_swallows(block) or _is_of_with(block) for block in blocks)


def in_with_block(frame: FrameType) -> bool:
    """Whether an error raised at the current instruction would leave a `with` block."""
    return _around(frame.f_code, frame.f_lasti)[1]


def hidden_by(frame: FrameType) -> str:
    """What could hide an error that leaves the `with` block whose method `__exit__` this frame runs; or ''."""
    code, owner = frame.f_code, frame.f_locals.get("self")
    if frame.f_globals.get("__name__") != "contextlib":
        return _named(code) if _may_give_true(code) else ""
    generator: Any = getattr(owner, "gen", None)
    if getattr(generator, "gi_frame", None) is not None and may_catch(generator.gi_code):
        return catching_line(generator.gi_frame)
    added = [getattr(function, "__code__", None) for _, function in getattr(owner, "_exit_callbacks", ())]
    return next((_named(code) for code in added if code is not None and _may_give_true(code)), "")


def _named(code: CodeType) -> str:
    return f"the function {code.co_qualname} in {code.co_filename}:{code.co_firstlineno}"


def _may_give_true(code: CodeType) -> bool:
    """Whether a function may return something other than None, False or another false constant."""
    steps = _instructions(code)
    returns = [i for i, step in enumerate(steps) if step.opname in ("RETURN_VALUE", "RETURN_CONST")]
    given = [steps[i] if steps[i].opname == "RETURN_CONST" else steps[i - 1] for i in returns]
    return any(step.opname not in ("RETURN_CONST", "LOAD_CONST") or bool(step.argval) for step in given)


def catching_line(frame: FrameType) -> str:
    """File, line and text of the handler that would catch an error raised at the current instruction; or ''."""
    code = frame.f_code
    for block in _around(code, frame.f_lasti)[0]:
        if _matches(block, frame):
            line = next((s.positions.lineno for s in block if s.positions and s.positions.lineno), code.co_firstlineno)
            text = linecache.getline(code.co_filename, line).strip()
            return f"the handler in {code.co_filename}:{line} `{text}`"
    return ""


@functools.lru_cache(maxsize=10_000)
def _around(code: CodeType, at: int) -> tuple[list[list[dis.Instruction]], bool]:
    """The handlers around this instruction that may end normally, the innermost first; whether it is in a `with`."""
    found: list[list[dis.Instruction]] = []
    steps, in_with = _instructions(code), False
    entries = dis._parse_exception_table(code)  # type: ignore[attr-defined]
    seen = set()
    while True:
        entry = next((e for e in entries if e.start <= at < e.end), None)
        if entry is None or entry.target in seen:
            return found, in_with
        seen.add(entry.target)
        block = _handler_at(steps, entry.target)
        in_with = in_with or _is_of_with(block)
        if _swallows(block):
            found.append(block)
        if not block:
            return found, in_with
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
    if _is_of_with(block):
        return False  # the object decides: see `hidden_by`
    for step, after in zip(block, [*block[1:], None], strict=True):
        if step.opname == "POP_EXCEPT" and (after is None or after.opname != "RERAISE"):
            return True
    return False


def _is_of_with(block: list[dis.Instruction]) -> bool:
    return any(step.opname == "WITH_EXCEPT_START" for step in block)


def _matches(block: list[dis.Instruction], frame: FrameType) -> bool:
    """Whether an `except` clause of this handler catches errors of the engine; a bare one does."""
    checks = [i for i, step in enumerate(block) if step.opname == "CHECK_EXC_MATCH"]
    return not checks or any(_catches(block[:check], frame) for check in checks)


def _catches(steps: list[dis.Instruction], frame: FrameType) -> bool:
    """Whether the exceptions that the last of these instructions load are among those that the engine raises."""
    loads: list[dis.Instruction] = []
    for step in reversed(steps):
        if step.opname not in (*_NAMES, "LOAD_ATTR", "BUILD_TUPLE", "PUSH_NULL"):
            break
        loads.insert(0, step)
    found: list[Any] = []
    for step in loads:
        if step.opname in _NAMES:
            spaces = (frame.f_locals, frame.f_globals, vars(builtins))
            found.append(next((space[step.argval] for space in spaces if step.argval in space), None))
        elif step.opname == "LOAD_ATTR" and found:
            found[-1] = getattr(found[-1], step.argval, None)
    flat = [k for thing in found for k in (thing if isinstance(thing, tuple) else (thing,))]
    known = bool(flat) and all(isinstance(k, type) and issubclass(k, BaseException) for k in flat)
    return not known or any(issubclass(error, tuple(flat)) for error in _ERRORS)
