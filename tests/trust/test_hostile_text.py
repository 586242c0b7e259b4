"""Can a label break out of the text that it is put into?  Hostile strings for DOT, SVG, HTML, LaTeX, C, file names."""

# ruff: noqa: E501 - a table
from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import autograd
import nn
from autograd import Value
from chalkgrad.__main__ import main

HOSTILE = [
    '"];evil[label="', "</svg><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>", "--><script>", "&lt;&#x3c;",
    "\\", '\\"', "\\N\\G\\l", "${jndi:ldap://x}", "$(touch /tmp/x)", "`id`", "'; DROP TABLE x; --", "\x00\x01\x1b[31m", "\u202egnp",
    "\ud800", "}\\end{document}\\input{/etc/passwd}", "\\write18{id}", "%s%s%n", "{0.__class__}", "*/ system(\"id\"); /*",
    "a\nb\r\nc", "</title><script>", "javascript:alert(1)", "😀" * 50, "x" * 100_000, "../../etc/passwd", "|", "<TABLE>", "{a|b}",
]  # fmt: skip


def graph_with(label: str) -> tuple[Value, Value]:
    x = Value(2.0, label=label)
    out = x * x + 1.0
    out.label = label
    out.backward()
    return x, out


class Scripts(html.parser.HTMLParser):
    """Counts what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def tags_of(page: str) -> tuple[list[str], list[str]]:
    parser = Scripts()
    parser.feed(page)
    return sorted(set(parser.tags)), parser.handlers


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_a_picture_has_the_same_boxes_and_nothing_that_runs(label: str) -> None:
    if re.search("[\x00\ud800]", label):  # XML has no way to write these
        with pytest.raises(ValueError, match="which no picture can show; choose another label"):
            autograd.draw(graph_with(label)[1]).svg  # noqa: B018 - a property that works
        return
    plain, hostile = (autograd.draw(graph_with(name)[1]).svg for name in ("plain", label))
    trees = [ElementTree.fromstring(svg if isinstance(svg, str) else svg()) for svg in (plain, hostile)]
    kinds = [{element.tag for element in tree.iter()} for tree in trees]
    assert not any("script" in kind or "foreignObject" in kind for kind in kinds[1])
    assert not any(name.startswith("on") for element in trees[1].iter() for name in element.attrib)
    boxes = [sum(element.get("class") == "node" for element in tree.iter()) for tree in trees]
    assert boxes[0] == boxes[1]


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_a_page_has_the_same_tags_and_handlers(label: str, tmp_path: Path) -> None:
    pages = []
    for name in ("plain", label):
        path = tmp_path / f"{len(pages)}.html"
        autograd.stepper(graph_with(name)[1]).save(path)
        pages.append(path.read_text(encoding="utf-8"))
    assert tags_of(pages[1]) == tags_of(pages[0])
    assert pages[1].count("<script") == pages[0].count("<script")


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_latex_and_text_stay_what_they_are(label: str) -> None:
    x, out = graph_with(label)
    explained = autograd.explain(out, wrt=x)
    markdown = explained._repr_markdown_()
    str(explained).encode("utf-8", "strict" if "\ud800" not in label else "replace")
    for command in ("\\input{", "\\write18{", "\\end{document}"):
        assert command not in markdown
    assert not re.search(r"(?<!\\)<(script|img)", markdown)  # a backslash before it makes it text


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_data_and_files_keep_the_label_as_it_is(label: str, tmp_path: Path) -> None:
    state = {label: 1.5}
    nn.save(state, tmp_path / "s.json")
    assert nn.load(tmp_path / "s.json") == state
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.json"]
    json.dumps(label)
    assert autograd.compile(graph_with(label)[1], backend="numpy")() == 5.0


FORMULAS = [
    "__import__('os').system('id')", "().__class__", "x.__class__", "exec('1')", "open('/etc/passwd')", "lambda: 1", "[1 for x in y]",
    "x if y else z", "f'{x}'", "x := 3", "x; import os", "import os", "'a' * 10", "x[0]", "{1: 2}", "exit()", "print(x)", "breakpoint()",
    "getattr(x, 'y')", "globals()", "9" * 100_000, "(" * 10_000 + "x" + ")" * 10_000, "-" * 10_000 + "x", "x\x00", "", " ", "#", "x y",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_the_command_line_calculates_and_does_nothing_else(formula: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(["explain", formula, "x=2", "y=3", "z=1"])
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    out, errors = capsys.readouterr()
    assert code == 2, out
    assert "Traceback" not in errors
    assert not re.search(r"uid=\d", out + errors)
