"""How is any label shown unchanged?  It is escaped for DOT and wrapped if it is long; some characters are refused.

Read `scene` first, `dot` next.  To Graphviz, braces, bars, brackets, backslashes, ampersands and double spaces are
syntax; in a picture they are text.  A character that no picture can show (a control character, half of a surrogate
pair) is refused by name.
"""

from __future__ import annotations

import re

from autograd.arguments import shown

MAX_LINE = 32
"""Characters per line: longer labels are wrapped, so that a box does not become wider than the page."""

_ANYWHERE = str.maketrans({"\\": r"\\", '"': r"\"", "&": "&amp;"})
_IN_RECORDS = _ANYWHERE | str.maketrans({sign: f"\\{sign}" for sign in "{}|<>"})
_LOST_SPACE = re.compile("(?<= ) |^ | $")


def record_text(label: str) -> str:
    r"""A label as one cell of a record, inside a quoted DOT string.

    Raises ValueError if a character of the label cannot be shown.

    >>> print(record_text('a|b "x"'))
    a\|b \"x\"
    """
    return r"\n".join(line.translate(_IN_RECORDS) for line in _lines(label))


def plain_text(label: str, width: int = MAX_LINE) -> str:
    r"""A label outside records (on an edge, under the picture), inside a quoted DOT string.

    >>> print(plain_text("a|b \\ c"))
    a|b \\ c
    """
    return r"\n".join(line.translate(_ANYWHERE) for line in _lines(label, width))


def _lines(label: str, width: int = MAX_LINE) -> list[str]:
    """The label's own lines, each wrapped at the last space that fits, or in the middle of a long word.

    A space that Graphviz would drop, and an empty line, which may crash it, become a non-breaking space.
    """
    refuse_what_cannot_be_shown(label)
    lines = []
    for line in label.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n"):
        while len(line) > width:
            cut = line.rfind(" ", width // 2, width) + 1 or width
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return [_LOST_SPACE.sub("\u00a0", line or " ") for line in lines]


def refuse_what_cannot_be_shown(label: str) -> None:
    r"""Raise ValueError, naming the character, if a label has a character that neither SVG nor a font can show.

    >>> refuse_what_cannot_be_shown("bell\a")
    Traceback (most recent call last):
    ...
    ValueError: draw: the label 'bell\x07' contains '\x07', which no picture can show; choose another label
    """
    for character in label:
        code = ord(character)
        if (
            (code < 32 and character not in "\t\n\r")
            or 0x7F <= code < 0xA0
            or 0xD800 <= code < 0xE000
            or code & 0xFFFE == 0xFFFE
        ):
            raise ValueError(
                f"draw: the label {shown(label)} contains {character!r}, which no picture can show; "
                "choose another label"
            )
