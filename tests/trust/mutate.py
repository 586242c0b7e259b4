"""Does the suite bite?  Break the code in one place at a time (`mutants`), and see whether a test turns red.

    python tests/trust/mutate.py table 50 --seed 0     fifty mutants of the derivative table
    python tests/trust/mutate.py graph                 all mutants of the chain-rule loop

Each mutant has a child process of its own, forked with pytest and NumPy loaded: in a copy of the project it runs the
test files of TESTS, the quick and biting ones first, until one fails.  A mutant of the table is first tried against
points whose truth was computed once, for all mutants.
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import argparse
import compileall
import importlib
import importlib.util
import os
import py_compile
import random
import resource
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mutants import ROOT, TARGETS, Mutant, known_survivors, mutants

TABLE_TESTS = [
    "tests/autograd/test_value.py",
    "tests/autograd/test_primitive.py",
    "tests/autograd/test_ieee.py",
    "tests/autograd/test_vector_ops.py",
    "tests/trust/test_parity.py",
    "tests/autograd/test_primitives.py",
    "tests/autograd/symbolic/test_formulas.py",
    "tests/trust/test_programs.py -k hypothesis",
]
TESTS = {
    "table": TABLE_TESTS,
    "more": TABLE_TESTS,
    "graph": [
        "autograd/fast_backward.py", "tests/autograd/test_fast_backward.py", "tests/autograd/test_value.py",
        "tests/autograd/test_micrograd.py", "tests/autograd/test_vector_ops.py", "tests/nn/test_layers.py",
        "tests/trust/test_threads.py", "tests/trust/test_programs.py -k hypothesis",
        "tests/trust/test_all_or_nothing.py -k backward",
    ],
    "functional": [
        "autograd/functional.py", "tests/autograd/test_functional.py", "tests/autograd/test_fast_backward.py",
        "tests/autograd/views/trace/test_trace.py", "tests/trust/test_programs.py -k hypothesis",
        "tests/trust/test_wrong_inputs.py -k 'grad or jvp or vjp or hvp or jacobian or hessian'",
    ],
    "optimizers": [
        "nn/optimizers.py", "tests/nn/test_optimizers.py", "tests/nn/names/test_settings.py",
        "tests/nn/engines/test_compiled.py", "tests/nn/test_training.py", "tests/nn/test_checkpoint.py",
        "tests/nn/test_resuming.py", "tests/nn/test_parameters.py",
        "tests/trust/test_wrong_inputs.py -k 'SGD or Ada or RMSProp or Optimizer'",
        "tests/trust/test_all_or_nothing.py -k optimizer",
    ],
    "losses": [
        "nn/losses.py", "tests/nn/test_losses.py", "tests/nn/test_training.py", "tests/nn/engines/test_compiled.py",
        "tests/trust/test_wrong_inputs.py -k 'error or entropy or hinge or huber or penalty or likelihood'",
    ],
}  # fmt: skip


FOLDERS = ("autograd", "nn", "chalkgrad", "tests", "notebooks")
"""What is copied, and then imported from the copy only."""


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
    for library in parity.STORED:
        parity.test_the_differences_are_the_listed_ones(library)
    return True


def kinks_hold(autograd: Any) -> bool:
    """The documented slopes where there is a kink."""
    slopes = {
        "relu": (0.0,), "absolute": (0.0,), "leaky_relu": (0.01,), "elu": (1.0,), "selu": (1.7580993408473766,),
        "negative_part": (1.0,), "sign": (0.0,),
    }  # fmt: skip
    table = importlib.import_module("autograd.primitives").TABLE
    for name, wanted in slopes.items():
        x = autograd.Value(0.0)
        out = table[name](x)
        if out.data != 0.0 or tuple(autograd.gradients(out, [x])) != wanted:
            return False
    if [table["hardtanh"](x) for x in (-3.0, -1.5, -0.5, 1.0, 1.5)] != [-1.0, -1.0, -0.5, 1.0, 1.0]:
        return False
    for name in ("maximum", "minimum"):
        x, y = autograd.Value(2.0), autograd.Value(2.0)
        if autograd.gradients(table[name](x, y), [x, y]) != [0.5, 0.5]:
            return False
    return zeros_keep_their_sign(table)


def zeros_keep_their_sign(table: Any) -> bool:
    """Whether a tie of zeros gives the zero that Python's `max` and `min` give."""
    pairs = [(0.0, -0.0), (-0.0, 0.0)]
    ties = all(
        repr(table[name](*pair)) == repr(own(pair))
        for name, own in (("maximum", max), ("minimum", min))
        for pair in pairs
    )
    return ties and repr(table["relu"](-0.0)) == repr(max(0.0, -0.0))


def survives_quickly(mutant: Mutant, truths: Truths) -> bool:
    """Whether the mutated table passes the quick check: of the mutated row, then of all the others."""
    line = (ROOT / TARGETS[mutant.target]).read_text().splitlines()[mutant.line - 1]
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
            module = TARGETS[mutant.target].removesuffix(".py").replace("/", ".")
            sys.meta_path.insert(0, Replacement(module, mutant.source))
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


OPTIONS = [
    "-x", "-q", "-o", "addopts=", "--import-mode=importlib", "--doctest-modules", "-m", "not slow",
    "-p", "no:cacheprovider",
]  # fmt: skip


class Copy:
    """A copy of the project in which one module is broken, and its tests run, each time in a new child process."""

    def __init__(self, folder: Path, module: str, tests: list[str]) -> None:
        self.folder, self.path = folder, folder / module
        self.tests = [test for test in tests if (folder / test.split()[0]).exists()]
        self.good, self.output = self.path.read_text(), folder / "output.txt"
        self._at_home()
        for name in ("pytest", "hypothesis", "mpmath", "numpy", "doctest", "sklearn.datasets", "json", "tempfile"):
            importlib.import_module(name)
        if module.startswith("nn/"):
            importlib.import_module("autograd.compiler.program")
        sys.pycache_prefix = None  # compiled code lies in the copy, beside its source
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=2, force=True, invalidation_mode=unchecked)
        sys.dont_write_bytecode = False  # once, for the test files as pytest rewrites them
        began = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        if not self.green(self.good, 3600):
            raise RuntimeError(f"the tests fail without any mutant: {self.output.read_text()[-3000:]}")
        self.seconds = int(20 + 4 * (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before))
        print(f"tests without a mutant: {time.perf_counter() - began:.0f} s", flush=True)
        sys.dont_write_bytecode = True
        for stale in (self.path.parent / "__pycache__").glob(f"{self.path.stem}.*"):
            stale.unlink()

    def survives(self, mutant: Mutant) -> bool:
        """Whether all tests stay green."""
        return self.green(mutant.source, self.seconds)

    def green(self, source: str, seconds: int) -> bool:
        self.path.write_text(source)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = self._tested(seconds)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        status = os.waitpid(child, 0)[1]
        self.path.write_text(self.good)
        return status == 0

    def _at_home(self) -> None:
        """Import the project from the copy only."""
        for name in [name for name, module in sys.modules.items() if _of_project(getattr(module, "__file__", None))]:
            del sys.modules[name]
        sys.path[:] = [str(self.folder)] + [entry for entry in sys.path if not _of_project(entry)]
        os.environ["PYTHONPATH"] = str(self.folder)
        os.environ.pop("PYTHONPYCACHEPREFIX", None)
        os.environ["PYTHONDONTWRITEBYTECODE"] = os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.chdir(self.folder)

    def _tested(self, seconds: int) -> int:
        import pytest

        os.setpgid(0, 0)
        output = os.open(self.output, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        for stream in range(3):
            os.dup2(output, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, resource.RLIM_INFINITY))
        signal.alarm(10 * seconds)
        self._at_home()
        importlib.import_module(".".join(self.path.relative_to(self.folder).with_suffix("").parts))
        return next((code for test in self.tests if (code := pytest.main([*OPTIONS, *shlex.split(test)]))), 0)


def _of_project(path: str | None) -> bool:
    """Whether this is the checkout, or in one of its own folders: a virtual environment in it is not."""
    if not path or not Path(path).is_relative_to(ROOT):
        return False
    parts = Path(path).relative_to(ROOT).parts
    return not parts or parts[0] in FOLDERS


def copied(folder: Path) -> Path:
    for name in FOLDERS:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def main() -> int:
    """Try the mutants that the command line asks for; the exit code is 0 where at least 95 % of them are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("count", nargs="?", type=int, help="a seeded sample of so many (all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--points", type=int, default=24, help="of each row, in the quick check of the table")
    parser.add_argument("--only", help="those whose key contains this")
    arguments = parser.parse_args()
    every = mutants((ROOT / TARGETS[arguments.target]).read_text(), arguments.target)
    chosen = [mutant for mutant in every if arguments.only is None or arguments.only in mutant.key]
    if arguments.count is not None and arguments.count < len(chosen):
        chosen = random.Random(arguments.seed).sample(chosen, arguments.count)
    began, survivors, known = time.perf_counter(), [], known_survivors()
    with tempfile.TemporaryDirectory() as folder:
        project = Copy(copied(Path(folder)), TARGETS[arguments.target], TESTS[arguments.target])
        truths = None
        if TESTS[arguments.target] is TABLE_TESTS:
            sys.path[:0] = [str(ROOT), str(ROOT / "tests/oracles")]
            truths = Truths(arguments.points)
        for number, mutant in enumerate(chosen, 1):
            if (truths is None or survives_quickly(mutant, truths)) and project.survives(mutant):
                survivors.append(mutant)
                print(f"{'as listed' if mutant.key in known else 'survived'}: {mutant.line}: {mutant.key}", flush=True)
            if number % 50 == 0:
                print(f"  {number} of {len(chosen)}, {time.perf_counter() - began:.0f} s", flush=True)
    killed, listed = len(chosen) - len(survivors), sum(mutant.key in known for mutant in survivors)
    print(
        f"{arguments.target}: {killed} of {len(chosen)} mutants killed ({killed / len(chosen):.1%}), {listed} of the "
        f"{len(survivors)} survivors listed with the reason, {time.perf_counter() - began:.0f} s"
    )
    return 0 if killed >= 0.95 * len(chosen) and listed == len(survivors) else 1


if __name__ == "__main__":
    sys.exit(main())
