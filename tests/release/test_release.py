"""A rehearsal of a release: build, check, install from a local index, and do what README tells a user to do.

Run by .ci/run with -m release, in an environment with the extra `release`; dependencies come from the usual index.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import chalkgrad

pytestmark = pytest.mark.release
ROOT = Path(__file__).parents[2]
VERSION = chalkgrad.__version__
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "venv", "*_cache", ".hypothesis", "__pycache__", "chalkgrad-*", "dist", "build"
)
PYTHONS = [path for path in os.environ.get("CHALKGRAD_PYTHONS", sys.executable).split(":") if path]


def run(*command: str | Path, cwd: Path | None = None, check: bool = True, clean: bool = False) -> str:
    environment = {
        key: text for key, text in os.environ.items() if not clean or not key.startswith(("PYTHON", "PIP_TARGET"))
    }
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the source distribution, built from a clean copy."""
    tree = tmp_path_factory.mktemp("tree") / "chalkgrad"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    run(sys.executable, "-m", "build", "--no-isolation", cwd=tree)
    return tree / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


def test_names_and_sizes(dist: Path, wheel: Path) -> None:
    assert {path.name for path in dist.iterdir()} == {
        f"chalkgrad-{VERSION}-py3-none-any.whl", f"chalkgrad-{VERSION}.tar.gz"
    }  # fmt: skip
    assert wheel.stat().st_size < 1_000_000


def test_the_wheel_has_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn", "chalkgrad")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    left_out = ("*.ipynb", "build.py", "README.md", "__pycache__")
    for path in (ROOT / "notebooks").rglob("*"):
        if path.is_file() and not any(part.match(name) for name in left_out for part in (path, *path.parents)):
            files.add(f"chalkgrad/{path.relative_to(ROOT).as_posix()}")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == files


def test_the_source_distribution_has_what_its_tests_need(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "CHANGELOG.md",
        "tests/test_readme.py",
        "notebooks/build.py",
    } <= names


def test_checkers_are_content(dist: Path, wheel: Path) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", *dist.iterdir())
    # W009: three top-level packages, on purpose; W004: the lessons, which are no modules that can be imported.
    run(sys.executable, "-m", "check_wheel_contents", "--ignore", "W004,W009", wheel)
    run(sys.executable, "-m", "validate_pyproject", ROOT / "pyproject.toml")
    told = run(sys.executable, "-m", "pyroma", next(dist.glob("*.tar.gz")), check=False)
    complaints = [line for line in told.splitlines() if line.startswith("Your package")]
    assert complaints in ([], ["Your package does not have author-email data."])  # there is no address to give


@pytest.fixture(scope="module")
def index(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index on this machine that has chalkgrad only."""
    root = tmp_path_factory.mktemp("index")
    shutil.copytree(dist, root / "simple" / "chalkgrad")
    links = "".join(f'<a href="{path.name}">{path.name}</a>' for path in dist.iterdir())
    (root / "simple" / "chalkgrad" / "index.html").write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
    handler = functools.partial(Quiet, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/simple/"
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def user_s_commands() -> list[str]:
    """The commands in README that install the package for a user, and show it."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Install")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).parent.parent.name)
def test_what_readme_tells_a_user_to_do(python: str, index: str, tmp_path: Path) -> None:
    install, *others = user_s_commands()
    assert install == "python -m pip install chalkgrad"
    assert others == ["chalkgrad demo"]
    run(python, "-m", "venv", tmp_path / "environment")
    scripts = tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin")
    pip = [scripts / "python", "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", f"--extra-index-url={index}", f"chalkgrad=={VERSION}", cwd=tmp_path, clean=True)
    run(scripts / "chalkgrad", "demo", cwd=tmp_path, clean=True)
    for picture in ("loss.png", "boundary.png"):
        assert (tmp_path / "chalkgrad-demo" / picture).read_bytes().startswith(b"\x89PNG")
    printed = run(
        scripts / "python", "-c", "import autograd, nn; print(autograd.__file__, nn.__file__)", cwd=tmp_path, clean=True
    )
    assert printed.count(str(tmp_path)) == 2
    assert run(scripts / "chalkgrad", "--version", cwd=tmp_path, clean=True).strip().endswith(VERSION)


def test_the_version_is_written_once() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in text
    assert not re.search(r"^version *=", text, re.MULTILINE)
    for name in ("CITATION.cff", "conda/recipe.yaml"):
        assert VERSION not in (ROOT / name).read_text(encoding="utf-8")
