"""Which modules does a page import at its start?  Those are compiled here, and shipped so.

Runs in Pyodide, since bytecode belongs to one version of Python; `/project` is the working folder of `assemble`.  It
has the `packages`, in which the bytecode is written beside the sources, and gets that of the standard library in the folder
`stdlib`, whose docstrings are left out.
"""

import py_compile
import sys
from importlib.util import cache_from_source
from pathlib import Path

import chalkgrad_live

PROJECT = Path("/project")
LIBRARY = next(f"{folder}/" for folder in sys.path if folder.endswith(".zip"))
PACKAGES = next(f"{folder}/" for folder in sys.path if folder.endswith("site-packages"))

chalkgrad_live.warm()
count = 0
for module in list(sys.modules.values()):
    origin = getattr(module.__spec__, "origin", None) or ""
    if not origin.endswith(".py"):
        continue
    if origin.startswith(LIBRARY):
        target = PROJECT / "stdlib" / f"{origin.removeprefix(LIBRARY)}c"
    elif origin.startswith(PACKAGES):
        target = PROJECT / "packages" / cache_from_source(origin.removeprefix(PACKAGES))
    else:
        continue
    source = Path("/tmp/source.py")
    source.write_bytes(module.__spec__.loader.get_data(origin))
    py_compile.compile(
        str(source), str(target), dfile=origin, doraise=True, optimize=2 if "stdlib" in target.parts else -1,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )  # fmt: skip
    count += 1
result = f"{count} modules"
