"""Train a network on a data set, and report how well it does on samples held back.

Without options, each data set trains with settings that work for it; `--epochs 5 --hidden 8` changes some of them.
A quarter of the samples is held back: it is not trained on, only measured at the end.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nn
from chalkgrad.cli import letters, networks
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
    parser.add_argument(
        "--model",
        choices=["mlp", "conv"],
        default="mlp",
        help="a perceptron, or for digits a convolutional network (%(default)s)",
    )
    parser.add_argument("--activation", choices=ACTIVATIONS, help="of the hidden layers (default: tanh)")
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


class TrainingTask:
    """What is trained: the model, the samples and the settings, which default to those of the recipe."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.recipe, self.seed = RECIPES[arguments.dataset], arguments.seed
        self.rate, self.epochs = self.recipe.learning_rate, self.recipe.epochs
        self.batch_size = self.recipe.batch_size
        self.schedule: Any = None
        hidden = arguments.hidden or self.recipe.hidden
        if arguments.model == "conv":
            self._convolution(arguments.epochs)
        elif arguments.dataset == "names":
            self._names(hidden[0])
        else:
            self._perceptron(hidden, arguments.activation or "tanh")
        self.rate, self.epochs = arguments.learning_rate or self.rate, arguments.epochs or self.epochs
        self.batch_size = arguments.batch_size or self.batch_size

    def _perceptron(self, hidden: Sequence[int], activation: str) -> None:
        X, y = self.recipe.load(self.seed)
        self.X, self.X_held, self.y, self.y_held = train_test_split(X, y, test_size=0.25, seed=self.seed)
        self.X, self.X_held = standardize(self.X, self.X_held)
        self.shown = self.X, self.y
        self.classes = max(y) + 1
        sizes = [*hidden, self.classes]
        self.model: Any = nn.MLP(len(X[0]), sizes, activation=activation, seed=self.seed)
        self.name = "-".join(map(str, [len(X[0]), *sizes]))

    def _convolution(self, epochs: int | None) -> None:
        X, y = self.recipe.load(self.seed)
        images = networks.as_images(X)
        self.X, self.X_held, self.y, self.y_held = train_test_split(
            images, y, test_size=0.25, seed=self.seed, stratify=y
        )
        self.shown = networks.augmented(self.X, self.y)
        self.classes = max(y) + 1
        self.model, self.name = networks.convolutional(self.seed, self.classes), "convolutional"
        self.rate, self.epochs = networks.LEARNING_RATE, networks.EPOCHS
        self.schedule = nn.CosineDecay(epochs or self.epochs)

    def _names(self, hidden: int) -> None:
        names = letters.names()
        random.Random(self.seed).shuffle(names)
        held = len(names) // 4
        self.X_held, self.y_held = letters.samples(names[:held])
        self.X, self.y = self.shown = letters.samples(names[held:])
        self.classes = len(letters.LETTERS)
        self.model, self.name = letters.NextLetter(hidden, self.seed), f"LSTM with {hidden} hidden numbers"


def run(arguments: argparse.Namespace) -> int:
    """Train with the recipe's settings, save the requested files, and report."""
    if arguments.model == "conv" and (arguments.dataset != "digits" or arguments.hidden):
        raise CommandError("--model conv is for digits, without --hidden: chalkgrad train digits --model conv")
    if arguments.activation and (arguments.model == "conv" or arguments.dataset == "names"):
        raise CommandError("--activation is for perceptrons: the convolutional network has relu, the LSTM has gates")
    if arguments.dataset == "names" and arguments.hidden and len(arguments.hidden) > 1:
        raise CommandError(f"the LSTM for names has one width, but --hidden has {len(arguments.hidden)}: give one")
    try:
        task = TrainingTask(arguments)
    except ImportError as error:  # a folder of nn is missing; the message says how to install it
        raise CommandError(str(error)) from error
    model = task.model
    if arguments.save:  # a file that cannot be written is reported before the training
        make_folder(arguments.save.parent, "--save")
        if arguments.save.is_dir():
            raise CommandError(
                f"--save {arguments.save} is a folder; name a file in it, such as {arguments.save / 'model.json'}"
            )
        check_targets([arguments.save], arguments.overwrite)
    if arguments.out:
        check_pictures(arguments.out, arguments.overwrite)
    counts = f"{len(task.X)} samples to learn from, {len(task.X_held)} held back, {task.classes} classes"
    print(f"{arguments.dataset}: {counts}")
    print(f"network {task.name}, {len(model.parameters())} parameters")
    try:
        history = nn.fit(
            model,
            *task.shown,
            loss=nn.cross_entropy,
            optimizer=OPTIMIZERS[arguments.optimizer](model, learning_rate=task.rate),
            epochs=task.epochs,
            batch_size=task.batch_size,
            schedule=task.schedule,
            seed=arguments.seed,
            engine=arguments.engine,
        )
    except (ArithmeticError, ValueError) as error:  # numbers became too large; the message says where
        raise CommandError(str(error)) from error
    print(f"engine: {history.engine}")
    for name, inputs, targets in (("training", task.X, task.y), ("held-back", task.X_held, task.y_held)):
        accuracy = nn.evaluate(model, inputs, targets, loss=nn.cross_entropy)["accuracy"]
        print(f"accuracy on the {len(inputs)} {name} samples: {accuracy:.1%}")
    if arguments.dataset == "names":
        source = random.Random(arguments.seed)
        print("made up:", ", ".join(letters.make_up(model, source) for _ in range(10)))
    if arguments.save:
        save_model(model, arguments.save)
    if arguments.out:
        for path in save_pictures(arguments.out, history, model, task.X_held, task.y_held):
            print(f"saved {path}")
    return 0


def save_model(model: Any, path: Path) -> None:
    """Write the model with nn.save."""
    try:
        nn.save(model, path)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}. Name another file with --save") from error
    print(f"saved {path}")
    if isinstance(model, letters.NextLetter):  # a class of its own, which a file cannot build
        made = f"letters.NextLetter({model.memory.hidden_size}, seed=0)"
        print(f"from chalkgrad.cli import letters; model = nn.load({str(path)!r}, into={made})")
