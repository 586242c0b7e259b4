"""Random programs through the compiler: many become one, so that like operations of different ones fall into groups.

`PATHS` are forced: by itself the compiler would take its fallback, the eager engine, for graphs without
structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from programs import Program, answer, failures_of, run

import autograd
from autograd.compiler import compile as compiled
from autograd.compiler import pipeline

PATHS = {"numpy": 0.0, "eager": 1e9, "c": 0.0}
"""The price of a group for which the compiler takes this path."""


def failures_compiled(path: str, programs: Sequence[Program]) -> list[list[str]]:
    """For each program, where this path is farther from the oracle than rounding explains."""
    ends = list(accumulate(len(program.inputs) for program in programs))
    cuts = [slice(end - len(p.inputs), end) for end, p in zip(ends, programs, strict=True)]
    parts = [(answer(program).kept, cut) for program, cut in zip(programs, cuts, strict=True)]

    def together(xs: Sequence[Any]) -> list[Any]:
        results = [run(kept, xs[cut]) for kept, cut in parts]
        return [autograd.sum(results), *results]

    numbers = np.array([x for program in programs for x in program.inputs])
    values, slopes = _evaluated(path, together, numbers)
    return [
        failures_of(f"compiled for {path}", program, float(value), slopes[cut].tolist())
        for program, cut, value in zip(programs, cuts, values, strict=True)
    ]


def _evaluated(path: str, function: Any, numbers: Any) -> tuple[Any, Any]:
    program = compiled(function, backend="c" if path == "c" else "numpy")
    usual, pipeline.PRICE_OF_A_GROUP = pipeline.PRICE_OF_A_GROUP, PATHS[path]
    try:
        _, (slopes,), values = program.loss_and_outputs(numbers)
    finally:
        pipeline.PRICE_OF_A_GROUP = usual
    taken = program.plan.backend
    if taken != path:
        raise AssertionError(f"meant for the {path} path, the program went through {taken}: {program.plan.reason}")
    return values[0], slopes
