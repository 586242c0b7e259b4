"""How does the table of functions look on two sheets of paper?

Everything is taken from the rows themselves: the derivative is printed from the row, the range is what the row gives on
a grid and in the limits, a convention is what its partial gives where the limits from both sides differ, and the
picture is drawn from its values. So the sheet cannot disagree with the code.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import autograd
import nn
from autograd import Primitive, Value, formulas, trace
from chalkgrad.html_page import html_page

STYLE = """
body { font: 7.8pt/1.25 Helvetica, Arial, sans-serif; color: #000; margin: 1em auto; max-width: 188mm }
h1 { font-size: 13pt; margin: 0 0 1mm } p { margin: 0 0 1.5mm } table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: bold; border-bottom: 0.4mm solid #000; padding: 0.4mm 1mm }
td { border-bottom: 0.15mm solid #999; padding: 0.3mm 1mm; vertical-align: middle; break-inside: avoid }
tr { break-inside: avoid } sup { line-height: 0 } svg { display: block } .name { font-weight: bold }
table { table-layout: fixed } td:nth-child(3) { white-space: nowrap }
@page { size: A4 portrait; margin: 9mm 11mm } @media print { body { margin: 0; max-width: none } }
"""
NEAR = [n / 64 for n in range(-320, 321)] + [math.pi / 2 * n for n in range(-3, 4)]
"""Where a bound that is reached is looked for."""
FAR = [1e6, 1e300, math.inf]
"""Where limits are looked for, on either side."""
STEP = 1e-7
"""How far from a point its two sides are."""
POLE = 1e15
"""What exceeds this is infinite."""
COLUMNS = (29, 65, 22, 54, 18)
"""Their widths in millimetres."""
WINDOW = (3.0, 2.0)
"""Half the width and half the height of a plot, in units of x and y."""
MILLIMETRES = 1.9
"""For each unit of a plot."""


@dataclass(frozen=True)
class Entry:
    """One line of the sheet: how to call the function, and how it is written."""

    name: str
    text: str
    partials: tuple[tuple[str, str], ...]
    """The name of each operand, and the formula of its partial."""
    call: Callable[..., Any]
    """The function of the operands below, on numbers or Values."""
    operands: tuple[str, ...]
    row: Primitive | None = None


def entries() -> dict[str, list[Entry]]:
    """The functions of the table by groups, in the order of the sheet."""
    public = {name: vars(autograd).get(name) for name in autograd.__all__}
    found = {name: row for name, row in public.items() if isinstance(row, Primitive)}
    activations = [name for name in nn.activations.activation_names() if name in found]
    groups: dict[str, list[Entry]] = {"Activations": [], "Of one number": [], "Of two numbers": [], "Of a list": []}
    for name, row in found.items():
        fixed = (row.arity or 1) - len(row.defaults)
        group = "Activations" if name in activations else "Of one number" if fixed == 1 else "Of two numbers"
        groups[group].append(_entry_of_row(name, row))
    for name in ("dot", "sum", "mean", "logsumexp", "softmax", "cross_entropy"):
        groups["Of a list"].append(_entry_of_list(name))
    return groups


def _entry_of_row(name: str, row: Primitive) -> Entry:
    text, partials = formulas(row)
    operands = row.parameters or ("x", "y")[: row.arity or 1]
    free = tuple(operands[: len(operands) - len(row.defaults)])
    return Entry(name, text, tuple(zip(operands, partials, strict=True)), row, free, row)


OF_LISTS: dict[str, Callable[..., Any]] = {
    "dot": lambda x1, x2: autograd.dot([x1, x2], [Value(2.0, label="w1"), Value(1.0, label="w2")]),
    "sum": lambda x1, x2: autograd.sum([x1, x2]),
    "mean": lambda x1, x2: autograd.mean([x1, x2]),
    "logsumexp": lambda x1, x2: autograd.logsumexp([x1, x2]),
    "softmax": lambda x1, x2: autograd.softmax([x1, x2])[0],
    "cross_entropy": lambda x1, x2: autograd.cross_entropy([x1, x2], 0),
}
"""Each with two numbers; of the softmax the first result, of the cross-entropy that for class 1."""


def _entry_of_list(name: str) -> Entry:
    call, operands = OF_LISTS[name], ("x1", "x2")
    traced = trace(call(*(Value(1.0 + n, label=label) for n, label in enumerate(operands))))
    uses = {step.operand: step for step in traced.backward}
    formula = {step.node: step.formula for step in traced.forward}
    names = {node.label: node.id for node in traced.nodes}
    partials = []
    for operand in operands:
        node, factors = names[operand], []
        while node in uses:
            factors.append(uses[node].formula)
            node = uses[node].node
        partials.append((operand, " * ".join(factor for factor in factors if factor != "1") or "1"))
    text = formula[traced.output]
    for part in reversed(traced.nodes):
        if part.name.startswith("v") and part.id in formula:
            text = re.sub(rf"\b{part.name}\b", formula[part.id] if name != "mean" else f"({formula[part.id]})", text)
    return Entry(name, text, tuple(partials), call, operands)


def value_at(entry: Entry, point: Sequence[float]) -> float:
    """The value, or nan where the function is not defined.

    >>> value_at(entries()["Activations"][0], [0.0]) <= 0.0
    True
    """
    with suppress(ValueError, ZeroDivisionError, TypeError, FloatingPointError):
        try:
            out = entry.call(*point)
        except OverflowError:
            return math.inf
        return float(out.data if isinstance(out, Value) else out)
    return math.nan


def partials_at(entry: Entry, point: Sequence[float]) -> list[float]:
    """The gradient of each operand, nan where the function is not defined."""
    values = [Value(number) for number in point]
    with suppress(ValueError, ArithmeticError, TypeError):
        entry.call(*values).backward()
        return [value.grad for value in values]
    return [math.nan] * len(values)


# ------------------------------------------------------------------------------------------------------------- range


def range_of(entry: Entry) -> str:
    """The values that the function takes, as an interval.

    >>> named = {entry.name: entry for group in entries().values() for entry in group}
    >>> [range_of(named[name]) for name in ("tanh", "relu", "exp", "arcsin", "silu")]
    ['(−1, 1)', '[0, ∞)', '(0, ∞)', '[−π/2, π/2]', '[−0.278, ∞)']
    """
    count = len(entry.operands)
    fine = NEAR if count == 1 else NEAR[::32]
    inside = [v for p in product(fine, repeat=count) if math.isfinite(v := value_at(entry, p))]
    edge = [*FAR, *(-far for far in FAR), *(0.0, 5e-324, -5e-324, -1.0, 1.0)]
    limits = [v for p in product(edge, repeat=count) if (v := value_at(entry, p)) == v]
    if entry.row is not None and entry.row.ieee is not None and count == 1:
        limits += [v for x in (0.0, -1.0, 1.0) if (v := entry.row.ieee(x)) == v and math.isnan(value_at(entry, [x]))]
    low, high = min(inside), max(inside)
    lowest, highest = min([low, *limits]), max([high, *limits])
    left = f"[{_named(low)}" if _reached(low, lowest) else f"({_named(lowest)}"
    right = f"{_named(high)}]" if _reached(high, highest) else f"{_named(highest)})"
    return "all numbers" if (left, right) == ("(−∞", "∞)") else f"{left}, {right}"


def _reached(inside: float, limit: float) -> bool:
    return math.isclose(inside, limit, rel_tol=1e-12, abs_tol=1e-12) and abs(inside) < POLE


def _named(number: float) -> str:
    """A bound as it is written by hand."""
    if abs(number) > 700.0:  # the logarithm of the largest double is 709
        return "∞" if number > 0 else "−∞"
    for name, value in (("π/2", math.pi / 2), ("π", math.pi)):
        if math.isclose(abs(number), value, rel_tol=1e-9):
            return name if number > 0 else f"−{name}"
    return f"{number + 0.0:.3g}".replace("-", "−")


# -------------------------------------------------------------------------------------------------------- conventions


def conventions(entry: Entry) -> Iterator[str]:
    """What the row takes where the derivative does not exist.

    >>> named = {entry.name: entry for group in entries().values() for entry in group}
    >>> list(conventions(named["relu"])), list(conventions(named["maximum"]))[:1], list(conventions(named["tanh"]))
    (['∂/∂x = 0 at x = 0'], ['∂/∂x = 0.5 at x = y'], [])
    >>> list(conventions(named["elu"])), list(conventions(named["power"]))[0]
    (['∂/∂x = alpha at x = 0'], 'value 1 and ∂/∂x = 0 at x = 0, y = 0')
    """
    if entry.row is None or len(entry.operands) > 2:
        return
    one = len(entry.operands) == 1
    defaults = [2.0 * default for default in entry.row.defaults]  # for another alpha elu has a kink as well
    general = replace(entry, call=lambda *operands: entry.call(*operands, *defaults))
    if not one and abs(value_at(general, (0.0, 0.0)) - value_at(general, (0.0, STEP))) > 0.1:
        value, slope = value_at(general, (0.0, 0.0)), partials_at(general, (0.0, 0.0))[0]
        yield f"value {_named(value)} and ∂/∂x = {_named(slope)} at {_where(entry, (0.0, 0.0))}"
    for place, operand in enumerate(entry.operands):
        points: list[tuple[float, ...]] = [(0.0,), (1.0,), (-1.0,)] if one else [(1.0, 1.0), (0.0, 0.0)]
        for point in points:
            here = partials_at(general, point)[place]
            left, right = (partials_at(general, _moved(point, place, by))[place] for by in (-STEP, STEP))
            if here == here and (abs(left - right) > 1e-3 or math.isinf(here)):
                yield f"∂/∂{operand} = {_symbol(here, entry.row, defaults)} at {_where(entry, point)}"
                if point == (1.0, 1.0):
                    break


def _moved(point: Sequence[float], place: int, by: float) -> list[float]:
    return [x + by if n == place else x for n, x in enumerate(point)]


def _where(entry: Entry, point: Sequence[float]) -> str:
    if point == (1.0, 1.0):
        return f"{entry.operands[0]} = {entry.operands[1]}"
    return ", ".join(f"{name} = {_named(x)}" for name, x in zip(entry.operands, point, strict=True))


def _symbol(number: float, row: Primitive, defaults: Sequence[float]) -> str:
    """The name of a further operand where the convention is its value."""
    names = row.parameters[len(row.parameters) - len(defaults) :]
    named = (name for name, default in zip(names, defaults, strict=True) if number == default)
    return next(named, _named(number) if math.isinf(number) else f"{number:.4g}".replace("-", "−"))


# --------------------------------------------------------------------------------------------------------------- page


def sheet() -> str:
    """The page, for two sheets of A4."""
    parts = [
        "<h1>Functions and their derivatives</h1><p>Solid: the function; dashed: its derivative with respect to x "
        f"from −{WINDOW[0]:g} to {WINDOW[0]:g}, further operands 1; lists of two numbers, the other 0. Printed "
        "from the table of chalkgrad: `explain_row` shows a line of it.</p>"
        "<table><colgroup>" + "".join(f"<col style='width:{width}mm'>" for width in COLUMNS) + "</colgroup>"
    ]
    for group, listed in entries().items():
        head = (group, "derivative", "range", "domain; at kinks and poles", "")
        parts.append("<tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>")
        parts += map(_line, listed)
    parts.append("</table>")
    return html_page("Functions and their derivatives", STYLE, "\n".join(parts))


def _line(entry: Entry) -> str:
    called = "" if entry.text.startswith(f"{entry.name}(") else f"<br>{_formula(entry.text)}"
    written = entry.text if not called else entry.name
    several = len(entry.partials) > 1
    partials = "<br>".join(
        f"∂/∂{name} = {_formula(text)}" if several else _formula(text) for name, text in entry.partials
    )
    domain = [_formula(entry.row.domain)] if entry.row is not None and entry.row.domain else []
    notes = "; ".join([*domain, *map(html.escape, conventions(entry))])
    return (
        f"<tr><td><span class='name'>{html.escape(written)}</span>{called}</td><td>{partials}</td>"
        f"<td>{range_of(entry)}</td><td>{notes}</td><td>{plot(entry)}</td></tr>"
    )


def _formula(text: str) -> str:
    """A formula as HTML: a dot for a product, an exponent raised.

    >>> _formula("y * x ** (y - 1)")
    'y · x<sup>y − 1</sup>'
    """
    text = html.escape(text.replace(" * ", " · "), quote=False)
    text = re.sub(r" \*\* (?:(\w+)|\(([^()]*)\))", lambda found: f"<sup>{found[1] or found[2]}</sup>", text)
    return text.replace("&gt;=", "≥").replace("&lt;=", "≤").replace("-", "−")


def plot(entry: Entry) -> str:
    """A small picture: the function solid, its derivative dashed, both axes in the same unit."""
    others = [1.0 if entry.row is not None else 0.0] * (len(entry.operands) - 1)
    if len(entry.operands) > 2:
        others = [1.0, 2.0]
    place = 1 if len(entry.operands) > 2 else 0
    xs = [n / 40 for n in range(-round(40 * WINDOW[0]), round(40 * WINDOW[0]) + 1)]
    points = [[others[0], x, others[1]] if place else [x, *others] for x in xs]
    values = [value_at(entry, point) for point in points]
    slopes = [partials_at(entry, point)[place] for point in points]
    width, height = (2 * MILLIMETRES * half for half in WINDOW)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.1f}mm' height='{height:.1f}mm' "
        f"viewBox='{-WINDOW[0]} {-WINDOW[1]} {2 * WINDOW[0]} {2 * WINDOW[1]}' fill='none' stroke='#000'>"
        f"<path d='M{-WINDOW[0]} 0H{WINDOW[0]}M0 {-WINDOW[1]}V{WINDOW[1]}' stroke='#bbb' stroke-width='.06'/>"
        f"<path d='{_path(xs, slopes)}' stroke-width='.07' stroke-dasharray='.18 .14'/>"
        f"<path d='{_path(xs, values)}' stroke-width='.13'/></svg>"
    )


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """The drawn line, interrupted where it leaves the window or jumps."""
    parts, before = [], math.nan
    for x, y in zip(xs, ys, strict=True):
        if abs(y) <= WINDOW[1]:
            parts.append(f"{'L' if abs(y - before) < 0.5 else 'M'}{x:.3f} {-y:.3f}")
        before = y if abs(y) <= WINDOW[1] else math.nan
    return "".join(parts) or "M0 0"
