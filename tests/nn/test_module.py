from __future__ import annotations

import copy
from typing import Any

import pytest

import autograd
import nn
from autograd import Value


class Tree(nn.Module):
    def __init__(self) -> None:
        self.scale = Value(2.0)
        self.pair = (Value(3.0), nn.Neuron(1, init="zeros"))
        self.by_name = {"left": Value(4.0), "right": [Value(5.0)]}
        self.shared = self.scale
        self.name = "no parameter"
        self.cached = self.scale * 2.0
        self.me = self


def test_the_tree_is_found_from_attributes_lists_tuples_and_dictionaries() -> None:
    names = [name for name, _ in Tree().named_parameters()]
    assert names == ["scale", "pair.0", "pair.1.weights.0", "pair.1.bias", "by_name.left", "by_name.right.0"]


def test_names_follow_the_path() -> None:
    names = dict(nn.MLP(2, [4, 1]).named_parameters())
    assert "layers.0.neurons.3.weights.1" in names
    assert "layers.1.neurons.0.bias" in names
    assert len(names) == 17


def test_parameters_are_in_micrograds_order() -> None:
    neuron = nn.Neuron(2)
    assert neuron.parameters() == [*neuron.w, neuron.b]


def test_deeply_nested_lists_need_no_recursion() -> None:
    class Deep(nn.Module):
        def __init__(self) -> None:
            self.box: list[object] = [Value(1.0)]
            for _ in range(20_000):
                self.box = [self.box]

    deep = Deep()
    assert len(deep.parameters()) == 1
    while deep.box:  # take it apart layer by layer: freeing it at once is not what this test is about
        deep.box = deep.box[0] if isinstance(deep.box[0], list) else []


def test_zero_grad_and_state_round_trip() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    state = model.state_dict()
    model([1.0, 2.0]).backward()
    assert any(parameter.grad for parameter in model.parameters())
    model.zero_grad()
    assert not any(parameter.grad for parameter in model.parameters())
    other = nn.MLP(2, [3, 1], seed=1)
    assert other.state_dict() != state
    other.load_state_dict(state)
    assert other.state_dict() == state


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": None}, "bias must be a number, got None"),
        ({"bias": True}, "bias must be a number, got True"),
        ({"bias": "1"}, "bias must be a number, got '1'"),
        ({"bias": 1j}, "bias must be a number"),
        ({"bias": float("nan")}, "bias is nan"),
        ({"bias": Value(1.0)}, "bias must be a number, got Value"),
        ({"extra": 1.0}, "'extra' is not a parameter of this model"),
        ({3: 1.0}, "3 is not a parameter"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_changes(change: dict[object, object], message: str) -> None:
    neuron = nn.Neuron(2, init="zeros")
    with pytest.raises(ValueError, match=message):
        neuron.load_state_dict({"weights.0": 1.0, "weights.1": 2.0, "bias": 3.0} | change)
    assert set(neuron.state_dict().values()) == {0.0}


def test_every_fault_is_listed_at_once() -> None:
    with pytest.raises(ValueError, match=r"weights\.0 is missing; .*weights\.1 is missing.*'b' is not a parameter"):
        nn.Neuron(2).load_state_dict({"b": 1.0, "bias": 0.0})
    with pytest.raises(ValueError, match="and 7 more"):
        nn.Neuron(16).load_state_dict({})
    with pytest.raises(TypeError, match="state must be a dictionary"):
        nn.Neuron(1).load_state_dict([1.0])  # type: ignore[arg-type]


def test_nan_is_loaded_on_request() -> None:
    neuron = nn.Neuron(1)
    neuron.load_state_dict({"weights.0": float("inf"), "bias": 0.0}, allow_nan=True)
    assert neuron.w[0].data == float("inf")


def test_two_parameters_of_one_name_are_refused() -> None:
    class Clash(nn.Module):
        def __init__(self) -> None:
            self.a = {"b.c": Value(1.0), "b": {"c": Value(2.0)}}

    with pytest.raises(ValueError, match=r"two parameters are called 'a\.b\.c'"):
        Clash().state_dict()


def test_train_and_eval_reach_every_module_and_give_the_module() -> None:
    dropout = nn.Dropout(0.5)
    model = nn.Sequential(nn.Layer(2, 2), dropout)
    assert model.eval() is model
    assert not dropout.training
    assert model.train() is model
    assert dropout.training
    with pytest.raises(TypeError, match="mode must be True or False"):
        model.train("yes")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="training must be True or False, got 'eval'"):
        dropout.training = "eval"  # type: ignore[assignment]
    assert dropout.training


def test_summary_counts() -> None:
    text = nn.MLP(2, [16, 16, 1]).summary()
    assert "337 parameters" in text
    assert "272" in text
    assert "Neuron" not in text


def test_a_module_without_call_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Module needs a method __call__"):
        nn.Module()([1.0])


def test_a_method_called_forward_is_answered_by_its_name_here() -> None:
    class Mine(nn.Module):
        def forward(self, x: object) -> object:
            return x

    with pytest.raises(NotImplementedError, match="rename its forward to __call__"):
        Mine()([1.0])


def test_deepcopy_shares_nothing() -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    twin = copy.deepcopy(model)
    twin.layers[0].neurons[0].b.data = 9.0
    assert model.layers[0].neurons[0].b.data == 0.0
    assert len(twin.parameters()) == 13


class Recorder(nn.Module):
    """Keeps what its hidden layer gave, or not."""

    def __init__(self, keeps: bool) -> None:
        self.hidden, self.output = nn.Layer(2, 3, activation="tanh", seed=1), nn.Neuron(3, seed=2)
        self.keeps = keeps

    def __call__(self, x: Any) -> Any:
        hidden = self.hidden(x)
        if self.keeps:
            self.kept = hidden
        return self.output(hidden)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_stored_results_are_no_parameters_nor_change_a_training(engine: str) -> None:
    """Also those that were computed within `no_grad()`, as in a validation pass."""
    X = [[0.1 * n, 0.5 - 0.1 * n] for n in range(8)]
    losses = []
    for keeps in (False, True):
        model = Recorder(keeps)
        history = nn.fit(
            model, X, [sum(x) for x in X], loss="mean_squared_error", optimizer=nn.Adam(model, 0.05), epochs=6,
            batch_size=4, progress=False, seed=1, engine=engine, validation=0.25,
        )  # fmt: skip
        assert len(model.parameters()) == 13
        losses.append(history["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)


def test_lists_of_parameters_leave_out_results_and_repetitions() -> None:
    class Lists(nn.Module):
        def __init__(self) -> None:
            first, second = Value(1.0), Value(2.0)
            self.weights = [first, second, first]
            self.again = (second, Value(3.0))
            self.mixed = [Value(4.0), [Value(5.0)], Value(6.0)]
            self.results = [first * second, Value(7.0)]
            self.empty: list[Value] = []
            with autograd.no_grad():
                self.unrecorded = [first * 2.0]

    found = [(name, value.data) for name, value in Lists().named_parameters()]
    names = ["weights.0", "weights.1", "again.1", "mixed.0", "mixed.1.0", "mixed.2", "results.1"]
    assert found == list(zip(names, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], strict=True))
    assert [value.data for value in Lists().parameters()] == [data for _, data in found]
