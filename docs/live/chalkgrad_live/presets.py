"""Which phenomena does the playground show in one click?  Each is a choice of settings, and what to look at."""

from __future__ import annotations

from typing import Any

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "two moons": (
        "Press play: the boundary bends around the moons until 95 % and more are classified correctly.",
        {},
    ),
    "vanishing gradients": (
        "Ten sigmoid layers. Each multiplies the gradient by a slope of at most 1/4, so the first layers receive "
        "almost none of it. Compare mean |gradient| of the first and the last layer, then choose tanh.",
        {"widths": "6, 6, 6, 6, 6, 6, 6, 6, 6, 6", "activation": "sigmoid", "learning_rate": 0.03, "samples": 100},
    ),
    "dead ReLUs": (
        "The first steps are so large that units end where relu is 0 for every sample. Their gradient is 0, so they "
        "never come back: see the share of dead units. Then choose leaky_relu.",
        {"activation": "relu", "learning_rate": 5.0, "samples": 100},
    ),
    "learning rate too high": (
        "Each step jumps over the valley to a higher place: the loss grows instead of falling. Then choose 0.03.",
        {"learning_rate": 1.0, "loss": "mean_squared_error", "samples": 100, "activation": "relu", "widths": "8"},
    ),
    "zero initialisation": (
        "All weights are 0, so all units of a layer get the same gradient and stay the same: the picture of the "
        "network stays symmetric, and the loss stays near log 2. Then choose auto.",
        {"init": "zeros", "samples": 100},
    ),
    "overfitting": (
        "20 noisy training samples and hundreds of parameters: the training loss goes to 0 while the loss on held-back "
        "data grows. Then add L2, or more samples.",
        {"widths": "16, 16", "samples": 60, "held": 0.66, "noise": 0.45, "optimizer": "Adam", "learning_rate": 0.03},
    ),
    "momentum in a narrow valley": (
        "One feature is twenty times as large as the other, so the loss is a narrow valley: steps that are stable "
        "across it are tiny along it. With momentum the small steps add up. Set momentum to 0 to compare.",
        {
            "data": "stretched blobs", "noise": 1.0, "widths": "", "loss": "mean_squared_error",
            "learning_rate": 0.0007, "momentum": 0.9, "batch_size": 500, "samples": 100, "held": 0.0, "seed": 2,
        },
    ),
}  # fmt: skip
"""The name of each, the sentence, and the settings that differ from the usual ones."""
