"""The built wheel in Pyodide, under Node and in Chromium: what works everywhere, and what a browser cannot do."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docs
HERE = Path(__file__).parent
FILES = HERE / "pyodide"
DRAW = (
    "from autograd import Value, draw\n"
    "a, b = Value(2.0, label='a'), Value(-3.0, label='b')\n"
    "draw((a * b + a.sin()).tanh(), engine='wasm').svg"
)


def under_node(folder: Path, file: str, project: Path = FILES) -> dict[str, Any]:
    from generate.python_in_browser import run_in_pyodide

    result: dict[str, Any] = json.loads(run_in_pyodide(folder, FILES / file, project))
    return result


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each feature gives natively."""
    with chdir(tmp_path_factory.mktemp("native")):
        result: dict[str, str] = json.loads(runpy.run_path(str(FILES / "features.py"))["result"])
    return result


def test_what_works_natively_works_in_pyodide(python_folder: Path, features: dict[str, str]) -> None:
    there = under_node(python_folder, "features.py")
    assert len(features) > 25
    assert {name for name in features if features[name] != there.get(name)} == set()


@pytest.fixture(scope="module")
def only_there(python_folder: Path) -> dict[str, Any]:
    return under_node(python_folder, "only_in_a_browser.py")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("compile", "ImportError: compile needs numpy: load it with await pyodide_js.loadPackage('numpy')"),
        ("compiled training", 'ImportError: engine="compiled" needs numpy: load it with'),
        ("plot", "ImportError: plotting needs matplotlib: load it with"),
        ("png", "ImportError: png needs resvg-py: it does not exist in a browser; or save as .svg"),
        ("pdf", "NoEngineError: the format pdf needs the program dot, and a browser runs no programs; make an SVG"),
        ("dot", "NoEngineError: engine=dot needs the program dot, and a browser runs no programs"),
        ("show", "RuntimeError: show: this is a browser already"),
        ("data", "ImportError: load_iris needs scikit-learn: load it with"),
        ("widget", "ImportError: stepper.widget needs anywidget: it does not exist in a browser"),
        ("doctor", "0: ok Python"),
        ("grade", "2: chalkgrad grade: each notebook runs in a process of its own, which a browser does not have"),
        ("draw as png", "2: chalkgrad draw: png needs resvg-py: it does not exist in a browser"),
        ("step", "0: backward"),
        ("worksheet", "0: saved s.html"),
        ("draw", "0: saved a.svg"),
        ("an exercise", "✗ 02.2  Along a path the factors are multiplied"),
    ],
)
def test_a_message_fits_a_browser(only_there: dict[str, Any], what: str, says: str) -> None:
    assert only_there[what].startswith(says)


def test_no_message_advises_what_a_browser_cannot_do(only_there: dict[str, Any]) -> None:
    for what, text in only_there.items():
        assert "pip install" not in str(text), what
        assert "apt" not in str(text).replace("adapt", ""), what
    assert "!!" not in only_there["doctor"]


def test_loops_without_end_are_stopped(only_there: dict[str, Any]) -> None:
    assert len(only_there["endless loops"]) == 5
    for name, (text, in_time, tools) in only_there["endless loops"].items():
        assert text.startswith("has not finished"), name
        assert in_time, name
        assert tools == [None] * 6, name  # nothing watches any longer
    assert only_there["after"] == 1.0


def test_the_core_tests_pass_there(python_folder: Path, tmp_path: Path) -> None:
    for folder in ("autograd", "nn"):
        shutil.copytree(
            HERE.parent / folder, tmp_path / "tests" / folder, ignore=shutil.ignore_patterns("__pycache__", "export")
        )
    there = under_node(python_folder, "core_tests.py", tmp_path)
    assert there["failed"] == {}
    assert there["passed"] > 700
    assert there["skipped"] < 120  # those that compile


PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module">
import { startPython } from "./boot.mjs";
import { Python } from "./python.mjs";
window.onPage = () => startPython(new URL("./", location).href);
window.inWorker = () => new Python(new URL("./", location).href, { onOutput: line => window.lines.push(line) });
window.lines = [];
window.loaded = true;
</script>"""


@pytest.fixture(scope="module")
def page(chromium: Any, python_folder: Path, serve: Callable[[Path], str]) -> Iterator[Any]:
    (python_folder / "page.html").write_text(PAGE, encoding="utf-8")
    base = serve(python_folder)
    tab = chromium.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    own = (base, "blob:", "data:")
    tab.on("request", lambda request: None if request.url.startswith(own) else complaints.append(request.url))
    tab.set_default_timeout(120_000)
    tab.goto(f"{base}page.html")
    tab.wait_for_function("window.loaded")
    yield tab
    tab.close()
    assert complaints == []


@pytest.fixture(scope="module")
def native() -> str:
    names: dict[str, Any] = {}
    lines = DRAW.splitlines()
    exec("\n".join([*lines[:-1], f"picture = {lines[-1]}"]), names)
    return str(names["picture"])


def test_draw_on_the_main_thread_of_chromium(page: Any, native: str) -> None:
    assert page.evaluate("async code => (await onPage()).runPython(code)", DRAW) == native


def test_draw_and_train_in_a_worker_of_chromium(page: Any, native: str, features: dict[str, str]) -> None:
    page.evaluate("async () => { window.python = inWorker(); await python.ready; }")
    assert page.evaluate("code => python.run(code)", DRAW) == native
    page.evaluate("() => python.run('print(\"hello\")')")
    assert page.evaluate("lines") == ["hello"]
    there = page.evaluate("code => python.run(code)", (FILES / "features.py").read_text(encoding="utf-8") + "\nresult")
    assert json.loads(there) == features
    error = page.evaluate("() => python.run('1 / 0').catch(error => error.message)")
    assert "ZeroDivisionError" in error


def test_a_worker_is_stopped_and_starts_again(page: Any) -> None:
    stopped = page.evaluate(
        "async () => { const endless = python.run('while True: pass').catch(error => error.message);"
        " setTimeout(() => python.stop(), 300); return endless; }"
    )
    assert stopped == "stopped"
    assert page.evaluate("() => python.run('1 + 1')") == 2
