"""What is a neuron, a layer, a network?

A neuron is an activation of a weighted sum; a layer is a list of neurons that read the same inputs; a network is a
list of layers. The names and arguments are micrograd's. Read before: ``module``, ``activations``, ``initializers``.
Read after: ``normalization`` for further layers, ``losses``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NoReturn, TypeVar, overload

from autograd import Primitive, Value, affine

from .activations import Activation
from .activations import activation as find_activation
from .checks import as_list, check_parameters, one_sample, random_source, shown, whole_number
from .initializers import check_init, first_weights
from .module import Module
from .names.settings import Check, Fixed, Settings, cannot_be_replaced, check_again, one_value, some_values

if TYPE_CHECKING:
    from collections.abc import Callable


Output = TypeVar("Output")
"""The output of a layer: one Value if its width is 1, else a list of them."""


def _activation(choice: Any, name: str) -> Activation:
    return find_activation(choice)


class Neuron(Settings, Module):
    """One output: activation(weights · inputs + bias).

    ``nin`` is the number of inputs; ``nonlin=False``, as in micrograd, means
    ``activation="identity"``. ``init`` and ``seed`` determine the initial weights, see ``initializers``.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes and names.

    >>> neuron = Neuron(2, activation="relu")
    >>> neuron.load_state_dict({"weights.0": 1.0, "weights.1": -2.0, "bias": 0.5})
    >>> neuron([3.0, 1.0]).data                     # relu(1*3 - 2*1 + 0.5)
    1.5
    """

    __slots__ = ("_row",)  # a slot, because parameters are searched for among the attributes
    activation: Activation
    weights: list[Value]
    bias: Value
    _row: tuple[Value, ...]
    _in_layer = False
    _checks: ClassVar[dict[str, Check]] = {"activation": _activation, "weights": some_values, "bias": one_value}

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: Any = None,
        init: Any = "auto",
        seed: Any = None,
        layer_size: int = 1,
    ) -> None:
        nin = whole_number(nin, "nin")
        self.activation = _chosen(activation, nonlin)
        layer_size = whole_number(layer_size, "layer_size")
        check_parameters(nin + 1, f"Neuron(nin={shown(nin)})")
        drawn = first_weights(check_init(init), nin, layer_size, self.activation, random_source(seed))
        self.weights = [Value(number) for number in drawn]
        self.bias = Value(0.0)
        self._row = (self.bias, *self.weights)

    def __call__(self, inputs: Any) -> Value:
        """The output for one sample of ``nin`` numbers or Values."""
        if not isinstance(inputs, list) or len(inputs) != len(self.weights):
            inputs = one_sample(inputs, len(self.weights), "Neuron")
        if self.activation.whole_layer:
            raise ValueError(f"activation {self.activation.name} needs a layer's whole output: use it in a Layer")
        output: Value = self.activation.function(weighted_sums([self.row()], inputs, "Neuron")[0])
        return output

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "activation" and self._in_layer:
            raise cannot_be_replaced(self, name, value, "assign that of its layer, which all its neurons have")
        super().__setattr__(name, value)
        if name == "activation":
            _show_parameters(self)

    def row(self) -> tuple[Value, ...]:
        """Bias and weights, the same tuple until one of them is replaced, so that it is checked only once."""
        row = (self.bias, *self.weights)
        try:
            if row == self._row:
                return self._row
        except TypeError:  # a number in place of a Value
            check_again(self, "")
        self._row = row
        return row

    @property
    def w(self) -> list[Value]:
        """The weights, by micrograd's name."""
        return self.weights

    @w.setter
    def w(self, weights: list[Value]) -> None:
        self.weights = weights

    @property
    def b(self) -> Value:
        """The bias, by micrograd's name."""
        return self.bias

    @b.setter
    def b(self, bias: Value) -> None:
        self.bias = bias

    @property
    def nonlin(self) -> bool:
        """Is the activation anything but the identity? By micrograd's name."""
        return self.activation.name != "identity"

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)}, activation={self.activation.name!r})"


class Outputs(list[Any]):
    """The outputs of a layer: a list with a ``backward()`` that explains why it needs a loss.

    >>> Layer(2, 3)([1.0, 2.0]).backward()
    Traceback (most recent call last):
    TypeError: backward() starts from one number, and this is a list of 3 outputs: make a loss of them first, ...
    """

    __slots__ = ()

    def backward(self) -> NoReturn:
        """Raise ``TypeError``: there is no gradient of a list."""
        raise TypeError(
            f"backward() starts from one number, and this is a list of {len(self)} outputs: make a loss of them first, "
            "such as nn.cross_entropy(outputs, target), or take one, outputs[0].backward()"
        )


def _show_parameters(owner: Neuron | Layer[Any]) -> None:
    """If the activation is a module, let its parameters be found among the owner's."""
    if isinstance(owner.activation.function, Module):
        vars(owner)["activation_module"] = owner.activation.function
    elif hasattr(owner, "activation_module"):
        del owner.activation_module


def _check_neurons(neurons: list[Any], in_size: int, activation: Activation) -> None:
    """Raise ``TypeError`` or ``ValueError`` if these cannot be the neurons of one layer."""
    if not neurons:
        raise ValueError("neurons is empty: a layer has at least one neuron")
    for position, neuron in enumerate(neurons):
        if not isinstance(neuron, Neuron):
            raise TypeError(f"neurons[{position}] must be a Neuron, got {shown(neuron)}")
        if len(neuron.weights) != in_size:
            raise ValueError(
                f"neurons[{position}] has {len(neuron.weights)} weights, but its layer has {in_size} inputs"
            )
        if neuron.activation is not activation:
            raise ValueError(
                f"neurons[{position}] has the activation {neuron.activation.name!r}, but its layer has "
                f"{activation.name!r}: make the neuron with activation=layer.activation"
            )


class Layer(Settings, Module, Generic[Output]):
    """``nout`` neurons that read the same ``nin`` inputs; its output is a list, or one Value if ``nout`` is 1.

    The other arguments are those of ``Neuron``. To assign ``activation`` changes that of all neurons.

    >>> layer = Layer(2, 2, activation="identity", init="zeros")
    >>> layer.neurons[1].b.data = 7.0
    >>> [value.data for value in layer([1.0, 2.0])]
    [0.0, 7.0]
    """

    __slots__ = ("_checked",)
    _checked: list[Neuron]
    _checks: ClassVar[dict[str, Check]] = {"in_size": Fixed("make a new layer"), "activation": _activation}

    @overload
    def __init__(self: Layer[Value], nin: int, nout: Literal[1], *, nonlin: bool = True, activation: Any = None,
                 init: Any = "auto", seed: Any = None) -> None: ...  # fmt: skip
    @overload
    def __init__(self: Layer[list[Value]], nin: int, nout: int, *, nonlin: bool = True, activation: Any = None,
                 init: Any = "auto", seed: Any = None) -> None: ...  # fmt: skip

    def __init__(
        self,
        nin: int,
        nout: int,
        *,
        nonlin: bool = True,
        activation: Any = None,
        init: Any = "auto",
        seed: Any = None,
    ) -> None:
        self.in_size, nout = whole_number(nin, "nin"), whole_number(nout, "nout")
        self.activation = _chosen(activation, nonlin)
        check_parameters((self.in_size + 1) * nout, f"Layer(nin={shown(self.in_size)}, nout={shown(nout)})")
        source = random_source(seed)
        self.neurons = [
            Neuron(nin, activation=self.activation, init=init, seed=source, layer_size=nout) for _ in range(nout)
        ]
        _show_parameters(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "neurons":
            value, self._checked = as_list(value, name, "a list of neurons"), []
            if hasattr(self, "in_size") and hasattr(self, "activation"):  # else a constructor of the user's sets them
                self._take(value)
        super().__setattr__(name, value)
        if name == "activation" and hasattr(self, "neurons"):
            _show_parameters(self)
            for neuron in self.neurons:
                object.__setattr__(neuron, "activation", self.activation)

    def _take(self, neurons: list[Neuron]) -> None:
        """Check the neurons, and let each refuse an activation of its own."""
        _check_neurons(neurons, self.in_size, self.activation)
        for neuron in neurons:
            if isinstance(self.activation.function, Module):
                vars(neuron).pop("activation_module", None)  # it is the layer's
            object.__setattr__(neuron, "_in_layer", True)
        self._checked = list(neurons)

    def __call__(self, inputs: Any) -> Output:
        """The outputs for one sample of ``nin`` numbers or Values."""
        outputs = self.outputs(inputs)
        result: Output = outputs[0] if len(outputs) == 1 else Outputs(outputs)  # type: ignore[assignment]
        return result

    def outputs(self, inputs: Any) -> list[Any]:
        """The outputs for one sample as a list, also if there is only one.

        >>> len(Layer(2, 1).outputs([1.0, 2.0]))
        1
        """
        if not isinstance(inputs, list) or len(inputs) != self.in_size:
            inputs = one_sample(inputs, self.in_size, "Layer")
        # One call for the whole layer: the inputs are checked once, not once per neuron.
        if self.neurons != self._checked:
            self._take(self.neurons)
        sums = weighted_sums([neuron.row() for neuron in self.neurons], inputs, "Layer")
        return apply_activation(self.activation, sums)

    def sums(self, inputs: Any) -> list[Any]:
        """The outputs for a module whose own functions follow: the activation must be the identity."""
        if self.activation.name != "identity":
            raise ValueError(
                f"the activation of a layer within another module is {self.activation.name!r}: assign 'identity', and "
                "the activation of the module itself, if it has one"
            )
        return self.outputs(inputs)

    def torch_parameters(self) -> dict[str, list[list[Value]]]:
        """The parameters as rows, by PyTorch's names and in its order: the weights of each neuron, and all biases."""
        return {"weight": [n.weights for n in self.neurons], "bias": [[n.bias for n in self.neurons]]}

    @property
    def out_size(self) -> int:
        """The number of outputs."""
        return len(self.neurons)

    def __repr__(self) -> str:
        return f"Layer({self.in_size}, {self.out_size}, activation={self.activation.name!r})"


def _layers(given: Any, name: str) -> list[Any]:
    """The layers as a list, if each can be called and takes what the one before it gives."""
    layers: list[Any] = as_list(given, name, "a list of modules")
    if not layers:
        raise ValueError("Sequential needs at least one layer, such as Sequential(Layer(2, 1))")
    for position, layer in enumerate(layers):
        if not callable(layer) or isinstance(layer, type):
            cure = f"; write {layer.__name__}(...)" if isinstance(layer, type) else ""
            if isinstance(layer, str):
                cure = f"; write activation={layer!r} in the layer before it"
            raise TypeError(f"layer {position} must be a module or a function, got {shown(layer)}{cure}")
        if isinstance(layer, Primitive):
            raise TypeError(
                f"layer {position} is {layer.name}, a function of one number, but layers get a list of them; "
                f"write Layer(..., activation={layer.name!r}) for the layer before it"
            )
    check_sizes(layers)
    return layers


class Sequential(Settings, Module):
    """Modules one after the other: the output of each is the input of the next.

    Raises ``TypeError`` for anything that cannot be called and ``ValueError`` if a layer's input size is not the output
    size of the layer before it.

    >>> model = Sequential(Layer(2, 3), Layer(3, 1, activation="sigmoid"))
    >>> len(model.parameters())
    13
    """

    _checks: ClassVar[dict[str, Check]] = {"layers": _layers}

    def __init__(self, *layers: Any) -> None:
        self.layers = list(layers[0] if len(layers) == 1 and isinstance(layers[0], (list, tuple)) else layers)

    def __call__(self, inputs: Any) -> Any:
        """The output of the last layer for one sample."""
        try:
            for layer in self.layers:
                inputs = layer(inputs)
        except (TypeError, ValueError):
            _layers(self.layers, "layers")  # one may have been replaced
            raise
        return inputs

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"


class MLP(Sequential):
    """A multi-layer perceptron: ``nin`` inputs, then one layer for each width in ``nouts``.

    ``activation`` is for the hidden layers and ``output_activation`` for the last one; a list as ``activation`` has one
    entry per layer, including the last. ``init`` and ``seed`` determine the initial weights, see ``initializers``;
    ``init="micrograd"`` after ``random.seed(n)`` draws the same weights as micrograd.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes and names.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters())                      # (2+1)*16 + (16+1)*16 + (16+1)*1
    337
    """

    def __init__(
        self,
        nin: int,
        nouts: Any,
        activation: Any = "relu",
        output_activation: Any = "identity",
        init: Any = "auto",
        seed: Any = None,
    ) -> None:
        nin = whole_number(nin, "nin")
        widths = [
            whole_number(width, f"nouts[{i}]")
            for i, width in enumerate(as_list(nouts, "nouts", "a list of widths, such as [16, 1]"))
        ]
        if not widths:
            raise ValueError("nouts is empty: give one width for each layer, such as [16, 16, 1]")
        if isinstance(activation, (list, tuple)):
            if len(activation) != len(widths):
                raise ValueError(
                    f"activation has {len(activation)} entries for {len(widths)} layers: give one for each"
                )
            choices = list(activation)
        else:
            find_activation(activation)  # a misspelt name is an error even if there is no hidden layer
            choices = [activation] * (len(widths) - 1) + [output_activation]
        parameters = sum((fan_in + 1) * width for fan_in, width in zip([nin, *widths], widths, strict=False))
        check_parameters(parameters, f"MLP(nin={shown(nin)}, nouts=[{', '.join(map(shown, widths[:6]))}])")
        source = random_source(seed)
        self.layers = [
            Layer(fan_in, width, activation=choice, init=init, seed=source)
            for fan_in, width, choice in zip([nin, *widths], widths, choices, strict=False)
        ]

    def __repr__(self) -> str:
        names = [layer.activation.name for layer in self.layers]
        text = repr(names[0])
        if len(set(names[:-1])) > 1:
            text = repr(names)
        elif names[-1] != "identity" or len(names) == 1:
            text = f"{names[0]!r}, output_activation={names[-1]!r}"
        return f"MLP({self.layers[0].in_size}, {[layer.out_size for layer in self.layers]}, activation={text})"


def _chosen(activation: Any, nonlin: Any) -> Activation:
    if not isinstance(nonlin, bool):
        raise TypeError(
            f"nonlin must be True or False, got {shown(nonlin)}: write activation={shown(nonlin)} for a name"
        )
    return find_activation(("relu" if nonlin else "identity") if activation is None else activation)


def weighted_sums(rows: list[tuple[Value, ...]], inputs: list[Any], owner: str) -> list[Value]:
    """Bias + weights · inputs for each row (bias, weights ...); errors name the module ``owner``."""
    try:
        return affine(rows, inputs)
    except (TypeError, ValueError):
        for n, row in enumerate(rows):
            if len(row) != len(inputs) + 1:  # it has been replaced
                raise ValueError(
                    f"neurons[{n}] has {len(row) - 1} weights, but {owner} has {len(inputs)} inputs"
                ) from None
        one_sample(inputs, len(rows[0]) - 1, owner)  # a batch of as many samples as there are inputs
        raise


def apply_activation(choice: Activation, sums: list[Any]) -> list[Any]:
    """The activation of each sum, or of all of them together.

    >>> [v.data for v in apply_activation(find_activation("relu"), [Value(-1.0), Value(2.0)])]
    [0.0, 2.0]
    """
    if choice.whole_layer:
        outputs = choice.function(sums)
        if not isinstance(outputs, list) or len(outputs) != len(sums):
            raise ValueError(f"activation {choice.name} must return a list of {len(sums)} Values, got {shown(outputs)}")
        return outputs
    if choice.name == "identity":
        return sums
    function = _method(choice.function)
    return [function(value) for value in sums]


def _method(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The method of ``Value`` for a primitive, which is faster because it need not check its operand's type."""
    if isinstance(function, Primitive):
        method: Callable[[Any], Any] = getattr(Value, function.name, function)
        return method
    return function


def check_sizes(layers: Any) -> None:
    """Raise ``ValueError`` if a layer's input size is not the output size of the nearest sized layer before it.

    A module whose output is not a list of numbers says so in ``gives``, with what to put after it.

    >>> check_sizes([Layer(2, 3), Layer(4, 1)])
    Traceback (most recent call last):
    ValueError: layer 1 expects 4 inputs, but layer 0 gives 3
    """
    given: tuple[int, int] | None = None
    for position, layer in enumerate(layers):
        in_size = getattr(layer, "in_size", None)
        if in_size is not None and position and hasattr(layers[position - 1], "gives"):
            raise ValueError(f"layer {position} takes a list of numbers, but layer {position - 1} gives "
                             f"{layers[position - 1].gives}")  # fmt: skip
        if given is not None and in_size is not None and in_size != given[1]:
            raise ValueError(f"layer {position} expects {in_size} inputs, but layer {given[0]} gives {given[1]}")
        out_size = getattr(layer, "out_size", None)
        if out_size is not None:
            given = (position, out_size)
        elif in_size is None and not getattr(layer, "keeps_size", False):
            given = None
