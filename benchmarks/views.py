"""How long does it take to look at a graph?  Drawing, tracing, explaining and importing, each in a process of its own.

    python benchmarks/views.py [--rounds 5]

prints the median over the rounds, in milliseconds of wall-clock time.  Read `eager` for the engine's own speed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

NEURON = """
from autograd import Value
x1, x2, w1, w2, b = (Value(float(n), label=f"v{n}") for n in range(1, 6))
out = (x1 * w1 + x2 * w2 + b).tanh()
"""
CHAIN = """
from autograd import Value
out = leaf = Value(1.0)
for _ in range({count} // 2):
    out = out * 0.999 + 1e-6
"""
TIMED = """
import time
{setup}
started = time.perf_counter()
{work}
print(1e3 * (time.perf_counter() - started))
"""

# What is measured: the name, what is done before the clock starts, and what is timed.
WORK = {
    "import autograd": ("", "import autograd"),
    "import nn": ("", "import nn"),
    "first drawing, a neuron": (NEURON + "from autograd import draw", "draw(out).svg"),
    "the next drawing, a neuron": (
        NEURON + "from autograd import draw\ndraw(out).svg\nout = out * x1",
        "draw(out).svg",
    ),
    "trace, 10,000 nodes": (CHAIN.format(count=10_000) + "from autograd import trace", "trace(out)"),
    "explain, 10,000 nodes": (CHAIN.format(count=10_000) + "from autograd import explain", "str(explain(out, leaf))"),
    "folded drawing, 100,000 nodes": (CHAIN.format(count=100_000) + "from autograd import draw", "draw(out).source"),
    "folded drawing, 1,000,000 nodes": (
        CHAIN.format(count=1_000_000) + "from autograd import draw",
        "draw(out).source",
    ),
}


def milliseconds(setup: str, work: str) -> float:
    """The time of one run, in a process of its own."""
    program = TIMED.format(setup=setup, work=work)
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=cached)
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    arguments = parser.parse_args()
    for name, (setup, work) in WORK.items():
        if arguments.only in name:
            times = [milliseconds(setup, work) for _ in range(arguments.rounds)]
            print(f"{name:<32} {statistics.median(times):10.1f} ms   [{min(times):.1f} - {max(times):.1f}]", flush=True)


if __name__ == "__main__":
    main()
