"""Does any file make `nn.load` raise anything but its documented error?  A short run of the fuzzer; the long one is
`python tests/trust/exhaust.py loader 1000000`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import nn

_specification = importlib.util.spec_from_file_location("fuzz_loader", Path(__file__).parent / "fuzz_loader.py")
assert _specification is not None
assert _specification.loader is not None
fuzz_loader = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(fuzz_loader)


@pytest.mark.parametrize("rounds", [700, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_fuzzed_file_is_loaded_or_refused(rounds: int, tmp_path: Path) -> None:
    source, bodies = fuzz_loader.random.Random(rounds), fuzz_loader.seeds()
    optimizer = nn.Adam(nn.Neuron(1, seed=0))
    outcomes = set()
    for _ in range(rounds):
        body = fuzz_loader.mutated(source.choice(bodies), source)
        outcomes.add(fuzz_loader.attempt(fuzz_loader.with_checksum(body), tmp_path / "f.json", optimizer))
    assert outcomes == {"loaded", "refused"}


def test_the_fuzzer_would_see_another_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.load", lambda *_, **__: {}["x"])
    assert fuzz_loader.attempt(b"", tmp_path / "f.json", nn.Adam(nn.Neuron(1))) == "KeyError: 'x'"


SCALARS = [None, True, 0, -1, 1.5, "x", [], {}, [None], ["x"], {"a": 1}, 10**400, [[1]], "nan"]


def changed(tree: object, source: object) -> object:
    """A copy of a JSON tree with one entry, anywhere, put out or exchanged for something else."""
    entries = list(tree.items() if isinstance(tree, dict) else enumerate(tree))  # type: ignore[call-overload]
    key, entry = source.choice(entries)  # type: ignore[attr-defined]
    copy = dict(tree) if isinstance(tree, dict) else list(tree)  # type: ignore[call-overload]
    if isinstance(entry, (dict, list)) and entry and source.random() < 0.7:  # type: ignore[attr-defined]
        copy[key] = changed(entry, source)
    elif source.random() < 0.3:  # type: ignore[attr-defined]
        del copy[key]
    else:
        copy[key] = source.choice(SCALARS)  # type: ignore[attr-defined]
    return copy


@pytest.mark.parametrize("rounds", [150, pytest.param(2_000, marks=pytest.mark.slow)])
def test_a_forged_checkpoint_of_fit_is_resumed_or_refused(rounds: int, tmp_path: Path) -> None:
    X, y = [[1.0], [2.0], [3.0], [4.0]], [2.0, 4.0, 6.0, 8.0]
    path, source, refused = tmp_path / "c.json", fuzz_loader.random.Random(rounds), 0

    def start(resume: bool) -> object:
        model = nn.Neuron(1, nonlin=False, init="zeros")
        optimizer = nn.Adam(model)
        before = model.state_dict(), optimizer.state_dict()
        try:
            nn.fit(
                model, X, y, loss="mean_squared_error", optimizer=optimizer, epochs=2, seed=1, validation=0.25,
                batch_size=2, progress=False, checkpoint=path, resume=resume,
            )  # fmt: skip
        except ValueError as error:
            if "training stopped in" not in str(error):
                assert (model.state_dict(), optimizer.state_dict()) == before
            return error
        return None

    start(resume=False)
    content = nn.checkpoint.read_content(path)
    for _ in range(rounds):
        body = fuzz_loader.json.dumps(changed(content, source)).encode()
        path.write_bytes(fuzz_loader.with_checksum(body))
        refused += start(resume=True) is not None
    assert refused > rounds // 3
