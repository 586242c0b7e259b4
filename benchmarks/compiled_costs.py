"""What do compiling and calling cost?  Each measurement in a process of its own, answered by a line of JSON.

python benchmarks/compiled_costs.py nodes 1000000      seconds and bytes a node, for a whole batch of moons
python benchmarks/compiled_costs.py sum 1000000        the same for one sum, in single additions
python benchmarks/compiled_costs.py chain 1000000      the same for a chain, which has nothing to group
python benchmarks/compiled_costs.py wide 64            the first step of a transformer so wide, for a text of 32 letters
python benchmarks/compiled_costs.py link               seconds to link a graph of one residual sample to the runtime
python benchmarks/compiled_costs.py build              seconds to build the C runtime, in a cache of its own
python benchmarks/compiled_costs.py call               seconds to call a program that does next to nothing
python benchmarks/compiled_costs.py fresh              what it costs to look whether anything has changed, by model
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from itertools import pairwise
from typing import Any

Answer = dict[str, float]


def moons_loss(nodes: int) -> Any:
    """A perceptron 2-16-16-1 over as many samples as give so many nodes, in single additions and products."""
    from autograd import Value

    source = random.Random(0)
    sizes = [2, 16, 16, 1]
    layers = [
        [([Value(source.gauss(0, 0.5)) for _ in range(a)], Value(0.1)) for _ in range(b)] for a, b in pairwise(sizes)
    ]
    total: Any = 0.0
    for _ in range(max(1, nodes // 650)):
        x: list[Any] = [source.random(), source.random()]
        for n, layer in enumerate(layers):
            sums = []
            for weights, bias in layer:
                out: Any = bias
                for w, v in zip(weights, x, strict=True):
                    out = out + w * v
                sums.append(out)
            x = [out.relu() for out in sums] if n < 2 else sums
        total = total + x[0] * x[0]
    return total


def plain_sum(nodes: int) -> Any:
    """A sum of 1,000 Values again and again, each added on its own."""
    from autograd import Value

    values = [Value(0.001 * n) for n in range(1000)]
    out = Value(0.5)
    for n in range(nodes):
        out = out + values[n % 1000]
    return out


def chain(nodes: int) -> Any:
    from autograd import Value

    out = Value(0.5)
    for _ in range(nodes // 2):
        out = out * 0.999 + 0.001
    return out


def compiling(output: Any) -> Answer:
    """Seconds and bytes a node, beyond the graph itself, up to and with the first value."""
    import autograd

    autograd.compile(autograd.Value(1.0) * 2.0)()  # what is loaded at the first call is no cost of this graph
    gc.collect()
    before = resident()
    began = time.process_time()
    program = autograd.compile(output)
    program()
    taken = time.process_time() - began
    nodes = len(program.plan.flat)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"nodes": nodes, "seconds a node": taken / nodes, "bytes a node": max(0, peak - before) / nodes}


def first_step(width: int, layers: int = 2, context: int = 32, heads: int = 4, letters: int = 27) -> Answer:
    """Seconds and bytes up to and with the first gradient of a microgpt whose neurons share tuples of operands."""
    import autograd
    from autograd import Value, affine, dot

    source, size = random.Random(0), width // heads

    def matrix(outputs: int, inputs: int) -> list[Any]:
        return [tuple(Value(source.gauss(0, 0.08)) for _ in range(inputs + 1)) for _ in range(outputs)]

    shapes = dict.fromkeys("qkvo", (width, width)) | {"up": (4 * width, width), "down": (width, 4 * width)}
    blocks = [{name: matrix(*shape) for name, shape in shapes.items()} for _ in range(layers)]
    tokens, places, out = matrix(letters, width - 1), matrix(context, width - 1), matrix(letters, width)
    text = [source.randrange(letters) for _ in range(context + 1)]

    def normalised(x: Any) -> Any:
        scale = (dot(x, x) / width + 1e-5) ** -0.5
        return [v * scale for v in x]

    def attention(q: Any, keys: Any, values: Any, head: int) -> Any:
        part = slice(head * size, (head + 1) * size)
        weights = autograd.softmax([dot(q[part], k[part]) / size**0.5 for k in keys])
        return [dot(weights, [v[part][c] for v in values]) for c in range(size)]

    def loss() -> Any:
        seen: list[Any] = [([], []) for _ in blocks]
        losses = []
        for place in range(context):
            x = normalised([a + b for a, b in zip(tokens[text[place]], places[place], strict=True)])
            for block, (keys, values) in zip(blocks, seen, strict=True):
                h = normalised(x)
                q = affine(block["q"], h)
                keys.append(affine(block["k"], h))
                values.append(affine(block["v"], h))
                mixed = [v for head in range(heads) for v in attention(q, keys, values, head)]
                x = [a + b for a, b in zip(affine(block["o"], mixed), x, strict=True)]
                inner = [v.relu() for v in affine(block["up"], normalised(x))]
                x = [a + b for a, b in zip(affine(block["down"], inner), x, strict=True)]
            losses.append(autograd.cross_entropy(affine(out, x), text[place + 1]))
        return autograd.mean(losses)

    weights = [matrix for block in blocks for matrix in block.values()]
    parameters = [p for rows in (tokens, places, out, *weights) for row in rows for p in row]
    autograd.compile(Value(1.0) * 2.0)()  # what is loaded at the first call is no cost of this graph
    phases = timed_phases()
    gc.collect()
    before, began = resident(), time.process_time()
    program = autograd.compile(loss, parameters)
    program.value_and_grad()
    taken = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    flat = program.plan.flat
    return {"nodes": len(flat), "operands": len(flat.operand), "seconds": taken, "bytes": peak - before, **phases}


def timed_phases() -> Answer:
    """The seconds of the phases of a first step, which are added up from now on."""
    from autograd.compiler import pipeline
    from autograd.compiler.frontend import two_calls

    seconds: Answer = {}

    def timed(module: Any, name: str, phase: str) -> None:
        plain = getattr(module, name)

        def call(*arguments: Any, **more: Any) -> Any:
            began = time.process_time()
            try:
                return plain(*arguments, **more)
            finally:
                seconds[phase] += time.process_time() - began

        seconds.setdefault(phase, 0.0)
        setattr(module, name, call)

    timed(two_calls, "_called", "two calls")
    timed(two_calls, "flatten", "arrays of the first")
    timed(two_calls, "_made_inside", "comparing the second")
    timed(two_calls, "Snapshot", "what was read")
    for name in ("contract", "levels", "groups"):
        timed(pipeline, name, "groups and levels")
    timed(pipeline, "_native_plan", "linking")
    return seconds


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def linking() -> Answer:
    """Seconds from groups to a program that can run: residual networks, one after the other, of 30,000 nodes."""
    from compiled_works import residual

    import autograd
    from autograd import Value
    from autograd.compiler.c_backend.executable import NativeProgram

    work = residual(1)
    parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
    flat = [v for rows in parameters.values() for row in rows for v in row]
    taken: list[float] = []
    plain = NativeProgram.__init__

    def timed(*arguments: Any) -> None:
        began = time.process_time()
        plain(*arguments)
        taken.append(time.process_time() - began)

    NativeProgram.__init__ = timed  # type: ignore[method-assign,assignment]

    def several(x: Any, t: Any) -> Any:
        return sum(work.scalar(parameters, [v * (1.0 + 0.1 * n) for v in x], t) for n in range(12))

    program = autograd.compile(several, flat, batched=True, backend="c")
    program(work.X, work.y)
    return {"nodes": len(program.plan.flat), "seconds": min(taken)}


def building() -> Answer:
    from autograd.compiler.c_backend import toolchain

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        began = time.perf_counter()
        runtime = toolchain.runtime()
        taken, of_processors = time.perf_counter() - began, _of_children()
        toolchain.add_rare_rows(runtime)
    rare = _of_children() - of_processors
    return {"seconds": taken, "seconds of processors": of_processors, "for rare rows": rare}


def _of_children() -> float:
    """Seconds of processors that child processes have taken."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def calling() -> Answer:
    import timeit

    import numpy as np

    import autograd
    from autograd import Value

    w, x = Value(2.0), np.ones(1)
    program = autograd.compile(lambda x: w * x, [w], batched=True)
    bound = program.bind(x)
    answer = {}
    for name, call in (("bound", bound.value_and_grad), ("value_and_grad", lambda: program.value_and_grad(x))):
        answer[name] = min(timeit.repeat(call, number=2000, repeat=25)) / 2000
    return answer


def looking() -> Answer:
    """For each model: microseconds for a call with the same arrays, and without looking for changes; objects read."""
    import timeit

    import numpy as np

    import autograd

    answer = {}
    source = np.random.default_rng(0)
    for name, (function, parameters, width) in models().items():
        program = autograd.compile(function, parameters, batched=True)
        X, y = source.normal(size=(100, width)), np.ones(100)
        program.value_and_grad(X, y)
        call = lambda program=program, X=X, y=y: program.value_and_grad(X, y)  # noqa: E731
        pairs = []
        for _ in range(15):
            with program.assume_unchanged():
                without = timeit.timeit(call, number=300, timer=time.process_time)
            pairs.append((timeit.timeit(call, number=300, timer=time.process_time) / 300, without / 300))
        looked, not_looked = (sorted(column)[len(column) // 2] * 1e6 for column in zip(*pairs, strict=True))
        answer |= {f"{name}, call": looked, f"{name}, without looking": not_looked}
        answer[f"{name}, objects"] = len(program.plan.guard.snapshot.tokens)
    return answer


def models() -> dict[str, tuple[Any, Any, int]]:
    """Moons, digits, and a model of plain nested lists: the function, the parameters, the width of the input."""
    import autograd
    import nn
    from autograd import Value

    moons, digits = nn.MLP(2, [16, 16, 1], seed=0), nn.MLP(64, [32, 10], activation="tanh", seed=0)
    weights = [[[Value(0.1) for _ in range(16)] for _ in range(16)] for _ in range(2)]
    scales = [[1.0] * 16 for _ in weights]

    def lists(x: Any, t: Any) -> Any:
        for rows, factors in zip(weights, scales, strict=True):
            x = [(autograd.dot(row, x) * factor).relu() for row, factor in zip(rows, factors, strict=True)]
        return autograd.sum(x) * t

    return {
        "moons": (lambda x, t: (1.0 - moons(x) * t).relu(), moons.parameters(), 2),
        "digits": (lambda x, t: autograd.cross_entropy(digits(x), 1) * t, digits.parameters(), 64),
        "nested lists": (lists, [v for rows in weights for row in rows for v in row], 16),
    }


def main() -> None:
    what, size = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    measurements = {
        "nodes": lambda: compiling(moons_loss(size)),
        "sum": lambda: compiling(plain_sum(size)),
        "chain": lambda: compiling(chain(size)),
        "wide": lambda: first_step(size),
        "link": linking,
        "build": building,
        "call": calling,
        "fresh": looking,
    }
    print(json.dumps(measurements[what]()))


if __name__ == "__main__":
    main()
