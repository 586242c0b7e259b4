"""How does a student's notebook run, and what leaves its process?

This module is the program of that process: it reads the cells from its input, runs them one after the other, and writes
what was observed of each answer to its output, as plain data. It never learns whether an answer is right, and holds
neither the right answers nor the catalogue. Read before: `plain_data`. Read next: `process`, which starts it.

Limits that Python itself can set are set here; they stop accidents and ordinary tricks, and are no sandbox.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import re
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from chalkgrad import exercises
from chalkgrad.exercises.exercise import Kind, is_open
from chalkgrad.exercises.own_exercises import exercises_from
from chalkgrad.exercises.sandbox import TakesTooLongError, UnreadableError, deadline, readable
from chalkgrad.exercises.verdict import Verdict
from chalkgrad.grading.plain_data import encode

SUBMIT = "__chalkgrad_check__"
ANSWERS = re.compile(r"chalkgrad\.exercises\.(?:lesson_\w+|variants(?:\.\w+)?)")
"""The modules that hold right answers."""
REFUSED = {"os.fork", "os.forkpty", "os.exec", "os.system", "os.spawn", "os.killpg"}
"""What a notebook may not do to the processes around it; a compiler or Graphviz may be started with `subprocess`."""
CHANGES = {"os.remove": 1, "os.rmdir": 1, "os.rename": 2, "os.mkdir": 1, "os.truncate": 1, "os.chmod": 1, "os.link": 2,
           "os.symlink": 2, "shutil.rmtree": 1}  # fmt: skip
"""What changes files, and how many paths it names."""


def main() -> None:
    """Read the job, run the cells, and leave without waiting for anything that a student has left running."""
    channel, job = _take_over_streams()
    _limit(job["memory"], job["seconds"])
    session = Session(channel, {e.number: e.kind for name, text in job["own"] for e in exercises_from(text, name)})
    session.hide_answers(job["lesson"])
    _watch_over(Path.cwd().parent)
    session.run(job["cells"], job["cell_seconds"])
    session.send(kind="done")
    channel.flush()
    os._exit(0)


def _take_over_streams() -> tuple[IO[str], dict[str, Any]]:
    """The channel for answers, and the job; from then on `print` writes to the error stream, `input` reads nothing."""
    job: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    channel = open(os.dup(1), "w", encoding="utf-8", newline="\n")  # noqa: SIM115, PTH123 - open to the end
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    return channel, job


def _limit(memory: int, seconds: float) -> None:
    """Limit memory, processor time and the size of files, where the operating system has limits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    gigabyte = 1 << 30
    for limit, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, int(seconds) + 10),
        (resource.RLIMIT_FSIZE, gigabyte // 8),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a limit that this system does not have, or that is lower already
            resource.setrlimit(limit, (most, most))


def _watch_over(folder: Path) -> None:
    """Refuse what would change anything outside the folder, or stop other processes."""
    inside, own = os.path.realpath(folder), os.getpid()

    def may_change(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return True
        real = os.path.realpath(os.fsdecode(path))
        return real == inside or real.startswith(inside + os.sep) or real == os.devnull

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in REFUSED or (event == "os.kill" and arguments[0] != own):
            raise PermissionError(f"{event} is not allowed in a notebook that is graded")
        paths: tuple[Any, ...] = ()
        if event == "open":
            writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            paths = arguments[:1] if writes else ()
        elif event in CHANGES:
            paths = arguments[: CHANGES[event]]
        if not all(map(may_change, paths)):
            raise PermissionError(f"{event}: a notebook that is graded may write in its working folder only")

    sys.addaudithook(hook)


class _Hidden(MetaPathFinder):
    """Refuses to import the catalogues, which hold the right answers."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if ANSWERS.fullmatch(name):
            raise ImportError(f"{name} holds the answers and is not available while a notebook is graded")


class _Rewriter(ast.NodeTransformer):
    """Turns the calls check("02.1", ...) of a cell into submissions, whatever `check` is bound to."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        number = node.args[0] if node.args else named.get("number")
        text = number.value if isinstance(number, ast.Constant) else None
        if called == "check" and isinstance(text, str) and "." in text:
            node.func = ast.copy_location(ast.Name(SUBMIT, ast.Load()), node.func)
        return node


class _Recorded(Verdict):
    """What `check` returns here: whether the answer is right is not known, and `assert check(...)` must not fail."""

    def __bool__(self) -> bool:
        return True


class Session:
    """One notebook that is run, and the channel on which its answers leave."""

    def __init__(self, channel: IO[str], own: dict[str, Kind]) -> None:
        self._kinds, self._code = own, ""
        self._module = ModuleType("__main__")
        self._dumps, self._write, self._flush = json.dumps, channel.write, channel.flush

    def send(self, **message: Any) -> None:
        """Write one message."""
        self._write(self._dumps(message) + "\n")
        self._flush()

    def hide_answers(self, lesson: str) -> None:
        """Keep what is observed of the answers to the lessons, and put away the answers themselves."""
        if lesson in exercises.lessons():
            self._kinds |= {exercise.number: exercise.kind for exercise in exercises.exercises_of(lesson)}
        for name in filter(ANSWERS.fullmatch, list(sys.modules)):
            del sys.modules[name]
            vars(exercises).pop(name.rpartition(".")[2], None)
        sys.meta_path.insert(0, _Hidden())
        exercises.check, exercises.hint = self.check, self.hint
        exercises.variant = self.variant
        exercises.load = lambda path: []

    def check(self, number: str, answer: Any) -> Verdict:
        """Observe an answer and send what was observed; whether it is right is not known here."""
        number = str(number)
        kind = self._kinds.get(number)
        message: dict[str, Any] = {"kind": "check", "number": number, "variant": self._code}
        if kind is None:
            self.send(**message, unreadable="no such exercise")
        elif is_open(answer):
            self.send(**message, open=True)
        else:
            try:
                self.send(**message, observed=json.loads(encode(kind.observe(answer))))
            except UnreadableError as error:
                self.send(**message, unreadable=str(error)[:500])
            except Exception as error:  # an answer of the student's own class may raise anything
                self.send(**message, unreadable=f"The answer cannot be read: {type(error).__name__}."[:500])
        return _Recorded(number, "open", "Recorded, to be graded.")

    def hint(self, number: str, which: int | None = None) -> Verdict:
        """Count the hint."""
        self.send(kind="hint", number=str(number))
        return Verdict(str(number), "hint", "There are no hints while a notebook is graded.")

    def variant(self, code: str) -> None:
        """Remember the variant, which goes with each answer."""
        self._code = str(code)[:32]

    def run(self, cells: list[str], cell_seconds: float) -> None:
        """Run the cells in order; one that fails does not keep the later ones from running."""
        sys.modules["__main__"] = self._module
        for number, source in enumerate(cells, 1):
            self.send(kind="cell", cell=number)
            try:
                with deadline(cell_seconds):
                    self._run_cell(source, number)
            except TakesTooLongError:
                self._failed(number, f"stopped after {cell_seconds:g} seconds: does a loop not end?")
            except SystemExit:
                self._failed(number, "left Python with sys.exit() or exit()")
            except BaseException as error:  # whatever a cell does, the next one has its turn
                self._failed(number, ": ".join(filter(None, [type(error).__name__, _text_of(error)])))

    def _failed(self, number: int, text: str) -> None:
        self.send(kind="error", cell=number, text=readable(text)[:300])

    def _run_cell(self, source: str, number: int) -> None:
        name = f"cell {number}"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # messages quote its lines
        tree = _Rewriter().visit(_parsed(source, name))
        scope = vars(self._module)
        scope.setdefault("display", _nothing)
        scope[SUBMIT] = self.check
        exec(compile(ast.fix_missing_locations(tree), name, "exec"), scope)


def _nothing(*anything: object, **more: object) -> None:
    """In the place of `display`: what a notebook shows is not looked at."""


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a student's own exception
        return "an error without a text"


def _parsed(source: str, name: str) -> ast.Module:
    r"""The syntax tree of a cell; lines that only Jupyter understands count as nothing.

    >>> [type(statement).__name__ for statement in _parsed("%matplotlib inline\nx = 1\n!ls", "cell 1").body]
    ['Assign']
    """
    try:
        return ast.parse(source, name)
    except SyntaxError:
        if source.lstrip().startswith("%%"):
            return ast.parse("", name)
        return ast.parse(re.sub(r"^([ \t]*)(?:[%!?].*|[\w.]+\?+[ \t]*)$", r"\1", source, flags=re.MULTILINE), name)


if __name__ == "__main__":
    main()
