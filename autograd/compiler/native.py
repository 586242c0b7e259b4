"""How do the groups run natively?  As tables of integers for a fixed C program, which is built once and kept.

Read `layout`, `reverse` and `elements` first, and `runtime.c` beside this.  Linking a graph means filling tables; no
compiler runs.  The runtime is built at first use with the C compiler on PATH, into a private folder of the user's
cache, under a name made from its source, its flags and the machine, and loaded with `ctypes`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler import elements
from autograd.compiler.group import Group, UnsupportedError
from autograd.compiler.layout import Layout, spaced
from autograd.compiler.products import blocks
from autograd.compiler.writing import can_raise

if TYPE_CHECKING:
    from collections.abc import Sequence

FLAGS = (
    "-O2", "-fno-math-errno", "-fno-trapping-math", "-ftree-vectorize", "-fvect-cost-model=dynamic", "-march=native",
    "-fPIC", "-std=gnu11",
)  # fmt: skip
ELEMENTS_FLAGS = ("-ffp-contract=off",)
"""Element-wise functions are rounded as Python rounds: no fused multiply-add."""

MOST_SAMPLES = 192
"""Samples in a block, at most; as in runtime.c."""

CHUNK = 256
"""Numbers in a buffer; as in runtime.c."""

CACHE = 512 * 1024
"""Bytes that the rows of a block, with their gradients, should fit in."""

END, ROW, ROW_REVERSE, PRODUCT, PRODUCT_REVERSE, SUM, SUM_REVERSE, MANY, MANY_REVERSE, ADD_TABLE = range(10)
FUSED, FUSED_REVERSE, LANES, LANES_REVERSE = 10, 11, 12, 13
OWN, OWN_TABLE, UNIFORM_TABLE, CONSTANT, BUFFER = range(5)
WHAT = {"logsumexp": 0, "cross_entropy": 1, "soft_cross_entropy": 2, "softmax": 3, "take": 4, "take from numbers": 5}
WHAT["softmax_others"] = 6


class _Structure(ctypes.Structure):
    """`program` in runtime.c."""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ("forward_once", "forward_each", "reverse_each", "reverse_once")],
        *[(name, ctypes.c_void_p) for name in ("tables", "U", "DU", "L", "DL", "scratch")],
        *[(name, ctypes.c_int64) for name in ("block", "uniform_rows", "lane_rows", "samples", "inputs", "fast")],
        ("arrays", ctypes.c_void_p),
        ("packed_rows", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("packed", "widths")],
        ("outputs", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("output_rows", "output_is_lane", "results", "means")],
        ("seed", ctypes.c_double),
        *[(name, ctypes.c_int64) for name in ("backward", "doubtful", "input_gradients")],
        *[(name, ctypes.c_void_p) for name in ("array_gradients", "theta")],
        *[(name, ctypes.c_int64) for name in ("parameters", "inputs_at", "ranges")],
        ("cleared", ctypes.c_void_p),
    ]


# ------------------------------------------------------------------------------------------------- building, once


@cache
def runtime() -> Any:
    """The loaded runtime; raises UnsupportedError, with the reason, where it cannot be built."""
    compiler = shutil.which(os.environ.get("CC", "gcc")) or shutil.which("cc")
    if compiler is None:
        raise UnsupportedError("no C compiler was found on PATH (gcc, cc, or the one named in CC)")
    sources = {
        **elements.sources(),
        "runtime.c": (Path(__file__).parent / "runtime.c").read_text(encoding="utf-8"),
    }
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    key = hashlib.sha256(
        "\0".join([*sources.values(), *FLAGS, *ELEMENTS_FLAGS, version, _machine()]).encode()
    ).hexdigest()[:24]
    library = cache_folder() / f"runtime-{key}.so"
    if not library.exists():
        _build(compiler, sources, library)
    loaded = ctypes.CDLL(str(library))
    loaded.run.restype = loaded.pack.restype = None
    return loaded


def cache_folder() -> Path:
    """A folder that only this user can read and write; raises UnsupportedError where another owns it."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "chalkgrad"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise UnsupportedError(f"the cache folder {folder} cannot be used: {error}") from None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise UnsupportedError(f"the cache folder {folder} can be written by others; make it private with chmod 700")
    return folder


def _build(compiler: str, sources: dict[str, str], library: Path) -> None:
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        running = []
        for name, text in sources.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            flags = [*FLAGS, *(() if name == "runtime.c" else ELEMENTS_FLAGS)]
            command = [compiler, *flags, "-c", str(path), "-o", str(path.with_suffix(".o"))]
            running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        errors = [process.communicate()[1] for process in running]
        if any(process.returncode for process in running):
            raise UnsupportedError(f"the C compiler {compiler} failed: {''.join(errors)[:500]}")
        made = Path(folder) / "runtime.so"
        objects = [str((Path(folder) / name).with_suffix(".o")) for name in sources]
        linked = subprocess.run(
            [compiler, "-shared", "-o", str(made), *objects, "-lm"], capture_output=True, text=True, check=False
        )
        if linked.returncode:
            raise UnsupportedError(f"the C compiler {compiler} failed: {linked.stderr[:500]}")
        made.replace(library)  # at once, so that nobody loads half a file


def _machine() -> str:
    """What -march=native depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"


# ---------------------------------------------------------------------------------------------- filling the tables


class Linker:
    """Turns groups into steps."""

    def __init__(self, layout: Layout, active: Any, number: Any, groups: list[Group], outputs: list[int]) -> None:
        self.layout, self.active, self.number = layout, active, number
        self.fast = any(group.kind == "product" for group in groups)
        self.readers = np.zeros(len(layout.slot), np.int32)
        """For each node how many lists of operands have it; an output is read once more, from outside."""
        for nodes in (nodes for group in groups for nodes in group.reads()):
            self.readers[np.unique(nodes)] += 1
        self.readers[outputs] += 1
        lanes = np.flatnonzero(layout.lane[: len(layout.slot)] & (layout.slot >= 0))
        self.written = layout.slot[lanes[~active[lanes]]]
        """Rows of gradients that nobody adds to: they need not be cleared."""
        self.slot, self.lane = layout.slot, layout.lane
        self.uniform_rows, self.lane_rows = layout.uniform_rows, layout.lane_rows
        self.forward: dict[bool, list[list[int]]] = {False: [], True: []}
        self.reverse: dict[bool, list[list[int]]] = {False: [], True: []}
        self.tables: list[Any] = []
        self.length = 0
        self.known: dict[bytes, int] = {}
        self.spread: dict[int, int] = {}
        self.scratch = 4096
        self.functions = len(elements.kinds()) if self.fast else 0

    def table(self, numbers: Any) -> int:
        """Where a table of integers begins."""
        numbers = np.ascontiguousarray(numbers, np.int32).ravel()
        key = numbers.tobytes()
        if key not in self.known:
            self.known[key] = self.length
            self.tables.append(numbers)
            self.length += len(numbers)
        return self.known[key]

    def step(self, lane: bool, code: int, words: Sequence[int], reverse: Sequence[int] | None = None) -> None:
        """One step forward, and one of the next code with the same words (or others) in reverse."""
        self.forward[lane].append([code, len(words) + 2, *words])
        words = words if reverse is None else reverse
        self.reverse[lane].append([code + 1, len(words) + 2, *words])

    def wants(self, nodes: Any) -> bool:
        """Whether a gradient flows into any of these nodes."""
        return bool(self.active[nodes].any())

    def add(self, group: Group) -> None:
        """The steps of one group."""
        getattr(self, f"_{group.kind}")(group)

    def _own(self, lane: bool, nodes: Any) -> Any:
        """Rows of the group's own memory with these nodes; what is the same for all samples is spread out first."""
        rows = self.slot[nodes]
        if not lane or self.lane[nodes].all():
            return rows
        rows = rows.copy()
        others = ~self.lane[nodes]
        new = [node for node in np.unique(nodes[others]).tolist() if node not in self.spread]
        if new:
            at = self.table(self.slot[new])
            function = elements.IDENTITY
            words = [function, len(new), self.lane_rows, 1, 0, UNIFORM_TABLE, at]
            self.step(True, ROW, words, words)
            for node in new:
                self.spread[node] = self.lane_rows
                self.lane_rows += 1
        rows[others] = [self.spread[node] for node in nodes[others].tolist()]
        return rows

    def _argument(self, lane: bool, nodes: Any) -> list[int]:
        number = self._constant(nodes)
        if number is not None:
            return [CONSTANT, struct.unpack("q", struct.pack("d", number))[0]]
        if lane and not self.lane[nodes].any():
            return [UNIFORM_TABLE, self.table(self.slot[nodes])]
        rows = self._own(lane, nodes)
        where = spaced(rows)
        if where is not None and (where.steps[0] == 1 or len(rows) == 1):
            return [OWN, where.first]
        return [OWN_TABLE, self.table(rows)]

    def _constant(self, nodes: Any) -> float | None:
        first = nodes.flat[0]
        number = self.number[first]
        if (
            number != number
            or self.lane[first]
            or not (nodes == first).all()
            or self.slot[first] not in self.layout.constants[0]
        ):
            return None
        return float(number)

    def _row(self, group: Group) -> None:
        assert group.row is not None  # noqa: S101
        operands = group.operands
        exponent = self._constant(operands[1]) if group.row.name == "power" else None
        function = elements.number_of(group.row.name, exponent)
        if function is None:
            raise UnsupportedError(f"{group.row.name} has no form in C")
        arguments = [word for nodes in operands for word in self._argument(group.lane, nodes)]
        head = [function + self.functions, len(group.nodes), group.first, len(operands)]
        self.forward[group.lane].append([ROW, len(arguments) + 7, *head, int(can_raise(group.row)), *arguments])
        reverse = []
        for n, nodes in enumerate(operands):
            if self._constant(nodes) is None and self.wants(nodes):
                reverse.append([ROW_REVERSE, len(arguments) + 7, *head, n, *arguments])
        self.reverse[group.lane] += reverse[::-1]  # reversed once more as a whole

    def _fused(self, group: Group) -> None:
        buffers: dict[int, int] = {}  # of each node of the first row: the buffer of the part that computes it
        inner = sum(not part.stored for part in group.parts)
        numbers: dict[float, int] = {}  # constants have buffers too, filled once
        words = []
        for part in group.parts:
            assert part.row is not None  # noqa: S101
            exponent = self._constant(part.operands[1]) if part.row.name == "power" else None
            function = elements.number_of(part.row.name, exponent)
            if function is None:
                raise UnsupportedError(f"{part.row.name} has no form in C")
            arguments, wanted = [], 0
            for n, nodes in enumerate(part.operands):
                buffer, number = buffers.get(int(nodes[0])), self._constant(nodes)
                if number is not None:
                    buffer = inner + numbers.setdefault(number, len(numbers))
                arguments += [BUFFER, buffer] if buffer is not None else self._argument(True, nodes)
                wanted |= (number is None and self.wants(nodes)) << n
            if part.stored:
                result = [OWN, part.first]
            else:
                result = [BUFFER, buffers.setdefault(int(part.nodes[0]), len(buffers))]
            fixed = [function + self.functions, len(part.operands), *result, int(can_raise(part.row)), wanted]
            words += [*fixed, *arguments, *[0] * (2 * elements.MOST_OPERANDS - len(arguments))]
        bits = [struct.unpack("q", struct.pack("d", number))[0] for number in numbers]
        head = [len(group.parts[0].nodes), len(group.parts), inner, len(numbers)]
        self.scratch = max(self.scratch, (2 * inner + len(numbers) + elements.MOST_OPERANDS + 1) * CHUNK)
        self.step(True, FUSED, [*head, *words, *bits])

    def _product(self, group: Group) -> None:
        (p, k), q = group.left.shape, len(group.right)
        lane = group.lane
        rest = list(group.singles)
        starts, want_starts = -1, False
        if rest and not self.lane[rest[-1]].any():
            single = rest.pop()
            starts, want_starts = self.table(self.slot[single[:, 0]]), self.wants(single[:, 0])
            if single.shape[1] > 1:
                rest.append(single[:, 1:])
        right = self._own(lane, group.right)
        alone = 0
        if lane and self.wants(group.right):
            right = self._without_repeats(right)
            alone = 8 * int((self.readers[group.right] == 1).all() and len(np.unique(right)) == right.size)
            if alone:  # what it hands on is the whole gradient, and need not be added to anything
                self.written = np.concatenate((self.written, right.ravel()))
        where = spaced(self.slot[group.left])
        left, sp, sk = (where.first, *where.steps) if where is not None and where.distinct else self._packed(group.left)
        out = group.first + np.arange(q * p)
        wants = self.wants(group.left) + 2 * self.wants(group.right) + 4 * (want_starts and starts >= 0) + alone
        words = [
            p,
            q,
            k,
            group.first,
            left,
            sp,
            sk,
            self.table(right),
            self.table(out),
            starts,
            self.table(np.arange(max(p, k))),
            wants,
        ]
        self.step(lane, PRODUCT, words)
        self.scratch = max(self.scratch, (p + k) * (q + 8))
        if rest or group.pairs:
            self._terms(group, group.pairs, rest, 1)

    def _without_repeats(self, lists: Any) -> Any:
        """The lists of rows, with copies in place of those that have a row twice.

        A tile of the runtime adds to the gradients of several rows at once, and must not meet one of them twice.
        """
        ordered = np.sort(lists, axis=1)
        repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not repeated.any():
            return lists
        lists = lists.copy()
        originals = lists[repeated]
        words = [elements.IDENTITY, originals.size, self.lane_rows, 1, 0, OWN_TABLE, self.table(originals)]
        self.step(True, ROW, words)
        lists[repeated] = self.lane_rows + np.arange(originals.size).reshape(originals.shape)
        self.lane_rows += originals.size
        return lists

    def _packed(self, nodes: Any) -> tuple[int, int, int]:
        """A copy of the left lists in rows of their own, evenly spaced; their gradients go back by table."""
        first, self.uniform_rows = self.uniform_rows, self.uniform_rows + nodes.size
        at = self.table(self.slot[nodes])
        identity = elements.IDENTITY
        self.forward[False].append([ROW, 9, identity, nodes.size, first, 1, 0, OWN_TABLE, at])
        self.reverse[False].append([ADD_TABLE, 5, nodes.size, first, at])
        return first, nodes.shape[1], 1

    def _sum(self, group: Group) -> None:
        if group.lane and len(group.pairs) == 1 and not group.singles and self._products_of_lanes(group):
            return
        self._terms(group, group.pairs, group.singles, 0)

    def _products_of_lanes(self, group: Group) -> bool:
        """Whether these sums are products of matrices that both differ from sample to sample; then they are linked."""
        left, right = group.pairs[0]
        if not (self.lane[left].all() and self.lane[right].all()) or left.shape[1] < 2:
            return False
        found, rest = blocks(left, right, smallest=32)
        for block in found:
            if min(block.members.shape) < 2 or any(
                len(np.unique(side)) < side.size for side in (block.left, block.right)
            ):
                return False
        if not found or len(rest):
            return False
        for block in found:
            (p, k), q = block.left.shape, len(block.right)
            tables = [
                self.table(rows)
                for rows in (self.slot[block.left], self.slot[block.right], group.first + block.members)
            ]
            self.step(True, LANES, [p, q, k, *tables, self.wants(block.left) + 2 * self.wants(block.right)])
        return True

    def _terms(self, group: Group, pairs: list[Any], singles: list[Any], add: int) -> None:
        lane, rows = group.lane, len(group.nodes)
        columns: dict[str, list[Any]] = {"ul": [], "ll": [], "l": [], "u": []}
        wants_u = wants_l = False
        for left, right in pairs:
            mixed = lane and not self.lane[left].any() and self.lane[right].all()
            if mixed:
                columns["ul"].append(np.stack((self.slot[left], self.slot[right]), axis=2).reshape(rows, -1))
                wants_u, wants_l = self.wants(left), self.wants(right)
            else:
                columns["ll"].append(
                    np.stack((self._own(lane, left), self._own(lane, right)), axis=2).reshape(rows, -1)
                )
        for single in singles:
            uniform = lane and not self.lane[single].any()
            columns["u" if uniform else "l"].append(self.slot[single] if uniform else self._own(lane, single))
        counts = [sum(a.shape[1] for a in columns[kind]) // (2 if len(kind) == 2 else 1) for kind in columns]
        whole = [a for kind in columns.values() for a in kind]
        table = self.table(np.concatenate(whole, axis=1) if whole else np.zeros(0))
        words = [rows, group.first, add, *counts, table, wants_u + 2 * wants_l]
        self.step(lane, SUM, words)

    def _many(self, group: Group) -> None:
        assert group.row is not None  # noqa: S101
        name, lane = group.row.name, group.lane
        xs, index = group.operands[-1], np.zeros(1)
        if name == "soft_cross_entropy":
            xs = np.concatenate(group.operands, axis=1)
        rows, size = len(xs), group.operands[-1].shape[1]
        what = WHAT[name]
        if name in ("cross_entropy", "take"):
            index = self._own(lane, group.operands[0])
        if name == "take" and lane and not self.lane[xs].any():
            what, table = WHAT["take from numbers"], self.table(self.slot[xs])
        else:
            table = self.table(self._own(lane, xs))
        self.scratch = max(self.scratch, 3 * size * MOST_SAMPLES)
        self.step(lane, MANY, [what, rows, size, group.first, table, self.table(index)])

    def cleared(self) -> Any:
        """Which rows of gradients must be set to 0 before a block: pairs of a first row and their number."""
        needed = np.ones(self.lane_rows + 2, bool)
        needed[self.written + 1] = needed[0] = needed[-1] = False
        edges = np.flatnonzero(np.diff(needed))
        return np.column_stack((edges[::2], edges[1::2] - edges[::2])).astype(np.int64)


def describe_steps(linker: Linker) -> str:
    """The steps as text: what `Program.source` shows for this backend."""
    names = ["", "row", "", "product", "", "sum", "", "many", "", "add", "fused", "", "product of lanes"]
    functions = [name for name, _, _ in elements.kinds()]
    lines = ["steps of the C runtime (see runtime.c and elements.c): what, rows or sizes, first row of the results"]
    for lane in (False, True):
        lines.append("for each block of samples:" if lane else "once:")
        for step in linker.forward[lane]:
            what = names[step[0]]
            detail = functions[step[2] % len(functions)] if what == "row" else ""
            lines.append(f"    {what} {detail} {' '.join(map(str, step[2:7]))}".replace("  ", " "))
    return "\n".join(lines)


class NativeProgram:
    """A linked graph: memory, tables, and one pointer to hand to the runtime."""

    def __init__(
        self, linker: Linker, outputs: list[int], widths: list[int], parameters: int, batched: bool, by_parameters: bool
    ) -> None:
        self.runtime = runtime()
        layout = linker.layout
        self.layout, self.parameters, self.batched = layout, parameters, batched
        self.structure = s = _Structure()
        self.kept: list[Any] = []  # arrays that the structure points to
        for name, steps in (
            ("forward_once", linker.forward[False]), ("forward_each", linker.forward[True]),
            ("reverse_each", linker.reverse[True][::-1]), ("reverse_once", linker.reverse[False][::-1]),
        ):  # fmt: skip
            words = np.array([word for step in steps for word in step] + [END, 2], np.int64)
            setattr(s, name, self._keep(words))
        s.tables = self._keep(np.concatenate(linker.tables) if linker.tables else np.zeros(1, np.int32))
        self.U, self.DU = np.zeros(linker.uniform_rows + 8), np.zeros(linker.uniform_rows + 8)
        fitting = CACHE // (16 * max(1, linker.lane_rows)) // 48 * 48
        self.block = s.block = min(MOST_SAMPLES, max(48, fitting))
        L = np.zeros((max(1, linker.lane_rows), self.block))
        s.U, s.DU, s.L, s.DL = (self._keep(a) for a in (self.U, self.DU, L, np.zeros_like(L)))
        s.scratch = self._keep(np.zeros(linker.scratch))
        s.uniform_rows, s.lane_rows, s.fast = linker.uniform_rows, linker.lane_rows, int(linker.fast)
        self.widths = widths
        s.widths = self._keep(np.array(widths or [0], np.int64))
        s.inputs = len(widths)
        self.pointers = np.zeros(max(1, len(widths)), np.int64)
        s.arrays = self._keep(self.pointers)
        self.gradient_pointers = np.zeros(max(1, len(widths)), np.int64)
        s.array_gradients = self._keep(self.gradient_pointers)
        s.outputs = len(outputs)
        s.output_rows = self._keep(np.array([layout.slot[o] for o in outputs], np.int64))
        s.output_is_lane = self._keep(np.array([layout.lane[o] for o in outputs], np.int64))
        s.input_gradients = int(not by_parameters)
        rows, numbers = layout.constants
        self.U[rows] = numbers
        self.results, self.means = np.zeros((len(outputs), 0)), np.zeros(len(outputs))
        s.means = self.means.ctypes.data
        self.gradients: list[Any] = []
        self.inputs: list[Any] = []
        self.pointer = ctypes.byref(s)
        self.theta: Any = None
        self.backward = False
        self.gradient = self.DU[:parameters]
        """With respect to the parameters, after a run: to be copied."""
        self._run, self._first = self.runtime.run, self.means.item
        s.parameters, s.inputs_at = parameters, layout.inputs_at
        cleared = linker.cleared()
        s.ranges, s.cleared = len(cleared), self._keep(cleared if len(cleared) else np.zeros((1, 2), np.int64))

    def _keep(self, array: Any) -> int:
        self.kept.append(array)
        return int(array.ctypes.data)

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> None:
        """Let the runtime read these: contiguous arrays of floats, a row for each sample; or `pack`ed ones."""
        s = self.structure
        self.packed, s.packed, s.packed_rows = packed, None if packed is None else packed.ctypes.data, sum(self.widths)
        if self.results.shape[1] != samples:
            self.results = np.zeros((s.outputs, samples))
            s.results = self.results.ctypes.data
        self.inputs = inputs  # kept alive: the runtime has only their addresses
        s.seed = 1.0 / samples
        for n, array in enumerate(inputs):
            self.pointers[n] = array.__array_interface__["data"][0]
        if self.batched:
            s.samples = samples
            if s.input_gradients:
                self.gradients = [np.zeros(array.shape) for array in inputs]
                self.gradient_pointers[: len(inputs)] = [g.ctypes.data for g in self.gradients]

    def pack(self) -> Any:
        """The arguments attached, in the order in which blocks of samples are read."""
        rows, blocks = sum(self.widths), -(-self.structure.samples // self.block)
        packed = np.zeros(max(1, rows * blocks * self.block))
        self.runtime.pack(self.pointer, ctypes.c_void_p(packed.ctypes.data), ctypes.c_int64(rows))
        return packed

    def run(self, theta: Any, captured: Any, backward: bool) -> bool:
        """Fill in `means`, `results` (a row for each output), `DU` and `gradients`; whether there may be errors."""
        s = self.structure
        if theta is not self.theta:
            self.theta, s.theta = theta, theta.ctypes.data
        if captured:
            at = self.layout.captured_at
            self.U[at : at + len(captured)] = [value._data for value in captured]
        if backward is not self.backward:
            self.backward = s.backward = backward
        self._run(self.pointer)
        if backward and not self.batched and s.input_gradients:
            at, self.gradients = self.layout.inputs_at, []
            for array in self.inputs:
                self.gradients.append(self.DU[at : at + array.size].copy().reshape(array.shape))
                at += array.size
        return bool(s.doubtful)

    def again(self, theta: Any, captured: Any) -> tuple[float, Any, bool]:
        """As `run`, for parameters: the first output, its gradient, and whether there may be errors."""
        s = self.structure
        if theta is not self.theta:
            self.theta, s.theta = theta, theta.ctypes.data
        if captured:
            at = self.layout.captured_at
            self.U[at : at + len(captured)] = [value._data for value in captured]
        if not self.backward:
            self.backward = s.backward = True
        self._run(self.pointer)
        return self._first(0), self.gradient.copy(), s.doubtful
