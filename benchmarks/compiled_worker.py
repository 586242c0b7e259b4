"""One engine and one work in a process of its own: takes training steps each time it is told to.

Started by compiled.py as `python compiled_worker.py ENGINE WORK SECONDS`.  Each line on standard input is answered by
a line of JSON: the processor's seconds a step, and the loss.  The first answer has the seconds until the first steps
were done (imports are not counted, the C compiler is, and finds no loops that were compiled before), and the losses of
three steps, which must be the same for every engine.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

from compiled_works import WORKS, Work, perceptron  # noqa: E402

Step = Callable[[], float]


def ours(backend: str) -> Callable[[Work], Step]:
    def make(work: Work) -> Step:
        import numpy as np

        import autograd
        from autograd import Value

        parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
        flat = [v for rows in parameters.values() for row in rows for v in row]
        if work.whole:
            program = autograd.compile(lambda: work.scalar(parameters), flat, backend=backend)
            bound = program.bind()
        else:
            program = autograd.compile(lambda x, t: work.scalar(parameters, x, t), flat, batched=True, backend=backend)
            bound = program.bind(np.array(work.X), np.array(work.y))

        def step() -> float:
            loss, gradient = bound.value_and_grad()
            gradient *= work.rate
            program.theta -= gradient
            return loss

        return step

    return make


def by_hand(work: Work) -> Step:
    """NumPy as an expert writes it: everything in place, no allocation in the loop."""
    import numpy as np

    sizes, layers = work.sizes, len(work.sizes) - 1
    W = [np.array(work.parameters[f"W{n}"]) for n in range(layers)]
    b = [np.array(work.parameters[f"b{n}"][0]) for n in range(layers)]
    X, t, n = np.array(work.X), np.array(work.y), len(work.X)
    H = [np.zeros((n, size)) for size in sizes[1:]]
    D = [np.zeros((n, size)) for size in sizes[1:]]
    mask = [np.zeros((n, size), bool) for size in sizes[1:]]
    dW, db = [np.zeros_like(w) for w in W], [np.zeros_like(v) for v in b]
    hinge, rows = t.dtype.kind == "f", np.arange(n)

    def step() -> float:
        h = X
        for i in range(layers):
            np.matmul(h, W[i].T, out=H[i])
            np.add(H[i], b[i], out=H[i])
            if i < layers - 1:
                (np.maximum(H[i], 0.0, out=H[i]) if hinge else np.tanh(H[i], out=H[i]))
            h = H[i]
        if hinge:
            margins = 1.0 - t * h[:, 0]
            active = margins > 0.0
            loss = float(margins[active].sum()) / n
            np.multiply(active, t * (-1.0 / n), out=D[-1][:, 0])
        else:
            d = D[-1]
            np.subtract(h, h.max(axis=1, keepdims=True), out=d)
            chosen = d[rows, t]
            np.exp(d, out=d)
            total = d.sum(axis=1, keepdims=True)
            loss = float((np.log(total[:, 0]) - chosen).sum()) / n
            d /= total
            d[rows, t] -= 1.0
            d *= 1.0 / n
        for i in reversed(range(layers)):
            np.matmul(D[i].T, H[i - 1] if i else X, out=dW[i])
            np.sum(D[i], axis=0, out=db[i])
            if i:
                np.matmul(D[i], W[i], out=D[i - 1])
                if hinge:
                    np.greater(H[i - 1], 0.0, out=mask[i - 1])
                    np.multiply(D[i - 1], mask[i - 1], out=D[i - 1])
                else:
                    np.multiply(H[i - 1], H[i - 1], out=H[i - 1])
                    np.subtract(1.0, H[i - 1], out=H[i - 1])
                    np.multiply(D[i - 1], H[i - 1], out=D[i - 1])
        for parameter, gradient in zip([*W, *b], [*dW, *db], strict=True):
            gradient *= work.rate
            parameter -= gradient
        return loss

    return step


def jax_step(work: Work) -> Step:
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.scipy.special import logsumexp

    jax.config.update("jax_enable_x64", True)

    class Functions:
        tanh, sqrt, relu, constant, indices = jnp.tanh, jnp.sqrt, jax.nn.relu, jnp.array, jnp.array
        exp, log, softplus = jnp.exp, jnp.log, jax.nn.softplus
        softmax = staticmethod(lambda x: jax.nn.softmax(x, axis=-1))
        logsumexp = staticmethod(lambda x: logsumexp(x, axis=-1))
        cumsum = staticmethod(lambda x: jnp.cumsum(x, axis=-1))

        @staticmethod
        def scan(step: Any, state: Any, rows: Any) -> Any:
            return jax.lax.scan(lambda state, row: (step(state, row), None), state, rows)[0]

        @staticmethod
        def cross_entropy(x: Any, t: Any) -> Any:
            return (logsumexp(x, axis=-1) - x[jnp.arange(len(x)), t]).mean()

    X, y = jnp.array(np.array(work.X)), jnp.array(np.array(work.y))
    state = [{name: jnp.array(rows) for name, rows in work.parameters.items()}]

    @jax.jit
    def whole(p: Any, X: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(lambda p: work.array(Functions, p, X, y))(p)
        return loss, jax.tree.map(lambda a, g: a - work.rate * g, p, gradient)

    def step() -> float:
        loss, state[0] = whole(state[0], X, y)
        jax.block_until_ready(state[0])
        return float(loss)

    return step


def torch_step(work: Work) -> Step:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)

    class Functions:
        tanh, sqrt, relu, constant, indices = torch.tanh, torch.sqrt, torch.relu, torch.tensor, torch.tensor
        exp, log, softplus = torch.exp, torch.log, torch.nn.functional.softplus
        softmax = staticmethod(lambda x: torch.softmax(x, -1))
        logsumexp = staticmethod(lambda x: torch.logsumexp(x, -1))
        cumsum = staticmethod(lambda x: torch.cumsum(x, -1))

        @staticmethod
        def scan(step: Any, state: Any, rows: Any) -> Any:
            for row in rows:
                state = step(state, row)
            return state

        cross_entropy = staticmethod(torch.nn.functional.cross_entropy)

    X, y = torch.tensor(work.X), torch.tensor(work.y)
    parameters = {name: torch.tensor(rows, requires_grad=True) for name, rows in work.parameters.items()}

    def step() -> float:
        loss = work.array(Functions, parameters, X, y)
        gradients = torch.autograd.grad(loss, list(parameters.values()))
        with torch.no_grad():
            for parameter, gradient in zip(parameters.values(), gradients, strict=True):
                parameter -= work.rate * gradient
        return float(loss.detach())

    return step


def casadi_step(work: Work) -> Step:
    """Scalar expressions (SX) of one sample, mapped over all of them, in CasADi's virtual machine."""
    import casadi

    names = [name for name, rows in work.parameters.items() for _ in rows for _ in rows[0]]
    symbols = casadi.SX.sym("theta", len(names))
    matrices, at = {}, 0
    for name, rows in work.parameters.items():
        size = len(rows) * len(rows[0])
        matrices[name] = casadi.reshape(symbols[at : at + size], len(rows[0]), len(rows)).T
        at += size
    inputs, target = casadi.SX.sym("x", work.sizes[0]), casadi.SX.sym("t")
    h, layers = inputs, len(work.sizes) - 1
    for n in range(layers):
        h = matrices[f"W{n}"] @ h + matrices[f"b{n}"].T
        h = casadi.fmax(h, 0) if n < layers - 1 else h
    loss = casadi.fmax(1 - target * h[0], 0)
    one = casadi.Function("one", [symbols, inputs, target], [loss, casadi.gradient(loss, symbols)])
    theta = casadi.MX.sym("theta", len(names))
    losses, gradients = one.map(len(work.X))(theta, casadi.DM(work.X).T, casadi.DM(work.y).T)
    n = len(work.X)
    whole = casadi.Function("step", [theta], [casadi.sum2(losses) / n, theta - work.rate / n * casadi.sum2(gradients)])
    state = [casadi.DM([v for rows in work.parameters.values() for row in rows for v in row])]

    def step() -> float:
        loss, state[0] = whole(state[0])
        return float(loss)

    return step


def micrograd_step(work: Work) -> Step:
    """micrograd as its users run it, with the same network and the same loss."""
    from micrograd.engine import Value

    parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
    flat = [v for rows in parameters.values() for row in rows for v in row]
    layers = len(work.sizes) - 1

    def one(x: Any, t: float) -> Any:
        for n in range(layers):
            x = [
                sum((w * v for w, v in zip(row, x, strict=True)), b)
                for row, b in zip(parameters[f"W{n}"], parameters[f"b{n}"][0], strict=True)
            ]
            x = [v.relu() for v in x] if n < layers - 1 else x
        return (1.0 + -t * x[0]).relu()

    def step() -> float:
        loss = sum(one(x, t) for x, t in zip(work.X, work.y, strict=True)) * (1.0 / len(work.X))
        for v in flat:
            v.grad = 0
        loss.backward()
        for v in flat:
            v.data -= work.rate * v.grad
        return float(loss.data)

    return step


def eager(work: Work) -> Step:
    from autograd import Value

    parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
    flat = [v for rows in parameters.values() for row in rows for v in row]

    def step() -> float:
        losses = [work.scalar(parameters, x, t) for x, t in zip(work.X, work.y, strict=True)]
        loss = work.scalar(parameters) if work.whole else sum(losses) * (1.0 / len(losses))
        for v in flat:
            v.zero_grad()
        loss.backward()
        for v in flat:
            v.data -= work.rate * v.grad
        return float(loss.data)

    return step


ENGINES = {
    "c": ours("c"),
    "numpy": ours("numpy"),
    "by hand": by_hand,
    "jax": jax_step,
    "torch": torch_step,
    "casadi": casadi_step,
    "micrograd": micrograd_step,
    "eager": eager,
}


def work_named(name: str) -> Work:
    if name in WORKS:
        return WORKS[name]()
    kind, width, samples = name.split(":")  # growth: "width:64:1000"
    assert kind == "width"
    return perceptron([2, int(width), int(width), 1], int(samples), "moons")


def load(engine: str) -> None:
    """Import what the engine needs, so that the first step does not count it."""
    if engine == "jax":
        import jax.scipy.special

        jax.numpy.zeros(1).block_until_ready()
    elif engine in ("torch", "casadi"):
        importlib.import_module(engine)
    elif engine in ("c", "numpy"):
        import autograd

        autograd.compile(lambda x: x * x, batched=True, backend=engine)([1.0])
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()  # the runtime is loaded; loops are compiled again
        atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"])


def seconds_used() -> float:
    """Of the processor, by this process and those that it has started."""
    return sum(os.times()[:4])


def main() -> None:
    engine, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    if engine == "peak":
        import numpy as np

        A, B, C = (np.ones((384, 384)) for _ in range(3))
        step: Step = lambda: float(np.matmul(A, B, out=C)[0, 0])  # noqa: E731
        answer: dict[str, Any] = {"flops": 2 * 384**3}
    else:
        load(engine)
        began = time.process_time()
        work = work_named(name)
        loaded, used = time.process_time(), seconds_used()
        step = ENGINES[engine](work)
        losses = [step() for _ in range(3)]
        answer = {"first": seconds_used() - used, "losses": losses, "made": loaded - began}
    count = 1
    for _ in sys.stdin:
        while True:
            began = time.process_time()
            for _ in range(count):
                loss = step()
            taken = time.process_time() - began
            if taken >= seconds or count >= 100_000:
                break
            count *= 2
        print(json.dumps({"seconds": taken / count, "loss": loss, **answer}), flush=True)


if __name__ == "__main__":
    main()
