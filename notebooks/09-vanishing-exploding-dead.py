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
# You need: the chain rule (lesson 02), activation functions (05), the backward pass of a neuron (06), the training loop
# (08). About 80 minutes.

# %%
import nn
from autograd import Value, relu, sigmoid, sqrt, tanh, where
from nn import plotting

# %% [markdown]
# ## The patient
#
# The data are real: 569 tumours, 30 measurements each, to be classified as malignant (0) or benign (1). We take 120 of
# them, so that every experiment here takes seconds. `standardize` brings each measurement to mean 0 and standard
# deviation 1. Lesson 10 shows what happens if you forget it.

# %%
X, y = nn.load_breast_cancer()
X, y = nn.standardize(X)[:120], y[:120]
print(f"{len(X)} tumours, {len(X[0])} measurements each, {sum(y)} of them benign")
assert 0.3 < sum(y) / len(y) < 0.7  # neither class is rare: a constant guess is right about six times in ten

# %% [markdown]
# We will train the same way again and again, so the settings get a name: binary cross-entropy on logits (lesson 07),
# 25 epochs, batches of 20. `curve` trains a model and returns its loss after each epoch.


# %%
def curve(model, optimizer, epochs=25):
    """Train, and return the loss of each epoch."""
    settings = {"loss": "binary_cross_entropy_with_logits", "batch_size": 20, "progress": False, "seed": 0}
    return nn.fit(model, X, y, optimizer=optimizer, epochs=epochs, **settings)["loss"]


def network(activation, depth=10, **init):
    """30 inputs, `depth` hidden layers of 8 units, one output."""
    return nn.MLP(30, [8] * depth + [1], activation=activation, seed=0, **init)


# %% [markdown]
# Two networks, alike except for their depth: one hidden layer of sigmoids, and ten. They get the same data, the same
# optimizer and the same number of epochs.
#
# **Predict** before you run the cell: which of the two will have the lower loss after 25 epochs?

# %%
losses = {}
for depth in (1, 10):
    model = network("sigmoid", depth)
    losses[f"{depth} hidden layer{'s' * (depth > 1)}"] = curve(model, nn.SGD(model, 0.3))
plotting.plot_curves(losses, xlabel="epoch", ylabel="loss", title="the same data, the same sigmoid")

# %% [markdown]
# The deep network has learnt one thing only: how common the two classes are. Its loss is flat from then on, and more
# epochs do not help. What is wrong?

# %%
shallow, deep = losses.values()
assert shallow[-1] < 0.2
assert max(deep) - min(deep[5:]) < 0.1  # a flat line
assert abs(deep[-1] - 0.68) < 0.01  # the loss of always saying how common the classes are

# %% [markdown]
# ## One neuron per layer
#
# Reduce the network to its skeleton: ten sigmoids in a row, one neuron per layer, all weights 1. The chain rule says
# that the gradient at the input is the **product** of the ten local derivatives. The sigmoid's derivative, s(x)·(1 -
# s(x)), is largest at x = 0, where it is 1/2 · 1/2 = 1/4.
#
# **Predict:** by which factor, at best, is the gradient smaller after ten layers?

# %%
chain = [Value(0.0)]
for _ in range(10):
    chain.append(sigmoid(chain[-1]))
chain[-1].backward()
gradients = [node.grad for node in chain]
print("output:", gradients[-1], "  one layer below:", f"{gradients[-2]:.3f}", "  input:", f"{gradients[0]:.1e}")

# %% [markdown]
# Less than a millionth is left. That is the gradient of the *input*. The weights fare no better: a weight's gradient is
# its input times the gradient of its neuron's sum (lesson 06), and that second factor is what fades. Put a weight in
# front of each sigmoid and compare the first with the last. Nine slopes lie between them.

# %%
assert gradients[0] < 0.25**10 < 1e-6
signal, weights = Value(0.5), [Value(1.0) for _ in range(10)]
for weight in weights:
    signal = sigmoid(weight * signal)
signal.backward()
print(f"gradient of the last weight {weights[-1].grad:.3f}, of the first {weights[0].grad:.1e}")
assert weights[0].grad < 0.25**9 * weights[-1].grad * 4  # nine slopes; the two inputs, 0.5 and 0.66, differ little

# %% [markdown]
# The first weight *has* a gradient, and its sign is right. There is just almost nothing left of it, so a step hardly
# moves the weight.
#
# Now the same with tanh, whose slope at 0 is 1, and with relu, whose slope is exactly 1 for every positive input. The
# gradient is drawn on a logarithmic scale, where a constant factor per layer is a straight line. **Predict** the order
# of the three curves at the left end.

# %%
curves = {}
for function in (sigmoid, tanh, relu):
    chain = [Value(0.5)]
    for _ in range(10):
        chain.append(function(chain[-1]))
    chain[-1].backward()
    curves[function.name] = [node.grad for node in chain]
labels = {"xlabel": "layer", "ylabel": "gradient of the output", "title": "ten activations in a row, weights 1"}
plotting.plot_curves(curves, x=range(11), log="y", **labels)

# %% [markdown]
# Read the picture from right to left, the way backpropagation goes. Sigmoid loses at least three quarters at each step.
# Tanh loses a little, and less and less towards the right, since its outputs come near 0, where its slope is 1. Relu
# loses nothing.

# %%
assert all(below <= above / 4 for below, above in zip(curves["sigmoid"], curves["sigmoid"][1:]))
assert 0.01 < curves["tanh"][0] < 1 and set(curves["relu"]) == {1.0}

# %% [markdown]
# ## The whole network
#
# A real layer also multiplies by weights and adds over paths, so the factor per layer is no longer exactly 1/4. Measure
# it instead of guessing. `nn.diagnose` runs the data forward and backward once, changes nothing, and reports the *root
# mean square* of the gradient in each layer: square, average, take the root. That way signs do not cancel.
#
# **Predict:** by which factor do the gradients of neighbouring layers differ for sigmoid?

# %%
sizes = {name: list(nn.diagnose(network(name), X, y).gradients.values()) for name in ("sigmoid", "tanh", "relu")}
labels = {"xlabel": "layer", "ylabel": "root mean square of the gradient", "title": "before training"}
plotting.plot_curves(sizes, log="y", **labels)

# %% [markdown]
# For the sigmoid it is a straight line on a logarithmic scale again, with a factor of about four per layer. That is the
# **vanishing gradient**. Tanh and relu stay within a factor of a hundred from top to bottom. In words, `diagnose` says:

# %%
print(nn.diagnose(network("sigmoid"), X, y).findings[0])
factors = [above / below for below, above in zip(sizes["sigmoid"], sizes["sigmoid"][1:])]
assert 3 < (sizes["sigmoid"][-1] / sizes["sigmoid"][0]) ** 0.1 < 5 and min(factors) > 1
assert all(max(sizes[name]) < 100 * min(sizes[name]) for name in ("tanh", "relu"))

# %% [markdown]
# ## Fix it
#
# **Predict:** change one word in the network that did not learn, `"sigmoid"` to `"tanh"`, and nothing else, not even
# the learning rate. Does it learn now?

# %%
cured = network("tanh")
losses = {"sigmoid": deep, "tanh": curve(cured, nn.SGD(cured, 0.3))}
plotting.plot_curves(losses, xlabel="epoch", ylabel="loss", title="ten hidden layers, SGD 0.3")

# %% [markdown]
# It does, from the first epochs on.

# %%
assert losses["tanh"][-1] < 0.1
assert nn.evaluate(cured, X, y)["accuracy"] > 0.95

# %% [markdown]
# There is another cure, and it leaves the sigmoids where they are. **Adam** is an optimizer that divides the
# step of each parameter by the usual size of that parameter's own gradient (lesson 11 builds it). A gradient of a
# millionth then makes a step as long as a gradient of 1 does.
#
# **Predict:** ten sigmoid layers with Adam. Will the loss fall at all?

# %%
helped = network("sigmoid")
losses["sigmoid, Adam"] = curve(helped, nn.Adam(helped, 0.02))
plotting.plot_curves(losses, xlabel="epoch", ylabel="loss", title="ten hidden layers")

# %% [markdown]
# It falls, after a plateau of some ten epochs. The gradients have not become larger; only the steps have.
#
# Two more cures exist: layer normalization between the layers, and paths that skip layers. These two, like tanh and
# relu, keep the factor per layer near 1. Adam does something else: it makes the step independent of the gradient's
# size.

# %%
assert losses["sigmoid, Adam"][-1] < 0.2 and losses["sigmoid, Adam"][5] > 0.6
sizes_with_adam = list(nn.diagnose(network("sigmoid"), X, y, optimizer=nn.Adam(helped, 0.02)).gradients.values())
assert sizes_with_adam == sizes["sigmoid"]  # the optimizer leaves the gradients as they are

# %% [markdown]
# ## Break it the other way: exploding
#
# With a factor below 1 the gradient vanishes. What happens with a factor above 1? Make the weights large: uniform
# between -3 and 3 whatever the size of the layer. `init` takes a function of the layer's inputs, its outputs and a
# source of random numbers.
#
# **Predict:** which layer has the largest gradient now, the first or the last?


# %%
def large(inputs, outputs, random):
    return random.uniform(-3, 3)


wild = network("leaky_relu", init=large)
report = nn.diagnose(wild, X, y)
print(f"loss {report.loss:.0e}")
report.plot()

# %% [markdown]
# All of them are large, and the reason is worth a thought. The gradient of a weight is (signal that comes in) times
# (gradient that comes back). Going forward, the signal grows from layer to layer; going backward, the gradient grows.
# Near the input the second factor is large, near the output the first, so the product is too large everywhere.

# %%
sizes = list(report.gradients.values())
assert "exploding gradient" in report.problems
assert min(sizes) > 100 and max(sizes) > 1_000  # all of them are far too large

# %% [markdown]
# One step with such a gradient throws every parameter far away. **Predict:** take one step at an ordinary learning
# rate. Is the loss about the same afterwards, ten times as large, or worse?

# %%
loss, optimizer = nn.binary_cross_entropy_with_logits, nn.SGD(wild, 0.1)
before = loss([wild(x) for x in X], y)
before.backward()
optimizer.step()
after = nn.evaluate(wild, X, y, loss=loss)["loss"]
print(f"loss before the step: {before.data:.0e}, after it: {after:.0e}")

# %% [markdown]
# Worse by many orders of magnitude. There are two cures. The right one is to start with weights of a sensible size
# (`init="auto"`, the default; lesson 10). The emergency one is **clipping**: if the whole gradient, seen as one long
# arrow, is longer than some length, shorten it to that length. Its direction stays, and only the step becomes short.

# %%
assert after > 1e6 * before.data
wild = network("leaky_relu", init=large)
loss([wild(x) for x in X], y).backward()
length_before = nn.clip_gradient_norm(wild, 1.0)
length_after = sum(p.grad**2 for p in wild.parameters()) ** 0.5
print(f"length of the gradient: {length_before:.0e} before, {length_after:.3f} after clipping")
assert length_before > 10_000 and abs(length_after - 1) < 1e-9

# %% [markdown]
# ## Break it once more: dead units
#
# Relu loses nothing where its input is positive. Where it is negative, its slope is 0 and no gradient passes at all. A
# unit whose sum is negative **for every sample** outputs 0 for every sample and gets gradient 0 from every sample. It
# is **dead**.
#
# What kills units? Usually a step that is too large. Train a small relu network with a learning rate ten times too
# high, and ask for a diagnosis.

# %%
hasty = network("relu", depth=2)
print("loss of each epoch:", [round(number, 2) for number in curve(hasty, nn.SGD(hasty, 3.0), epochs=5)])
print(nn.diagnose(hasty, X, y).findings[0])
assert "dead units" in nn.diagnose(hasty, X, y).problems
assert max(abs(p.data) for p in hasty.parameters()) > 100  # and some weights are huge

# %% [markdown]
# The loss jumped once, and ended at the 0.68 of a network that knows only how common the classes are. That run has a
# second illness, though: some of its weights exploded along the way. To see dead units by themselves, we kill them by
# hand. Train at a sensible rate for three epochs, then set the eight biases of the second hidden layer to -10, as one
# unlucky step might. Ten more epochs follow, still with relu.
#
# **Predict:** what does the loss do in those ten epochs?

# %%
patient = network("relu", depth=2)
history = {"healthy": curve(patient, nn.SGD(patient, 0.3), epochs=3)}
for neuron in patient.layers[1].neurons:
    neuron.bias.data = -10.0
history["dead"] = curve(patient, nn.SGD(patient, 0.3), epochs=10)
print({name: [round(number, 3) for number in numbers] for name, numbers in history.items()})

# %% [markdown]
# It settles at 0.68 and stays there. Every path from the loss down to the first two layers leads through a dead unit,
# so both layers get gradient 0, exactly. Only the bias of the output can learn, and all it can learn is how common the
# classes are.
#
# The picture shows the second hidden layer: a row for each of its eight units, a column for each of the first 40
# tumours. The darker the field, the larger the output.


# %%
def outputs_of_second_layer(model):
    """A row for each unit, with its output for each of the first 40 samples."""
    first, second, _ = model.layers
    return [list(row) for row in zip(*[[unit.data for unit in second(first(x))] for x in X[:40]])]


tables = {
    "before training": outputs_of_second_layer(network("relu", depth=2)),
    "killed": outputs_of_second_layer(patient),
}
plotting.plot_tables(tables, xlabel="sample", ylabel="unit")

# %% [markdown]
# On the right every field is 0. On the left, too, one row is empty. That unit was born dead, by bad luck with its first
# weights, and the network learnt all the same: a few dead units do no harm.

# %%
assert max(map(max, tables["killed"])) == 0.0 and max(history["dead"][5:]) - min(history["dead"][5:]) < 0.005
assert sum(max(row) == 0.0 for row in tables["before training"]) == 1
patient.zero_grad()
loss([patient(x) for x in X], y).backward()
assert all(p.grad == 0.0 for layer in patient.layers[:2] for p in layer.parameters())

# %% [markdown]
# ## Fix it: revive them
#
# `leaky_relu(x)` is x for positive x and 0.01·x for negative x, so its slope is never 0. Put it into the dead network,
# with the same ruined biases. The activation of a layer is an attribute, so no surgery is needed.
#
# **Predict:** with a slope of only 0.01 in every killed unit, will the network learn again?

# %%
patient.layers[0].activation = patient.layers[1].activation = nn.activation("leaky_relu")
history["leaky_relu"] = curve(patient, nn.SGD(patient, 0.3))
together = {"relu, killed": history["dead"], "leaky_relu instead": [None] * 10 + history["leaky_relu"]}
plotting.plot_curves(together, xlabel="epoch", ylabel="loss", title="the killed network")

# %% [markdown]
# It learns, slowly at first, because a slope of 0.01 lets through a hundredth of the gradient. The honest cure is not
# to kill units in the first place, with a lower learning rate. The cheapest cure for a ruined network is to start
# again.

# %%
assert history["leaky_relu"][-1] < 0.3 < 0.6 < history["leaky_relu"][0]
assert nn.evaluate(patient, X, y)["accuracy"] > 0.85

# %% [markdown]
# Can a dead unit recover by itself? Its own weights get no gradient, so they do not move. If its inputs are fixed data,
# it stays dead. But a unit in a higher layer reads other units, and *those* may still learn. Here is the smallest case:
# `below` has two users, the dead unit and a live path. **Predict** the output of the dead unit in six steps.

# %%
weight, outputs = Value(1.0), []
optimizer = nn.SGD([weight], 0.1)
for _ in range(6):
    below = relu(weight * 1.0)
    unit = relu(below - 2.0)  # dead: 1 - 2 is negative
    outputs.append(round(unit.data, 2))
    optimizer.zero_grad()
    ((below + unit - 4.0) ** 2).backward()  # `below` is pulled up, because it has a path of its own
    optimizer.step()
print(outputs)

# %% [markdown]
# It was dead at first and came back when the layer below had moved. So a dead unit gets no gradient *itself*; only a
# change below it can bring it back.

# %%
assert outputs[0] == 0.0 < outputs[-1]

# %% [markdown]
# ## A branch that was not taken
#
# "No gradient where relu is 0" is a case of a rule that holds for every choice. `where(condition, a, b)` computes both
# sides, keeps one, and sends the gradient only to the side that was kept. This matters where the other side is
# dangerous: √x has an infinite slope at 0.
#
# **Predict** the derivative of "x if x < 1, else √x" at x = 0.

# %%
x = Value(0.0, label="x")
where(x < 1, x, sqrt(x)).backward()
print("the derivative at 0:", x.grad)

# %% [markdown]
# It is 1, the slope of the branch that was taken. That sounds obvious, but PyTorch and JAX print `nan` here: they
# multiply the infinite slope of the unused branch by the 0 of the mask, and 0 · ∞ is undefined. This library sends
# nothing at all down a branch that was not taken. In PyTorch and JAX you have to make the unused branch harmless first,
# for example with √(max(x, 1)).

# %%
assert x.grad == 1.0

# %% [markdown]
# In short:
#
# | symptom | what you measure | likely cause | cure |
# |---|---|---|---|
# | flat loss from the start | gradients fall layer by layer | depth, with sigmoid or small weights | tanh, relu, Adam |
# | huge loss, inf or nan | gradients above 1,000 | weights or inputs too large | `init="auto"`, `clip_norm=1` |
# | flat loss after a jump | units 0 for every sample | a step too large | lower rate, leaky_relu |
#
# `nn.diagnose(model, X, y)` looks for all of these. Ask it first.
#
# ## Exercises
#
# Replace each `...` by your answer. `check` says whether it is right or, if not, why. `hint("09.1")` helps a little,
# and each further call helps a little more.
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
# outputs of a relu layer's units (plain numbers) for that sample. Return the list of the dead units' positions.


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
# **09.5** A network does not learn, and every gradient that you measure, in every layer, is exactly 0. What can you
# conclude? "a": it has reached the minimum; "b": the learning rate is too low; "c": something lets no gradient through,
# or the loss has a flat spot here: look at the units and at the loss before you conclude anything.

# %%
answer = ...
check("09.5", answer)

# %% [markdown]
# **What you know now.** Each layer passes on the gradient times a factor. Below 1 it vanishes, above 1 it explodes, and
# a dead unit's factor is 0. Measure it layer by layer. Next: [10 · Starting points](10-starting-points.ipynb).
