"""The commands, one module each. How does a command report an error that the user can correct?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_CALLED = ("draw", "save", "png", "stepper", "stepper.save", "explain", "nudge", "trace")


class CommandError(Exception):
    """An error that the user can correct: `main` prints it as one line, without a traceback, and exits with code 2."""

    @classmethod
    def of(cls, error: Exception, **options: str) -> CommandError:
        """The message of an error of the library, without the function's name at its beginning.

        `options` maps arguments of the function to the options of the command line.

        >>> CommandError.of(ValueError("stepper.save: 'a.svg' must end in .html"))
        CommandError("'a.svg' must end in .html")
        >>> CommandError.of(ValueError("nudge: by must be a step that changes 2.0"), by="--nudge")
        CommandError('--nudge must be a step that changes 2.0')
        """
        function, colon, rest = str(error).partition(": ")
        if not colon or function not in _CALLED:
            return cls(str(error))
        argument, _, what = rest.partition(" ")
        return cls(f"{options[argument]} {what}" if argument in options else rest)


def check_targets(paths: Sequence[Path], overwrite: bool) -> None:
    """Raise CommandError if a file to be written exists or is named twice, before any of them is written."""
    for n, path in enumerate(paths):
        if path.exists() and not overwrite:
            raise CommandError(f"{path} exists already; choose another name, or --overwrite")
        if path.resolve() in map(Path.resolve, paths[:n]):
            raise CommandError(f"{path} is named twice; give each file a name of its own")
