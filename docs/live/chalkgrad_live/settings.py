"""What does a learner choose in the playground, and which program does that stand for?

The program is what the page shows, and what runs: `network` executes its definitions, and calls its `step`. Read next:
`presets`, `network`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import nn

DATA = {
    "moons": "nn.make_moons({samples}, noise={noise}, seed={seed})",
    "circles": "nn.make_circles({samples}, noise={noise}, seed={seed})",
    "spiral": "nn.make_spiral({samples}, noise={noise}, seed={seed})",
    "xor": "nn.make_xor({samples}, noise={noise}, seed={seed})",
    "blobs": "nn.make_blobs({samples}, noise={noise}, classes=2, seed={seed})",
    "stretched blobs": "nn.make_blobs({samples}, noise={noise}, classes=2, seed={seed})",
    "own points": "{points}",
}
"""The data sets, and the expression that makes each."""
STRETCH = "X = [[a, 20.0 * b] for a, b in X]\n"
LOSSES = ("binary_cross_entropy_with_logits", "hinge", "mean_squared_error")
OPTIMIZERS = {
    "SGD": "nn.SGD(model, {learning_rate}, momentum={momentum})",
    "Adam": "nn.Adam(model, {learning_rate})",
    "AdamW": "nn.AdamW(model, {learning_rate})",
    "RMSProp": "nn.RMSProp(model, {learning_rate})",
    "AdaGrad": "nn.AdaGrad(model, {learning_rate})",
}
ACTIVATIONS = ("tanh", "relu", "sigmoid", "leaky_relu", "elu", "gelu", "silu", "softplus", "identity")
INITS = ("auto", "he", "xavier", "zeros")
LIMITS = {
    "samples": (4, 500), "noise": (0.0, 2.0), "learning_rate": (0.0, 1000.0), "momentum": (0.0, 0.999),
    "batch_size": (1, 500), "l2": (0.0, 10.0), "seed": (0, 999_999), "held": (0.0, 0.9),
}  # fmt: skip
"""The range of each number."""
MAX_LAYERS, MAX_WIDTH, MAX_POINTS = 12, 32, 200
REACH = 2.0
"""The plane for a learner's own points goes from -2 to 2 in both directions."""
Point = tuple[float, float, int]


@dataclass(frozen=True)
class Settings:
    """What is chosen on the page; a wrong choice raises ValueError with the name, the value and what is allowed.

    >>> Settings(widths=(3, 2)).model()
    "nn.MLP(2, [3, 2, 1], activation='tanh', init='auto', seed=1)"
    >>> Settings(samples=3)
    Traceback (most recent call last):
    ValueError: samples must be from 4 to 500, got 3
    """

    data: str = "moons"
    samples: int = 150
    noise: float = 0.1
    held: float = 0.3
    widths: tuple[int, ...] = (8, 8)
    activation: str = "tanh"
    init: str = "auto"
    loss: str = "binary_cross_entropy_with_logits"
    optimizer: str = "SGD"
    learning_rate: float = 0.3
    momentum: float = 0.0
    batch_size: int = 16
    l2: float = 0.0
    seed: int = 1
    points: tuple[Point, ...] = field(default=())

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r:.60}")
        for name, (low, high) in LIMITS.items():
            number, whole = getattr(self, name), isinstance(low, int)
            if isinstance(number, bool) or not isinstance(number, int if whole else (int, float)):
                raise ValueError(f"{name} must be a {'whole ' if whole else ''}number, got {number!r:.60}")
            if not low <= number <= high:
                raise ValueError(f"{name} must be from {low} to {high}, got {number!r:.60}")
        if len(self.widths) > MAX_LAYERS or not all(type(w) is int and 1 <= w <= MAX_WIDTH for w in self.widths):
            raise ValueError(f"layers: at most {MAX_LAYERS} widths from 1 to {MAX_WIDTH}, got {self.widths!r:.60}")
        if len(self.points) > MAX_POINTS:
            raise ValueError(f"points: at most {MAX_POINTS}")
        for x, y, label in self.points:
            if not (abs(x) <= REACH and abs(y) <= REACH and label in (0, 1)):
                limits = f"two numbers from {-REACH:g} to {REACH:g} and the class 0 or 1"
                raise ValueError(f"each of the points must be {limits}, got {x:.6g}, {y:.6g}, {label}")

    def source_of_data(self) -> str:
        """The expression that gives X and y."""
        points = f"{[[x, y] for x, y, _ in self.points]}, {[label for _, _, label in self.points]}"
        return DATA[self.data].format(samples=self.samples, noise=self.noise, seed=self.seed, points=points)

    def model(self) -> str:
        """The expression that gives the model."""
        widths = [*self.widths, 1]
        return f"nn.MLP(2, {widths}, activation={self.activation!r}, init={self.init!r}, seed={self.seed})"

    def loss_function(self) -> Callable[..., Any]:
        """The loss of predictions and targets."""
        found: Callable[..., Any] = getattr(nn, self.loss)
        return found

    def targets(self, labels: Sequence[int]) -> list[int]:
        """What the loss compares predictions with: the classes 0 and 1, or -1 and 1."""
        return list(labels) if self.loss == LOSSES[0] else [2 * label - 1 for label in labels]

    def definitions(self) -> str:
        """The program up to its loop."""
        splits = self.held and self.data != "own points"
        split = f"X, X_held, y, y_held = nn.train_test_split(X, y, test_size={self.held}, seed={self.seed})"
        target = "[2 * label - 1 for label in targets]" if self.loss != LOSSES[0] else "targets"
        penalty = f" + nn.l2_penalty(model, {self.l2})" if self.l2 else ""
        optimizer = OPTIMIZERS[self.optimizer].format(learning_rate=self.learning_rate, momentum=self.momentum)
        return (
            f"import nn\n\n"
            f"X, y = {self.source_of_data()}\n"
            f"{STRETCH if self.data == 'stretched blobs' else ''}"
            f"{split if splits else 'X_held, y_held = [], []'}\n"
            f"model = {self.model()}\n"
            f"optimizer = {optimizer}\n\n\n"
            f"def loss_of(samples, targets):\n"
            f"    return nn.{self.loss}([model(x) for x in samples], {target})\n\n\n"
            f"def step(samples, targets):\n"
            f"    model.zero_grad()\n"
            f"    loss = loss_of(samples, targets){penalty}\n"
            f"    loss.backward()\n"
            f"    optimizer.step()\n"
            f"    return loss.data\n"
        )

    def program(self) -> str:
        """The whole program, for copying."""
        return (
            f"{self.definitions()}\n\n"
            f"for epoch in range(40):\n"
            f"    for samples, targets in nn.batches(X, y, {self.batch_size}, seed=epoch):\n"
            f"        step(samples, targets)\n"
            f"    print(epoch + 1, loss_of(X, y).data)\n"
        )


CHOICES: dict[str, tuple[str, ...]] = {
    "data": tuple(DATA),
    "activation": ACTIVATIONS,
    "init": INITS,
    "loss": LOSSES,
    "optimizer": tuple(OPTIMIZERS),
}
"""What can be chosen from a list."""


def settings_from(given: dict[str, Any]) -> Settings:
    """The settings that a page sends.  Raises ValueError for unknown names and values of another kind.

    >>> settings_from({"widths": "3, 2", "seed": 4}).widths
    (3, 2)
    """
    known = {each.name for each in fields(Settings)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(unknown)[:60]}; there are: {', '.join(sorted(known))}")
    changed = dict(given)
    if "widths" in changed:
        text = str(changed["widths"])
        parts = [part for part in text.replace("[", " ").replace("]", " ").replace(",", " ").split() if part]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise ValueError(f"layers must be widths with commas between them, such as 8, 8; got {text!r:.60}")
        changed["widths"] = tuple(map(int, parts))
    if "points" in changed:
        changed["points"] = points_from(changed["points"])
    return replace(Settings(), **changed)


def points_from(given: Any) -> tuple[Point, ...]:
    """Points as a page sends them: x, y and the class of each.  Raises ValueError.

    >>> points_from([[1, 0.5, 1]])
    ((1.0, 0.5, 1),)
    """
    try:
        return tuple((round(float(x), 3), round(float(y), 3), int(label)) for x, y, label in given)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("each of the points must be two numbers and a class") from None
