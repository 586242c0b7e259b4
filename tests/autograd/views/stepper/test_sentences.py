"""The sentences, formulas and tables about the steps."""

from __future__ import annotations

from typing import Any

from autograd import Value, stepper


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + 10.0).tanh()


def rows(table: Any) -> list[dict[str, Any]]:
    return [dict(zip(table["fields"], row, strict=True)) for row in table["rows"]]


def test_sentences_for_each_kind_of_position() -> None:
    shown = stepper(small())
    assert shown.sentences("forward", 0) == ["Only the given numbers are known."]
    assert shown.sentences("forward", 1) == ["v1 is computed: multiply", "  v1 = a * b = 2 * (−3) = −6"]
    assert shown.sentences("topological", 0) == [
        "No gradient is known yet. Each node propagates its gradient only when that is complete."
    ]
    assert shown.sentences("topological", 1)[-1] == "  dv3/dv3 = 1"
    assert "naive order happens to be right" in shown.sentences("naive", 5)[-1]


def test_the_table_fills_in() -> None:
    shown = stepper(small())
    before, after = (shown.table("topological", position) for position in (0, shown.last("topological")))
    assert [len(line.split()) for line in before[1:3]] == [3, 3]  # name, given, value
    assert [line.split()[-1] for line in after[1:3]] == ["−0.004023", "0.002682"]  # -3 and 2 times sech(4)²
    assert after[0].split() == ["name", "how", "value", "gradient"]


def test_a_name_that_is_an_expression_is_written_in_brackets() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product = a * b
    product.label = "a*b"
    lines = stepper(product.tanh()).sentences("topological", 3)
    assert lines[:2] == ["a*b propagates its gradient to a, through multiply:", "  dv1/da = dv1/d(a*b) · ∂(a*b)/∂a"]


def test_the_table_fits_the_width_that_there_is() -> None:
    long, path = Value(2.0, label="a_name_of_many_letters"), Value(3.0, label="layers.0.neurons.1.bias")
    shown = stepper((long * path + long).tanh())
    for width in (45, 60, 75):
        rows = shown.table("topological", shown.last("topological"), width)
        assert {len(row) for row in rows} == {width}
    assert rows[1][2:].startswith("a_name_of_m… given")
    assert rows[2][2:].startswith("…rons.1.bias given")
