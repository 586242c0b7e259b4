"""Are gradients right in whole programs?  Random ones, of every row, evaluated in every way, within due rounding.

The oracle (`tests/oracles/bounded.py`) shares nothing with the engine; `programs.py` there makes the programs.
By hand: `python tests/trust/exhaust.py programs 100000`.
"""

from __future__ import annotations

import pytest
from bounded import Bounded
from compiled import PATHS, failures_compiled
from hypothesis import example, given, settings
from hypothesis import strategies as st
from programs import EDGES, OPERATIONS, Program, answer, failures, failures_of, random_program, shrink, written

from autograd.primitives import TABLE

WHOLE = st.integers(0, 999)
PROGRAMS = st.builds(
    Program,
    st.lists(st.sampled_from(EDGES) | st.floats(-3, 3), min_size=1, max_size=4).map(tuple),
    st.lists(st.tuples(WHOLE, WHOLE, WHOLE, WHOLE), min_size=1, max_size=30).map(tuple),
)


def report(seed: int, program: Program) -> str:
    small = shrink(program, lambda p: bool(failures(p)))
    return f"seed {seed}, shortened:\n{written(small)}\n" + "\n".join(failures(small))


@pytest.mark.parametrize("block", [0, *[pytest.param(n, marks=pytest.mark.slow) for n in range(1, 20)]])
def test_a_hundred_programs(block: int) -> None:
    """Eager, forward mode, second derivatives, and the compiler's three paths agree on every one."""
    seeds = range(block * 100, block * 100 + 100)
    made = [random_program(seed) for seed in seeds]
    for seed, program in zip(seeds, made, strict=True):
        assert not failures(program), report(seed, program)
    for path in PATHS:
        for seed, found in zip(seeds, failures_compiled(path, made), strict=True):
            assert not found, f"seed {seed}: {found}"


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(PROGRAMS)
def test_programs_that_hypothesis_makes_and_shortens(program: Program) -> None:
    assert not failures(program), written(program)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(5))
def test_long_programs(block: int) -> None:
    for seed in range(100_000 + block * 200, 100_000 + block * 200 + 200):
        program = random_program(seed, bend=1.0)
        assert not failures(program), report(seed, program)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_long_programs_compiled(path: str) -> None:
    count = 100 if path == "numpy" else 1_000  # NumPy needs half a second for each of such irregular programs
    for start in range(20_000, 20_000 + count, 50):
        made = [random_program(seed, bend=1.0) for seed in range(start, start + 50)]
        for seed, found in enumerate(failures_compiled(path, made), start):
            assert not found, f"seed {seed}: {found}"


def test_every_row_occurs() -> None:
    """Rows that only derivatives are made of occur in second derivatives; the list of them is short, and named here."""
    inside = {
        "power_partial", "power_exponent_partial", "power_derivative", "self_power", "self_power_partial", "silu_curve",
        "share", "bell", "sech_softplus",
    }  # fmt: skip
    programs = [answer(random_program(seed)) for seed in range(400)]
    kept = {OPERATIONS[i[0] % len(OPERATIONS)].name for program in programs for i in program.kept}
    assert kept == {operation.name for operation in OPERATIONS}
    assert set(TABLE) - kept == inside


@example(40)
@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_a_wrong_sign_is_seen_and_the_program_shortened_to_it(seed: int) -> None:
    """The check can fail, and says where: a path whose sine has the wrong slope."""
    sine = next(n for n, operation in enumerate(OPERATIONS) if operation.name == "sin")

    def wrong(result: Bounded, kept: object) -> tuple[float, list[float]]:
        slopes = [float(slope) for slope in result.slopes]
        return float(result.value), [-slope for slope in slopes] if has_sine(kept) else slopes

    def has_sine(kept: object) -> bool:
        return any(instruction[0] == sine for instruction in kept)  # type: ignore[attr-defined]

    program = Program((0.7, 0.2), (*random_program(seed).instructions[:20], (sine, 0, 0, 0)))
    truth = answer(program)
    if not has_sine(truth.kept):
        return

    def fails(shorter: Program) -> bool:
        nonlocal truth
        truth = answer(shorter)
        value, slopes = wrong(truth.result, truth.kept)
        return bool(failures_of("wrong", shorter, value, slopes))

    if all(abs(slope) <= off for slope, off in zip(truth.result.slopes, truth.result.slopes_off, strict=True)):
        return
    assert fails(program)
    small = shrink(program, fails)
    assert [instruction[0] for instruction in small.instructions] == [sine]
