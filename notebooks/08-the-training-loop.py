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
# # 08 · The training loop
#
# **You can compute the slope of the loss for every weight of a network. What do you do with it? Four lines, over and
# over, and the network learns. Leave one of them out, and it nearly learns, which is worse.**
#
# You need lessons 03 and 07; about 50 minutes. Afterwards you can write a training loop, read its curves, say when to
# stop, and find the most frequent bug in training code.

# %% [markdown]
# ## Downhill
#
# One weight first. The loss is (w - 5)², and w begins at 1. The gradient points uphill, so we step the other way:
#
# **new = old - learning rate · gradient**
#
# **Predict** the first step with a learning rate of 0.1: what is the slope at w = 1, and where is w afterwards?

# %%
from autograd import Value

w = Value(1.0, label="w")
loss = (w - 5) ** 2
loss.backward()
w.data = w.data - 0.1 * w.grad
print(w.data)
assert abs(w.data - 1.8) < 1e-12  # slope 2 (1 - 5) = -8

# %% [markdown]
# ## Four steps, again and again
#
# 1. **forward**: compute the prediction,
# 2. **loss**: how wrong is it,
# 3. **backward**: set the gradients to 0, then let backpropagation fill them in,
# 4. **update**: move every parameter a little against its gradient.


# %%
def descend(rate, steps=15, start=1.0):
    w, path = Value(start), [start]
    for _ in range(steps):
        loss = (w - 5) ** 2
        w.zero_grad()
        loss.backward()
        w.data = w.data - rate * w.grad
        path.append(w.data)
    return path


# %% [markdown]
# **Predict** what happens with the learning rates 0.01, 0.1, 0.9 and 1.1: which one is too slow, which one swings from
# side to side, which one runs away?

# %%
# %matplotlib inline
import warnings
from itertools import pairwise

import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.5, 3.2))
for rate in (0.01, 0.1, 0.9, 1.1):
    axes.plot(descend(rate), ".-", label=f"rate {rate}")
axes.set(xlabel="step", ylabel="w", ylim=(-6, 16))
axes.legend()
plt.show()

# %%
assert abs(descend(0.1)[-1] - 5) < 0.2  # nearly there
assert abs(descend(0.01)[-1] - 5) > 2  # too slow
assert abs(descend(1.1)[-1] - 5) > 50  # farther away with every step

# %% [markdown]
# Each step multiplies the distance from 5 by 1 - 2 · rate: by 0.8 for a rate of 0.1, but by -1.2 for a rate of 1.1. A
# learning rate that is too large does not learn faster; it explodes.
#
# ## A network
#
# The same four steps for a network with 33 weights, on two half moons. `nn.SGD` does the update for all parameters, and
# its `zero_grad` clears all gradients.

# %%
import nn
from nn import plotting

X, y = nn.make_moons(100, noise=0.1, seed=5)
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, seed=1)


def loss_of(model):
    return nn.binary_cross_entropy_with_logits([model(x) for x in X_train], y_train)


# %%
def step(model, optimizer, forget=False):
    loss = loss_of(model)  # forward, and loss
    if not forget:
        optimizer.zero_grad()
    loss.backward()
    optimizer.step()  # update
    return loss.data


# %%
def train(forget=False):
    model = nn.MLP(2, [8, 1], activation="tanh", seed=2)
    optimizer = nn.SGD(model, 2.0)
    return model, [step(model, optimizer, forget) for _ in range(80)]


# %% [markdown]
# **Predict:** will the loss fall in every single step, or only on the whole?

# %%
model, losses = train()
print(f"first {losses[0]:.3f}, last {losses[-1]:.3f}")
assert losses == sorted(losses, reverse=True)
plotting.plot_decision_boundary(model, X_train, y_train)

# %% [markdown]
# It fell in each of the 80 steps: all samples are used every time, and the steps are short enough. And the border has
# bent itself around the moons.
#
# ## Break it: the missing line
#
# Now leave out `zero_grad`; first with the single weight from above. **Predict:** will Python complain? Where does w
# go?

# %%
w, path = Value(1.0), []
for _ in range(60):
    loss = (w - 5) ** 2
    loss.backward()  # and no zero_grad
    w.data = w.data - 0.02 * w.grad
    path.append(w.data)
print(f"between {min(path):.1f} and {max(path):.1f}")
assert max(path[30:]) > 8.5 and min(path[30:]) < 1.5

# %% [markdown]
# Python does not complain, and w swings between 1 and 9 for ever. The gradients of all earlier steps are still in
# there, so each update goes in the direction of the sum of everything so far: a ball without friction, which rolls
# through the valley, up on the other side, and back.

# %%
with warnings.catch_warnings(record=True) as complaints:
    warnings.simplefilter("always")
    _, broken = train(forget=True)
print(complaints[0].message)

# %% [markdown]
# The optimizer noticed: it knows a gradient that it has already followed. Both curves, and beside them the right one:

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3))
axes[0].plot(path)
axes[0].set(xlabel="step", ylabel="w", title="one weight, without zero_grad")
axes[1].plot(losses, label="with zero_grad")
axes[1].plot(broken, label="without")
axes[1].set(xlabel="step", ylabel="loss", title="the network")
axes[1].legend()
plt.show()

# %% [markdown]
# In the network it is harder to see: the loss falls, jumps, falls again, and at some steps it is even *lower* than the
# right one. A bug that sometimes helps is hard to find. What gives it away are the steps in which the loss rises.

# %%
rises = [sum(after > before for before, after in pairwise(curve)) for curve in (losses, broken)]
print(f"steps in which the loss rose: {rises[0]} with zero_grad, {rises[1]} without")
assert rises[0] == 0 and rises[1] > 10

# %% [markdown]
# **Fix it:** one line. And when a loss swings for no reason, look for this line first.
#
# ## What `fit` does
#
# The library's `fit` is this loop, with what one always wants besides: mini-batches, a progress bar, measuring on
# held-back data, keeping the best. A **batch** is a few samples at a time: an update after each of them, rather than
# one after all. An **epoch** is one pass over all samples.

# %%
model = nn.MLP(2, [8, 1], activation="tanh", seed=2)
history = nn.fit(
    model, X_train, y_train, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.1), epochs=40,
    batch_size=15, validation=(X_test, y_test), seed=2, progress=False,
)  # fmt: skip
print(f"held back: {history['validation_accuracy'][-1]:.0%} right")
assert history["validation_accuracy"][-1] >= 0.95

# %%
plotting.plot_history(history)

# %% [markdown]
# On the left the loss, on the right the share of right answers; the dashed lines are measured on the quarter of the
# data that was held back, which the network never trains on.
#
# ## When to stop
#
# As long as the dashed loss falls, go on. When it rises while the other one still falls, the network begins to learn
# the training data by heart: stop, and take the weights from before. We make it happen, with few samples, much noise,
# and a network that is far too large for them.

# %%
few_x, few_y = nn.make_moons(30, noise=0.45, seed=3)
new_x, new_y = nn.make_moons(60, noise=0.45, seed=8)
large = nn.MLP(2, [16, 16, 1], activation="tanh", seed=2)
overfit = nn.fit(
    large, few_x, few_y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(large, 0.05), epochs=60,
    validation=(new_x, new_y), seed=0, progress=False,
)  # fmt: skip
plotting.plot_history(overfit)

# %%
held_back = overfit["validation_loss"]
best = held_back.index(min(held_back))
print(f"best after epoch {best + 1}: {held_back[best]:.2f}; at the end {held_back[-1]:.2f}")
assert best < 50 and held_back[-1] > held_back[best]

# %% [markdown]
# `fit` keeps the best parameters by itself where it is given held-back data, and `early_stopping` ends the run. Lesson
# 12 has more on this.
#
# ## The same, on flowers
#
# Iris again: three classes, so three logits and `cross_entropy`. Nothing else changes.

# %%
X, y = nn.load_iris()
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, seed=0)
X_train, X_test = nn.standardize(X_train, X_test)
model = nn.MLP(4, [8, 3], activation="tanh", seed=0)
nn.fit(
    model, X_train, y_train, loss=nn.cross_entropy, optimizer=nn.Adam(model, 0.03), epochs=25, batch_size=16,
    seed=0, progress=False,
)  # fmt: skip
# %%
right = nn.evaluate(model, X_test, y_test, loss=nn.cross_entropy)["accuracy"]
print(f"{right:.1%} of the flowers that it had never seen")
assert right > 0.9

# %% [markdown]
# ## Exercises
#
# **08.1** A weight is 3, its gradient is -2, the learning rate is 0.1. What is the weight after the update?

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("08.1", answer)


# %% [markdown]
# **08.2** Write `update(parameters, rate)`: one step of gradient descent for a list of Values whose gradients are
# computed.


# %%
def update(parameters, rate): ...


check("08.2", update)


# %% [markdown]
# **08.3** Write `train(w, loss_of, rate, steps)`: gradient descent on a single weight w, a Value. `loss_of()` computes
# the loss anew each time. Nothing is returned; w.data is what changes.


# %%
def train(w, loss_of, rate, steps): ...


check("08.3", train)

# %% [markdown]
# **08.4** Loss on the training data after each epoch: 0.9, 0.5, 0.3, 0.2, 0.1. On held-back data: 0.9, 0.6, 0.5, 0.6,
# 0.8. After which epoch should one have stopped? `"1"`, `"2"`, `"3"`, `"4"` or `"5"`.

# %%
answer = ...
check("08.4", answer)

# %% [markdown]
# **08.5** 150 samples, batches of 10, 20 epochs. How many updates are there in an epoch, and in all?

# %%
answer = {"updates_per_epoch": ..., "updates": ...}
check("08.5", answer)

# %% [markdown]
# **What you know now.** Forward, loss, backward, update; zero the gradients in every step; a learning rate that is
# neither too small nor too large; and held-back data that says when to stop. You can train networks now. The next
# lessons are about what goes wrong. Next: [09 · Vanishing, exploding, dead](09-vanishing-exploding-dead.ipynb).
