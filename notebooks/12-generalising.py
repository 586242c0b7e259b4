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
# # 12 · Generalising
#
# **A model is right on every example it was trained on. What is that worth?** By itself, nothing: a list of the
# examples with their answers does as well, and nobody would call it intelligent.
#
# You need the training loop (08) and optimizers (11); about 60 minutes. Afterwards you can split data honestly, read
# training curves like a doctor reads a chart, and use the three usual medicines against learning by heart.

# %%
import matplotlib.pyplot as plt

import nn

# %% [markdown]
# ## A perfect model
#
# 569 tumours, 30 measurements each, malignant (0) or benign (1). Here is a model that needs no training at all. It
# writes down every example. Asked about one that it knows, it looks up the answer; asked about another one, it says
# what is most common.
#
# **Predict:** how often is it right on the examples it has written down, and how often on others?


# %%
class Memory:
    """Learns by heart."""

    def __init__(self, X, y):
        self.known = {tuple(x): label for x, label in zip(X, y)}
        self.guess = round(sum(y) / len(y))

    def __call__(self, x):
        return self.known.get(tuple(x), self.guess)


# %%
X, y = nn.load_breast_cancer()
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.25, seed=0)
memory = Memory(X_train, y_train)
seen = sum(memory(x) == label for x, label in zip(X_train, y_train)) / len(y_train)
unseen = sum(memory(x) == label for x, label in zip(X_test, y_test)) / len(y_test)
print(f"seen: {seen:.0%} right, unseen: {unseen:.0%} right")
assert seen == 1.0 and unseen < 0.7

# %% [markdown]
# Perfect, and useless. What we want from a model is to be right about tumours it has *not* seen: to **generalise**. And
# there is only one way to know whether it does. Keep examples back, do not train on them, and try.
#
# ## How to split, and how not to
#
# Take the first three quarters for training and the last quarter for the test. What could be wrong with that? Try it on
# wines, 59 of the first grower, 71 of the second, 48 of the third. **Predict** what the test will contain.

# %%
_, growers = nn.load_wine()
cut = len(growers) * 3 // 4
print("trained on growers", set(growers[:cut]), "- tested on growers", set(growers[cut:]))
_, _, shuffled_train, shuffled_test = nn.train_test_split(growers, growers, test_size=0.25, seed=0)
print("shuffled: trained on", set(shuffled_train), "- tested on", set(shuffled_test))
assert set(growers[cut:]) == {2} and set(shuffled_test) == {0, 1, 2}

# %% [markdown]
# The file is sorted by grower, as files often are. The test would have asked about the third grower only, of whose
# wines the model had seen few. So **shuffle first, then cut**. `train_test_split` does that, and `seed` makes it the
# same split every time.
#
# There is a third part. If you try twenty networks and keep the one that does best on the held-back examples, these
# have been used to choose, and their number is a little too good. So use one part for choosing (**validation**), and
# keep one in the drawer until the very end (**test**). Opened once.

# %%
X_fit, X_valid, y_fit, y_valid = nn.train_test_split(X_train, y_train, test_size=0.3, seed=1)
X_fit, X_valid, X_test = nn.standardize(X_fit, X_valid, X_test)
print(f"train {len(X_fit)}, validation {len(X_valid)}, test {len(X_test)}, together {len(X)}")
assert len(X_fit) + len(X_valid) + len(X_test) == len(X)

# %% [markdown]
# ## Break it: learning by heart
#
# A network can learn by heart too, if it has many parameters and few examples. Take 60 examples and a network with 513
# parameters, and train it for long.
#
# **Predict:** draw two curves on paper, the loss on the 60 examples and the loss on the validation set, over 30 epochs.


# %%
def network(dropout=0.0):
    """30 inputs, 16 hidden units, one output."""
    return nn.Sequential(nn.Layer(30, 16, seed=1), nn.Dropout(dropout, seed=3), nn.Layer(16, 1, nonlin=False, seed=2))


# %%
few = {"X": X_fit[:60], "y": y_fit[:60], "validation": (X_valid, y_valid)}
common = {"loss": "binary_cross_entropy_with_logits", "batch_size": 10, "progress": False, "seed": 0}
model = network()
plain = nn.fit(model, **few, **common, optimizer=nn.Adam(model, 0.02), epochs=30)
print(f"{len(model.parameters())} parameters, best epoch {plain.best_epoch} of {len(plain)}")
assert plain.best_epoch < 15

# %%
assert plain["loss"][-1] < 0.002
assert plain["validation_loss"][-1] > 1.4 * min(plain["validation_loss"])
plain.plot()

# %% [markdown]
# The solid line goes to 0: the sixty are known by heart. The dashed line falls for a few epochs, and then it *rises*.
# From there on the network learns accidents of these sixty tumours, which are not true of others. That is
# **overfitting**.
#
# Look at the right picture as well. The accuracy on the validation set hardly changes while its loss grows by more than
# half. What gets worse is not how often the network errs, but how *sure* it is when it errs. The loss sees that,
# accuracy does not.
#
# ## Fix it. Medicine 1: stop early
#
# The best moment was at the bottom of the dashed line. `fit` with a validation set keeps the parameters of that moment.
# `early_stopping=5` also ends training when five epochs have brought nothing better, and saves your time.

# %%
stopped = network()
early = nn.fit(stopped, **few, **common, optimizer=nn.Adam(stopped, 0.02), epochs=30, early_stopping=5)
print(f"{early.stopped} after {len(early)} epochs, parameters of epoch {early.best_epoch}")
kept = nn.evaluate(stopped, X_valid, y_valid, loss=common["loss"])["loss"]
assert early.stopped == "early stopping" and len(early) == early.best_epoch + 5
assert abs(kept - min(early["validation_loss"])) < 1e-12

# %% [markdown]
# ## Medicine 2: keep the weights small
#
# To be very sure about sixty examples the network needs large weights. So charge for them: add strength · (sum of w²)
# to the loss (**L2**). Its gradient, 2 · strength · w, pulls every weight towards 0 in each step, and only weights that
# many examples ask for can hold out. `AdamW` does the pulling beside the gradient; its strength is `weight_decay`.
#
# ## Medicine 3: dropout
#
# In every step switch off each hidden unit with probability 1/2, at random. No unit can rely on another one to repair
# its mistakes, so each has to be useful by itself. What is left is multiplied by 2, so that the sum stays the same on
# average. After training, all units work. Look at one layer of it:

# %%
layer = nn.Dropout(0.5, seed=0)
ones = [1.0] * 1000
dropped = layer(ones)
print("values:", sorted(set(dropped)), " mean of 1000 while training:", sum(dropped) / 1000)
print("values in evaluation:", sorted(set(layer.eval()(ones))))
assert 0.9 < sum(dropped) / 1000 < 1.1

# %% [markdown]
# **Predict:** which medicine keeps the dashed line lowest, which the weights smallest?

# %%
decayed, dropping = network(), network(dropout=0.5)
runs = {
    "plain": (model, plain),
    "weight decay": (decayed, nn.fit(decayed, **few, **common, epochs=30,
                                     optimizer=nn.AdamW(decayed, 0.02, weight_decay=1.0))),
    "dropout": (dropping, nn.fit(dropping, **few, **common, epochs=30, optimizer=nn.Adam(dropping, 0.02))),
}  # fmt: skip

# %%
figure, axes = plt.subplots(figsize=(6, 3.5))
for (name, (_, history)), colour in zip(runs.items(), ("tab:blue", "tab:orange", "tab:green")):
    axes.plot(history["validation_loss"], "--", color=colour, label=name)
    axes.plot(history["loss"], color=colour)
axes.set(xlabel="epoch", ylabel="loss", yscale="log", title="solid: the sixty, dashed: validation")
axes.legend()
plt.show()
last = {name: history["validation_loss"][-1] for name, (_, history) in runs.items()}
assert last["weight decay"] < 0.8 * min(last["plain"], last["dropout"])

# %%
squares = {name: sum(p.data**2 for p in model.parameters()) for name, (model, _) in runs.items()}
print("sum of the squares of all weights:", {name: round(size) for name, size in squares.items()})
assert squares["weight decay"] < 0.5 * min(squares["plain"], squares["dropout"])

# %% [markdown]
# Weight decay holds the dashed line down: the network cannot become too sure. Dropout keeps it from knowing the sixty
# by heart, its solid line jumps, but here that does not help the dashed one. No medicine works in every case, and each
# has a dose. You find both on the validation set, as we just did.
#
# ## The best medicine
#
# The same network, no tricks, stopped at its best epoch, with 15, 30, ... 299 examples.

# %%
sizes, reached = (15, 30, 60, 120, 299), []
for size in sizes:
    model = network()
    history = nn.fit(
        model, X_fit[:size], y_fit[:size], validation=(X_valid, y_valid),
        optimizer=nn.Adam(model, 0.02), epochs=10, early_stopping=4, **common,
    )  # fmt: skip
    reached.append(min(history["validation_loss"]))
assert reached[-1] < 0.6 * reached[0]

# %%
figure, axes = plt.subplots(figsize=(6, 3))
axes.plot(sizes, reached, "o-")
axes.set(xscale="log", xlabel="training examples", ylabel="validation loss", title="more data")
axes.set_xticks(sizes, [str(size) for size in sizes], minor=False)
axes.minorticks_off()
plt.show()

# %% [markdown]
# More data. Nothing else comes close, where it can be had.
#
# ## Mini-batches
#
# Each step above used 10 examples, not all. The gradient of ten is a rough estimate of the gradient of all, and costs a
# fraction of it. **Predict:** for a fixed number of *epochs* (each example seen equally often), which batch size learns
# most: 5, 50 or 299?

# %%
(figure, axes), ends = plt.subplots(figsize=(6, 3)), {}
for size in (299, 50, 5):
    model = network()
    train = {**common, "batch_size": size}
    history = nn.fit(model, X_fit, y_fit, optimizer=nn.SGD(model, 0.1), epochs=8, **train)
    axes.plot(range(1, 9), history["loss"], "o-", label=f"batches of {size} (steps in an epoch: {-(-299 // size)})")
    ends[size] = round(history["loss"][-1], 2)
axes.set(xlabel="epoch", ylabel="loss")
axes.legend()
plt.show()

# %%
print("loss at the end, by the size of the batches:", ends)
assert ends[5] < ends[50] < ends[299]

# %% [markdown]
# Small batches make many rough steps, and many rough steps go further than one exact one. The price is noise near the
# end (lesson 11), and that a computer works faster on large batches (lesson 16).
#
# ## Reading curves
#
# Four patients. Solid is training, dashed is validation. What do you prescribe?


# %%
def decay(start, end, speed):
    return [end + (start - end) * 2.718 ** (-speed * epoch) for epoch in range(40)]


charts = {
    "A": (decay(1.0, 0.75, 0.1), decay(1.05, 0.8, 0.1)),
    "B": (decay(1.0, 0.1, 0.12), decay(1.05, 0.17, 0.12)),
    "C": (decay(1.0, 0.0, 0.15), [a + 0.012 * n for n, a in enumerate(decay(1.05, 0.25, 0.2))]),
    "D": ([0.7 + 0.25 * (-1) ** n for n in range(40)], [0.72 + 0.25 * (-1) ** n for n in range(40)]),
}

# %%
figure, all_axes = plt.subplots(1, 4, figsize=(11, 2.6), sharey=True, layout="constrained")
for axes, (name, (training, validation)) in zip(all_axes, charts.items()):
    axes.plot(training)
    axes.plot(validation, "--")
    axes.set(title=name, xlabel="epoch", ylim=(0, 1.1))
all_axes[0].set_ylabel("loss")
plt.show()

# %% [markdown]
# - **A** is high on both: it has learnt too little (*underfitting*). A larger network, more epochs, a higher rate.
# - **B** is what you want.
# - **C** falls on one and rises on the other: overfitting. More data, or one of the three medicines.
# - **D** jumps on both: the learning rate is too high.
#
# ## Open the drawer
#
# We chose weight decay, on the validation set. Now, once, the test:

# %%
result = nn.evaluate(decayed, X_test, y_test, loss=common["loss"])
print(f"on {len(y_test)} tumours that nobody has looked at: {result['accuracy']:.0%} right")
assert result["accuracy"] > 0.9

# %% [markdown]
# From sixty examples. Whether that is good enough for a doctor is another question: a malignant tumour that is called
# benign is a worse mistake than the other way round, and accuracy counts both alike. `nn.confusion_matrix` counts them
# apart; lesson 14 draws it.
#
# ## Exercises
#
# **12.1** Write `split(n, held_back, random)`: the positions 0 ... n-1 in two lists, (train, test), `held_back` of them
# in the second, chosen at random. `random.shuffle(a_list)` shuffles a list in place.

# %%
from chalkgrad.exercises import check, hint


def split(n, held_back, random): ...


check("12.1", split)

# %% [markdown]
# **12.2** Write `stopping(losses, patience)` for a list of validation losses, one for each epoch, the first epoch is
# number 1. It returns the pair (last epoch that is run, epoch whose parameters are kept). Training ends after the epoch
# that is the `patience`-th in a row without a new lowest loss, or with the list.


# %%
def stopping(losses, patience): ...


check("12.2", stopping)

# %% [markdown]
# **12.3** Write `dropout(xs, rate, draws, training)`. `draws` has one random number between 0 and 1 for each x; an x is
# dropped where its draw is below `rate`. What remains is scaled so that the sum stays the same on average.


# %%
def dropout(xs, rate, draws, training): ...


check("12.3", dropout)

# %% [markdown]
# **12.4** Training loss 0.02, validation loss 0.9 and rising. Which of these does *not* help? "a": more training
# examples, "b": weight decay, "c": a wider hidden layer, "d": keeping the parameters of an earlier epoch.

# %%
answer = ...
check("12.4", answer)

# %% [markdown]
# **What you know now.** Only examples that were held back tell what a model has learnt. Shuffle, split in three, watch
# the dashed line, open the drawer once. Next: [13 · Beyond first derivatives](13-beyond-first-derivatives.ipynb).
