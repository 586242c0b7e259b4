from __future__ import annotations

import json
import math
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from saved_files import forged

import nn
from autograd import Value


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


def test_a_layer_that_is_used_twice_comes_back_as_one(tmp_path: Path) -> None:
    layer, perceptron = nn.Layer(2, 2, seed=0), nn.MLP(2, [3, 2], seed=1)
    inner = nn.Sequential(layer, nn.Dropout(0.25))
    model = nn.Sequential(layer, inner, layer, inner, perceptron, perceptron, perceptron.layers[0], nn.Layer(3, 1))
    nn.save(model, tmp_path / "m.json")
    twin = nn.load(tmp_path / "m.json")
    assert (repr(twin), twin.state_dict()) == (repr(model), model.state_dict())
    layers = twin.layers
    assert layers[0] is layers[2] is layers[1].layers[0]
    assert layers[1] is layers[3]
    assert layers[4] is layers[5]
    assert layers[6] is layers[4].layers[0]
    assert twin.eval()([1.0, 2.0]).data == model.eval()([1.0, 2.0]).data


def test_parameters_that_are_used_twice_are_saved_as_numbers(tmp_path: Path) -> None:
    model = nn.MLP(2, [2, 2])
    model.layers[1] = model.layers[0]
    nn.save(model, tmp_path / "m.json")
    assert len(nn.load(tmp_path / "m.json")) == 6


@pytest.mark.parametrize("path", ["layers.1", "layers.2", "", "layers", "rm"])
def test_a_shared_layer_must_have_been_there_before(path: str, tmp_path: Path) -> None:
    shared = {"kind": "Sequential", "layers": [NEURON, {"kind": "Shared", "path": path}, NEURON]}
    names = ["layers.0.weights.0", "layers.0.bias", "layers.2.weights.0", "layers.2.bias"]
    with pytest.raises(ValueError, match=f"shares '{path}', which is not a layer before layers.1"):
        nn.load(forged(tmp_path / "f.json", content(architecture=shared, parameters=dict.fromkeys(names, 1.0))))


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
        (b'{"architecture": null, "parameters": {"a": -1e999}, "optimizer": null}', "'a' is too large for a float"),
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
