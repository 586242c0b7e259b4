"""How fast is `nn.estimators.MLPClassifier` beside scikit-learn's, with the same settings on the same data?

    python benchmarks/estimators.py --out benchmark-results

Both classify digits and breast cancer (tables that scikit-learn contains) with their default settings, on one thread.
In each round they take turns on one split of the data into training and test set; a ratio is the median over the
rounds. Times are processor time, and tracing and compiling count, except for building the C runtime once per machine.
Prints a table and writes estimators.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
import warnings
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is loaded

from sklearn.datasets import load_breast_cancer, load_digits  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.neural_network import MLPClassifier as Theirs  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from nn.estimators import MLPClassifier as Ours  # noqa: E402

TABLES = {"digits": load_digits, "breast cancer": load_breast_cancer}
KINDS = {"chalkgrad": Ours, "scikit-learn": Theirs}


def fitted(kind: Any, parts: Any, seed: int, max_iter: int) -> dict[str, float]:
    X_train, X_test, y_train, y_test = parts
    model = kind(random_state=seed, max_iter=max_iter)
    began = time.process_time()
    model.fit(X_train, y_train)
    seconds = time.process_time() - began
    return {"seconds": seconds, "epochs": model.n_iter_, "accuracy": float(model.score(X_test, y_test))}


def measure(name: str, rounds: int, max_iter: int) -> dict[str, Any]:
    X, y = TABLES[name](return_X_y=True)
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for seed in range(-1, rounds):  # the first round builds and loads what is needed, and does not count
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=max(seed, 0))
        scaler = StandardScaler().fit(X_train)
        parts = scaler.transform(X_train), scaler.transform(X_test), y_train, y_test
        order = list(KINDS) if seed % 2 else list(KINDS)[::-1]
        for kind in order:
            result = fitted(KINDS[kind], parts, max(seed, 0), max_iter)
            if seed >= 0:
                found[kind].append(result)
    pairs = zip(found["chalkgrad"], found["scikit-learn"], strict=True)
    ratios = [mine["seconds"] / other["seconds"] for mine, other in pairs]
    results: dict[str, Any] = {
        f"{kind} {what}": statistics.median(result[what] for result in found[kind])
        for kind in KINDS
        for what in ("seconds", "epochs", "accuracy")
    }
    return results | {
        "time, chalkgrad : scikit-learn": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--max-iter", type=int, default=200, help="the most epochs, as in both estimators")
    parser.add_argument("--out", type=Path, default=Path("benchmark-results"))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of trainings that end at max_iter
    results = {}
    for name in TABLES:
        results[name] = measure(name, arguments.rounds, arguments.max_iter)
        for what, number in results[name].items():
            print(f"{name:>14}  {what:<32}{number:.4g}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "estimators.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
