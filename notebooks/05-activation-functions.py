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
# # 05 · Activation functions
#
# **Between the layers of a network every number goes through one small curve. Why does it matter so much which curve it
# is?**
#
# You need lesson 02; about 45 minutes. Afterwards you know the usual curves, their slopes and their weaknesses, you can
# write a softmax that does not overflow, and plug a curve of your own into a network.

# %% [markdown]
# ## The family
#
# Each curve is drawn in full, and its derivative dashed. Take a minute to look: where is each one flat? A network
# learns through the dashed lines, because backpropagation multiplies by them.

# %%
# %matplotlib inline
from nn import plotting

plotting.plot_activations(["sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus"])

# %% [markdown]
# The same as formulas. σ is short for the sigmoid, Φ(x) is the share of a bell curve that lies left of x, and "around
# 0" says whether outputs on both sides of 0 are equally at home.
#
# | curve | formula | outputs | around 0? | steepest | kink |
# |---|---|---|---|---|---|
# | sigmoid, σ | 1 / (1 + e⁻ˣ) | 0 to 1 | no | 1/4, at 0 | no |
# | tanh | (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) | -1 to 1 | yes | 1, at 0 | no |
# | relu | max(0, x) | 0 to ∞ | no | 1 | at 0 |
# | leaky relu | x, or 0.01 x where x < 0 | -∞ to ∞ | no | 1 | at 0 |
# | elu | x, or eˣ - 1 where x < 0 | -1 to ∞ | nearly | 1 | no |
# | gelu | x · Φ(x) | -0.17 to ∞ | no | 1.13 | no |
# | silu | x · σ(x) | -0.28 to ∞ | no | 1.10 | no |
# | softplus | log(1 + eˣ) | 0 to ∞ | no | 1 | no |
#
# Do not learn it by heart; look back at it. The library knows formula, derivative and range of each, too. Nobody typed
# the derivatives: they are rendered from the table that computes them.

# %%
import nn

for name in ("sigmoid", "tanh", "relu", "softplus", "silu"):
    curve = nn.activation(name)
    print(f"{name:9} slope: {curve.derivative:38} between {curve.range[0]:.2g} and {curve.range[1]:.2g}")

assert nn.activation("sigmoid").range == (0, 1) and nn.activation("tanh").range == (-1, 1)

# %% [markdown]
# ## The sigmoid: from a number to a probability
#
# σ(x) = 1 / (1 + e⁻ˣ) turns any number into one between 0 and 1. Its slope is σ(x) · σ(-x), which is the same as σ(x)
# (1 - σ(x)). **Predict:** how steep is it at 0? And how much of a gradient comes through at x = 6? (`grad(f)` is the
# derivative of f, as a function: `grad(f)(3.0)` is the slope at 3.)

# %%
from autograd import Value, grad, relu, sigmoid, softmax, tanh

for x in (0.0, 2.0, 6.0):
    print(f"x = {x}   sigmoid = {sigmoid(x):.4f}   slope = {grad(sigmoid)(x):.4f}")

assert grad(sigmoid)(0.0) == 0.25
assert grad(sigmoid)(6.0) < 0.003

# %% [markdown]
# At best a quarter, and far out almost nothing: the unit is **saturated**. Ten such curves in a row let through at most
# 0.25¹⁰, which is a millionth. Lesson 09 measures what that does to a deep network.
#
# ## tanh: the same shape, centred
#
# tanh(x) = 2 σ(2x) - 1: a sigmoid, stretched so that it reaches from -1 to 1. Two things get better. **Predict** them:
# what is its slope at 0? And what is the average output, if the inputs are spread evenly around 0?

# %%
inputs = [i / 10 for i in range(-30, 31)]
averages = {f.name: sum(map(f, inputs)) / len(inputs) for f in (sigmoid, tanh, relu)}
print({name: round(average, 3) + 0.0 for name, average in averages.items()})
print(grad(tanh)(0.0))
assert abs(averages["tanh"]) < 1e-12
assert all(abs(tanh(x) - (2 * sigmoid(2 * x) - 1)) < 1e-15 for x in inputs)

# %% [markdown]
# The slope is 1, four times as steep, and the outputs are **zero-centred**. Why would one care? If all outputs of a
# layer are positive, then all gradients of a neuron's weights in the next layer have the same sign, and its weights can
# only grow together or shrink together.
#
# ## ReLU: a hinge
#
# relu(x) = max(0, x) is the simplest of all: the slope is 1 or 0. It never saturates on the right, and it is cheap. On
# the left nothing comes through: a unit whose input is negative for *every* sample gets no gradient, and never
# recovers. It is called dead (lesson 09 revives some).
#
# And at 0 itself? There is a kink, and the slope could be anything between 0 and 1. The library takes 0, as everybody
# does.

# %%
x = Value(0.0)
relu(x).backward()
print("library:", x.grad)
h = 1e-5
print("nudge:  ", (relu(h) - relu(-h)) / (2 * h))
assert x.grad == 0.0

# %% [markdown]
# The nudge to both sides says 0.5: half of its step lies on each side of the kink. Neither is wrong; the derivative
# does not exist there. A gradient check at a kink fails, and it is the check that is not to be trusted.

# %% [markdown]
# ## Break it: a sigmoid from the book
#
# The formula 1 / (1 + e⁻ˣ) is correct. **Predict** what Python says for x = -1000, where the result should be 0.

# %%
import math


def book_sigmoid(x):
    return 1 / (1 + math.exp(-x))


try:
    book_sigmoid(-1000.0)
except OverflowError:
    print("OverflowError")

# %% [markdown]
# e¹⁰⁰⁰ is larger than the largest float. **Fix it:** for a negative x use the same fraction in another form, eˣ / (1 +
# eˣ): now the exponent is never positive. The library's own rows are written in such forms.


# %%
def stable_sigmoid(x):
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


assert stable_sigmoid(-1000.0) == sigmoid(-1000.0) == 0.0
assert all(abs(stable_sigmoid(x) - sigmoid(x)) < 1e-15 for x in inputs)

# %% [markdown]
# ## Softmax: a list of numbers becomes a list of probabilities
#
# A network that chooses among three classes gives three numbers, called **logits**. Softmax takes e to the power of
# each, which makes them positive, and divides by the sum, which makes them add up to 1.
#
# $$p_i = \frac{e^{x_i}}{e^{x_1} + e^{x_2} + \dots}$$
#
# **Predict:** what happens to the probabilities if 100 is added to *every* logit?

# %%
print([round(p, 4) for p in softmax([1.0, 2.0, 4.0])])
print([round(p, 4) for p in softmax([101.0, 102.0, 104.0])])
assert abs(sum(softmax([1.0, 2.0, 4.0])) - 1) < 1e-15

# %% [markdown]
# Nothing: above and below the line everything is multiplied by e¹⁰⁰, which cancels. Only differences count. This
# freedom is what a stable softmax uses: it subtracts the greatest logit from all of them, and then no exponent is
# above 0. You write it in exercise 05.3.
#
# Each probability depends on *all* logits. **Predict** the signs: if one logit grows, what do the three probabilities
# do? And what is the sum of the three slopes?

# %%
logits = [Value(number) for number in (1.0, 2.0, 4.0)]
slopes = []
for p in softmax(logits):
    logits[0].zero_grad()
    p.backward()
    slopes.append(logits[0].grad)
print([round(s, 4) for s in slopes])
assert slopes[0] > 0 > slopes[1] and abs(sum(slopes)) < 1e-15

# %% [markdown]
# The one grows at the expense of the others, and the slopes add up to 0, because the probabilities always add up to 1.
#
# ## A curve of your own
#
# Any function from Value to Value can be an activation. Here is a bell, used in a network of eight neurons that has to
# tell a ring from what is inside it. (`nn.fit` trains the network. What a network is, and what `fit` does, are the next
# three lessons; here it only has to work.)


# %%
def bell(x):
    return (-x * x).exp()


X, y = nn.make_circles(80, noise=0.08, seed=2)
model = nn.MLP(2, [8, 1], activation=bell, seed=1)
history = nn.fit(
    model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.05), epochs=60, progress=False
)
print(f"right: {history['accuracy'][-1]:.0%}")
assert history["accuracy"][-1] > 0.95

# %%
plotting.plot_decision_boundary(model, X, y)

# %% [markdown]
# `nn.register_activation("bell", bell)` would give it a name, and it could be used like the others. Its gradient came
# by itself, from the rows of `-`, `*` and `exp`.
#
# ## Exercises
#
# **05.1** A sigmoid gave the *output* 0.9. What is its slope there?

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("05.1", answer)

# %% [markdown]
# **05.2** A tanh gave the *output* 0.6. What is its slope there? (You need not know the input.)

# %%
answer = ...
check("05.2", answer)


# %% [markdown]
# **05.3** Write `softmax(xs)` for a list of plain numbers, with `math.exp`, such that it works for `[1000, 1000]` too.


# %%
def my_softmax(xs): ...


check("05.3", my_softmax)


# %% [markdown]
# **05.4** Write `leaky(x)` for a Value x: x where it is positive, 0.1 x where it is negative. Use functions of
# `autograd`, such as `maximum`, so that the gradient is right.


# %%
def leaky(x): ...


check("05.4", leaky)

# %% [markdown]
# **05.5** Which has outputs on both sides of 0, with 0 in the middle: `"sigmoid"`, `"tanh"`, `"relu"` or `"softplus"`?

# %%
answer = ...
check("05.5", answer)

# %% [markdown]
# **What you know now.** The slope of an activation is what a network learns through. Flat parts block it, kinks need a
# convention, and a formula from a book may overflow. Next: [06 · From a neuron to an
# MLP](06-from-a-neuron-to-an-mlp.ipynb).
