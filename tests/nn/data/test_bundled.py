from __future__ import annotations

import pytest

import nn


def test_bundled_sets() -> None:
    for load, count, features in [
        (nn.load_iris, 150, 4),
        (nn.load_wine, 178, 13),
        (nn.load_breast_cancer, 569, 30),
        (nn.load_diabetes, 442, 10),
        (nn.load_digits, 1797, 64),
    ]:
        X, y = load()
        assert (len(X), len(y), len(X[0])) == (count, count, features)
        assert type(X[0][0]) is float


def test_without_scikit_learn_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(ImportError, match=r'load_iris needs scikit-learn: .*pip install "chalkgrad\[sklearn\]"'):
        nn.load_iris()
