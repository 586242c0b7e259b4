"""The layering of the design, held by parsing imports: a layer imports only layers above it, third-party only late.

A new module must be placed in AUTOGRAD or NN, or `test_every_module_has_a_place` fails.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the bottom up. A line is one layer: its modules may import from earlier lines, not from each other.
AUTOGRAD = """
rows recording file_cache
primitives
expressions
methods
graph
micrograd
value
sequences
notation
tidying
branches
symbolic
functional
checking
unfolding
tracing
replaying report
chains
explaining
drawing
stepping
compiler
__init__
"""
NN = """
inputs progress collector elsewhere
activations initializers
module
layers normalization
losses schedules data history parameters
metrics optimizers
evaluation clipping regions
training
compiled
architecture storage
checkpoint
resuming
plotting probing
recording
frames
diagnostics
__init__
"""
PACKAGES = {"autograd": AUTOGRAD, "nn": NN}
# What each package may use of the others: public names, so `import autograd` or `from autograd import ...`.
MAY_USE = {"autograd": set[str](), "nn": {"autograd"}, "chalkgrad": {"autograd", "nn"}}
# All of the compiler works on arrays, and the folder is loaded as a whole by the first call of `compile`; `Digraph` is
# a subclass of graphviz's, and its module is loaded when it is first asked for.
LOADED_LATE = {ROOT / "autograd" / "compiler": {"numpy"}, ROOT / "autograd" / "drawing" / "digraph.py": {"graphviz"}}
# Public modules of nn, meant to be imported as such.
PUBLIC_MODULES = {"autograd", "nn", "nn.data", "nn.plotting", "nn.losses", "nn.activations", "nn.optimizers"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def layer_name(package: str, path: Path) -> str:
    """The first part of a module's name inside its package: `compiler` for autograd/compiler/numpy.py."""
    return path.relative_to(ROOT / package).with_suffix("").parts[0]


def imports(path: Path, *, late: bool) -> Iterator[str]:
    """Dotted names imported by a module; with `late`, also inside functions. Never those for type checkers only."""

    def visit(node: ast.AST) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                yield from absolute_names(child, path)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            elif late or not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from visit(child)

    yield from visit(ast.parse(path.read_text(encoding="utf-8")))


def absolute_names(statement: ast.ImportFrom, path: Path) -> list[str]:
    """What a `from` statement may import: the module itself, or submodules of it."""
    if statement.level:
        folder = path.parent
        for _ in range(statement.level - 1):
            folder = folder.parent
        base = ".".join(folder.relative_to(ROOT).parts) + (f".{statement.module}" if statement.module else "")
    else:
        base = statement.module or ""
    location = ROOT.joinpath(*base.split("."))
    names = [alias.name for alias in statement.names if is_module(location / alias.name)]
    return [f"{base}.{name}" for name in names] or [base]


def is_module(location: Path) -> bool:
    return location.with_suffix(".py").exists() or (location / "__init__.py").exists()


def rank(package: str) -> dict[str, int]:
    lines = PACKAGES[package].strip().splitlines()
    return {name: number for number, line in enumerate(lines) for name in line.split()}


def cases(package: str) -> list[Path]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in modules(package)]  # type: ignore[misc]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_has_a_place(package: str) -> None:
    unplaced = {layer_name(package, path) for path in modules(package)} - set(rank(package))
    assert not unplaced, f"place these modules of {package} in {Path(__file__).name}: {sorted(unplaced)}"


@pytest.mark.parametrize("path", [*cases("autograd"), *cases("nn")])
def test_a_layer_imports_only_layers_above_it(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ranks, here = rank(package), layer_name(package, path)
    for name in imports(path, late=False):
        parts = name.split(".")
        if parts[0] == package and len(parts) > 1 and parts[1] != here:
            assert ranks[parts[1]] < ranks[here], f"{path}: {here} must not import {name}, which comes after it"


@pytest.mark.parametrize("path", [*cases("autograd"), *cases("nn"), *cases("chalkgrad")])
def test_packages_use_only_public_names_of_those_below(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for name in imports(path, late=True):
        other = name.split(".")[0]
        if other in MAY_USE and other != package:
            assert other in MAY_USE[package], f"{path}: {package} must not import {other}"
            assert name in PUBLIC_MODULES, f"{path}: {name} is not public; import from {other} itself"


@pytest.mark.parametrize("path", [*cases("autograd"), *cases("nn"), *cases("chalkgrad")])
def test_third_party_packages_are_imported_inside_functions(path: Path) -> None:
    known = sys.stdlib_module_names | set(MAY_USE) | LOADED_LATE.get(path.parent, LOADED_LATE.get(path, set()))
    foreign = {name for name in imports(path, late=False) if name.split(".")[0] not in known}
    assert not foreign, f"{path}: move the import of {sorted(foreign)} into the function that needs it"


@pytest.mark.parametrize("path", [*cases("autograd"), *cases("nn"), *cases("chalkgrad")])
def test_what_is_loaded_late_is_not_imported_early(path: Path) -> None:
    late = {".".join(folder.relative_to(ROOT).parts) for folder in LOADED_LATE if folder not in path.parents}
    early = {name for name in imports(path, late=False) if name.startswith(tuple(late))} if late else set()
    assert not early, f"{path}: move the import of {sorted(early)} into the function that needs it"


LIST_FOREIGN = """
import sys
before = set(sys.modules)
import {package}
names = {{name.split(".")[0] for name in set(sys.modules) - before}}
print(*sorted(names - set(sys.stdlib_module_names) - {{"autograd", "nn", "chalkgrad"}}))
"""


@pytest.mark.parametrize("package", ["autograd", "nn", "chalkgrad.__main__"])
def test_import_loads_the_standard_library_only(package: str) -> None:
    code = LIST_FOREIGN.format(package=package)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_the_checks_see_a_violation(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text("import numpy\ndef f():\n    import torch\nclass C:\n    import jax\n")
    assert list(imports(module, late=False)) == ["numpy", "jax"]
    assert list(imports(module, late=True)) == ["numpy", "torch", "jax"]


def test_typing_only_imports_are_free(tmp_path: Path) -> None:
    module = tmp_path / "typed.py"
    module.write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\n")
    assert list(imports(module, late=True)) == ["typing"]
