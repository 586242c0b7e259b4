"""Which numbers vary in the lessons on deep networks and their cost, 09 to 16?  Read before: `variation`."""

from __future__ import annotations

from chalkgrad.exercises.exercise import Mistake
from chalkgrad.exercises.variation import Parts, parts, with_numbers

COUNTS = {4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}


@with_numbers(lambda rng: (rng.choice([5, 6, 7, 8, 9]),))
def sigmoid_layers(n: int) -> Parts:
    """09.1: what n sigmoid layers let through."""
    many, fewer = COUNTS[n].lower(), COUNTS[n - 1].lower()
    return parts(
        f"{COUNTS[n]} sigmoid layers in a row, one neuron each, weights 1: how many times smaller is the gradient, "
        "at best?",
        4.0**n,
        [
            Mistake(1.0, "That is tanh's case: its slope at 0 is 1. The sigmoid's is s·(1 - s), with s = 1/2 there."),
            Mistake(4.0, f"That is what one layer costs. There are {many}, one after the other."),
            Mistake(0.25, f"That is what one layer lets through. Multiply the {many}, and say how many times smaller."),
            Mistake(2.0**n, "1/2 is the sigmoid's value at 0. What is multiplied is its slope there, s·(1 - s)."),
            Mistake(4.0 * n, f"{COUNTS[n]} times 4 adds them up. Along a path the chain rule multiplies."),
            Mistake(4.0 ** (2 * n), f"That is for {2 * n} layers; here there are {many}."),
            Mistake(4.0 ** (n - 1), f"That is for {fewer} layers: each of the {many} has its slope, the last one too."),
            Mistake(0.25**n, "That is the share that comes through; how many times smaller it is, is 1 divided by it."),
        ],
        "How steep is the sigmoid where it is steepest?",
        f"{COUNTS[n]} partials, multiplied: (1/4)·(1/4)·... How many times does that go into 1?",
    ) | {"praise": f"Right: {4**n:,} times. Every five layers cost a factor of a thousand."}


@with_numbers(lambda rng: (rng.randint(3, 40),))
def largest_rate(c: int) -> Parts:
    """11.1: the largest learning rate on a parabola."""
    return parts(
        f"f(x) = {c}x². Below which learning rate does gradient descent converge?",
        1 / c,
        [
            Mistake(2 / c, f"You took {c} for the curvature. It is the second derivative of {c}x², which is {2 * c}."),
            Mistake(
                1 / (2 * c),
                "That is 1/curvature, which jumps to the bottom in one step. Up to twice that still converges.",
            ),
            Mistake(2 * c, "That is the curvature. The limit is 2 divided by it."),
            Mistake(c, "The limit is 2/curvature; a steep valley allows only short steps."),
            Mistake(1 / 2, "That is the limit for 2x², the example in the text."),
            Mistake(1 / (4 * c), "2 divided by the curvature, not 1 divided by twice the curvature."),
        ],
        f"What is the second derivative of {c}x²?",
        f"One step makes x - rate·{2 * c}x = (1 - {2 * c}·rate)·x.",
    )


@with_numbers(lambda rng: (rng.choice([32, 48, 64, 100]), rng.randint(11, 40), rng.choice([3, 5, 10])))
def parameters_of_classifier(inputs: int, hidden: int, classes: int) -> Parts:
    """14.1: the parameters of a network with one hidden layer."""
    weights = inputs * hidden + hidden * classes
    return parts(
        f"How many parameters does MLP({inputs}, [{hidden}, {classes}]) have?",
        weights + hidden + classes,
        [
            Mistake(weights, "These are the weights. Every neuron has a bias, too."),
            Mistake(weights + hidden, f"The {classes} output neurons have biases, too."),
            Mistake(weights + classes, f"The {hidden} hidden neurons have biases, too."),
            Mistake(
                inputs * hidden * classes,
                "The layers come one after the other: their weights add up, they do not multiply.",
            ),
            Mistake(inputs * classes + classes, "That is the classifier without a hidden layer."),
            Mistake(
                inputs * hidden + hidden,
                f"That is the hidden layer. The {classes} outputs read its {hidden} numbers: "
                f"{hidden} · {classes} + {classes} more.",
            ),
            Mistake(
                inputs + hidden + classes,
                "That is how many numbers flow through it. Between two layers there is a weight for each pair.",
            ),
            Mistake(weights + inputs + hidden + classes, "The inputs are numbers, not neurons: they have no biases."),
        ],
        "A neuron with n inputs has n + 1 parameters.",
        f"{hidden} neurons with {inputs} inputs, {classes} neurons with {hidden}.",
    )


@with_numbers(
    lambda rng: (rng.choice([50, 100, 200]), rng.choice([32, 48, 64]), rng.choice([16, 24, 40]), rng.choice([3, 5, 10]))
)
def operations_of_layer(images: int, inputs: int, hidden: int, classes: int) -> Parts:
    """16.1: the operations of a layer."""
    one = inputs * hidden
    return parts(
        f"How many operations does the first layer of {inputs}-{hidden}-{classes} take for {images} images, forward?",
        2 * images * one,
        [
            Mistake(
                images * one,
                "These are the multiplications. Each product is also added to a sum, so there are twice as many.",
            ),
            Mistake(2 * one, f"That is for one image; there are {images}."),
            Mistake(
                one, f"These are the multiplications for one image. The {images} images and the additions are missing."
            ),
            Mistake(6 * images * one, "That is forward and back together; only forward was asked for."),
            Mistake(2 * images * (one + hidden * classes), "That is both layers; only the first was asked for."),
            Mistake(
                2 * images * (inputs + hidden),
                f"Each of the {hidden} neurons multiplies each of the {inputs} inputs: "
                f"{inputs} times {hidden}, not plus.",
            ),
        ],
        "How many multiplications does a neuron make for one image?",
        f"2 · {images} · {inputs} · {hidden}",
    )


@with_numbers(lambda rng: (rng.randint(60, 98),))
def amdahl(part: int) -> Parts:
    """16.3: a part becomes a thousand times faster."""
    rest, new = 100 - part, part / 1000
    return parts(
        f"100 ms, of which {part} become a thousand times faster: how many times faster is the whole step?",
        100 / (rest + new),
        [
            Mistake(1000, f"Only a part became faster. The other {rest} ms take as long as before."),
            Mistake(10 * part, "Speeds do not mix like that. How many milliseconds does the step take afterwards?"),
            Mistake(
                100 / rest, f"Nearly: that would be right if the {part} ms vanished altogether. They become {new:g} ms."
            ),
            Mistake(rest + new, "That is how many milliseconds the step takes afterwards. It took 100 before."),
            Mistake(
                100 / part,
                f"The {part} ms are what is gained, and about {rest} ms remain. Divide 100 by what remains.",
            ),
            Mistake(100 / (rest + part / 100), f"A thousand times faster, not a hundred: {part} ms become {new:g}."),
        ],
        f"What does the step take afterwards? {rest} ms stay.",
        f"100 / ({rest} + {part}/1000)",
    ) | {"praise": "Right. This is Amdahl's law: what stays slow decides."}
