"""A package is missing: how is it installed?  By pip; in a browser the page loads it, or it does not exist there.

Read before: nothing.
"""

import sys

IN_BROWSER = sys.platform == "emscripten"
"""Whether this Python runs in a browser, as Pyodide does: there are no programs, no threads and no pip."""
OF_PYODIDE = {"matplotlib", "numpy", "pandas", "scikit-learn", "sympy"}
"""Packages with native code that Pyodide can load."""


def how_to_install(package: str, command: str = "") -> str:
    """How to get a package that is missing, as the end of an error message; `command` is what to write after "run".

    >>> how_to_install("numpy")
    'run python -m pip install numpy'
    """
    if not IN_BROWSER:
        return f"run {command or f'python -m pip install {package}'}"
    if package in OF_PYODIDE:
        return f"load it with await pyodide_js.loadPackage({package!r}), after import pyodide_js"
    return "it does not exist in a browser"
