from __future__ import annotations

import hashlib
import json
import math
import os
import random
import struct
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import Value
from nn import checkpoint
from nn.checkpoint import read_content


def forged(path: Path, body: bytes) -> Path:
    """A file whose checksum is right, whatever its content."""
    digest = hashlib.sha256(body).hexdigest().encode()
    path.write_bytes(b'{"chalkgrad": 1, "sha256": "' + digest + b'", "content":\n' + body + b"\n}\n")
    return path


def content(**changes: Any) -> bytes:
    whole = {"architecture": None, "parameters": {"weights.0": 1.0, "bias": 2.0}, "optimizer": None} | changes
    return json.dumps(whole).encode()


NEURON = {"kind": "Neuron", "nin": 1, "activation": "relu"}

MODELS = [
    lambda: nn.MLP(3, [4, 2], "tanh", "softmax", seed=0),
    lambda: nn.Layer(2, 3, activation="gelu", seed=0),
    lambda: nn.Neuron(2, nonlin=False, seed=0),
    lambda: nn.Sequential(nn.Embedding(4, 2, seed=0), nn.Layer(2, 3), nn.LayerNorm(3, epsilon=0.25), nn.Dropout(0.25)),
]


@pytest.mark.parametrize("make", MODELS)
def test_a_model_comes_back_whole_without_code(make: Any, tmp_path: Path) -> None:
    model = make()
    nn.save(model, tmp_path / "m.json")
    twin = nn.load(tmp_path / "m.json")
    assert repr(twin) == repr(model)
    assert twin.state_dict() == model.state_dict()


def test_every_bit_of_a_double_is_kept(tmp_path: Path) -> None:
    source = random.Random(0)
    edges = [0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3]
    numbers = edges + [struct.unpack("<d", source.randbytes(8))[0] for _ in range(2000)]
    numbers = [number for number in numbers if math.isfinite(number)]
    nn.save({f"w{i}": number for i, number in enumerate(numbers)}, tmp_path / "s.json")
    got = nn.load(tmp_path / "s.json")
    assert [struct.pack("<d", n) for n in got.values()] == [struct.pack("<d", n) for n in numbers]


def test_the_file_is_json_for_people(tmp_path: Path) -> None:
    nn.save(nn.Neuron(1, init=lambda *_: 0.1), tmp_path / "m.json")
    whole = json.loads((tmp_path / "m.json").read_text())
    assert whole["content"]["parameters"] == {"weights.0": 0.1, "bias": 0.0}
    assert whole["content"]["architecture"] == NEURON


def test_a_module_of_ones_own_is_filled(tmp_path: Path) -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.w = Value(3.0)

    nn.save(Own(), tmp_path / "m.json")
    assert nn.load(tmp_path / "m.json") == {"w": 3.0}
    own = Own()
    own.w.data = 0.0
    assert nn.load(tmp_path / "m.json", into=own) is own
    assert own.w.data == 3.0
    with pytest.raises(ValueError, match=r"weights\.0 is missing.*'w' is not a parameter"):
        nn.load(tmp_path / "m.json", into=nn.Neuron(1))


def test_a_shared_layer_is_saved_as_numbers(tmp_path: Path) -> None:
    layer = nn.Layer(2, 2)
    nn.save(nn.Sequential(layer, layer), tmp_path / "m.json")
    assert len(nn.load(tmp_path / "m.json")) == 6


def test_an_optimizer_goes_along(tmp_path: Path) -> None:
    model = nn.Neuron(1, seed=0)
    optimizer = nn.Adam(model, 0.1)
    optimizer.step([1.0, 2.0])
    nn.save(model, tmp_path / "m.json", optimizer=optimizer)
    twin = nn.load(tmp_path / "m.json")
    follower = nn.Adam(twin)
    nn.load(tmp_path / "m.json", into=twin, optimizer=follower)
    assert follower.state_dict() == optimizer.state_dict()
    with pytest.raises(ValueError, match="kind is 'Adam', but this optimizer is SGD"):
        nn.load(tmp_path / "m.json", into=twin, optimizer=nn.SGD(twin))
    nn.save(model, tmp_path / "m.json")
    with pytest.raises(ValueError, match="holds no optimizer"):
        nn.load(tmp_path / "m.json", optimizer=follower)


@pytest.mark.parametrize("bits", [pytest.param(1, id="a bit of each byte"), pytest.param(8, marks=pytest.mark.slow)])
def test_every_flipped_bit_and_every_truncation_is_refused(bits: int, tmp_path: Path) -> None:
    path, model = tmp_path / "m.json", nn.Neuron(1, seed=0)
    nn.save(model, path, optimizer=nn.SGD(model))
    raw = path.read_bytes()
    for position in range(len(raw)):
        for bit in [(position + offset) % 8 for offset in range(bits)]:
            path.write_bytes(raw[:position] + bytes([raw[position] ^ (1 << bit)]) + raw[position + 1 :])
            with pytest.raises(ValueError, match="is damaged"):
                nn.load(path)
    for length in range(len(raw)):
        path.write_bytes(raw[:length])
        with pytest.raises(ValueError, match="is damaged"):
            nn.load(path)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "it must be an object"),
        (b"{", "holds no valid content"),
        (b"\xff", "holds no valid content"),
        (b'{"parameters": {"a": 1, "a": 2}}', "the entry 'a' appears twice"),
        (b'{"parameters": {"a": NaN}}', "NaN is not a number that JSON allows"),
        (b'{"parameters": 3}', "holds no parameters"),
        (b"{}", "holds no parameters"),
        (content(parameters={"a": True}), "parameter 'a' must be a number, the file has True"),
        (content(parameters={"a": "1"}), "parameter 'a' must be a number, the file has '1'"),
        (content(parameters={"a": "nan"}), "pass allow_nan=True to load it"),
        (content(parameters={"a": None}), "parameter 'a' must be a number, the file has None"),
        (content(parameters={"a": 10**400}), "parameter 'a' is too large for a float"),
        (b'{"parameters": {"a": ' + b"1" * 5000 + b"}}", "holds no valid content"),
        (b"[" * 101 + b"]" * 101, "nested more than 100 levels deep"),
        (b"[" * 1_000_000, "nested more than 100 levels deep"),
        (content(architecture=NEURON | {"nin": 2}), "architecture has 3 parameters but the file has 2"),
        (content(architecture=NEURON | {"nin": 10**12}), "architecture has 1,000,000,000,001 parameters"),
        (content(architecture=NEURON | {"nin": "1"}), "nin must be a whole number"),
        (content(architecture=NEURON | {"kind": "os.system"}), "unknown kind of module 'os.system'"),
        (content(architecture=NEURON | {"activation": "rm"}), "unknown activation 'rm'"),
        (content(architecture=NEURON | {"more": 1}), "Neuron needs exactly the entries activation, nin"),
        (content(architecture=[1]), "must be an object with a kind"),
        (
            content(architecture=NEURON, parameters={"weights.0": 1.0, "b": 2.0}),
            "bias is missing.*'b' is not a parameter",
        ),
    ],
)
def test_forged_files_are_refused(body: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        nn.load(forged(tmp_path / "f.json", body))


def test_limits_hold_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = forged(tmp_path / "f.json", content())
    monkeypatch.setattr(checkpoint, "MAX_BYTES", 50)
    with pytest.raises(ValueError, match="more than the limit of 50"):
        nn.load(path)
    monkeypatch.undo()
    monkeypatch.setattr(checkpoint, "MAX_ITEMS", 2)
    with pytest.raises(ValueError, match="3 items: more than the limit of 2"):
        nn.load(path)


@pytest.mark.parametrize("rounds", [300, pytest.param(30_000, marks=pytest.mark.slow)])
def test_fuzzed_contents_raise_only_value_errors(rounds: int, tmp_path: Path) -> None:
    source = random.Random(0)
    good = content(architecture=NEURON)
    for _ in range(rounds):
        body = bytearray(good)
        for _ in range(source.randint(1, 4)):
            start = source.randrange(len(body))
            body[start : start + source.randint(0, 5)] = source.choice(
                [b"", b"{", b"]", b"-1", b'"', b"1e999", b"null"]
            )
        try:
            nn.load(forged(tmp_path / "f.json", bytes(body)))
        except ValueError:
            continue


def test_not_finite_numbers_need_leave(tmp_path: Path) -> None:
    state = {"a": math.nan, "b": -math.inf}
    with pytest.raises(ValueError, match="parameter a is nan: pass allow_nan=True"):
        nn.save(state, tmp_path / "s.json")
    nn.save(state, tmp_path / "s.json", allow_nan=True)
    got = nn.load(tmp_path / "s.json", allow_nan=True)
    assert math.isnan(got["a"])
    assert got["b"] == -math.inf


@pytest.mark.parametrize(
    ("thing", "kind", "message"),
    [
        (3, TypeError, "model_or_state must be a module or a state_dict"),
        ({"a": "1"}, TypeError, "entry 'a' must map a string to a number, got '1'"),
        ({1: 1.0}, TypeError, "entry 1 must map"),
        (nn.Neuron(1, activation=lambda x: x * 2.0), ValueError, "no registered name: call nn.register_activation"),
    ],
)
def test_what_cannot_be_saved(thing: Any, kind: type[Exception], message: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=message):
        nn.save(thing, tmp_path / "s.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_failing_disk_leaves_the_old_file(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.json"
    nn.save({"a": 1.0}, path)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(call, full)
    with pytest.raises(OSError, match="No space left"):
        nn.save({"a": 2.0}, path)
    monkeypatch.undo()
    assert nn.load(path) == {"a": 1.0}
    assert os.listdir(tmp_path) == ["m.json"]  # noqa: PTH208


X, Y = nn.make_moons(24, seed=0)


def run(path: Path | None, stop_after: int | None = None, resume: bool = False, **changes: Any) -> tuple[Any, ...]:
    random.seed(99)
    model = nn.Sequential(
        nn.Layer(2, 4, seed=1), nn.Dropout(0.3, seed=2), nn.Dropout(0.1), nn.Layer(4, 1, nonlin=False, seed=3)
    )
    optimizer = nn.Adam(model, 0.05)

    def stop(training: Any) -> None:
        if training.epoch == stop_after:
            training.stop()

    given: dict[str, Any] = {
        "epochs": 6,
        "batch_size": 5,
        "seed": 4,
        "validation": 0.25,
        "schedule": "cosine",
        "loss": "binary_cross_entropy_with_logits",
    } | changes
    data = given.pop("data", (X, Y))
    history = nn.fit(
        model, *data, optimizer=optimizer, progress=False, checkpoint=path, resume=resume, callbacks=[stop], **given,
    )  # fmt: skip
    records = {name: numbers for name, numbers in history.records.items() if name != "seconds"}
    return model.state_dict(), optimizer.state_dict(), records, history.best_epoch


@pytest.mark.parametrize("stop_after", [1, 3, 5])
@pytest.mark.parametrize("changes", [{}, {"seed": None}, {"validation": None}, {"early_stopping": 2}])
def test_a_resumed_run_gives_the_same_bits(stop_after: int, changes: dict[str, Any], tmp_path: Path) -> None:
    whole = run(None, **changes)
    run(tmp_path / "c.json", stop_after, **changes)
    random.seed(0)
    assert run(tmp_path / "c.json", resume=True, **changes) == whole
    assert run(tmp_path / "c.json", resume=True, **changes) == whole  # and a finished one stays as it is


def test_resuming_without_a_file_starts_afresh(tmp_path: Path) -> None:
    assert run(tmp_path / "c.json", resume=True) == run(None)


def test_another_run_s_checkpoint_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "c.json", 2)
    with pytest.raises(ValueError, match="begun with batch_size=5, this run has 7"):
        run(tmp_path / "c.json", resume=True, batch_size=7)
    with pytest.raises(ValueError, match=r"begun with loss='.*', this run has 'huber'"):
        run(tmp_path / "c.json", resume=True, loss="huber")
    with pytest.raises(ValueError, match=r"begun with data='.*: resume with the same data and settings"):
        run(tmp_path / "c.json", resume=True, data=nn.make_moons(24, seed=1))
    nn.save(nn.Neuron(1), tmp_path / "m.json")
    with pytest.raises(ValueError, match="is no checkpoint of fit"):
        run(tmp_path / "m.json", resume=True)
    assert set(read_content(tmp_path / "c.json")) == {"architecture", "parameters", "optimizer", "training"}


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(ValueError, match="is no file but a pipe, a socket or a device"):
        nn.load(pipe)
    with pytest.raises(IsADirectoryError):
        nn.load(tmp_path)
