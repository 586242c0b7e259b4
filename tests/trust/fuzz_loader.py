"""Does any file at all make `nn.load` raise something else than ValueError?  A fuzzer, guided by coverage with atheris.

    python tests/trust/exhaust.py loader 1000000 0

Half of the inputs are bytes of any kind, half have the right checksum, so that what lies behind it is reached too.
Mutations: bits flipped, pieces cut out, doubled, exchanged, and words of the format put in.
"""

# ruff: noqa: T201, E501 - a script prints; the words are many
from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

WORDS = [
    b"", b"{", b"}", b"[", b"]", b",", b":", b'"', b"-1", b"0", b"1e999", b"-1e-999", b"NaN", b"Infinity", b"null", b"true",
    b'"nan"', b"1" * 400, b'{"a":', b"[[[[", b"\xff", b"\x00", b"\\u0000", b'"kind"', b'"MLP"', b'"Sequential"', b'"nin"',
    b'"nouts"', b'"layers"', b'"activation"', b'"parameters"', b'"optimizer"', b'"architecture"', b"\n", b"1.5", b"9" * 19,
]  # fmt: skip


def seeds() -> list[bytes]:
    """Contents of good files, of every kind of module."""
    import nn
    from nn.checkpoint import content_of

    models: list[Any] = [
        nn.Neuron(1, seed=0), nn.Layer(2, 2, activation="gelu", seed=0), nn.MLP(1, [2, 1], "tanh", seed=0),
        nn.Sequential(nn.Embedding(2, 2, seed=0), nn.LayerNorm(2), nn.Dropout(0.5), nn.Layer(2, 1, seed=0)), {"a": 1.0},
    ]  # fmt: skip
    optimizer = nn.Adam(models[0])
    optimizer.step([1.0, 2.0])
    bodies = [json.dumps(content_of(model)).encode() for model in models]
    return [*bodies, json.dumps(content_of(models[0], optimizer)).encode()]


def mutated(body: bytes, source: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(source.choice((1, 1, 2, 3, 6))):
        start = source.randrange(len(changed) + 1)
        end = min(len(changed), start + source.choice((0, 1, 2, 5, 30)))
        kind = source.randrange(5)
        if kind == 0 and start < len(changed):
            changed[start] ^= 1 << source.randrange(8)
        elif kind == 1:
            changed[start:end] = source.choice(WORDS)
        elif kind == 2:
            changed[start:start] = changed[start:end]
        elif kind == 3:
            other = source.randrange(len(changed) + 1)
            changed[start:end] = changed[other : other + end - start]
        else:
            del changed[start : source.choice((end, len(changed)))]
    return bytes(changed)


def with_checksum(body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest().encode()
    return b'{"chalkgrad": 1, "sha256": "' + digest + b'", "content":\n' + body + b"\n}\n"


def attempt(raw: bytes, path: Path, optimizer: Any) -> str:
    """Load these bytes: 'loaded', 'refused', or the fault in words."""
    import nn

    path.write_bytes(raw)
    before = optimizer.state_dict()
    try:
        nn.load(path)
        outcome = "loaded"
    except ValueError:
        outcome = "refused"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    try:
        nn.load(path, into=nn.Neuron(1, seed=0), optimizer=optimizer)
    except ValueError:
        if optimizer.state_dict() != before:
            return "the optimizer changed although the file was refused"
    except BaseException as error:
        return f"with an optimizer: {type(error).__name__}: {error}"
    return outcome


def folder() -> str | None:
    """In memory where there is such a place: a million files are written."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112


def fuzz(count: int, seed: int) -> int:
    """Try so many inputs; print and count the faults."""
    import nn

    with tempfile.TemporaryDirectory(dir=folder()) as place:
        path, bodies, source = Path(place) / "f.json", seeds(), random.Random(seed)
        optimizer = nn.Adam(nn.Neuron(1, seed=0))
        try:
            import atheris
        except ImportError:
            outcomes: dict[str, int] = {}
            for _ in range(count):
                body = mutated(source.choice(bodies), source)
                raw = (
                    with_checksum(body)
                    if source.random() < 0.9
                    else mutated(with_checksum(source.choice(bodies)), source)
                )
                outcome = attempt(raw, path, optimizer)
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
            print(outcomes)
            return sum(number for outcome, number in outcomes.items() if outcome not in ("loaded", "refused"))

        corpus = Path(place) / "corpus"
        corpus.mkdir()
        for n, body in enumerate(bodies):
            (corpus / str(n)).write_bytes(b"\x01" + body)

        def one(data: bytes) -> None:
            raw = with_checksum(data[1:]) if data[:1] != b"\x00" else data[1:]
            outcome = attempt(raw, path, optimizer)
            if outcome not in ("loaded", "refused"):
                raise RuntimeError(outcome)

        atheris.instrument_all()
        atheris.Setup([sys.argv[0], f"-runs={count}", f"-seed={seed + 1}", "-max_len=2000", str(corpus)], one)
        atheris.Fuzz()
    return 0
