"""Is every result the same as before, bit for bit?  digest.json holds them; `digest` says how to write it again."""

from __future__ import annotations

import json
from typing import Any

import digest
import pytest

STORED: dict[str, Any] = json.loads(digest.FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", ["engine", "views", "training"])
def test_the_same_bits(part: str) -> None:
    found = getattr(digest, part)()
    assert {name: digest.digest(result) for name, result in found.items()} == STORED[part]


def test_compiled_programs() -> None:
    """Bit for bit on the machine where the file was written; elsewhere the last digits may differ."""
    found = digest.compiled()
    stored = {name: [float.fromhex(number) for number in numbers] for name, numbers in STORED["compiled"].items()}
    assert found.keys() == stored.keys()
    for name, numbers in found.items():
        tolerance = 0.0 if digest.machine() == STORED["machine"] else 1e-11
        assert numbers == pytest.approx(stored[name], rel=tolerance, abs=tolerance), name


def test_a_digest_sees_one_bit() -> None:
    assert digest.digest([1.0]) != digest.digest([1.0000000000000002])
    assert digest.digest([0.0]) != digest.digest([-0.0])
