"""`chalkgrad draw`: the picture of the README's neuron, as a file of the wanted format."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.__main__ import main

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "--at", "x1=2", "x2=0", "w1=-3", "w2=1", "b=6.8813735870195432"]


def test_svg_and_png(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, start in (("g.svg", b"<svg"), ("g.png", b"\x89PNG")):
        path = tmp_path / name
        assert main(["draw", *NEURON, "-o", str(path)]) == 0
        assert capsys.readouterr().out == f"saved {path}\n"
        assert path.read_bytes().startswith(start)
    svg = (tmp_path / "g.svg").read_text()
    for text in ("grad −1.5", "data 0.7071", ">x1<", ">out<", ">tanh<"):
        assert text in svg


def test_without_a_file_the_dot_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", *NEURON, "--partials", "formula", "--shade", "--direction", "TB"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("digraph {")
    assert "rankdir=TB" in out
    assert 'label="\xa0w1\xa0"' in out  # beside its arrow, at a distance


def test_worksheet_and_key(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.svg", tmp_path / "key.svg"
    assert main(["draw", *NEURON, "--hide", "grad", "-o", str(sheet), "--key", str(key)]) == 0
    assert 'class="blank"' in sheet.read_text()
    assert "grad −1.5" in key.read_text()


def test_an_existing_file_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "g.svg"
    path.write_text("mine")
    assert main(["draw", *NEURON, "-o", str(path)]) == 2
    assert "exists already; choose another name, or --overwrite" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main(["draw", *NEURON, "-o", str(path), "--overwrite"]) == 0


def test_nothing_is_written_if_the_answer_key_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, key = tmp_path / "sheet.svg", tmp_path / "key.svg"
    argv = ["draw", *NEURON, "--hide", "grad", "-o", str(sheet), "--key"]
    assert main([*argv, str(tmp_path / "." / "sheet.svg"), "--overwrite"]) == 2
    assert "sheet.svg is named twice; give each file a name of its own" in capsys.readouterr().err
    key.write_text("mine")
    assert main([*argv, str(key)]) == 2
    assert "key.svg exists already; choose another name, or --overwrite" in capsys.readouterr().err
    assert (sheet.exists(), key.read_text()) == (False, "mine")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["a.b"], "attributes (a.b) are not allowed"),
        (["log(x)", "--at", "x=-1"], "log is defined for x > 0 only"),
        (["x+1", "--at", "x=1", "x=2"], "--at gives two numbers for x"),
        (["x+1", "--at", "x=1", "--key", "k.svg"], "--key needs --hide grad or --hide data"),
        (["x+1", "--at", "x=1", "-o", "picture.gif"], "must end in one of: .svg, .png, .pdf, .dot"),
        (["x+1", "--at", "x=1", "-o", "/no/such/folder/g.svg"], "cannot open /no/such/folder/g.svg"),
    ],
)
def test_errors_are_one_line(argv: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", *argv]) == 2
    assert message in capsys.readouterr().err


def test_a_graph_without_gradients_is_drawn_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "x*1e200*1e200", "--at", "x=1"]) == 0
    shown = capsys.readouterr()
    assert "data inf" in shown.out
    assert "no gradients: backward() from inf" in shown.err
