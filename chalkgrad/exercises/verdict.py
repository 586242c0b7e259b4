"""What does a learner see after `check`, and after `hint`?

A `Verdict`: right or not, one or two sentences, and if it helps a drawn counter-example. A notebook shows it as it
is; a prompt, and `print` in a script, its text.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

LOOKS = {"right": ("✓", "#2f855a"), "wrong": ("✗", "#c53030"), "open": ("○", "#6b7280"), "hint": ("☞", "#2b6cb0")}
"""The sign and the colour of each kind of answer; the sign says it too, for those who see no colours."""


@dataclass(frozen=True)
class Verdict:
    """What to say about one answer.  `bool(verdict)` is whether it was right.

    >>> print(Verdict("02.3", "wrong", "You overwrote the gradient: use +=."))
    ✗ 02.3  You overwrote the gradient: use +=.
    """

    number: str
    """Of the exercise, such as "02.3"."""
    state: str
    """'right', 'wrong', 'open' (not answered yet) or 'hint'."""
    says: str
    detail: str = ""
    """The smallest case in which the answer goes wrong, if there are cases."""
    picture: Any = None
    """The graph of the smallest counter-example, as `autograd.draw` gives it, or None."""

    def __bool__(self) -> bool:
        return self.state == "right"

    def __repr__(self) -> str:
        drawn = "" if self.picture is None else "check(...).picture.show() opens its picture in the browser."
        text = "\n".join(filter(None, [f"{LOOKS[self.state][0]} {self.number}  {self.says}", self.detail, drawn]))
        return text.replace("\n", "\n  ")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        sign, colour = LOOKS[self.state]
        text = html.escape("\n".join(filter(None, [self.says, self.detail]))).replace("\n", "<br>")
        parts = [
            f'<div style="border-left:4px solid {colour};padding:4px 10px;margin:4px 0">'
            f'<b style="color:{colour}">{sign} {self.number}</b>&ensp;{text}</div>'
        ]
        if self.picture is not None:
            parts.append(self.picture._repr_mimebundle_().get("text/html", ""))
        return {"text/html": "\n".join(parts), "text/plain": repr(self)}
