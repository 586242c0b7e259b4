"""The bytes of saved files: what is damaged, too large or too deep is refused; files keep their permissions."""

from __future__ import annotations

import json
import os
import random
import stat
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from saved_files import forged

import nn
from nn import storage

GOOD = b'{"architecture": null, "parameters": {"weights.0": 1.0, "bias": 2.0}, "optimizer": null'  # without its end


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


def test_limits_hold_before_anything_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = forged(tmp_path / "f.json", GOOD + b"}")
    for name, limit, message in [
        ("MAX_BYTES", 50, "more than the limit of 50"),
        ("MAX_ITEMS", 2, "3 items: more than the limit of 2"),
        ("MAX_LISTS", 1, "2 lists and objects: more than the limit of 1"),
        ("MAX_STRING", 13, "holds a string of more than 13 characters"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(storage, name, limit)
            with pytest.raises(ValueError, match=message):
                nn.load(path)
            if name != "MAX_STRING":  # here the longest is shorter
                with pytest.raises(ValueError, match=message.removeprefix("3 ").removeprefix("2 ")):
                    nn.save({"w": 1.0, "v": 2.0, "u": 3.0}, tmp_path / "s.json")
    assert nn.load(path) == {"weights.0": 1.0, "bias": 2.0}


def test_many_lists_side_by_side_are_not_deep(tmp_path: Path) -> None:
    body = GOOD + b', "more": [' + b", ".join([b"[]", b"{}", b'"]["'] * 200) + b"]}"
    assert nn.load(forged(tmp_path / "f.json", body)) == {"weights.0": 1.0, "bias": 2.0}
    deep = GOOD + b', "more": ' + b"[" * 99 + b"]" * 99 + b', "again": ' + b"[" * 99 + b"]" * 99 + b"}"
    assert len(nn.load(forged(tmp_path / "f.json", deep))) == 2
    with pytest.raises(ValueError, match="nested more than 100 levels deep"):
        nn.load(forged(tmp_path / "f.json", GOOD + b', "more": ' + b"[" * 100 + b"]" * 100 + b"}"))


@pytest.mark.parametrize(
    ("unit", "end"), [(b"a", b'"'), (b'\\"', b'"'), (b'\\"', b""), (b"\\\\", b'"'), (b"\\", b""), (b"\\\n", b"")]
)
def test_a_long_string_is_refused_in_little_memory(unit: bytes, end: bytes, tmp_path: Path) -> None:
    """With work that grows as the square of the length this would take hours."""
    body = b'{"parameters": "' + unit * (4_000_000 // len(unit)) + end + b"}"
    path = forged(tmp_path / "f.json", body)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="holds a string of more than 1,000,000 characters"):
            nn.load(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body)
    finally:
        tracemalloc.stop()


def test_many_strings_take_little_memory(tmp_path: Path) -> None:
    body = b'{"parameters": {' + b", ".join(b'"%d%s": 1.5' % (n, b"x" * 9_000) for n in range(500)) + b"}}"
    path = forged(tmp_path / "f.json", body)
    tracemalloc.start()
    try:
        nn.load(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("name", "times"), [("layers.0.neurons.12.weights.{}", 4), ("p{}", 6)])
def test_a_model_takes_little_memory(name: str, times: int, tmp_path: Path) -> None:
    state = {name.format(n): n / 7 for n in range(9_000)}
    path = tmp_path / "m.json"
    nn.save(state, path)
    nn.load(path)  # imports what it needs
    tracemalloc.start()
    try:
        assert nn.load(path) == state
        assert tracemalloc.get_traced_memory()[1] < times * path.stat().st_size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"parameters": {"a": 1.0, "b": 2.0, "a": 3.0}}', "the entry 'a' appears twice"),
        (b'{"parameters": {"a": 1.0}, "more": [{"x": [], "x": 1}]}', "the entry 'x' appears twice"),
        (b'{"parameters": {"a": 01.0}}', "',' delimiter"),
        (b'{"parameters": {"a": NaN}}', "NaN is not a number that JSON allows"),
        (b'{"parameters": {"a" 1.0}}', "':' delimiter"),
        (b'{"parameters": {"a": 1.0,}}', "property name"),
        (b'{"parameters": {"a": }}', "Expecting value"),
        (b'{"parameters": {"a": 1.0}', "',' delimiter"),
        (b'{"parameters": {"a": 1.0}} {}', "Extra data"),
        (b'["parameters"]', "must be an object"),
        (b'{"parameters": {"\xc3\xa9": 1.0}}', "can't decode byte"),
    ],
)
def test_what_is_not_json_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"holds no valid content.*{message}"):
        nn.load(forged(tmp_path / "f.json", content))


def test_the_reader_agrees_with_json() -> None:
    source = random.Random(0)

    def thing(depth: int) -> Any:
        kinds: list[Any] = [
            lambda: source.uniform(-1, 1) * 10.0 ** source.randint(-300, 300), lambda: source.randint(-9, 10**20),
            lambda: source.choice([True, False, None, -0.0, 0, "", "a", 'q"\\', "\u00e9\n", "[{", "}]:,"]),
        ]  # fmt: skip
        if depth:
            kinds += [lambda: [thing(depth - 1) for _ in range(source.randint(0, 4))]]
            kinds += [lambda: {str(thing(0)): thing(depth - 1) for _ in range(source.randint(0, 5))}] * 3
        return source.choice(kinds)()

    for _ in range(300):
        content = thing(4)
        for layout in ({"indent": 1}, {"separators": (",", ":")}, {"separators": (" ,\r\n", "\t: ")}):
            text = json.dumps(content, **layout)
            assert repr(storage.EntryReader(text).content()) == repr(json.loads(text))


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_of_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        nn.save({"a": 1.0}, tmp_path / "m.json")
        (tmp_path / "other").touch()
    finally:
        os.umask(before)
    assert (tmp_path / "m.json").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o666, 0o755])
def test_a_file_that_is_replaced_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    nn.save({"a": 1.0}, path)
    path.chmod(mode)
    nn.save({"a": 2.0}, path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert nn.load(path) == {"a": 2.0}


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such folder; create it first") as caught:
        nn.save(nn.Neuron(1, seed=0), tmp_path / "none" / "model.json")
    assert caught.value.filename == str(tmp_path / "none")


def test_what_must_not_be_replaced_is_not(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    nn.save({"a": 1.0}, path)
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="is read-only: make it writable, or save under another name"):
        nn.save({"a": 2.0}, path)
    assert nn.load(path) == {"a": 1.0}
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with pytest.raises(PermissionError):
        nn.save({"a": 2.0}, link)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is not a file but a pipe"):
        nn.save({"a": 2.0}, tmp_path / "pipe")
    with pytest.raises(IsADirectoryError):
        nn.save({"a": 2.0}, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"m.json", "link.json", "pipe"}


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


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(ValueError, match="is not a file but a pipe, a socket or a device"):
        nn.load(pipe)
    with pytest.raises(IsADirectoryError):
        nn.load(tmp_path)
