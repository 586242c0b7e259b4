# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10 · Starting points
#
# **Does it matter where training starts?** The optimizer walks downhill from wherever you put it. So why not begin with
# all weights at 0, which is at least fair to everybody?
#
# In this lesson you will see a network of eight neurons that behaves like one neuron, for ever; derive how large the
# first weights have to be; and find out why a model that reads "1,680 of proline" next to "0.66 of phenols" does not
# learn before the two have been brought to the same scale.
#
# You need: activation functions (lesson 05), the training loop (08), vanishing gradients (09). About 60 minutes.

# %%
import math
import random

import matplotlib.pyplot as plt

import nn

# %% [markdown]
# ## Break it: all zeros
#
# 178 wines by three growers, 13 chemical measurements each. Which grower made it? The measurements are standardized
# here (mean 0, standard deviation 1); why, comes further down.
#
# **Predict:** a network with one hidden layer of eight tanh units, all weights and biases 0. After 15 epochs: has it
# learnt everything, something, or nothing?

# %%
X, y = nn.load_wine()
X_raw, X = X, nn.standardize(X)
zeros = nn.MLP(13, [8, 3], activation="tanh", init="zeros")
train = {"loss": "cross_entropy", "epochs": 15, "batch_size": 20, "progress": False, "seed": 0}
history = nn.fit(zeros, X, y, optimizer=nn.SGD(zeros, 0.1), **train)
most_common = max(y.count(grower) for grower in range(3)) / len(y)
print(f"accuracy {history['accuracy'][-1]:.2f}; always saying the most common grower: {most_common:.2f}")
assert abs(history["accuracy"][-1] - most_common) < 0.01

# %% [markdown]
# Nearly nothing: how common each grower is. Look at the gradients and you see why. The hidden units give tanh(0) = 0,
# so the weights above them get the gradient (incoming) × 0. And the weights above them are 0, so nothing is passed
# down. Only the three biases of the last layer can move.

# %%
nn.cross_entropy([zeros(x) for x in X], y).backward()
moved = [name for name, p in zeros.named_parameters() if p.data != 0]
print("parameters that are no longer 0:", moved)
assert moved == ["layers.1.neurons.0.bias", "layers.1.neurons.1.bias", "layers.1.neurons.2.bias"]

# %% [markdown]
# ## Break it again: all equal
#
# Then let us start with all weights at 0.3. Now signals and gradients flow.
#
# **Predict:** after training, how many *different* hidden units are there among the eight?

# %%
equal = nn.MLP(13, [8, 3], activation="tanh", init=lambda nin, nout, source: 0.3)
history = nn.fit(equal, X, y, optimizer=nn.SGD(equal, 0.1), **train)
units = [tuple(p.data for p in neuron.parameters()) for neuron in equal.layers[0].neurons]
print(f"accuracy {history['accuracy'][-1]:.2f}, different hidden units: {len(set(units))} of {len(units)}")
assert len(set(units)) == 1

# %% [markdown]
# One. Equal units see the same inputs, give the same output, and are used in the same way by the layer above. So they
# get the same gradient, bit for bit, make the same step, and are equal again. By induction, for ever. Eight neurons,
# the power of one. Only chance can break the **symmetry**: the first weights must be random.
#
# The picture shows the weights of the hidden layer after training: one row for each unit, one column for each
# measurement, red positive and blue negative. On the left the equal start, on the right a random one.

# %%
chance = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(chance, X, y, optimizer=nn.SGD(chance, 0.1), **train)
figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for panel, model, title in ((axes[0], equal, "started equal"), (axes[1], chance, "started at random")):
    weights = [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons]
    panel.imshow(weights, cmap="coolwarm", vmin=-1, vmax=1)
    panel.set(title=title, xlabel="measurement", ylabel="hidden unit")
plt.show()
assert history["accuracy"][-1] == 1.0

# %% [markdown]
# With the same number of weights, the same data and the same fifteen epochs, the random start knows every wine.
# `nn.diagnose` sees the illness before you have spent an epoch on it:

# %%
report = nn.diagnose(nn.MLP(13, [8, 3], activation="tanh", init=lambda nin, nout, source: 0.3), X, y)
print(report.findings[0])
assert report.problems[0] == "symmetric weights"

# %% [markdown]
# ## How large?
#
# Random, then. But how large? Send random numbers through twenty relu layers of 50 units, with weights drawn uniformly
# between -b and b, and measure how large the signal is after each layer (root mean square, as in lesson 09). No
# training, no gradients: plain numbers do.
#
# **Predict:** will b = 0.1, b = 1 and b = 0.35 give much the same picture?


# %%
def sizes_through(layers, width, bound, source):
    """The size of the signal after each relu layer, for one random input."""
    signal, sizes = [source.gauss(0, 1) for _ in range(width)], []
    for _ in range(layers):
        rows = [[source.uniform(-bound, bound) for _ in range(width)] for _ in range(width)]
        signal = [max(0.0, sum(w * s for w, s in zip(row, signal))) for row in rows]
        sizes.append(math.sqrt(sum(s * s for s in signal) / width))
    return sizes


# %%
figure, axes = plt.subplots(figsize=(6, 3.5))
for bound in (0.1, 0.35, 1.0):
    axes.plot(range(1, 21), sizes_through(20, 50, bound, random.Random(0)), "o-", label=f"b = {bound}")
axes.set(yscale="log", xlabel="layer", ylabel="size of the signal", title="twenty relu layers of 50 units")
axes.set_xticks((1, 5, 10, 15, 20))
axes.legend()
plt.show()
assert sizes_through(20, 50, 0.1, random.Random(0))[-1] < 1e-9
assert sizes_through(20, 50, 1.0, random.Random(0))[-1] > 1e7

# %% [markdown]
# A straight line on a logarithmic scale: every layer multiplies by the same factor. Too small, and after twenty layers
# nothing is left (and the gradient, which runs through the same weights, vanishes too). Too large, and it explodes.
# Somewhere between lies a b for which the factor is 1. We need not search for it, we can compute it.
#
# ## The rule, derived
#
# One unit computes a sum of n products, w₁x₁ + w₂x₂ + ... The weights are random with mean 0, independent of each other
# and of the inputs. Then the mean of the square of the sum is
#
# $$n \cdot (\text{mean of } w^2) \cdot (\text{mean of } x^2),$$
#
# because all mixed products average out to 0. A relu then sets half of the sums, the negative ones, to 0, and so halves
# the mean square. For the factor to be 1, we need n · mean(w²) · 1/2 = 1, that is
#
# $$\text{mean of } w^2 = \frac{2}{n}.$$
#
# This is **He's rule** (2015). For weights uniform between -b and b the mean of w² is b²/3, so b = √(6/n). Measure both
# claims before you believe them.

# %%
source = random.Random(0)
draws = [source.uniform(-0.5, 0.5) for _ in range(100_000)]
mean_square = sum(w * w for w in draws) / len(draws)
print(f"mean square of uniform(-b, b) with b = 0.5: {mean_square:.4f}, and b²/3 is {0.5**2 / 3:.4f}")
assert abs(mean_square - 0.5**2 / 3) < 0.001

# %%
for n in (10, 50, 200):
    sizes = sizes_through(8, n, math.sqrt(6 / n), random.Random(1))
    print(f"{n:3} units: b = {math.sqrt(6 / n):.3f}, size after 8 layers {sizes[-1]:.2f}")
    assert 0.2 < sizes[-1] < 5

# %% [markdown]
# The size stays near 1, whatever the width. (Not exactly: the rule holds on average, and a narrow layer is a small
# sample.) Our lucky guess of 0.35 for 50 units was √(6/50) = 0.346.
#
# **Xavier's rule** (Glorot and Bengio 2010) does the same for activations like tanh, which are close to the identity
# near 0 and halve nothing: mean(w²) = 1/n for the forward signal. The gradient runs through the same weights in the
# other direction, where a layer has as many inputs as it has *outputs* forward. So Xavier takes the average of the two:
# mean(w²) = 2/(n_in + n_out).
#
# The library picks the rule by the activation. This is what `init="auto"`, the default, means.

# %%
layer = nn.Layer(50, 50, activation="relu", seed=0)
largest = max(abs(w.data) for neuron in layer.neurons for w in neuron.weights)
print(f"largest of {50 * 50} weights: {largest:.4f}, √(6/50) = {math.sqrt(6 / 50):.4f}")
assert 0.99 * math.sqrt(6 / 50) < largest <= math.sqrt(6 / 50)
for name in ("relu", "tanh", "sigmoid", "selu"):
    choice = nn.activation(name)
    print(f"{name:8} rule: {choice.init:7} gain: {choice.gain:.3f}")

# %% [markdown]
# The **gain** is the factor by which the weights must be larger to make up for what the activation takes away: √2 for
# relu, which takes half of the square.
#
# ## Scale the inputs
#
# All this assumed that the inputs have size 1. Do the wines?

# %%
columns = list(zip(*X_raw))
print(f"the largest number: {max(map(max, columns)):.0f} (proline), the smallest: {min(map(min, columns)):.2f}")
figure, axes = plt.subplots(figsize=(7, 3))
axes.hlines(range(13), [min(column) for column in columns], [max(column) for column in columns], linewidth=5)
axes.set(xscale="log", ylabel="measurement", title="smallest to largest, as they come (logarithmic scale)")
plt.show()

# %% [markdown]
# **Predict:** the same random start that learnt everything, now on the raw numbers. What will `diagnose` say?

# %%
raw = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(raw, X_raw, y, optimizer=nn.SGD(raw, 0.1), **train)
report = nn.diagnose(raw, X_raw, y)
print(f"accuracy {history['accuracy'][-1]:.2f}")
print(*report.findings, sep="\n")
assert history["accuracy"][-1] < 0.5 and "saturated units" in report.problems

# %% [markdown]
# Sums of several hundred go into tanh, where it is flat. The starting weights were right; the inputs broke the
# assumption. There is a second reason, too, that even a network without tanh feels: the gradient of a weight is
# proportional to its input. A weight on proline gets gradients a thousand times larger than a weight on the hue, so no
# single learning rate suits both.
#
# ## Fix it: scale them, honestly
#
# To standardize is to subtract the mean and divide by the standard deviation, column by column. **Whose** mean? If
# wines are held back to test the model later, they must not take part: a model that has seen the mean of the test set
# has seen a little of the test. Take the numbers of the training set, and apply them to both.

# %%
X_train, X_test, y_train, y_test = nn.train_test_split(X_raw, y, test_size=0.25, seed=0)
X_train, X_test = nn.standardize(X_train, X_test)
means = {
    "train": sum(x[12] for x in X_train) / len(X_train),
    "test": sum(x[12] for x in X_test) / len(X_test),
}
print("distance from 0:", {name: f"{abs(mean):.3f}" for name, mean in means.items()})
assert abs(means["train"]) < 1e-9 < abs(means["test"])  # the test set's mean is near 0, and not 0

# %%
model = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(model, X_train, y_train, optimizer=nn.SGD(model, 0.1), validation=(X_test, y_test), **train)
print(f"accuracy on wines it has never seen: {history['validation_accuracy'][-1]:.2f}")
assert history["validation_accuracy"][-1] > 0.9
history.plot()

# %% [markdown]
# ## What to remember
#
# - Equal weights stay equal: start at random. (Biases may be 0, the weights have already broken the symmetry.)
# - Mean square of the weights: 2/n for relu, about 1/n for tanh. Then the signal is as large at the end as at the
#   start.
# - Inputs of size about 1, scaled by the numbers of the training set.
#
# ## Exercises
#
# `hint("10.1")` helps a little, and again a little more.
#
# **10.1** Write `bound(n_in, n_out)`: weights uniform between -b and b; which b has Xavier's rule, for a layer with
# n_in inputs and n_out outputs?


# %%
from chalkgrad.exercises import check, hint


def bound(n_in, n_out): ...


check("10.1", bound)

# %% [markdown]
# **10.2** Write `scaled(train, test)` for one column of numbers each: both lists standardized, honestly, as a pair of
# lists. (The standard deviation is the root of the mean square distance from the mean.)


# %%
def scaled(train, test): ...


check("10.2", scaled)

# %% [markdown]
# **10.3** A network `MLP(13, [6, 3])` starts with all weights at 0.3, like the one above. But one single weight, of the
# first hidden unit, is set to 0.4 before training. After training, how many different hidden units does it have? A
# number. (Think of who is equal to whom. Or try it.)

# %%
different_units = ...
check("10.3", different_units)

# %% [markdown]
# **10.4** Ten layers of 100 relu units, weights uniform between -0.2 and 0.2. By which factor is the *mean square* of
# the signal multiplied by each layer? A number.

# %%
factor = ...
check("10.4", factor)

# %% [markdown]
# **What you know now.** Random weights, because equal ones stay equal; of the size that keeps the signal's size; and
# inputs of size 1. Next: [11 · Optimizers](11-optimizers.ipynb).
