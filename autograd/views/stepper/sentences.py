"""How is one step of a pass told in plain lines, as a terminal or a print shows them?

Read `trace` first: every number here comes from its records.  The front end in `page` says the same with colours.
A gradient is written with d, and the local partial of one operation with ∂, as `explain` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.symbolic.printing import atom, number_text

if TYPE_CHECKING:
    from autograd.views.stepper.stepper import Stepper

NOT_TAKEN = "Nothing flows along the dashed edges: the operation did not select these operands."
NARROW, WIDE = 12, 34
"""Characters for a name, and at most for how it is computed; a table of full width has 75."""


def factor(value: float) -> str:
    """A number as it stands in a product: brackets around what is negative."""
    text = number_text(value)
    return f"({text})" if text.startswith("-") else text


def known(stepper: Stepper, order: str, position: int) -> tuple[dict[int, float], dict[int, float]]:
    """The values and the gradients that are known at this position, by node."""
    trace = stepper.trace
    if order == "forward":
        values = {node.id: node.data for node in trace.nodes if not node.operation}
        return values | {step.node: step.data for step in trace.forward[:position]}, {}
    values = {node.id: node.data for node in trace.nodes}
    gradients = {trace.output: 1.0} if position else {}
    for done in range(2, position + 1):
        step: Any = stepper.step(order, done)
        gradients[step.operand] = step.after
    if position == stepper.last(order):  # nothing has come to what lies behind branches that were not taken
        gradients = {node.id: 0.0 for node in trace.nodes if node.kind != "constant"} | gradients
    return values, gradients


def sentences(stepper: Stepper, order: str, position: int) -> list[str]:
    """What happens at this position of the pass, written out."""
    trace, last = stepper.trace, stepper.last(order)
    step: Any = stepper.step(order, position)
    output = atom(trace.nodes[trace.output].name)
    if position == 0:
        return ["Only the given numbers are known." if order == "forward" else "No gradient is known yet."]
    if step is None:
        return ["The output's own gradient is the start of every chain:", f"  d{output}/d{output} = 1"]
    if order == "forward":
        shown = trace.numbers(step)
        result = "" if shown == number_text(step.data) else f" = {number_text(step.data)}"
        name = trace.nodes[step.node].name
        return [f"{name} is computed: {step.operation}", f"  {name} = {step.formula} = {shown}{result}"]
    return [*backward_sentences(stepper, order, position), *(ending(stepper, order) if position == last else [])]


def backward_sentences(stepper: Stepper, order: str, position: int) -> list[str]:
    """The chain rule of one step: with names, with numbers, and the running sum."""
    nodes = stepper.trace.nodes
    step: Any = stepper.step(order, position)
    output, node, operand = (atom(nodes[n].name) for n in (stepper.trace.output, step.node, step.operand))
    formula = f" = {step.formula}" if step.formula and step.formula != number_text(step.partial) else ""
    reached: list[Any] = [stepper.step(order, n) for n in range(2, stepper.last(order) + 1)]
    earlier = any(each.operand == step.operand for each in reached[: position - 2])
    left = sum(each.operand == step.operand for each in reached[position - 1 :])
    state = f"(waits for {left} more)" if left else "(complete)"
    contribution = number_text(step.contribution)
    running = (
        f"{number_text(step.before)} + {factor(step.contribution)} = {number_text(step.after)}"
        if earlier
        else contribution
    )
    local = f"∂{node}/∂{operand}{stepper.trace.which(step)}"
    return [
        f"{nodes[step.node].name} hands its gradient on to {nodes[step.operand].name}:",
        f"  d{output}/d{operand} {'+=' if earlier else '='} d{output}/d{node} · {local}",
        f"  with {local}{formula} = {number_text(step.partial)}",
        f"  = {factor(step.incoming)} · {factor(step.partial)} = {contribution}",
        f"  running sum: {running}" + ("" if order == "naive" and left else f" {state}"),
    ]


def ending(stepper: Stepper, order: str) -> list[str]:
    """What is to be said when the pass is done."""
    if order != "naive":
        untaken = any(node.not_taken for node in stepper.trace.nodes)
        return ["Done: every gradient is complete.", *([NOT_TAKEN] if untaken else [])]
    _, gradients = known(stepper, order, stepper.last(order))
    wrong = [node for node in stepper.trace.nodes if gradients.get(node.id, node.gradient) != node.gradient]
    if not wrong:
        return ["Done. Here the naive order happens to be right: no node is reached twice."]
    names = ", ".join(f"{node.name} (truly {number_text(node.gradient)})" for node in wrong[:5])
    return [f"Done, and wrong for {names}: nodes handed on gradients before they were complete, and then again."]


def table(stepper: Stepper, order: str, position: int, width: int = 75) -> list[str]:
    """A heading and one line for each number: a mark, its name, how it is computed, its value, its gradient so far."""
    trace = stepper.trace
    step: Any = stepper.step(order, position)
    values, gradients = known(stepper, order, position)
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
    """A text that fits: a path such as layers.0.weights.1 is cut at its beginning, since its end tells more."""
    if len(text) <= most:
        return text
    return "…" + text[1 - most :] if "." in text and " " not in text else text[: most - 1] + "…"
