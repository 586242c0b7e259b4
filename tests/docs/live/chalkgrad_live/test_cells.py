"""The cells of a lesson without a browser: what is shown below them, and what is said about errors and packages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from chalkgrad_live import cells
from chalkgrad_live.cells import run


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cells.forget()
    yield
    cells.forget()


@pytest.fixture
def without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)


def texts(found: dict[str, Any]) -> list[str]:
    return [piece[kind] for piece in found["outputs"] for kind in piece]


class Rich:
    """A thing with several forms, of which HTML is the richest."""

    def _repr_html_(self) -> str:
        return "<b>rich</b>"

    def __repr__(self) -> str:
        return "poor"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1 + 1", ["2"]),
        ("1 + 1;", []),
        ("None", []),
        ("x = 1", []),
        ("print('a')\nprint('b')\n3", ["a\nb\n", "3"]),
        ("display(1, 'two')\n3", ["1", "'two'", "3"]),
        ("display(1)\nprint('a')\ndisplay(2)", ["1", "a\n", "2"]),
        ("x = 7\nx; # not shown", []),
        ("('ä'); ", []),
        ("x = 7\nx # shown;", ["7"]),
        ("x = 7\n(x,\n x) ;", []),
        ("print(7\n% 4)", ["3\n"]),
        ("class Rich:\n    def _repr_html_(self): return 'x'\nRich", ["<class '__main__.Rich'>"]),
        ("def f():\n    return 7\nf()", ["7"]),
        ("%matplotlib inline\n5", ["5"]),
        ("import sys\nprint('1 of 2\\r2 of 2', file=sys.stderr)", ["2 of 2\n"]),
        ("", []),
        ("# only a comment", []),
    ],
)
def test_what_is_printed_and_the_last_expression_are_shown(code: str, shown: list[str]) -> None:
    found = run(code, 1)
    assert found["finished"]
    assert texts(found) == shown


def test_the_last_value_that_was_shown_has_a_name() -> None:
    run("40 + 2", 1)
    run("x = 1\nx;", 2)
    assert texts(run("_ + 1", 3)) == ["43"]


@pytest.mark.parametrize("line", ["%timeit x", "%%time", "!pip install numpy", "?x", "x?", "x??"])
def test_a_command_of_jupyter_says_what_to_do_instead(line: str) -> None:
    (text,) = texts(run(f"x = 1\n{line}", 1))
    assert text.startswith(f"cell 1, line 2: {line}\n")
    assert "help(name)" in text
    assert "when a cell imports it: numpy, matplotlib" in text
    assert "Jupyter" not in texts(run("if True print(1)", 2))[0]


def test_input_says_what_to_do_instead() -> None:
    assert "write the value into the cell" in texts(run("name = input('Your name? ')", 1))[-1]


def test_names_last_from_cell_to_cell_until_they_are_forgotten() -> None:
    run("a = 20", 1)
    assert texts(run("a + 1", 2)) == ["21"]
    cells.forget()
    assert "NameError: name 'a' is not defined" in texts(run("a", 3))[0]


def test_the_richest_form_is_shown() -> None:
    assert cells.shown_as(Rich()) == {"html": "<b>rich</b>"}
    run("from autograd import Value", 1)
    assert (
        "<svg" in run("Value(2.0) * 3.0", 2)["outputs"][0].get("html", "") or "Value" in texts(run("Value(2.0)", 3))[0]
    )


def test_an_error_names_the_lines_of_cells_and_no_others() -> None:
    run("import statistics\ndef half(x):\n    return statistics.mean(x) / 0", 1)
    found = run("# first\nhalf([1])", 2)
    assert not found["finished"]
    assert texts(found)[0].splitlines() == [
        "cell 2, line 2: half([1])",
        "cell 1, line 3: return statistics.mean(x) / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_code_that_is_not_python_runs_not_at_all() -> None:
    found = run("print('before')\nif True print(1)", 4)
    assert texts(found) == ["cell 4, line 2: if True print(1)\nSyntaxError: invalid syntax"]


def test_a_cell_that_uses_all_memory_is_told_why() -> None:
    (text,) = texts(run("raise MemoryError", 1))
    assert text.endswith("MemoryError: no memory is left. Does a loop in this cell never end?")


@pytest.mark.parametrize("leave", ["raise SystemExit", "raise KeyboardInterrupt", "import sys; sys.exit(3)"])
def test_nothing_in_a_cell_ends_python(leave: str) -> None:
    assert not run(leave, 1)["finished"]
    assert texts(run("1", 2)) == ["1"]


LONG = "'a' * 100_000 + 'end'"


@pytest.mark.parametrize("code", [f"print({LONG})", LONG, f"raise ValueError({LONG})"])
def test_the_middle_of_a_long_output_is_left_out(code: str) -> None:
    (text,) = texts(run(code, 1))
    assert len(text) < 60_000
    assert "aaa\n...\naaa" in text
    assert text.strip("'\n").endswith("end")


PEAK = """import tracemalloc
tracemalloc.start()
for _ in range(10): print('a' * 1_000_000)
print(tracemalloc.get_traced_memory()[1])
tracemalloc.stop()
"""


def test_what_is_printed_without_an_end_takes_little_memory() -> None:
    (text,) = texts(run(PEAK, 1))
    assert text.startswith("aaa")
    assert int(text.split()[-1]) < 5_000_000


@pytest.mark.parametrize(("seconds", "last"), [(1e9, 0), (-1.0, 1)])
def test_a_page_is_told_what_a_cell_has_shown_so_far(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, seconds: float, last: int
) -> None:
    monkeypatch.setattr(cells, "EVERY", seconds)
    run("for number in range(2): display(number); print('so far')", 1)
    told = [json.loads(line.removeprefix("\x1e")) for line in capfd.readouterr().out.split("\n")[:-1]]
    so_far = [["0", "so far\n"], ["0", "so far\n", "1", "so far\n"]]
    assert told == [[{"text": text} for text in texts] for texts in so_far[: last + 1]]


def test_of_many_pieces_the_first_and_the_last_are_shown() -> None:
    shown = texts(run("for number in range(2000): display(number)", 1))
    assert shown == [*map(str, range(250)), "...", *map(str, range(1751, 2000))]


@pytest.mark.usefixtures("without_numpy")
def test_an_import_of_a_missing_package_does_not_stop_a_cell_and_its_use_does() -> None:
    found = run("import numpy as np\nfrom numpy import linalg, array as a\nimport math\nx = math.pi\nnp.zeros(3)", 1)
    assert (found["finished"], found["missing"]) == (False, "numpy")
    assert "numpy is not loaded" in texts(found)[-1]
    assert texts(run("round(x, 2)", 2)) == ["3.14"]
    for use in ("linalg.norm", "a([1])"):
        assert run(use, 3)["missing"] == "numpy"


@pytest.mark.usefixtures("without_numpy")
def test_a_claim_about_what_was_not_computed_is_passed_over() -> None:
    assert "NameError" in texts(run("assert total > 3\n'after'", 1))[0]  # nothing is missing yet
    run("import numpy as np\ntotal = np.sum([1])", 2)
    assert texts(run("assert total > 3\n'after'", 3)) == ["'after'"]
    assert "AssertionError" in texts(run("assert 1 > 3\n'after'", 4))[0]


@pytest.mark.usefixtures("without_numpy")
def test_a_name_that_was_not_defined_for_want_of_a_package_says_which() -> None:
    assert "missing" not in run("total", 1)
    run("import numpy as np\ntotal = np.sum([1])", 2)
    assert run("total", 3)["missing"] == "numpy"


def test_the_package_that_an_error_names_is_missing() -> None:
    code = "raise ImportError('load_iris needs scikit-learn: run python -m pip install scikit-learn')"
    assert run(code, 1)["missing"] == "scikit-learn"
    assert (
        run("try:\n    " + code + "\nexcept ImportError as e:\n    raise ValueError('x') from e", 2)["missing"]
        == "scikit-learn"
    )
    assert "missing" not in run("import no_such_module", 3)


@pytest.fixture
def no_figures() -> None:
    """Other tests may leave some open."""
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.usefixtures("no_figures")
def test_a_figure_that_was_drawn_is_shown_as_svg_and_closed() -> None:
    found = run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", 1)
    assert found["outputs"][-1]["html"].startswith("<svg")
    assert texts(run("len(plt.get_fignums())", 2)) == ["0"]


@pytest.mark.usefixtures("no_figures")
def test_each_show_puts_its_figure_between_what_is_printed() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_backend()
    plt.switch_backend("module://chalkgrad_live.inline")
    lines = "plt.plot([1, 2])\nprint(len(plt.gca().lines))\nplt.show()\n"
    found = run(f"import matplotlib.pyplot as plt\n{lines}{lines}", 1)
    plt.switch_backend(before)
    assert [text[:4] for text in texts(found)] == ["1\n", "<svg", "1\n", "<svg"]


@pytest.mark.usefixtures("no_figures")
def test_a_cell_shows_its_own_figures_also_if_it_fails() -> None:
    import matplotlib.pyplot as plt

    mine = plt.figure()
    failing = run("import matplotlib.pyplot as plt\nplt.figure()\nplt.plot([1, 2]); 1 / 0", 1)
    assert [name for piece in failing["outputs"] for name in piece] == ["html", "error"]
    assert plt.get_fignums() == [mine.number]
    assert texts(run("1 + 1", 2)) == ["2"]
    plt.close(mine)
