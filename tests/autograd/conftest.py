"""Loops in C for the tests of "emit", which is the second name of backend "c"."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _loops_for_every_chain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test's backend is "emit", loops are compiled however small the graph is."""
    cases = request.node.callspec.params.values() if hasattr(request.node, "callspec") else ()
    if any(isinstance(case, str) and case == "emit" for case in cases):
        from autograd.compiler.c_backend import executable

        monkeypatch.setattr(executable, "WORTH_A_LOOP", 0)
