"""Train a network on a data set, and report how well it does on samples held back.

Without options, each data set trains with settings that work for it; `--epochs 5 --hidden 8` changes some of them.
A quarter of the samples is held back: it is not trained on, only measured at the end.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import nn
from chalkgrad.cli.arguments import positive_float, positive_int, seed_number
from chalkgrad.cli.commands import CommandError, check_targets
from chalkgrad.cli.datasets import RECIPES
from chalkgrad.cli.pictures import check_pictures, make_folder, save_pictures
from nn.data import standardize, train_test_split

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "mish",
               "softsign", "hardtanh")  # fmt: skip
OPTIMIZERS = {"sgd": nn.SGD, "adagrad": nn.AdaGrad, "rmsprop": nn.RMSProp, "adam": nn.Adam, "adamw": nn.AdamW}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data set and the settings, which default to those of its recipe."""
    parser.usage = "%(prog)s DATASET [--hidden WIDTH ...] [--epochs N] [other options]"
    summaries = "; ".join(f"{name}: {recipe.summary}" for name, recipe in RECIPES.items())
    parser.add_argument("dataset", choices=RECIPES, help=summaries)
    parser.add_argument(
        "--hidden",
        type=positive_int,
        nargs="+",
        metavar="WIDTH",
        help="neurons of each hidden layer (default: depends on the data set)",
    )
    parser.add_argument("--activation", choices=ACTIVATIONS, default="tanh", help="of the hidden layers (%(default)s)")
    parser.add_argument(
        "--optimizer", choices=OPTIMIZERS, default="adam", help="how steps are made from gradients (%(default)s)"
    )
    parser.add_argument(
        "--learning-rate",
        type=positive_float,
        metavar="RATE",
        help="how far each step goes (default: depends on the data set)",
    )
    parser.add_argument(
        "--epochs",
        type=positive_int,
        metavar="N",
        help="how often to go through the samples (default: depends on the data set)",
    )
    parser.add_argument(
        "--batch-size", type=positive_int, metavar="N", help="samples a step (default: depends on the data set)"
    )
    parser.add_argument(
        "--seed", type=seed_number, default=0, help="for the split, the weights and the order (%(default)s)"
    )
    parser.add_argument(
        "--engine",
        choices=["eager", "compiled", "auto"],
        default="auto",
        help="build a graph at each step, compile the model, or compile if it is worth it (%(default)s)",
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the trained model, for nn.load")
    parser.add_argument("--overwrite", action="store_true", help="replace the file of --save and the pictures of --out")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for pictures of the training")


def run(arguments: argparse.Namespace) -> int:
    """Train with the recipe's settings, save the requested files, and report."""
    recipe = RECIPES[arguments.dataset]
    X, y = recipe.load(arguments.seed)
    X_train, X_held, y_train, y_held = train_test_split(X, y, test_size=0.25, seed=arguments.seed)
    X_train, X_held = standardize(X_train, X_held)
    sizes = [*(arguments.hidden or recipe.hidden), max(y) + 1]
    model = nn.MLP(len(X[0]), sizes, activation=arguments.activation, seed=arguments.seed)
    rate = arguments.learning_rate or recipe.learning_rate
    if arguments.save:  # a file that cannot be written is reported before the training
        make_folder(arguments.save.parent, "--save")
        if arguments.save.is_dir():
            raise CommandError(
                f"--save {arguments.save} is a folder; name a file in it, such as {arguments.save / 'model.json'}"
            )
        check_targets([arguments.save], arguments.overwrite)
    if arguments.out:
        check_pictures(arguments.out, arguments.overwrite)
    print(f"{arguments.dataset}: {len(X_train)} samples to learn from, {len(X_held)} held back, {max(y) + 1} classes")
    print(f"network {'-'.join(map(str, [len(X[0]), *sizes]))}, {len(model.parameters())} parameters")
    try:
        history = nn.fit(
            model,
            X_train,
            y_train,
            loss=nn.cross_entropy,
            optimizer=OPTIMIZERS[arguments.optimizer](model, learning_rate=rate),
            epochs=arguments.epochs or recipe.epochs,
            batch_size=arguments.batch_size or recipe.batch_size,
            seed=arguments.seed,
            engine=arguments.engine,
        )
    except (ArithmeticError, ValueError) as error:  # numbers became too large; the message says where
        raise CommandError(str(error)) from error
    print(f"engine: {history.engine}")
    for name, inputs, targets in (("training", X_train, y_train), ("held-back", X_held, y_held)):
        accuracy = nn.evaluate(model, inputs, targets, loss=nn.cross_entropy)["accuracy"]
        print(f"accuracy on the {len(inputs)} {name} samples: {accuracy:.1%}")
    if arguments.save:
        save_model(model, arguments.save)
    if arguments.out:
        for path in save_pictures(arguments.out, history, model, X_held, y_held):
            print(f"saved {path}")
    return 0


def save_model(model: Any, path: Path) -> None:
    """Write the model with nn.save."""
    try:
        nn.save(model, path)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}. Name another file with --save") from error
    print(f"saved {path}")
