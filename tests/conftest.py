"""Where does Python keep the compiled code of modules?  In pytest's cache, if the environment says: nowhere.

Tests start a hundred processes, and fork as many: each would compile the whole project again.
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
