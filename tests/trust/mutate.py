"""Does the suite bite?  Break the code in one place at a time, and see whether a test turns red.

    python tests/trust/mutate.py table 50 --seed 0     fifty mutants of the derivative table, in seconds
    python tests/trust/mutate.py graph                 all mutants of the chain-rule loop, with its tests: minutes

A mutant of the table is first tried, in a child process, against points whose truth was computed once; only one that
survives goes through the test files of TESTS.  Those of other modules go there at once, in a copy of the project.
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
TARGETS = {
    "table": "autograd/primitives.py",
    "graph": "autograd/graph.py",
    "functional": "autograd/functional.py",
    "optimizers": "nn/optimizers.py",
    "losses": "nn/losses.py",
}
TESTS = {
    "table": ["tests/autograd/test_primitives.py", "tests/autograd/test_value.py", "tests/trust/test_programs.py"],
    "graph": [
        "autograd/graph.py", "tests/autograd/test_graph.py", "tests/autograd/test_value.py",
        "tests/trust/test_all_or_nothing.py", "tests/trust/test_limits.py", "tests/trust/test_programs.py",
    ],
    "functional": ["autograd/functional.py", "tests/autograd/test_functional.py", "tests/trust/test_programs.py"],
    "optimizers": ["nn/optimizers.py", "tests/nn/test_optimizers.py", "tests/trust/test_all_or_nothing.py"],
    "losses": ["nn/losses.py", "tests/nn/test_losses.py", "tests/trust/test_wrong_inputs.py"],
}  # fmt: skip
KNOWN_SURVIVORS = Path(__file__).parent / "survivors.txt"


def known_survivors() -> set[str]:
    """Mutants that no test can kill, as 'row: change', from survivors.txt, where the reason stands above them."""
    lines = KNOWN_SURVIVORS.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


# ------------------------------------------------------------------------------------------------- making mutants


class Mutant:
    """One change at one place; its source is written when it is asked for."""

    def __init__(self, tree: ast.AST, path: tuple[Any, ...], node: ast.AST, what: str, number: int) -> None:
        self.tree, self.path, self.number = tree, path, number
        self.line = getattr(node, "lineno", 0)
        self.what = f"{what} in {ast.unparse(node)[:60]!r}"

    @property
    def source(self) -> str:
        """The whole module with this change."""
        mutated = copy.deepcopy(self.tree)
        parent: Any = mutated
        for field, n in self.path[:-1]:
            parent = getattr(parent, field) if n is None else getattr(parent, field)[n]
        field, n = self.path[-1]
        node = getattr(parent, field) if n is None else getattr(parent, field)[n]
        changed = list(changes(node))[self.number][1](node)
        if n is None:
            setattr(parent, field, changed)
        else:
            getattr(parent, field)[n] = changed
        return ast.unparse(ast.fix_missing_locations(mutated))


SWAPS: dict[type[Any], list[type[Any]]] = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.Pow: [ast.Mult],
    ast.Mod: [ast.Mult], ast.FloorDiv: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
NAMES = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "maximum": "minimum", "minimum": "maximum"}
NAMES |= {"exp": "expm1", "sech": "tanh", "tanh": "sech", "normal_pdf": "normal_cdf", "normal_cdf": "normal_pdf"}


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """What can be done to this node: a description, and the function that does it to a copy."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for other in SWAPS.get(type(node.op), []):
            yield f"{type(node.op).__name__} to {other.__name__}", lambda n, other=other: _with(n, op=other())
    if isinstance(node, ast.Compare):
        for other in SWAPS.get(type(node.ops[0]), []):
            what = f"{type(node.ops[0]).__name__} to {other.__name__}"
            yield what, lambda n, other=other: _with(n, ops=[other(), *n.ops[1:]])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield f"without {type(node.op).__name__}", lambda n: n.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} to {node.value + 1}", lambda n: ast.Constant(n.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} to {not node.value}", lambda n: ast.Constant(not n.value)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield (
                f"{node.func.id} to {NAMES[node.func.id]}",
                lambda n: _with(n, func=ast.Name(NAMES[n.func.id], ast.Load())),
            )
        if len(node.args) >= 2 and ast.dump(node.args[-2]) != ast.dump(node.args[-1]) and _plain(node.args[-2:]):
            yield "last arguments swapped", lambda n: _with(n, args=[*n.args[:-2], n.args[-1], n.args[-2]])
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition true", lambda n: _with(n, test=ast.Constant(True))
        yield "condition false", lambda n: _with(n, test=ast.Constant(False))
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Raise, ast.Expr, ast.Return, ast.Continue)) and not docstring:
        yield f"without {type(node).__name__}", lambda n: ast.Pass()


def _with(node: Any, **fields: Any) -> Any:
    for name, field in fields.items():
        setattr(node, name, field)
    return node


def _plain(nodes: list[ast.expr]) -> bool:
    return not any(isinstance(node, (ast.Starred, ast.Lambda, ast.Constant, ast.JoinedStr)) for node in nodes)


def places(tree: ast.AST, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], ast.AST]]:
    """Every node that a program runs, with the way to it; not types, docstrings, messages, and what makes texts."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        if isinstance(tree, ast.keyword) and tree.arg in ("text", "latex", "domain", "cure", "doc", "strict"):
            continue
        for n, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                continue
            here = (*path, (field, n))
            yield here, node
            yield from places(node, here)


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    return [
        Mutant(tree, path, node, what, number)
        for path, node in places(tree)
        for number, (what, _) in enumerate(changes(node))
    ]


# ------------------------------------------------------------------------------------- the quick check of the table


class Truths:
    """Points of every row with their true values and derivatives, computed once and inherited by every child."""

    def __init__(self, points: int) -> None:
        specification = importlib.util.spec_from_file_location("samples", ROOT / "tests/autograd/test_primitives.py")
        assert specification is not None
        assert specification.loader is not None
        self.samples = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(self.samples)
        self.points = points
        self.rows: dict[str, list[tuple[Any, Any]]] = {}

    def of(self, name: str) -> list[tuple[Any, Any]]:
        """Some points of a row with their truth."""
        if name not in self.rows:
            source, _, constants = self.samples.SAMPLES[name]
            every = list(source(random.Random(name), 20))
            kept = self.rows[name] = []
            for point in random.Random(f"{name} few").sample(every, min(self.points, len(every))):
                try:
                    kept.append((point, self.samples.jet(self.samples.ROWS[name], point, constants)))
                except (ValueError, ZeroDivisionError):
                    continue
        return self.rows[name]

    def right(self, names: Iterable[str]) -> bool:
        """Whether the table as it is now gives the truth at these rows."""
        autograd, table = importlib.import_module("autograd"), importlib.import_module("autograd.primitives").TABLE
        vars(self.samples).update(Value=autograd.Value, gradients=autograd.gradients, TABLE=table)
        for name in names:
            for point, truth in self.of(name):
                try:
                    if self.samples.check(name, point, truth):
                        return False
                except OverflowError:
                    if abs(truth.value) < 1e308:
                        return False
        return kinks_hold(autograd) and edges_hold()


def edges_hold() -> bool:
    """Whether the numbers at every kink and edge are PyTorch's and JAX's, but for the listed differences."""
    specification = importlib.util.spec_from_file_location("parity_test", ROOT / "tests/trust/test_parity.py")
    assert specification is not None
    assert specification.loader is not None
    parity = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(parity)
    for library, functions in parity.STORED.items():
        for name in functions:
            parity.test_the_differences_are_the_listed_ones(library, name)
    return True


def kinks_hold(autograd: Any) -> bool:
    """The documented slopes where there is a kink."""
    slopes = {
        "relu": (0.0,), "absolute": (0.0,), "leaky_relu": (0.01,), "elu": (1.0,), "selu": (1.7580993408473766,),
        "negative_part": (1.0,),
    }  # fmt: skip
    table = importlib.import_module("autograd.primitives").TABLE
    for name, wanted in slopes.items():
        x = autograd.Value(0.0)
        out = table[name](x)
        if out.data != 0.0 or tuple(autograd.gradients(out, [x])) != wanted:
            return False
    for name in ("maximum", "minimum"):
        x, y = autograd.Value(2.0), autograd.Value(2.0)
        if autograd.gradients(table[name](x, y), [x, y]) != [0.5, 0.5]:
            return False
    return True


def survives_quickly(mutant: Mutant, truths: Truths) -> bool:
    """Whether the mutated table passes the quick check: of the mutated row, then of all the others."""
    line = (ROOT / TARGETS["table"]).read_text().splitlines()[mutant.line - 1]
    name = line.split("=")[0].strip()
    if name in truths.samples.SAMPLES:
        truths.of(name)  # before the fork, so that the next mutant of this row has it too
        if not survives(mutant, truths, [name]):
            return False
    for each in truths.samples.SAMPLES:
        truths.of(each)
    return survives(mutant, truths, truths.rows)


def survives(mutant: Mutant, truths: Truths, names: Iterable[str]) -> bool:
    """Whether these rows are right with the mutated table, in a child process."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(20)
            for name in [name for name in sys.modules if name.split(".")[0] == "autograd"]:
                del sys.modules[name]
            sys.meta_path.insert(0, Replacement("autograd.primitives", mutant.source))
            code = 0 if truths.right(names) else 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


class Replacement:
    """An importer that gives one module another source."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        exec(compile(self.source, "<mutant>", "exec"), vars(module))


# --------------------------------------------------------------------------------------------- with the test files


def copied(folder: Path) -> Path:
    for name in ("autograd", "nn", "chalkgrad", "tests", "notebooks"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def survives_tests(mutant: Mutant, target: str, folder: Path) -> bool:
    """Whether all test files of the target stay green with the mutated module in the copy of the project."""
    path = folder / TARGETS[target]
    good = path.read_text()
    path.write_text(mutant.source)
    tests = [test for test in TESTS[target] if (folder / test).exists()]
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "MUTANT": "1"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=120) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    finally:
        path.write_text(good)


def main() -> int:
    """Try the mutants that the command line asks for; the exit code is 0 where at least 95 % of them are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("count", nargs="?", type=int, help="a seeded sample of so many (all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--points", type=int, default=24, help="of each row, in the quick check")
    parser.add_argument("--quick", action="store_true", help="leave out the test files")
    arguments = parser.parse_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "tests/oracles")]
    every = mutants((ROOT / TARGETS[arguments.target]).read_text())
    chosen = every
    if arguments.count is not None and arguments.count < len(every):
        chosen = random.Random(arguments.seed).sample(every, arguments.count)
    began, survivors = time.perf_counter(), []
    truths = Truths(arguments.points) if arguments.target == "table" else None
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder)) if not arguments.quick else None
        for number, mutant in enumerate(chosen):
            alive = truths is None or survives_quickly(mutant, truths)
            if alive and project is not None:
                alive = survives_tests(mutant, arguments.target, project)
            if alive:
                survivors.append(mutant)
                print(f"survived: {TARGETS[arguments.target]}:{mutant.line}: {mutant.what}", flush=True)
            if not arguments.quick and number % 50 == 49:
                print(f"  {number + 1} of {len(chosen)}, {time.perf_counter() - began:.0f} s", flush=True)
    killed = len(chosen) - len(survivors)
    print(
        f"{arguments.target}: {killed} of {len(chosen)} mutants killed ({killed / len(chosen):.1%}), "
        f"of {len(every)} in all, seed {arguments.seed}, {time.perf_counter() - began:.0f} s"
    )
    return 0 if killed >= 0.95 * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
