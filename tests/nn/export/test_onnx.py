"""A model as an ONNX file gives in ONNX Runtime what it gives here, to 32 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from models import INDICES, models, outputs

import nn


@pytest.mark.interop
@pytest.mark.parametrize("name", models())
def test_onnx_runtime_gives_the_same(name: str, tmp_path: Path) -> None:
    import onnxruntime

    model, samples = models()[name]
    path = tmp_path / "model.onnx"
    nn.to_onnx(model, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = np.array(samples, dtype=np.int64 if samples is INDICES else np.float32)
    (result,) = session.run(["output"], {"input": given})
    assert result.tolist() == pytest.approx(np.array(outputs(model, samples)), rel=2e-5, abs=2e-6)


def test_what_cannot_be_written_is_told_first(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="path must be the path of a file"):
        nn.to_onnx(nn.MLP(1, [1]), 3)
    with pytest.raises(TypeError, match="model must be made of"):
        nn.to_onnx(abs, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
