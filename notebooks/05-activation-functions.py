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
# You need lesson 02; about 70 minutes. Afterwards you know the usual curves, their derivatives, their weaknesses and
# when to use each. You can write a softmax that does not overflow, and plug a curve of your own into a network.

# %% [markdown]
# ## The family
#
# Each curve is drawn as a solid line, its derivative as a dashed one. All panels have the same scale. Take a minute to
# look: where is each curve flat? A network learns through the dashed lines, because backpropagation multiplies by them.
# (For leaky relu the leak is usually 0.01, too little to see here. It is drawn with 0.2.)

# %%
# %matplotlib inline
import autograd
import nn
from nn import plotting


def leaky_relu_with_0_2(x):
    return autograd.leaky_relu(x, 0.2)


curves = ["sigmoid", "tanh", "relu", leaky_relu_with_0_2, "elu", "gelu", "silu", "softplus"]
plotting.plot_activations(curves)

# %% [markdown]
# Here they are as formulas. σ is short for the sigmoid. φ is the bell curve of the normal distribution, and Φ(x) is the
# share of its area to the left of x. "Steepest" is the largest slope.
#
# | curve | formula | derivative | outputs | steepest |
# |---|---|---|---|---|
# | sigmoid, σ | 1 / (1 + e⁻ˣ) | σ(x) (1 - σ(x)) | 0 to 1 | 1/4, at 0 |
# | tanh | (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) | 1 - tanh²(x) | -1 to 1 | 1, at 0 |
# | relu | max(0, x) | 1, or 0 where x < 0 | 0 to ∞ | 1 |
# | leaky relu | x, or 0.01 x where x < 0 | 1, or 0.01 | -∞ to ∞ | 1 |
# | elu | x, or eˣ - 1 where x < 0 | 1, or eˣ | -1 to ∞ | 1 |
# | selu | 1.05 x, or 1.76 (eˣ - 1) where x < 0 | 1.05, or 1.76 eˣ | -1.76 to ∞ | 1.76 |
# | gelu | x · Φ(x) | Φ(x) + x φ(x) | -0.17 to ∞ | 1.13 |
# | silu, or swish | x · σ(x) | σ(x) + x σ(x) (1 - σ(x)) | -0.28 to ∞ | 1.10 |
# | softplus | log(1 + eˣ) | σ(x) | 0 to ∞ | 1 |
# | softmax, pᵢ | eˣⁱ / Σ eˣʲ | ∂pᵢ/∂xⱼ = pᵢ (δᵢⱼ - pⱼ) | 0 to 1, sum 1 | 1/4 |
#
# Softmax is the only one that takes a whole list of numbers; δᵢⱼ is 1 where i = j and 0 elsewhere, and a section below
# derives the formula. You need not learn the table; look back at it.
#
# Do not believe a table either. The next cell compares each derivative with the one that the library computes.

# %%
import math

from autograd import Value, grad, relu, sigmoid, softmax, tanh


def gelu_derivative(x):
    share, height = (1 + math.erf(x / math.sqrt(2))) / 2, math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return share + x * height  # Φ(x) + x φ(x)


# %%
derivatives = {
    "sigmoid": lambda x: sigmoid(x) * (1 - sigmoid(x)), "tanh": lambda x: 1 - tanh(x) ** 2,
    "relu": lambda x: 1.0 if x > 0 else 0.0, "leaky_relu": lambda x: 1.0 if x > 0 else 0.01,
    "elu": lambda x: 1.0 if x > 0 else math.exp(x), "selu": lambda x: 1.0507 if x > 0 else 1.7581 * math.exp(x),
    "gelu": gelu_derivative, "silu": lambda x: sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)),
    "softplus": sigmoid,
}  # fmt: skip

# %%
for name, derivative in derivatives.items():
    computed = grad(nn.activation(name).function)
    places = [i / 100 - 1e-9 for i in range(-500, 501)]
    assert all(abs(computed(x) - derivative(x)) < 1e-4 for x in places), name
    print(f"{name:10} steepest {max(map(computed, places)):.2f}   as a row: {nn.activation(name).derivative}")

# %% [markdown]
# The last column is how the library writes the derivative, rendered from the same row that computes it.
#
# ## When to use which
#
# | curve | use it | watch out for |
# |---|---|---|
# | relu | in hidden layers, unless you have a reason for another; most image networks | units that die |
# | leaky relu, elu | in hidden layers where relu units die; *PReLU* is a leaky relu that learns its leak | |
# | gelu, silu | in hidden layers of transformers and of newer image networks | costs an exponential |
# | selu | in deep stacks of plain layers, with first weights of its own kind | rarely used today |
# | tanh | in small networks, and in recurrent ones, where outputs around 0 help | flat for large inputs |
# | sigmoid | as the output for yes or no, and as a gate between 0 and 1 | in hidden layers: flat, and never negative |
# | softmax | as the output for one of several classes, and as weights of an average (lesson 15) | |
# | softplus | as the output for a number that must be positive, such as a width | |
# | none at all | as the output for any number, and for scores that go into a loss (lesson 07) | |
#
# One more name that you may meet: *maxout* takes the largest of several sums. It routes the gradient to that one, like
# `maximum` in lesson 02.
#
# ## The sigmoid: from a number to a probability
#
# σ(x) = 1 / (1 + e⁻ˣ) turns any number into one between 0 and 1. Its derivative is σ(x) (1 - σ(x)). **Predict:** how
# steep is it at 0? And how much of a gradient comes through at x = 6? (`grad(f)` is the derivative of f, as a function:
# `grad(f)(3.0)` is the derivative at 3.)

# %%
for x in (0.0, 2.0, 6.0):
    print(f"x = {x}   sigmoid = {sigmoid(x):.4f}   derivative = {grad(sigmoid)(x):.4f}")

# %% [markdown]
# At best it is a quarter, and far out almost nothing: the unit is **saturated**. Ten such curves in a row let through
# at most 0.25¹⁰, which is a millionth. Lesson 09 measures what that does to a deep network.

# %%
assert grad(sigmoid)(0.0) == 0.25 and grad(sigmoid)(6.0) < 0.003
assert 0.9e-6 < 0.25**10 < 1e-6

# %% [markdown]
# ## tanh: the same shape, centred
#
# tanh(x) = 2 σ(2x) - 1 is a sigmoid, stretched so that it reaches from -1 to 1. Two things get better. **Predict**
# them: what is its slope at 0? And what is the average output, if the inputs are spread evenly around 0?

# %%
inputs = [i / 10 for i in range(-30, 31)]
averages = {f.name: sum(map(f, inputs)) / len(inputs) for f in (sigmoid, tanh, relu)}
print({name: round(average, 3) + 0.0 for name, average in averages.items()})
print(grad(tanh)(0.0))

# %% [markdown]
# The slope is 1, four times as steep, and the outputs are **zero-centred**: their average is 0. Why does that matter?
# The gradient of a weight is the number that comes in, times the gradient of the neuron (lesson 06 derives this). If
# all numbers that come in are positive, then for *one sample* the gradients of all weights of a neuron have the same
# sign, so its weights can only grow together or shrink together. Over several samples the signs can mix, so the harm is
# less than it is often said to be, but the weights remain tied to each other more than they need to be.

# %%
assert abs(averages["tanh"]) < 1e-12
assert all(abs(tanh(x) - (2 * sigmoid(2 * x) - 1)) < 1e-15 for x in inputs)
incoming, of_the_neuron = [[0.9, 0.1], [0.2, 0.8]], [1.0, -1.0]  # two samples, all inputs positive
of_weights = [[x * delta for x in xs] for xs, delta in zip(incoming, of_the_neuron, strict=True)]
total = [a + b for a, b in zip(*of_weights, strict=True)]
print(of_weights, "together:", [round(g, 1) for g in total])
assert all((g > 0) == (gs[0] > 0) for gs in of_weights for g in gs) and total[0] > 0 > total[1]

# %% [markdown]
# ## ReLU: a hinge
#
# relu(x) = max(0, x) is the simplest of all: the derivative is 1 or 0. It never saturates on the right, and it is
# cheap. On the left nothing comes through. A unit whose input is negative for *every* sample gets no gradient, and is
# called **dead**. Its own weights cannot bring it back. Only a change *below* it can, in a layer that still learns by
# another path. (Lesson 09 revives some.) Here the unit v = relu(w - 1 + b) is dead at first. **Predict** the two pairs
# of gradients, of b and of w.

# %%
for number in (0.5, 1.5):
    w, b = Value(number), Value(0.0)
    v = relu(w - 1 + b)
    (v + w).backward()  # w reaches the output by a second path as well
    print(f"w = {number}: v = {v.data}, gradient of b {b.grad}, of w {w.grad}")

# %% [markdown]
# At w = 0.5 the bias b gets nothing, so the unit cannot help itself. But w gets a gradient by its second path, and if
# training moves it to 1.5, the unit is alive again.
#
# And at 0 itself? There is a kink, and the slope could be anything between 0 and 1. The library takes 0, as most do.
# (JAX's `jnp.maximum(x, 0)` takes a half.)

# %%
assert b.grad == 1.0 and w.grad == 2.0
x = Value(0.0)
relu(x).backward()
h = 1e-5
print("library:", x.grad, "   nudge:", (relu(h) - relu(-h)) / (2 * h))
assert x.grad == 0.0

# %% [markdown]
# The nudge to both sides says 0.5, because half of its step lies on each side of the kink. Neither is wrong; the
# derivative does not exist there. A gradient check fails at a kink; there it is the check you should distrust.

# %% [markdown]
# ## Break it: a sigmoid from the book
#
# The formula 1 / (1 + e⁻ˣ) is correct. **Predict** what Python says for x = -1000, where the result should be 0.


# %%
def book_sigmoid(x):
    return 1 / (1 + math.exp(-x))


try:
    book_sigmoid(-1000.0)
except OverflowError:
    print("OverflowError")

# %% [markdown]
# e¹⁰⁰⁰ is larger than the largest float. **Fix it:** for a negative x write the same fraction as eˣ / (1 + eˣ). Now the
# exponent is never positive. The library's own rows are written in such forms.


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

# %% [markdown]
# Nothing happens. Above and below the line everything is multiplied by e¹⁰⁰, which cancels. Only differences count. A
# stable softmax uses this freedom: it subtracts the greatest logit from all of them, so that no exponent is above 0.
# You write it in exercise 05.3.

# %%
assert abs(sum(softmax([1.0, 2.0, 4.0])) - 1) < 1e-15
assert all(abs(p - q) < 1e-15 for p, q in zip(softmax([1.0, 2.0, 4.0]), softmax([101.0, 102.0, 104.0]), strict=True))

# %% [markdown]
# Each probability depends on *all* logits. **Predict** the signs. If the first logit grows, what do the three
# probabilities do? And what is the sum of the three derivatives?

# %%
logits = [Value(number) for number in (1.0, 2.0, 4.0)]
slopes = []
for p in softmax(logits):
    logits[0].zero_grad()
    p.backward()
    slopes.append(logits[0].grad)
print([round(s, 4) for s in slopes])

# %% [markdown]
# The first grows at the expense of the others, and the derivatives add up to 0, because the probabilities always add up
# to 1. The formula follows from the quotient rule. Write S for the sum below the line, so that pᵢ = eˣⁱ / S. If i = j,
# both parts depend on xⱼ; otherwise only S does:
#
# $$\frac{\partial p_i}{\partial x_i} = \frac{e^{x_i} S - e^{x_i} e^{x_i}}{S^2} = p_i (1 - p_i), \qquad
# \frac{\partial p_i}{\partial x_j} = \frac{0 - e^{x_i} e^{x_j}}{S^2} = -p_i \, p_j$$
#
# Together this is pᵢ (δᵢⱼ - pⱼ). For two classes it is the sigmoid's p (1 - p).

# %%
p = softmax([1.0, 2.0, 4.0])
assert slopes[0] > 0 > slopes[1] and abs(sum(slopes)) < 1e-15
assert all(abs(slopes[i] - p[i] * ((i == 0) - p[0])) < 1e-15 for i in range(3))

# %% [markdown]
# ## A curve of your own
#
# Any function from Value to Value can be an activation. Here is a bell, used in a network of eight neurons that must
# learn to distinguish a ring from what is inside it. (`nn.MLP` is the network, `nn.SGD` moves its weights downhill, and
# `nn.fit` repeats that 60 times. Lessons 06 to 08 explain all three; here they only have to work.)


# %%
def bell(x):
    return (-x * x).exp()


X, y = nn.make_circles(80, noise=0.08, seed=2)
model = nn.MLP(2, [8, 1], activation=bell, seed=1)
history = nn.fit(
    model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(model, 1.0), epochs=60, progress=False
)
print(f"right: {history['accuracy'][-1]:.0%}")
assert history["accuracy"][-1] > 0.95

# %%
plotting.plot_decision_boundary(model, X, y)

# %% [markdown]
# `nn.register_activation("bell", bell)` would give it a name, so that you could use it like the others. Its gradient
# came by itself, from the rows of `-`, `*` and `exp`.
#
# ## Exercises
#
# **05.1** A sigmoid gave the *output* 0.9. What is its derivative there?

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("05.1", answer)

# %% [markdown]
# **05.2** A tanh gave the *output* 0.6. What is its derivative there? (You need not know the input.)

# %%
answer = ...
check("05.2", answer)


# %% [markdown]
# **05.3** Write `softmax(xs)` for a list of plain numbers, with `math.exp`, so that it works for `[1000, 1000]` too.


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
# **05.6** Softmax gave the probabilities p₁ = 0.7, p₂ = 0.2, p₃ = 0.1. How does p₁ respond to the *second* logit: what
# is ∂p₁/∂x₂?

# %%
answer = ...
check("05.6", answer)

# %% [markdown]
# **05.7** A network chooses one of five kinds of flowers. Which function turns its last five numbers into
# probabilities: `"sigmoid"`, `"softmax"`, `"relu"` or `"tanh"`?

# %%
answer = ...
check("05.7", answer)

# %% [markdown]
# **What you know now.** A network learns through the derivatives of its activations. Flat parts block the gradient,
# kinks need a convention, and a formula from a book may overflow. Next: [06 · From a neuron to an
# MLP](06-from-a-neuron-to-an-mlp.ipynb).
