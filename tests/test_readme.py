"""What the README shows is true: its Python blocks run, and each `# 1.23` next to a `print` is what is printed.

Docstrings' doctests are collected by pytest itself (`--doctest-modules` in pyproject.toml).
"""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

import pytest

from autograd import draw

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = re.compile(r"^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
"""A Python block, and a block of text after it, which is all that it prints."""
PRINTS = re.compile(r"^print\((?P<what>.*)\) +# (?P<shown>.+)$", re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run(block: str, names: dict[str, object], capsys: pytest.CaptureFixture[str], text: str = "") -> None:
    """Execute a block; compare all that it prints with a text or the comments beside its prints, or as a doctest."""
    if ">>>" in block:
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
        test = doctest.DocTestParser().get_doctest(block, names, "README", "README.md", 0)
        runner.run(test, out=pytest.fail, clear_globs=False)
        names.update(test.globs)
        return
    exec(compile(block, "README.md", "exec"), names)
    printed = capsys.readouterr().out
    promised = text.splitlines() or [match["shown"] for match in PRINTS.finditer(block)]
    if promised:
        assert printed.splitlines() == promised


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_python_blocks_run_in_order(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "readme"}
    shown = EXAMPLES.findall(text)
    assert [block for block, _ in shown] == blocks(text, "python") != []
    for block, printed in shown:
        run(block, names, capsys, printed)


def test_the_first_block_prints_numbers() -> None:
    first = re.search(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert first is not None
    assert first[1] == "python"
    assert PRINTS.search(first[2])


def test_a_wrong_number_would_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError):
        run("print(1 + 1)  # 3\n", {}, capsys)
    with pytest.raises(AssertionError):
        run("print(1 + 1)\n", {}, capsys, "3\n")
    with pytest.raises(pytest.fail.Exception):
        run(">>> 1 + 1\n3\n", {}, capsys)


def test_the_two_commands_come_before_everything_else() -> None:
    commands = re.findall(r"^ *(python -m pip install -e .*)$", README, re.MULTILINE)
    assert commands[:2] == [
        "python -m pip install -e . && chalkgrad demo",
        'python -m pip install -e ".[test]" && python -m pytest',
    ]
    assert README.index(commands[1]) < README.index("\n## ")


def test_links_to_files_lead_somewhere() -> None:
    for name, text in (("README.md", README), ("CONTRIBUTING.md", CONTRIBUTING)):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{name} links to {target}, which does not exist"


NOT_IN_THE_REPOSITORY = {  # written by the examples, or by teachers and students
    "moons.json",
    "chalkgrad-lessons/00-a-derivative-is-a-nudge.ipynb",
    "my_exercises.py",
    "mine.py",
    "gears.py",
    "tests/q2.py",
    "Ott/02-the-chain-rule-by-hand.ipynb",
    "handin/10a/anna/02.ipynb",
    "submitted/anna/ps1/02.ipynb",
    "model.json",
    "training.json",
}
MADE_FOR_THE_SITE = re.compile(r"(reference/\w+|coming_from)\.md")  # when it is built, which checks links to them
FOLDERS = ("benchmarks", "docs", "notebooks", "tests")  # not a `.venv` in the checkout, nor what the commands write
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])


def unknown_files(text: str, *folders: Path) -> list[str]:
    """The files named in a text that are in none of the folders."""
    named = set(re.findall(r"(?<![\w./*-])[\w][\w./-]*\.(?:py|c|h|ipynb|txt|md|json)\b", text)) - NOT_IN_THE_REPOSITORY
    named = {name for name in named if not MADE_FOR_THE_SITE.fullmatch(name)}
    return sorted(name for name in named if not any((folder / name).exists() for folder in folders))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_in_a_document_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert unknown_files(text, ROOT, document.parent, document.parent / "trust", ROOT / "autograd") == []


def test_a_file_that_does_not_exist_would_be_seen() -> None:
    assert unknown_files("see autograd/graph.py, then autograd/value.py", ROOT) == ["autograd/graph.py"]


def test_the_picture_is_what_draw_shows() -> None:
    """Its texts, boxes and arrows; where they lie depends on the engine that lays them out."""
    names: dict[str, object] = {"print": lambda *_: None}
    exec(blocks(README, "python")[0], names)
    svg = (ROOT / "docs" / "graph.svg").read_text(encoding="utf-8")
    assert "](docs/graph.svg)" in README[: README.index("## ")]
    assert "prefers-color-scheme:dark" in svg  # it can be read on a dark page too
    cure = "run python docs/generate/pictures.py"
    assert sorted(CONTENTS.findall(svg)) == sorted(CONTENTS.findall(draw(names["f"]).svg)), cure  # type: ignore[arg-type]


CONTENTS = re.compile(r'<text[^>]*>([^<]*)</text>|<g [^>]*class="([\w ]+)"')


def test_rows_shown_in_the_readme_are_rows_of_the_table() -> None:
    shown = re.findall(r"^    (\w+ += primitive\(.*)$", README, re.MULTILINE)
    assert len(shown) == 3
    table = (ROOT / "autograd" / "primitives.py").read_text(encoding="utf-8").splitlines()
    assert [row for row in shown if not any(line.startswith(row.rstrip(")")) for line in table)] == []


def test_tests_named_in_the_readme_exist() -> None:
    named = re.findall(r"`(test_\w+)`", README)
    assert named
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "autograd").glob("*.py"))
    assert [name for name in named if f"def {name}(" not in source] == []


def test_extras_named_in_the_readme_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(r"(?:\.|chalkgrad)\[(\w+)\]", README):
        assert extra in project["optional-dependencies"]
