"""A model as one file of Python or C predicts what the model does; the C one is compiled."""

from __future__ import annotations

import ast
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from models import models, outputs

import nn
from nn.export.source import FORMULAS
from nn.export.steps import EXPORTED

COMPILER = shutil.which("cc") or shutil.which("gcc")


def test_every_activation_has_a_formula() -> None:
    assert set(FORMULAS) | {"identity", "softmax"} == set(EXPORTED)


@pytest.mark.parametrize("name", models())
def test_python(name: str) -> None:
    model, samples = models()[name]
    source = nn.to_python(model)
    imported = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert imported == {"math"}
    module: dict[str, Any] = {}
    exec(source, module)
    for sample, expected in zip(samples, outputs(model, samples), strict=True):
        assert module["predict"](sample) == pytest.approx(expected, rel=1e-12, abs=1e-15)
    with pytest.raises(ValueError, match="got 9"):
        module["predict"]([0.0] * 9)


@pytest.mark.parametrize("name", FORMULAS)
def test_nan_stays_nan(name: str) -> None:
    """A missing number must not become a prediction."""
    module: dict[str, Any] = {}
    exec(nn.to_python(nn.Layer(1, 1, activation=name)), module)
    assert str(module["predict"]([float("nan")])) == "[nan]"


def test_an_index_outside_the_table_is_refused() -> None:
    module: dict[str, Any] = {}
    exec(nn.to_python(nn.Embedding(5, 3)), module)
    for index in (-1.0, 5.0):
        with pytest.raises(ValueError, match=f"an index must be from 0 to 4, got {index}"):
            module["predict"]([index])


@pytest.mark.interop
@pytest.mark.parametrize("name", models())
def test_c(name: str, tmp_path: Path) -> None:
    """Each is compiled with warnings as errors."""
    assert COMPILER is not None, "this test needs a C compiler"
    model, samples = models()[name]
    (tmp_path / "model.c").write_text(nn.to_c(model))
    flags = ["-O1", "-std=c99", "-Wall", "-Wextra", "-Werror", "-DMODEL_MAIN"]
    subprocess.run([COMPILER, *flags, "model.c", "-o", "model", "-lm"], check=True, cwd=tmp_path)
    missing = [float("nan")] * len(samples[0])
    text = "\n".join(" ".join(map(repr, sample)) for sample in [*samples, missing])
    printed = subprocess.run([tmp_path / "model"], input=text, capture_output=True, text=True, check=True).stdout
    *found, unknown = [[float(number) for number in line.split()] for line in printed.splitlines()]
    for row, expected in zip(found, outputs(model, samples), strict=True):
        assert row == pytest.approx(expected, rel=1e-12, abs=1e-15), name
    assert all(map(math.isnan, unknown))


def test_what_cannot_be_exported() -> None:
    class Own(nn.Module):
        def __call__(self, x: Any) -> Any:
            return x

    with pytest.raises(TypeError, match=r"model must be made of MLP.*got .*Own"):
        nn.to_python(Own())
    with pytest.raises(ValueError, match="activation '<lambda>' cannot be exported; use one of"):
        nn.to_c(nn.Layer(2, 2, activation=lambda v: v.sin()))
