"""What happens in one step of a pass?  Sentences, formulas and a table, for the terminal and for the page.

Read `passes` first: every number here comes from the records of a trace.  The page shows the same paragraphs as the
terminal, with colours; it hides the parts marked `result` and `after` until the reader has predicted them.
A gradient is written with d, and the local partial of one operation with ∂, as in `explain`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.symbolic.printing import atom, factor_text, number_text

if TYPE_CHECKING:
    from autograd.views.stepper.passes import Passes
    from autograd.views.trace.trace import BackwardStep, ForwardStep

NARROW, WIDE = 12, 34
"""Characters for a name, and at most for its formula; a table of full width has 75."""

BEFORE = {
    "forward": "Only the given numbers are known.",
    "topological": "No gradient is known yet. Each node propagates its gradient only when that is complete.",
    "naive": "No gradient is known yet. In the naive order, each node propagates its gradient at once, and again "
    "whenever it is reached.",
}
NOT_TAKEN = "No gradient flows along the dashed edges: the operation did not select these operands."


class Paragraph(NamedTuple):
    """One line about a step."""

    kind: str
    """'what' for a sentence, 'ending' for the last ones of a pass, or a kind of formula."""
    parts: tuple[str | tuple[str, str], ...]
    """Plain text, or text with a mark: 'incoming', 'partial', 'result' or 'after'."""

    @property
    def line(self) -> str:
        """The paragraph as plain text; a formula is indented."""
        text = "".join(part if isinstance(part, str) else part[1] for part in self.parts)
        return text if self.kind in ("what", "ending") else f"  {text}"


def paragraphs(passes: Passes, order: str) -> list[list[Paragraph]]:
    """The description of each position of a pass."""
    before = [Paragraph("what", (BEFORE[order],))]
    if order == "forward":
        return [before, *(_forward(passes, step) for step in passes.trace.forward)]
    output = _gradient_name(passes, passes.trace.output)
    seed = [
        Paragraph("what", ("The output's own gradient is the start of every chain:",)),
        Paragraph("rule", (f"{output} = 1",)),
    ]
    described = [before, seed]
    steps = passes.backward(order)
    left, reached = Counter(step.operand for step in steps), set[int]()
    for step in steps:
        left[step.operand] -= 1
        state = f" (waits for {left[step.operand]} more)" if left[step.operand] else " (complete)"
        if order == "naive":
            state = "" if left[step.operand] else " (the last contribution)"
        described.append(_backward(passes, step, step.operand in reached, state))
        reached.add(step.operand)
    if steps:
        described[-1] += [Paragraph("ending", (sentence,)) for sentence in _ending(passes, order)]
    return described


def _forward(passes: Passes, step: ForwardStep) -> list[Paragraph]:
    """The formula of one operation, with names and with numbers."""
    name, numbers, result = passes.trace.nodes[step.node].name, passes.trace.numbers(step), number_text(step.data)
    with_numbers = "" if numbers == result else f" = {numbers}"
    return [
        Paragraph("what", (f"{name} is computed: {step.operation}",)),
        Paragraph("rule", (f"{name} = {step.formula}{with_numbers} = ", ("result", result))),
    ]


def _backward(passes: Passes, step: BackwardStep, again: bool, state: str) -> list[Paragraph]:
    """The chain rule of one step: with names, with numbers, and the running sum."""
    nodes = passes.trace.nodes
    node, operand = nodes[step.node].name, nodes[step.operand].name
    local = f"∂{atom(node)}/∂{atom(operand)}{passes.trace.which(step)}"
    formula, partial = step.formula or "what your _backward adds", number_text(step.partial)
    contribution = number_text(step.contribution)
    through = f", through {step.operation}" if step.operation else ""
    added: tuple[str | tuple[str, str], ...] = (("after", contribution),)
    if again:
        added = (f"{number_text(step.before)} + ", ("after", factor_text(step.contribution)), " = ")
        added += (("after", number_text(step.after)),)
    return [
        Paragraph("what", (f"{node} propagates its gradient to {operand}{through}:",)),
        Paragraph(
            "rule",
            (
                f"{_gradient_name(passes, step.operand)} {'+=' if again else '='} ",
                ("incoming", _gradient_name(passes, step.node)),
                " · ",
                ("partial", local),
            ),
        ),
        Paragraph(
            "rule local",
            ("with ", ("partial", f"{local} = {formula}"), "" if formula == partial else f" = {partial}"),
        ),
        Paragraph(
            "rule numbers",
            (
                "= ",
                ("incoming", factor_text(step.incoming)),
                " · ",
                ("partial", factor_text(step.partial)),
                " = ",
                ("result", contribution),
            ),
        ),
        Paragraph("sum", ("running sum: ", *added, state)),
    ]


def _ending(passes: Passes, order: str) -> list[str]:
    """The last sentences of a backward pass."""
    nodes = passes.trace.nodes
    if order != "naive":
        not_taken = any(node.not_taken for node in nodes)
        return ["Done: every gradient is complete.", *([NOT_TAKEN] if not_taken else [])]
    _, gradients = passes.known(order, passes.last(order))
    wrong = [node for node in nodes if gradients.get(node.id, node.gradient) != node.gradient]
    if not wrong:
        return ["Done. In this graph the naive order happens to be right: no node is reached twice."]
    names = ", ".join(f"{node.name} (the true gradient is {number_text(node.gradient)})" for node in wrong[:5])
    return [
        f"Done, and wrong for {names}{' and others' if len(wrong) > 5 else ''}: "
        "nodes propagated their gradients before these were complete, and then again."
    ]


def _gradient_name(passes: Passes, node: int) -> str:
    nodes = passes.trace.nodes
    return f"d{atom(nodes[passes.trace.output].name)}/d{atom(nodes[node].name)}"


def table(passes: Passes, order: str, position: int, width: int = 75) -> list[str]:
    """A heading and one line for each number: a mark, its name, its formula, its value, its gradient so far."""
    trace = passes.trace
    step: Any = passes.step(order, position)
    values, gradients = passes.known(order, position)
    how = {each.node: each.formula for each in trace.forward}
    source = getattr(step, "node", trace.output if position else None)
    targets = {step.operand} if step and order != "forward" else set(getattr(step, "operands", ()))
    digits = 12 if width >= 56 else 10
    room = max(8, min(WIDE, width - NARROW - 2 * digits - 5))
    rows = [f"  {'name':<{NARROW}} {'how':<{room}} {'value':>{digits}} {'gradient':>{digits}}"]
    for node in trace.nodes:
        mark = "▶" if node.id == source else "◆" if node.id in targets else " "
        value = number_text(values[node.id]) if node.id in values else ""
        gradient = number_text(gradients[node.id]) if node.id in gradients and node.kind != "constant" else ""
        formula = cut(how.get(node.id, "constant" if node.kind == "constant" else "given"), room)
        rows.append(
            f"{mark} {cut(node.name, NARROW):<{NARROW}} {formula:<{room}} {value:>{digits}} {gradient:>{digits}}"
        )
    return rows


def cut(text: str, most: int) -> str:
    """A text shortened to `most` characters: a path such as layers.0.weights.1 keeps its end, which says more."""
    if len(text) <= most:
        return text
    return "…" + text[1 - most :] if "." in text and " " not in text else text[: most - 1] + "…"
