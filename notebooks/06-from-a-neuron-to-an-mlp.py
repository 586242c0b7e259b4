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
# # 06 · From a neuron to an MLP
#
# **A neuron can draw a straight line, and that is all. How do a handful of straight lines become any shape? And why
# does stacking a hundred layers not help at all, if one little thing is forgotten?**
#
# You need lesson 05; about 100 minutes, a third of them for writing a network of your own. Afterwards you can run a
# neuron and a layer backward by hand, you know what a neuron draws and why an activation is needed between layers, and
# you can set the weights of a network that solves XOR.

# %% [markdown]
# ## One neuron
#
# A neuron multiplies each input by a weight, adds them up with a bias, and sends the sum through an activation:
# tanh(w₁x₁ + w₂x₂ + b). Take the inputs (1, 3), the weights (2, -1) and the bias 0.5. **Predict** the sum before the
# tanh.

# %%
import nn
from autograd import Value, draw, relu

neuron = nn.Neuron(2, activation="tanh")
neuron.load_state_dict({"weights.0": 2.0, "weights.1": -1.0, "bias": 0.5})
for name, parameter in neuron.named_parameters():
    parameter.label = name
x1, x2 = Value(1.0, label="x1"), Value(3.0, label="x2")
out = neuron([x1, x2])
print(round(out.data, 4))
draw(out)

# %% [markdown]
# 2 · 1 - 1 · 3 + 0.5 = -0.5, and tanh(-0.5) is about -0.46. The picture is that of lesson 01: there is nothing new in a
# neuron.
#
# ## A neuron, backward
#
# Every gradient of a neuron follows from a single number. Call the weighted sum s, and the gradient of the loss L with
# respect to s *delta*, δ = ∂L/∂s. Since s = w₁x₁ + w₂x₂ + b, a nudge to w₁ changes s by x₁ times the nudge, a nudge to
# b changes it by the nudge itself, and a nudge to x₁ changes it by w₁ times the nudge. With the chain rule:
#
# $$\frac{\partial L}{\partial w_i} = x_i\,\delta, \qquad \frac{\partial L}{\partial b} = \delta, \qquad
# \frac{\partial L}{\partial x_i} = w_i\,\delta$$
#
# *The gradient of a weight is its input times δ; the gradient of an input is its weight times δ.* And δ itself is the
# gradient of the output, times the derivative of the activation at s. Let L be the neuron's output, so that the
# gradient of the output is 1. Then δ = 1 - tanh²(-0.5) = 0.7864. **Predict** the five gradients, of w₁, w₂, b, x₁ and
# x₂.

# %%
out.backward()
delta = 1 - out.data**2
for name, value in [*neuron.named_parameters(), ("x1", x1), ("x2", x2)]:
    print(f"{name:10} {value.grad:7.4f}   = {value.grad / delta:4.1f} · δ")

# %% [markdown]
# The weights' gradients are 1 and 3 times δ, which are the inputs. The inputs' gradients are 2 and -1 times δ, which
# are the weights. Two consequences to remember: a weight whose input is 0 does not learn from that sample, and where
# the activation is flat, δ is nearly 0 and *nothing* in the neuron learns.

# %%
assert round(out.data, 4) == -0.4621 and round(delta, 4) == 0.7864
expected = [1.0 * delta, 3.0 * delta, delta, 2.0 * delta, -1.0 * delta]
found = [p.grad for p in (*neuron.weights, neuron.bias, x1, x2)]
assert all(abs(a - b) < 1e-12 for a, b in zip(found, expected, strict=True))

# %% [markdown]
# ## A layer, backward
#
# In a layer several neurons read the same inputs. Neuron j has its own delta, δⱼ. Its weights and its bias belong to it
# alone, so their gradients are as before. But an input feeds *every* neuron, and over paths we add:
#
# $$\frac{\partial L}{\partial w_{ji}} = x_i\,\delta_j, \qquad \frac{\partial L}{\partial b_j} = \delta_j, \qquad
# \frac{\partial L}{\partial x_i} = \sum_j w_{ji}\,\delta_j$$
#
# That is the whole of backpropagation through a layer: the deltas come in from behind, each is multiplied by the
# weights, and the sums go on to the layer before. (With matrices: forward y = Wx + b, and backward the same W, turned
# on its side.) Here is a layer of two neurons without an activation, whose loss is 1 · y₁ + 10 · y₂, so that δ = (1,
# 10). **Predict** the gradients of the inputs: its weights are (2, -1) and (0.5, 3).

# %%
layer = nn.Layer(2, 2, activation="identity")
for parameter, number in zip(layer.parameters(), [2.0, -1.0, 0.0, 0.5, 3.0, 0.0], strict=True):
    parameter.data = number
inputs = [Value(1.0), Value(3.0)]
y1, y2 = layer(inputs)
(1 * y1 + 10 * y2).backward()
print("inputs:    ", [x.grad for x in inputs])
print("parameters:", [p.grad for p in layer.parameters()])

# %% [markdown]
# 2 · 1 + 0.5 · 10 = 7 and -1 · 1 + 3 · 10 = 29. The parameters of the first neuron have the gradients 1, 3 and 1, its
# inputs and 1 times δ₁; those of the second have ten times as much.

# %%
assert [x.grad for x in inputs] == [7.0, 29.0]
assert [p.grad for p in layer.parameters()] == [1.0, 3.0, 1.0, 10.0, 30.0, 10.0]

# %% [markdown]
# ## What a neuron draws
#
# Say that a neuron answers *yes* where the sum is positive and *no* where it is negative. The border is where the sum
# is 0: w₁x₁ + w₂x₂ + b = 0, a straight line. **Predict** for our neuron, with weights (2, -1) and bias 0.5: on which
# side of the line is (0, 0)?

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

line = [(x, 2 * x + 0.5) for x in (-2.0, 2.0)]  # 2 x1 - x2 + 0.5 = 0, solved for x2
figure, axes = plt.subplots(figsize=(4, 3.4))
axes.plot(*zip(*line, strict=True), color="black")
axes.fill_between([-2, 2], [-3.5, 4.5], -5, alpha=0.2, label="yes: sum > 0")
axes.plot(0, 0, "o", label="(0, 0)")
axes.set(xlim=(-2, 2), ylim=(-4, 4), xlabel="x1", ylabel="x2")
axes.legend(loc="upper left")
plt.show()

# %%
assert neuron([0.0, 0.0]).data > 0  # b = 0.5: on the side of yes
assert neuron([0.0, 1.0]).data < 0
assert abs(neuron([0.0, 0.5]).data) < 1e-12  # on the line

# %% [markdown]
# It is on the side of yes, because there the sum is the bias, 0.5. The weights say how the line is turned, and the bias
# shifts it. Training turns and shifts it until the points are on the right sides, if a line can do that.
#
# ## XOR: no line can
#
# XOR has four points, and the answer is *yes* where exactly one coordinate is 1. **Predict:** try to separate the two
# kinds with one straight line, on paper. How many can you get right?

# %%
from itertools import pairwise, product

corners, answers = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
best = 0
for w1, w2, b in product([i / 4 for i in range(-8, 9)], repeat=3):
    guesses = [w1 * x1 + w2 * x2 + b > 0 for x1, x2 in corners]
    best = max(best, sum(g == a for g, a in zip(guesses, answers, strict=True)))
print(best, "of 4")

# %% [markdown]
# Three of four, whatever the weights. A book by Minsky and Papert made this famous in 1969. How much it slowed down
# research on neural networks is disputed.

# %%
assert best == 3

# %% [markdown]
# ## Break it: more layers, without an activation
#
# So let us use more neurons, in layers, at first without any activation between them. (As in lesson 05, `nn.fit` and
# `nn.SGD` do the training; lesson 08 opens them up.) **Predict:** three layers with 8, 8 and 1 neurons have 105
# parameters. Will they learn XOR?

# %%
X, y = nn.make_xor(80, noise=0.12, seed=3)


def trained(activation):
    model = nn.MLP(2, [8, 8, 1], activation=activation, seed=1)
    optimizer = nn.SGD(model, 1.0)
    loss = "binary_cross_entropy_with_logits"
    return model, nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=40, seed=1, progress=False)


flat, history = trained("identity")
print(f"without activation: {history['accuracy'][-1]:.0%} right")

# %%
from nn import plotting

plotting.plot_decision_boundary(flat, X, y)

# %% [markdown]
# There is still one straight line. Why? Substitute one line into another: if h = 2x + 5 and out = 3h + 1, then out =
# 3(2x + 5) + 1 = 6x + 16, which is a single neuron again. This holds for any number of layers: **without an activation,
# depth collapses**.
#
# But why only half of the points, when a line can get three of four right? The training looks for a small *loss*, not
# for many right answers. The loss (lesson 07) punishes a confident mistake severely, and on XOR any tilted line is
# confidently wrong about some corner. The cheapest answer is "undecided" everywhere: a score near 0.
#
# We can check the collapse on the network that was just trained. What it computes is fixed by its values at three
# points.

# %%
assert history["accuracy"][-1] < 0.6 and max(abs(flat(x).data) for x in corners) < 0.3
at = {point: flat(point).data for point in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))}
b = at[0.0, 0.0]
w1, w2 = at[1.0, 0.0] - b, at[0.0, 1.0] - b
for x1, x2 in ((3.0, -2.0), (0.5, 10.0), (-7.0, 0.1)):
    assert abs(flat([x1, x2]).data - (w1 * x1 + w2 * x2 + b)) < 1e-9
print(f"105 parameters, but it is only {w1:.3f} x1 + {w2:.3f} x2 + {b:.3f}")

# %% [markdown]
# **Fix it:** put a bend between the layers. Here is the same network with the same training, but with relu.

# %%
bent, history = trained("relu")
print(f"with relu: {history['accuracy'][-1]:.0%} right")
assert history["accuracy"][-1] > 0.95
plotting.plot_decision_boundary(bent, X, y)

# %% [markdown]
# Each neuron of the first layer draws a straight line, along which it folds the surface. The second layer folds what is
# already folded, so its lines are bent. A network of this kind, layers of neurons with bends between them, is a
# **multi-layer perceptron**, MLP.
#
# ## How many folds make a curve?
#
# With one input you can see the folds. A hidden neuron relu(x - k) is flat up to k and then rises. A weighted sum of
# such hinges can follow *any* continuous curve: begin at its first point, and change the slope at each k so that the
# line hits the next point. No training is needed, so we can choose the weights and see how good the network is.


# %%
import math


def folded(curve, knots):
    """The weights of the hinges at these knots that make their sum pass through the curve."""
    slopes = [(curve(b) - curve(a)) / (b - a) for a, b in pairwise(knots)]
    weights = [new - old for old, new in zip([0.0, *slopes], slopes)]
    return lambda x: curve(knots[0]) + sum(w * relu(x - k) for w, k in zip(weights, knots))


# %% [markdown]
# **Predict:** we draw sin with 4, 8 and 16 hidden neurons. If the number of folds doubles, does the largest error
# become a half, or a quarter?

# %%
xs = [i / 40 for i in range(252)]
figure, axes = plt.subplots(figsize=(5.5, 3.2))
axes.plot(xs, [math.sin(x) for x in xs], color="gray", linewidth=4, alpha=0.4, label="sin")
for neurons in (4, 8, 16):
    network = folded(math.sin, [2 * math.pi * i / neurons for i in range(neurons + 1)])
    error = max(abs(network(x) - math.sin(x)) for x in xs)
    axes.plot(xs, [network(x) for x in xs], label=f"{neurons} neurons: error {error:.3f}")
axes.set(xlabel="x", ylabel="output")
axes.legend()
plt.show()

# %% [markdown]
# From 8 to 16 folds it becomes about a quarter, and so on from there. This is the idea behind the **universal
# approximation theorem**: with enough hidden neurons, one layer with a bend can come as close as you like to any
# continuous function. The theorem does not say how many neurons "enough" is, nor that training finds the weights. Depth
# helps with the number: a second layer folds the already folded, so the folds multiply where those of one layer only
# add up.

# %%
errors = {}
for n in (8, 16, 32):
    network = folded(math.sin, [2 * math.pi * i / n for i in range(n + 1)])
    errors[n] = max(abs(network(x) - math.sin(x)) for x in xs)
assert 3 < errors[8] / errors[16] < 5 and 3 < errors[16] / errors[32] < 5

# %% [markdown]
# ## XOR by hand
#
# For XOR two hidden neurons are enough, and you can find the weights without training. Take s = x₁ + x₂, which is 0, 1,
# 1, 2 at the corners. The output should be 0, 1, 1, 0: up, and down again. **Predict:** what does relu(s) - 2 ·
# relu(s - 1) give for s = 0, 1 and 2?

# %%
tent = [relu(s) - 2 * relu(s - 1) for s in (0.0, 1.0, 2.0)]
print(tent)

# %% [markdown]
# It is a tent: relu(s) goes up, and after 1 the second term pulls down twice as steeply. In the network both hidden
# neurons have the weights (1, 1), with biases 0 and -1, and the output neuron has the weights 1 and -2.

# %%
assert tent == [0.0, 1.0, 0.0]
by_hand = nn.MLP(2, [2, 1], activation="relu")
numbers = [1.0, 1.0, 0.0, 1.0, 1.0, -1.0, 1.0, -2.0, 0.0]
labels = ["u1", "u2", "u bias", "v1", "v2", "v bias", "of u", "of v", "bias"]
for parameter, number, label in zip(by_hand.parameters(), numbers, labels, strict=True):
    parameter.data, parameter.label = number, label
assert [by_hand(corner).data for corner in corners] == [0.0, 1.0, 1.0, 0.0]

# %%
x1, x2 = Value(1.0, label="x1"), Value(1.0, label="x2")
draw(by_hand([x1, x2]), expand=False)  # each weighted sum as one operation

# %% [markdown]
# Follow the numbers at (1, 1): the hidden neuron u gives 2, the hidden neuron v gives 1, and 1 · 2 - 2 · 1 = 0.
#
# What did the hidden layer do? It gave each corner new coordinates, u and v. Plot the corners there:

# %%
hidden = [[unit.data for unit in by_hand.layers[0](corner)] for corner in corners]
figure, axes = plt.subplots(figsize=(4, 3))
for answer, marker, name in ((0, "o", "no"), (1, "s", "yes")):
    points = [h for h, a in zip(hidden, answers, strict=True) if a == answer]
    axes.plot(*zip(*points, strict=True), marker, label=name)
axes.plot([0.5, 2.5], [0, 1], color="black", label="u - 2v = 0.5")
axes.set(xlabel="u", ylabel="v")
axes.legend()
plt.show()

# %% [markdown]
# (0, 1) and (1, 0) fell on the same point, and now one straight line separates yes from no. That is what hidden layers
# are for. *They move the points until the last layer, which can only draw a line, can do the job.*
#
# ## Counting parameters
#
# A neuron with n inputs has n weights and one bias, so a layer of m neurons has m · (n + 1) parameters. **Predict** how
# many `MLP(2, [8, 8, 1])` has, layer by layer.

# %%
counts = [8 * (2 + 1), 8 * (8 + 1), 1 * (8 + 1)]
print(counts, sum(counts))

# %% [markdown]
# `model.parameters()` returns them all in one list. Training needs nothing else of a network: it sets their gradients
# to zero, and moves each of them a little. In exercise 06.7 you write such a network yourself.

# %%
assert len(bent.parameters()) == sum(counts) == 105
assert [u - 2 * v > 0.5 for u, v in hidden] == [bool(a) for a in answers]

# %% [markdown]
# ## Exercises
#
# **06.1** How many parameters does `MLP(2, [4, 3, 1])` have? Count before you ask the library.

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("06.1", answer)

# %% [markdown]
# **06.2** Choose `[w1, w2, b]` so that w₁x₁ + w₂x₂ + b is positive at (1, 1) only, and negative at the other three
# corners: a neuron that computes AND. There are many right answers.

# %%
answer = [..., ..., ...]
check("06.2", answer)

# %% [markdown]
# **06.3** h = 3x + 1 and out = 2h - 4. Without an activation these two neurons are one: which w and b make out = w ·
# x + b?

# %%
answer = {"w": ..., "b": ...}
check("06.3", answer)


# %% [markdown]
# **06.4** Write `same(x1, x2)` for two Values, with `relu`, `+`, `-` and `*`: 1 where both are equal (both 0 or both
# 1), else 0. Think of x₁ - x₂ and of x₂ - x₁.


# %%
def same(x1, x2): ...


check("06.4", same)

# %% [markdown]
# **06.5** A neuron without an activation has the weights (0.5, -2) and the inputs (4, 3). The gradient that arrives is
# δ = -2. Fill in the gradients of its weights, its bias and its inputs.

# %%
answer = {"w1": ..., "w2": ..., "b": ..., "x1": ..., "x2": ...}
check("06.5", answer)


# %% [markdown]
# **06.6** Write `layer_backward(weights, xs, deltas)` for plain numbers. `weights` has a list for each neuron, `xs` are
# the inputs, `deltas` has one δ for each neuron. Return three lists, the gradients of the weights (shaped like
# `weights`), of the biases and of the inputs.


# %%
def layer_backward(weights, xs, deltas): ...


check("06.6", layer_backward)

# %% [markdown]
# **06.7** Write a network of your own, in three classes with `Value` and without `nn`:
#
# - `Neuron(n_inputs)` has a random `Value` for each weight, and a bias. Called with a list, it returns the tanh of the
#   weighted sum.
# - `Layer(n_inputs, n_neurons)` is a list of neurons. Called with a list, it returns the list of their outputs.
# - `MLP(n_inputs, sizes)` is a list of layers, such as `MLP(2, [3, 1])`. Each layer reads what the one before returns.
#
# Each has a method `parameters()`, which returns the list of all its weights and biases. Give `check` the class MLP
# (its name, without brackets).

# %%
import random

from autograd import tanh

answer = ...
check("06.7", answer)

# %% [markdown]
# **What you know now.** Backward, the gradient of a weight is input times δ, and δ passes through the weights to the
# layer before. A neuron draws a line. Layers of lines are still a line, unless something bends between them; with a
# bend and enough neurons they can draw any shape. Next: [07 · Losses](07-losses.ipynb).
