"""The runs that are too long for the suite, started by hand: `python tests/trust/exhaust.py programs 100000 [seed]`.

programs: random programs against the oracle; c: the same through the compiler's C path, as far as it can be built;
loader: fuzzed files (with atheris, a fuzzer guided by coverage, where it is installed).
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import sys
import time
from pathlib import Path


def programs(count: int, first: int, backend: str) -> int:
    """Each tenth one through the compiler's NumPy path too, which takes longer than all the rest."""
    import programs as made

    bad = operations = 0
    for seed in range(first, first + count):
        program = made.random_program(seed, bend=2.0)
        paths = {"c": [made.c_path], "numpy": [made.numpy_path] if seed % 10 == 0 else []}[backend]
        try:
            wrong = made.failures(program, paths)
        except Exception as error:  # whatever it is, this program shows it
            wrong = [f"{type(error).__name__}: {error}"]
        operations += len(program.instructions)
        if wrong:
            bad += 1
            print(f"seed {seed}:", *wrong, sep="\n  ", flush=True)
    print(f"{count} programs of {operations} operations, first seed {first}: {bad} failures")
    return bad


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
    bad = loader(count, first) if what == "loader" else programs(count, first, "c" if what == "c" else "numpy")
    print(f"{time.perf_counter() - began:.0f} s")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
