"""How are metrics computed of a data set that comes in parts?

Read before: ``of_classes``, ``of_amounts``. Read after: ``evaluation``.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

from . import CLASS_METRICS, METRICS, accuracy, class_codes, counts_of, of_counts, width_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Tally:
    """The metrics of plain outputs that come in parts; accuracy only if the targets are classes.

    Accuracy and the other metrics of classes keep only counts, so that their memory does not grow with the data; any
    other metric needs all outputs. A metric of this library is nan if an output is not finite. ``threshold`` is called
    if it is needed.
    """

    def __init__(self, metrics: dict[str, Any], threshold: Callable[[], float]) -> None:
        self.metrics, self.threshold = metrics, threshold
        self.finite = True
        self.codes: set[Any] | None = None
        self.counts: Any = None
        self.parts: list[tuple[Any, Any]] = []
        self.counted = any(metric in CLASS_METRICS for metric in metrics.values())
        self.kept = any(metric not in CLASS_METRICS for metric in metrics.values())

    def add(self, outputs: Any, targets: Any) -> None:
        """Add the outputs and targets of some samples."""
        width = width_of(outputs)
        self.finite = self.finite and _all_finite(outputs)
        if self.counted and self.codes != set():
            codes = class_codes(targets, width)
            self.codes = codes if self.codes is None else self.codes & codes
            if self.codes and self.finite:
                counts = counts_of(outputs, targets, 0.0 if width else self._limit())
                self.counts = counts if self.counts is None else self.counts + counts
        if self.kept:
            self.parts.append((_as_kind_of(targets, outputs), targets))

    def _limit(self) -> float:
        limit = self.threshold()
        self.threshold = lambda: limit
        return limit

    def results(self) -> dict[str, float]:
        """Each metric by name."""
        results = {}
        outputs, targets = (
            (joined(list(part)) for part in zip(*self.parts, strict=True)) if self.parts else (None, None)
        )
        for name, metric in self.metrics.items():
            of_classes = metric in CLASS_METRICS
            if of_classes and not self.codes:
                if metric is accuracy:
                    continue
                raise ValueError(
                    f"{name} needs class labels: indices for several outputs, 0 and 1 or -1 and +1 for one"
                )
            if not self.finite and metric in METRICS.values():
                results[name] = math.nan
            else:
                results[name] = of_counts(metric, self.counts) if of_classes else float(metric(outputs, targets))
        return results


def _as_kind_of(targets: Any, outputs: Any) -> Any:
    """The outputs as a list if the targets are a list, else as a new array."""
    if isinstance(targets, list):
        return outputs if isinstance(outputs, list) else outputs.tolist()
    import numpy as np

    return np.array(outputs, dtype=float)


def _all_finite(outputs: Any) -> bool:
    if not isinstance(outputs, list):
        import numpy as np

        return bool(np.isfinite(outputs).all())
    return all(map(math.isfinite, chain.from_iterable(outputs) if isinstance(outputs[0], list) else outputs))


def measured(metrics: dict[str, Any], outputs: Any, targets: Any, threshold: Callable[[], float]) -> dict[str, float]:
    """Each metric of plain outputs, as a ``Tally`` of one part."""
    tally = Tally(metrics, threshold)
    tally.add(outputs, targets)
    return tally.results()


def joined(parts: list[Any]) -> Any:
    """Lists, or arrays, one after the other."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], list):
        return list(chain.from_iterable(parts))
    import numpy as np

    return np.concatenate(parts)
