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
# You need lesson 05; about 45 minutes. Afterwards you know what a neuron draws, why an activation is needed between
# layers, and you can set the weights of a network that solves XOR by hand.

# %% [markdown]
# ## One neuron
#
# A neuron multiplies each input by a weight, adds them up with a bias, and sends the sum through an activation:
# tanh(w₁x₁ + w₂x₂ + b). For inputs (1, 3), weights (2, -1) and bias 0.5: **predict** the sum before the tanh.

# %%
import nn
from autograd import Value, draw, relu

neuron = nn.Neuron(2, activation="tanh")
neuron.load_state_dict({"weights.0": 2.0, "weights.1": -1.0, "bias": 0.5})
for name, parameter in neuron.named_parameters():
    parameter.label = name
out = neuron([1.0, 3.0])
print(round(out.data, 4))
assert round(out.data, 4) == -0.4621
draw(out)

# %% [markdown]
# 2 · 1 - 1 · 3 + 0.5 = -0.5, and tanh(-0.5) is about -0.46. The picture is the same as in lesson 01: there is nothing
# new in a neuron.
#
# ## What a neuron draws
#
# Say that it answers *yes* where the sum is positive and *no* where it is negative. The border is where the sum is 0:
# w₁x₁ + w₂x₂ + b = 0, a straight line. **Predict** with the numbers above: on which side of the line is (0, 0)?

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

line = [(x1, 2 * x1 + 0.5) for x1 in (-2.0, 2.0)]  # 2 x1 - x2 + 0.5 = 0, solved for x2
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
# The weights say how the line is turned, and the bias shifts it. Training turns and shifts it until the points are on
# the right sides, if a line can do that.
#
# ## XOR: no line can
#
# Four points: *yes* where exactly one coordinate is 1. **Predict:** try to separate the two kinds by one straight line,
# on paper. What is the best that you get?

# %%
from itertools import product

corners, answers = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
best = 0
for w1, w2, b in product([i / 4 for i in range(-8, 9)], repeat=3):
    guesses = [w1 * x1 + w2 * x2 + b > 0 for x1, x2 in corners]
    best = max(best, sum(g == a for g, a in zip(guesses, answers, strict=True)))
print(best, "of 4")
assert best == 3

# %% [markdown]
# Three of four, whatever the weights. This was noticed in 1969, and it put people off neural networks for years.
#
# ## Break it: more layers, without an activation
#
# So let us use more neurons, in layers. First without any activation between them. **Predict:** three layers with 8, 8
# and 1 neurons, 105 parameters; will they learn XOR?

# %%
X, y = nn.make_xor(80, noise=0.12, seed=3)


def trained(activation):
    model = nn.MLP(2, [8, 8, 1], activation=activation, seed=1)
    optimizer = nn.Adam(model, 0.03)
    loss = "binary_cross_entropy_with_logits"
    return model, nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=40, seed=1, progress=False)


flat, history = trained("identity")
print(f"without activation: {history['accuracy'][-1]:.0%} right")
assert history["accuracy"][-1] < 0.8

# %%
from nn import plotting

plotting.plot_decision_boundary(flat, X, y)

# %% [markdown]
# Still one straight line. Why? Put a line into a line: if h = 2x + 5 and out = 3h + 1, then out = 3(2x + 5) + 1 = 6x +
# 16, which is a single neuron again. It is so for any number of layers: **without an activation, depth collapses**.
#
# We can check it on the network that was just trained: what it computes is fixed by its values at three points.

# %%
at = {point: flat(point).data for point in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))}
b = at[0.0, 0.0]
w1, w2 = at[1.0, 0.0] - b, at[0.0, 1.0] - b
for x1, x2 in ((3.0, -2.0), (0.5, 10.0), (-7.0, 0.1)):
    assert abs(flat([x1, x2]).data - (w1 * x1 + w2 * x2 + b)) < 1e-9
print(f"105 parameters, but it is only {w1:.3f} x1 + {w2:.3f} x2 + {b:.3f}")

# %% [markdown]
# **Fix it:** put a bend between the layers. The same network, the same training, with relu:

# %%
bent, history = trained("relu")
print(f"with relu: {history['accuracy'][-1]:.0%} right")
assert history["accuracy"][-1] > 0.95
plotting.plot_decision_boundary(bent, X, y)

# %% [markdown]
# Each hidden neuron draws a line of its own, and beyond it the surface has another slope. Many lines, many folds, any
# shape. A network of this kind, layers of neurons with bends between them, is a **multi-layer perceptron**, MLP.
#
# ## XOR by hand
#
# Two hidden neurons are enough, and you can find the weights without training. Take s = x₁ + x₂, which is 0, 1, 1, 2 at
# the corners. Wanted is 0, 1, 1, 0: up, and down again. **Predict:** what does relu(s) - 2 · relu(s - 1) give for s =
# 0, 1 and 2?

# %%
tent = [relu(s) - 2 * relu(s - 1) for s in (0.0, 1.0, 2.0)]
print(tent)
assert tent == [0.0, 1.0, 0.0]

# %% [markdown]
# A tent: relu(s) goes up, and after 1 the second one pulls down twice as steeply. In the network both hidden neurons
# have the weights (1, 1), with biases 0 and -1, and the output neuron has the weights 1 and -2.

# %%
by_hand = nn.MLP(2, [2, 1], activation="relu")
numbers = [1.0, 1.0, 0.0, 1.0, 1.0, -1.0, 1.0, -2.0, 0.0]
labels = ["u1", "u2", "u bias", "v1", "v2", "v bias", "of u", "of v", "bias"]
for parameter, number, label in zip(by_hand.parameters(), numbers, labels, strict=True):
    parameter.data, parameter.label = number, label
assert [by_hand(corner).data for corner in corners] == [0.0, 1.0, 1.0, 0.0]

# %%
x1, x2 = Value(1.0, label="x1"), Value(1.0, label="x2")
draw(by_hand([x1, x2]))

# %% [markdown]
# Follow the numbers at (1, 1): the hidden neuron u gives 2, the other one, v, gives 1, and 1 · 2 - 2 · 1 = 0.
#
# ## Counting parameters
#
# A neuron with n inputs has n weights and one bias. A layer of m neurons has m · (n + 1) parameters. **Predict** how
# many `MLP(2, [8, 8, 1])` has, and check the 105 from above.

# %%
counts = [8 * (2 + 1), 8 * (8 + 1), 1 * (8 + 1)]
print(counts, sum(counts))
assert len(bent.parameters()) == sum(counts) == 105

# %% [markdown]
# ## Exercises
#
# **06.1** How many parameters has `MLP(2, [4, 3, 1])`? Count before you ask the library.

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("06.1", answer)

# %% [markdown]
# **06.2** Choose `[w1, w2, b]` so that w₁x₁ + w₂x₂ + b is positive at (1, 1) only, and negative at the other three
# corners: a neuron that says AND. There are many right answers.

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
# **What you know now.** A neuron draws a line. Layers of lines are a line, unless something bends between them; with a
# bend they can draw any shape. Next: [07 · Losses](07-losses.ipynb).
