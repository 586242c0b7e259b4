"""Which exercises have other numbers for each student, and what changes with the numbers?

Each is a function from numbers to the question, the right answer, the mistakes and the hints; with the plain numbers it
gives the plain exercise, which is written out in its lesson. The difficulty does not depend on the draw. Read before:
`variation`.
"""

from __future__ import annotations

import math
import random

from chalkgrad.exercises.answer_types import Numbers
from chalkgrad.exercises.exercise import Mistake
from chalkgrad.exercises.variation import Parts, parts, with_numbers


@with_numbers(lambda rng: (rng.randint(3, 9), rng.randint(2, 9)))
def slope_of_sum(factor: float, x: float) -> Parts:
    """00.1: how steep is x² + 3x at 2?"""
    right, product = 2 * x + factor, 2 * x * factor
    high = f"That is f({x}), how high the curve is. The slope is how much it rises for each step in x."
    wrong = {
        high: x * x + factor * x,
        f"That is the slope of x² alone; {factor}x adds {factor} to it, everywhere.": 2 * x,
        f"You multiplied the two slopes, {2 * x} and {factor}. The slope of a sum is the sum of the slopes.": product,
        f"That is {factor}x at x = {x}, or {x} times {factor}. x² has slope 2x, and {factor}x has slope {factor}: add "
        "the two.": factor * x,
        f"That is the slope of {factor}x alone; x² adds its own, which is 2x.": factor,
        "Nearly: over a nudge of 0.1 the curve bends. Take a smaller one, such as 0.001.": right + 0.1,
        f"x² has slope 2x, which is {2 * x} at x = {x}, not {x}.": x + factor,
        "That is the change of f for a nudge of 0.001. The slope is that change divided by the nudge.": right / 1000,
    }
    return parts(
        f"f(x) = x² + {factor}x. How steep is it at x = {x}?",
        right,
        [Mistake(number, says) for says, number in wrong.items()],
        f"Compute f({x + 0.001:g}) - f({x}).",
        "Divide that change by the nudge 0.001.",
    )


@with_numbers(lambda rng: (rng.randint(2, 9), rng.randint(2, 9)))
def change_of_product(a: float, b: float) -> Parts:
    """00.4: the change of a b² for a nudge of b."""
    slope = 2 * a * b
    wrong = {
        "That is the slope. The change is the slope times the nudge.": slope,
        f"That is what turning a would do: with respect to a the slope is b² = {b * b}.": b * b / 100,
        f"That is a · 0.01, as if b were not squared: the slope of {a}b² is {a} · 2b = {slope}.": a / 100,
        f"The slope of b² is 2b, not b: {a} * 2 * {b} = {slope}.": a * b / 100,
        "That is the new output. The question is by how much it changes: subtract the old one.": a * b * b
        + slope / 100,
        f"A decimal place is off: the slope {slope}, times the nudge 0.01.": slope / 10,
        f"That is a tenth of the change. The nudge is 0.01, and the slope is {slope}.": slope / 1000,
        f"That is twice the change: {a} · 2b is {slope} at b = {b}, and the factor 2 is in there already.": slope / 50,
        f"That is {slope} · {b * b / 100:g}. The {b * b} is b² itself: the change is the slope, {slope}, times the "
        "nudge, 0.01.": slope * b * b / 100,
    }
    return parts(
        f"g(a, b) = a b². At a = {a}, b = {b} you turn b by 0.01. By how much does the output change, approximately?",
        slope / 100,
        [Mistake(number, says) for says, number in wrong.items()],
        f"Leave a = {a} alone: what is the slope of {a}b² at b = {b}?",
        "Change = slope times nudge.",
    )


@with_numbers(lambda rng: (rng.randint(2, 6), rng.choice([-6, -5, -4, -3, -2, 3, 4, 5, 6])))
def five_gradients(a: float, b: float) -> Parts:
    """02.1: a backward pass by hand."""
    c, d = a * b, a * b + b
    f, at_d = d * d, 2 * d
    slips = {
        ("f", f): "That is f itself. Its gradient is df/df.",
        ("f", 0.0): "If f is nudged, f changes by just that nudge.",
        ("d", d): "d is used twice by d * d: two edges, each with partial d, so 2d.",
        ("d", f): "That is d * d itself. The partial of d * d for each d is the other d.",
        ("c", 1.0): "1 is the partial of d = c + b; multiply it by the gradient that arrives at d.",
        ("a", b): f"{b} is the partial of c = a * b; multiply it by the gradient that arrives at c.",
        ("a", at_d * a): f"You multiplied by a = {a}; the partial of a * b for a is b.",
        ("b", at_d * a): "That is the path through c only. b is used by d = c + b too.",
        ("b", at_d): "That is the path through d only. b is used by c = a * b too.",
        ("b", at_d * a * at_d): "You multiplied the two paths. Over the paths the products are added.",
        ("b", at_d * (1 - a)): "One of the two paths has the wrong sign: both have the same sign here.",
    }
    right = {"f": 1, "d": at_d, "c": at_d, "a": at_d * b, "b": at_d * (a + 1)}
    fields = parts(
        f"c = a * b, d = c + b, f = d * d at a = {a}, b = {b}. Fill in the gradients of all five.",
        right,
        [
            Mistake(
                {"f": 1, "d": at_d, "c": 1, "a": b, "b": a + 1},
                "These are local partials. A gradient is the partial times the incoming gradient, from the output on.",
            ),
            Mistake({"f": f, "d": d, "c": c, "a": a, "b": b}, "These are the numbers themselves, not their gradients."),
            Mistake(
                {"f": 1, "d": d, "c": d, "a": d * b, "b": d * (a + 1)},
                "Everything is half of what it should be: d * d has two edges from d, so the gradient of d is d + d.",
            ),
            Mistake(
                right | {"b": at_d},
                "All right but b, which has two users: add what comes through c to what comes through d.",
            ),
        ],
        "Begin at the end: f has gradient 1, and passes 1 * d to d, twice.",
        "A plus passes its gradient unchanged to both of its operands.",
        "b gets one contribution from d = c + b, and another from c = a * b.",
    )
    return fields | {"kind": Numbers(["f", "d", "c", "a", "b"], slips=slips)}


@with_numbers(lambda rng: (rng.randint(2, 9), rng.choice([-0.5, -1.5, -2.5]), rng.randint(2, 9)))
def path_factors(first: float, middle: float, last: float) -> Parts:
    """02.2: a product along a path."""
    return parts(
        f"The factors on the only path from x to the output are {first}, {middle} and {last}. What is the gradient of "
        "x?",
        first * middle * last,
        [
            Mistake(first + middle + last, "Along a path the factors are multiplied; the sum is over paths."),
            Mistake(first * last, "The factor in the middle is missing: every gear on the way counts."),
            Mistake(first * middle, "The last factor is missing: go on to the output."),
            Mistake(middle * last, "The first factor is missing: begin at x."),
            Mistake(-first * middle * last, "Mind the sign: one negative factor turns the product negative."),
            Mistake(last, "That is the last factor only. Every gear on the way counts."),
            Mistake(first, "That is the first factor only. Every gear on the way counts."),
        ],
        "Nudge x by 1. What arrives after the first step? And after the second one?",
    )


TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


@with_numbers(lambda rng: (rng.randint(3, 9), *rng.sample(sorted(TIMES), 2)))
def passes_after_zero(x: int, before: int, after: int) -> Parts:
    """03.5: what accumulates, and what zero_grad clears."""
    slope = 2 * x
    return parts(
        f"y = x² at x = {x}. y.backward() {TIMES[before]}, then x.zero_grad(), then y.backward() {TIMES[after]}. What "
        "is x.grad?",
        after * slope,
        [
            Mistake(slope, "That would be so if each call began at 0. They add up: that is why zero_grad exists."),
            Mistake(
                (before + after) * slope,
                f"That is {before + after} calls. zero_grad clears what the first {before} of them gave.",
            ),
            Mistake(before * slope, "That is what zero_grad cleared. More calls come after it."),
            Mistake(0, "zero_grad sets it to 0, and then more calls add to it."),
            Mistake(slope**after, f"Gradients of different calls are added, not multiplied: + {slope} each time."),
            Mistake(after * x * x, f"{x * x} is y itself. Each call adds the slope, 2x."),
            Mistake(
                slope * after * (after + 1) / 2,
                f"That would be the sum of all {after} results. Each call adds {slope}.",
            ),
        ],
        f"The slope of x² at {x} is {slope}, and each call adds it.",
        "zero_grad starts again from 0. How many calls come after it?",
    )


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


COUNTS = {4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine"}


@with_numbers(lambda rng: (rng.choice([5, 6, 7, 8, 9]),))
def sigmoid_layers(n: int) -> Parts:
    """09.1: what n sigmoid layers let through."""
    return parts(
        f"{COUNTS[n]} sigmoid layers in a row, one neuron each, weights 1: how many times smaller is the gradient, "
        "at best?",
        4.0**n,
        [
            Mistake(1.0, "That is tanh's case: its slope at 0 is 1. The sigmoid's is s·(1 - s), with s = 1/2 there."),
            Mistake(4.0, f"That is what one layer costs. There are {n}, one after the other."),
            Mistake(0.25, f"That is what one layer lets through. Multiply the {n}, and say how many times smaller."),
            Mistake(2.0**n, "1/2 is the sigmoid's value at 0. What is multiplied is its slope there, s·(1 - s)."),
            Mistake(4.0 * n, f"{n} times 4 adds them up. Along a path the chain rule multiplies."),
            Mistake(4.0 ** (2 * n), f"That is for {2 * n} layers; here there are {n}."),
            Mistake(4.0 ** (n - 1), f"That is for {n - 1} layers: each of the {n} has its slope, the last one too."),
            Mistake(0.25**n, "That is the share that comes through; how many times smaller it is, is 1 divided by it."),
        ],
        "How steep is the sigmoid where it is steepest?",
        f"{n} partials, multiplied: (1/4)·(1/4)·... How many times does that go into 1?",
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
