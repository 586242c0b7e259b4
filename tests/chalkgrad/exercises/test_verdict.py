"""What a learner sees."""

from __future__ import annotations

import pytest

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
