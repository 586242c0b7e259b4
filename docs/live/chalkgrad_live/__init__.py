"""What do the pages of the playground and the live lessons ask Python?

A page sends the name of one of `ANSWERS` and its arguments; `answer` sends back JSON. All sentences, numbers and
pictures of the pages are made here: `pictures` (the boundary, the network, the curves), `settings` (what a learner
chooses, and the program that this describes), `presets`, `network` (training it), `expression` (a formula's graph),
`cells` (the cells of a lesson).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

ANSWERS = {
    "cells.run": ("cells", "run"),
    "expression.explain": ("expression", "explained"),
    "expression.nudge": ("expression", "nudged"),
    "expression.show": ("expression", "show"),
    "expression.step": ("expression", "stepped"),
    "network.add": ("network", "add_point"),
    "network.add_at": ("network", "add_point_at"),
    "network.choices": ("network", "choices"),
    "network.diagnose": ("network", "diagnosed"),
    "network.look": ("network", "look"),
    "network.open": ("network", "start"),
    "network.remove": ("network", "remove_point"),
    "network.run": ("network", "run"),
}
"""The name of each question, and the module and the function that answer it."""


def answer(question: str) -> str:
    """The answer to one question, `{"name": ..., "given": {...}}`, as JSON.

    What a learner can cause (a formula that cannot be read or drawn, a loss that overflows) gives {"problem": text}.

    >>> answer('{"name": "expression.show", "given": {"formula": "a.b", "numbers": {}}}')[:43]
    '{"problem": "attributes (a.b) are not allow'
    """
    asked = json.loads(question)
    module, function = ANSWERS[asked["name"]]
    found: Callable[..., Any] = vars(import_module(f"{__name__}.{module}"))[function]
    try:
        return json.dumps(plain(found(**asked["given"])), allow_nan=False)
    except (ArithmeticError, ImportError, RuntimeError, TimeoutError, TypeError, ValueError) as error:
        return json.dumps({"problem": str(error)})


def warm() -> None:
    """Load what the first cell and the first picture need, while the page is being read."""
    import chalkgrad.exercises  # noqa: F401
    from autograd import Value, draw

    for module, _ in ANSWERS.values():
        import_module(f"{__name__}.{module}")
    draw(Value(2.0) * 3.0)._repr_mimebundle_()


def plain(thing: Any) -> Any:
    """The same for JSON, which has no nan and no infinity: None."""
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else None
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [plain(value) for value in thing]
    return thing
