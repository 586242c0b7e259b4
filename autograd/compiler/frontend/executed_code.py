"""On which names can a function's result depend?  On those in the code that ran while it was traced.

Read `tracer`, `c_functions` and `exception_handlers` first, `snapshot` next, which follows these names from object to
object.  A profile hook notes each Python function that is entered and each C function that is called.  The code of the
Python functions has the names that they read.  A C function that could give another result next time (a clock, a file)
is refused, and so is an exception handler around the engine, which a compiled program would not execute.
"""

from __future__ import annotations

import dis
import functools
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import resolve_name
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from autograd.compiler.frontend import c_functions, tracer
from autograd.compiler.frontend.exception_handlers import catching_line, hidden_by, in_with_block, may_catch
from autograd.compiler.frontend.tracer import users_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from autograd.compiler.frontend.tracer import Watch

_ENGINE = tracer.ENGINE
_STANDARD = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120

ENGINE, LAYERS, LIBRARY, QUIET, USERS = range(5)
"""Whose code it is: autograd's, nn's, NumPy's or the standard library's, code that only logs or prints, the user's."""

_ONLY_REPORT = {"logging", "warnings", "traceback", "linecache", "importlib", "encodings", "tqdm"}

_ANSWERS = {"isEnabledFor", "getEffectiveLevel", "getLevelName", "hasHandlers", "import_module"}
"""Functions of these modules whose results matter."""

_LOADS_OF_GLOBALS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
_LOADS_OF_CELLS = {"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"}
_LOADS_OF_ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM"}
_LOADS = _LOADS_OF_GLOBALS | _LOADS_OF_CELLS | _LOADS_OF_ATTRIBUTES
_STORES = {"STORE_GLOBAL", "STORE_NAME", "STORE_DEREF", "STORE_ATTR", "STORE_SUBSCR"}
_SUBSCRIPTS = {"BINARY_SUBSCR", "BINARY_SLICE"}
_METHODS_THAT_WRITE = {
    "append", "appendleft", "extend", "extendleft", "insert", "add", "update", "clear", "discard"
}  # fmt: skip
_COMPARING = {"repr", "str", "format", "ascii", "index", "count", "remove", "eq", "ne"}
"""Names of functions that test objects for equality, or make texts of them."""
_CALLS = {"CALL", "PRECALL", "CALL_KW", "KW_NAMES"}


@dataclass
class Names:
    """The names that one code object reads from outside, by where they are looked up."""

    globals: set[str] = field(default_factory=set)
    cells: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    """Names of what is passed on instead of called: `map(f, xs)`."""
    written: set[str] = field(default_factory=set)
    """Names loaded only to write into the object: `log.append(x)`, `counts[k] += 1`."""
    all_attributes: bool = False
    """Whether it reads attributes whose names are not in the code."""
    may_be_missing: bool = False
    """Whether it can go on where an attribute is missing: it asks `hasattr`, has a default, or catches errors."""
    compares: bool = False
    """Whether it compares objects, or makes texts of them: C code then reads the attributes of a SimpleNamespace."""


class ExecutedCode:
    """What ran while a function was traced."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.codes: dict[CodeType, int] = {}
        """The code objects that were entered, and whose each is."""
        self.places: dict[tuple[CodeType, int], dict[str, Any]] = {}
        """The global namespaces in which code of the user or the standard library ran."""
        self.first_arguments: dict[int, Any] = {}
        """By id, the objects that functions of the user had as their first argument: `self`, above all."""
        self.modules: set[str] = set()
        """Names of modules that `importlib.import_module` was asked for."""
        self.held: set[str] = set()
        """Names of attributes that objects hold, such as those of `operator.attrgetter`."""
        self.found: dict[CodeType, list[Any]] = {}
        """Functions that C code has called, and that no name refers to."""
        self.all_attributes = self.may_be_missing = self.compares = False
        self.structure = False
        """Whether nn searched a module for its parameters, and so read every attribute that is not a plain number."""
        self.problem = ""
        """Why this function cannot be compiled; '' if no reason was found."""
        self._in_with = False
        """Whether the engine has been called inside a `with` block."""
        self._quiet_until: Any = None
        self._known: dict[int, tuple[CodeType, int]] = {}
        """`codes` by id, because a code object's hash is computed from all that it contains."""
        self._engine: set[int] = set()
        """The ids of the engine's code."""
        self._busy: list[FrameType] = []
        """The frames on the stack that have a handler which might catch errors of the engine, or that are quiet."""
        self._allowed: dict[tuple[int, str, int], Any] = {}
        """The C functions that were checked: each by its id, or by that of its type and its name; and by who calls."""

    def hook(self) -> Callable[[FrameType, str, Any], None]:
        """The profile hook.  It runs twice or more for each node: it returns at once where there is nothing to note."""
        engine, busy, note = self._engine, self._busy, self._note

        def hook(frame: FrameType, event: str, argument: Any) -> None:
            if busy or id(frame.f_code) not in engine:
                note(frame, event, argument)

        return hook

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        if self._quiet_until is not None:
            if self._quiet_until in ((frame, event), (frame, event.replace("exception", "return"))):
                self._be_quiet(None)
                if event == "return" and frame.f_code.co_name == "getLogger":
                    self.first_arguments[id(argument)] = argument  # the function may keep attributes on the logger
        elif event == "call":
            self._entered(frame)
        elif event == "return":
            if self._busy and self._busy[-1] is frame:
                self._busy.pop()
        elif event == "c_call":
            self._called(frame, argument)

    def _be_quiet(self, until: tuple[FrameType, str] | None, reporting: bool = False) -> None:
        """Ignore everything until this event: an interruption runs, or code that only reports."""
        self._quiet_until, self.watch.reporting = until, reporting
        if until is None:
            self._busy.pop()
        else:
            self._busy.append(until[0])

    def _entered(self, frame: FrameType) -> None:
        code = frame.f_code
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = code, self.codes.setdefault(code, _whose(frame))
            if known[1] == ENGINE:
                self._engine.add(id(code))
        whose = known[1]
        if whose == QUIET or (whose != ENGINE and self.watch.is_interruption(frame)):
            self._be_quiet((frame, "return"), whose == QUIET)
            return
        if whose == ENGINE:
            self._check_handlers()
            return
        if self._in_with and code.co_name == "__exit__":
            self._refuse_handler(hidden_by(frame))
        if whose == LIBRARY:
            self._in_library(frame)
        if whose != LAYERS:
            self.places[code, id(frame.f_globals)] = frame.f_globals
            if may_catch(code):
                self._busy.append(frame)
        if whose == USERS and code.co_argcount:
            first = frame.f_locals.get(code.co_varnames[0])
            if first is not None:
                self.first_arguments[id(first)] = first

    def _check_handlers(self) -> None:
        """Refuse an exception handler around the call of the engine that begins."""
        for frame in self._busy:
            self._refuse_handler(catching_line(frame))
            self._in_with = self._in_with or in_with_block(frame)

    def _refuse_handler(self, handler: str) -> None:
        if handler:
            self._refuse(
                f"{handler} catches errors of the engine: the compiled program would not go there; test the numbers "
                "with where, or catch the error outside the compiled function"
            )

    def _in_library(self, frame: FrameType) -> None:
        """Refuse functions of the standard library that depend on more than their arguments."""
        name, module = frame.f_code.co_name, str(frame.f_globals.get("__name__"))
        problem = c_functions.of_numpy(module, name) if module.startswith("numpy.") else ""
        self._refuse(problem)
        if module == "random" and name == "seed" and frame.f_locals.get("a", 0) is None:
            self._refuse("a source of random numbers without a seed is made: draw with autograd.drawn(lambda: ...)")
        if module == "importlib" and name == "import_module":
            self.modules.add(resolve_name(str(frame.f_locals.get("name")), frame.f_locals.get("package")))
        if module == "inspect" and name == "getattr_static":
            self.hold_all()
        if module == "threading" and name == "current_thread":
            self._refuse("threading.current_thread() asks which thread runs, which may change: make it an argument")
        if module == "contextlib" and name == "__enter__":
            kinds = getattr(frame.f_locals.get("self"), "_exceptions", ())
            if any(issubclass(ValueError, k) or issubclass(OverflowError, k) for k in kinds):
                self._refuse("contextlib.suppress would hide errors of the engine: catch them outside")

    def _called(self, frame: FrameType, function: Any) -> None:
        whose, name = self._known.get(id(frame.f_code), (None, ENGINE))[1], getattr(function, "__name__", "")
        if whose in (ENGINE, LAYERS):
            self.structure |= whose == LAYERS and name == "vars"
            return
        owner = getattr(function, "__self__", None)
        if owner is None or isinstance(owner, ModuleType):
            origin = function
        else:
            origin = owner if isinstance(owner, type) else type(owner)
        key = id(origin), name, whose
        if key in self._allowed:
            return
        if name in c_functions.READ_BY_NAME:
            by_literal = name in names_of(frame.f_code).globals and _constant_name(frame.f_code, frame.f_lasti)
            self.all_attributes |= name not in ("getattr", "hasattr") or not by_literal
            self.may_be_missing = True
        elif c_functions.reads_any_attribute(function):
            self.hold_all()
        described = c_functions.described(function)
        if name in c_functions.FORMATTERS and isinstance(owner, str):
            self.held |= c_functions.names_in(owner)
        elif c_functions.only_reports(described):
            self._be_quiet((frame, "c_return"), True)
        else:
            self._refuse(c_functions.refusal(described, strict=whose == USERS))
            if name not in c_functions.READ_BY_NAME:
                self._allowed[key] = origin

    def _refuse(self, problem: str) -> None:
        if problem and not self.problem:
            self.problem = f"{problem}, at {users_line()}"

    # -------------------------------------------------------------------------------------------------------- results

    def join(self, earlier: ExecutedCode) -> None:
        """Add what ran in an earlier trace; keep only those first arguments that both traces have seen."""
        self.codes = earlier.codes | self.codes
        self.places = earlier.places | self.places
        self.all_attributes |= earlier.all_attributes
        self.may_be_missing |= earlier.may_be_missing
        self.structure |= earlier.structure
        self.held |= earlier.held
        self.modules |= earlier.modules
        mine = self.first_arguments
        self.first_arguments = {at: thing for at, thing in earlier.first_arguments.items() if at in mine}
        self.finish()

    def hold(self, names: set[str]) -> None:
        """Count these names, which an object holds, as read."""
        if not names <= self.held:
            self.held |= names
            self.finish()

    def hold_all(self) -> None:
        """Count every attribute as read: something reads them by names that are in no code."""
        self.all_attributes = self.may_be_missing = True

    @property
    def extent(self) -> int:
        """A number that grows when more is known: then objects have to be visited again."""
        return len(self.codes) + len(self.held) + self.all_attributes

    def finish(self) -> None:
        """Collect the names."""
        self.attributes: set[str] = set()
        self.written: set[str] = set()
        self.passed: set[str] = set()
        self.attributes |= self.held
        for code, whose in self.codes.items():
            if whose not in (ENGINE, QUIET):
                self.attributes.add(code.co_name)
                names = names_of(code)
                self.attributes |= names.attributes
                self.written |= names.written
                self.passed |= names.passed if whose == USERS else set()
                self.all_attributes |= whose == USERS and (
                    names.all_attributes
                    or not names.passed.isdisjoint(c_functions.READ_BY_NAME | c_functions.FORMATTERS)
                )
                self.compares |= whose == USERS and names.compares
                self.may_be_missing |= self.all_attributes or (whose == USERS and names.may_be_missing)
        self.written -= self.attributes


def _whose(frame: FrameType) -> int:
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    root = module.partition(".")[0]
    if file.startswith((_ENGINE, "<autograd")) or (file == "<string>" and root == "autograd"):
        return ENGINE
    if file.startswith(tracer.LAYERS) or (file == "<string>" and root == "nn"):
        return LAYERS
    if root in _ONLY_REPORT and frame.f_code.co_name not in _ANSWERS:
        return QUIET
    standard = file.startswith((_STANDARD, "<frozen")) and "site-packages" not in file
    return LIBRARY if standard or root == "numpy" else USERS


def hooked(executed: ExecutedCode, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function while its code is noted; an active profiler is paused meanwhile."""
    before = sys.getprofile()
    if before is not None and not callable(before):  # cProfile on Python 3.11 cannot be put back by setprofile
        before.disable()
    sys.setprofile(executed.hook())
    try:
        return function(*arguments)
    finally:
        if before is not None and not callable(before):
            sys.setprofile(None)
            before.enable()
        else:
            sys.setprofile(before)


# ------------------------------------------------------------------------------------------------------ names in code


@functools.lru_cache(maxsize=4096)
def names_of(code: CodeType) -> Names:
    """The names that this code reads from outside, except those that it only writes to."""
    steps = list(dis.get_instructions(code))
    names = Names()
    targets = _targets_of_updates(steps)
    for i, step in enumerate(steps):
        kind = step.opname
        if kind == "IMPORT_NAME":
            names.imports.add(step.argval)
        elif kind == "IMPORT_STAR" or step.argrepr == "INTRINSIC_IMPORT_STAR":
            names.all_attributes = True
        elif kind == "MATCH_CLASS":
            names.attributes.add("__match_args__")
            names.all_attributes = True
        elif kind in _LOADS:
            if step.positions in targets or _is_written_into(steps, i):
                names.written.add(step.argval)
                continue
            if step.argval in c_functions.FORMATTERS and steps[i - 1].opname == "LOAD_CONST":
                names.attributes |= c_functions.names_in(str(steps[i - 1].argval))
            elif not _is_called(steps, i):
                names.passed.add(step.argval)
            if kind in _LOADS_OF_GLOBALS:
                names.globals.add(step.argval)
            elif kind in _LOADS_OF_CELLS:
                names.cells.add(step.argval)
            else:
                names.attributes.add(step.argval)
    loaded = names.globals | names.attributes
    strings = {part for text in code.co_consts if type(text) is str for part in (text, *text.split("."))}
    if loaded & {"__import__", "import_module"}:
        names.imports |= strings
    if loaded & {"getattr", "hasattr", "attrgetter", "methodcaller"}:
        names.attributes |= strings
    caught = any(step.opname in ("PUSH_EXC_INFO", "MATCH_CLASS") for step in steps)
    names.may_be_missing = caught or bool(loaded & {"getattr", "hasattr"})
    if "globals" in names.globals:
        names.globals |= strings
    names.all_attributes |= bool(loaded & {"__dict__", "__slots__", "__getattribute__", "attrgetter", "methodcaller"})
    names.compares = bool(loaded & _COMPARING) or any(map(_compares, steps))
    names.written -= names.globals | names.cells | names.attributes
    for part in code.co_consts:
        if isinstance(part, CodeType):
            names.cells |= names_of(part).cells & set(code.co_freevars)
    return names


def _compares(step: dis.Instruction) -> bool:
    """Whether this instruction tests two objects for equality, or makes a text of one."""
    if step.opname == "COMPARE_OP":
        return step.argval in ("==", "!=")
    return step.opname.startswith(("CONTAINS_OP", "FORMAT_", "CONVERT_")) or step.argrepr == "%"


def _is_called(steps: list[dis.Instruction], i: int) -> bool:
    """Whether this instruction loads a function that is then called."""
    step = steps[i]
    after = steps[i + 1].opname if i + 1 < len(steps) else ""
    return step.opname == "LOAD_METHOD" or "NULL" in step.argrepr or after == "PUSH_NULL"


def _targets_of_updates(steps: list[dis.Instruction]) -> set[Any]:
    """The positions of the targets of `n += 1` and the like, whose loads are stored to the same place."""
    found = set()
    for i, step in enumerate(steps):
        if step.opname == "BINARY_OP" and step.argrepr.endswith("="):
            store = next((s for s in steps[i + 1 : i + 5] if s.opname in _STORES), None)
            plain = all(
                s.opname in ("SWAP", "CACHE", "ROT_TWO") for s in steps[i + 1 : i + 5][: _index(steps, i, store)]
            )
            if store is not None and plain and store.positions is not None and store.positions.lineno is not None:
                found.add(store.positions)
    return found


def _index(steps: list[dis.Instruction], i: int, store: dis.Instruction | None) -> int:
    return 0 if store is None else steps[i + 1 : i + 5].index(store)


def _is_written_into(steps: list[dis.Instruction], i: int) -> bool:
    """Whether the loaded object is only written to: by `.append(...)` and similar methods, or by `thing[...] = ...`."""
    after = steps[i + 1] if i + 1 < len(steps) else steps[i]
    if after.opname in ("LOAD_ATTR", "LOAD_METHOD") and after.argval in _METHODS_THAT_WRITE:
        return True
    here = steps[i].positions
    if here is None or here.lineno is None:
        return False
    for step in steps[i + 1 :]:
        there = step.positions
        if step.opname != "STORE_SUBSCR" or there is None or (there.lineno, there.col_offset) != _begin(here):
            continue
        between = [s for s in steps[i + 1 :] if s.positions is not None and _begin(s.positions) == _begin(here)]
        return not any(s.opname in _LOADS or (s.opname in _SUBSCRIPTS and s.positions != there) for s in between)
    return False


def _begin(positions: Any) -> tuple[Any, Any]:
    return positions.lineno, positions.col_offset


@functools.lru_cache(maxsize=1024)
def _constant_name(code: CodeType, at: int) -> bool:
    """Whether the call of `getattr` at this instruction names the attribute with a literal.

    The literal is the last operand, or the one before a default that one instruction loads, and no jump leads to what
    follows it: `x or "name"` is computed.
    """
    every = [step for step in dis.get_instructions(code) if step.opname != "CACHE"]
    steps = [step for step in every if step.opname != "PRECALL"]
    here = next((i for i, step in enumerate(steps) if step.offset >= at), 0)
    operands = steps[here].arg if steps[here].opname == "CALL" else None
    place = here - 1 if operands == 2 else here - 2
    if operands not in (2, 3) or place < 0:
        return False
    default = operands == 2 or (steps[here - 1].opname in _LOADS_OF_ONE)
    literal = steps[place]
    joined = any(step.is_jump_target for step in every if literal.offset < step.offset <= steps[here].offset)
    return default and not joined and literal.opname == "LOAD_CONST" and isinstance(literal.argval, str)


_LOADS_OF_ONE = {"LOAD_CONST", "LOAD_SMALL_INT", "LOAD_FAST", "LOAD_DEREF", "LOAD_GLOBAL", "LOAD_NAME"}
"""Instructions that add one operand to the stack, whatever is on it."""


def imported(executed: ExecutedCode) -> Iterator[tuple[str, Any]]:
    """The modules that the code imports inside functions, by name."""
    for whole in executed.modules & sys.modules.keys():
        yield whole, sys.modules[whole]
    for (code, _), space in executed.places.items():
        for name in names_of(code).imports:
            parts = name.split(".")
            for n in range(1, len(parts) + 1):
                for whole in (".".join(parts[:n]), f"{space.get('__package__')}.{'.'.join(parts[:n])}"):
                    with suppress(KeyError):
                        yield whole, sys.modules[whole]
