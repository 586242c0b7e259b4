"""Which numbers vary in the lessons on networks and their training, 05 to 08?  Read before: `variation`."""

from __future__ import annotations

import math
import random

from chalkgrad.exercises.exercise import Mistake
from chalkgrad.exercises.variation import Parts, parts, with_numbers


@with_numbers(lambda rng: (rng.randint(55, 97) / 100,))
def sigmoid_output(s: float) -> Parts:
    """05.1: the derivative of the sigmoid from its output."""
    again = 1 / (1 + math.exp(-s))
    return parts(
        f"A sigmoid gave the output {s}. What is its derivative there?",
        s * (1 - s),
        [
            Mistake(0.25, "That is its greatest slope, where the output is 0.5. Here it is flatter: s (1 - s)."),
            Mistake(1 - s * s, "1 - s² is the rule for tanh. For the sigmoid it is s (1 - s)."),
            Mistake(1 - s, "That is 1 - s. The factor s is missing."),
            Mistake(s, "That is the output itself. The slope is s (1 - s)."),
            Mistake(s * s, "That is s². The slope is s (1 - s)."),
            Mistake(again * (1 - again), f"{s} is the output already: do not take the sigmoid of it again."),
            Mistake(s * (s - 1), "The sigmoid rises everywhere: s (1 - s) is positive."),
        ],
        "The slope can be computed from the output alone.",
        f"s (1 - s), with s = {s}.",
    )


@with_numbers(lambda rng: (rng.randint(15, 95) / 100,))
def tanh_output(t: float) -> Parts:
    """05.2: the derivative of tanh from its output."""
    return parts(
        f"A tanh gave the output {t}. What is its derivative there?",
        1 - t * t,
        [
            Mistake(t, "That is the output itself. The slope is 1 - t²."),
            Mistake(1 + t * t, "The sign: tanh flattens out, so its slope falls below 1: 1 - t², not 1 + t²."),
            Mistake(1 - t, f"Square the output: 1 - {t}², not 1 - {t}."),
            Mistake(t * t, f"That is {t}². Subtract it from 1."),
            Mistake(t * (1 - t), f"{t} · {1 - t:g} is the rule of the sigmoid, s (1 - s). For tanh it is 1 - t²."),
            Mistake(1 - math.tanh(t) ** 2, f"{t} is the output already: do not take tanh of it again."),
        ],
        "tanh'(x) = 1 - tanh²(x), and tanh(x) is known here.",
    )


@with_numbers(lambda rng: (rng.randint(2, 6), rng.randint(3, 9), rng.randint(2, 8)))
def parameters_of_mlp(inputs: int, first: int, second: int) -> Parts:
    """06.1: the parameters of a network with two hidden layers."""
    right = first * (inputs + 1) + second * (first + 1) + second + 1
    neurons = first + second + 1
    return parts(
        f"How many parameters does MLP({inputs}, [{first}, {second}, 1]) have?",
        right,
        [
            Mistake(
                right - neurons, f"Those are the weights. Each neuron has a bias too, and there are {neurons} neurons."
            ),
            Mistake(
                neurons,
                "Those are the neurons, or the biases. Each neuron has a weight for each of its inputs as well.",
            ),
            Mistake(
                inputs * first * second,
                f"That is {inputs} · {first} · {second} · 1. Count layer by layer: neurons times "
                "(inputs + 1), and add.",
            ),
            Mistake(right - 1, "One is missing: the last neuron has a bias too."),
            Mistake(
                inputs + neurons,
                f"Those are the numbers between the layers, {inputs} + {first} + {second} + 1. The "
                "parameters sit on the connections.",
            ),
            Mistake(
                right + inputs + 1,
                f"The inputs are not neurons: the first layer has {first} · ({inputs} + 1) parameters.",
            ),
        ],
        "A neuron with n inputs has n weights and a bias.",
        f"{first} · {inputs + 1} for the first layer; go on.",
    )


@with_numbers(lambda rng: (rng.randint(2, 6), rng.randint(1, 6), rng.randint(2, 6), -rng.randint(1, 9)))
def two_neurons_are_one(p: int, q: int, r: int, s: int) -> Parts:
    """06.3: two linear neurons as one."""
    return parts(
        f"h = {p}x + {q} and out = {r}h - {-s}. Without an activation these two are one neuron: out = w x + b. Which?",
        {"w": p * r, "b": r * q + s},
        [
            Mistake(
                {"w": p * r, "b": q + s},
                f"The bias {q} of the first neuron goes through the second one too: {r} · {q} - {-s}.",
            ),
            Mistake(
                {"w": p + r, "b": q + s},
                f"The two are applied one after the other, not added: substitute {p}x + {q} for h.",
            ),
            Mistake({"w": p * r, "b": s}, f"The bias of the first neuron got lost: {r} ({p}x + {q}) - {-s}."),
            Mistake(
                {"w": p * r, "b": p * s + q}, f"That is the other order: {p} ({r}x - {-s}) + {q}. The output takes h."
            ),
        ],
        f"Substitute {p}x + {q} for h, and multiply out.",
    )


def _three_probabilities(rng: random.Random) -> tuple[float, float, float]:
    """In percents, the largest one first, the smallest one last."""
    a, c = rng.randint(50, 75), rng.randint(3, 12)
    return a / 100, (100 - a - c) / 100, c / 100


@with_numbers(_three_probabilities)
def gradient_of_logits(a: float, b: float, c: float) -> Parts:
    """07.1: p - y."""
    y_minus_p = "That is y - p; the gradient is p - y. Training moves against it, which raises the right logit."
    sign = "The sizes are right. At the right class the gradient is negative: a larger logit lowers the loss."
    inner = "-1 / p is the gradient with respect to the *probability* of b. The logits come before the softmax."
    own = "p (1 - p) is how each probability responds to its own logit. The gradient of the loss is p - y."
    chain = f"That is how the *probability* of b responds. The loss is -log of it, so divide these by -{b}."
    wrong = {
        y_minus_p: (-a, 1 - b, -c),
        "Those are the probabilities. Subtract 1 at the right class.": (a, b, c),
        sign: (a, 1 - b, c),
        "The wrong classes count too: their logits push the probability of the right one down.": (0, b - 1, 0),
        inner: (0, -1 / b, 0),
        "You took a for the right class, because it is the most likely one. The right class is b.": (a - 1, b, c),
        own: (a * (1 - a), b * (1 - b), c * (1 - c)),
        chain: (-a * b, b * (1 - b), -b * c),
    }
    return parts(
        f"A classifier gives the probabilities a: {a}, b: {b}, c: {c}, and b is right. What are the gradients of the "
        "cross-entropy with respect to the three logits?",
        {"a": a, "b": b - 1, "c": c},
        [Mistake(dict(zip("abc", numbers, strict=True)), says) for says, numbers in wrong.items()],
        "p - y, where y is 1 for the right class and 0 for the others.",
        f"For b: {b} - 1.",
    )


@with_numbers(lambda rng: (rng.randint(5, 100), "classes"))
def loss_of_ignorance(count: int, things: str) -> Parts:
    """07.4: the cross-entropy of a network that knows nothing."""
    return parts(
        f"A network that knows nothing gives each of {count} {things} the same probability. What is its cross-entropy?",
        math.log(count),
        [
            Mistake(1 / count, "That is the probability of the right class. The loss is minus its logarithm."),
            Mistake(1 - 1 / count, "That is how often it is wrong. Cross-entropy is -log(p)."),
            Mistake(
                math.log10(count),
                f"That is the logarithm to the base 10. The natural logarithm is meant: math.log({count}).",
            ),
            Mistake(-math.log(count), f"The sign: log(1/{count}) is negative, and the loss is minus that."),
            Mistake(
                math.log2(count),
                "That is in bits, the logarithm to the base 2. The natural logarithm is meant, math.log.",
            ),
            Mistake(count * math.log(count), f"Only the right class counts: -log(1/{count}) once, not {count} times."),
            Mistake(
                math.log(count) / count,
                f"No factor 1/{count}: the target is 1 for the right class, so -1 · log(1/{count}).",
            ),
            Mistake(math.log(2), "That is for two classes."),
        ],
        "-log of the probability that it gives to the right class.",
    )


@with_numbers(lambda rng: (rng.randint(2, 9), -rng.randint(2, 8), rng.choice([0.1, 0.2, 0.05])))
def weight_after_update(weight: float, gradient: float, rate: float) -> Parts:
    """08.1: one step of gradient descent."""
    step = rate * gradient
    return parts(
        f"A weight is {weight}, its gradient is {gradient}, the learning rate {rate}. What is the weight after "
        "the update?",
        round(weight - step, 9),
        [
            Mistake(weight + step, f"That is uphill. Subtract rate times gradient: {weight} - {rate} · ({gradient})."),
            Mistake(weight - gradient, f"The learning rate is missing: {rate} · ({gradient})."),
            Mistake(
                weight + gradient,
                f"The learning rate is missing, and the sign is wrong: {weight} - {rate} · ({gradient}).",
            ),
            Mistake(-step, "That is the change. Add it to the old weight."),
            Mistake(step, "That is rate times gradient. Subtract it from the old weight."),
        ],
        "new = old - rate * gradient",
    )


@with_numbers(lambda rng: (rng.choice([8, 10, 16, 20, 25]), rng.randint(6, 15), rng.choice([10, 15, 20, 30])))
def counts_of_updates(batch: int, batches: int, epochs: int) -> Parts:
    """08.5: updates for each epoch, and in all."""
    samples = batch * batches
    wrong = {
        "There is one update for each batch, not for each sample.": samples,
        f"{batch} is the size of a batch. How many batches of {batch} are there in {samples} samples?": batch,
        "One update an epoch is what happens without batches.": 1,
    }
    return parts(
        f"{samples} samples, batches of {batch}, {epochs} epochs. How many updates are there in an epoch, and in all?",
        {"updates_per_epoch": batches, "updates": batches * epochs},
        [Mistake({"updates_per_epoch": n, "updates": n * epochs}, says) for says, n in wrong.items()],
        "An epoch is one pass over all samples.",
        f"{samples} / {batch} batches, and one update for each.",
    )
