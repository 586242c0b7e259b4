"""A package is missing: the message fits the environment."""

from __future__ import annotations

import pytest

from autograd import packages


def test_pip_installs_a_package() -> None:
    assert packages.how_to_install("numpy") == "run python -m pip install numpy"
    assert packages.how_to_install("scikit-learn", "pip install x") == "run pip install x"


def test_a_browser_has_no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "IN_BROWSER", True)
    assert packages.how_to_install("numpy") == (
        "load it with await pyodide_js.loadPackage('numpy'), after import pyodide_js"
    )
    assert packages.how_to_install("resvg-py") == "it does not exist in a browser"
