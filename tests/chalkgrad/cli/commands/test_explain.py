"""`chalkgrad explain`: the chain rule of a formula in the terminal."""

from __future__ import annotations

import pytest

from chalkgrad.__main__ import main


def test_every_variable_in_turn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a*b + a", "--at", "a=2", "b=-3"]) == 0
    out = capsys.readouterr().out
    assert "How does out change with a?" in out
    assert "The sum over the 2 paths: dout/da = -3 + 1 = -2" in out
    assert "How does out change with b?" in out
    assert "One path, so dout/db = 2" in out
    assert "(This is the value of b.grad.)" in out


def test_one_variable_with_a_nudge(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "x*x", "--at", "x=3", "--wrt", "x", "--nudge", "0.5"]) == 0
    out = capsys.readouterr().out
    assert "actual change      3.25" in out
    assert "6 x 0.5 = 3, off by 0.25 (8.33%)" in out


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "tanh(x)", "--at", "x=0", "--markdown"]) == 0
    assert r"\operatorname{sech}(x)^{2}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["x*x", "--at", "x=3", "--wrt", "y"], "--wrt y: the variables are: x"),
        (["x*x", "--at", "x=3", "--nudge", "0"], "chalkgrad explain: --nudge must be a step that changes 3.0"),
        (["x*1e200*1e200", "--at", "x=1"], "backward() from inf"),
        (["1/x", "--at", "x=0"], "division by zero"),
    ],
)
def test_errors_are_one_line(argv: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *argv]) == 2
    assert message in capsys.readouterr().err
