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
# examples with their answers does as well, and you would not call it intelligent.
#
# You need the training loop (08) and optimizers (11); about 80 minutes. Afterwards you can split data honestly, read
# training curves as a doctor reads a chart, and use the three usual remedies for memorising.

# %%
import matplotlib.pyplot as plt

import nn
from autograd import Value
from nn import plotting

# %% [markdown]
# ## How to split, and how not to
#
# We want a model to be right about examples that it has *not* seen: to **generalise**. There is only one
# way to know whether it does. Keep examples back, do not train on them, and try.
#
# Take the first three quarters for training and the last quarter for the test. What could be wrong with that? Try it on
# wines, 59 of the first grower, 71 of the second, 48 of the third. **Predict** which growers the test will contain.

# %%
_, growers = nn.load_wine()
cut = len(growers) * 3 // 4
print("trained on growers", set(growers[:cut]), "- tested on growers", set(growers[cut:]))
_, _, shuffled_train, shuffled_test = nn.train_test_split(growers, growers, test_size=0.25, seed=0)
print("shuffled: trained on", set(shuffled_train), "- tested on", set(shuffled_test))

# %% [markdown]
# The file is sorted by grower, as files often are. The test would have asked about the third grower only, and the model
# has seen few of that grower's wines. So **shuffle first, then cut**. `train_test_split` does that, and `seed` makes it
# the same split every time.
#
# You need a third part. If you try twenty networks and keep the one that does best on the held-back examples, these
# examples have been used to choose, and their number is a little too good. So use one part for choosing
# (**validation**), and keep one in a drawer until the very end (**test**). Open it once.
#
# Here are 569 tumours, 30 measurements each, malignant (0) or benign (1). The test goes into the drawer now.

# %%
assert set(growers[cut:]) == {2} and set(shuffled_test) == {0, 1, 2}
X, y = nn.load_breast_cancer()
X_rest, X_test, y_rest, y_test = nn.train_test_split(X, y, test_size=142, seed=0)
X_fit, X_valid, y_fit, y_valid = nn.train_test_split(X_rest, y_rest, test_size=128, seed=1)
X_fit, X_valid, X_test = nn.standardize(X_fit, X_valid, X_test)  # by the numbers of the first
print(f"train {len(X_fit)}, validation {len(X_valid)}, test {len(X_test)}, together {len(X)}")
assert len(X_fit) + len(X_valid) + len(X_test) == len(X)

# %% [markdown]
# ## A perfect model
#
# Here is a model that needs no training at all. It writes down every example. Asked about one that it knows, it looks
# up the answer; asked about any other, it says what is most common.


# %%
class Memory:
    """Memorises the examples."""

    def __init__(self, X, y):
        self.known = {tuple(x): label for x, label in zip(X, y)}
        self.guess = round(sum(y) / len(y))

    def __call__(self, x):
        return self.known.get(tuple(x), self.guess)


# %% [markdown]
# **Predict:** how often is it right on the examples it has written down, and how often on the validation set?

# %%
memory = Memory(X_fit, y_fit)
seen = sum(memory(x) == label for x, label in zip(X_fit, y_fit)) / len(y_fit)
unseen = sum(memory(x) == label for x, label in zip(X_valid, y_valid)) / len(y_valid)
print(f"seen: {seen:.0%} right, unseen: {unseen:.0%} right; {sum(y_valid) / len(y_valid):.0%} of these are benign")

# %% [markdown]
# Perfect, and useless. On unseen tumours it is right exactly as often as "benign" is right, and that takes no model.
# Keep this **base rate** in mind whenever you read an accuracy: where 67 % are benign, 67 % correct answers mean
# nothing.
#
# ## Break it: memorising
#
# A network can memorise too, if it has many parameters and few examples. Take 60 examples and a network with 513
# parameters, and train it for long.


# %%
assert seen == 1.0 and unseen == sum(y_valid) / len(y_valid)


def network(dropout=0.0):
    """30 inputs, 16 hidden units, one output."""
    return nn.Sequential(nn.Layer(30, 16, seed=1), nn.Dropout(dropout, seed=3), nn.Layer(16, 1, nonlin=False, seed=2))


few = {"X": X_fit[:60], "y": y_fit[:60], "validation": (X_valid, y_valid)}
common = {"loss": "binary_cross_entropy_with_logits", "batch_size": 10, "progress": False, "seed": 0}

# %% [markdown]
# **Predict:** draw two curves on paper, the loss on the 60 examples and the loss on the validation set, over 30 epochs.

# %%
model = network()
plain = nn.fit(model, **few, **common, optimizer=nn.Adam(model, 0.02), epochs=30)
plain.plot()

# %% [markdown]
# The solid line goes to 0: the network has memorised the sixty. The dashed line falls for a few epochs, and then it
# *rises*. From there on the network learns accidents of these sixty tumours, which are not true of others. That is
# **overfitting**. So training that has *converged*, with a loss near 0 and hardly a gradient left, is not a sign of
# success.
#
# Look at the right picture as well. The accuracy on the validation set hardly changes while its loss grows by more than
# half. What gets worse is not how often the network errs, but how *sure* it is when it errs. The loss sees that;
# accuracy does not. A smaller loss and a higher accuracy are two different things.

# %%
print(f"{len(model.parameters())} parameters, best epoch {plain.best_epoch} of {len(plain)}")
assert plain["loss"][-1] < 0.002 and plain.best_epoch < 15
assert plain["validation_loss"][-1] > 1.4 * min(plain["validation_loss"])
assert max(plain["validation_accuracy"][10:]) - min(plain["validation_accuracy"][10:]) < 0.03

# %% [markdown]
# ## Fix it. Remedy 1: stop early
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
# ## Remedy 2: keep the weights small
#
# To be very sure about sixty examples the network needs large weights. So charge for them: add strength · (sum of w²)
# to the loss (**L2**). Its gradient, 2 · strength · w, pulls every weight towards 0 at each step, and only weights that
# many examples ask for can resist.
#
# With plain SGD you can just as well shrink every weight by a small share at each step (**weight decay**); it is the
# same thing. With Adam it is not, because Adam divides the pull together with the gradient (lesson 11). `AdamW`
# therefore shrinks the weights itself, beside the gradient. Its strength is `weight_decay`.
#
# **Predict:** a weight of 2 has a gradient of 100 from the data. One step with learning rate 0.1 follows. How much does
# L2 in the loss change that step of Adam?


# %%
def after_a_step(make, strength):
    """Where a weight of 2 is after one step; `strength` is that of L2 in the loss."""
    weight = Value(2.0)
    (100 * weight + strength * weight**2).backward()
    make([weight]).step()
    return round(weight.data, 3)


ends = {"Adam": after_a_step(lambda w: nn.Adam(w, 0.1), 0.0)}
ends["Adam, L2 in the loss"] = after_a_step(lambda w: nn.Adam(w, 0.1), 1.0)
ends["AdamW"] = after_a_step(lambda w: nn.AdamW(w, 0.1, weight_decay=1.0), 0.0)
print(ends)

# %% [markdown]
# Not at all: the step has the length 0.1 with it and without it. Weight decay takes its share of the weight in any
# case.

# %%
assert ends["Adam"] == ends["Adam, L2 in the loss"] == 1.9 and abs(ends["AdamW"] - (2 - 0.1 * 1.0 * 2 - 0.1)) < 1e-3

# %% [markdown]
# ## Remedy 3: dropout
#
# At every step, switch off each hidden unit with probability 1/2, at random. No unit can rely on another to repair its
# mistakes, so each has to be useful by itself. What remains is multiplied by 2, or in general by 1/(1 - rate), so that
# the sum stays the same on average. After training, all units work. **Predict** which values you will see in a layer of
# ones, in training and in evaluation.

# %%
layer = nn.Dropout(0.5, seed=0)
ones = [1.0] * 1000
dropped = layer(ones)
print("values:", sorted(set(dropped)), " mean of 1000 while training:", sum(dropped) / 1000)
print("values in evaluation:", sorted(set(layer.eval()(ones))))

# %% [markdown]
# `fit` and `evaluate` switch between the two modes for you. In a loop of your own, call `model.eval()` before you
# measure anything and `model.train()` before you go on, or your predictions will be random.

# %%
assert set(dropped) == {0.0, 2.0} and 0.9 < sum(dropped) / 1000 < 1.1 and set(layer(ones)) == {1.0}
decayed, dropping = network(), network(dropout=0.5)
runs = {
    "plain": (model, plain),
    "weight decay": (decayed, nn.fit(decayed, **few, **common, epochs=30,
                                     optimizer=nn.AdamW(decayed, 0.02, weight_decay=1.0))),
    "dropout": (dropping, nn.fit(dropping, **few, **common, epochs=30, optimizer=nn.Adam(dropping, 0.02))),
}  # fmt: skip

# %% [markdown]
# Here is the validation loss of the three networks. **Predict:** which remedy keeps it lowest, and which network has
# the smallest weights?

# %%
curves = {name: history["validation_loss"] for name, (_, history) in runs.items()}
plotting.plot_curves(curves, xlabel="epoch", ylabel="validation loss", title="sixty examples")

# %% [markdown]
# Weight decay holds the curve down, because the network cannot become too sure. Dropout does not help here: its loss
# ends no lower than the plain one. On the sixty themselves it does what it promises, and keeps the network from
# memorising them:

# %%
last = {name: curve[-1] for name, curve in curves.items()}
assert last["weight decay"] < 0.8 * min(last["plain"], last["dropout"])
squares = {name: sum(p.data**2 for p in model.parameters()) for name, (model, _) in runs.items()}
print("sum of the squares of all weights:", {name: round(size) for name, size in squares.items()})
assert squares["weight decay"] < 0.5 * min(squares["plain"], squares["dropout"])
curves = {name: history["loss"] for name, (_, history) in runs.items()}
plotting.plot_curves(curves, xlabel="epoch", ylabel="loss", title="on the sixty", log="y")

# %% [markdown]
# No remedy works in every case, and each has a dose. You find both on the validation set, as we just did.

# %%
assert runs["dropout"][1]["loss"][-1] > 3 * plain["loss"][-1]

# %% [markdown]
# ## The best remedy
#
# The same network, with no remedy except stopping at its best epoch, trained on 15, 30, ... 299 examples. **Predict**
# the shape of the curve.

# %%
sizes, reached = (15, 30, 60, 120, 299), []
for size in sizes:
    model = network()
    history = nn.fit(
        model, X_fit[:size], y_fit[:size], validation=(X_valid, y_valid),
        optimizer=nn.Adam(model, 0.02), epochs=10, early_stopping=4, **common,
    )  # fmt: skip
    reached.append(min(history["validation_loss"]))
labels = {"xlabel": "training examples", "ylabel": "validation loss", "title": "more data"}
plotting.plot_curves({"best epoch": reached}, x=sizes, log="x", **labels)

# %% [markdown]
# More data helps most. Where you can get more, no other remedy comes close.

# %%
assert reached[-1] < 0.6 * reached[0] and min(reached) < min(early["validation_loss"])

# %% [markdown]
# ## Mini-batches
#
# Each step above used 10 examples, not all. The gradient of ten is a rough estimate of the gradient of all, and costs a
# fraction of it. Take a fixed number of *epochs*, so that each example is seen equally often, and batches of 299, 50
# and 5.
#
# **Predict:** at the same learning rate, 0.1, which batch size learns most in eight epochs? And if each size gets the
# best of a few rates?

# %%
tries = {299: (0.1, 1.0, 6.0), 50: (0.1, 1.0, 3.0), 5: (0.1, 0.3)}
ends = {}
for size, rates in tries.items():
    for rate in rates:
        model, train = network(), {**common, "batch_size": size}
        ends[size, rate] = nn.fit(model, X_fit, y_fit, optimizer=nn.SGD(model, rate), epochs=8, **train)["loss"][-1]
for size, rates in tries.items():
    losses = ", ".join(f"{ends[size, rate]:.3f} at {rate}" for rate in rates)
    print(f"batches of {size:3}, {8 * -(-299 // size):3} steps: loss {losses}")

# %% [markdown]
# At the same rate the smallest batches win by far, but only because they make sixty times as many steps. A larger batch
# gives a less noisy gradient and so bears a higher rate, up to a limit. At its own best rate, batches of 50 do as well
# as batches of 5 in a tenth of the steps. A computer also works faster on large batches (lesson 16). As in lesson 11,
# compare settings only at the best rate of each.

# %%
assert ends[5, 0.1] < ends[50, 0.1] < ends[299, 0.1]  # at one rate
best = {size: min(ends[size, rate] for rate in rates) for size, rates in tries.items()}
assert best[50] < 1.3 * best[5] and best[299] < ends[5, 0.1] < 0.1 * ends[299, 0.1] + 0.01

# %% [markdown]
# ## Reading curves
#
# Four patients. Solid is training, dashed is validation. What do you prescribe for each?


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
    axes.plot(training, label="training")
    axes.plot(validation, "--", label="validation")
    axes.set(title=name, xlabel="epoch", ylim=(0, 1.15))
all_axes[0].set_ylabel("loss")
all_axes[1].legend()
plt.show()

# %% [markdown]
# - **A** is high on both: it has learnt too little (*underfitting*). Prescribe a larger network, more epochs, or a
#   higher rate.
# - **B** is what you want.
# - **C** falls on one and rises on the other: overfitting. Prescribe more data, or one of the three remedies.
# - **D** jumps on both: the learning rate is too high.
#
# ## Open the drawer
#
# We chose weight decay, on the validation set. Now the test, for the first and only time. **Predict:** will it be a
# little better than on the validation set, or a little worse?

# %%
result = nn.evaluate(decayed, X_test, y_test, loss=common["loss"])
print(f"{len(y_test)} tumours that played no part in any choice: {result['accuracy']:.0%} right; "
      f"always saying benign: {sum(y_test) / len(y_test):.0%}")  # fmt: skip
print(f"validation: {nn.evaluate(decayed, X_valid, y_valid)['accuracy']:.0%}")

# %% [markdown]
# A little worse, as usual: the validation set took part in the choice, so its own number is a little too good. Still,
# it learnt this from sixty examples. Had the result been a disappointment, you would have to report it all the same: if
# you now go back and change something, the test has become a second validation set.
#
# Whether such a result is good enough for a doctor is another question. A malignant tumour that is called benign is a
# worse mistake than the other way round, and accuracy counts both alike. `nn.confusion_matrix` counts them apart;
# lesson 14 draws it.

# %%
assert 0.9 < result["accuracy"] < nn.evaluate(decayed, X_valid, y_valid)["accuracy"]

# %% [markdown]
# ## Exercises
#
# **12.1** Write `split(n, held_back, random)`: the positions 0 ... n-1 in two lists, (train, test), `held_back` of them
# in the second, chosen at random. `random.shuffle(a_list)` shuffles a list in place.

# %%
from chalkgrad.exercises import check, hint


def split(n, held_back, random): ...


check("12.1", split)

# %% [markdown]
# **12.2** Write `stopping(losses, patience)` for a list of validation losses, one for each epoch, where the first epoch
# is number 1. It returns the pair (last epoch that is run, epoch whose parameters are kept). Training ends after the
# epoch that is the `patience`-th in a row without a new lowest loss, or with the list.


# %%
def stopping(losses, patience): ...


check("12.2", stopping)

# %% [markdown]
# **12.3** Write `dropout(xs, rate, draws, training)`. `draws` has one random number between 0 and 1 for each x; an x is
# dropped where its draw is below `rate`. In training, what remains is scaled so that the sum stays the same on average.


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
# **12.5** You train ten networks of different widths, evaluate each on the test set, keep the best, and report its test
# accuracy. That number is "a": honest, since no network was trained on the test set; "b": too good, since the test set
# did the choosing; "c": too low, since only the best width was used.

# %%
answer = ...
check("12.5", answer)

# %% [markdown]
# **12.6** In a hospital's data, 970 of 1,000 tumours are benign. Which accuracy must a model exceed before it has shown
# that it has learnt anything at all? A number between 0 and 1.

# %%
accuracy_to_beat = ...
check("12.6", accuracy_to_beat)

# %% [markdown]
# **12.7** Four tumours with the targets 1, 1, 0, 0. Model A gives the probabilities 0.51, 0.51, 0.49, 0.49 for a 1: all
# four right, with a mean cross-entropy of 0.67. Give four probabilities of a model B that has a *smaller* loss and is
# *less often* right.

# %%
model_b = ...
check("12.7", model_b)

# %% [markdown]
# **12.8** You call a trained model with dropout three times on the same sample, and get three different answers. What
# is wrong? "a": the model has not converged, "b": it is still in training mode, and `model.eval()` is missing, "c":
# nothing, dropout is always random.

# %%
answer = ...
check("12.8", answer)

# %% [markdown]
# **What you know now.** Only examples that were held back show what a model has learnt. Shuffle, split in three, watch
# the dashed line, open the drawer once. Next: [13 · Beyond first derivatives](13-beyond-first-derivatives.ipynb).
