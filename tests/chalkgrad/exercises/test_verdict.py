"""What a learner sees."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chalkgrad.exercises import check
from chalkgrad.exercises.verdict import LOOKS, Verdict


@pytest.mark.parametrize("state", LOOKS)
def test_every_state_is_told_by_a_sign_and_not_by_colour_alone(state: str) -> None:
    verdict = Verdict("02.3", state, "Text.")
    assert repr(verdict) == f"{LOOKS[state][0]} 02.3  Text."
    assert LOOKS[state][0] in verdict._repr_mimebundle_()["text/html"]
    assert bool(verdict) is (state == "right")


def test_a_learners_text_is_shown_as_text() -> None:
    html = Verdict("02.3", "wrong", "a < b & <script>", "line\nline")._repr_mimebundle_()["text/html"]
    assert "a &lt; b &amp; &lt;script&gt;<br>line<br>line" in html


def test_in_a_terminal_all_lines_belong_together() -> None:
    assert repr(Verdict("02.3", "wrong", "One\ntwo", "three\nfour")) == "✗ 02.3  One\n  two\n  three\n  four"


def test_at_a_prompt_it_says_how_the_picture_is_seen() -> None:
    verdict = check("03.1", lambda output: None)
    last = repr(verdict).splitlines()[-1]
    assert last == "  check(...).picture.show() opens its picture in the browser."
    assert last.strip() not in verdict._repr_mimebundle_()["text/html"]
    assert callable(verdict.picture.show)
    assert "picture" not in repr(check("00.1", 10.0))


def test_a_script_sees_the_verdict_by_print() -> None:
    script = 'from chalkgrad.exercises import check; print(check("00.1", 12.0))'
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert run.stdout.startswith("✗ 00.1  You multiplied the two slopes")
