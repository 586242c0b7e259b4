"""What is typed in another order, or under another name, is understood or answered."""

from __future__ import annotations

import pytest

from chalkgrad.__main__ import build_parser, main


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (["explain", "--at", "a=2", "a*a"], {"expression": "a*a", "at": [("a", 2.0)]}),
        (["explain", "--at", "a=2", "b=3", "e = a*b; e + a", "--wrt", "a"], {"expression": "e = a*b; e + a"}),
        (["draw", "-o", "x.svg", "--at", "a=2", "a*a", "--shade"], {"expression": "a*a", "shade": True}),
        (["train", "--hidden", "8", "4", "moons"], {"dataset": "moons", "hidden": [8, 4]}),
        (["train", "--epochs", "2", "moons", "--hidden", "8"], {"dataset": "moons", "hidden": [8], "epochs": 2}),
        (["explain", "a*a", "--at", "a=2"], {"expression": "a*a", "at": [("a", 2.0)]}),
        (["explain", "-a*b", "--at", "a=2", "b=1"], {"expression": " -a*b"}),  # no option
        (["draw", "-(a+b)", "-o", "x-1.svg", "--at", "a=2", "b=1"], {"expression": " -(a+b)"}),
        (["draw", "a*b", "-ox-1.svg", "--at", "a=2", "b=1"], {"expression": "a*b"}),
        (["draw", "-a", "-o", "x-1.svg", "--at", "a=2"], {"expression": " -a", "at": [("a", 2.0)]}),
        (["explain", "--at", "a=2", "-ab"], {"expression": " -ab", "at": [("a", 2.0)]}),
        (["explain", "--at", "a=2", "--", "-a"], {"expression": "-a", "at": [("a", 2.0)]}),
    ],
)
def test_the_formula_may_stand_behind_the_numbers(argv: list[str], found: dict[str, object]) -> None:
    known = vars(build_parser().parse_args(argv))
    assert {name: known[name] for name in found} == found


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["explain", "a*a", "--at", "a=2", "b=x"], "argument --at: 'b=x' must be a name and a number"),
        (["explain", "--at", "a*a"], "argument --at: 'a*a' must be a name and a number"),
        (["explain", "a*b", "--at", "a=2,b=3"], "such as x=2.5 or x=1/2; write several with spaces between them"),
        (["explain", "a*b", "a=2", "b=3"], "unrecognized arguments: a=2 b=3; did you mean --at a=2 b=3?"),
        (["train", "moons", "-e"], "unrecognized arguments: -e; did you mean --epochs?"),
        (["explain", "a*a", "--wrt", "a+b"], "argument --wrt: 'a+b' must be the name of a variable"),
        (["train", "moons", "--lr", "0.1"], "unrecognized arguments: --lr 0.1; did you mean --learning-rate?"),
        (["train", "moons", "--learning_rate=1"], "did you mean --learning-rate?"),
        (["train", "moons", "--frobnicate"], "unrecognized arguments: --frobnicate\n"),
        (["train", "moons", "--", "--seed"], "unrecognized arguments: --seed\n"),
        (["worksheet", "--operations", "add", "mul"], "argument --operations: invalid choice: 'mul'"),
    ],
)
def test_the_subcommand_answers(argv: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith(f"usage: chalkgrad {argv[0]}")


@pytest.mark.parametrize(
    ("argv", "near"),
    [
        (["check"], "check-file"),
        (["chek", "a.py"], "check-file"),
        (["stepp", "a*a"], "step"),
        (["drw"], "draw"),
        (["form"], "formulas"),
        (["worksheet", "--operations", "mul"], "multiply"),
        (["train", "moon"], "moons"),
    ],
)
def test_a_misspelt_command_or_choice_is_answered(
    argv: list[str], near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(argv)
    assert capsys.readouterr().err.endswith(f"; did you mean {near}?\n")


def test_nothing_is_suggested_for_what_is_like_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    for typed in ("", "frobnicate"):
        with pytest.raises(SystemExit):
            main([typed])
        assert "did you mean" not in capsys.readouterr().err
