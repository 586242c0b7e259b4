"""Units: what a neuron consists of, which of its factors are parameters, and where the loss begins."""

from __future__ import annotations

import nn
from autograd import Value, dot
from autograd import sum as total
from autograd.backpropagation import topological_order
from autograd.views.draw.units import Units


def units_of(out: Value, **called: Value) -> Units:
    return Units(topological_order(out), {value: name for name, value in called.items()})


def labels(units: Units, numbers: tuple[int | float, ...]) -> list[str | float]:
    return [units.order[n].label if type(n) is int else n for n in numbers]


def test_a_neuron_by_dot_and_by_hand() -> None:
    w, b = [Value(1.0, label="w1"), Value(2.0, label="w2")], Value(0.5, label="b")
    x = [Value(3.0, label="x1"), Value(4.0, label="x2")]
    for out in (
        dot(w, x, b).tanh(),
        (w[0] * x[0] + w[1] * x[1] + b).tanh(),
        (b + x[0] * w[0] + x[1] * w[1]).tanh(),
    ):
        units = units_of(out)
        (unit,) = units.neurons
        assert unit == len(units.order) - 1
        assert sorted(map(str, labels(units, units.neurons[unit].parameters))) == ["b", "w1", "w2"]
        assert sorted(map(str, labels(units, units.neurons[unit].inputs))) == ["x1", "x2"]
        assert units.activation(unit) == "tanh"
        assert units.size[unit] == len([node for node in units.order if node.primitive])


def test_inputs_that_were_computed_or_are_plain_are_on_the_other_side() -> None:
    w = [Value(1.0, label="w1"), Value(2.0, label="w2")]
    hidden = [Value(1.0).tanh(), Value(2.0).tanh()]
    for out in (dot(w, hidden), dot(hidden, w)):
        units = units_of(out)
        assert labels(units, units.neurons[len(units.order) - 1].parameters) == ["w1", "w2"]
    plain = units_of(dot([5.0, 6.0], w))
    assert plain.neurons[len(plain.order) - 1].inputs == (5.0, 6.0)
    assert not units_of(dot(w, w)).neurons  # a sum of squares
    assert not units_of(dot(hidden, hidden[::-1])).neurons  # no parameters, as in attention


def test_of_two_leaves_the_parameter_of_the_model_is_the_weight() -> None:
    x, w = Value(2.0), Value(3.0)
    units = units_of((x * w + 1.0).tanh(), w=w)
    ((parameters, inputs),) = units.neurons.values()
    assert [units.order[n] for n in parameters] == [w]
    assert [units.order[int(n)] for n in inputs] == [x]


def test_the_loss_is_one_unit_and_no_activation() -> None:
    """softplus(logit), the loss of class 0, is no activation of the last neuron."""
    model = nn.MLP(2, [3, 1], seed=1)
    out = nn.binary_cross_entropy_with_logits([model([1.0, 2.0]), model([2.0, 1.0])], [0, 1])
    units = units_of(out)
    last = [unit for unit, reading in units.neurons.items() if len(reading.inputs) == 3]
    assert [units.activation(unit) for unit in last] == ["identity", "identity"]
    assert units.is_loss(len(units.order) - 1)
    assert units.size[len(units.order) - 1] == 5  # softplus, -, softplus, the sum and the quotient


def test_no_pass_is_quadratic_in_nested_sums() -> None:
    """A sum that is begun before the rest of the graph is computed: the members of a unit lie far apart."""
    out = Value(1.0)
    for _ in range(3000):
        out = Value(0.5) * Value(1.0, label="x") + out.tanh() + 0.0
    units = units_of(out)
    assert len(units.neurons) == 3000


def test_samples_are_counted_by_the_last_neuron() -> None:
    """Dropout makes some hidden neurons occur less often."""
    model = nn.Sequential(nn.Layer(2, 8, seed=1), nn.Dropout(0.5, seed=1), nn.Layer(8, 1, seed=2))
    outputs = [model([0.1 * n, 1.0]) for n in range(12)]
    assert Units(topological_order(total(outputs)), {}).samples == 12
