"""Data frames go in, and predictions with their index come out."""

from __future__ import annotations

import pytest

import nn


@pytest.mark.interop
def test_predictions_have_the_index_of_the_frame() -> None:
    import pandas

    frame = pandas.DataFrame({"x": [1.0, -2.0], "y": [0.5, 1.0]}, index=["first", "second"])
    rows = frame.to_numpy().tolist()
    one, three = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3], seed=1)
    assert nn.predict(one, frame).to_dict() == dict(zip(frame.index, nn.predict(one, rows), strict=True))
    assert nn.predict(three, frame).loc["second"].tolist() == nn.predict(three, rows)[1]
    classes = nn.predict_classes(three, frame)
    assert classes.index.tolist() == ["first", "second"]
    assert classes.tolist() == nn.predict_classes(three, rows)
    target = pandas.Series([0, 1], index=frame.index)
    nn.fit(one, frame, target, loss="mean_squared_error", optimizer="sgd", epochs=1, progress=False)
