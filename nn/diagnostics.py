"""Why does this model not learn?

``diagnose`` measures one pass over the data (``layer_stats``) and says what is wrong, how it shows, and what to do.
Each check is one function that yields findings. Read before: ``training``. Read after: nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd import Primitive

from .activations import activation as find_activation
from .activations import activation_names
from .checks import as_list
from .evaluation import recorded_output
from .layer_stats import probe_gradients, probe_layers, probe_step
from .losses import TAKES_LOGITS, find_loss
from .metrics import threshold_of
from .module import Module, check_module
from .optimizers import check_optimizer
from .plotting import bars, by_layer
from .samples import samples_and_targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .activations import Activation
    from .layer_stats import LayerProbe

_MAX_SAMPLES = 200
_LARGE = 10.0  # root mean square of a feature above which the usual initial weights are far too large
_FADED = 1e-3  # share of the strongest layer's gradient below which a layer learns a thousand times more slowly
_EXPLODED = 1e3
_NOTHING = 1e-12  # a gradient of this size is a sum of rounding errors


class Finding:
    """One thing that is wrong: ``problem`` (a short name), ``where``, ``evidence`` with numbers, and the ``cure``."""

    def __init__(self, problem: str, where: str, evidence: str, cure: str) -> None:
        self.problem, self.where, self.evidence, self.cure = problem, where, evidence, cure

    def __repr__(self) -> str:
        return f"{self.problem} in {self.where}: {self.evidence}. Cure: {self.cure}."


class Diagnosis:
    """The ``findings`` of a ``diagnose`` call, the ``loss``, and the size of the gradient in each layer.

    ``gradients`` maps layer names to root mean squares. ``print`` shows it all in words; ``plot()`` draws the sizes.
    """

    def __init__(self, loss: float, gradients: dict[str, float], findings: list[Finding]) -> None:
        self.loss, self.gradients, self.findings = loss, gradients, findings

    @property
    def problems(self) -> list[str]:
        """The short names of the problems found, each once."""
        return list(dict.fromkeys(finding.problem for finding in self.findings))

    def plot(self, path: Any = None) -> Any:
        """Draw the size of each layer's gradient on a logarithmic scale; returns the matplotlib figure."""
        return bars(self.gradients, "root mean square of the gradient", path)

    def __repr__(self) -> str:
        lines = [
            f"loss {self.loss:.4g}; " + ("no problem found" if not self.findings else f"{len(self.findings)} found:")
        ]
        return "\n".join(lines + [f"- {finding!r}" for finding in self.findings])


def diagnose(model: Any, X: Any, y: Any, *, loss: Any = None, optimizer: Any = None) -> Diagnosis:
    """Say what prevents ``model`` from learning ``y`` from ``X``; the model is left unchanged.

    ``loss`` is as for ``fit`` (guessed from the targets if left out); with ``optimizer``, one trial step is used to
    judge the learning rate. At most 200 samples are used. Raises ``TypeError`` and ``ValueError`` as ``fit`` does.

    >>> from nn import MLP
    >>> report = diagnose(MLP(1, [4, 1], init="zeros"), [[1000.0], [3000.0]], [0, 1])
    >>> "symmetric weights" in report.problems, "unscaled inputs" in report.problems
    (True, True)
    """
    check_module(model)
    check_optimizer(optimizer)
    rows, targets = samples_and_targets(X, y)
    step = max(1, len(rows) // _MAX_SAMPLES)
    rows, targets = as_list(rows[::step], "X"), as_list(targets[::step], "y")
    probes = probe_layers(model, rows)
    output = recorded_output(model, rows[0])
    chosen = find_loss(_guessed(output, targets) if loss is None else loss)
    findings = [*_inputs(rows), *_symmetry(probes), *_units(probes)]
    last = _last_activation(output, probes)
    if last is not None:
        findings += _fit_of_loss(chosen, last, probes, targets)
    try:
        total, gradients, unreached = probe_gradients(model, chosen, rows, targets)
    except (ArithmeticError, ValueError) as error:
        findings.append(Finding("loss fails", getattr(chosen, "__name__", "loss"), str(error), "see the message"))
        return Diagnosis(math.nan, {}, findings)
    groups = {name: [n for n in names if n not in unreached] for name, names in _names_by_layer(model).items()}
    sizes = {name: _size([gradients[n] for n in names]) for name, names in groups.items() if names}
    findings += [*_reach(model, unreached), *_gradients(sizes, _cure_of_fading(probes, findings))]
    if optimizer is not None:
        change, after = probe_step(model, chosen, rows, targets, optimizer, gradients)
        findings += _learning_rate(total, change, after, _mean_square(targets))
    return Diagnosis(total, sizes, findings)


def _guessed(output: Any, targets: list[Any]) -> str:
    """The usual loss for these targets and this kind of output."""
    kinds = set() if isinstance(targets[0], list) else set(targets)
    if isinstance(output, list) and len(output) > 1 and all(isinstance(t, int) for t in targets):
        return "cross_entropy"
    if kinds == {-1, 1}:
        return "hinge"
    if kinds and kinds <= {0, 1}:
        return "binary_cross_entropy" if threshold_of(output) else "binary_cross_entropy_with_logits"
    return "mean_squared_error"


def _last_activation(output: Any, probes: list[LayerProbe]) -> Activation | None:
    """The activation that computed the model's output, found by its primitive, or that of the last layer."""
    primitive = getattr(output[0] if isinstance(output, list) and output else output, "primitive", None)
    if primitive is not None and primitive.name in activation_names():
        return find_activation(primitive.name)
    last = probes[-1].activation if probes else None
    if last is not None and isinstance(last.function, Primitive) and last.name != "identity":
        return find_activation("identity")  # other operations have been applied to that layer's outputs
    return last


def _inputs(rows: list[Any]) -> Iterator[Finding]:
    columns = list(zip(*map(_numbers, rows), strict=True))
    largest = [max(map(abs, column)) for column in columns]
    sizes = [_size(list(column)) for column in columns]  # a rarely set pixel, standardized, can reach 40
    worst = max(range(len(columns)), key=sizes.__getitem__)
    smallest = min((size for size in largest if size), default=1.0)
    if sizes[worst] > _LARGE or largest[worst] > 100 * smallest:
        evidence = f"it reaches {largest[worst]:.4g}, and the smallest feature {smallest:.4g}"
        yield Finding("unscaled inputs", f"feature {worst}", evidence, "X = nn.standardize(X)")


def _numbers(sample: Any) -> list[float]:
    """The numbers of a sample, which may be nested lists, in order."""
    numbers = [sample]
    while isinstance(numbers[0], list):
        numbers = [number for part in numbers for number in part]
    return numbers


def _symmetry(probes: list[LayerProbe]) -> Iterator[Finding]:
    for probe in probes:
        weights = [tuple(p.data for p in neuron.parameters()) for neuron in probe.layer.neurons]
        alike = len(weights) - len(set(weights))
        if alike:
            evidence = (
                f"{alike + 1} of its {len(weights)} neurons have exactly the same weights as another, get the same "
                "gradients, and so stay the same"
            )
            cure = 'start from random weights, as init="auto" does'
            yield Finding("symmetric weights", probe.name or "the layer", evidence, cure)


def _units(probes: list[LayerProbe]) -> Iterator[Finding]:
    """In most networks a few units are dead or saturated by chance; it matters if many are, or one is far off."""
    for probe in probes:
        if probe.activation.whole_layer or probe.activation.name == "identity":
            continue
        units, name = range(probe.layer.out_size), probe.activation.name
        if all(map(math.isfinite, probe.activation.range)):
            stuck = stuck_units(probe, probe is probes[-1])
            if stuck:
                evidence = f"{_of(stuck, units)} are within 2.5 % of {name}'s limits for nearly every sample"
                yield Finding("saturated units", probe.name, evidence, "smaller weights or inputs, or relu instead")
        else:
            dead = stuck_units(probe, last=False)
            lost = [u for u in dead if _far_below(probe.sums_of(u))]
            if lost or 2 * len(dead) >= len(units):
                silent = not any(row[u] for row in probe.outputs for u in dead)
                what = "output 0" if silent else f"are where {name} has slope 0"
                evidence = f"{_of(dead, units)} {what} for every sample"
                yield Finding("dead units", probe.name, evidence, "a lower learning rate, new weights, or leaky_relu")


def stuck_units(probe: LayerProbe, last: bool) -> list[int]:
    """The units of a layer that are saturated, or dead if the activation has no limits; ``last``: the output layer."""
    if all(map(math.isfinite, probe.activation.range)):
        return _saturated(probe, last)
    return [u for u in range(probe.layer.out_size) if not any(probe.derivatives(u))]


def _far_below(sums: list[float]) -> bool:
    """Whether even the largest is further below 0 than the sums differ from each other."""
    return -max(sums) > max(sums) - min(sums)


def _saturated(probe: LayerProbe, last: bool) -> list[int]:
    """Units that never leave a limit; if half of a hidden layer rarely leaves one, all units that rarely do."""
    low, high = probe.activation.range
    units, near = range(probe.layer.out_size), 0.025 * (high - low)
    outputs = [[row[u] for row in probe.outputs] for u in units]
    fixed = [u for u in units if max(outputs[u]) < low + near / 10 or min(outputs[u]) > high - near / 10]
    rarely = [u for u in units if sum(low + near < out < high - near for out in outputs[u]) <= 0.2 * len(outputs[u])]
    return rarely if not last and 2 * len(rarely) >= len(units) else fixed


def _of(some: list[int], units: range) -> str:
    shown_units = ", ".join(map(str, some[:8])) + (" ..." if len(some) > 8 else "")
    return f"{len(some)} of {len(units)} units ({shown_units})"


def _fit_of_loss(loss: Any, activation: Activation, probes: list[LayerProbe], targets: list[Any]) -> Iterator[Finding]:
    name = getattr(loss, "__name__", "")
    probability = activation.range == (0.0, 1.0)
    where = f"{name} after {activation.name}"
    if name in TAKES_LOGITS and probability:
        evidence = f"{name} takes logits and applies {activation.name} itself: it would be applied twice"
        yield Finding("loss does not fit", where, evidence, 'output_activation="identity"')
    elif name in TAKES_LOGITS and activation.range != (-math.inf, math.inf):
        evidence = f"{name} takes logits of any size, but the outputs range from {_range_of(activation)}"
        yield Finding("loss does not fit", where, evidence, 'output_activation="identity"')
    elif name == "binary_cross_entropy" and not probability:
        evidence = f"it takes probabilities, but the outputs range from {_range_of(activation)}"
        yield Finding("loss does not fit", where, evidence, "use binary_cross_entropy_with_logits")
    elif name == "negative_log_likelihood" and any(max(row) > 0 for probe in probes[-1:] for row in probe.outputs):
        evidence = "it takes logarithms of probabilities, which are never above 0, but some outputs are"
        yield Finding("loss does not fit", where, evidence, "use cross_entropy")
    elif name == "hinge" and activation.range[0] >= 0:
        yield Finding("loss does not fit", where, "it needs outputs of both signs", 'output_activation="identity"')
    elif name in ("mean_squared_error", "mean_absolute_error", "huber"):
        low, high = activation.range
        numbers = [t for target in targets for t in (target if isinstance(target, list) else [target])]
        outside = [t for t in numbers if not low <= t <= high]
        if outside:
            evidence = f"{len(outside)} targets, such as {outside[0]}, lie outside {activation.name}'s range"
            yield Finding("loss does not fit", where, evidence, 'output_activation="identity"')


def _reach(model: Module, unreached: set[str]) -> Iterator[Finding]:
    if unreached:
        names = sorted(unreached)
        evidence = f"{len(names)} parameters such as {names[0]} are not in the loss's graph, so they never change"
        yield Finding("parameters not reached", "the loss", evidence, "use them in __call__, without .data on the way")


def _gradients(sizes: dict[str, float], cure: str) -> Iterator[Finding]:
    """``cure`` is that of a vanishing gradient.  Where all are 0 but for rounding, none is smaller than the others."""
    strongest = max(sizes.values(), default=0.0)
    for name, size in sizes.items():
        if size > _EXPLODED or not math.isfinite(size):
            evidence = f"its root mean square is {size:.3g}"
            yield Finding(
                "exploding gradient", name, evidence, "smaller weights, scaled inputs, or fit(..., clip_norm=1)"
            )
        elif size < _FADED * strongest and strongest > _NOTHING:
            problem = "vanishing gradient" if size else "zero gradient"
            evidence = f"its root mean square is {size:.3g}, compared with {strongest:.3g} in the strongest layer"
            yield Finding(problem, name, evidence, cure)


def _cure_of_fading(probes: list[LayerProbe], findings: list[Finding]) -> str:
    """What to do about a gradient that fades: cure its cause, if that was found."""
    found = {finding.problem for finding in findings}
    for cause in ("unscaled inputs", "symmetric weights", "saturated units", "dead units"):
        if cause in found:
            return f"deal with the {cause} first, which explain it"
    if any(_weights_are_small(probe) for probe in probes):
        return 'larger first weights, as init="auto" gives'
    squashing = sorted({probe.activation.name for probe in probes if all(map(math.isfinite, probe.activation.range))})
    return (
        f"{'relu instead of ' + ' and '.join(squashing) + ', ' if squashing else ''}LayerNorm between layers, or Adam"
    )


def _weights_are_small(probe: LayerProbe) -> bool:
    """Whether the sums of a layer have less than a quarter of its inputs' mean square; a default layer keeps all."""
    weights = [w.data for neuron in probe.layer.neurons for w in neuron.weights]
    return math.sqrt(probe.layer.in_size) * _size(weights) < 0.5


def _learning_rate(before: float, change: float, after: float, size_of_loss: float) -> Iterator[Finding]:
    """Only rates that are far off: near a minimum a good step may raise the loss a little."""
    where = "the optimizer"
    if after > 2 * before + 0.01 * size_of_loss or (after > 1.05 * before and change > 0.05):
        evidence = (
            f"one step takes the loss from {before:.4g} to {after:.4g}, the parameters by {change:.2g} of their size"
        )
        yield Finding("learning rate too high", where, evidence, "divide it by 10")
    elif change < 1e-6:
        evidence = f"one step changes the parameters by only {change:.2g} of their size"
        yield Finding("learning rate too low", where, evidence, "multiply it by 10 or more")


def _mean_square(targets: list[Any]) -> float:
    size = _size([t for target in targets for t in (target if isinstance(target, list) else [target])])
    return size * size  # inf if it overflows, where ** would raise


def _range_of(activation: Activation) -> str:
    return "{:.4g} to {:.4g}".format(*activation.range)


def _size(numbers: list[float]) -> float:
    return math.hypot(*numbers) / math.sqrt(len(numbers))


def _names_by_layer(model: Module) -> dict[str, list[str]]:
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {layer: [names[id(parameter)] for parameter in group] for layer, group in by_layer(model).items()}
