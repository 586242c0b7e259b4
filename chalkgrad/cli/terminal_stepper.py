"""How does a terminal show a stepper, one screen per step, controlled by keys?

The text comes from `autograd.stepper`; this file writes it on the screen and reads the keys.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TITLES = {"forward": "forward", "topological": "backward", "naive": "backward, naive order"}

HELP = "→ next   ← back   home/end   1 forward  2 backward  3 naive   q quit"

MOVES = {
    "\x1b[C": 1, "\x1bOC": 1, " ": 1, "\r": 1, "\n": 1, "l": 1,
    "\x1b[D": -1, "\x1bOD": -1, "\x7f": -1, "h": -1,
    "\x1b[H": -sys.maxsize, "\x1bOH": -sys.maxsize, "\x1b[1~": -sys.maxsize, "g": -sys.maxsize,
    "\x1b[F": sys.maxsize, "\x1bOF": sys.maxsize, "\x1b[4~": sys.maxsize, "G": sys.maxsize,
}  # fmt: skip
"""The number of steps that each key moves."""

PASSES = {"1": "forward", "2": "topological", "3": "naive"}
WINDOWS = {"\xe0M": "\x1b[C", "\xe0K": "\x1b[D", "\xe0G": "\x1b[H", "\xe0O": "\x1b[F"}


def is_interactive() -> bool:
    """Whether a user can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def run_screen(stepper: Any, order: str) -> None:
    """Show the steps that the keys select, until q."""
    position = 0
    with keys() as pressed, other_screen(), resizing(lambda: draw_screen(stepper, order, position)):
        draw_screen(stepper, order, position)
        for key in pressed:
            if key in ("q", "\x1b", "\x04", ""):
                return
            if key in PASSES and (key != "3" or stepper.naive is not None):
                order, position = PASSES[key], 0
            position = min(max(position + MOVES.get(key, 0), 0), stepper.last(order))
            draw_screen(stepper, order, position, "" if key != "3" or order == "naive" else stepper.naive_refused)


def draw_screen(stepper: Any, order: str, position: int, notice: str = "") -> None:
    """Draw the step, the keys, and as much of the table as fits, including the current node."""
    columns, lines = shutil.get_terminal_size()
    text = [part for line in stepper.sentences(order, position) for part in wrapped(line, columns - 1)]
    head = [f"{TITLES[order]}: step {position} of {stepper.last(order)}", "", *text, ""]
    foot = wrapped(notice or HELP, columns - 1)
    room = max(3, lines - len(head) - len(foot) - 3)
    heading, *rows = stepper.table(order, position, columns - 1)
    marked = [n for n, row in enumerate(rows) if row[0] != " "] or [0]
    first = min(max(0, marked[-1] - room + 2), max(0, len(rows) - room))
    shown = [bold(row[: columns - 1]) if row[0] != " " else row[: columns - 1] for row in rows[first : first + room]]
    screen = [*head, heading[: columns - 1], *shown, "", *foot]
    sys.stdout.write("\x1b[H\x1b[2J" + "\r\n".join(screen[:lines]))
    sys.stdout.flush()


def bold(text: str) -> str:
    """The line in bold, or unchanged if NO_COLOR is set."""
    return text if "NO_COLOR" in os.environ else f"\x1b[1m{text}\x1b[0m"


def wrapped(line: str, columns: int) -> list[str]:
    """A line wrapped to the width of the screen; all but the first are indented."""
    inset = " " * (len(line) - len(line.lstrip()) + 2)
    return (
        textwrap.wrap(line, columns, subsequent_indent=inset, drop_whitespace=True) if len(line) > columns else [line]
    )


@contextmanager
def resizing(redraw: Callable[[], None]) -> Iterator[None]:
    """Draw again when the size of the window changes, if the system reports it."""
    if not hasattr(signal, "SIGWINCH"):
        yield
        return
    before = signal.signal(signal.SIGWINCH, lambda number, frame: redraw())
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


def print_all(stepper: Any, order: str) -> None:
    """Print every step in order, for a pipe or a file."""
    for position in range(stepper.last(order) + 1):
        print(f"{TITLES[order]}: step {position} of {stepper.last(order)}")
        print(*stepper.sentences(order, position), "", sep="\n")
    print(*stepper.table(order, stepper.last(order)), sep="\n")


@contextmanager
def other_screen() -> Iterator[None]:
    """Use the terminal's alternate screen, so that the old content comes back afterwards."""
    sys.stdout.write("\x1b[?1049h\x1b[?25l")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


@contextmanager
def keys() -> Iterator[Iterator[str]]:
    """The keys as they are pressed, without the Enter key."""
    if sys.platform == "win32":
        yield windows_keys()
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        yield posix_keys(terminal)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def posix_keys(terminal: int) -> Iterator[str]:
    """Keys on POSIX: an arrow arrives as several bytes; letters that are typed quickly arrive together."""
    while True:
        text = os.read(terminal, 64).decode(errors="ignore")
        while text:
            known = [key for key in MOVES if text.startswith(key)]
            key = max(known, key=len) if known else text if text[0] == "\x1b" and len(text) == 1 else text[0]
            if key == "\x1b" and len(text) > 1:  # a key without a meaning here
                break
            text = text[len(key) :]
            yield key


def windows_keys() -> Iterator[str]:
    """Keys on Windows, by their names on POSIX."""
    import msvcrt

    read: Any = msvcrt.getwch  # type: ignore[attr-defined,unused-ignore]
    while True:
        key = read()
        key = key + read() if key in "\x00\xe0" else key
        yield WINDOWS.get(key.replace("\x00", "\xe0"), key)
