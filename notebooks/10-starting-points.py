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
# all weights at 0, the one choice that favours no weight over another?
#
# In this lesson you will see a network of eight neurons that behaves like one neuron, however long you train it; derive
# how large the first weights have to be; and find out why a model that reads "1,065 of proline" next to "1.04 of hue"
# does not learn before the two have been brought to the same scale.
#
# You need: activation functions (lesson 05), the training loop (08), vanishing gradients (09). About 60 minutes.

# %%
import math
import random

import matplotlib.pyplot as plt

import nn
from nn import plotting

# %% [markdown]
# ## Break it: all zeros
#
# 178 wines by three growers, with 13 chemical measurements each. Which grower made it? Here the measurements are
# standardized (mean 0, standard deviation 1); the reason comes further down.
#
# **Predict:** a network with one hidden layer of eight tanh units, all weights and biases 0. After 15 epochs, has it
# learnt everything, something, or nothing?

# %%
X, y = nn.load_wine()
X_raw, X = X, nn.standardize(X)
zeros = nn.MLP(13, [8, 3], activation="tanh", init="zeros")
train = {"loss": "cross_entropy", "epochs": 15, "batch_size": 20, "progress": False, "seed": 0}
history = nn.fit(zeros, X, y, optimizer=nn.SGD(zeros, 0.1), **train)
most_common = max(y.count(grower) for grower in range(3)) / len(y)
print(f"accuracy {history['accuracy'][-1]:.2f}; always saying the most common grower: {most_common:.2f}")

# %% [markdown]
# Almost nothing: only how common each grower is. The gradients show why. The hidden units give tanh(0) = 0, so the
# weights above them get the gradient (incoming) × 0. And since the weights above are 0, nothing is passed down either.
# Only the three biases of the last layer can move.

# %%
assert abs(history["accuracy"][-1] - most_common) < 0.01
nn.cross_entropy([zeros(x) for x in X], y).backward()
moved = [name for name, p in zeros.named_parameters() if p.data != 0]
print("parameters that are no longer 0:", moved)
assert moved == ["layers.1.neurons.0.bias", "layers.1.neurons.1.bias", "layers.1.neurons.2.bias"]

# %% [markdown]
# But wait: in lesson 07 a network began with all weights 0, and it did learn. It had no hidden layer. Then each weight
# is multiplied by an *input*, which is not 0, and the outputs differ in their targets. **Predict:** how well do zeros
# do without the hidden layer, on the same wines?

# %%
flat = nn.MLP(13, [3], init="zeros")
history_flat = nn.fit(flat, X, y, optimizer=nn.SGD(flat, 0.1), **train)
print(f"accuracy without a hidden layer: {history_flat['accuracy'][-1]:.2f}")

# %% [markdown]
# Nearly perfect. So zeros are harmless in a single layer, and fatal as soon as there is a hidden one.

# %%
assert history_flat["accuracy"][-1] > 0.95

# %% [markdown]
# ## Break it again: all equal
#
# Then let us start with all weights at 0.3. Now signals and gradients flow.
#
# **Predict:** after training, how many *different* hidden units are there among the eight?

# %%
equal = nn.MLP(13, [8, 3], activation="tanh", init=lambda inputs, outputs, source: 0.3)
history = nn.fit(equal, X, y, optimizer=nn.SGD(equal, 0.1), **train)
units = [tuple(p.data for p in neuron.parameters()) for neuron in equal.layers[0].neurons]
print(f"accuracy {history['accuracy'][-1]:.2f}, different hidden units: {len(set(units))} of {len(units)}")

# %% [markdown]
# One. Equal units see the same inputs, give the same output, and are used in the same way by the layer above. So they
# get the same gradient, bit for bit, make the same step, and are equal again, step after step. Eight neurons with the
# power of one. Only chance can break the **symmetry**, so the first weights must be random.
#
# The picture shows the weights of the hidden layer after training: one row for each unit, one column for each
# measurement. On the left is the equal start, on the right a random one.

# %%
assert len(set(units)) == 1
chance = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(chance, X, y, optimizer=nn.SGD(chance, 0.1), **train)
weights = {
    title: [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons]
    for title, model in (("started equal", equal), ("started at random", chance))
}
plotting.plot_tables(weights, limit=1.0, xlabel="measurement", ylabel="hidden unit")

# %% [markdown]
# With the same number of weights, the same data and the same fifteen epochs, the random start gets every wine right.
# `nn.diagnose` sees the illness before you have spent an epoch on it:

# %%
assert history["accuracy"][-1] == 1.0
report = nn.diagnose(nn.MLP(13, [8, 3], activation="tanh", init=lambda inputs, outputs, source: 0.3), X, y)
print(report.findings[0])
assert report.problems[0] == "symmetric weights"

# %% [markdown]
# ## How large?
#
# Random, then. But how large? Send random numbers through twenty relu layers of 50 units, with weights drawn uniformly
# between -b and b, and measure how large the signal is after each layer (root mean square, as in lesson 09). There is
# no training and there are no gradients, so plain numbers are enough.


# %%
def sizes_through(activation, bound, source, layers=20, width=50):
    """The size of the signal after each layer, for one random input."""
    signal, sizes = [source.gauss(0, 1) for _ in range(width)], []
    for _ in range(layers):
        rows = [[source.uniform(-bound, bound) for _ in range(width)] for _ in range(width)]
        signal = [activation(sum(w * s for w, s in zip(row, signal))) for row in rows]
        sizes.append(math.sqrt(sum(s * s for s in signal) / width))
    return sizes


def relu(x):
    return max(0.0, x)


# %% [markdown]
# **Predict:** will b = 0.1, b = 0.35 and b = 1 give much the same picture?

# %%
curves = {f"b = {bound}": sizes_through(relu, bound, random.Random(0)) for bound in (0.1, 0.35, 1.0)}
labels = {"xlabel": "layer", "ylabel": "size of the signal", "title": "twenty relu layers of 50 units"}
plotting.plot_curves(curves, log="y", **labels)

# %% [markdown]
# They are straight lines on a logarithmic scale: every layer multiplies by the same factor. With weights that are too
# small, nothing is left after twenty layers (and the gradient, which runs through the same weights, vanishes too). With
# weights that are too large, the signal explodes. Somewhere between lies a b for which the factor is 1. We need not
# search for it, because we can compute it.
#
# ## The rule, derived
#
# One unit computes a sum of n products, w₁x₁ + w₂x₂ + ... The weights are random with mean 0, independent of each other
# and of the inputs. Take n = 2, the inputs 3 and 1, and weights that are +1 or -1 by the toss of a coin. The four
# possible sums are 4, 2, -2 and -4. Their squares have the mean (16 + 4 + 4 + 16)/4 = 10, and 10 is 3² + 1². The mixed
# product 2·w₁w₂·3·1 is +6 twice and -6 twice, so it averages out.
#
# The same happens for any n: the mean of the square of the sum is
#
# $$n \cdot (\text{mean of } w^2) \cdot (\text{mean of } x^2).$$
#
# A relu then sets half of the sums, the negative ones, to 0, which halves the mean square. For the factor to be 1, we
# need n · mean(w²) · 1/2 = 1, that is
#
# $$\text{mean of } w^2 = \frac{2}{n}.$$
#
# This is **He's rule** (2015). For weights uniform between -b and b the mean of w² is b²/3, so b = √(6/n). Measure both
# claims before you believe them.

# %%
assert curves["b = 0.1"][-1] < 1e-9 and curves["b = 1.0"][-1] > 1e7
sums = [a * 3 + b * 1 for a in (1, -1) for b in (1, -1)]
assert sum(s * s for s in sums) / 4 == 3**2 + 1**2
source = random.Random(0)
draws = [source.uniform(-0.5, 0.5) for _ in range(100_000)]
mean_square = sum(w * w for w in draws) / len(draws)
print(f"mean square of uniform(-b, b) with b = 0.5: {mean_square:.4f}, and b²/3 is {0.5**2 / 3:.4f}")
assert abs(mean_square - 0.5**2 / 3) < 0.001

# %%
for n in (10, 50, 200):
    sizes = sizes_through(relu, math.sqrt(6 / n), random.Random(1), layers=8, width=n)
    print(f"{n:3} units: b = {math.sqrt(6 / n):.3f}, size after 8 layers {sizes[-1]:.2f}")
    assert 0.2 < sizes[-1] < 5

# %% [markdown]
# The size stays near 1, whatever the width. (Not exactly: the rule holds on average, and a narrow layer is a small
# sample.) Our lucky guess of 0.35 for 50 units was √(6/50) = 0.346.
#
# **Xavier's rule** (Glorot and Bengio 2010) starts from activations like tanh, which are close to the identity near 0.
# If nothing is halved, mean(w²) = 1/n is enough for the forward signal. The gradient runs through the same weights in
# the other direction, where a layer has as many inputs as it has *outputs* forward. So Xavier takes the average of the
# two: mean(w²) = 2/(n_in + n_out).
#
# Does that keep a tanh signal alive? Try twenty tanh layers of 50 units with mean(w²) = 1/n, that is b = √(3/50), and
# with b larger by a factor of 5/3. **Predict:** which of the two keeps its size?

# %%
b = math.sqrt(3 / 50)
curves = {
    f"b = {factor} · √(3/n)": sizes_through(math.tanh, gain * b, random.Random(0))
    for factor, gain in (("1", 1), ("5/3", 5 / 3))
}
plotting.plot_curves(curves, xlabel="layer", ylabel="size of the signal", title="twenty tanh layers of 50 units")

# %% [markdown]
# With 1/n the signal shrinks, since tanh takes a little away from every number: tanh(1) is only 0.76. A factor of 5/3
# makes up for it. Such a factor is called the **gain** of the activation. For relu it is √2, because relu removes half
# of the mean square. For a sigmoid no gain helps much, since its outputs are not centred around 0; its 1 is a
# convention.
#
# The library picks the rule and the gain by the activation. This is what `init="auto"`, the default, does.

# %%
small, large = curves.values()
assert small[-1] < 0.2 and min(large) > 0.5
layer = nn.Layer(50, 50, activation="tanh", seed=0)
weights = [w.data for neuron in layer.neurons for w in neuron.weights]
print(f"n · mean(w²) in a tanh layer: {50 * sum(w * w for w in weights) / len(weights):.2f}, (5/3)² = {25 / 9:.2f}")
assert abs(50 * sum(w * w for w in weights) / len(weights) - 25 / 9) < 0.1
for name in ("relu", "tanh", "sigmoid", "selu"):
    print(f"{name:8} rule: {nn.activation(name).init:7} gain: {nn.activation(name).gain:.3f}")

# %% [markdown]
# ## Scale the inputs
#
# All this assumed that the inputs have size 1. Is that so for the wines? Each bar reaches from the smallest to the
# largest value of one measurement.

# %%
names = "alcohol, malic acid, ash, alcalinity, magnesium, phenols, flavanoids, other phenols, proanthocyanins"
names = [*names.split(", "), "colour", "hue", "dilution", "proline"]
columns = list(zip(*X_raw))
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
axes.hlines(names, [min(column) for column in columns], [max(column) for column in columns], linewidth=5)
axes.set(xscale="log", xlabel="smallest to largest value (logarithmic scale)")
axes.invert_yaxis()
plt.show()

# %% [markdown]
# Proline goes up to 1,680, hue not even to 2.

# %%
assert X_raw[0][names.index("proline")] == 1065 and X_raw[0][names.index("hue")] == 1.04
assert max(columns[names.index("proline")]) == 1680 and max(columns[names.index("hue")]) < 2

# %% [markdown]
# **Predict:** the same random start that learnt everything, now on the raw numbers. What will `diagnose` say?

# %%
raw = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(raw, X_raw, y, optimizer=nn.SGD(raw, 0.1), **train)
print(f"accuracy {history['accuracy'][-1]:.2f}")
print(nn.diagnose(raw, X_raw, y))

# %% [markdown]
# Sums of several hundred go into tanh, where it is flat, so almost no gradient comes through. The first weights were
# right; the inputs broke the assumption. There is a second reason, too, which even a network without tanh feels: the
# gradient of a weight is proportional to its input (lesson 06). A weight on proline gets gradients about a thousand
# times larger than a weight on the hue, so no single learning rate suits both.

# %%
assert history["accuracy"][-1] < 0.5
assert {"unscaled inputs", "saturated units"} <= set(nn.diagnose(raw, X_raw, y).problems)
straight = nn.MLP(13, [3], seed=1)
nn.cross_entropy([straight(x) for x in X_raw], y).backward()
sizes = [max(abs(neuron.weights[n].grad) for neuron in straight.layers[0].neurons) for n in range(13)]
print(f"gradient of the weights on proline / on hue: {sizes[12] / sizes[10]:.0f}")
assert sizes[12] > 300 * sizes[10]

# %% [markdown]
# ## Fix it: scale them, honestly
#
# To standardize is to subtract the mean and divide by the standard deviation, column by column. **Whose** mean? Some
# wines are held back to test the model at the end, and they must not take part: a model that has seen the mean of the
# test set has seen a little of the test. Take the numbers of the training set, and apply them to all sets.
#
# There are three sets here: one to train on, one to watch during training (**validation**), one for the **test** at
# the very end. Lesson 12 explains why two are not enough.

# %%
X_train, X_test, y_train, y_test = nn.train_test_split(X_raw, y, test_size=44, seed=0)
X_train, X_valid, y_train, y_valid = nn.train_test_split(X_train, y_train, test_size=0.25, seed=1)
X_train, X_valid, X_test = nn.standardize(X_train, X_valid, X_test)
for name, rows in (("train", X_train), ("validation", X_valid), ("test", X_test)):
    print(f"{name:10} {len(rows):3} wines, mean of proline {abs(sum(row[12] for row in rows) / len(rows)):.3f} from 0")
assert abs(sum(row[12] for row in X_train)) < 1e-9 < abs(sum(row[12] for row in X_test))

# %% [markdown]
# The mean of the training set is 0, and those of the others are only near 0. That is as it should be. **Predict:** how
# many of the test wines will the model get right after fifteen epochs?

# %%
model = nn.MLP(13, [8, 3], activation="tanh", seed=1)
history = nn.fit(model, X_train, y_train, optimizer=nn.SGD(model, 0.1), validation=(X_valid, y_valid), **train)
print(f"accuracy on the test, used for the first time: {nn.evaluate(model, X_test, y_test)['accuracy']:.2f}")
history.plot()

# %%
assert nn.evaluate(model, X_test, y_test)["accuracy"] > 0.9

# %% [markdown]
# ## What to remember
#
# - Equal weights stay equal, so start at random. (Biases may be 0, because the weights have already broken the
#   symmetry.)
# - The mean square of the weights should be 2/n for relu and about 2.8/n for tanh. Then the signal is about as large at
#   the end as at the start.
# - Inputs should have a size of about 1, scaled by the numbers of the training set.
#
# ## Exercises
#
# **10.1** Write `bound(n_in, n_out)`: for a layer with n_in inputs and n_out outputs, weights are drawn uniformly
# between -b and b. Which b follows Xavier's rule? (The plain rule, without a gain.)


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
# number. (Think about which units are equal to which. Or try it.)

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
# **What you know now.** First weights are random, because equal ones stay equal; their size keeps the size of the
# signal; and inputs have size 1. Next: [11 · Optimizers](11-optimizers.ipynb).
