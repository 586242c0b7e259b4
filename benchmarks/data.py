"""How fast is an epoch over data in an array, beside the same loop written by hand in JAX?

    python benchmarks/data.py --peers python-with-jax --samples 1000000 --out benchmark-results

One epoch of MLP(64, [32, 10]) with Adam in float64, on one thread, compiling included: `nn.fit(engine="compiled")`, and
a loop around a jitted step. Both take the same batches in the same order from the same initial weights, and the run
stops if their losses differ. The two take turns; a ratio is the median over neighbours in time. Prints a table and
writes data.json: processor's time, peak memory, and the peak of anonymous memory when the data is a memmap.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def worker(python: str, engine: str, samples: int, batch: int, folder: Path) -> dict[str, Any]:
    command = [python, str(HERE / "data_worker.py"), engine, str(samples), str(batch), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{engine} stopped: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(peers: str, samples: int, batch: int, rounds: int, folder: Path) -> dict[str, Any]:
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(worker(sys.executable, "array", samples, batch, folder))
        theirs.append(worker(peers, "jax", samples, batch, folder))
    for mine, other in zip(ours, theirs, strict=True):
        if abs(mine["loss"] - other["loss"]) > 1e-9 * mine["loss"]:
            raise RuntimeError(f"the losses differ: {mine['loss']} and {other['loss']}")
    mapped = worker(sys.executable, "memmap", samples, batch, folder)
    megabytes = samples * 64 * 8 / 2**20
    ratios = [mine["seconds"] / other["seconds"] for mine, other in zip(ours, theirs, strict=True)]
    return {
        "samples": samples,
        "batch": batch,
        "chalkgrad seconds": statistics.median(answer["seconds"] for answer in ours),
        "jax seconds": statistics.median(answer["seconds"] for answer in theirs),
        "time, chalkgrad : jax": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "peak memory : data": max(answer["peak MiB"] for answer in ours) / megabytes,
        "memmap: anonymous MiB": mapped["anonymous MiB"],
        "loss": ours[0]["loss"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable, help="an interpreter with jax")
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, nargs="+", default=[256, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for batch in arguments.batches:
            results.append(measure(arguments.peers, arguments.samples, batch, arguments.rounds, Path(folder)))
            for name, number in results[-1].items():
                print(f"{name:>24}  {number:.6g}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "data.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
