"""Train a small network on two moons, and show what one step of training does.

Prints the first step in detail, trains with a progress bar, and saves the decision boundary and the loss curve as PNG.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nn
from chalkgrad.cli.arguments import seed_number
from chalkgrad.cli.first_step import take_first_step
from chalkgrad.cli.pictures import check_pictures, save_pictures
from nn.data import make_moons, train_test_split

SAMPLES = 400
EPOCHS = 25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the folder for the pictures, and the seed."""
    parser.add_argument(
        "--out", type=Path, default=Path("chalkgrad-demo"), help="folder for the pictures (%(default)s)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace pictures that exist")
    parser.add_argument("--seed", type=seed_number, default=0, help="for the data and the first weights (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Train, and report."""
    check_pictures(arguments.out, arguments.overwrite)
    X, y = make_moons(n_samples=SAMPLES, noise=0.1, seed=arguments.seed)
    X_train, X_held, y_train, y_held = train_test_split(X, y, test_size=0.25, seed=arguments.seed)
    model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=arguments.seed)
    optimizer = nn.SGD(model, learning_rate=0.1, momentum=0.9)
    print(f"Two moons: {len(X_train)} samples to learn from, {len(X_held)} held back.\n")
    print(take_first_step(model, X_train[0], y_train[0], optimizer))

    print(
        f"Now {EPOCHS} times over all samples, in batches of 20. With momentum, each step also keeps 0.9 of the last:"
    )
    loss = nn.binary_cross_entropy_with_logits
    history = nn.fit(
        model, X_train, y_train, loss=loss, optimizer=optimizer, epochs=EPOCHS, batch_size=20, seed=arguments.seed
    )
    for name, inputs, targets in (("training", X_train, y_train), ("held-back", X_held, y_held)):
        accuracy = nn.evaluate(model, inputs, targets, loss=loss)["accuracy"]
        print(f"accuracy on the {len(inputs)} {name} samples: {accuracy:.1%}")
    for path in save_pictures(arguments.out, history, model, X_held, y_held):
        print(f"saved {path}")
    return 0
