"""Which real data sets come with scikit-learn?

Each loader gives a list of samples and a list of targets. Read before: nothing. Read after: ``preparation``.
"""

from __future__ import annotations

from typing import Any

from autograd.packages import how_to_install


def _sklearn(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError as error:
        cure = how_to_install("scikit-learn", 'python -m pip install "chalkgrad[sklearn]"')
        raise ImportError(f"load_{name} needs scikit-learn: {cure}") from error
    return datasets


def _as_lists(bunch: Any) -> tuple[list[list[float]], list[Any]]:
    return bunch.data.tolist(), bunch.target.tolist()


def load_iris() -> tuple[list[list[float]], list[int]]:
    """150 flowers, 4 measurements in centimetres, 3 species (Fisher 1936). Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("iris").load_iris())


def load_wine() -> tuple[list[list[float]], list[int]]:
    """178 wines, 13 chemical measurements, 3 growers. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("wine").load_wine())


def load_breast_cancer() -> tuple[list[list[float]], list[int]]:
    """569 tumours, 30 measurements, 0 for malignant and 1 for benign. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("breast_cancer").load_breast_cancer())


def load_diabetes() -> tuple[list[list[float]], list[float]]:
    """442 patients, 10 standardized measurements, the progress of the disease as a number. Needs ``sklearn``."""
    return _as_lists(_sklearn("diabetes").load_diabetes())


def load_digits() -> tuple[list[list[float]], list[int]]:
    """1797 handwritten digits of 8 by 8 pixels, each 0 to 16. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("digits").load_digits())
