"""What does the library compute, to the last bit?  Writes digest.json, with which `test_digest` compares.

It uses public names only, so that it outlives a move of the modules.  After a change that is meant to alter a result,
write the file again, and say in the commit which entries changed and why:

    python tests/trust/digest.py
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import hashlib
import json
import platform
import random
import tempfile
from pathlib import Path
from typing import Any

import autograd
import nn
from autograd import Value

FILE = Path(__file__).parent / "digest.json"
FUNCTIONS = (
    "absolute", "arctan", "cos", "cosh", "elu", "exp", "expm1", "gelu", "leaky_relu", "negative", "relu", "selu",
    "sigmoid", "silu", "sin", "sinh", "softplus", "tan", "tanh",
)  # fmt: skip


def random_graph(seed: int, size: int = 40) -> tuple[list[Value], Value]:
    """Leaves and an output: operators, functions and shared operands in an order that depends on the seed alone."""
    source = random.Random(seed)
    leaves = [Value(source.uniform(-1.0, 1.0), label=f"x{n}") for n in range(4)]
    nodes: list[Value] = list(leaves)
    for _ in range(size):
        x, y = source.choice(nodes), source.choice(nodes)
        kind = source.randrange(8)
        if kind < 3:
            nodes.append(getattr(autograd, source.choice(FUNCTIONS))(x) * 0.5)
        elif kind < 5:
            nodes.append((x * y + source.uniform(-1.0, 1.0)) / (y * y + 1.5))
        elif kind == 5:
            nodes.append(autograd.dot(nodes[-3:], nodes[-3:][::-1], x).tanh())
        elif kind == 6:
            nodes.append(autograd.logsumexp(nodes[-3:]) - x.maximum(y))
        else:
            nodes.append(autograd.where(x > y, x, y * 0.5) ** 2)
    return leaves, autograd.mean(nodes[-6:])


def engine() -> dict[str, Any]:
    """Values, gradients and second derivatives of random graphs."""
    found = {}
    for seed in range(40):
        leaves, output = random_graph(seed)
        again = autograd.gradients(output, leaves, create_graph=True)
        second = autograd.gradients(autograd.sum(again), leaves)
        output.backward()
        found[f"graph {seed}"] = [output.data, *(x.grad for x in leaves), *(g.data for g in again), *second]
    return found


def views() -> dict[str, Any]:
    """What is shown of a graph: text, formulas, DOT, records and a page."""
    rows = [getattr(autograd, name) for name in FUNCTIONS] + [autograd.power, autograd.divide, autograd.maximum]
    found: dict[str, Any] = {"formulas": [str(autograd.formulas(row)) for row in rows]}
    for seed, size in ((1, 3), (2, 5), (3, 8)):
        leaves, output = random_graph(seed, size)
        found[f"explain {seed}"] = str(autograd.explain(output, leaves[0]))
        found[f"trace {seed}"] = autograd.trace(output).to_json()
        found[f"nudge {seed}"] = str(autograd.nudge(output, leaves[0], by=0.01))
        for fold in ("none", "neuron", "layer"):
            found[f"draw {seed} {fold}"] = autograd.draw(
                output, fold=fold, partials="formula" if fold == "none" else False
            ).dot
    model = nn.MLP(2, [3, 1], seed=1)
    found["draw a network"] = autograd.draw(model([1.0, 2.0]), names=model.named_parameters(), budget=5).dot
    found["source of multiply"] = autograd.source(autograd.multiply)
    return found


def training() -> dict[str, Any]:
    """Histories, and the bytes of checkpoints, of both engines."""
    found: dict[str, Any] = {}
    X, y = nn.make_moons(40, seed=2)
    for optimizer in ("sgd", "adam"):
        model = nn.MLP(2, [5, 1], "gelu", seed=3)
        history = nn.fit(
            model, X, y, loss="binary_cross_entropy_with_logits", optimizer=optimizer, epochs=4, batch_size=7, seed=1,
            progress=False, validation=0.2, engine="eager",
        )  # fmt: skip
        path = Path(tempfile.mkdtemp()) / "model.json"
        nn.save(model, path)
        found[optimizer] = [history["loss"], history["validation_loss"], path.read_text(encoding="utf-8")]
    return found


def compiled() -> dict[str, list[float]]:
    """Values and gradients of compiled programs; the last bits depend on the processor and on NumPy."""
    import numpy as np

    found = {}
    for backend in ("numpy", "c"):
        for seed in range(12):
            leaves, output = random_graph(seed)
            value, gradient = autograd.compile(output, leaves, backend=backend).value_and_grad()
            found[f"graph {seed} {backend}"] = [float(value), *map(float, gradient)]
        model = nn.MLP(3, [6, 6, 3], "tanh", seed=4)
        source = np.random.default_rng(5)
        X, y = source.normal(size=(33, 3)), source.integers(0, 3, size=33)
        program = autograd.compile(
            lambda x, t, model=model: nn.cross_entropy(model(x), t), model.parameters(), batched=True, backend=backend
        )
        value, gradient = program.value_and_grad(X, y)
        found[f"network {backend}"] = [float(value), *map(float, gradient)]
    return found


def machine() -> str:
    """What the last bits of a compiled program depend on besides the program."""
    import numpy as np

    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {hashlib.sha256(flags.encode()).hexdigest()[:8]} NumPy {np.__version__}"


def digest(found: Any) -> str:
    """Sixteen digits for any nested lists, texts and floats: equal for equal bits only."""
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def record() -> dict[str, Any]:
    """Everything that the file holds."""
    parts = {"engine": engine(), "views": views(), "training": training()}
    return {
        **{part: {name: digest(found) for name, found in results.items()} for part, results in parts.items()},
        "machine": machine(),
        "compiled": {name: [number.hex() for number in numbers] for name, numbers in compiled().items()},
    }


if __name__ == "__main__":
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    now = record()
    FILE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    for part in ("engine", "views", "training", "compiled"):
        changed = [name for name, found in now[part].items() if before.get(part, {}).get(name) != found]
        print(f"{part}: {len(changed)} of {len(now[part])} changed:", *changed[:8])
