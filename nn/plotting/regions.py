"""Which class does a model predict at each point of the plane, and how is that painted?

All pictures of predicted classes compare the scores here, so that they agree. Read before: ``evaluation``.
Read after: ``plotting``, ``recording``.
"""

from __future__ import annotations

from typing import Any

COLOURS = ("#2f6db5", "#d1603d", "#4f9d69", "#8e63a9", "#c9a227", "#5f6b73")


def grid(numbers: list[float], resolution: int) -> list[float]:
    """``resolution`` points from below the lowest of ``numbers`` to above the highest.

    >>> grid([0.0, 10.0], 3)
    [-1.5, 5.0, 11.5]
    """
    low, high = min(numbers), max(numbers)
    margin = 0.15 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return [low + (high - low) * i / (resolution - 1) for i in range(resolution)]


def class_scores(outputs: list[Any], threshold: float) -> list[list[float]]:
    """One score per class for each output: the class with the highest score is predicted, the first of equals.

    >>> class_scores([0.75, 0.25], 0.5), class_scores([[1.0, 3.0, 2.0]], 0.0)
    ([[0.0, 0.25], [0.0, -0.25]], [[1.0, 3.0, 2.0]])
    """
    return [output if isinstance(output, list) else [0.0, output - threshold] for output in outputs]


def leads(scores: Any) -> Any:
    """For each class an array of its leads: its score minus the highest other score, at each point; nan stays nan.

    At each point one class has a lead of at least 0: the class that the model predicts, the first of equals.

    >>> leads([[1.0, 3.0, 2.5]]).tolist()
    [[-2.0], [0.5], [-0.5]]
    """
    import numpy as np

    heights = np.clip(np.array(scores, dtype=float), -1e300, 1e300)  # (points, classes)
    winners = heights.argmax(axis=1)
    found = []
    for label in range(heights.shape[1]):
        lead = heights[:, label] - np.delete(heights, label, axis=1).max(axis=1, initial=-1e300)
        lead[(lead == 0.0) & (winners != label)] = -np.finfo(float).tiny
        found.append(lead)
    return np.array(found)  # (classes, points)


MARKERS = ("o", "s", "^", "D", "v", "P")
"""For classes and curves, so that they differ in grey print as well."""


def draw_boundary(
    axes: Any, grids: list[list[float]], scores: list[list[float]], samples: list[tuple[float, float, int]], size: float
) -> None:
    """Paint the class predicted at each point of the plane, and over it the samples: two features and a class each.

    ``scores`` go through the grid row by row. ``size`` is that of a sample, in square points.
    """
    paint_regions(axes, grids, scores)
    for label in range(len(scores[0])):
        points = [sample[:2] for sample in samples if sample[2] == label]
        axes.scatter(
            [p[0] for p in points], [p[1] for p in points], s=size, color=COLOURS[label % len(COLOURS)],
            edgecolor="white", linewidth=0.5, marker=MARKERS[label % len(MARKERS)], label=f"class {label}",
        )  # fmt: skip
    axes.set(xlabel="first feature", ylabel="second feature")


def paint_regions(axes: Any, grids: list[list[float]], scores: list[list[float]]) -> None:
    """Paint each class where its score is the highest. ``scores`` go through the grid row by row.

    Between the grid's points the leads are interpolated, so that boundaries are smooth and no third class appears
    between two. Points with nan stay blank.
    """
    import numpy as np

    for label, lead in enumerate(leads(scores)):
        known = lead[~np.isnan(lead)]
        if known.size and known.max() >= 0.0:
            image, levels = lead.reshape(len(grids[1]), len(grids[0])), [0.0, 2.0 * known.max() + 1.0]
            axes.contourf(*grids, image, levels=levels, colors=[COLOURS[label % len(COLOURS)]], alpha=0.25)
            if known.min() < 0.0:
                axes.contour(*grids, image, levels=[0.0], colors="black", linewidths=0.8)
