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
# can a network learn so much better from one such number than from another?**
#
# You need lessons 05 and 06; about 60 minutes. Afterwards you can choose a loss, derive its gradient, and explain why
# the gradient of the usual one is simply p - y.

# %% [markdown]
# ## Squared error
#
# To predict a number, take the distance from the target t and square it: (p - t)². **Predict** the loss and its
# derivative at p = 0.8 for the target t = 1. In which direction should p go, and does the sign of the derivative say
# so?

# %%
import nn
from autograd import Value, cross_entropy, draw, logsumexp, sigmoid, softmax

p = Value(0.8, label="p")
loss = nn.mean_squared_error(p, 1.0)
loss.backward()
print(f"loss {loss.data:.2f}, derivative {p.grad:.2f}")

# %% [markdown]
# The derivative is 2(p - t) = -0.4. It is negative, so more p means less loss. Training moves against the gradient, so
# p grows. And the derivative is larger far from the goal than near it, which is a good property.

# %%
assert abs(loss.data - 0.04) < 1e-12 and abs(p.grad - -0.4) < 1e-12

# %% [markdown]
# ## Yes or no
#
# Now the target is a class, yes or no. The network gives a score, and a positive score means yes. If we write the
# targets as t = 1 and t = -1, the product **margin = t · score** is positive when the answer is right, and large when
# it is right by far. The picture shows three losses as functions of the margin, for a sample whose answer is yes, so
# that the margin is the score itself. (`hinge` takes the targets 1 and -1. Cross-entropy takes 1 and 0, and refuses a
# -1.)

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
# three curves is nearly flat there, so that the network would learn nothing from its worst mistakes? (We measure the
# slopes even further left, at -8, where the effect is unmistakable.)


# %%
def slope(loss, score):
    x = Value(score)
    loss(x).backward()
    return x.grad


print(f"cross-entropy     {slope(lambda x: nn.binary_cross_entropy_with_logits(x, 1), -8.0):9.6f}")
print(f"hinge             {slope(lambda x: nn.hinge(x, 1), -8.0):9.6f}")
print(f"squared error     {slope(lambda x: nn.mean_squared_error(sigmoid(x), 1.0), -8.0):9.6f}")

# %% [markdown]
# It is the squared error. And the library does refuse a target of -1 for cross-entropy:

# %%
try:
    nn.binary_cross_entropy_with_logits(Value(2.0), -1)
except ValueError as error:
    print(error)
assert slope(lambda x: nn.binary_cross_entropy_with_logits(x, 1), -8.0) < -0.999
assert abs(slope(lambda x: nn.mean_squared_error(sigmoid(x), 1.0), -8.0)) < 0.001

# %% [markdown]
# ## Break it, and fix it
#
# The squared error behind a sigmoid is flat where the answer is worst. The sigmoid is saturated there, and its tiny
# derivative is a factor in the chain. Let us see it learn: one number, which begins at -8 and should become positive.
# **Predict** where it is after 60 steps, with either loss.


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

# %% [markdown]
# With the squared error it has hardly moved. With cross-entropy the derivative is σ(score) - 1, which is nearly -1 when
# the answer is badly wrong. **Use cross-entropy for classes, squared error for quantities.**
#
# ## Where cross-entropy comes from
#
# The network gives a probability to each class. If the right class got p, the loss is **-log p**. It is 0 for p = 1,
# and grows without limit as p goes to 0. Being sure of the wrong answer is punished hardest.

# %%
assert squared < -7.9 and entropy > 2
for probability in (0.99, 0.5, 0.1, 0.001):
    print(f"p = {probability:<6} loss = {-math.log(probability):.3f}")
assert -math.log(0.5) < 0.7 < -math.log(0.1)

# %% [markdown]
# For several classes p comes from softmax, and the logarithm of softmax can be simplified. (Read Σⱼ as "the sum over
# all classes j"; i is the right class.)
#
# $$-\log p_i = -\log \frac{e^{x_i}}{\sum_j e^{x_j}} = \log\Big(\sum_j e^{x_j}\Big) - x_i$$
#
# The first part is called **log-sum-exp**. It is a soft maximum: **predict** roughly what it is for 1, 2 and 10.

# %%
print(logsumexp([1.0, 2.0, 10.0]))

# %% [markdown]
# It is hardly more than 10, the largest of the three, because e¹⁰ is so much larger than e² and e¹.

# %%
assert 10 < logsumexp([1.0, 2.0, 10.0]) < 10.001
logits = [1.0, 2.0, 4.0]
direct = -math.log(softmax(logits)[1])
assert abs(nn.cross_entropy(logits, 1) - direct) < 1e-12
assert abs(nn.cross_entropy(logits, 1) - (logsumexp(logits) - logits[1])) < 1e-12

# %% [markdown]
# ## The gradient: p - y
#
# What is the slope of this loss with respect to each logit? Take log-sum-exp first. The derivative of log S is 1 / S,
# times the derivative of S. In the sum S only one term contains xₖ, and its derivative is eˣᵏ. So
#
# $$\frac{\partial}{\partial x_k} \log \sum_j e^{x_j} = \frac{e^{x_k}}{\sum_j e^{x_j}} = p_k$$
#
# which is the softmax itself! The second part, -xᵢ, contributes -1 for the right class and 0 for the others. Together,
# with y = 1 for the right class and y = 0 for the rest:
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

# %% [markdown]
# It could not be simpler: *what you said, minus what is true*. The gradients add up to 0, none is larger than 1, and
# they vanish only where the network is right and sure.

# %%
for x, p, y in zip(logits, probabilities, (0, 1, 0), strict=True):
    assert abs(x.grad - (p - y)) < 1e-12

# %% [markdown]
# The library computes the loss as a single node. Built from separate pieces it would be a larger graph, and less exact.
# (This is the second backward pass on these logits. What does that do to their gradients?)

# %%
loss = cross_entropy(logits, 1)
loss.backward()
loss.label = "loss"
draw(loss)

# %% [markdown]
# ## Break it: the logarithm of nothing
#
# Why not take softmax, then log, as in the definition? **Predict** what happens when the network is very sure and
# wrong, with logits 0 and 1000 where the first class is right.

# %%
p = softmax([0.0, 1000.0])[0]
print("probability of the right class:", p)
try:
    math.log(p)
except ValueError:
    print("ValueError: 0 has no logarithm")
print("as one piece:", nn.cross_entropy([0.0, 1000.0], 0))

# %% [markdown]
# The probability was rounded to 0, and its logarithm does not exist. As one piece the loss is exactly 1000. This is why
# losses take **logits**, and why the network should *not* end with a softmax or a sigmoid. If it does, the loss applies
# softmax a second time, to numbers between 0 and 1. No error is raised, but the loss can never become small: see
# exercise 07.5.

# %%
assert p == 0.0
assert nn.cross_entropy([0.0, 1000.0], 0) == 1000.0

# %% [markdown]
# ## Real flowers
#
# The Iris data has 150 flowers of three kinds, with four measurements each. Our network is one layer with four inputs
# and three logits. **Predict** the first loss, if all weights are 0 and the network knows nothing.

# %%
X, y = nn.load_iris()
X = nn.standardize(X)
model = nn.MLP(4, [3], init="zeros")
first_loss = nn.cross_entropy(nn.predict(model, X), y)
print(f"{first_loss:.4f}")

# %% [markdown]
# It is log 3 = 1.0986, since each kind gets the probability 1/3. Now train it with two losses, cross-entropy of the
# logits and, for comparison, the squared distance from (1, 0, 0), (0, 1, 0) or (0, 0, 1). How many flowers of each kind
# are classified correctly, out of 50?


# %%
def train(loss, targets, epochs):
    model = nn.MLP(4, [3], init="zeros")
    nn.fit(
        model, X, targets, loss=loss, optimizer=nn.SGD(model, 0.1), epochs=epochs, batch_size=10, seed=0, metrics=(),
        progress=False,
    )  # fmt: skip
    scores = nn.predict(model, X)
    return [sum(s.index(max(s)) == t == kind for s, t in zip(scores, y, strict=True)) for kind in range(3)]


# %%
assert abs(first_loss - math.log(3)) < 1e-12
with_entropy = train(nn.cross_entropy, y, 15)
with_squares, longer = (train(nn.mean_squared_error, nn.one_hot(y), epochs) for epochs in (15, 45))
print(f"cross-entropy {with_entropy}, squared error {with_squares}, for three times as long {longer}")
assert sum(with_entropy) > sum(with_squares) and sum(longer) <= sum(with_squares)
assert max(longer) - longer[1] >= 10 and with_entropy[1] > with_squares[1]

# %% [markdown]
# Training longer does not help the squared error. It fails on the second kind, whose measurements lie *between* those
# of the other two. There is no saturated sigmoid here; the reason is different. The squared error asks each score to
# be exactly 0 or 1, so it also punishes a score of 3 for the right class, which is merely *too* right. A score that is
# a straight line in the measurements cannot be 1 in the middle and 0 on both sides. Cross-entropy asks only that the
# right score be larger than the others.

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
# **07.3** Write `hinge(score, target)` for a score (a Value) and a target of -1 or 1. It costs nothing from a margin of
# 1 on, and 1 - margin below that. Use `autograd.relu`.


# %%
def my_hinge(score, target): ...


check("07.3", my_hinge)

# %% [markdown]
# **07.4** A network that knows nothing gives each of 10 digits the same probability. What is its cross-entropy?

# %%
answer = ...
check("07.4", answer)

# %% [markdown]
# **07.5** By mistake, a network for two classes ends with a softmax, and its loss is `nn.cross_entropy`, which applies
# softmax itself. The network is perfect: its outputs are 1 for the right class and 0 for the other. How large is the
# loss nevertheless?

# %%
answer = ...
check("07.5", answer)

# %% [markdown]
# **07.6** Two networks classify three samples as yes or no. Network A gives the right answers the probabilities 0.6,
# 0.6 and 0.6; network B gives them 0.99, 0.99 and 0.45. So A is right about all three, and B about two. What is the
# mean cross-entropy of each?

# %%
answer = {"A": ..., "B": ...}
check("07.6", answer)

# %% [markdown]
# **What you know now.** A loss is a number with a useful gradient. For classes use logits and cross-entropy, whose
# gradient is p - y. Next: [08 · The training loop](08-the-training-loop.ipynb).
