"""What do the compiled programs compute?  The same training steps as scalar code on Values, and as array code.

Each work has the same parameters and data for every engine, made from one seed with the standard library, so that it
runs in an interpreter without chalkgrad, too.  The scalar code is what a learner writes: loops, lists, comprehensions.
The array code is written once, for JAX and PyTorch, in the methods that their arrays share.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Matrix = list[list[float]]
RATE = 0.01


def matrix(source: random.Random, rows: int, columns: int, size: float | None = None) -> Matrix:
    scale = 1.0 / math.sqrt(columns) if size is None else size
    return [[source.gauss(0.0, scale) for _ in range(columns)] for _ in range(rows)]


class Work:
    """Parameters (matrices by name), data (one entry a sample), and the loss in both kinds of code."""

    def __init__(self, parameters: dict[str, Matrix], X: list[Any], y: list[Any], scalar: Any, array: Any) -> None:
        self.parameters, self.X, self.y, self.scalar, self.array = parameters, X, y, scalar, array
        self.sizes: list[int] = []
        self.whole = False
        """Whether the scalar code is for all data at once, not for one sample."""
        self.rate = RATE
        """The learning rate."""

    def slowly(self) -> Work:
        """The same work with steps so short that it stays what it is for a million of them."""
        self.rate = 1e-9
        return self


# ------------------------------------------------------------------------------------------------------ perceptrons


def perceptron(sizes: list[int], samples: int, kind: str) -> Work:
    """A multi-layer perceptron: "moons" with relu and the hinge loss, "digits" with tanh and cross-entropy."""
    source = random.Random(1)
    parameters = {}
    for n, (inputs, outputs) in enumerate(pairwise(sizes)):
        parameters[f"W{n}"] = matrix(source, outputs, inputs)
        parameters[f"b{n}"] = [[source.gauss(0.0, 0.1) for _ in range(outputs)]]
    X = [[source.uniform(-1, 1) for _ in range(sizes[0])] for _ in range(samples)]
    y = [source.choice([-1.0, 1.0]) if kind == "moons" else source.randrange(sizes[-1]) for _ in range(samples)]
    layers = len(sizes) - 1

    def scalar(p: Any, x: Any, t: Any) -> Any:
        from autograd import cross_entropy, dot, relu, tanh

        for n in range(layers):
            x = [dot(row, x, start=b) for row, b in zip(p[f"W{n}"], p[f"b{n}"][0], strict=True)]
            if n < layers - 1:
                x = [relu(v) if kind == "moons" else tanh(v) for v in x]
        return relu(1.0 - t * x[0]) if kind == "moons" else cross_entropy(x, t)

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        for n in range(layers):
            x = x @ p[f"W{n}"].T + p[f"b{n}"]
            if n < layers - 1:
                x = xp.relu(x) if kind == "moons" else xp.tanh(x)
        return xp.relu(1.0 - t * x[:, 0]).mean() if kind == "moons" else xp.cross_entropy(x, t)

    work = Work(parameters, X, y, scalar, array)
    work.sizes = sizes
    return work


# -------------------------------------------------------------------------------------------- a residual perceptron


def residual(samples: int) -> Work:
    """16 inputs, two blocks 32-64-32 with layer normalisation and gelu (by tanh), 10 classes."""
    source = random.Random(2)
    parameters = {"in": matrix(source, 32, 16), "out": matrix(source, 10, 32)}
    for block in range(2):
        parameters |= {f"up{block}": matrix(source, 64, 32), f"down{block}": matrix(source, 32, 64)}
    X = [[source.gauss(0, 1) for _ in range(16)] for _ in range(samples)]
    y = [source.randrange(10) for _ in range(samples)]
    root = math.sqrt(2 / math.pi)

    def scalar(p: Any, x: Any, t: Any) -> Any:
        from autograd import cross_entropy, dot, sqrt, tanh

        def linear(W: Any, x: Any) -> Any:
            return [dot(row, x) for row in W]

        def normalised(x: Any) -> Any:
            centre = sum(x) / len(x)
            centred = [v - centre for v in x]
            deviation = sqrt(sum(v * v for v in centred) / len(x) + 1e-5)
            return [v / deviation for v in centred]

        def gelu(v: Any) -> Any:
            return 0.5 * v * (1.0 + tanh(root * (v + 0.044715 * v * v * v)))

        x = linear(p["in"], x)
        for block in range(2):
            inner = [gelu(v) for v in linear(p[f"up{block}"], normalised(x))]
            x = [a + b for a, b in zip(x, linear(p[f"down{block}"], inner), strict=True)]
        return cross_entropy(linear(p["out"], x), t)

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        x = x @ p["in"].T
        for block in range(2):
            centred = x - x.mean(-1)[..., None]
            inner = centred / xp.sqrt((centred * centred).mean(-1) + 1e-5)[..., None] @ p[f"up{block}"].T
            inner = 0.5 * inner * (1.0 + xp.tanh(root * (inner + 0.044715 * inner * inner * inner)))
            x = x + inner @ p[f"down{block}"].T
        return xp.cross_entropy(x @ p["out"].T, t)

    return Work(parameters, X, y, scalar, array)


# ------------------------------------------------------------------------------------------------------- attention


def attention(samples: int) -> Work:
    """6 tokens of 16 numbers, 2 heads, a perceptron of width 32, residuals, the mean over tokens, 10 classes."""
    tokens, width, heads = 6, 16, 2
    size = width // heads
    source = random.Random(3)
    parameters = {name: matrix(source, width, width) for name in ("q", "k", "v", "o")}
    parameters |= {"up": matrix(source, 32, width), "down": matrix(source, width, 32), "out": matrix(source, 10, width)}
    X = [[[source.gauss(0, 1) for _ in range(width)] for _ in range(tokens)] for _ in range(samples)]
    y = [source.randrange(10) for _ in range(samples)]

    def scalar(p: Any, x: Any, t: Any) -> Any:
        from autograd import cross_entropy, dot, relu, softmax

        def linear(W: Any, x: Any) -> Any:
            return [dot(row, x) for row in W]

        q, k, v = ([linear(p[name], token) for token in x] for name in "qkv")
        mixed: list[Any] = [[] for _ in x]
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            for i in range(tokens):
                weights = softmax([dot(q[i][part], k[j][part]) / math.sqrt(size) for j in range(tokens)])
                mixed[i] += [dot(weights, [v[j][part][c] for j in range(tokens)]) for c in range(size)]
        x = [[a + b for a, b in zip(old, linear(p["o"], new), strict=True)] for old, new in zip(x, mixed, strict=True)]
        inner = [[relu(h) for h in linear(p["up"], token)] for token in x]
        x = [[a + b for a, b in zip(old, linear(p["down"], h), strict=True)] for old, h in zip(x, inner, strict=True)]
        return cross_entropy(linear(p["out"], [sum(column) / tokens for column in zip(*x, strict=True)]), t)

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        def split(a: Any) -> Any:
            return a.reshape(-1, tokens, heads, size).swapaxes(1, 2)

        q, k, v = (split(x @ p[name].T) for name in "qkv")
        mixed = (xp.softmax(q @ k.swapaxes(-1, -2) / math.sqrt(size)) @ v).swapaxes(1, 2).reshape(-1, tokens, width)
        x = x + mixed @ p["o"].T
        x = x + xp.relu(x @ p["up"].T) @ p["down"].T
        return xp.cross_entropy(x.mean(1) @ p["out"].T, t)

    return Work(parameters, X, y, scalar, array)


# -------------------------------------------------------------------------------------------------------- microgpt


def microgpt() -> Work:
    """One step of a transformer on one text of 10 letters: scalar loops, keys and values kept as it goes along."""
    width, heads, positions, letters = 16, 4, 9, 27
    size = width // heads
    source = random.Random(4)
    shapes = {"token": (letters, width), "position": (16, width), "up": (4 * width, width), "down": (width, 4 * width)}
    shapes |= dict.fromkeys(("q", "k", "v", "o"), (width, width)) | {"out": (letters, width)}
    parameters = {name: matrix(source, *shape, size=0.08) for name, shape in shapes.items()}
    text = [source.randrange(letters) for _ in range(positions + 1)]

    def linear(W: Any, x: Any) -> Any:
        return [sum(w * v for w, v in zip(row, x, strict=True)) for row in W]

    def softmax(logits: Any) -> Any:
        powers = [v.exp() for v in logits]
        total = sum(powers)
        return [v / total for v in powers]

    def normalised(x: Any) -> Any:
        scale = (sum(v * v for v in x) / len(x) + 1e-5) ** -0.5
        return [v * scale for v in x]

    def scalar(p: Any) -> Any:
        keys: list[Any] = []
        values: list[Any] = []
        losses = []
        for position in range(positions):
            x = [a + b for a, b in zip(p["token"][text[position]], p["position"][position], strict=True)]
            x = normalised(x)
            before, x = x, normalised(x)
            q = linear(p["q"], x)
            keys.append(linear(p["k"], x))
            values.append(linear(p["v"], x))
            mixed = []
            for head in range(heads):
                part = slice(head * size, (head + 1) * size)
                scores = [sum(a * b for a, b in zip(q[part], k[part], strict=True)) / size**0.5 for k in keys]
                weights = softmax(scores)
                mixed += [sum(w * v[part][c] for w, v in zip(weights, values, strict=True)) for c in range(size)]
            x = [a + b for a, b in zip(linear(p["o"], mixed), before, strict=True)]
            inner = [v.relu() for v in linear(p["up"], normalised(x))]
            x = [a + b for a, b in zip(linear(p["down"], inner), x, strict=True)]
            losses.append(-softmax(linear(p["out"], x))[text[position + 1]].log())
        return sum(losses) * (1.0 / positions)

    def array(xp: Any, p: Any, _x: Any, _t: Any) -> Any:
        def normal(x: Any) -> Any:
            return x * ((x * x).mean(-1) + 1e-5)[..., None] ** -0.5

        def split(a: Any) -> Any:
            return a.reshape(positions, heads, size).swapaxes(0, 1)

        x = normal(p["token"][xp.indices(text[:-1])] + p["position"][:positions])
        before, x = x, normal(x)
        q, k, v = (split(x @ p[name].T) for name in "qkv")
        scores = q @ k.swapaxes(-1, -2) / size**0.5 + xp.constant(
            [[0.0 if j <= i else -1e300 for j in range(positions)] for i in range(positions)]
        )
        x = (xp.softmax(scores) @ v).swapaxes(0, 1).reshape(positions, width) @ p["o"].T + before
        x = xp.relu(normal(x) @ p["up"].T) @ p["down"].T + x
        return xp.cross_entropy(x @ p["out"].T, xp.indices(text[1:]))

    work = Work(parameters, [], [], scalar, array)
    work.whole = True
    return work


# ------------------------------------------------------------------------------------- programs that are no perceptrons


def asian_option(paths: int) -> Work:
    """The price of an average-price call on a stock: 252 daily steps of geometric Brownian motion a path."""
    days, strike, source = 252, 100.0, random.Random(5)
    parameters = {"market": [[100.0, 0.03, 0.2]]}  # price today, interest rate, volatility
    X = [[source.gauss(0, 1) for _ in range(days)] for _ in range(paths)]

    def steps(p: Any) -> tuple[Any, Any, Any, Any]:
        price, rate, volatility = p["market"][0]
        return price, rate, (rate - 0.5 * volatility * volatility) / days, volatility / math.sqrt(days)

    def scalar(p: Any, x: Any, _t: Any) -> Any:
        from autograd import exp, relu

        price, rate, drift, size = steps(p)
        total = 0.0
        for shock in x:
            price = price * exp(drift + size * shock)
            total = total + price
        return exp(-rate) * relu(total / days - strike)

    def array(xp: Any, p: Any, x: Any, _t: Any) -> Any:
        price, rate, drift, size = steps(p)
        prices = price * xp.exp(xp.cumsum(drift + size * x))
        return (xp.exp(-rate) * xp.relu(prices.mean(-1) - strike)).mean()

    return Work(parameters, X, [0.0] * paths, scalar, array).slowly()


def recurrent(samples: int) -> Work:
    """A recurrent network with 16 hidden units reads 20 numbers, and predicts one."""
    width, length, source = 16, 20, random.Random(6)
    parameters = {"hidden": matrix(source, width, width), "in": matrix(source, 1, width, 0.5)}
    parameters |= {"bias": matrix(source, 1, width, 0.1), "out": matrix(source, 1, width)}
    X = [[source.gauss(0, 1) for _ in range(length)] for _ in range(samples)]
    y = [source.gauss(0, 1) for _ in range(samples)]

    def scalar(p: Any, x: Any, t: Any) -> Any:
        from autograd import dot, tanh

        state = [0.0] * width
        for number in x:
            inputs = [w * number + b for w, b in zip(p["in"][0], p["bias"][0], strict=True)]
            state = [tanh(dot(row, state, start=i)) for row, i in zip(p["hidden"], inputs, strict=True)]
        return (dot(p["out"][0], state) - t) ** 2

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        def step(state: Any, number: Any) -> Any:
            return xp.tanh(state @ p["hidden"].T + (number[:, None] * p["in"] + p["bias"]))

        state = xp.constant([[0.0] * width] * samples)
        for number in x.T:  # JAX runs it 2.5 times as fast as a scan
            state = step(state, number)
        return ((state @ p["out"][0] - t) ** 2).mean()

    return Work(parameters, X, y, scalar, array).slowly()


def lotka_volterra(samples: int) -> Work:
    """Hares and foxes: 100 Runge-Kutta steps from the observed start; the squared error at the observed end."""
    steps, h, source = 100, 0.05, random.Random(7)
    parameters = {"rates": [[1.1, 0.4, 0.1, 0.4]]}
    X = [[source.uniform(5, 15), source.uniform(3, 8)] for _ in range(samples)]
    y = [[source.uniform(1, 20), source.uniform(1, 10)] for _ in range(samples)]

    def step(p: Any, hares: Any, foxes: Any) -> tuple[Any, Any]:
        born, eaten, fed, starved = p["rates"][0]

        def growth(x: Any, y: Any) -> tuple[Any, Any]:
            return x * (born - eaten * y), y * (fed * x - starved)

        a, b = growth(hares, foxes)
        c, d = growth(hares + 0.5 * h * a, foxes + 0.5 * h * b)
        e, f = growth(hares + 0.5 * h * c, foxes + 0.5 * h * d)
        g, i = growth(hares + h * e, foxes + h * f)
        return hares + h / 6 * (a + 2 * c + 2 * e + g), foxes + h / 6 * (b + 2 * d + 2 * f + i)

    def scalar(p: Any, x: Any, t: Any) -> Any:
        hares, foxes = x
        for _ in range(steps):
            hares, foxes = step(p, hares, foxes)
        return (hares - t[0]) ** 2 + (foxes - t[1]) ** 2

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        hares, foxes = xp.scan(lambda state, _: step(p, *state), (x[:, 0], x[:, 1]), xp.constant([0.0] * steps))
        return ((hares - t[:, 0]) ** 2 + (foxes - t[:, 1]) ** 2).mean()

    return Work(parameters, X, y, scalar, array).slowly()


def mixture(samples: int) -> Work:
    """The negative log-likelihood of 8 Gaussians in the plane, each with two means and two scales."""
    size, source = 8, random.Random(8)
    parameters = {"weights": matrix(source, 1, size, 0.5)}
    parameters |= {name: matrix(source, size, 2, 1.0) for name in ("means", "scales")}
    X = [[source.gauss(0, 2), source.gauss(0, 2)] for _ in range(samples)]

    def scalar(p: Any, x: Any, _t: Any) -> Any:
        from autograd import exp, logsumexp

        terms = []
        for weight, means, scales in zip(p["weights"][0], p["means"], p["scales"], strict=True):
            squares = [((v - mean) * exp(-scale)) ** 2 for v, mean, scale in zip(x, means, scales, strict=True)]
            terms.append(weight - 0.5 * sum(squares) - sum(scales) - math.log(2 * math.pi))
        return logsumexp(p["weights"][0]) - logsumexp(terms)

    def array(xp: Any, p: Any, x: Any, _t: Any) -> Any:
        squares = (((x[:, None, :] - p["means"]) * xp.exp(-p["scales"])) ** 2).sum(-1)
        terms = p["weights"] - 0.5 * squares - p["scales"].sum(-1) - math.log(2 * math.pi)
        return (xp.logsumexp(p["weights"]) - xp.logsumexp(terms)).mean()

    return Work(parameters, X, [0.0] * samples, scalar, array).slowly()


def kalman_filter(samples: int) -> Work:
    """The negative log-likelihood of series of 200 noisy observations of a level that drifts."""
    length, source = 200, random.Random(9)
    parameters = {"model": [[0.95, -1.0, -0.5]]}  # persistence, and the logarithms of the two variances
    X = [[source.gauss(0, 1) for _ in range(length)] for _ in range(samples)]

    def step(level: Any, variance: Any, keeps: Any, drift: Any, noise: Any, seen: Any, log: Any) -> tuple[Any, ...]:
        level, variance = keeps * level, keeps * keeps * variance + drift
        total = variance + noise
        gain, error = variance / total, seen - level
        return level + gain * error, (1.0 - gain) * variance, 0.5 * (log(total) + error * error / total)

    def scalar(p: Any, x: Any, _t: Any) -> Any:
        from autograd import exp, log

        keeps, drift, noise = p["model"][0]
        drift, noise, level, variance, loss = exp(drift), exp(noise), 0.0, 1.0, 0.0
        for seen in x:
            level, variance, part = step(level, variance, keeps, drift, noise, seen, log)
            loss = loss + part
        return loss

    def array(xp: Any, p: Any, x: Any, _t: Any) -> Any:
        keeps, drift, noise = p["model"][0]
        drift, noise = xp.exp(drift), xp.exp(noise)

        def add(state: Any, seen: Any) -> Any:
            level, variance, part = step(*state[:2], keeps, drift, noise, seen, xp.log)
            return level, variance, state[2] + part

        zero = 0.0 * x[:, 0]
        return xp.scan(add, (zero, xp.constant(1.0), zero), x.T)[2].mean()

    return Work(parameters, X, [0.0] * samples, scalar, array).slowly()


def logistic_regression(features: int, samples: int) -> Work:
    """One output, and the logarithm of the probability of the right label."""
    source = random.Random(10)
    parameters = {"w": matrix(source, 1, features), "b": [[0.1]]}
    X = [[source.uniform(-1, 1) for _ in range(features)] for _ in range(samples)]
    y = [source.choice([-1.0, 1.0]) for _ in range(samples)]

    def scalar(p: Any, x: Any, t: Any) -> Any:
        from autograd import dot, softplus

        return softplus(-t * dot(p["w"][0], x, start=p["b"][0][0]))

    def array(xp: Any, p: Any, x: Any, t: Any) -> Any:
        return xp.softplus(-t * (x @ p["w"][0] + p["b"][0, 0])).mean()

    return Work(parameters, X, y, scalar, array).slowly()


WORKS: dict[str, Callable[[], Work]] = {
    "moons 100": lambda: perceptron([2, 16, 16, 1], 100, "moons"),
    "moons 1,000": lambda: perceptron([2, 16, 16, 1], 1_000, "moons"),
    "moons 10,000": lambda: perceptron([2, 16, 16, 1], 10_000, "moons"),
    "digits 100": lambda: perceptron([64, 32, 10], 100, "digits"),
    "digits 1,797": lambda: perceptron([64, 32, 10], 1_797, "digits"),
    "residual 100": lambda: residual(100),
    "residual 1,000": lambda: residual(1_000),
    "attention 100": lambda: attention(100),
    "attention 1,000": lambda: attention(1_000),
    "microgpt": microgpt,
    "Asian option 2,000": lambda: asian_option(2_000),
    "Asian option 10,000": lambda: asian_option(10_000),
    "recurrent 200": lambda: recurrent(200),
    "Lotka-Volterra 64": lambda: lotka_volterra(64),
    "mixture 2,000": lambda: mixture(2_000),
    "Kalman 50": lambda: kalman_filter(50),
    "logistic 1,797": lambda: logistic_regression(64, 1_797),
}
