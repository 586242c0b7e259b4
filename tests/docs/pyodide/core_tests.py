"""Run the tests of the engine and of nn that need only pytest, inside Pyodide; `result` is a JSON object."""

import ast
import inspect
import json
import re
import sys
from pathlib import Path

import pytest

TESTS = Path("/project/tests")
KNOWN = sys.stdlib_module_names | {"autograd", "nn", "chalkgrad", "pytest"}
TOO_DEEP = 2500
"""Freeing a chain of more than a few thousand objects overflows a browser's stack, whatever the objects are."""
NATIVE = (
    "test_a_bar_in_a_terminal",
    "test_packages.py::test_pip",
    "draw/test_browser.py::test_",
    "test_at_a_plain_prompt_it_says",
)
"""Tests of what is different in a browser, which `only_in_a_browser.py` checks."""
NOT_HERE = {"subprocess", "threading", "multiprocessing", "concurrent", "signal", "resource", "socket"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def runs_here(path):
    names = set(imported(path))
    return names <= KNOWN and not names & NOT_HERE


def builds_a_deep_graph(item):
    counts = [
        int(count.replace("_", "")) for count in re.findall(r"range\(([\d_]+)\)", inspect.getsource(item.function))
    ]
    counts += [
        given for given in getattr(item, "callspec", item).__dict__.get("params", {}).values() if type(given) is int
    ]
    return max(counts, default=0) >= TOO_DEEP


class Outcomes:
    def __init__(self):
        self.passed, self.need_a_package, self.failed = 0, 0, {}

    def pytest_collection_modifyitems(self, items):
        items[:] = [
            item for item in items if not builds_a_deep_graph(item) and not any(name in item.nodeid for name in NATIVE)
        ]

    def pytest_runtest_logreport(self, report):
        missing = ("loadPackage(", "No module named 'numpy'")  # the second where a test imports the compiler itself
        if report.failed and any(text in report.longreprtext for text in missing):
            self.need_a_package += 1
        elif report.failed:
            self.failed[report.nodeid] = report.longreprtext[-1500:]
        elif report.when == "call" and report.passed:
            self.passed += 1


(TESTS.parent / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: not here\nfilterwarnings = error\n")
folders = [TESTS / "autograd", TESTS / "autograd" / "symbolic", *(TESTS / "autograd" / "views").iterdir(), TESTS / "nn"]
files = sorted(
    str(path) for folder in folders if folder.is_dir() for path in folder.glob("test_*.py") if runs_here(path)
)
outcomes = Outcomes()
options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--import-mode=importlib", "-m", "not slow"]
status = pytest.main([*options, "-c", str(TESTS.parent / "pytest.ini"), *files], plugins=[outcomes])
result = json.dumps(
    {"status": int(status), "passed": outcomes.passed, "skipped": outcomes.need_a_package, "failed": outcomes.failed}
)
