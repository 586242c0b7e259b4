# %% [markdown]
# # Solutions to 06 · From a neuron to an MLP

# %%
from autograd import relu
from chalkgrad.exercises import check

# %% [markdown]
# **06.1** Layer by layer, neurons times (inputs + 1): 4 · 3 + 3 · 5 + 1 · 4 = 12 + 15 + 4 = 31.

# %%
check("06.1", 31)

# %% [markdown]
# **06.2** With w₁ = w₂ = 1 the sum is 0, 1, 1, 2 at the corners. Any bias between -2 and -1 leaves only the last one
# positive; -1.5 leaves the same room on both sides.

# %%
check("06.2", [1, 1, -1.5])

# %% [markdown]
# **06.3** 2 (3x + 1) - 4 = 6x - 2.

# %%
check("06.3", {"w": 6, "b": -2})


# %% [markdown]
# **06.4** relu(x₁ - x₂) is 1 at (1, 0), and relu(x₂ - x₁) is 1 at (0, 1). Take both away from 1. (1 minus the tent of
# the lesson is right as well.)


# %%
def same(x1, x2):
    return 1 - relu(x1 - x2) - relu(x2 - x1)


check("06.4", same)

# %% [markdown]
# **06.5** Weights: 4 · (-2) and 3 · (-2). Bias: -2. Inputs: 0.5 · (-2) and -2 · (-2).

# %%
check("06.5", {"w1": -8, "w2": -6, "b": -2, "x1": -1, "x2": 4})

# %% [markdown]
# **06.6** Three lists, each straight from its formula. `zip(*weights)` gives the columns, the weights of one input.


# %%
def layer_backward(weights, xs, deltas):
    of_weights = [[x * delta for x in xs] for delta in deltas]
    of_inputs = [sum(w * delta for w, delta in zip(column, deltas)) for column in zip(*weights)]
    return of_weights, list(deltas), of_inputs


check("06.6", layer_backward)

# %% [markdown]
# **06.7** A neuron, a layer and a network, in the fewest lines.

# %%
import random

from autograd import Value, tanh


class Neuron:
    def __init__(self, n_inputs):
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)]
        self.bias = Value(0.0)

    def __call__(self, xs):
        return tanh(sum((w * x for w, x in zip(self.weights, xs)), self.bias))

    def parameters(self):
        return [*self.weights, self.bias]


class Layer:
    def __init__(self, n_inputs, n_neurons):
        self.neurons = [Neuron(n_inputs) for _ in range(n_neurons)]

    def __call__(self, xs):
        return [neuron(xs) for neuron in self.neurons]

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    def __init__(self, n_inputs, sizes):
        self.layers = [Layer(before, size) for before, size in zip([n_inputs, *sizes], sizes)]

    def __call__(self, xs):
        for layer in self.layers:
            xs = layer(xs)
        return xs

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


check("06.7", MLP)
