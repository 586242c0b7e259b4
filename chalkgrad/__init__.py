"""The command line of chalkgrad, and what a classroom needs besides the packages autograd and nn.

Read `__main__` (the commands), then the package `cli`; `course` (the lessons as notebooks) and the package `exercises`
(answers that are checked). For teachers: `html_page`, `random_graphs`, `worksheet_picture` and `worksheets` (exercises
on paper), `formula_sheet`, `roster` and `assignments` (numbers for each student), and the package `grading`.
This file checks that the autograd that Python finds is ours: HIPS autograd installs a folder of the same name, and
Python takes the first on its path.
"""

from functools import partial
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_CURE = (
    "python -m pip uninstall -y autograd chalkgrad, then install chalkgrad again; "
    "to use both packages, give each a virtual environment of its own"
)


def _check_autograd() -> None:
    """Raise ImportError if another package's `autograd` hides chalkgrad's, or is mixed with it."""
    found = find_spec("autograd")
    if found is None or found.origin is None:
        raise ImportError("chalkgrad's package `autograd` is missing. Install chalkgrad again.")
    folder = Path(found.origin).parent
    # The import system also finds modules in a zip file. The package itself is not imported.
    holds = partial(PathFinder.find_spec, path=found.submodule_search_locations)
    if holds("autograd.tracer") or not holds("autograd.primitives"):
        raise ImportError(f"the package in {folder} is another project named autograd (HIPS autograd). Cure: {_CURE}")


_check_autograd()


if not TYPE_CHECKING:  # or a type checker would take every name for one of this module

    def __getattr__(name):
        from autograd.foreign_names import missing

        cure = "; the library is two packages beside this one: import autograd, import nn"
        said = f"module 'chalkgrad' has no attribute {name!r}{'' if name.startswith('_') else cure}"
        raise missing(said, name, "chalkgrad")
