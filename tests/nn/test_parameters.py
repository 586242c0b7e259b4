from __future__ import annotations

import copy
import pickle

import nn
from autograd import Value
from nn.parameters import model_of, named_values


def test_names_come_from_the_module() -> None:
    assert named_values(nn.Neuron(1))[0] == ["weights.0", "bias"]
    assert named_values(nn.Neuron(1).named_parameters())[0] == ["weights.0", "bias"]
    assert named_values(iter([Value(1.0)]))[0] == ["parameters[0]"]


def test_no_two_have_the_same_name() -> None:
    values = [Value(1.0, label="w"), Value(2.0, label="b"), Value(3.0, label="w"), Value(4.0)]
    assert named_values(values)[0] == ["parameters[0]", "b", "parameters[2]", "parameters[3]"]


def test_a_list_is_a_whole_model_s_as_long_as_it_is_untouched() -> None:
    model = nn.MLP(2, [3, 1])
    found = model.parameters()
    assert model_of(found) is model_of(model.named_parameters()) is model_of(model) is model
    assert model_of(model.layers[0].parameters()) is model.layers[0]
    assert model_of(found[1:]) is model_of(list(found)) is model_of([*found]) is None
    found.append(Value(1.0))
    assert model_of(found) is None
    assert type(copy.deepcopy(found)) is type(pickle.loads(pickle.dumps(found))) is list
