"""The commands, one module each. How does a command say that it cannot go on?"""

from __future__ import annotations

_CALLED = ("draw", "save", "png", "stepper", "stepper.save", "explain", "nudge", "trace")


class CommandError(Exception):
    """Something that the user can change: `main` prints it as one line, without a traceback, and exits with code 2."""

    @classmethod
    def of(cls, error: Exception) -> CommandError:
        """What the library said to a caller, for somebody who called no function: without its name in front.

        >>> CommandError.of(ValueError("stepper.save: 'a.svg' must end in .html"))
        CommandError("'a.svg' must end in .html")
        """
        function, colon, rest = str(error).partition(": ")
        return cls(rest if colon and function in _CALLED else str(error))
