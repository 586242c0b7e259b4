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
# # 07 · Losses
#
# **A network says 0.8 where 1 was right, or "rose, 70 %" where it was a lily. How wrong is that, as one number? And why
# is one way to count it so much better to learn from than another?**
#
# You need lessons 05 and 06; about 45 minutes. Afterwards you can choose a loss, derive its gradient, and explain why
# the gradient of the usual one is simply p - y.

# %% [markdown]
# ## Squared error
#
# For a number that is to be hit, take the distance and square it: (p - t)². **Predict** the loss and its slope at p =
# 0.8 for the target t = 1. In which direction should p go, and does the sign of the slope say so?

# %%
import nn
from autograd import Value, cross_entropy, draw, logsumexp, sigmoid, softmax

p = Value(0.8, label="p")
loss = nn.mean_squared_error(p, 1.0)
loss.backward()
print(f"loss {loss.data:.2f}, slope {p.grad:.2f}")
assert abs(loss.data - 0.04) < 1e-12 and abs(p.grad - -0.4) < 1e-12

# %% [markdown]
# The slope is 2(p - t) = -0.4. It is negative: more p, less loss. Training moves against the slope, so p grows. And far
# away the slope is larger than near the goal: a good property.
#
# ## Yes or no
#
# Now the target is a class: yes or no. The network gives a score; a positive one means yes. With targets t = 1 and t =
# -1 the product **margin = t · score** is positive when the answer is right, and large when it is right by far. Three
# losses as functions of the margin:

# %%
# %matplotlib inline
import math

import matplotlib.pyplot as plt

margins = [i / 20 for i in range(-60, 81)]
figure, axes = plt.subplots(figsize=(5.5, 3.4))
axes.plot(margins, [nn.hinge(m, 1) for m in margins], label="hinge")
axes.plot(margins, [nn.binary_cross_entropy_with_logits(m, 1) for m in margins], label="cross-entropy")
axes.plot(margins, [nn.mean_squared_error(sigmoid(m), 1.0) for m in margins], label="squared error of σ")
axes.set(xlabel="margin: wrong ← 0 → right", ylabel="loss", ylim=(-0.1, 4))
axes.legend()
plt.show()

# %% [markdown]
# All of them go down to the right. **Predict** from the picture: a sample is *badly* wrong, at margin -3. Which of the
# three curves has nearly no slope there, so that the network would learn nothing from its worst mistakes? (We measure
# the slopes still farther to the left, at -8, where it is quite plain.)


# %%
def slope(loss, score):
    x = Value(score)
    loss(x).backward()
    return x.grad


print(f"cross-entropy     {slope(lambda x: nn.binary_cross_entropy_with_logits(x, 1), -8.0):9.6f}")
print(f"hinge             {slope(lambda x: nn.hinge(x, 1), -8.0):9.6f}")
print(f"squared error     {slope(lambda x: nn.mean_squared_error(sigmoid(x), 1.0), -8.0):9.6f}")

# %%
assert slope(lambda x: nn.binary_cross_entropy_with_logits(x, 1), -8.0) < -0.999
assert abs(slope(lambda x: nn.mean_squared_error(sigmoid(x), 1.0), -8.0)) < 0.001

# %% [markdown]
# ## Break it, and fix it
#
# The squared error behind a sigmoid is flat where the answer is worst: the sigmoid is saturated there, and its tiny
# slope is a factor in the chain. Let us see it learn. One number, which begins at -8 and should become positive:


# %%
def learn(loss, score=-8.0, steps=60):
    x = Value(score)
    for _ in range(steps):
        x.zero_grad()
        loss(x).backward()
        x.data = x.data - 0.5 * x.grad
    return x.data


# %%
squared = learn(lambda x: nn.mean_squared_error(sigmoid(x), 1.0))
entropy = learn(lambda x: nn.binary_cross_entropy_with_logits(x, 1))
print(f"squared error: {squared:.2f}    cross-entropy: {entropy:.2f}")
assert squared < -7.9 and entropy > 2

# %% [markdown]
# With the squared error it has hardly moved. With cross-entropy the slope is σ(score) - 1, which is -1 when the answer
# is as wrong as can be. **Use cross-entropy for classes, squared error for quantities.**
#
# ## Where cross-entropy comes from
#
# The network gives a probability to each class. If the right class got p, the loss is **-log p**. It is 0 for p = 1,
# and grows without limit as p goes to 0: to be sure of the wrong thing is punished hardest.

# %%
for probability in (0.99, 0.5, 0.1, 0.001):
    print(f"p = {probability:<6} loss = {-math.log(probability):.3f}")
assert -math.log(0.5) < 0.7 < -math.log(0.1)

# %% [markdown]
# For several classes p comes from softmax, and the logarithm of softmax can be simplified:
#
# $$-\log p_i = -\log \frac{e^{x_i}}{\sum_j e^{x_j}} = \log\Big(\sum_j e^{x_j}\Big) - x_i$$
#
# The first part is called **log-sum-exp**. It is a soft maximum: **predict** roughly what it is for 1, 2 and 10.

# %%
print(logsumexp([1.0, 2.0, 10.0]))
logits = [1.0, 2.0, 4.0]
direct = -math.log(softmax(logits)[1])
assert abs(nn.cross_entropy(logits, 1) - direct) < 1e-12
assert abs(nn.cross_entropy(logits, 1) - (logsumexp(logits) - logits[1])) < 1e-12

# %% [markdown]
# ## The gradient: p - y
#
# What is the slope of that loss by each logit? Of log-sum-exp it is
#
# $$\frac{\partial}{\partial x_k} \log \sum_j e^{x_j} = \frac{e^{x_k}}{\sum_j e^{x_j}} = p_k$$
#
# the softmax itself! And of -xᵢ it is -1 for the right class, and 0 for the others. Together, with y = 1 for the right
# class and 0 for the rest:
#
# $$\frac{\partial\,\text{loss}}{\partial x_k} = p_k - y_k$$
#
# **Predict** the three gradients for the probabilities below, if the class in the middle is right.

# %%
logits = [Value(number, label=name) for name, number in (("a", 1.0), ("b", 2.0), ("c", 4.0))]
probabilities = softmax([x.data for x in logits])
nn.cross_entropy(logits, 1).backward()
print("p        ", [round(p, 4) for p in probabilities])
print("gradients", [round(x.grad, 4) for x in logits])
for x, p, y in zip(logits, probabilities, (0, 1, 0), strict=True):
    assert abs(x.grad - (p - y)) < 1e-12

# %% [markdown]
# It could not be simpler: *what you said, minus what is true*. The gradients add up to 0, they are never larger than 1,
# and they vanish only where the network is right and sure.
#
# The library computes the loss as a single node. Built from separate pieces it would be a larger graph, and less exact.
# (This is the second backward pass on these logits. What does that do to the gradients?)

# %%
loss = cross_entropy(logits, 1)
loss.backward()
loss.label = "loss"
draw(loss)

# %% [markdown]
# ## Break it: the logarithm of nothing
#
# Why not take softmax, then log, as in the definition? **Predict** what happens when the network is very sure, and
# wrong: logits 0 and 1000, and the first class is right.

# %%
p = softmax([0.0, 1000.0])[0]
print("probability of the right class:", p)
try:
    math.log(p)
except ValueError:
    print("ValueError: 0 has no logarithm")
print("as one piece:", nn.cross_entropy([0.0, 1000.0], 0))

# %%
assert p == 0.0
assert nn.cross_entropy([0.0, 1000.0], 0) == 1000.0

# %% [markdown]
# The probability was rounded to 0, and its logarithm does not exist. As one piece it is 1000, exactly. That is the
# reason why losses take **logits**, and no softmax or sigmoid should stand at the end of the network.
#
# ## Real flowers
#
# Iris: 150 flowers, four measurements each, three kinds. A network of one layer, four inputs and three logits.
# **Predict** the first loss, if all weights are 0 and it knows nothing.

# %%
X, y = nn.load_iris()
X = nn.standardize(X)
model = nn.MLP(4, [3], init="zeros")
first_loss = nn.cross_entropy(nn.predict(model, X), y)
print(f"{first_loss:.4f}")
assert abs(first_loss - math.log(3)) < 1e-12

# %% [markdown]
# log 3 = 1.0986. Now train it, with two losses: cross-entropy of the logits, and the squared distance from (1, 0, 0),
# (0, 1, 0) or (0, 0, 1), for comparison.


# %%
def train(loss, targets):
    model = nn.MLP(4, [3], init="zeros")
    optimizer = nn.SGD(model, 0.1)
    nn.fit(
        model, X, targets, loss=loss, optimizer=optimizer, epochs=15, batch_size=10, seed=0, metrics=(), progress=False
    )
    scores = nn.predict(model, X)
    return sum(s.index(max(s)) == t for s, t in zip(scores, y, strict=True)) / len(y)


# %%
by_entropy, by_squares = train(nn.cross_entropy, y), train(nn.mean_squared_error, nn.one_hot(y))
print(f"cross-entropy {by_entropy:.1%}    squared error {by_squares:.1%}")
assert by_entropy > by_squares

# %% [markdown]
# ## Exercises
#
# **07.1** A classifier gives the probabilities a: 0.7, b: 0.2, c: 0.1, and b is right. What are the gradients of the
# cross-entropy with respect to the three *logits*?

# %%
from chalkgrad.exercises import check, hint

answer = {"a": ..., "b": ..., "c": ...}
check("07.1", answer)


# %% [markdown]
# **07.2** Write `logsumexp(xs)` for a list of plain numbers, with `math.exp` and `math.log`, without overflow: the
# logarithm of the sum of all eˣ.


# %%
def my_logsumexp(xs): ...


check("07.2", my_logsumexp)


# %% [markdown]
# **07.3** Write `hinge(score, target)` for a score (a Value) and a target -1 or 1: it costs nothing from a margin of 1
# on, and 1 - margin below that. Use `autograd.relu`.


# %%
def my_hinge(score, target): ...


check("07.3", my_hinge)

# %% [markdown]
# **07.4** A network that knows nothing gives each of 10 digits the same probability. What is its cross-entropy?

# %%
answer = ...
check("07.4", answer)

# %% [markdown]
# **What you know now.** A loss is a number whose slope is useful. For classes: logits, cross-entropy, and the gradient
# p - y. Next: [08 · The training loop](08-the-training-loop.ipynb).
