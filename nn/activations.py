"""Which activation functions exist, and when is each one the right choice?

An activation is a primitive of ``autograd`` together with what a learner should know about it. Its formula and its
derivative are rendered from the primitive's row, never written here. Read before: ``module``. Read after:
``initializers``, which uses the gain, and ``layers``.
"""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Value, no_grad

from .checks import choose, is_number, real_number, shown
from .names.settings import cannot_be_replaced

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Function: TypeAlias = Callable[[Any], Any]

_INF = math.inf


class Activation:
    """A function that is applied to a layer's outputs, with advice about its use.

    ``function`` maps one Value (or float) to one or, if ``whole_layer`` is true, the list of a layer's outputs to a
    list of the same length. ``range`` is the pair of its lowest and highest values. ``gain`` is the factor by which the
    initial weights must be larger to keep the size of a signal, and ``init`` (``"he"`` or ``"xavier"``) the rule that
    uses it. ``advice`` says when to use it and what can go wrong.

    >>> relu = activation("relu")
    >>> relu.function(-2.0), relu.range, relu.init
    (0.0, (0.0, inf), 'he')
    """

    __slots__ = ("_texts", "advice", "function", "gain", "init", "name", "range", "whole_layer")

    def __init__(
        self,
        name: str,
        function: Function,
        *,
        whole_layer: bool = False,
        range: tuple[float, float] = (-_INF, _INF),
        gain: float = 1.0,
        init: str = "xavier",
        advice: str = "",
        texts: tuple[str, str] | None = None,
    ) -> None:
        if not isinstance(name, str):
            raise TypeError(f"name must be a string, got {shown(name)}")
        if not callable(function):
            raise TypeError(f"function must be callable, such as autograd.tanh, got {shown(function)}")
        if not isinstance(range, (tuple, list)) or len(range) != 2 or not all(map(is_number, range)):
            raise TypeError(f"range must be the pair of the lowest and the highest value, got {shown(range)}")
        self.name, self.function, self.whole_layer = name, function, whole_layer
        self.range, self.advice = (float(range[0]), float(range[1])), advice
        self.gain = real_number(gain, "gain", 0, above=True)
        self.init = choose(init, ("he", "xavier"), "init of an activation")
        self._texts = texts

    @property
    def formula(self) -> str:
        """The function as text, from the primitive's row; the function's own name if it has no row."""
        return self._formulas()[0]

    @property
    def derivative(self) -> str:
        """The derivative as text, from the primitive's row; ``"by the chain rule"`` if it has no row."""
        return self._formulas()[1]

    def _formulas(self) -> tuple[str, str]:
        if self._texts is None:
            if isinstance(self.function, autograd.Primitive):
                formula, partials = autograd.formulas(self.function)
                self._texts = (formula, partials[0])
            else:
                self._texts = (f"{self.name}(x)", "by the chain rule")
        return self._texts

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] != "_" and hasattr(self, name):
            raise cannot_be_replaced(self, name, value, "layers share it; make another one")
        super().__setattr__(name, value)

    def __copy__(self) -> Activation:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Activation:
        function = self.function if _registry.get(self.name) is self else deepcopy(self.function, memo)
        return self if function is self.function else _restored(self.name, function, self._options())

    def __reduce__(self) -> tuple[Any, ...]:
        if _registry.get(self.name) is self:
            return (activation, (self.name,))
        return (_restored, (self.name, self.function, self._options()))

    def _options(self) -> dict[str, Any]:
        return {
            "whole_layer": self.whole_layer, "range": self.range, "gain": self.gain, "init": self.init,
            "advice": self.advice, "texts": self._texts,
        }  # fmt: skip


def _restored(name: str, function: Function, options: dict[str, Any]) -> Activation:
    return Activation(name, function, **options)


_registry: dict[str, Activation] = {}


def register_activation(
    name: str,
    function: Function,
    *,
    whole_layer: bool = False,
    range: tuple[float, float] = (-_INF, _INF),
    gain: float = 1.0,
    init: str = "xavier",
    advice: str = "",
) -> Activation:
    """Make ``activation=name`` work in every layer, and in files written by ``nn.save``.

    The other arguments are those of ``Activation``. Raises ``ValueError`` for a name that is taken or is not
    a Python identifier, and for a gain that is not positive; ``TypeError`` for a function that cannot be called.

    >>> from autograd import tanh
    >>> _ = register_activation("doctest_scaled_tanh", lambda x: 1.7159 * tanh(x * (2 / 3)), range=(-1.7159, 1.7159))
    >>> round(activation("doctest_scaled_tanh").function(1.0), 3)
    1.0
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {shown(name)}")
    if not name.isidentifier():
        raise ValueError(f"name must be a Python identifier such as 'my_relu', got {shown(name)}")
    if name in _registry:
        raise ValueError(f"an activation called {name!r} exists already: choose another name")
    made = Activation(name, function, whole_layer=whole_layer, range=range, gain=gain, init=init, advice=advice)
    _registry[name] = made
    return made


def activation_names() -> list[str]:
    """The names of all registered activations.

    >>> activation_names()[:3]
    ['identity', 'sigmoid', 'tanh']
    """
    return list(_registry)


def activation(choice: Any) -> Activation:
    """The activation for a name, an ``Activation``, or any callable.

    A callable may map a Value to a Value, or the list of a layer's outputs to a list; a call with 0.5 finds out which.
    Raises ``ValueError`` for an unknown name, and ``TypeError`` for anything that is not an activation.

    >>> activation("tanh").range
    (-1.0, 1.0)
    >>> activation(lambda x: x * x).whole_layer
    False
    """
    if isinstance(choice, Activation):
        return choice
    if isinstance(choice, str):
        choice = _ALIASES.get(choice, choice)
        return _registry[choose(choice, activation_names(), "activation")]
    for known in _registry.values():
        if known.function is choice:
            return known
    if not callable(choice):
        raise TypeError(f"activation must be a name such as 'relu' or a callable, got {shown(choice)}")
    return Activation(getattr(choice, "__name__", type(choice).__name__), choice, whole_layer=_takes_lists(choice))


def _takes_lists(function: Function) -> bool:
    """Does ``function`` map lists to lists (True) or a Value to a Value (False)? ``TypeError`` if neither."""
    with no_grad():
        try:
            if isinstance(function(Value(0.5)), Value):
                return False
            problem = "for one Value it returned something else"
        except Exception as error:
            problem = f"for one Value it raised {type(error).__name__}: {error}"
        try:
            results = function([Value(0.5), Value(-0.5)])
        except Exception:
            results = None
    if isinstance(results, list) and len(results) == 2 and all(isinstance(item, Value) for item in results):
        return True
    name = getattr(function, "__name__", type(function).__name__)
    raise TypeError(
        f"activation {name} must map a Value to a Value, or a list of Values to one of the same length; {problem}"
    )


register_activation(
    "identity",
    autograd.identity,
    advice="For the output of a regression, and for logits. Hidden layers with it collapse into one linear layer.",
)
register_activation(
    "sigmoid",
    autograd.sigmoid,
    range=(0.0, 1.0),
    advice="For the probability of one class. In hidden layers it saturates: beyond |x| = 5 its derivative is below "
    "0.007, and it is at most 1/4 anywhere, so gradients shrink from layer to layer.",
)
register_activation(
    "tanh",
    autograd.tanh,
    range=(-1.0, 1.0),
    gain=5 / 3,
    advice="For small smooth networks: its outputs are centred at 0. It saturates beyond |x| = 3, where its "
    "derivative is below 0.01; scale the inputs to size 1.",
)
register_activation(
    "relu",
    autograd.relu,
    range=(0.0, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="The usual choice for hidden layers. A unit whose input is negative for every sample is dead: its "
    "derivative is 0 and it stops learning; lower the learning rate or use leaky_relu.",
)
register_activation(
    "leaky_relu",
    autograd.leaky_relu,
    gain=math.sqrt(2 / (1 + 0.01**2)),
    init="he",
    advice="A relu that cannot die: its derivative is 0.01 where relu's is 0.",
)
register_activation(
    "elu",
    autograd.elu,
    range=(-1.0, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="A smoother relu with outputs of a mean nearer to 0. Its derivative approaches 0 only far below 0.",
)
register_activation(
    "selu",
    autograd.selu,
    range=(-1.7580993408473766, _INF),
    gain=1.0,  # Klambauer et al. 2017: variance 1/fan_in makes the network normalise itself
    init="he",
    advice="Keeps mean 0 and variance 1 through deep plain networks; it needs standardised inputs and no layer norm.",
)
register_activation(
    "gelu",
    autograd.gelu,
    range=(-0.16997120747990369, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="Relu weighted by the normal distribution, usual in transformers. It is not monotonic below -0.75.",
)
register_activation(
    "silu",
    autograd.silu,
    range=(-0.27846454276107380, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="x times its own sigmoid, a smooth relu that is cheaper than gelu. It is not monotonic below -1.28.",
)
register_activation(
    "softplus",
    autograd.softplus,
    range=(0.0, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="For outputs that must be positive, such as a variance. In hidden layers its outputs are all positive, "
    "which slows learning.",
)
register_activation(
    "mish",
    autograd.mish,
    range=(-0.30884341227789755, _INF),
    gain=math.sqrt(2),
    init="he",
    advice="Like silu, a little steeper: x times tanh of softplus. It is not monotonic below -1.19.",
)
register_activation(
    "softsign", autograd.softsign, range=(-1.0, 1.0), advice="A tanh with heavier tails: slope 1/(1 + |x|)²."
)
register_activation(
    "hardtanh",
    autograd.hardtanh,
    range=(-1.0, 1.0),
    gain=5 / 3,
    advice="A tanh of straight lines. Beyond |x| = 1 its slope is 0, and a unit that stays there never learns.",
)
register_activation(
    "log_sigmoid",
    autograd.log_sigmoid,
    range=(-_INF, 0.0),
    advice="For the logarithm of a probability, exact where the probability rounds to 0 or 1.",
)
_ALIASES = {"swish": "silu", "linear": "identity", "logistic": "sigmoid"}
"""Names of scikit-learn and Keras that work too."""
_registry["softmax"] = Activation(
    "softmax",
    autograd.softmax,
    whole_layer=True,
    range=(0.0, 1.0),
    texts=("exp(xᵢ) / Σⱼ exp(xⱼ)", "∂yᵢ/∂xⱼ = yᵢ·([i = j] − yⱼ)"),
    advice="For the probabilities of several classes, on the last layer only. Train with logits and cross_entropy "
    "instead: the logarithm of a probability that rounds to 0 is lost.",
)
