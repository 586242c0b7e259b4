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
# # 09 · Vanishing, exploding, dead
#
# **Why does a network with ten sigmoid layers not learn?** It has more layers than the one that worked, so it should be
# able to do more. Nothing raises an error. The loss just does not move.
#
# In this lesson you will *measure* gradients layer by layer, find three illnesses by their symptoms (gradients that
# vanish, gradients that explode, units that are dead), and cure each one.
#
# You need: the chain rule (lesson 02), activation functions (05), the training loop (08). About 60 minutes.

# %%
import matplotlib.pyplot as plt

import nn
from autograd import Value, relu, sigmoid, tanh

# %% [markdown]
# ## The patient
#
# Real data: 569 tumours, 30 measurements each, to be told apart into malignant (0) and benign (1). We take 120 of them,
# so that every experiment here takes seconds. `standardize` brings each measurement to mean 0 and standard deviation 1;
# lesson 10 shows what happens if you forget it.

# %%
X, y = nn.load_breast_cancer()
X, y = nn.standardize(X)[:120], y[:120]
print(f"{len(X)} tumours, {len(X[0])} measurements each, {sum(y)} of them benign")
assert 0.3 < sum(y) / len(y) < 0.7  # no class is rare: a constant guess is right about six times in ten

# %% [markdown]
# Two networks, alike except for their depth: one hidden layer of sigmoids, and ten. The same data, the same optimizer,
# the same number of epochs.
#
# **Predict** before you run the cell: which of the two will have the lower loss after 25 epochs?

# %%
losses = {}
for depth in (1, 10):
    model = nn.MLP(30, [8] * depth + [1], activation="sigmoid", seed=0)
    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(model, 0.3),
        epochs=25, batch_size=20, progress=False, seed=0,
    )  # fmt: skip
    losses[depth] = history["loss"]
    print(f"depth {depth:2}: loss {history['loss'][0]:.2f} at first, {history['loss'][-1]:.2f} at the end")

# %%
figure, axes = plt.subplots(figsize=(6, 3))
for depth, curve in losses.items():
    axes.plot(range(1, 26), curve, label=f"{depth} hidden layer{'s' * (depth > 1)}")
axes.set(xlabel="epoch", ylabel="loss", title="the same data, the same sigmoid")
axes.legend()
assert losses[1][-1] < 0.2
assert max(losses[10]) - min(losses[10][5:]) < 0.1  # a flat line

# %% [markdown]
# The deep one has learnt one thing only: how common the two classes are. Its loss is flat from then on. More epochs
# would not help. What is wrong?
#
# ## One neuron a layer
#
# Take the network down to its skeleton: ten sigmoids in a row, one neuron each, all weights 1. The chain rule says that
# the gradient at the input is the **product** of the ten local partials. And the sigmoid's partial, s(x)·(1 - s(x)), is
# at its largest at x = 0. There it is 1/2 · 1/2 = 1/4.
#
# **Predict:** by which factor, at best, is the gradient smaller after ten layers?

# %%
chain = [Value(0.0)]
for _ in range(10):
    chain.append(sigmoid(chain[-1]))
chain[-1].backward()
gradients = [node.grad for node in chain]
print("output:", gradients[-1], "  one layer below:", f"{gradients[-2]:.3f}", "  input:", f"{gradients[0]:.1e}")
assert gradients[0] < 0.25**10 < 1e-6

# %% [markdown]
# A millionth. A weight in the first layer is moved by a step a million times smaller than one in the last. It *has* a
# gradient, and its direction is right; there is just nothing left of it.
#
# Now the same with tanh, whose slope at 0 is 1, and with relu, whose slope is exactly 1 for every positive input. The
# gradient is drawn on a logarithmic scale: there, a constant factor for each layer is a straight line.

# %%
figure, axes = plt.subplots(figsize=(6, 3.5))
for function, start in ((sigmoid, 0.5), (tanh, 0.5), (relu, 0.5)):
    chain = [Value(start)]
    for _ in range(10):
        chain.append(function(chain[-1]))
    chain[-1].backward()
    axes.plot([node.grad for node in chain], "o-", label=function.name)
axes.set(yscale="log", xlabel="layer", ylabel="gradient of the output", title="ten activations in a row, weights 1")
axes.legend()
plt.show()

# %%
assert chain[0].grad == 1.0  # the last chain was relu's: nothing is lost

# %% [markdown]
# Read the picture from right to left, the way backpropagation goes. Sigmoid loses at least three quarters in each step.
# Tanh loses a little, and less and less, since its outputs come near 0, where its slope is 1. Relu loses nothing.
#
# ## The whole network
#
# A real layer also multiplies by weights and adds up over paths, so the factor for each layer is no longer exactly 1/4.
# Measure it instead of guessing. `nn.diagnose` runs the data forward and backward once, changes nothing, and tells the
# *root mean square* of the gradient in each layer: square, average, root, so that signs do not cancel.

# %%
deep = nn.MLP(30, [8] * 10 + [1], activation="sigmoid", seed=0)
report = nn.diagnose(deep, X, y)
print(report.findings[0])
sizes = list(report.gradients.values())
assert sizes == sorted(sizes)  # every layer gets less than the one above it
assert sizes[0] < sizes[-1] / 10_000

# %%
figure, axes = plt.subplots(figsize=(6, 3.5))
for activation in ("sigmoid", "tanh", "relu"):
    model = nn.MLP(30, [8] * 10 + [1], activation=activation, seed=0)
    sizes = nn.diagnose(model, X, y).gradients
    axes.plot(list(sizes.values()), "o-", label=activation)
axes.set(yscale="log", xlabel="layer", ylabel="root mean square of the gradient", title="before training")
axes.legend()
plt.show()

# %% [markdown]
# A straight line on a logarithmic scale again, for the sigmoid: about a factor of four for each layer. That is the
# **vanishing gradient**. Tanh and relu stay within a factor of a hundred from top to bottom.
#
# ## Fix it
#
# **Predict:** change one word in the network that did not learn, `"sigmoid"` to `"tanh"`. Does it learn now?

# %%
cured = nn.MLP(30, [8] * 10 + [1], activation="tanh", seed=0)
history = nn.fit(
    cured, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(cured, 0.1),
    epochs=25, batch_size=20, progress=False, seed=0,
)  # fmt: skip
print(f"loss {history['loss'][0]:.2f} -> {history['loss'][-1]:.2f}, accuracy {history['accuracy'][-1]:.2f}")
assert history["accuracy"][-1] > 0.95

# %% [markdown]
# Other cures exist: layer normalization between the layers, paths that skip layers, optimizers that divide by the size
# of the gradient (lesson 11). They all do the same thing. They keep the factor for each layer near 1.
#
# ## Break it the other way: exploding
#
# A factor below 1 vanishes. What does a factor above 1 do? Make the weights large: uniform between -3 and 3 whatever
# the size of the layer. `init` takes a function of the layer's inputs, its outputs and a source of random numbers.
#
# **Predict:** which layer has the largest gradient now, the first or the last?

# %%
wild = nn.MLP(30, [8] * 10 + [1], activation="leaky_relu", init=lambda nin, nout, random: random.uniform(-3, 3), seed=0)
report = nn.diagnose(wild, X, y)
sizes = list(report.gradients.values())
print(f"loss {report.loss:.0e}; gradients from {min(sizes):.0e} to {max(sizes):.0e}")
report.plot()

# %%
assert "exploding gradient" in report.problems
assert min(sizes) > 100 and max(sizes) > 1_000  # all of them are far too large

# %% [markdown]
# All of them, and the reason is worth a thought. The gradient of a weight is (signal that comes in) times (gradient
# that comes back). Going forward, the signal grows from layer to layer; going backward, the gradient grows. Near the
# input the one is large, near the output the other, and the product is too large everywhere.
#
# One step with such a gradient throws every parameter far away. Try it: an ordinary learning rate, one step, and
# compare how wrong the network is before and after.

# %%
loss = nn.binary_cross_entropy_with_logits
optimizer = nn.SGD(wild, 0.1)
before = loss([wild(x) for x in X], y)
before.backward()
optimizer.step()
after = nn.evaluate(wild, X, y, loss=loss)["loss"]
print("the step made the loss more than a million times larger:", after > 1e6 * before.data)
assert after > 1e6 * before.data

# %% [markdown]
# Two cures. The right one is to start with weights of a sensible size (`init="auto"`, the default: lesson 10). The
# emergency one is **clipping**: if the whole gradient, seen as one long arrow, is longer than some length, shorten it
# to that length. Its direction stays, only the step becomes short.

# %%
wild = nn.MLP(30, [8] * 10 + [1], activation="leaky_relu", init=lambda nin, nout, random: random.uniform(-3, 3), seed=0)
loss([wild(x) for x in X], y).backward()
length_before = nn.clip_gradient_norm(wild, 1.0)
length_after = sum(p.grad**2 for p in wild.parameters()) ** 0.5
print(f"length of the gradient: {length_before:.0e} before, {length_after:.3f} after clipping")
assert length_before > 10_000 and abs(length_after - 1) < 1e-9

# %% [markdown]
# ## Break it once more: dead units
#
# Relu loses nothing where its input is positive. Where it is negative, its slope is 0: no gradient passes at all. A
# unit whose sum is negative **for every sample** gives 0 for every sample and gets gradient 0 from every sample. It
# will never change again. It is dead.
#
# What kills units? One step that is too large: it can push the bias so far down that no input brings it back. Break a
# small healthy network with a learning rate a hundred times too high.

# %%
killed = nn.MLP(30, [8, 8, 1], activation="relu", seed=0)
history = nn.fit(
    killed, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(killed, 10.0),
    epochs=5, batch_size=20, progress=False, seed=0,
)  # fmt: skip
report = nn.diagnose(killed, X, y)
print(report.findings[0])
assert "dead units" in report.problems

# %% [markdown]
# The picture shows the second hidden layer: a row for each of its eight units, a column for each tumour. White means
# that the unit gives something above 0. On the left the network as it was before the first step, on the right what is
# left of it. **Predict**, from what the report said, how many rows are black from end to end.


# %%
def alive(model):
    """For each unit of the second layer, for each sample: is the output above 0?"""
    first, second, _ = model.layers
    outputs = [[unit.data for unit in second(first(x))] for x in X]
    return [[row[unit] > 0 for row in outputs] for unit in range(8)]


dead = [unit for unit, row in enumerate(alive(killed)) if not any(row)]
print("dead units:", dead)
assert len(dead) >= 5

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 2.4), sharey=True, layout="constrained")
healthy = nn.MLP(30, [8, 8, 1], activation="relu", seed=0)
for panel, model, title in ((axes[0], healthy, "before"), (axes[1], killed, "after five epochs with learning rate 10")):
    panel.imshow(alive(model), aspect="auto", cmap="gray", vmin=0, vmax=1)
    panel.set(xlabel="sample", ylabel="unit", title=title)
plt.show()

# %% [markdown]
# On the left, too, one row is black: that unit was born dead, by bad luck with its first weights. On the right, one is
# alive for a few tumours, the others for none.
#
# Train on as long as you like: the first layer gets no gradient, because every path to it leads through dead units, or
# through one that is dead for nearly all samples.
#
# ## Fix it: revive them
#
# `leaky_relu(x)` is x for positive x and 0.01·x for negative x: its slope is never 0. Put it into the dead network,
# with the same ruined weights, and look at the gradients of the first layer before and after. The activation of a layer
# is an attribute, so no surgery is needed.


# %%
def first_layer_gradient(model):
    model.zero_grad()
    loss([model(x) for x in X], y).backward()
    return max(abs(p.grad) for p in model.layers[0].parameters())


with_relu = first_layer_gradient(killed)
killed.layers[0].activation = killed.layers[1].activation = nn.activation("leaky_relu")
with_leak = first_layer_gradient(killed)
print("largest gradient in the first layer with relu:", with_relu, " with leaky_relu it is positive:", with_leak > 0)

# %%
assert with_relu == 0.0
assert with_leak > 0.0

# %% [markdown]
# A gradient is back, and with it a chance to learn. The honest cure, though, is not to kill them in the first place: a
# lower learning rate. And the cheapest cure for a network that is ruined is to start anew.
#
# | symptom | what you measure | likely cause | cure |
# |---|---|---|---|
# | flat loss from the start | gradients fall by a factor a layer | sigmoid, or small weights, and depth | tanh, relu |
# | huge loss, inf or nan | gradients above 1,000 | weights or inputs too large | `init="auto"`, `clip_norm=1` |
# | flat loss after a jump | units 0 for every sample | a step too large | lower rate, leaky_relu |
#
# `nn.diagnose(model, X, y)` does the looking for you. Ask it first.
#
# ## Exercises
#
# Replace each `...` by your answer. `check` says whether it is right or, if not, why. `hint("09.1")` helps a little,
# and again a little more.
#
# **09.1** Five sigmoid layers in a row, one neuron each, all weights 1. How many times smaller is the gradient below
# them than above them, in the best of all cases? A number.

# %%
from chalkgrad.exercises import check, hint

times_smaller = ...
check("09.1", times_smaller)

# %% [markdown]
# **09.2** Write `gradient_size(layer)`: after a backward pass, the root mean square of the gradients of all the
# parameters of a layer. `layer.parameters()` is the list of them, and each has a `.grad`.


# %%
def gradient_size(layer): ...


check("09.2", gradient_size)

# %% [markdown]
# **09.3** Write `dead_units(rows)`. `rows` is a list with one entry for each sample, and each entry is the list of the
# outputs of a relu layer's units (plain numbers) for that sample. The answer is the list of the dead units' positions.


# %%
def dead_units(rows): ...


check("09.3", dead_units)

# %% [markdown]
# **09.4** Write `clipped(gradients, longest)`: the list of gradients, scaled so that its length as one arrow (root of
# the sum of squares) is at most `longest`. What is short enough already stays as it is.


# %%
def clipped(gradients, longest): ...


check("09.4", clipped)

# %% [markdown]
# **What you know now.** Each layer multiplies the gradient by a factor. Below 1 it vanishes, above 1 it explodes, and a
# dead unit's factor is 0. Measure it layer by layer. Next: [10 · Starting points](10-starting-points.ipynb).
