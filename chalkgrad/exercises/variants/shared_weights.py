"""Which numbers vary in the lessons on convolution and recurrence, 17 and 18?  Read before: `variation`."""

from __future__ import annotations

from chalkgrad.exercises.exercise import Mistake
from chalkgrad.exercises.variation import Parts, parts, with_numbers


@with_numbers(lambda rng: (rng.randint(3, 12), rng.randint(13, 32), rng.choice([3, 5])))
def parameters_of_convolution(channels: int, filters: int, side: int) -> Parts:
    """17.1: the parameters of a convolution."""
    pixels = side * side
    wrong = {
        f"These are the weights. Each of the {filters} filters has a bias, too.": filters * channels * pixels,
        f"A filter reads its window in all {channels} channels at once: it has {channels} · {pixels} weights, not "
        f"{pixels}.": filters * (pixels + 1),
        "A filter reads its window in all channels, and it has a bias.": filters * pixels,
        f"A filter has {channels} · {pixels} weights, but one bias, not one for each channel.": channels
        * filters
        * (pixels + 1),
        f"Channels and filters are swapped: {filters} filters, each with {channels} · {pixels} weights and a "
        "bias.": channels * (filters * pixels + 1),
        f"The window is {side} by {side} pixels: {pixels} numbers in each channel.": filters * (channels * side + 1),
    }
    return parts(
        f"How many parameters does nn.Conv2d({channels}, {filters}, {side}) have?",
        filters * (channels * pixels + 1),
        [Mistake(number, says) for says, number in wrong.items()],
        "How many numbers does one filter read?",
        f"{channels} channels of {pixels} pixels each, and a bias; {filters} filters.",
    )


@with_numbers(lambda rng: (rng.randrange(20, 66, 2), rng.choice([5, 7, 9])))
def rows_of_map(pixels: int, side: int) -> Parts:
    """17.2: the size of a map with stride 2 and padding 1; the last window does not fit."""
    padded = pixels + 2
    right = (padded - side) // 2 + 1
    wrong = {
        "That is without the padding, which adds a row above and one below.": (pixels - side) // 2 + 1,
        "That is with stride 1. With stride 2 the window moves by two rows at a time.": padded - side + 1,
        "A window either fits or it does not: round down.": (padded - side) / 2 + 1,
        "Round down, and count the first place, too.": (padded - side) / 2,
        f"{pixels} / 2 would be right for a window that fits everywhere. Near the end it no longer fits.": pixels // 2,
        "That is how many numbers a map has: its rows times its columns.": right**2,
        f"{padded} / 2 would be right for a window of 1 or 2 rows. One of {side} no longer fits near the end.": padded
        // 2,
    }
    return parts(
        f"{pixels} by {pixels} pixels, windows of {side} by {side}, stride 2, padding 1: how many rows does a map "
        "have?",
        right,
        [Mistake(number, says) for says, number in wrong.items()],
        f"With the padding there are {padded} rows. Where does the last window begin?",
        f"({pixels} + 2 · 1 - {side}) // 2 + 1",
    )


@with_numbers(lambda rng: (rng.randint(5, 15), rng.randint(16, 40)))
def parameters_of_lstm(inputs: int, hidden: int) -> Parts:
    """18.1: the parameters of an LSTM."""
    reads = inputs + hidden
    wrong = {
        "These are the weights. Each of the sums has biases, too.": 4 * hidden * reads,
        "That is with one bias for each sum. There are two: one with the weights of the element, one with those of the "
        "state.": 4 * hidden * (reads + 1),
        "That is an RNN. An LSTM has four sums for each number of its state.": hidden * (reads + 2),
        "There are three gates, and the new things are a sum, too.": 3 * hidden * (reads + 2),
        f"The weights of the state are missing: each sum reads {hidden} numbers of it.": 4 * hidden * (inputs + 2),
        f"It has {hidden} numbers of state, so each of the four parts has {hidden} sums.": 4 * inputs * (reads + 2),
        "Each sum also reads the state, and has biases.": 4 * hidden * inputs,
    }
    return parts(
        f"How many parameters does nn.LSTM({inputs}, {hidden}) have?",
        4 * hidden * (reads + 2),
        [Mistake(number, says) for says, number in wrong.items()],
        "How many sums are there, and what does each read?",
        f"4 · {hidden} sums of {inputs} + {hidden} numbers and two biases.",
    )


@with_numbers(lambda rng: (rng.choice([0.7, 0.8, 0.9]), rng.choice([30, 40, 50]), rng.randint(6, 14)))
def derivative_over_time(u: float, last: int, steps: int) -> Parts:
    """18.2: how much of a gradient is left after some steps."""
    first = last - steps
    wrong = {
        f"x enters its own state unchanged. From state {first} to state {last} there are {steps} steps.": u
        ** (steps + 1),
        f"From state {first} to state {last} there are {steps} steps, not {steps - 1}.": u ** (steps - 1),
        f"That is for a number before the first step. Input {first} has only {steps} steps to go.": u**last,
        f"That counts the steps before input {first}. Count those after it.": u**first,
        f"Along a path we multiply: {steps} factors of {u}, not {steps} times {u}.": u * steps,
        f"That is one step. There are {steps}.": u,
        f"That is the derivative of u to the power {steps} with respect to u. u is fixed here.": steps
        * u ** (steps - 1),
    }
    return parts(
        f"h = {u} · h_before + x at each step: what is the derivative of state {last} with respect to input {first}?",
        u**steps,
        [Mistake(number, says) for says, number in wrong.items()],
        "How many arrows with the factor u are on the path from x to the last state?",
        f"From {first} to {last}: {steps}.",
    )
