"""How fast are compiled programs, beside hand-written NumPy, JAX and PyTorch?

    python benchmarks/compiled.py --peers python-with-jax-and-torch --out benchmark-results

Prints a table, and writes compiled.json and compiled.png.  One training step with gradient and update, float64, one
thread, time of the processor.  All engines compute the same losses, or the run stops.  The machine's speed drifts, so
the engines take turns; a ratio is the median over rounds of two neighbours in time.  JAX and PyTorch may live in an
interpreter of their own (`--peers`); what is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from compiled_works import WORKS

HERE = Path(__file__).parent
Results = dict[str, Any]
OURS = ("c", "numpy")
BATCHES = [("width:16", samples) for samples in (100, 1_000, 10_000, 100_000, 1_000_000)]
WIDTHS = [(f"width:{width}", 1_000) for width in (16, 32, 64, 128, 256, 512, 1_024)]
COSTS = [("nodes", n) for n in (10_000, 100_000, 1_000_000)] + [("chain", 1_000_000)]
COSTS += [("link", 0), ("build", 0), ("call", 0)]


class Worker:
    """A process that takes steps when asked."""

    def __init__(self, python: str, engine: str, work: str, seconds: float) -> None:
        command = [python, str(HERE / "compiled_worker.py"), engine, work, str(seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self) -> Results:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the benchmark's worker stopped: {self.process.args}")
        parsed: Results = json.loads(answer)
        return parsed

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def has(python: str, package: str) -> bool:
    return subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False).returncode == 0


def engines_for(work: str, peers: str) -> dict[str, str]:
    """The interpreter for each engine that can do this work."""
    found = dict.fromkeys(OURS, sys.executable)
    if work.startswith(("moons", "digits")):
        found["by hand"] = sys.executable
    scalars = ("casadi", "micrograd") if work == "moons 100" else ()
    return found | {engine: peers for engine in ("jax", "torch", *scalars) if has(peers, engine)}


def measure_work(work: str, peers: str, rounds: int, seconds: float) -> Results:
    """Seconds a step of each engine, and how many times as fast ours are as each of the others."""
    workers = {engine: Worker(python, engine, work, seconds) for engine, python in engines_for(work, peers).items()}
    try:
        first = {engine: worker.measure() for engine, worker in workers.items()}
        check_losses(work, {engine: answer["losses"] for engine, answer in first.items()})
        taken = [{engine: worker.measure()["seconds"] for engine, worker in workers.items()} for _ in range(rounds)]
    finally:
        for worker in workers.values():
            worker.close()
    others = [engine for engine in workers if engine not in OURS]
    return {
        "seconds": {engine: statistics.median(row[engine] for row in taken) for engine in workers},
        "first": {engine: first[engine]["first"] for engine in workers},
        "times as fast": {
            ours: {other: statistics.median(row[other] / row[ours] for row in taken) for other in others}
            for ours in OURS
        },
    }


def check_losses(work: str, losses: dict[str, list[float]]) -> None:
    for engine, found in losses.items():
        if any(abs(a - b) > 1e-10 * (1 + abs(b)) for a, b in zip(found, losses["c"], strict=True)):
            raise RuntimeError(f"{work}: {engine} computes the losses {found}, c computes {losses['c']}")


def alone(engine: str, work: str, seconds: float) -> Results:
    worker = Worker(sys.executable, engine, work, seconds)
    try:
        worker.measure()
        return worker.measure()
    finally:
        worker.close()


def growth(seconds: float) -> Results:
    """Flops a second of wider networks and larger batches, beside the core's best."""
    peak = alone("peak", "", seconds)
    results: Results = {"peak": peak["flops"] / peak["seconds"], "rows": []}
    for name, samples in dict.fromkeys(BATCHES + WIDTHS):
        width = int(name.split(":")[1])
        flops = samples * 2 * (2 * (2 * width) + 3 * width * width + 3 * width)  # the first layer has no dX
        taken = alone("c", f"{name}:{samples}", seconds)["seconds"]
        results["rows"].append({"width": width, "samples": samples, "seconds": taken, "flops": flops / taken})
        print(f"growth: width {width}, {samples} samples", file=sys.stderr)
    return results


def costs() -> Results:
    """What compiling and calling cost: see compiled_costs.py."""
    found: Results = {}
    for what, size in COSTS:
        print(f"cost of {what} {size or ''}", file=sys.stderr)
        command = [sys.executable, str(HERE / "compiled_costs.py"), what, str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[f"{what} {size}" if size else what] = json.loads(done.stdout)
    return found


def print_costs(found: Results) -> None:
    print()
    for name, row in found.items():
        if "bytes a node" in row:
            kind = "whole batch of moons" if name.startswith("nodes") else "chain"
            speed, memory = row["seconds a node"] * 1e6, row["bytes a node"]
            print(f"- {kind}, {row['nodes']:,} nodes: compiled and run in {speed:.2f} µs and {memory:.0f} bytes a node")
    link, build, call = (found[name] for name in ("link", "build", "call"))
    print(f"- linking a graph of {link['nodes']:,} nodes to the C runtime: {link['seconds'] * 1e3:.1f} ms")
    print(
        f"- building the C runtime, once: {build['seconds']:.1f} s "
        f"({build['seconds of processors']:.1f} s of processors: three compilers at a time)"
    )
    print(
        f"- calling a program that does nothing: {call['bound'] * 1e6:.2f} µs bound, "
        f"{call['value_and_grad'] * 1e6:.2f} µs with the same arrays again"
    )


def print_report(results: Results) -> None:
    print(f"{results['machine']}; microseconds a step, and how many times as fast backend c is\n")
    engines = ["c", "numpy", "by hand", "jax", "torch"]
    print(
        "| work | " + " | ".join(engines) + " | c : jax | c : torch | numpy : by hand | first step of c, of jax, ms |"
    )
    print("|---" * (len(engines) + 5) + "|")
    for work, row in results["works"].items():
        times = [f"{row['seconds'][e] * 1e6:,.0f}" if e in row["seconds"] else "-" for e in engines]
        fast = row["times as fast"]
        pairs = (("c", "jax"), ("c", "torch"))
        ratios = [f"{fast[ours][other]:.2f}" if other in fast[ours] else "-" for ours, other in pairs]
        first = ", ".join(f"{row['first'][e] * 1e3:,.0f}" for e in ("c", "jax") if e in row["first"])
        by_hand = f"{1 / fast['numpy']['by hand']:.2f} of its time" if "by hand" in fast["numpy"] else "-"
        print(f"| {work} | {' | '.join(times)} | {' | '.join(ratios)} | {by_hand} | {first} |")
    if "moons 100" in results["works"]:
        fast = results["works"]["moons 100"]["times as fast"]["c"]
        for engine in ("casadi", "micrograd"):
            if engine in fast:
                print(f"\nmoons 100: {fast[engine]:,.0f} times as fast as {engine}", end="")
        print()
    if "eager" in results:
        eager, compiled = results["eager"], results["works"]["microgpt"]["seconds"]["c"]
        print(f"\nmicrogpt: the eager engine takes {eager * 1e3:.0f} ms a step, {eager / compiled:,.0f} times as long")
    if "growth" in results:
        peak = results["growth"]["peak"]
        print(f"\nbest of the core (a product of 384 x 384 matrices in NumPy): {peak / 1e9:.1f} GFLOP/s\n")
        for row in results["growth"]["rows"]:
            share = row["flops"] / peak
            print(
                f"- width {row['width']}, {row['samples']:,} samples: "
                f"{row['flops'] / 1e9:.1f} GFLOP/s, {share:.0%} of it"
            )
    if "costs" in results:
        print_costs(results["costs"])


def save_picture(results: Results, path: Path) -> None:
    """Times as fast as JAX, PyTorch and hand-written NumPy; and the share of the core's best as work grows."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    works = list(results["works"])
    columns = 2 if "growth" in results else 1
    figure, whole = pyplot.subplots(
        1, columns, figsize=(7 * columns, 0.6 * len(works) + 1.8), layout="constrained", squeeze=False
    )
    axes = whole[0][0]
    if "growth" in results:
        draw_growth(results["growth"], whole[0][1])
    others = [
        o for o in ("jax", "torch", "by hand") if any(o in r["times as fast"]["c"] for r in results["works"].values())
    ]
    for n, other in enumerate(others):
        ratios = [results["works"][work]["times as fast"]["c"].get(other, 0.0) for work in works]
        bars = axes.barh([i + 0.25 * n for i in range(len(works))], ratios, 0.25, label=other)
        axes.bar_label(bars, fmt=lambda v: f"{v:.1f}" if v else "", padding=3, fontsize=8)
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.set_yticks([i + 0.25 for i in range(len(works))], works)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.1)
    axes.set_xlabel("backend c: times as fast, one training step")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def draw_growth(found: Results, axes: Any) -> None:
    rows = found["rows"]
    for label, chosen, key in (
        ("width 16, over samples", [r for r in rows if r["width"] == 16], "samples"),
        ("1,000 samples, over width", [r for r in rows if r["samples"] == 1_000], "width"),
    ):
        shares = [100 * row["flops"] / found["peak"] for row in chosen]
        axes.plot([row[key] for row in chosen], shares, marker="o", label=label)
    axes.axhline(60.0, color="black", linewidth=0.8, linestyle="dashed")
    axes.set_xscale("log")
    axes.set_ylim(0, 100)
    axes.set_xlabel("samples, or width")
    axes.set_ylabel("% of the core's best matrix product")
    axes.legend(frameon=False)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time compiled programs beside NumPy, JAX and PyTorch.")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"), help="folder for JSON and PNG")
    parser.add_argument("--peers", default=sys.executable, help="the Python that has jax and torch (this one)")
    parser.add_argument("--works", nargs="+", choices=WORKS, default=list(WORKS), metavar="WORK", help="only these")
    parser.add_argument("--rounds", type=int, default=9, help="how often the engines take turns (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round, to see that it runs")
    arguments = parser.parse_args()
    rounds, seconds = (1, 0.001) if arguments.quick else (arguments.rounds, 0.1)
    results: Results = {
        "machine": f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        "works": {},
    }
    for work in arguments.works:
        print(f"timing {work}", file=sys.stderr)
        results["works"][work] = measure_work(work, arguments.peers, rounds, seconds)
    if "microgpt" in arguments.works:
        results["eager"] = alone("eager", "microgpt", seconds)["seconds"]
    if not arguments.quick:
        results["growth"] = growth(seconds)
        results["costs"] = costs()
    print_report(results)
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "compiled.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    save_picture(results, arguments.out / "compiled.png")
    print(f"\nwrote {arguments.out / 'compiled.json'} and {arguments.out / 'compiled.png'}")


if __name__ == "__main__":
    main()
