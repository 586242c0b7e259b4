"""How is an explanation written?  As text for a terminal, and as Markdown with typeset formulas for a notebook.

Read `paths` first, which computes what is written here; `explain` next.  Long lists are shortened, and the last line
says by how much.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from autograd.symbolic.printing import MAX_LIST, atom, count, factor_text, name_text, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.views.explain.paths import ChainRule, Contribution, Forward, Local, Path

Record = TypeVar("Record")

MAX_LINES = 20
"""A longer list is shortened."""
MAX_GIVEN = 10
"""At most this many numbers are listed in one line."""

# ------------------------------------------------------------------------------------------------------- plain text


def text(explained: ChainRule) -> str:
    """The explanation for a terminal."""
    output, wrt = explained.output, explained.wrt
    lines = [f"How does {output} change with {wrt}?", ""]
    if explained.forward:
        lines += ["Forward:", *_given(explained, "  "), *_cut(explained.forward, _forward, "  ")]
        lines += [f"Each step on the way from {wrt} to {output}:"]
        lines += _cut(explained.steps, _local, "  ")
    if explained.forward and explained.paths:
        lines += ["Each path, with the product of its steps:"]
        lines += _cut(_alike(explained.paths), _path, "  ")
    if not explained.paths and explained.path_count:
        lines += [f"{_there_are(explained.path_count)}; added up by where they begin:"]
        lines += _cut(explained.contributions, lambda found: _contribution(found, explained), "  ")
    return "\n".join([*lines, *_ends(explained)])


def _given(explained: ChainRule, before: str, style: str = "text") -> list[str]:
    """One line with the operands along the paths that do not depend on the number itself."""
    many, sign = len(explained.given), "$" if style == "latex" else ""
    if not many:
        return []
    written = [
        f"{sign}{name_text(given.name, style)} = {number_text(given.data, style)}{sign}"
        for given in explained.given[:MAX_GIVEN]
    ]
    written += [f"... and {many - MAX_GIVEN:,} more"] if many > MAX_GIVEN else []
    wrt = f"{sign}{name_text(explained.wrt, style)}{sign}"
    return [f"{before}{', '.join(written)} ({'do' if many > 1 else 'does'} not depend on {wrt})"]


def _forward(step: Forward) -> str:
    return _equal(step.name, step.formula, step.numbers, number_text(step.data))


def _local(step: Local) -> str:
    partial = f"∂{atom(step.node)}/∂{atom(step.operand)}"
    if not step.taken:
        return f"{partial} = 0 (not taken)"
    total = "" if step.total is None else f"; together {partial} = {number_text(step.total)}"
    return _equal(partial + step.which, step.formula, step.numbers, number_text(step.partial)) + total


def _path(found: tuple[Path, int]) -> str:
    path, times = found
    way, product = " → ".join(_short(path.nodes)), _equal(_product(path.partials, " · "), number_text(path.product))
    return f"{way}: {product}" if times == 1 else f"{times} × ({way}): {product} each"


def _alike(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """Each path once, with the number of times that it occurs: those through both operands of d * d look the same."""
    return list(Counter(paths).items())


def _contribution(found: Contribution, explained: ChainRule) -> str:
    product = f"{number_text(found.gradient)} · {factor_text(found.partial)}"
    output, wrt, user = atom(explained.output), atom(explained.wrt), atom(found.user)
    return (
        f"through {found.user}{found.which}: d{output}/d{user} · ∂{user}/∂{wrt}{found.which} = {product}"
        f" = {number_text(found.product)} ({_many(found.paths)})"
    )


def _ends(explained: ChainRule) -> list[str]:
    """The sum over the paths, and how it compares with `.grad`."""
    output, wrt, total = explained.output, explained.wrt, number_text(explained.gradient)
    slope = f"d{atom(output)}/d{atom(wrt)}"
    if not explained.forward:
        lines = [f"{output} is {wrt} itself: {slope} = 1"]
    elif explained.path_count == 0:
        lines = [f"No path: the branches that lead to {wrt} were not taken, so {slope} = 0"]
    elif explained.path_count == 1:
        lines = [f"One path, so {slope} = {total}"]
    else:
        terms = [path.product for path in explained.paths] or [found.product for found in explained.contributions]
        lines = [f"The sum over the {_many(explained.path_count)}: {_equal(slope, _sum(terms), total)}"]
    if explained.grad is None:
        lines.append(f"({wrt}.grad is not computed yet; {output}.backward() adds this to it.)")
    elif explained.is_all_of_grad:
        lines.append(f"(This is the value of {wrt}.grad.)")
    else:
        lines.append(
            f"({wrt}.grad is {number_text(explained.grad)}: more than this one backward pass has added to it.)"
        )
    if explained.changed:
        lines.append(f"(An operand of {', '.join(_short(explained.changed))} was changed since; compute it again.)")
    return lines


# --------------------------------------------------------------------------------------------- Markdown with formulas


def markdown(explained: ChainRule) -> str:
    """The explanation for a notebook."""
    output, wrt = name_text(explained.output, "latex"), name_text(explained.wrt, "latex")
    lines = [f"**How does ${output}$ change with ${wrt}$?**"]
    if explained.forward:
        lines += [
            "Forward:",
            "\n".join([*_given(explained, "- ", "latex"), *_cut(explained.forward, _forward_latex, "- ")]),
        ]
        lines += [f"Each step on the way from ${wrt}$ to ${output}$:", *_bullets(explained.steps, _local_latex)]
    if explained.forward and explained.paths:
        lines += ["Each path, with the product of its steps:", *_bullets(_alike(explained.paths), _path_latex)]
    if not explained.paths and explained.path_count:
        lines += [f"{_there_are(explained.path_count)}; added up by where they begin:"]
        lines += _bullets(explained.contributions, lambda found: _contribution_latex(found, explained))
    terms = [path.product for path in explained.paths] or [found.product for found in explained.contributions]
    total = number_text(explained.gradient, "latex")
    slope = _fraction("d", explained.output, explained.wrt)
    sides = [_sum(terms, "latex")] if terms else [] if explained.forward else ["1"]
    lines.append(f"$${_equal(slope, *sides, total)}$$")
    return "\n\n".join([*lines, _escaped(" ".join(_ends(explained)[1:]))])


def _forward_latex(step: Forward) -> str:
    return _formula(name_text(step.name, "latex"), step.latex, step.latex_numbers, number_text(step.data, "latex"))


def _local_latex(step: Local) -> str:
    slope = _fraction(r"\partial ", step.node, step.operand)
    if not step.taken:
        return f"${slope} = 0$ (not taken)"
    total = "" if step.total is None else f"; together {_formula(slope, number_text(step.total, 'latex'))}"
    one_use = slope + _which_latex(step.which)
    return _formula(one_use, step.latex, step.latex_numbers, number_text(step.partial, "latex")) + total


def _which_latex(which: str) -> str:
    return rf"\text{{{which}}}" if which else ""


def _path_latex(found: tuple[Path, int]) -> str:
    path, times = found
    way = r" \to ".join(name_text(name, "latex") if name != "…" else r"\dots" for name in _short(path.nodes))
    product = _product(path.partials, r" \cdot ", "latex")
    formula = _formula(product, number_text(path.product, "latex"))
    return f"${way}$: {formula}" if times == 1 else rf"${times} \times ({way})$: {formula} each"


def _fraction(sign: str, upper: str, lower: str) -> str:
    """A derivative: `sign` is d or the curly one."""
    return rf"\frac{{{sign}{name_text(atom(upper), 'latex')}}}{{{sign}{name_text(atom(lower), 'latex')}}}"


def _contribution_latex(found: Contribution, explained: ChainRule) -> str:
    before, local = _fraction("d", explained.output, found.user), _fraction(r"\partial ", found.user, explained.wrt)
    numbers = rf"{number_text(found.gradient, 'latex')} \cdot {factor_text(found.partial, 'latex')}"
    product = rf"{before} \cdot {local}{_which_latex(found.which)}"
    return f"{_formula(product, numbers, number_text(found.product, 'latex'))} ({_many(found.paths)})"


def _bullets(records: Sequence[Record], write: Callable[[Record], str]) -> list[str]:
    return ["\n".join(_cut(records, write, "- "))]


def _formula(*sides: str) -> str:
    return f"${_equal(*sides)}$"


def _escaped(sentence: str) -> str:
    """A sentence in which Markdown shows a label unchanged."""
    for sign in "\\`*_{}[]<>#|$":
        sentence = sentence.replace(sign, f"\\{sign}")
    return sentence


# ---------------------------------------------------------------------------------------------------- numbers in a row


def _equal(*sides: str) -> str:
    """The sides of an equation; a side that repeats the one before it is left out."""
    return " = ".join(side for n, side in enumerate(sides) if n == 0 or side != sides[n - 1])


def _product(factors: Sequence[float], sign: str, style: str = "text") -> str:
    written = [factor_text(factor, style) if n else number_text(factor, style) for n, factor in enumerate(factors)]
    return sign.join(_short(written)) or "1"


def _sum(terms: Sequence[float], style: str = "text") -> str:
    short = _short([factor_text(term, style) if n else number_text(term, style) for n, term in enumerate(terms)])
    return " + ".join(short)


def _short(names: Sequence[str]) -> list[str]:
    """A long path or product as its beginning, an ellipsis and its end."""
    return list(names) if len(names) <= 2 * MAX_LIST else [*names[:MAX_LIST], "…", *names[-3:]]


def _cut(records: Sequence[Record], write: Callable[[Record], str], before: str) -> list[str]:
    lines = [f"{before}{write(record)}" for record in records[:MAX_LINES]]
    rest = len(records) - MAX_LINES
    return lines if rest <= 0 else [*lines, f"{before}... and {rest:,} more"]


def _there_are(paths: int) -> str:
    return f"There are {_many(paths)}" if paths != 1 else "There is one long path"


def _many(paths: int) -> str:
    return count(paths, "path") if paths < 10**15 else f"about 10^{len(str(paths)) - 1} paths"
