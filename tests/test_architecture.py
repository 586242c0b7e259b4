"""Is each module where it belongs?  Layers, imports, names and sizes, read from the source.

A new module must be placed in LAYERS, or `test_every_module_has_a_place` fails; its tests mirror its path, or it is in
TESTED_ELSEWHERE.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from optional import NEEDED_BY_LESSON

import autograd as autograd  # its functions `no_grad` and `primitive` have the names of modules
import nn as nn

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "chalkgrad")


class Deletable(NamedTuple):
    """An optional folder: the modules that load it, the public names that need it, and other files that go with it.

    Files may be folders and patterns. The lessons that need it go too.
    """

    loaded_by: set[str]
    names: set[str]
    files: set[str]


# From the bottom up.  A module imports only from earlier lines, also inside functions and for type checkers: so there
# are no import cycles.  `*` stands for any name: the lessons' exercises and the commands do not know each other.
LAYERS = {
    "autograd": """
arguments compiler.c_backend compiler.c_backend.opcodes compiler.frontend compiler.jax_backend
compiler.jax_backend.devices compiler.jax_backend.variadic compiler.frontend.c_functions
compiler.frontend.change_check compiler.frontend.exception_handlers compiler.numpy_backend compiler.passes
compiler.passes.matmul file_cache foreign_names ieee no_grad packages pause_gc symbolic views
primitive views.draw.browser views.draw.escape views.draw.save_path views.draw.webassembly
node primitives views.draw.layout_engines
backpropagation compiler.numpy_backend.kernels micrograd more_primitives numpy_functions symbolic.expression
codegen compiler.jax_backend.rows compiler.lower fast_backward symbolic.printing
elementary symbolic.simplify
value
compiler.frontend.object_kinds compiler.pickling symbolic.branches symbolic.to_sympy tree vector_ops
views.trace.replay
functional statistics symbolic.formulas
compiler.frontend.traced_rows
compiler.c_backend.elementwise compiler.frontend.hessian compiler.frontend.tracer gradcheck views.trace.expand
compiler.c_backend.fused_loop compiler.frontend.executed_code views.trace.trace
compiler.frontend.snapshot_notes views.draw.scene views.explain.paths views.stepper.passes
views.draw.losses views.draw.sizes views.trace
compiler.frontend.object_visitors views.draw.dot views.draw.page_fit views.draw.units views.explain.render
views.stepper.sentences
views.draw.modules
compiler.frontend.snapshot compiler.theta views.draw.clusters views.draw.svg views.explain.explain
views.draw.architecture views.draw.expand_cluster views.stepper.front_end
compiler.frontend.guards views.draw.collapse views.draw.png views.explain.nudge views.stepper.widget
compiler.frontend.flatten views.draw.rendering views.explain
compiler.executable compiler.frontend.two_calls compiler.passes.contract views.draw.digraph
compiler.eager compiler.passes.schedule views.draw.picture
compiler.passes.group views.draw.views
views.draw.draw
compiler.c_backend.toolchain compiler.passes.batched compiler.passes.fuse compiler.passes.layout
compiler.passes.split compiler.passes.straight_line views.draw
views.stepper.picture
views.stepper.paper
views.stepper.stepper
compiler.c_backend.bytecode compiler.jax_backend.memory compiler.jax_backend.placing compiler.numpy_backend.buffers
compiler.passes.reverse compiler.plan views.stepper
compiler.argument_cache compiler.c_backend.link_batched compiler.c_backend.link_fused compiler.correction
compiler.jax_backend.evaluate
compiler.numpy_backend.emitter
compiler.picture
compiler.c_backend.link compiler.jax_backend.branches compiler.jax_backend.repeats compiler.numpy_backend.accumulate
compiler.c_backend.executable compiler.jax_backend.function compiler.numpy_backend.source
compiler.jax_backend.executable compiler.jax_backend.export compiler.numpy_backend.run
compiler.pipeline
compiler.program
compiler
""",
    "nn": """
attention convolution recurrence
checks data.bundled export export.frames extras names plotting.regions progress
names.settings
activations cross_validation.folds data.generated extras.callbacks module samples schedules storage
attention.rms_norm convolution.flatten convolution.windows recurrence.last
data.preparation dropout embedding initializers losses metrics.outputs normalization parameters
callbacks clipping data layers metrics.of_amounts metrics.of_classes optimizers
attention.multi_head convolution.conv convolution.pooling recurrence.recurrent
recurrence.gru recurrence.lstm recurrence.rnn
metrics
data.weights engines metrics.tally
data.stream engines.eager engines.restore
engines.forward
evaluation
config extras.groups layer_stats plotting.figures recording.snapshots
checkpoint export.steps plotting.histograms plotting.live plotting.paths recording.images
export.c_modules export.numpy export.onnx_modules export.python_modules export.torch plotting
export.onnx export.source
diagnostics history recording.recording
engines.compiled recording
jax_engine jax_engine.engine
training
resuming
fit
cross_validation.one_fold estimators.mlp
cross_validation estimators
""",
    "chalkgrad": """
cli cli.arguments cli.commands cli.first_step cli.formula_hints cli.letters cli.networks cli.terminal_stepper course
exercises.sandbox exercises.variants exercises.verdict grading.process html_page random_graphs roster worksheet_picture
__main__ cli.datasets cli.formula cli.pictures exercises.messages formula_sheet worksheets
exercises.exercise
exercises.answer_types exercises.own_exercises exercises.variation
exercises.engine_answers exercises.variants.deep_networks exercises.variants.derivatives exercises.variants.networks
exercises.variants.shared_weights grading.plain_data
exercises.lesson_*
exercises
assignments grading.student grading.submission
grading.judging
grading.reports grading.tables
grading
cli.commands.*
""",
}
# What each package may use of the others: public names, so `import autograd` or `from autograd import ...`.
MAY_USE = {"autograd": set[str](), "nn": {"autograd"}, "chalkgrad": {"autograd", "nn"}}
# Public modules, meant to be imported as such.
PUBLIC_MODULES = {
    "autograd",
    "autograd.packages",
    "autograd.foreign_names",
    "autograd.pause_gc",
    "nn",
    "nn.data",
    "nn.plotting",
    "nn.losses",
    "nn.activations",
    "nn.optimizers",
}
# The compiler works on arrays and is loaded by the first call of `compile`; `digraph` is loaded by the first `Digraph`.
LOADED_LATE = {
    "autograd.compiler.jax_backend.": {"numpy", "jax"},
    "autograd.compiler.": {"numpy"},
    "autograd.views.draw.digraph": {"graphviz"},
    "nn.estimators": {"numpy", "sklearn"},
}
LATE_FOLDERS = ("autograd.compiler", "autograd.views")
ALL_MODULES = {"tests/nn/test_modules_beside_pytorch.py", "tests/nn/test_modules_everywhere.py"}
SEQUENCES = {"docs/how_to/images_and_sequences.md", *ALL_MODULES}
# Folders that can be deleted together with their tests (`tests/<folder>` and the files named here), lessons and pages,
# without making another test fail.  Only these modules load them, late; without the folder, these names say what to do.
OPTIONAL = {
    "autograd/compiler/jax_backend": Deletable(set(), set(), set()),
    "nn/attention": Deletable({"nn"}, {"nn.MultiHeadAttention", "nn.RMSNorm"}, SEQUENCES),
    "nn/convolution": Deletable(
        {"nn"}, {"nn.AvgPool2d", "nn.Conv1d", "nn.Conv2d", "nn.Flatten", "nn.MaxPool2d"}, SEQUENCES
    ),
    "nn/recurrence": Deletable({"nn"}, {"nn.GRU", "nn.LSTM", "nn.Last", "nn.RNN"}, SEQUENCES),
    "nn/export": Deletable(
        {"nn", "nn.evaluation"},
        {"nn.load_torch", "nn.to_c", "nn.to_numpy", "nn.to_onnx", "nn.to_python", "nn.to_torch"},
        {"tests/nn/test_beside_pytorch.py", "docs/live", "tests/docs/live", *SEQUENCES},
    ),
    "nn/estimators": Deletable(
        {"nn"}, {"nn.estimators"}, {"benchmarks/estimators.py", "tests/benchmarks/test_estimators.py"}
    ),
    "nn/extras": Deletable(
        {"nn"}, {"nn.CSVLogger", "nn.ParameterGroups", "nn.ReduceOnPlateau"}, {"tests/nn/test_beside_pytorch.py"}
    ),
    "nn/jax_engine": Deletable({"nn.fit", "nn.training"}, set(), set()),
    "nn/recording": Deletable(
        {"nn"},
        {"nn.record"},
        {
            "docs/how_to/pictures_for_slides.md",
            "tests/browser/test_recording_page.py",
            "tests/oracles/recorded.py",
            *ALL_MODULES,
        },
    ),
}
# Modules that exist on some operating systems only, and functions of `os` likewise.
ONE_SYSTEM_ONLY = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "msvcrt", "winreg", "_winapi"}
ONE_SYSTEM_ONLY_OF_OS = {"fork", "forkpty", "getuid", "geteuid", "killpg", "setsid", "mkfifo", "sched_setaffinity"}
# Modules that no test file of their own name tests, and the file that does.
TESTED_ELSEWHERE = {
    "nn.engines.eager": "nn/test_training.py",
    "nn.engines.restore": "nn/engines/test_compiled.py",
    "nn.export.c_modules": "nn/test_modules_everywhere.py",
    "nn.export.onnx_modules": "nn/test_modules_everywhere.py",
    "nn.export.python_modules": "nn/test_modules_everywhere.py",
    "nn.metrics.tally": "nn/test_evaluation.py",
    "autograd.compiler.c_backend.bytecode": "autograd/compiler/c_backend/test_executable.py",
    "autograd.compiler.c_backend.elementwise": "autograd/compiler/test_rows.py",
    "autograd.compiler.c_backend.link": "autograd/compiler/c_backend/test_executable.py",
    "autograd.compiler.c_backend.link_batched": "autograd/compiler/passes/test_batched.py",
    "autograd.compiler.c_backend.link_fused": "autograd/compiler/c_backend/test_fused_loop.py",
    "autograd.compiler.correction": "autograd/compiler/test_branches.py",
    "autograd.compiler.executable": "autograd/compiler/test_program.py",
    "autograd.compiler.frontend.c_functions": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.change_check": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.exception_handlers": "autograd/compiler/test_program.py",
    "autograd.compiler.frontend.executed_code": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.hessian": "autograd/compiler/test_program.py",
    "autograd.compiler.frontend.object_kinds": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.object_visitors": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.snapshot": "autograd/compiler/frontend/test_guards.py",
    "autograd.compiler.frontend.traced_rows": "autograd/compiler/frontend/test_tracer.py",
    "autograd.compiler.jax_backend.evaluate": "autograd/compiler/jax_backend/test_executable.py",
    "autograd.compiler.jax_backend.placing": "autograd/compiler/jax_backend/test_function.py",
    "autograd.compiler.numpy_backend.accumulate": "autograd/compiler/test_fuzz.py",
    "autograd.compiler.numpy_backend.buffers": "autograd/compiler/test_program.py",
    "autograd.compiler.numpy_backend.emitter": "autograd/compiler/test_rows.py",
    "autograd.compiler.numpy_backend.kernels": "autograd/compiler/test_rows.py",
    "autograd.compiler.numpy_backend.run": "autograd/compiler/test_program.py",
    "autograd.compiler.numpy_backend.source": "autograd/compiler/test_fuzz.py",
    "autograd.compiler.pipeline": "autograd/compiler/test_program.py",
    "autograd.views.draw.sizes": "autograd/views/draw/test_page_fit.py",
    "autograd.compiler.plan": "autograd/compiler/test_program.py",
    "autograd.views.draw.webassembly": "docs/test_pyodide.py",
    "autograd.foreign_names": "nn/names/test_names.py",
    "autograd.more_primitives": "autograd/test_primitives.py",
    "autograd.views.stepper.widget": "browser/test_widget.py",
    "chalkgrad.__main__": "chalkgrad/test_main.py",
    "chalkgrad.cli.terminal_stepper": "chalkgrad/cli/commands/test_step.py",
    "chalkgrad.exercises.variants.deep_networks": "chalkgrad/exercises/test_variants.py",
    "chalkgrad.exercises.variants.derivatives": "chalkgrad/exercises/test_variants.py",
    "chalkgrad.exercises.variants.networks": "chalkgrad/exercises/test_variants.py",
    "chalkgrad.exercises.variants.shared_weights": "chalkgrad/exercises/test_variants.py",
    "chalkgrad.html_page": "chalkgrad/cli/commands/test_worksheet.py",
}


@cache
def modules() -> dict[str, Path]:
    """Dotted name -> file of every module of the three packages."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def public_names(package: str) -> frozenset[str]:
    """The names that the package itself exports: a function may have the name of a module (`no_grad`)."""
    names = getattr(sys.modules.get(package), "__all__", ())
    return frozenset(name for name in names if not isinstance(getattr(sys.modules[package], name), ModuleType))


def import_statements(tree: ast.AST, *, late: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements in the order of the file; with `late`, also those inside functions and for type checkers."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif late or not (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        ):
            todo += reversed([child for child in ast.iter_child_nodes(node) if isinstance(child, WITH_STATEMENTS)])


WITH_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)  # what may have an import inside


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, *, late: bool) -> list[str]:
    """Dotted names that a file imports: modules, also where a `from` statement takes them out of their package."""
    found = []
    for statement in import_statements(parsed(path), late=late):
        if isinstance(statement, ast.Import):
            found += [alias.name for alias in statement.names]
            continue
        base = statement.module or ""
        if statement.level:
            folder = path.relative_to(ROOT).parts[: -statement.level]
            base = ".".join((*folder, *([statement.module] if statement.module else [])))
        for alias in statement.names:
            name = f"{base}.{alias.name}"
            is_module = name in modules() and alias.name not in public_names(base)
            found.append(name if is_module else base)
    return found


def ranks(package: str) -> dict[str, int]:
    lines = LAYERS[package].strip().splitlines()
    bottom = package == "chalkgrad"  # its `__init__` imports nothing, and others take the version from it
    own = {package: -1 if bottom else len(lines)}
    return {f"{package}.{name}": n for n, line in enumerate(lines) for name in line.split()} | own


def rank(name: str) -> int | None:
    """The layer of a module; a family such as `exercises.lesson_*` has one."""
    known = ranks(name.split(".")[0])
    family = re.sub(r"(?<=\.lesson_)\w+$|(?<=\.commands\.)\w+$", "*", name)
    return known.get(name, known.get(family))


def in_each_module(*packages: str) -> Callable[[Callable[[str, Path], None]], Callable[[], None]]:
    """Let a check of one module be one test of all modules: collecting 2,000 tests takes longer than the checks."""

    def decorated(check: Callable[[str, Path], None]) -> Callable[[], None]:
        def test() -> None:
            for name, path in modules().items():
                if name.split(".")[0] in (packages or PACKAGES):
                    check(name, path)

        test.__doc__ = check.__doc__
        return test

    return decorated


# ---------------------------------------------------------------------------------------------------------- layers


def test_every_module_has_a_place() -> None:
    unplaced = [name for name in modules() if rank(name) is None]
    assert not unplaced, f"place these modules in LAYERS of {Path(__file__).name}: {unplaced}"
    families = [f"{package}.{name}" for package in PACKAGES for name in LAYERS[package].split()]
    gone = [name for name in families if name not in modules() and "*" not in name and not is_deleted(name)]
    assert not gone, f"these modules of LAYERS do not exist: {gone}"
    assert max(Counter(families).values()) == 1


@in_each_module()
def test_a_module_imports_only_lower_layers(name: str, path: Path) -> None:
    """Late imports and those for type checkers included, and so there is no cycle."""
    here = rank(name)
    assert here is not None
    for other in imports(path, late=True):
        there = rank(other) if other in modules() else None
        if there is not None and other.split(".")[0] == name.split(".")[0]:
            is_earlier_lesson = there == here and ".lesson_" in name and other < name
            assert there < here or is_earlier_lesson, f"{name} must not import {other}, which is not below it"


@in_each_module()
def test_packages_use_only_public_names_of_those_below(name: str, path: Path) -> None:
    package = name.split(".")[0]
    for imported in imports(path, late=True):
        other = imported.split(".")[0]
        if other in MAY_USE and other != package:
            assert other in MAY_USE[package], f"{path}: {package} must not import {other}"
            assert imported in PUBLIC_MODULES, f"{path}: {imported} is not public; import from {other} itself"


@in_each_module("autograd")
def test_views_and_compiler_know_each_other_in_one_place_only(name: str, path: Path) -> None:
    """The compiler's picture draws its groups; it is loaded by `Program.draw`."""
    if name.startswith("autograd.views"):
        assert not [other for other in imports(path, late=True) if other.startswith("autograd.compiler")]
    if name.startswith("autograd.compiler") and name != "autograd.compiler.picture":
        early = [other for other in imports(path, late=False) if other.startswith("autograd.views")]
        assert not early
        late = [other for other in imports(path, late=True) if other.startswith("autograd.views")]
        assert not late or name == "autograd.compiler.program"


@in_each_module()
def test_third_party_packages_are_imported_late(name: str, path: Path) -> None:
    allowed = next((names for folder, names in LOADED_LATE.items() if name.startswith(folder)), set())
    known = sys.stdlib_module_names | set(PACKAGES) | allowed
    foreign = {other for other in imports(path, late=False) if other.split(".")[0] not in known}
    assert not foreign, f"{path}: move the import of {sorted(foreign)} into the function that needs it"


@in_each_module("autograd", "nn")
def test_no_call_imports_masked_arrays(name: str, path: Path) -> None:
    """`numpy.ma`, which a plain `np.unique(numbers)` imports, takes 23 ms; JAX takes far longer anyway."""
    text = "" if "jax_backend" in name else path.read_text(encoding="utf-8")
    assert not re.search(r"\bnp\.ma\b", text), path
    for node in ast.walk(parsed(path)) if "np.unique(" in text else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "unique":
            more = any(str(keyword.arg).startswith("return_") for keyword in node.keywords) or len(node.args) > 1
            assert more, f"{path}:{node.lineno}: use distinct of autograd.compiler.passes.matmul"


@in_each_module()
def test_folders_that_are_loaded_late_are_not_imported_early(name: str, path: Path) -> None:
    late = tuple(folder for folder in LATE_FOLDERS if not name.startswith(folder))
    if name == "autograd.compiler.picture":
        late = ()
    early = {other for other in imports(path, late=False) if late and other.startswith(late)}
    assert not early, f"{path}: move the import of {sorted(early)} into the function that needs it"


@in_each_module()
def test_no_module_needs_one_operating_system(name: str, path: Path) -> None:
    assert not ONE_SYSTEM_ONLY & set(imports(path, late=False)), f"{path}: import it inside a guarded function"
    for node in unguarded(parsed(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in ONE_SYSTEM_ONLY_OF_OS, f"{path}:{node.lineno}: os.{node.attr}"


def unguarded(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are neither inside a function nor under a condition."""
    for child in ast.iter_child_nodes(tree):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Try, ast.With, ast.If)):
            yield child
            yield from unguarded(child)


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


# ------------------------------------------------------------------------------------------------ optional folders


def is_within(name: str, folder: str) -> bool:
    return f"{name}.".startswith(f"{folder.replace('/', '.')}.")


def is_deleted(name: str) -> bool:
    return any(is_within(name, folder) and not (ROOT / folder).exists() for folder in OPTIONAL)


def is_deleted_with_a_folder(file: str) -> bool:
    return any(file in deletable.files and not (ROOT / folder).exists() for folder, deletable in OPTIONAL.items())


@pytest.mark.parametrize("folder", OPTIONAL)
def test_an_optional_folder_is_loaded_late_by_few_modules(folder: str) -> None:
    for name, path in modules().items():
        if not is_within(name, folder):
            early, used = ({each for each in imports(path, late=late) if is_within(each, folder)} for late in (0, 1))
            assert not early, f"{path}: move the import of {sorted(early)} into a function"
            assert not used or name in OPTIONAL[folder].loaded_by, f"{path}: {sorted(used)} can be deleted"


WITHOUT = """
import importlib, pkgutil, sys
folders, names, optional = {folders!r}, {names!r}, {optional!r}
sys.modules.update(dict.fromkeys(folders))  # as if deleted
for package in ("autograd", "nn", "chalkgrad"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{{package}}."):
        if not module.name.startswith(optional) and module.name != "chalkgrad.grading.student":
            importlib.import_module(module.name)
for name in names:
    owner, _, last = name.rpartition(".")
    try:
        getattr(importlib.import_module(owner), last)
    except ImportError as error:
        assert "run python -m pip install" in str(error), error
    else:
        raise AssertionError(f"{{name}} does not need {{folders}}")
"""


def without(folders: Iterable[str], where: Path) -> None:
    """Import every module in a process in which these folders do not exist; each name says what to install."""
    names = sorted(name for folder in folders for name in OPTIONAL[folder].names)
    optional = tuple(folder.replace("/", ".") for folder in OPTIONAL)  # may need packages that are not installed
    code = WITHOUT.format(folders=[folder.replace("/", ".") for folder in folders], names=names, optional=optional)
    done = subprocess.run([sys.executable, "-c", code], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_the_optional_folders_everything_else_is_imported() -> None:
    without(OPTIONAL, ROOT)


NAMES_THEM_ALL = {"tests/test_architecture.py", "tests/trust/test_wrong_inputs.py"}


@pytest.mark.parametrize("folder", OPTIONAL)
def test_other_tests_that_need_an_optional_folder_say_so(folder: str) -> None:
    """With `@needs`, or by being deleted with it."""
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(OPTIONAL[folder].names)) or "(?!)")
    with_it = (f"tests/{folder}/", *(f"{file}/" for file in OPTIONAL[folder].files))
    for path in (ROOT / "tests").rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        if not file.startswith(with_it) and file not in OPTIONAL[folder].files | NAMES_THEM_ALL:
            text = path.read_text(encoding="utf-8")
            assert not names.search(text) or f'needs("{folder}")' in text, f"{file} uses {names.search(text)}"


@pytest.mark.parametrize("folder", OPTIONAL)
def test_a_page_whose_code_needs_an_optional_folder_is_deleted_with_it(folder: str) -> None:
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(OPTIONAL[folder].names)) or "(?!)")
    for path in (ROOT / "docs").rglob("*.md"):
        file = path.relative_to(ROOT).as_posix()
        code = "".join(re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL))
        used = set(names.findall(code))
        assert not used or file in OPTIONAL[folder].files, f"{file} uses {used}: add it to OPTIONAL[{folder!r}].files"


def copy_without(folders: Iterable[str], where: Path) -> Path:
    """A copy of the project without these folders, their tests and lessons, and with the guide to the others."""
    hidden = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "site", "node_modules")
    shutil.copytree(ROOT, where / "copy", ignore=hidden)
    for folder in folders:
        lessons = [lesson for lesson, needed in NEEDED_BY_LESSON.items() if needed == folder]
        of_lessons = [f"**/{lesson}-*" for lesson in lessons] + [f"**/lesson_{lesson}.py" for lesson in lessons]
        for pattern in (folder, f"tests/{folder}", *OPTIONAL[folder].files, *of_lessons):
            for path in sorted((where / "copy").glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    environment = os.environ | {"PYTHONPATH": str(where / "copy")}
    subprocess.run([sys.executable, "docs/teaching/build_guide.py"], cwd=where / "copy", env=environment, check=True)
    return where / "copy"


def passes(copy: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-x", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("folder", OPTIONAL)
def test_without_an_optional_folder_and_its_tests_all_others_are_collected(folder: str, tmp_path: Path) -> None:
    """And those pass that mention it, or the lessons, apart from those of README."""
    copy = copy_without([folder], tmp_path)
    without([folder], copy)
    passes(copy, "--collect-only", "tests", *PACKAGES)
    names = {name.rpartition(".")[2] for name in (folder.replace("/", "."), *OPTIONAL[folder].names)} | {"LESSONS"}
    mentions = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    files = [path for place in ("tests", *PACKAGES) for path in sorted((copy / place).rglob("*.py"))]
    files = [path for path in files if {"jax_backend", "jax_engine"}.isdisjoint(path.parts)]  # they need JAX
    about = [str(path) for path in files if mentions.search(path.read_text(encoding="utf-8"))]
    passes(copy, *about, "tests/docs/test_teaching.py", "--deselect", "tests/test_readme.py")


@pytest.mark.slow
def test_without_the_optional_folders_and_their_tests_the_others_pass(tmp_path: Path) -> None:
    """Not those of README, which shows the optional folders; of autograd only those of compiled programs."""
    copy = copy_without(OPTIONAL, tmp_path)
    without(OPTIONAL, copy)
    left = (
        "tests/test_architecture.py",
        "tests/trust/test_wrong_inputs.py",
        "tests/test_english.py",
        "tests/docs/test_tables.py",
    )
    passes(copy, *left, "tests/nn", "tests/chalkgrad", "tests/notebooks", "tests/autograd/compiler/test_program.py")


# ------------------------------------------------------------------------------------------------- names and sizes


@in_each_module()
def test_a_package_names_its_modules_in_reading_order(folder: str, path: Path) -> None:
    """Each module of the folder stands once, in backticks, in the docstring; lessons and commands apart."""
    if path.name != "__init__.py":
        return
    listed = re.findall(r"(?<!`)`{1,2}(\w+)`{1,2}(?!`)", ast.get_docstring(parsed(path)) or "")
    children = {name for name in modules() if name.rpartition(".")[0] == folder}
    own = {name.rpartition(".")[2] for name in children if not re.search(r"\.lesson_\w+$|\.commands\.\w+$", name)}
    counted = Counter(name for name in listed if name in own)
    assert counted == Counter(own), f"{path}: {sorted(own - set(counted))} missing, or named twice: {counted}"


@in_each_module()
def test_tests_mirror_the_modules(name: str, path: Path) -> None:
    own = path.relative_to(ROOT)
    mirror = ROOT / "tests" / own.parent / f"test_{own.stem}.py"
    if path.name == "__init__.py" or re.search(r"\.lesson_\w+$", name):
        return
    if name in TESTED_ELSEWHERE:
        other = f"tests/{TESTED_ELSEWHERE[name]}"
        assert (ROOT / other).exists() or is_deleted_with_a_folder(other), f"{other} does not exist"
        assert not mirror.exists(), f"{name} has a test file of its own by now: take it out of TESTED_ELSEWHERE"
    else:
        assert mirror.exists(), f"write {mirror.relative_to(ROOT)}, or say in TESTED_ELSEWHERE what tests {name}"


def test_a_class_name_occurs_once() -> None:
    names = Counter(
        node.name
        for module, path in modules().items()
        if not module.startswith("chalkgrad.exercises.")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


@in_each_module()
def test_functions_and_files_are_short(name: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500, path
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
            first = node.body[0]
            documented = ast.get_docstring(node) is not None and first.end_lineno is not None
            docstring = first.end_lineno - first.lineno + 1 if documented and first.end_lineno else 0
            length = node.end_lineno - node.lineno + 1 - docstring
            named = (name, node.name)
            assert length <= 60 or named == LONGEST_FUNCTION, f"{path}:{node.lineno}: {node.name} has {length} lines"


LONGEST_FUNCTION = ("autograd.fast_backward", "_reach")


def test_the_table_does_not_scroll_sideways() -> None:
    for table in ("primitives.py", "more_primitives.py"):
        lines = (ROOT / "autograd" / table).read_text(encoding="utf-8").splitlines()
        assert [n for n, line in enumerate(lines, 1) if len(line) > 120] == []


@in_each_module()
def test_no_dispatch_by_a_computed_attribute_name(name: str, path: Path) -> None:
    """`getattr(self, f"_{kind}_forward")` is found by no search and no type checker."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            computed = isinstance(node.args[1], (ast.JoinedStr, ast.BinOp))
            assert not computed, f"{path}:{node.lineno}: {ast.unparse(node)}"


@in_each_module("nn")
def test_modules_read_their_attributes_by_name(name: str, path: Path) -> None:
    """A guard of the compiler follows the names in the code of `nn`, not those in variables; optimizers have none."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("getattr(self, ") and name != "nn.optimizers":
            assert isinstance(node.args[1], ast.Constant), f"{path}:{node.lineno}: {ast.unparse(node)}"


def test_what_must_be_read_does_not_grow() -> None:
    def lines(folder: str) -> int:
        return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / folder).glob("*.py"))

    assert lines("autograd") <= 5_000
    assert lines("nn") <= 6_000


# -------------------------------------------------------------------------------------- can these checks fail at all?


def test_the_checks_see_late_imports_and_those_for_type_checkers(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text(
        "import numpy\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import flax\n"
        "def f():\n    import torch\nclass C:\n    import jax\n"
    )
    assert imports(module, late=False) == ["numpy", "typing", "jax"]
    assert imports(module, late=True) == ["numpy", "typing", "flax", "torch", "jax"]


def test_modules_are_found_at_every_depth() -> None:
    assert {"autograd.value", "autograd.views.draw.svg", "autograd.compiler.c_backend.opcodes"} <= modules().keys()
    assert "autograd.compiler.passes.group" in imports(modules()["autograd.compiler.plan"], late=True)
