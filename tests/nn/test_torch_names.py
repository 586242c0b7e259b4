"""A name from PyTorch or Keras is answered by the name here."""

from __future__ import annotations

import re

import pytest

import nn
from nn.torch_names import NAMES


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Linear", "here it is nn.Layer"),
        ("ReLU", "activation='relu'"),
        ("CrossEntropyLoss", "here it is nn.cross_entropy"),
        ("confusion_matrx", "did you mean nn.confusion_matrix?"),
        ("zzz", "module 'nn' has no attribute 'zzz'"),
    ],
)
def test_a_name_from_elsewhere_is_answered(name: str, message: str) -> None:
    with pytest.raises(AttributeError, match=re.escape(message)):
        getattr(nn, name)


def test_what_is_suggested_for_a_name_from_elsewhere_exists() -> None:
    for words in NAMES.values():
        for name in re.findall(r"nn\.(\w+)", words):
            assert hasattr(nn, name)
        for name in re.findall(r"activation='(\w+)'", words):
            assert name in nn.activation_names()
