"""The commands, one module each. How does a command report an error that the user can correct?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGES = (".html", ".htm")
_CALLED = ("draw", "save", "png", "stepper", "stepper.save", "explain", "nudge", "trace", "grade")


class CommandError(Exception):
    """An error that the user can correct: `main` prints it as one line, without a traceback, and exits with code 2."""

    @classmethod
    def of(cls, error: Exception, **options: str) -> CommandError:
        """The message of an error of the library, without the function's name, or of a file that cannot be opened.

        `options` maps arguments of the function to the options of the command line.

        >>> CommandError.of(ValueError("stepper.save: 'a.svg' must end in .html"))
        CommandError("'a.svg' must end in .html")
        >>> CommandError.of(ValueError("nudge: by must be a step that changes 2.0"), by="--nudge")
        CommandError('--nudge must be a step that changes 2.0')
        >>> CommandError.of(FileNotFoundError(2, "No such file or directory", "key.csv"))
        CommandError('cannot open key.csv: No such file or directory')
        """
        if isinstance(error, OSError) and error.strerror:
            return cls(f"cannot open {error.filename}: {error.strerror}" if error.filename else error.strerror)
        function, colon, rest = str(error).partition(": ")
        if not colon or function not in _CALLED:
            return cls(str(error))
        argument, _, what = rest.partition(" ")
        return cls(f"{options[argument]} {what}" if argument in options else rest)


def make_folder(folder: Path, option: str) -> None:
    """Create `folder`, which the user named with `option`, and its parents."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot make the folder {folder}: {error.strerror}. Name another with {option}") from error


def check_targets(paths: Sequence[Path | None], overwrite: bool, endings: tuple[str, ...] = ()) -> None:
    """Raise CommandError if a file cannot be written, before any of them is; None is a file that is not written.

    None of them may exist already, be named twice, or have another ending than those in `endings`.
    """
    named = [path for path in paths if path is not None]
    for n, path in enumerate(named):
        if endings and path.suffix.lower() not in endings:
            raise CommandError(f"{path} must end in {endings[0]}")
        if path.exists() and not overwrite:
            raise CommandError(f"{path} exists already; choose another name, or --overwrite")
        if path.resolve() in map(Path.resolve, named[:n]):
            raise CommandError(f"{path} is named twice; give each file a name of its own")
