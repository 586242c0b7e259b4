"""What happens in one step of a pass?  Sentences, formulas and a table, for the terminal and for the page.

Read `passes` first: every number here comes from the records of a trace.  A step is described by a template, which it
shares with all steps of its kind, and the values for its holes; so a page with thousands of steps stays small.  The
page shows the same paragraphs as the terminal, with colours; it hides the parts marked `result` and `after` until the
reader has predicted them.
A gradient is written with d, and the local partial of one operation with ∂, as in `explain`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.symbolic.printing import atom, number_drawn, with_minus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.views.stepper.passes import Passes
    from autograd.views.trace.trace import BackwardStep, ForwardStep, TracedNode

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


Position = tuple[int | str, ...]
"""The number of a template, then the values for its holes: the id of a node, or a text."""

_HOLE = re.compile(r"\{(\d+)([af]?)\}")
"""{0} is the first value, a node by its name; {0a} is a name in a formula; {0f} puts a negative number in brackets."""


class Descriptions:
    """The description of each position of a pass: templates, and the values for their holes.

    The page fills them in as `paragraphs` does here: see stepper.js.
    """

    def __init__(self, passes: Passes, order: str) -> None:
        self.passes = passes
        self.templates: list[tuple[Paragraph, ...]] = []
        self.positions: list[Position] = []
        self._numbers: dict[tuple[Paragraph, ...], int] = {}
        self._add([Paragraph("what", (BEFORE[order],))])
        if order == "forward":
            for step in passes.trace.forward:
                self._add_forward(step)
        else:
            self._add_backward_pass(order)

    def paragraphs(self, position: int) -> list[Paragraph]:
        """What the page shows at this position."""
        number, *values = self.positions[position]
        return [Paragraph(kind, tuple(self._filled(parts, values))) for kind, parts in self.templates[int(number)]]

    def _filled(self, parts: Sequence[Any], values: Sequence[Any]) -> Iterator[Any]:
        names = self.passes.trace.nodes

        def fill(hole: re.Match[str]) -> str:
            value, form = values[int(hole[1])], hole[2]
            text: str = names[value].name if isinstance(value, int) else value
            in_brackets = f"({text})" if form == "f" and text.startswith("−") else text
            return atom(text) if form == "a" else in_brackets

        for part in parts:
            yield _HOLE.sub(fill, part) if isinstance(part, str) else (part[0], _HOLE.sub(fill, part[1]))

    def _add(self, template: Sequence[Paragraph], *values: int | str) -> None:
        key = tuple(template)
        if key not in self._numbers:
            self._numbers[key] = len(self.templates)
            self.templates.append(key)
        self.positions.append((self._numbers[key], *values))

    def _add_forward(self, step: ForwardStep) -> None:
        """The formula of one operation, with names and with numbers."""
        numbers, result = with_minus(self.passes.trace.numbers(step)), number_drawn(step.data)
        same = numbers == result
        rule = ("{0} = {1} = " if same else "{0} = {1} = {3} = ", ("result", "{2}"))
        template = [Paragraph("what", (f"{{0}} is computed: {step.operation}",)), Paragraph("rule", rule)]
        self._add(template, step.node, with_minus(step.formula), result, *([] if same else [numbers]))

    def _add_backward_pass(self, order: str) -> None:
        output = self.passes.trace.output
        start = Paragraph("what", ("The output's own gradient is the start of every chain:",))
        self._add([start, Paragraph("rule", ("d{0a}/d{0a} = 1",))], output)
        steps = self.passes.backward(order)
        left, reached = Counter(step.operand for step in steps), set[int]()
        for n, step in enumerate(steps, 1):
            left[step.operand] -= 1
            state = f" (waits for {left[step.operand]} more)" if left[step.operand] else " (complete)"
            if order == "naive":
                state = "" if left[step.operand] else " (the last contribution)"
            ending = _ending(self.passes, order) if n == len(steps) else []
            self._add_backward(step, step.operand in reached, state, ending)
            reached.add(step.operand)

    def _add_backward(self, step: BackwardStep, again: bool, state: str, ending: Sequence[str]) -> None:
        """The chain rule of one step: with names, with numbers, and the running sum."""
        formula, partial = with_minus(step.formula) or "what your _backward adds", number_drawn(step.partial)
        texts = [number_drawn(number) for number in (step.incoming, step.partial, step.contribution)]
        values: list[int | str] = [step.node, step.operand, self.passes.trace.output, *texts, formula]
        local = f"∂{{0a}}/∂{{1a}}{self.passes.trace.which(step)}"
        added: tuple[str | tuple[str, str], ...] = (("after", "{5}"),)
        if again:
            values += [number_drawn(step.before), number_drawn(step.after)]
            added = ("{7} + ", ("after", "{5f}"), " = ", ("after", "{8}"))
        through = f", through {step.operation}" if step.operation else ""
        incoming, sign = ("incoming", "d{2a}/d{0a}"), "+=" if again else "="
        numbers = ("= ", ("incoming", "{3f}"), " · ", ("partial", "{4f}"), " = ", ("result", "{5}"))
        template = [
            Paragraph("what", (f"{{0}} propagates its gradient to {{1}}{through}:",)),
            Paragraph("rule", (f"d{{2a}}/d{{1a}} {sign} ", incoming, " · ", ("partial", local))),
            Paragraph("rule local", ("with ", ("partial", f"{local} = {{6}}"), "" if formula == partial else " = {4}")),
            Paragraph("rule numbers", numbers),
            Paragraph("sum", ("running sum: ", *added, state)),
            *(Paragraph("ending", (f"{{{len(values) + n}}}",)) for n in range(len(ending))),
        ]
        self._add(template, *values, *ending)


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
    names = ", ".join(f"{node.name} (the true gradient is {number_drawn(node.gradient)})" for node in wrong[:5])
    return [
        f"Done, and wrong for {names}{' and others' if len(wrong) > 5 else ''}: "
        "nodes propagated their gradients before these were complete, and then again."
    ]


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
        value = number_drawn(values[node.id]) if node.id in values else ""
        gradient = number_drawn(gradients[node.id]) if node.id in gradients and node.kind != "constant" else ""
        formula = cut(with_minus(how.get(node.id, "constant" if node.kind == "constant" else "given")), room)
        rows.append(
            f"{mark} {cut(_name(node), NARROW):<{NARROW}} {formula:<{room}} {value:>{digits}} {gradient:>{digits}}"
        )
    return rows


def _name(node: TracedNode) -> str:
    return with_minus(node.name) if node.kind == "constant" else node.name


def cut(text: str, most: int) -> str:
    """A text shortened to `most` characters: a path such as layers.0.weights.1 keeps its end, which says more."""
    if len(text) <= most:
        return text
    return "…" + text[1 - most :] if "." in text and " " not in text else text[: most - 1] + "…"
