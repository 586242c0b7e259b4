from __future__ import annotations

import math
import random
from typing import Any

import pytest

import nn
from autograd import Value
from nn.diagnostics import _learning_rate

X, Y = nn.make_moons(40, seed=0)


def healthy() -> nn.MLP:
    return nn.MLP(2, [8, 8, 1], "tanh", seed=0)


def problems(model: nn.Module, X: Any = X, y: Any = Y, **given: Any) -> list[str]:
    return nn.diagnose(model, X, y, **given).problems


def test_a_healthy_model_has_no_problem() -> None:
    model = healthy()
    report = nn.diagnose(model, X, Y, optimizer=nn.Adam(model, 0.01))
    assert report.findings == []
    assert "no problem found" in repr(report)
    assert list(report.gradients) == ["layers.0", "layers.1", "layers.2"]


def data_set(name: str) -> tuple[Any, Any, str]:
    if name == "moons":
        return *nn.make_moons(100, seed=0), "binary_cross_entropy_with_logits"
    if name == "iris":
        X, y = nn.load_iris()
        return nn.standardize(X), y, "cross_entropy"
    digits, labels = (rows[::40] for rows in nn.load_digits())
    scaled = nn.standardize(digits) if "standardized" in name else [[x / 16 for x in row] for row in digits]
    return scaled, labels, "cross_entropy"


@pytest.mark.parametrize(
    ("data", "activation"),
    [
        ("moons", "tanh"),
        ("iris", "sigmoid"),
        ("digits", "relu"),
        pytest.param("moons", "relu", marks=pytest.mark.slow),
        pytest.param("iris", "relu", marks=pytest.mark.slow),
        pytest.param("moons", "gelu", marks=pytest.mark.slow),
        pytest.param("digits", "tanh", marks=pytest.mark.slow),
        pytest.param("standardized digits", "relu", marks=pytest.mark.slow),
    ],
)
def test_no_false_alarm_before_or_after_training(data: str, activation: str) -> None:
    X, y, loss = data_set(data)
    model = nn.MLP(len(X[0]), [16, 1 if data == "moons" else len(set(y))], activation, seed=1)
    optimizer = nn.Adam(model, 0.01)
    assert repr(nn.diagnose(model, X, y, optimizer=optimizer)).endswith("no problem found")
    engine = {"engine": "compiled", "batch_size": 25, "epochs": 30, "progress": False, "seed": 0}
    history = nn.fit(model, X, y, loss=loss, optimizer=optimizer, **engine)
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert repr(nn.diagnose(model, X, y, optimizer=optimizer)).endswith("no problem found")


def test_a_few_units_that_are_dead_or_saturated_by_chance_are_no_illness() -> None:
    model = nn.MLP(2, [16, 16, 1], seed=1)
    report = nn.diagnose(model, *nn.make_moons(100, seed=0))
    assert report.findings == []


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_weights_that_are_far_too_large_saturate(activation: str) -> None:
    """Every unit leaves its limits for the few samples where its sum crosses 0."""
    model = nn.MLP(2, [8, 8, 1], activation, init=lambda i, o, r: r.uniform(-20, 20), seed=1)
    finding = next(finding for finding in nn.diagnose(model, X, Y).findings if finding.problem == "saturated units")
    assert finding.where.startswith("layers.")
    assert "smaller weights or inputs" in finding.cure


def test_confident_outputs_are_not_saturated() -> None:
    model = nn.MLP(1, [1], output_activation="sigmoid", init=lambda *_: 50.0)
    assert problems(model, [[-1.0], [1.0], [-2.0], [2.0]], [0, 1, 0, 1]) == []


def test_logits_within_limits_do_not_fit() -> None:
    for output in ("relu", "tanh", "softplus"):
        report = nn.diagnose(nn.MLP(2, [8, 1], "tanh", output, seed=0), X, Y, loss="binary_cross_entropy_with_logits")
        assert report.problems == ["loss does not fit"], output
    assert "the outputs range from 0 to inf" in report.findings[0].evidence


def test_nothing_changes() -> None:
    model = healthy()
    optimizer = nn.Adam(model, 0.01)
    model([1.0, 2.0]).backward()
    before = (model.state_dict(), [p.grad for p in model.parameters()], optimizer.state_dict(), model.training)
    activations = [layer.activation for layer in model.layers]
    nn.diagnose(model, X, Y, optimizer=optimizer)
    assert before == (model.state_dict(), [p.grad for p in model.parameters()], optimizer.state_dict(), model.training)
    assert [layer.activation for layer in model.layers] == activations


def test_dead_units_are_named() -> None:
    model = nn.MLP(2, [4, 1], seed=1)
    for unit in (1, 3):
        model.layers[0].neurons[unit].b.data = -100.0
    report = nn.diagnose(model, X, Y)
    finding = next(finding for finding in report.findings if finding.problem == "dead units")
    assert finding.where == "layers.0"
    assert "2 of 4 units (1, 3)" in finding.evidence
    assert "leaky_relu" in finding.cure


def test_saturated_units() -> None:
    model = healthy()
    model.layers[1].neurons[5].b.data = 50.0
    report = nn.diagnose(model, X, Y)
    finding = next(finding for finding in report.findings if finding.problem == "saturated units")
    assert (finding.where, "1 of 8 units (5)" in finding.evidence) == ("layers.1", True)


def test_symmetric_weights() -> None:
    assert "symmetric weights" in problems(nn.MLP(2, [4, 1], "tanh", init="zeros"))
    assert "symmetric weights" in problems(nn.MLP(2, [4, 1], "tanh", init=lambda *_: 0.5))


def test_unscaled_inputs() -> None:
    report = nn.diagnose(healthy(), [[a, b * 1000.0] for a, b in X], Y)
    finding = next(finding for finding in report.findings if finding.problem == "unscaled inputs")
    assert finding.where == "feature 1"


def test_vanishing_and_exploding_gradients() -> None:
    deep = nn.MLP(2, [6] * 10 + [1], "sigmoid", seed=0)
    assert "vanishing gradient" in problems(deep)
    wild = nn.MLP(2, [6] * 6 + [1], "identity", init=lambda i, o, r: r.uniform(-9, 9), seed=0)
    assert "exploding gradient" in problems(wild, loss="mean_squared_error")


def test_parameters_not_reached() -> None:
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            self.used, self.unused = nn.Neuron(2, nonlin=False, seed=0), Value(1.0)

        def __call__(self, row: Any) -> Any:
            return self.used(row)

    report = nn.diagnose(Forgetful(), X, Y, loss="binary_cross_entropy_with_logits")
    assert report.problems == ["parameters not reached"]
    assert "unused" in report.findings[0].evidence


def test_learning_rates() -> None:
    model = healthy()
    assert problems(model, optimizer=nn.SGD(model, 1000.0)) == ["learning rate too high"]
    assert problems(model, optimizer=nn.SGD(model, 1e-9)) == ["learning rate too low"]
    assert problems(model, optimizer=nn.SGD(model, 1e308)) == ["learning rate too high"]


def test_targets_whose_squares_overflow() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    rate = nn.SGD(model, 0.1)
    report = nn.diagnose(model, [[0.5], [1.0]], [1e200, 2e200], loss="mean_absolute_error", optimizer=rate)
    assert report.loss == 1.5e200


@pytest.mark.parametrize(
    ("loss", "output", "y", "fits"),
    [
        ("binary_cross_entropy_with_logits", "sigmoid", Y, False),
        ("binary_cross_entropy_with_logits", "identity", Y, True),
        ("binary_cross_entropy", "sigmoid", Y, True),
        ("hinge", "sigmoid", [2 * t - 1 for t in Y], False),
        ("hinge", "identity", [2 * t - 1 for t in Y], True),
        ("mean_squared_error", "sigmoid", [t * 3.0 for t in Y], False),
        ("mean_squared_error", "identity", [t * 3.0 for t in Y], True),
    ],
)
def test_loss_and_output_activation(loss: str, output: str, y: Any, fits: bool) -> None:
    model = nn.MLP(2, [8, 1], "tanh", output, seed=0)
    assert ("loss does not fit" in problems(model, y=y, loss=loss)) is not fits


def test_softmax_before_cross_entropy_and_positive_log_probabilities() -> None:
    double = nn.MLP(2, [8, 2], "tanh", "softmax", seed=0)
    assert "loss does not fit" in problems(double)  # cross_entropy is guessed
    assert "loss does not fit" in problems(nn.MLP(2, [8, 2], "tanh", seed=0), loss="negative_log_likelihood")
    assert problems(nn.MLP(2, [8, 2], "tanh", seed=0)) == []


def test_a_loss_that_fails_is_a_finding() -> None:
    report = nn.diagnose(nn.MLP(2, [8, 1], "tanh", seed=0), X, Y, loss="binary_cross_entropy")
    assert report.problems == ["loss does not fit", "loss fails"]


def test_large_sets_are_sampled() -> None:
    source = random.Random(0)
    many = [[source.gauss(0, 1), source.gauss(0, 1)] for _ in range(3000)]
    assert nn.diagnose(healthy(), many, [int(row[0] > 0) for row in many]).loss > 0


def test_plot(tmp_path: Any) -> None:
    nn.diagnose(healthy(), X, Y).plot(tmp_path / "g.png")
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="model must be a module"):
        nn.diagnose(3, X, Y)
    with pytest.raises(TypeError, match="optimizer must be an optimizer"):
        nn.diagnose(healthy(), X, Y, optimizer="adam")
    with pytest.raises(ValueError, match="X has 40 samples but y has 3 targets"):
        nn.diagnose(healthy(), X, Y[:3])


def test_a_model_that_ends_in_a_sigmoid_of_its_own() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            self.inner = nn.MLP(2, [8, 1], "tanh", seed=0)

        def __call__(self, row: Any) -> Any:
            return self.inner(row).sigmoid()

    assert problems(Own()) == problems(Own(), loss="binary_cross_entropy") == []
    assert problems(Own(), loss="binary_cross_entropy_with_logits") == ["loss does not fit"]
    undone = nn.Sequential(nn.MLP(2, [8, 1], "tanh", "sigmoid", seed=0), lambda p: p * 9.0 - 4.5)
    assert "loss does not fit" not in problems(undone, loss="binary_cross_entropy_with_logits")


# ------------------------------------------------------------------------- each threshold, from both of its sides

LINE = {"loss": "mean_squared_error"}


def linear(weight: float = 0.0) -> nn.Neuron:
    return nn.Neuron(1, nonlin=False, init=lambda *_: weight)


@pytest.mark.parametrize(("size", "large"), [(9.9, False), (10.1, True)])
def test_features_are_large_from_ten_on(size: float, large: bool) -> None:
    assert ("unscaled inputs" in problems(linear(), [[size], [-size]], [0.5, 1.0], **LINE)) is large


@pytest.mark.parametrize(("size", "far"), [(0.0505, False), (0.0495, True)])
def test_features_are_far_apart_from_a_hundred_on(size: float, far: bool) -> None:
    model = nn.Neuron(2, nonlin=False, seed=0)
    assert ("unscaled inputs" in problems(model, [[5.0, size], [-5.0, -size]], [0.5, 1.0], **LINE)) is far


@pytest.mark.parametrize(("target", "exploded"), [(0.6, False), (499.0, False), (501.0, True)])
def test_gradients_explode_from_a_thousand_on(target: float, exploded: bool) -> None:
    """The slopes of (0 - target)² in weight and bias are 2·target."""
    assert ("exploding gradient" in problems(linear(), [[1.0]], [target], **LINE)) is exploded


@pytest.mark.parametrize(("feature", "faded"), [(0.5, False), (1.01e-3, False), (0.99e-3, True)])
def test_gradients_fade_from_a_thousandth_on(feature: float, faded: bool) -> None:
    """The weight's slope is the feature times the bias's."""
    assert ("vanishing gradient" in problems(linear(), [[feature]], [1.0], **LINE)) is faded


@pytest.mark.parametrize(("lowest", "stuck"), [(0.9, False), (0.9949, False), (0.9951, True)])
def test_an_output_is_saturated_within_a_quarter_of_a_percent(lowest: float, stuck: bool) -> None:
    model = nn.MLP(1, [1], ["tanh"], init=lambda *_: 1.0)
    assert ("saturated units" in problems(model, [[math.atanh(lowest)], [4.0]], [0.5, 0.25], **LINE)) is stuck


@pytest.mark.parametrize(("inside", "reported"), [(2, True), (3, False)])
@pytest.mark.parametrize(("within", "counts"), [(0.949, True), (0.951, False)])
def test_half_of_a_layer_must_leave_its_limits_for_a_fifth_of_the_samples(
    inside: int, reported: bool, within: float, counts: bool
) -> None:
    model = nn.MLP(1, [2, 1], ["tanh", "identity"], init=lambda *_: 1.0)
    model.layers[0].neurons[1].w[0].data = 0.01  # the other half is never near a limit
    X = [[math.atanh(within)]] * inside + [[5.0]] * (10 - inside)
    found = "saturated units" in problems(model, X, [float(i) for i in range(10)], **LINE)
    assert found is (reported or not counts)


@pytest.mark.parametrize(("dead", "reported"), [(1, False), (2, True)])
def test_half_of_a_layer_must_be_dead(dead: int, reported: bool) -> None:
    model = nn.MLP(1, [4, 1], "relu", init=lambda i, o, r: r.uniform(0.5, 1.0), seed=0)
    for neuron in model.layers[0].neurons[:dead]:
        neuron.w[0].data *= -1.0  # below 0 for all samples, but no farther than they are apart
    assert ("dead units" in problems(model, [[0.125], [1.0], [2.0]], [0.0, 1.0, 2.0], **LINE)) is reported


@pytest.mark.parametrize(("bias", "reported"), [(-2.9, False), (-3.1, True)])
def test_one_unit_is_lost_where_it_is_farther_off_than_the_samples_are_apart(bias: float, reported: bool) -> None:
    """Its sums are x - 1 + bias, x from 0 to 2: the greatest is 1 + bias, and they are 2 apart."""
    model = nn.MLP(1, [4, 1], "relu", init=lambda i, o, r: r.uniform(0.5, 1.0), seed=0)
    model.layers[0].neurons[0].w[0].data, model.layers[0].neurons[0].b.data = 1.0, bias - 1.0
    assert ("dead units" in problems(model, [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0], **LINE)) is reported


@pytest.mark.parametrize(
    ("before", "change", "after", "problem"),
    [
        (1.0, 0.01, 2.009, []),
        (1.0, 0.01, 2.011, ["learning rate too high"]),  # twice, and a hundredth of the targets' mean square
        (1.0, 0.051, 1.049, []),
        (1.0, 0.051, 1.051, ["learning rate too high"]),
        (1.0, 0.049, 1.051, []),
        (1.0, 1.1e-6, 1.0, []),
        (1.0, 0.9e-6, 1.0, ["learning rate too low"]),
    ],
)
def test_the_limits_of_a_learning_rate(before: float, change: float, after: float, problem: list[str]) -> None:
    assert [finding.problem for finding in _learning_rate(before, change, after, 1.0)] == problem


@pytest.mark.parametrize(("count", "seen"), [(200, 200), (399, 399), (400, 200), (601, 201)])
def test_at_most_two_hundred_samples_or_so(count: int, seen: int) -> None:
    calls: list[Any] = []

    class Counting(nn.Neuron):
        def __call__(self, row: Any) -> Any:
            calls.append(row)
            return super().__call__(row)

    nn.diagnose(Counting(1, nonlin=False, seed=0), [[i / count] for i in range(count)], [0.5] * count, **LINE)
    assert len(calls) == 2 * seen + 1  # the layers, the kind of the output, the gradients


def finding(problem: str, model: nn.Module, X: Any = X, y: Any = Y) -> Any:
    return next(found for found in nn.diagnose(model, X, y).findings if found.problem == problem)


def test_every_finding_has_one_cure_in_one_clause() -> None:
    silent = nn.MLP(2, [4, 1], seed=1)
    for neuron in silent.layers[0].neurons:
        neuron.b.data = -100.0
    for problem, model, data in (
        ("symmetric weights", nn.MLP(2, [4, 1], "tanh", init="zeros"), X),
        ("dead units", silent, X),
        ("unscaled inputs", healthy(), [[a, b * 1000.0] for a, b in X]),
        ("vanishing gradient", nn.MLP(2, [6] * 10 + [1], "sigmoid", seed=0), X),
    ):
        text = repr(finding(problem, model, data))
        cure = text.partition(". Cure: ")[2]
        assert cure
        assert ":" not in cure


def test_dead_units_output_zero() -> None:
    model = nn.MLP(2, [2, 1], seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    assert "2 of 2 units (0, 1) output 0 for every sample" in finding("dead units", model).evidence


def test_an_activation_that_is_flat_elsewhere_is_not_said_to_output_zero() -> None:
    flat = nn.activations.Activation("flat", lambda x: x * 0.0 + 3.0, range=(-float("inf"), float("inf")))
    assert "where flat has slope 0 for every sample" in finding("dead units", nn.MLP(2, [2, 1], flat, seed=1)).evidence


def test_the_cure_of_a_vanishing_gradient_is_that_of_its_cause() -> None:
    deep = nn.MLP(2, [6] * 10 + [1], "sigmoid", seed=0)
    assert finding("vanishing gradient", deep).cure == "relu instead of sigmoid, LayerNorm between layers, or Adam"
    small = nn.MLP(2, [6] * 6 + [1], "tanh", init=lambda i, o, r: r.uniform(-0.05, 0.05), seed=0)
    assert "init" in finding("vanishing gradient", small, X[:30], [1, 0, 0] * 10).cure


def test_a_gradient_that_fades_because_of_unscaled_inputs_is_not_blamed_on_the_first_weights() -> None:
    X, y = nn.load_wine()
    model = nn.MLP(13, [8, 3], "tanh", seed=1)
    nn.fit(
        model, X, y, loss="cross_entropy", optimizer=nn.SGD(model, 0.1), epochs=15, batch_size=20, seed=0,
        engine="compiled", progress=False,
    )  # fmt: skip
    assert finding("vanishing gradient", model, X, y).cure == "deal with the unscaled inputs first, which explain it"


def test_where_every_weight_is_zero_the_gradient_does_not_vanish_but_is_zero() -> None:
    report = nn.diagnose(nn.MLP(2, [4, 1], "tanh", init="zeros"), X, Y)
    assert "vanishing gradient" not in report.problems  # with as many of each class, all gradients are rounding errors
    unequal = nn.diagnose(nn.MLP(2, [4, 1], "tanh", init="zeros"), X[:30], [1, 0, 0] * 10)
    assert "vanishing gradient" not in unequal.problems
    assert next(f for f in unequal.findings if f.problem == "zero gradient").cure.startswith("deal with the symmetric")
