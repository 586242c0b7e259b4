"""Which objects does a function read?  Starting at the function, names lead from one object to the next.

Read `executed_code` and `object_visitors` first, `guards` next.  The walk goes through closures, global names,
attributes, classes, modules, and the elements of containers, and notes what it finds at each path.  What cannot be
followed, because reading changes it or because it is not written in Python, is refused with its name.
"""

from __future__ import annotations

import builtins
import gc
import sys
import types
from collections import Counter
from types import FunctionType
from typing import Any

from autograd.compiler.frontend.executed_code import USERS, ExecutedCode, imported, names_of
from autograd.compiler.frontend.object_kinds import (
    MISSING,
    WATCHED,
    is_only_filled,
    shown_path,
)  # fmt: skip
from autograd.compiler.frontend.object_visitors import ObjectVisitors
from autograd.compiler.frontend.snapshot_notes import ChangedError
from autograd.value import Value

MAX_FROZEN_AT_START = 2_000
"""Objects that Python itself may have frozen when it started (some hundred in 3.12); `gc.freeze()` keeps more."""


class Snapshot(ObjectVisitors):
    """What a function reads, noted by one walk.  With `expected`, raises ChangedError where that says otherwise."""

    def __init__(
        self,
        function: Any,
        executed: ExecutedCode,
        name: str,
        expected: Snapshot | None = None,
        inputs: dict[int, Value] | None = None,
        written: set[str] | None = None,
    ) -> None:
        super().__init__(executed, name, expected, inputs, written)
        known = -1
        while known != executed.extent:  # names found during a walk count for all objects
            known = executed.extent
            self._once(function)
        if self.written and expected is None:
            counts = Counter(map(shown_path, self.paths))
            ambiguous = {path for path in self.written if counts[path] > 1}  # the function may write only one of them
            if ambiguous:
                self.written = self.written - ambiguous
                self._once(function)
        if expected is not None and len(expected.tokens) != len(self.tokens):
            raise ChangedError(name)
        self.expected = None  # it is not needed any more, and would keep all the earlier ones

    def _once(self, function: Any) -> None:
        """One walk."""
        self._begin()
        self._start(function)
        self._walk()
        found = self.executed.found
        unreached = self._unreached()
        for code in unreached:
            if code not in found:
                found[code] = [f for f in gc.get_referrers(code) if type(f) is FunctionType]
                if gc.get_freeze_count() > MAX_FROZEN_AT_START:
                    found[code] = self._reachable_functions(code, function)
        for thing in (thing for code in unreached for thing in found[code]):
            self._todo.append(((None, thing.__qualname__), thing, True))
        self._walk()

    def _reachable_functions(self, code: types.CodeType, function: Any) -> list[Any]:
        """The functions with this code that can be reached from `function`, and from the names of the code that ran.

        It takes much longer than to ask for referrers, but `gc.freeze()` does not hide any function.
        """
        found: list[Any] = []
        seen: set[int] = set()
        todo = [function, *self.executed.places.values(), *self.executed.first_arguments.values()]
        while todo:
            todo = list({id(thing): thing for thing in gc.get_referents(*todo) if id(thing) not in seen}.values())
            seen.update(map(id, todo))
            found += [thing for thing in todo if type(thing) is FunctionType and thing.__code__ is code]
        return found

    def _walk(self) -> None:
        while self._todo:
            self._visit(*self._todo.pop())

    def _unreached(self) -> list[Any]:
        """The code of user functions that ran and that no name refers to: C code has called them."""
        ran = [code for code, whose in self.executed.codes.items() if whose == USERS]
        inside = {part for code in ran for part in code.co_consts if type(part) is types.CodeType}
        return [code for code in ran if code not in self.functions and code not in inside]

    def _start(self, function: Any) -> None:
        executed = self.executed
        for thing in executed.first_arguments.values():
            self._todo.append(((None, f"the {type(thing).__name__} that it uses"), thing, False))
        for module_name, module in imported(executed):
            where = self.check.name(sys.modules)
            self._reach((None, module_name), module, True, f"{where}[{module_name!r}]")
        self._methods_of_values()
        for (code, _), space in list(executed.places.items()):
            self._namespace(code, space, executed.codes[code])
        self._todo.append(((None, self.name), function, True))

    def _methods_of_values(self) -> None:
        """The attributes of Value that were read, each in the class that has it: a new one of Value would hide it."""
        kinds = list(map(vars, Value.__mro__[:-1]))
        names = sorted(self.executed.attributes & set().union(*kinds) - WATCHED)
        if names or self.executed.may_be_missing:
            self.check.size(kinds[0])
        for name in names:
            methods = next(methods for methods in kinds if name in methods)
            self._reach((None, f"Value.{name}"), methods[name], False, f"{self.check.name(methods)}[{name!r}]")

    def _namespace(self, code: Any, space: dict[str, Any], whose: int) -> None:
        """The global names that this code reads."""
        names, strict = names_of(code), whose == USERS
        if not strict and str(space.get("__name__")).startswith("numpy"):
            return
        where, new = self.check.name(space), id(space) not in self._seen
        if strict and new:
            self._seen.add(id(space))
            self.check.size(space)
        read = names.globals | {n for n in names.written if not is_only_filled(space.get(n))}
        computed = strict and "globals" in read
        anything = {name for name in space if name[:2] != "__"} - read if computed else set()
        for name in sorted(read | anything):
            key = where, name
            if key in self._seen:
                continue
            self._seen.add(key)
            if name in anything:
                self._reach((None, name), space[name], False, f"{where}[{name!r}]")
            elif name in space:
                self._may_be_passed((None, name), space[name], name, strict)
                self._reach((None, name), space[name], strict, f"{where}[{name!r}]")
            elif strict and hasattr(builtins, name):
                self._note((None, name), getattr(builtins, name))
                self.check.at(f"{self.check.name(vars(builtins))}[{name!r}]", getattr(builtins, name))
            else:
                self._note((None, name), MISSING)
