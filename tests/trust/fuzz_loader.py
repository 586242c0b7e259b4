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
    try:
        import atheris
    except ImportError:
        return _fuzz_blindly(count, seed)
    with atheris.instrument_imports(include=["nn", "json"]):  # before anything else imports them
        import nn
    with tempfile.TemporaryDirectory(dir=folder()) as place:
        path, corpus, outcomes = Path(place) / "f.json", Path(place) / "corpus", dict[str, int]()
        optimizer = nn.Adam(nn.Neuron(1, seed=0))
        corpus.mkdir()
        for n, body in enumerate(seeds()):
            (corpus / str(n)).write_bytes(b"\x01" + body)

        def one(data: bytes) -> None:
            raw = with_checksum(data[1:]) if data[:1] != b"\x00" else data[1:]
            outcome = attempt(raw, path, optimizer)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if outcome not in ("loaded", "refused"):
                raise RuntimeError(outcome)
            if sum(outcomes.values()) == count:  # the fuzzer ends the process without coming back
                print(f"{count} inputs, guided by coverage: {outcomes}", flush=True)

        def mutate(data: bytes, most: int, seed: int) -> bytes:
            source = random.Random(seed)
            if source.random() < 0.3:
                return bytes(atheris.Mutate(data, most))
            return (data[:1] + mutated(data[1:], source))[:most]

        options = [f"-runs={count}", f"-seed={seed + 1}", "-max_len=3000", "-verbosity=0", str(corpus)]
        atheris.Setup([sys.argv[0], *options], one, custom_mutator=mutate)
        atheris.Fuzz()
    return 0


def _fuzz_blindly(count: int, seed: int) -> int:
    import nn

    with tempfile.TemporaryDirectory(dir=folder()) as place:
        path, bodies, source = Path(place) / "f.json", seeds(), random.Random(seed)
        optimizer, outcomes = nn.Adam(nn.Neuron(1, seed=0)), dict[str, int]()
        for _ in range(count):
            body = source.choice(bodies)
            right = source.random() < 0.9
            raw = with_checksum(mutated(body, source)) if right else mutated(with_checksum(body), source)
            outcome = attempt(raw, path, optimizer)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(f"{count} inputs: {outcomes}")
    return sum(number for outcome, number in outcomes.items() if outcome not in ("loaded", "refused"))
