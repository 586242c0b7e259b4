"""How fast is the eager engine, beside others that build a graph of scalars?

    python benchmarks/eager.py --out benchmark-results

Prints a table, and writes eager.json and eager.png. Every engine runs the same programs (workloads.py) in a process
of its own, on one thread (worker.py), with Python's cyclic collector on, as users run it, and off. The machine's speed
drifts, so each engine is timed in turn with micrograd, and a ratio is the median over such adjacent pairs. Engines that
are not installed are left out and named. README.md in this folder says what to install.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from workloads import README_REPEATS

HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

NAMES = {
    "micrograd": "micrograd",
    "torch": "PyTorch, 0-d tensors",
    "tuples": "tuples of operands and partials",
    "chalkgrad": "chalkgrad, plain Value arithmetic",
    "nn": "chalkgrad, its nn",
}
PACKAGES = {"micrograd": "micrograd", "torch": "torch==2.13.0"}  # what pip installs

Results = dict[str, Any]


class Worker:
    """A process that measures when asked."""

    def __init__(self, task: str, variant: str, size: int, *, collector: bool) -> None:
        order = json.dumps({"task": task, "variant": variant, "size": size, "collector": collector})
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), order],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def measure(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # then there is no answer either
            print(file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the benchmark's worker stopped: {self._process.args}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


def measure_once(task: str, variant: str, size: int) -> dict[str, Any]:
    with Worker(task, variant, size, collector=True) as worker:
        return worker.measure()


def in_turn(task: str, variant: str, baseline: str, size: int, *, collector: bool, pairs: int) -> Results:
    """Time `baseline` and `variant` alternately; check that they compute the same numbers."""
    with (
        Worker(task, baseline, size, collector=collector) as first,
        Worker(task, variant, size, collector=collector) as second,
    ):
        first.measure(), second.measure()  # warm up
        timings = [(first.measure(), second.measure()) for _ in range(pairs)]
    for theirs, ours in timings:
        if abs(theirs["result"] - ours["result"]) > 1e-6 * (1 + abs(theirs["result"])):
            raise RuntimeError(f"{variant} computes {ours['result']} where {baseline} computes {theirs['result']}")
    ratios = [theirs["seconds"] / ours["seconds"] for theirs, ours in timings]
    return {
        "seconds": statistics.median(ours["seconds"] for _, ours in timings),
        "ratio": statistics.median(ratios),
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
    }


def installed(variant: str) -> bool:
    return variant not in PACKAGES or importlib.util.find_spec(variant) is not None


def run(*, quick: bool) -> Results:
    """Everything that is measured, as plain data."""
    samples, pairs, lengths = (6, 1, (1_000, 10_000)) if quick else (100, 11, (100_000, 1_000_000))
    variants = [variant for variant in NAMES if installed(variant)]
    baseline = variants[0]
    results: Results = {"machine": machine(variants), "samples": samples, "pairs": pairs, "baseline": baseline}
    scalar = [variant for variant in variants if variant != "nn"]
    for task, candidates, size in (("moons", variants, samples), ("readme", scalar, 0)):
        results[task] = {}
        for variant in candidates:
            print(f"timing {task}: {NAMES[variant]}", file=sys.stderr)
            results[task][variant] = {
                state: in_turn(task, variant, baseline, size, collector=state == "on", pairs=pairs)
                for state in ("on", "off")
            }
    print("measuring memory, garbage and long chains", file=sys.stderr)
    results["memory"] = {variant: measure_once("memory", variant, samples) for variant in variants}
    results["garbage"] = {variant: measure_once("garbage", variant, samples)["unreachable"] for variant in variants}
    results["chain"] = {
        variant: [measure_once("chain", variant, length) for length in lengths]
        for variant in scalar
        if variant != "torch"
    }
    return results


def machine(variants: list[str]) -> dict[str, str]:
    versions = {name: metadata.version(name) for name in ("micrograd", "torch") if name in variants}
    return {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}", **versions}


# ------------------------------------------------------------------------------------------------------ the report


def print_report(results: Results) -> None:
    """The tables, in Markdown, so that they can be pasted into the README."""
    print(" ".join(f"{key} {value}" for key, value in results["machine"].items()))
    for variant, package in PACKAGES.items():
        if variant not in results["moons"]:
            print(f"left out: {NAMES[variant]} (python -m pip install {package})")
    print(f"\nOne training step on two moons, {results['samples']} samples, MLP(2, [16, 16, 1]):\n")
    timing_table(results, "moons", "ms", 1e3)
    print("\nThe expression of micrograd's README, forward and backward:\n")
    timing_table(results, "readme", "µs", 1e6 / README_REPEATS)
    print("\nWhat a graph leaves in memory:\n")
    print("| engine | nodes a step | live bytes a node | objects left to the cyclic collector after a step |")
    print("|---|---|---|---|")
    for variant, row in results["memory"].items():
        figures = f"{row['nodes']:,} | {row['bytes_per_node']:.0f} ({row['how']}) | {results['garbage'][variant]:,}"
        print(f"| {NAMES[variant]} | {figures} |")
    print("\nA chain of additions at the default recursion limit, seconds to build / backpropagate / free:\n")
    for variant, rows in results["chain"].items():
        print(f"- {NAMES[variant]}: " + "; ".join(map(chain_text, rows)))


def timing_table(results: Results, task: str, unit: str, scale: float) -> None:
    print(f"| engine | {unit}, collector on | off | times as fast as {results['baseline']}, on | off |")
    print("|---|---|---|---|---|")
    for variant, row in results[task].items():
        times = " | ".join(f"{row[state]['seconds'] * scale:.1f}" for state in ("on", "off"))
        ratios = " | ".join(
            f"{row[state]['ratio']:.1f} [{row[state]['ratio_lowest']:.1f}-{row[state]['ratio_highest']:.1f}]"
            for state in ("on", "off")
        )
        print(f"| {NAMES[variant]} | {times} | {ratios} |")


def chain_text(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['length']:,}: {row['error']}"
    return f"{row['length']:,}: {row['build']:.2f} / {row['backward']:.2f} / {row['free']:.2f}"


def save_picture(results: Results, path: Path) -> None:
    """Milliseconds a moons step, collector on and off, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    variants = list(results["moons"])
    figure, axes = pyplot.subplots(figsize=(8, 0.7 * len(variants) + 1.4), layout="constrained")
    for offset, state, colour in ((-0.2, "on", "#4477aa"), (0.2, "off", "#aaccee")):
        times = [results["moons"][variant][state]["seconds"] * 1e3 for variant in variants]
        bars = axes.barh(
            [i + offset for i in range(len(variants))], times, 0.4, color=colour, label=f"collector {state}"
        )
        axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set_yticks(range(len(variants)), [NAMES[variant] for variant in variants])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.set_xlabel(f"milliseconds a training step on two moons, {results['samples']} samples")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the eager engine beside others.")
    parser.add_argument(
        "--out", type=Path, default=Path("benchmark-results"), help="folder for eager.json and eager.png"
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs; its times mean nothing")
    arguments = parser.parse_args()
    results = run(quick=arguments.quick)
    print_report(results)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "eager.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    save_picture(results, arguments.out / "eager.png")
    print(f"\nwrote {arguments.out / 'eager.json'} and {arguments.out / 'eager.png'}")


if __name__ == "__main__":
    main()
