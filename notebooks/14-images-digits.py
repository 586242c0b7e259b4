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
# # 14 · Images: digits
#
# **To a computer, an image is a list of numbers. How does a list of 64 numbers become "a seven"?** And once the machine
# says seven: what did it look at? And how easily is it fooled?
#
# You need losses (07), the training loop (08) and generalising (12); about 75 minutes. Afterwards you can train a
# classifier from pixels, draw what its weights look for, look its mistakes in the eye, and take gradients with respect
# to the *image*.

# %%
import matplotlib.pyplot as plt

import nn
from autograd import Value

# %% [markdown]
# ## Look at the data first
#
# 1,797 handwritten digits, 8 by 8 pixels each, from 0 (paper) to 16 (ink). We divide by 16, so that inputs are between
# 0 and 1, keep a quarter for the test and some for validation, and train on 700 of the others, so that it takes
# seconds.

# %%
X, y = nn.load_digits()
X = [[pixel / 16 for pixel in image] for image in X]
X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.25, seed=0)
X_train, X_valid, y_train, y_valid = X_train[:700], X_train[700:850], y_train[:700], y_train[700:850]
print(f"{len(X_train)} to train on, {len(X_test)} to test on, {len(X_train[0])} pixels each")
assert all(0 <= pixel <= 1 for image in X for pixel in image)


# %% [markdown]
# An image is a list of 64 numbers, row after row. To look at it, we cut the list into eight rows of eight. The same
# function will draw weights and gradients, because these are 64 numbers as well.


# %%
def show(axes, pixels, title="", **look):
    """Draw a list of 64 numbers as an image."""
    axes.imshow([pixels[row * 8 : row * 8 + 8] for row in range(8)], **{"cmap": "gray_r", **look})
    axes.set_title(title, fontsize=9)
    axes.axis("off")


# %% [markdown]
# Before any model: always look at what it will be given. Here are the first 24 of them, with what they are meant to be.
# **Predict** for yourself which ones a machine will find hard.

# %%
figure, all_axes = plt.subplots(2, 12, figsize=(10, 2), layout="constrained")
for axes, image, digit in zip(all_axes.flat, X_train, y_train):
    show(axes, image, digit)
plt.show()

# %% [markdown]
# Some of them are hard even for you, at 8 by 8. Keep that in mind when we judge the machine.
#
# ## The simplest classifier
#
# Ten neurons without activation, one for each digit. Each multiplies the 64 pixels by its 64 weights and adds up: a
# score. The highest score wins. The loss is cross-entropy (lesson 07).
#
# **Predict:** how many parameters does it have? And how often will it be right on digits that it has never seen: 50 %,
# 75 %, 90 %?

# %%
linear = nn.MLP(64, [10], seed=1)
train = {"loss": "cross_entropy", "batch_size": 20, "progress": False, "seed": 0}
nn.fit(linear, X_train, y_train, optimizer=nn.Adam(linear, 0.01), epochs=8, **train)
accuracy = nn.evaluate(linear, X_test, y_test)["accuracy"]
print(f"{len(linear.parameters())} parameters, {accuracy:.0%} right on the test")
assert len(linear.parameters()) == 64 * 10 + 10 and accuracy > 0.88

# %% [markdown]
# More than nine of ten, without a hidden layer. What do the weights look like? Each of the ten neurons has one weight
# for each pixel, so its weights can be drawn as an image. Red: ink here speaks *for* this digit. Blue: ink here speaks
# *against* it.

# %%
figure, all_axes = plt.subplots(2, 5, figsize=(8, 3.4), layout="constrained")
for digit, (axes, neuron) in enumerate(zip(all_axes.flat, linear.layers[0].neurons)):
    show(axes, [w.data for w in neuron.weights], f"for a {digit}", cmap="coolwarm", vmin=-1.2, vmax=1.2)
plt.show()

# %% [markdown]
# They are *templates*. Look at the 0: blue in the middle, for a zero has a hole. The score is a dot product: large
# where image and template agree. That is all that a linear classifier can do, one template for each digit, and yet
# there are two ways to write a seven.
#
# ## A hidden layer
#
# Twenty tanh units between pixels and scores. Each can look for a *part*, a stroke or a bend, and the ten outputs
# combine them.

# %%
model = nn.MLP(64, [20, 10], activation="tanh", seed=1)
history = nn.fit(
    model, X_train, y_train, optimizer=nn.Adam(model, 0.01), epochs=9, validation=(X_valid, y_valid), **train
)  # fmt: skip
result = nn.evaluate(model, X_test, y_test)["accuracy"]
print(f"{len(model.parameters())} parameters, {result:.0%} right on the test")
assert result > accuracy
history.plot()

# %% [markdown]
# Its hidden units have 64 weights each, too. What do they look for? Compare with the templates above: there each
# picture belonged to a digit, here to a unit that has no name.

# %%
figure, all_axes = plt.subplots(2, 10, figsize=(10, 2.2), layout="constrained")
for unit, (axes, neuron) in enumerate(zip(all_axes.flat, model.layers[0].neurons)):
    show(axes, [w.data for w in neuron.weights], f"unit {unit}", cmap="coolwarm", vmin=-0.8, vmax=0.8)
plt.show()

# %% [markdown]
# No digits any more. Nobody told the units what to look for; this is what gradient descent came up with, from noise. Do
# not read too much into single ones. They work together.
#
# ## Look at the mistakes
#
# One number, the accuracy, hides who is taken for whom. The **confusion matrix** does not: a row for each true digit, a
# column for each answer. What is right stands on the diagonal.
#
# **Predict:** which pairs of digits will be confused most?

# %%
matrix = nn.confusion_matrix(model, X_test, y_test)
for row in matrix:
    print(" ".join(f"{count:3}" if count else "  ." for count in row))
right = sum(matrix[digit][digit] for digit in range(10))
assert sum(map(sum, matrix)) == len(X_test) and right / len(X_test) == result

# %% [markdown]
# The same as a picture, in which the diagonal is left pale, so that the mistakes stand out. The redder a field, the
# more often it happened.

# %%
figure, axes = plt.subplots(figsize=(4.5, 4.2))
axes.imshow([[0 if i == j else matrix[i][j] for j in range(10)] for i in range(10)], cmap="Reds", vmax=6)
for i in range(10):
    for j in range(10):
        axes.text(j, i, matrix[i][j] or "", ha="center", va="center", color="gray" if i == j else "black")
axes.set(xlabel="the model says", ylabel="it is", xticks=range(10), yticks=range(10))
plt.show()

# %% [markdown]
# Numbers say how many, not why. So here are the images themselves, the first sixteen of those that it got wrong, with
# the truth and the answer.

# %%
answers = [scores.index(max(scores)) for scores in nn.predict(model, X_test)]
mistakes = [n for n, (answer, digit) in enumerate(zip(answers, y_test)) if answer != digit]
figure, all_axes = plt.subplots(2, 8, figsize=(10, 2.9), layout="constrained")
for axes, n in zip(all_axes.flat, mistakes):
    show(axes, X_test[n], f"a {y_test[n]}, says {answers[n]}")
plt.show()
assert len(mistakes) == len(X_test) - right

# %% [markdown]
# Always look at them. You will find three kinds: images that you would get wrong too, images on which you can see what
# misled the model, and, sometimes, wrong labels.
#
# ## How sure is it?
#
# `softmax` turns the ten scores into probabilities. Where the model is right, is it surer than where it is wrong?

# %%
from autograd import softmax

sure = [max(softmax(scores)) for scores in nn.predict(model, X_test)]
when_right = [p for n, p in enumerate(sure) if n not in mistakes]
when_wrong = [sure[n] for n in mistakes]
assert sum(when_right) / len(when_right) > sum(when_wrong) / len(when_wrong) + 0.15

# %% [markdown]
# The averages differ. The picture shows more than averages do: how the probabilities are spread, for right answers and
# for wrong ones.

# %%
figure, axes = plt.subplots(figsize=(6, 2.8))
axes.hist([when_right, when_wrong], bins=10, range=(0, 1), density=True, label=["right", "wrong"])
axes.set(xlabel="probability of its answer", ylabel="density")
axes.legend()
plt.show()

# %% [markdown]
# It is. So a program that uses this model could say "please look at it yourself" below 0.8, say, and be wrong much less
# often.
#
# ## What did it look at?
#
# So far the pixels were plain numbers and the weights were Values. Nothing forces that. Make the *pixels* Values, run
# the model, and call `backward()` on a score: each pixel gets a gradient, the change of the score for a little more ink
# *there*. Drawn as an image this is called a **saliency map**.


# %%
def saliency(model, image, digit):
    """For each pixel: how much the score for `digit` changes with its ink."""
    pixels = [Value(pixel) for pixel in image]
    model(pixels)[digit].backward()
    return [pixel.grad for pixel in pixels]


# %% [markdown]
# Nothing is trained here: the weights stay as they are, and only the image is asked. We take the first seven of the
# test that it gets right, and ask for three digits: for the seven itself, for a one, and for a three.

# %%
n = next(n for n, digit in enumerate(y_test) if digit == 7 and answers[n] == 7)
figure, all_axes = plt.subplots(1, 4, figsize=(8, 2.2), layout="constrained")
show(all_axes[0], X_test[n], "a seven")
for axes, digit in zip(all_axes[1:], (7, 1, 3)):
    show(axes, saliency(model, X_test[n], digit), f"more ink for a {digit}?", cmap="coolwarm", vmin=-1.5, vmax=1.5)
plt.show()

# %% [markdown]
# Red pixels raise the score of that digit, blue ones lower it. Believe it only after a nudge: put a little ink on one
# pixel, and compare.

# %%
slopes = saliency(model, X_test[n], 7)
place = slopes.index(max(slopes))
nudged = list(X_test[n])
nudged[place] += 0.001
before, after = (nn.predict(model, [image])[0][7] for image in (X_test[n], nudged))
print(f"pixel {place}: gradient {slopes[place]:.3f}, nudge {(after - before) / 0.001:.3f}")
assert abs(slopes[place] - (after - before) / 0.001) < 0.01

# %% [markdown]
# ## Break it
#
# If we know for each pixel which way to change it so that another digit's score rises, we can change *all* of them,
# each only a little, in that direction.
#
# **Predict:** by how much must the pixels of this seven change before the model calls it a three: by 0.5, by 0.2, by
# 0.05?


# %%
def fooled(image, digit, amount):
    """The image, each pixel moved by `amount` in the direction that lowers the loss for the wrong digit."""
    pixels = [Value(pixel) for pixel in image]
    nn.cross_entropy(model(pixels), digit).backward()
    return [min(1.0, max(0.0, p.data - amount * (1 if p.grad > 0 else -1))) for p in pixels]


def answer(image):
    scores = nn.predict(model, [image])[0]
    return scores.index(max(scores))


# %% [markdown]
# The signs of 64 gradients, and nothing else, say where ink is added and where it is taken away. Five amounts, from
# nothing to a fifth of the whole range from paper to ink. The title of each image has what the model says.

# %%
figure, all_axes = plt.subplots(1, 5, figsize=(9, 2.2), layout="constrained")
for axes, amount in zip(all_axes, (0.0, 0.05, 0.1, 0.15, 0.2)):
    image = fooled(X_test[n], 3, amount)
    show(axes, image, f"moved by {amount}: says {answer(image)}", vmin=0, vmax=1)
plt.show()
assert answer(fooled(X_test[n], 3, 0.0)) == 7 and answer(fooled(X_test[n], 3, 0.2)) == 3

# %% [markdown]
# You still see a seven. The machine does not. Such an image is called an **adversarial example**. Compare with the same
# amount of change in *random* directions, which does next to nothing:

# %%
import random

source, kept = random.Random(0), 0
for _ in range(100):
    noisy = [min(1.0, max(0.0, pixel + source.choice((-0.2, 0.2)))) for pixel in X_test[n]]
    kept += answer(noisy) == 7
print(f"moved by 0.2 in random directions: still a seven {kept} times out of 100")
assert kept > 80

# %% [markdown]
# Sixty-four small changes add up if all of them point the right way, and cancel if they do not. That is the power of a
# gradient, in the wrong hands. A model with a million pixels is easier to fool, not harder: more small changes to add
# up.
#
# ## Exercises
#
# **14.1** How many parameters has `MLP(64, [32, 10])`?

# %%
from chalkgrad.exercises import check, hint

parameters = ...
check("14.1", parameters)

# %% [markdown]
# **14.2** Write `confusion(truths, answers, classes)`: the confusion matrix as a list of rows. Row i, column j: how
# often an i was called a j.


# %%
def confusion(truths, answers, classes): ...


check("14.2", confusion)

# %% [markdown]
# **14.3** *Why a seven, and not a one?* Write `influence(model, image, digit, rival)`: for each pixel, how much the
# lead of `digit` over `rival`, the difference of their scores, changes with its ink. `image` is a list of plain
# numbers; `model(inputs)` takes numbers or Values, and gives a list of scores.


# %%
def influence(model, image, digit, rival): ...


check("14.3", influence)

# %% [markdown]
# **14.4** Write `surest_mistakes(scores, truths)`: the positions of the wrong answers, the surest first. `scores` has a
# list of scores for each image. How sure the model is, is the probability (softmax) of the digit that it says.
# `softmax` is in `autograd`.


# %%
def surest_mistakes(scores, truths): ...


check("14.4", surest_mistakes)

# %% [markdown]
# **What you know now.** Weights can be drawn, mistakes looked at, and gradients taken with respect to whatever you make
# a Value: the parameters to learn, the pixels to ask why. Next: [15 · Language: names](15-language-names.ipynb).
