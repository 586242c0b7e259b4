"""`Digraph` and `Source`: the package graphviz on a machine without `dot`, and micrograd's notebook for drawing."""

from __future__ import annotations

import atexit
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphviz
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograd import Digraph, Value, draw
from autograd.views.draw import layout_engines
from autograd.views.draw.digraph import Source

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def _no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dot() -> Any:
    graph = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    graph.node("a", "{ data 1.0000 | grad 0.0000 }", shape="record")
    graph.edge("a", "b")
    return graph


def files() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def test_it_is_the_package_s_own_class(dot: Any) -> None:
    plain = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    plain.node("a", "{ data 1.0000 | grad 0.0000 }", shape="record")
    plain.edge("a", "b")
    assert isinstance(dot, graphviz.Digraph)
    assert dot.source == plain.source
    with pytest.raises(graphviz.ExecutableNotFound):  # the package itself is as it was
        plain.pipe()


def test_without_the_package_the_cure_is_named() -> None:
    code = (
        "import sys\nsys.modules['graphviz'] = None\nimport autograd\nfrom autograd import Value, draw\n"
        "assert draw(Value(2.0) * 3.0).svg\n"
        "for use in 'Digraph', 'draw_dot(Value(2.0))', 'render_dot(\"graph {}\")':\n"
        "    try:\n        eval(f'autograd.{use}')\n    except ImportError as error:\n        print(error)\n"
    )
    environment = {"PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == ["run python -m pip install graphviz"] * 3


def test_pipe(dot: Any) -> None:
    text = dot.pipe(encoding="utf-8")
    assert "data 1.0000" in text
    assert dot.pipe("svg") == text.encode()
    assert dot.pipe(format="PNG").startswith(b"\x89PNG")
    assert dot.pipe(format="plain", engine="circo") != dot.pipe(format="plain")
    assert dot.copy().pipe() == text.encode()


def test_neato_without_a_layout_keeps_the_places_that_are_given() -> None:
    graph = Digraph(engine="neato", body=['a [pos="0,0"]; b [pos="144,72"]\n'])
    lines = graph.pipe("plain", neato_no_op=2, encoding="utf-8").splitlines()
    (xa, ya), (xb, yb) = ([float(number) for number in line.split()[2:4]] for line in lines[1:3])
    assert (xb - xa, yb - ya) == (2.0, 1.0)  # inches
    assert graph.pipe("plain", neato_no_op=1) == graph.pipe("plain", engine="nop")


def test_render_writes_the_text_and_the_picture(dot: Any) -> None:
    assert dot.render() == "Digraph.gv.svg"
    assert dot.render("gout") == "gout.svg"
    assert Path("gout").read_text() == dot.source
    assert Path("gout.svg").read_bytes() == dot.pipe()
    assert dot.copy().render("gone", "folder", format="png", cleanup=True) == str(Path("folder", "gone.png"))
    assert dot.render(outfile="out/picture.png") == str(Path("out", "picture.png"))
    assert files() == sorted(
        ["Digraph.gv", "Digraph.gv.svg", "gout", "gout.svg", "folder/gone.png", "out/picture.gv", "out/picture.png"]
    )


def test_render_refuses_before_it_writes(dot: Any) -> None:
    with pytest.raises(ImportError, match="the format pdf needs the program dot"):
        Digraph().render("gout")
    with pytest.raises(ValueError, match="unknown format 'jpgg'; choose one of"):
        dot.render("gout", format="jpgg")
    with pytest.raises(ValueError, match=r"would replace the DOT text in 'g\.svg'; choose another outfile"):
        dot.render("g.svg", outfile="g.svg")
    assert files() == []
    dot.render("gout")
    with pytest.raises(FileExistsError, match=r"render: 'gout\.svg' exists already"):
        dot.render("gout", raise_if_result_exists=True)


def test_view_opens_the_picture(dot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(graphviz, "view", lambda path, quiet: seen.append((str(path), quiet)))
    dot.view("gout")
    dot.render("again", quiet_view=True)
    assert seen == [("gout.svg", False), ("again.svg", True)]


def test_unflatten_says_what_it_needs(dot: Any) -> None:
    with pytest.raises(ImportError, match="unflatten needs Graphviz's program of that name, which is not on PATH"):
        dot.unflatten(stagger=3)


def test_with_the_programs(dot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dot", "unflatten"):
        program = tmp_path / name
        program.write_text(f"#!{sys.executable}\nimport sys\nprint('//', sys.argv, sys.stdin.read())\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "'-Tpdf:cairo:gd'" in dot.pipe("pdf", renderer="cairo", formatter="gd", encoding="utf-8")
    assert dot.render("gout", format="png", renderer="cairo", formatter="gd") == "gout.gd.cairo.png"
    for no_op, layout in ((0, "-Kneato"), (1, "-Knop"), (2, "-Knop2")):
        assert f"'{layout}'" in dot.pipe(engine="neato", neato_no_op=no_op, encoding="utf-8")
    narrow = dot.unflatten(stagger=3)
    assert isinstance(narrow, Source)
    assert "'-l', '3'" in narrow.source
    assert (narrow.format, narrow.engine, narrow.pipe(encoding="utf-8").startswith("//")) == ("svg", "dot", True)


def test_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = draw(Value(2.0, label="a") * 3.0)
    source = graph.to_graphviz()
    assert isinstance(source, graphviz.Source)
    assert source.source == graph.source
    assert source.pipe(encoding="utf-8") == layout_engines.render(graph.source).decode()
    assert source.render("gout") == "gout.svg"


def test_in_a_notebook(dot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dot._repr_mimebundle_() == {"image/svg+xml": dot.pipe(encoding="utf-8")}
    assert dot._repr_mimebundle_(include=["image/png"])["image/png"].startswith(b"\x89PNG")
    for n in range(4000):
        dot.edge(str(n * n % 301), str(n * 7919 % 307))
    monkeypatch.setattr(layout_engines, "TIME_LIMIT", 0.1)
    shown = dot._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert shown["text/plain"].startswith("the layout took more than")
    assert shown["text/plain"].endswith(dot.source)


# micrograd's trace_graph.ipynb, cell by cell; only lines with imports differ.
NOTEBOOK = [
    "import random\nfrom autograd import Value",
    """
# brew install graphviz
# pip install graphviz
from autograd import Digraph

def trace(root):
    nodes, edges = set(), set()
    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)
    build(root)
    return nodes, edges

def draw_dot(root, format='svg', rankdir='LR'):
    assert rankdir in ['LR', 'TB']
    nodes, edges = trace(root)
    dot = Digraph(format=format, graph_attr={'rankdir': rankdir}) #, node_attr={'rankdir': 'TB'})

    for n in nodes:
        dot.node(name=str(id(n)), label = "{ data %.4f | grad %.4f }" % (n.data, n.grad), shape='record')
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))

    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)

    return dot
""",
    "# a very simple example\nx = Value(1.0)\ny = (x * 2 + 1).relu()\ny.backward()\ndraw_dot(y)",
    """
# a simple 2D neuron
import nn

random.seed(1337)
n = nn.Neuron(2)
x = [Value(1.0), Value(-2.0)]
y = n(x)
y.backward()

dot = draw_dot(y)
dot
""",
    "dot.render('gout')",
]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # IPython warns if another environment than its own is active
    made = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    yield made
    atexit.unregister(made.atexit_operations)
    made.atexit_operations()


def test_the_notebook_for_drawing_that_comes_with_micrograd(shell: InteractiveShell) -> None:
    pictures = []
    for cell in NOTEBOOK:
        done = shell.run_cell(cell)
        done.raise_error()
        shown, _ = shell.display_formatter.format(done.result)
        if "image/svg+xml" in shown:
            pictures.append(shown["image/svg+xml"])
    simple, neuron = pictures
    for text in ("data 1.0000", "grad 2.0000", "data 2.0000", "data 3.0000", ">relu<", ">*<", ">+<"):
        assert text in simple
    assert "data &#45;2.0000" in neuron
    assert Path("gout.svg").read_text().rstrip() == neuron.rstrip()
    assert files() == ["gout", "gout.svg"]
