"""How does a network of this library work inside scikit-learn's pipelines and searches?

``mlp`` has both estimators: ``MLPClassifier`` and ``MLPRegressor``, with the names of scikit-learn's own wherever the
meaning is the same. They need the extra ``sklearn``, and are loaded on first use.
"""

from __future__ import annotations

try:
    import sklearn  # noqa: F401 - whether it is there
except ImportError as error:
    raise ImportError(
        'nn.estimators needs scikit-learn: install it by python -m pip install "chalkgrad[sklearn]"'
    ) from error

from .mlp import MLPClassifier, MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
