"""Small random graphs: fresh, connected, and the same for the same seed."""

from __future__ import annotations

import random

import pytest

from chalkgrad.random_graphs import OPERATIONS, GraphProgram, programs, pruned, random_program


@pytest.mark.parametrize("seed", range(20))
def test_the_output_depends_on_everything(seed: int) -> None:
    program = random_program(random.Random(seed), list(OPERATIONS), steps=6, leaves=3)
    assert pruned(program) == program
    assert 1 <= len(program.steps) <= 6
    assert all(i < len(program.leaves) + n for n, (_, operands) in enumerate(program.steps) for i in operands)


def test_programs_are_sorted_different_and_repeatable() -> None:
    made = programs(["add", "multiply", "tanh"], count=50, seed=3)
    assert made == programs(["add", "multiply", "tanh"], count=50, seed=3)
    assert made != programs(["add", "multiply", "tanh"], count=50, seed=4)
    assert len(set(made)) == 50
    assert [len(p.steps) for p in made] == sorted(len(p.steps) for p in made)
    assert {name for p in made if len(p.steps) == 1 for name, _ in p.steps} == {"add", "multiply", "tanh"}


def test_what_cannot_be_computed_or_is_too_large_is_left_out() -> None:
    made = programs(["divide", "subtract", "exp"], count=40, seed=1, largest=50.0)
    assert all(abs(node.data) < 50.0 for p in made for node in p.on_values())


def test_many_graphs_share_a_number() -> None:
    made = programs(["add", "multiply"], count=60)
    shared = [p for p in made if any([i for _, o in p.steps for i in o].count(n) > 1 for n in range(8))]
    assert len(shared) > 30


def test_depth_is_the_longest_way() -> None:
    assert GraphProgram((1.0, 2.0), (("add", (0, 1)), ("add", (0, 1)), ("multiply", (2, 3)))).depth == 2
