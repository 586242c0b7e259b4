"""Which numbers vary in the lessons on derivatives and the chain rule, 00 to 03?  Read before: `variation`."""

from __future__ import annotations

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
