"""The command line of chalkgrad, and what a classroom needs around `autograd` and `nn`.

Is the `autograd` that Python finds really ours? Another package of that name
(HIPS autograd) installs the same folder, and whichever comes first on the path wins. Read next: `__main__`.
"""

from functools import partial
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

__version__ = "0.1.0"

_CURE = (
    "python -m pip uninstall -y autograd chalkgrad, then install chalkgrad again; "
    "to use both packages, give each a virtual environment of its own"
)


def _check_autograd() -> None:
    """Raise ImportError where another package's `autograd` hides, or is mixed with, chalkgrad's."""
    found = find_spec("autograd")
    if found is None or found.origin is None:
        raise ImportError("chalkgrad's package `autograd` is missing. Install chalkgrad again.")
    folder = Path(found.origin).parent
    # Looked up by the import system, which also finds modules in a zip file, but without importing the package.
    holds = partial(PathFinder.find_spec, path=found.submodule_search_locations)
    if holds("autograd.tracer") or not holds("autograd.primitives"):
        raise ImportError(f"the package in {folder} is another project named autograd (HIPS autograd). Cure: {_CURE}")


_check_autograd()
