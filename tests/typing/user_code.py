"""A user's program for type checkers. A line that ends in `# error` must be refused, and no other.

`test_user_code` runs mypy on this file, and (with -m interop) pyright. It is never run.
"""

from __future__ import annotations

from typing import assert_type

import autograd
import nn
from autograd import Value

X, y = nn.make_moons(20, seed=0)
model = nn.MLP(2, [4, 1], seed=0)

loss = nn.mean_squared_error([model(x) for x in X], y)
assert_type(loss, Value)
loss.backward()
loss.bakward()  # error
loss.data.backward()  # error

nn.cross_entropy([1.0, 2.0], 0).bakward()  # error
nn.binary_cross_entropy_with_logits(0.5, 1).bakward()  # error
nn.kl_divergence([0.0, 0.0], [0.5, 0.5]).bakward()  # error
nn.l2_penalty(model).bakward()  # error

assert_type(autograd.mean([1.0, 2.0]), float)
assert_type(autograd.mean([Value(1.0), 2.0]), Value)
autograd.mean([Value(1.0), Value(2.0)]).bakward()  # error
autograd.sum([Value(1.0)]).bakward()  # error
assert_type(autograd.softmax([Value(1.0)]), list[Value])
assert_type(autograd.softmax([1.0]), list[float])
autograd.softmax([Value(1.0)]).data  # error

neuron = nn.Neuron(2)
assert_type(neuron([1.0, 2.0]), Value)
neuron([1.0, 2.0]).dat  # error
assert_type(nn.Layer(2, 1)([1.0, 2.0]), Value)
assert_type(nn.Layer(2, 3)([1.0, 2.0]), list[Value])
nn.Layer(2, 3)([1.0, 2.0]).data  # error

assert_type(nn.load("model.json"), nn.Module)
assert_type(nn.load("model.json", into=model), nn.MLP)
nn.load("model.json").parametrs()  # error
nn.predict(model, X).data  # error
history = nn.fit(model, X, y, loss="hinge", optimizer=nn.SGD(model, 0.1), epochs=1)
history.plott()  # error

v = Value(2.0)
assert_type(v.tanh() + 3.0, Value)
assert_type(v.arctan2(1.0), Value)
v.item()  # error
Value("three", 1, 2, 3, 4)  # error
nn.SGD(model, eps=1.0)  # error
nn.make_moons(random_state=0)  # error
