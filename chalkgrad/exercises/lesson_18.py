"""Which mistakes do learners make in lesson 18, "Memory: recurrence"?"""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd import sigmoid, tanh
from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import shared_weights

READ = [
    ([1.0], 0.5, 2.0),
    ([1.0, 0.0], 0.5, 2.0),
    ([0.5, -1.0, 0.3], 1.5, -0.7),
    ([0.2, 0.4, -0.6, 0.8], -0.5, 0.9),
]
REMEMBERED = [
    ([1.0, 1.0], 0.5),
    ([1.0, 2.0, 3.0], 2.0),
    ([2.0, -1.0, 0.5, 3.0], 0.5),
    ([0.5, 1.5, -2.0, 1.0, 4.0], -1.5),
]
SUMS = [
    ([0.0, 0.0, 0.0, 0.0], 1.0),
    ([2.0, -1.0, 0.5, 1.0], 0.8),
    ([-0.5, 1.5, -2.0, 0.3], -1.2),
    ([0.7, 0.2, 1.1, -3.0], 2.0),
]


def _states(inputs: list[float], step: Callable[[float, float], float]) -> list[float]:
    state, found = 0.0, []
    for number in inputs:
        state = step(number, state)
        found.append(state)
    return found


def _read(inputs: list[float], w: float, u: float) -> list[float]:
    return _states(inputs, lambda x, h: math.tanh(w * x + u * h))


def _met(inputs: list[float], u: float) -> list[float]:
    """The state that each step has met: 0, and all but the last."""
    return [0.0, *_states(inputs, lambda x, h: u * h + x)[:-1]]


def _back(met: list[float], u: float) -> float:
    return sum(u**n * state for n, state in enumerate(reversed(met)))


def _lstm(sums: list[float], cell: float) -> tuple[float, float]:
    enter, forget, new, leave = sums
    cell = sigmoid(forget) * cell + sigmoid(enter) * math.tanh(new)
    return sigmoid(leave) * math.tanh(cell), cell


def _without_forgetting(sums: list[float], cell: float) -> tuple[float, float]:
    cell += sigmoid(sums[0]) * math.tanh(sums[2])
    return sigmoid(sums[3]) * math.tanh(cell), cell


def _without_input(sums: list[float], cell: float) -> tuple[float, float]:
    cell = sigmoid(sums[1]) * cell + math.tanh(sums[2])
    return sigmoid(sums[3]) * math.tanh(cell), cell


def _raw_new(sums: list[float], cell: float) -> tuple[float, float]:
    cell = sigmoid(sums[1]) * cell + sigmoid(sums[0]) * sums[2]
    return sigmoid(sums[3]) * math.tanh(cell), cell


def _raw_gates(sums: list[float], cell: float) -> tuple[float, float]:
    cell = sums[1] * cell + sums[0] * math.tanh(sums[2])
    return sums[3] * math.tanh(cell), cell


def _all_gates(sums: list[float], cell: float) -> tuple[float, float]:
    enter, forget, new, leave = map(sigmoid, sums)
    cell = forget * cell + enter * new
    return leave * math.tanh(cell), cell


def _tanh_gates(sums: list[float], cell: float) -> tuple[float, float]:
    enter, forget, new, leave = map(tanh, sums)
    cell = forget * cell + enter * new
    return leave * math.tanh(cell), cell


EXERCISES = [
    Exercise(
        "18.1",
        kind=Number(tolerance=1e-6),
        praise="Right, and the length of the sequence plays no part.",
        **shared_weights.parameters_of_lstm.plain(10, 20),
    ),
    Exercise(
        "18.2",
        kind=Number(),
        **shared_weights.derivative_over_time.plain(0.9, 50, 10)
        | {
            "question": "h = 0.9 · h_before + x at each step: what is the derivative of the 50th state with respect to "
            "the 40th x?"
        },
    ),
    Exercise(
        "18.3",
        "Write states(inputs, w, u): the state of an RNN of one number after each input.",
        Function(READ, names=("inputs", "w", "u")),
        right=_read,
        wrong=[
            Mistake(
                lambda inputs, w, u: [math.tanh(w * x) for x in inputs],
                "It forgets everything: each state must also read the one before it, times u.",
            ),
            Mistake(
                lambda inputs, w, u: _read(inputs, w, u)[-1], "That is the last state. Return all of them, as a list."
            ),
            Mistake(
                lambda inputs, w, u: [0.0, *_read(inputs, w, u)],
                "The state before the first input is in your list. Append after the step, not before it.",
            ),
            Mistake(
                lambda inputs, w, u: [0.0, *_read(inputs, w, u)[:-1]],
                "You append the state *before* each input. Append after the step.",
            ),
            Mistake(
                lambda inputs, w, u: _states(inputs, lambda x, h: w * x + u * h),
                "The tanh is missing, so this memory is linear.",
            ),
            Mistake(
                lambda inputs, w, u: _states(inputs, lambda x, h: math.tanh(w * x) + u * h),
                "The tanh must be around the whole sum, the state included.",
            ),
            Mistake(
                lambda inputs, w, u: _states(inputs, lambda x, h: math.tanh(u * x + w * h)),
                "w and u are swapped: w is the weight of the input.",
            ),
            Mistake(
                lambda inputs, w, u: [
                    math.tanh(w * x + u * before) for x, before in zip(inputs, [0.0, *inputs], strict=False)
                ],
                "You read the input before, not the *state* before. So nothing lasts longer than one step.",
            ),
            Mistake(
                lambda inputs, w, u: _read(inputs, w, u)[:1],
                "Only the first state is in your list. Is the return inside the loop?",
            ),
            Mistake(
                lambda inputs, w, u: _states(inputs, lambda x, h: sigmoid(w * x + u * h)),
                "That is a sigmoid, as in a gate. A state is a tanh, between -1 and 1.",
            ),
        ],
        hints=["Keep the state in a variable that starts at 0.0.", "state = tanh(w * x + u * state), in a loop"],
    ),
    Exercise(
        "18.4",
        "Write through_time(inputs, u): the derivative of the last state of a linear memory with respect to u.",
        Function(REMEMBERED, names=("inputs", "u")),
        right=lambda inputs, u: _back(_met(inputs, u), u),
        wrong=[
            Mistake(
                lambda inputs, u: _met(inputs, u)[-1],
                "That is the last step's contribution. u is used at every step, and the contributions add up.",
            ),
            Mistake(
                lambda inputs, u: sum(_met(inputs, u)),
                "You added the states that u has met. Earlier ones get a smaller or larger gradient: it is multiplied "
                "by u at every step on the way back.",
            ),
            Mistake(
                lambda inputs, u: _back(_met(inputs, u)[::-1], u),
                "The powers of u are in the wrong order: the last step gets 1, the one before it u, and so on.",
            ),
            Mistake(
                lambda inputs, u: _back(_states(inputs, lambda x, h: u * h + x), u),
                "Each use of u meets the state *before* its step, not the one after it.",
            ),
            Mistake(
                lambda inputs, u: _back(_met(inputs, u), u) * u,
                "One factor too many: the last state itself has the gradient 1, and u meets the state before it.",
            ),
            Mistake(
                lambda inputs, u: _back(_met(inputs, u), u) / len(inputs),
                "That is the mean over the steps. Gradients of different uses add up.",
            ),
            Mistake(
                lambda inputs, u: u ** (len(inputs) - 1),
                "That is the derivative with respect to the first input. Here the question is u.",
            ),
            Mistake(
                lambda inputs, u: _states(inputs, lambda x, h: u * h + x)[-1],
                "That is the last state. Its derivative has, for each step, what u met there: the state before.",
            ),
        ],
        hints=[
            "First go forward and keep the states. Then go back with a gradient that starts at 1.",
            "At each step back: total += gradient * state_before, then gradient *= u.",
        ],
        praise="Right. That is backpropagation through time, by hand.",
    ),
    Exercise(
        "18.5",
        "Write lstm_step(sums, cell): the pair (hidden, cell) after one step of an LSTM of one number.",
        Function(SUMS, names=("sums", "cell")),
        right=_lstm,
        wrong=[
            Mistake(
                lambda sums, cell: _lstm([sums[1], sums[0], *sums[2:]], cell),
                "The input gate and the forget gate are swapped: the order is input, forget, new, output.",
            ),
            Mistake(_without_forgetting, "The forget gate is missing: it multiplies the old cell."),
            Mistake(_raw_gates, "A gate is a *sigmoid* of its sum, so that it is between 0 and 1."),
            Mistake(
                lambda sums, cell: _lstm([*sums[:2], sums[3], sums[2]], cell),
                "New and the output gate are swapped: the order is input, forget, new, output.",
            ),
            Mistake(_without_input, "The input gate is missing: it multiplies what is new."),
            Mistake(_raw_new, "What is new is a tanh of its sum."),
            Mistake(_all_gates, "What is new is a tanh of its sum, not a sigmoid: it can be negative."),
            Mistake(_tanh_gates, "A gate is a sigmoid of its sum; only what is new is a tanh."),
            Mistake(
                lambda sums, cell: (sigmoid(sums[3]) * math.tanh(cell), _lstm(sums, cell)[1]),
                "The hidden number shows the *new* cell. Yours shows the old one.",
            ),
            Mistake(
                lambda sums, cell: (sigmoid(sums[3]) * _lstm(sums, cell)[1], _lstm(sums, cell)[1]),
                "The hidden number is the output gate times the *tanh* of the cell.",
            ),
            Mistake(
                lambda sums, cell: (math.tanh(_lstm(sums, cell)[1]), _lstm(sums, cell)[1]),
                "The output gate is missing: it decides how much of the cell shows.",
            ),
            Mistake(lambda sums, cell: _lstm(sums, cell)[::-1], "The pair is (hidden, cell), in this order."),
            Mistake(
                lambda sums, cell: _lstm(sums, cell)[0], "Return both, as a pair: the next step also needs the cell."
            ),
        ],
        hints=[
            "Three gates are sigmoids of sums[0], sums[1] and sums[3].",
            "cell = forget * cell + enter * tanh(sums[2]), then hidden = leave * tanh(cell).",
        ],
    ),
    Exercise(
        "18.6",
        "The gradients shrink to 1e-11 within fifty steps. What does not help to use the first letters?",
        Choice(("a", "b", "c", "d")),
        right="c",
        wrong=[
            Mistake(
                "a",
                "A sigmoid of 4 is 0.98, and 0.98 to the 200th power is still 0.03. It helps against exactly this.",
            ),
            Mistake("b", "In attention every letter is one step away, so its gradient does not pass 200 factors."),
            Mistake("d", "Near the beginning such a loss is only a few steps away, so it teaches the LSTM to keep it."),
        ],
        hints=["Do these gradients vanish or explode?", "Which of the four only ever makes a gradient shorter?"],
        praise="Right. Clipping is for gradients that explode; a short one stays as it is.",
    ),
]
