"""The runs that are too long for the suite, started by hand: `python tests/trust/exhaust.py programs 100000 [seed]`.

programs: random programs against the oracle, in every way to differentiate (`pip install gmpy2` makes it faster).
loader: fuzzed files (with atheris, a fuzzer guided by coverage, where it is installed).
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BLOCK = 500


def programs(count: int, first: int) -> int:
    """In every way: eager, forward mode, second derivatives, and the compiler's paths, which take a block at once."""
    import compiled
    import programs as made

    bad = operations = 0
    for start in range(first, first + count, BLOCK):
        block = [made.random_program(seed, bend=2.0) for seed in range(start, min(start + BLOCK, first + count))]
        operations += sum(len(made.answer(program).kept) for program in block)
        found = [_faults(made.failures, program) for program in block]
        for path in compiled.PATHS:
            try:
                together = compiled.failures_compiled(path, block)
            except Exception:  # one of them is to blame
                together = [_faults(lambda p, path=path: compiled.failures_compiled(path, [p])[0], p) for p in block]
            for faults, more in zip(found, together, strict=True):
                faults += more
        for seed, faults in enumerate(found, start):
            if faults:
                bad += 1
                print(f"seed {seed}:", *faults, sep="\n  ", flush=True)
        if (start - first) % 10_000 < BLOCK:
            print(f"  {min(start - first + BLOCK, count)} done, {bad} failures", flush=True)
    print(f"{count} programs of {operations} operations, first seed {first}: {bad} failures")
    return bad


def _faults(check: Callable[[Any], list[str]], program: Any) -> list[str]:
    try:
        return check(program)
    except Exception as error:  # whatever it is, this program shows it
        return [f"{type(error).__name__}: {error}"]


def loader(count: int, seed: int) -> int:
    """Whatever else than ValueError a fuzzed file raises."""
    from fuzz_loader import fuzz

    return fuzz(count, seed)


def main() -> int:
    """Run what the command line names."""
    here = Path(__file__).parent
    sys.path[:0] = [str(here.parent.parent), str(here.parent / "oracles"), str(here)]
    what, count = sys.argv[1], int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    began = time.perf_counter()
    bad = {"programs": programs, "loader": loader}[what](count, first)
    print(f"{time.perf_counter() - began:.0f} s")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
