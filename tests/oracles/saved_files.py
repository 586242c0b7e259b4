"""Saved files as an attacker, or an earlier version, would write them."""

from __future__ import annotations

import hashlib
from pathlib import Path


def forged(path: Path, body: bytes) -> Path:
    """A file whose checksum is right, whatever its content."""
    digest = hashlib.sha256(body).hexdigest().encode()
    path.write_bytes(b'{"chalkgrad": 1, "sha256": "' + digest + b'", "content":\n' + body + b"\n}\n")
    return path
