"""What do all tests share?  A place for the compiled code of modules, and a second less of imports.

If the environment says that Python keeps compiled code nowhere, it is kept in pytest's cache: tests start a hundred
processes, and fork as many, and each would compile the whole project again. And ``jsonschema``, which ``nbformat``
imports, would build a grammar of international addresses, which no notebook has; it does without if it finds none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode:  # in the process that starts the others, and they inherit the setting
    sys.pycache_prefix = str(Path(__file__).parent.parent / ".pytest_cache" / "bytecode")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # an import raises ImportError
