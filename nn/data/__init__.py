"""Where does training data come from, and how is it prepared?

A data set is a pair: samples and targets, each a list or an array. ``generated`` makes small data sets, ``bundled``
loads the real ones that come with scikit-learn, and ``preparation`` has the steps before training: split, standardize,
one-hot, batches. ``weights`` says how much each sample counts, and ``stream`` reads data that is larger than memory.
"""

from __future__ import annotations

from .bundled import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from .generated import make_blobs, make_circles, make_moons, make_spiral, make_xor
from .preparation import batch_indices, batches, one_hot, standardize, train_test_split

__all__ = [
    "batch_indices",
    "batches",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_wine",
    "make_blobs",
    "make_circles",
    "make_moons",
    "make_spiral",
    "make_xor",
    "one_hot",
    "standardize",
    "train_test_split",
]
