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
# **You can compute the gradient of the loss for every weight of a network. What do you do with it? Four lines, over and
# over, and the network learns. Leave one of them out, and it nearly learns, which is worse.**
#
# You need lessons 03 and 07; about 75 minutes. Afterwards you can write a training loop, read its curves, say when it
# is done and when to stop, and find one of the most common bugs in training code.

# %% [markdown]
# ## Downhill
#
# We begin with one weight. The loss is (w - 5)², and w starts at 1. The gradient points uphill, so we step the other
# way:
#
# **new = old - learning rate · gradient**
#
# This is **gradient descent**. **Predict** the first step with a learning rate of 0.1: what is the gradient at w = 1,
# and where is w afterwards?

# %%
from autograd import Value

w = Value(1.0, label="w")
loss = (w - 5) ** 2
loss.backward()
w.data = w.data - 0.1 * w.grad
print(w.data)

# %% [markdown]
# The gradient is 2(1 - 5) = -8, so w moves up by 0.8.
#
# ## Four steps, again and again
#
# 1. **forward**: compute the prediction,
# 2. **loss**: how wrong is it,
# 3. **backward**: set the gradients to 0, then let backpropagation fill them in,
# 4. **update**: move every parameter a little against its gradient.


# %%
assert abs(w.data - 1.8) < 1e-12


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
# **Predict** what happens with the learning rates 0.01, 0.1, 0.9 and 1.1. Which is too slow, which swings from side to
# side, and which runs away?

# %%
# %matplotlib inline
import warnings
from itertools import pairwise

import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5.5, 3.2))
for rate in (0.01, 0.1, 0.9, 1.1):
    axes.plot(descend(rate), marker=".", label=f"rate {rate}")
axes.set(xlabel="step", ylabel="w", ylim=(-6, 16))
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# Each step multiplies the distance from 5 by 1 - 2 · rate: by 0.8 for a rate of 0.1, but by -1.2 for a rate of 1.1. A
# learning rate that is too large does not learn faster; it explodes.

# %%
assert abs(descend(0.1)[-1] - 5) < 0.2  # nearly there
assert abs(descend(0.01)[-1] - 5) > 2  # too slow
assert abs(descend(1.1)[-1] - 5) > 50  # further away with every step

# %% [markdown]
# ## When is it done?
#
# The parabola has one lowest point. Most losses have more shapes than that. Here is one with two valleys, w⁴ - 2w² +
# 0.5w, and three starting points: -1.8, 1.8 and 0.12. **Predict** where each ends.


# %%
def walk(w, steps=100, rate=0.03):
    path = [w]
    for _ in range(steps):
        w = w - rate * (4 * w**3 - 4 * w + 0.5)  # the derivative, worked out by hand
        path.append(w)
    return path


def hills(w):
    return w**4 - 2 * w**2 + 0.5 * w


# %%
ws = [i / 50 - 1.6 for i in range(156)]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
left.plot(ws, [hills(w) for w in ws], color="black")
for start in (-1.8, 1.8, 0.12):
    left.plot(walk(start)[-1], hills(walk(start)[-1]), "o")
    right.plot([hills(w) for w in walk(start)], label=f"from {start}")
left.set(xlabel="w", ylabel="loss")
right.set(xlabel="step", ylabel="loss", ylim=(-1.7, 1))
right.legend()
plt.show()

# %% [markdown]
# The first ends in the deeper valley, the second in the other, a **local minimum**: every small step from it leads
# uphill, although there is something better elsewhere. The third starts near the top of the hill between them. There
# the gradient is nearly 0, so for about 20 steps the loss hardly changes, and then it falls after all. Such a flat
# stretch is a **plateau**.
#
# Training has **converged** when the loss no longer falls noticeably and the gradient is nearly 0. But a flat curve may
# have four reasons: a minimum, a local minimum, a plateau, or a learning rate that is too small. So people do not stop
# at the first flat step. They wait for many steps without improvement, and try other starts and other rates.

# %%
ends = [walk(start)[-1] for start in (-1.8, 1.8, 0.12)]
assert all(abs(4 * w**3 - 4 * w + 0.5) < 1e-6 for w in ends)  # the gradient is nearly 0 at all three
assert hills(ends[0]) < hills(ends[1]) - 0.9 and abs(ends[2] - ends[0]) < 1e-6
assert abs(hills(walk(0.12)[15]) - hills(0.12)) < 0.01 < hills(0.12) - hills(ends[2])

# %% [markdown]
# ## A network
#
# Now the same four steps for a network with 33 parameters, 24 weights and 9 biases, on two half moons. `nn.SGD` does
# the update for all parameters, and its `zero_grad` clears all gradients. We split the data into three parts: one to
# learn from, one to make choices by, and one that we use once, at the end.

# %%
import nn
from nn import plotting

X, y = nn.make_moons(100, noise=0.1, seed=5)
X_train, X_rest, y_train, y_rest = nn.train_test_split(X, y, test_size=0.4, seed=1)
X_valid, X_test, y_valid, y_test = nn.train_test_split(X_rest, y_rest, test_size=0.5, seed=1)


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
# **Predict:** will the loss fall at every single step, or only overall?

# %%
model, losses = train()
print(f"first {losses[0]:.3f}, last {losses[-1]:.3f}")
print(f"steps at which it rose: {sum(after > before for before, after in pairwise(losses))}")
plotting.plot_decision_boundary(model, X_train, y_train)

# %% [markdown]
# It fell at each of the 80 steps, because all samples are used every time and the steps are short enough. And the
# border has begun to bend around the moons.

# %%
assert losses == sorted(losses, reverse=True)
biases = sum(name.endswith("bias") for name, _ in model.named_parameters())
assert (len(model.parameters()), biases) == (33, 9)

# %% [markdown]
# ## Break it: the missing line
#
# Now leave out `zero_grad`, first with the single weight from above. **Predict:** will Python complain? Where does w
# go?

# %%
w, path = Value(1.0), []
for _ in range(60):
    loss = (w - 5) ** 2
    loss.backward()  # and no zero_grad
    w.data = w.data - 0.02 * w.grad
    path.append(w.data)
print(f"between {min(path):.1f} and {max(path):.1f}")

# %% [markdown]
# Python does not complain, and w swings between 1 and 9 forever. The gradients of all earlier steps are still in
# `w.grad`, so each update goes in the direction of the sum of everything so far. It behaves like a ball without
# friction, which rolls through the valley, up on the other side, and back.
#
# And the network? (Our optimizer would say what is wrong. We silence it for now, to see what happens without its help.)

# %%
assert max(path[30:]) > 8.5 and min(path[30:]) < 1.5
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _, broken = train(forget=True)

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
# In the network the mistake is harder to see. The loss falls, jumps, falls again, and in the end it is even *lower*
# than with `zero_grad`: here the sum of the old gradients happened to act as a run-up. (Lesson 11 takes a run-up on
# purpose, with a brake.) A bug that sometimes helps is hard to find. The steps at which the loss rises give it away.

# %%
rises = [sum(after > before for before, after in pairwise(curve)) for curve in (losses, broken)]
print(f"steps at which the loss rose: {rises[0]} with zero_grad, {rises[1]} without")
assert rises[0] == 0 and rises[1] > 10 and broken[-1] < losses[-1]

# %% [markdown]
# **Fix it:** one line. When a loss swings for no reason, look for this line first. And our optimizer does say it,
# because it recognises a gradient that it has already followed:

# %%
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        train(forget=True)
    except RuntimeWarning as warning:
        print(warning)

# %% [markdown]
# ## Stochastic gradient descent
#
# So far every step used all samples. That is exact, and slow: with a million samples you would compute a million losses
# for a single step. Instead take a few samples at a time, a **batch**, and step after each. The gradient of a batch is
# only an estimate of the whole one, sometimes a bit off to one side or the other, but it points downhill on average,
# and you get many steps for the price of one. Because the samples are drawn at random, this is called **stochastic
# gradient descent**, SGD. (Stochastic means random.) The rule is the line from above; only the gradient is another.
# `nn.SGD` is that line, for all parameters.
#
# One pass over all samples is an **epoch**. `fit` is this loop plus everything you always want: batches in a new random
# order each epoch, a progress bar, measuring on held-back data, and keeping the best.

# %%
model = nn.MLP(2, [8, 1], activation="tanh", seed=2)
history = nn.fit(
    model, X_train, y_train, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(model, 2.0), epochs=40,
    batch_size=15, validation=(X_valid, y_valid), seed=2, progress=False,
)  # fmt: skip
print(f"validation: {history['validation_accuracy'][-1]:.0%} right")
assert history["validation_accuracy"][-1] >= 0.95 and history["loss"][-1] < losses[-1]

# %%
plotting.plot_history(history)

# %% [markdown]
# The left panel shows the loss, the right one the share of right answers. The dashed lines are measured on the
# *validation* samples, which the network never trains on. After 40 epochs the loss is lower than after the 80 steps
# with all samples, though only half as many samples were looked at. Along the way the loss may rise for a while, since
# the estimates are rough.
#
# `fit` has used the validation samples to choose the best epoch, so their score is a little flattering. The honest
# number comes from the third part, which had no influence on anything:

# %%
honest = nn.evaluate(model, X_test, y_test, loss="binary_cross_entropy_with_logits")["accuracy"]
print(f"test: {honest:.0%} right")
assert honest >= 0.9

# %% [markdown]
# ## When to stop
#
# As long as the dashed loss falls, go on. When it rises while the training loss still falls, the network has begun to
# memorise the training data. Stop, and take the weights from before. So *converged* and *good on new data* are
# different things: the training loss may be on its way to a perfect minimum while the network gets worse at what you
# want it for. We make it happen, with few samples, much noise, and a network that is far too large for them.

# %%
few_x, few_y = nn.make_moons(30, noise=0.45, seed=3)
new_x, new_y = nn.make_moons(60, noise=0.45, seed=8)
large = nn.MLP(2, [16, 16, 1], activation="tanh", seed=2)
overfit = nn.fit(
    large, few_x, few_y, loss="binary_cross_entropy_with_logits", optimizer=nn.SGD(large, 0.5), epochs=60,
    batch_size=5, validation=(new_x, new_y), seed=0, progress=False,
)  # fmt: skip
plotting.plot_history(overfit)

# %%
held_back = overfit["validation_loss"]
best = held_back.index(min(held_back))
print(f"best after epoch {best + 1}: {held_back[best]:.2f}; at the end {held_back[-1]:.2f}")
assert best < 30 and held_back[-1] > 1.3 * held_back[best] and overfit["loss"][-1] < overfit["loss"][best]

# %% [markdown]
# `fit` keeps the best parameters by itself when you give it held-back data, and `early_stopping` ends the run. Lesson
# 12 has more on this.
#
# ## The same in PyTorch
#
# The notions carry over to any library. This is the loop for the moons in PyTorch, where X and y are tensors. (It is
# only shown here; PyTorch need not be installed.)
#
# ```python
# model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
# optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
# for step in range(80):
#     loss = torch.nn.functional.binary_cross_entropy_with_logits(model(X).squeeze(1), y)  # forward, loss
#     optimizer.zero_grad()
#     loss.backward()
#     optimizer.step()  # update
# ```
#
# ## Flowers again
#
# Iris has three classes, so there are three logits and the loss is `cross_entropy`. Nothing else changes. The settings
# were chosen beforehand, so no validation part is needed, and the test part is used once.

# %%
X, y = nn.load_iris()
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, seed=0)
X_train, X_test = nn.standardize(X_train, X_test)
model = nn.MLP(4, [8, 3], activation="tanh", seed=0)
nn.fit(
    model, X_train, y_train, loss=nn.cross_entropy, optimizer=nn.SGD(model, 0.3), epochs=25, batch_size=16,
    seed=0, progress=False,
)  # fmt: skip
# %%
right = nn.evaluate(model, X_test, y_test, loss=nn.cross_entropy)["accuracy"]
print(f"{right:.1%} of the unseen flowers are right")
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
# **08.2** Write `update(parameters, rate)`, which takes one step of gradient descent for a list of Values whose
# gradients are already computed. It changes the Values themselves.


# %%
def update(parameters, rate): ...


check("08.2", update)


# %% [markdown]
# **08.3** Write `train(w, loss_of, rate, steps)`: gradient descent on a single weight w, a Value. Each call of
# `loss_of()` computes the loss afresh. Nothing is returned; the function changes w.data.


# %%
def train(w, loss_of, rate, steps): ...


check("08.3", train)

# %% [markdown]
# **08.4** Loss on the training data after each epoch: 0.9, 0.5, 0.3, 0.2, 0.1. On held-back data: 0.9, 0.6, 0.5, 0.6,
# 0.8. After which epoch would it have been best to stop? `"1"`, `"2"`, `"3"`, `"4"` or `"5"`.

# %%
answer = ...
check("08.4", answer)

# %% [markdown]
# **08.5** 150 samples, batches of 10, 20 epochs. How many updates are there in an epoch, and in all?

# %%
answer = {"updates_per_epoch": ..., "updates": ...}
check("08.5", answer)

# %% [markdown]
# **08.6** The loss w⁴ - 2w² has the gradient 4w³ - 4w, which is 0 at w = -1, w = 0 and w = 1. At one of the three,
# descent stays where it is although the place is *not* a minimum. Which w is it?

# %%
answer = ...
check("08.6", answer)

# %% [markdown]
# **08.7** The training loss has been 0.02 for 200 epochs, and all gradients are nearly 0. What follows? `"a"` the
# training has converged; `"b"` the network will do well on new data; `"c"` no weights have a smaller loss.

# %%
answer = ...
check("08.7", answer)

# %% [markdown]
# **What you know now.** Forward, loss, backward, update. Zero the gradients at every step. Choose a learning rate that
# is neither too small nor too large, and let held-back data say when to stop. You can train networks now. The next
# lessons are about what goes wrong. Next: [09 · Vanishing, exploding, dead](09-vanishing-exploding-dead.ipynb).
