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
# You need losses (07), the training loop (08) and generalising (12); about 80 minutes. Afterwards you can train a
# classifier from pixels, draw what its weights look for, study its mistakes, and take gradients with respect to the
# *image*.

# %%
import random

import matplotlib.pyplot as plt

import nn
from autograd import Value, dot, softmax
from nn import plotting

# %% [markdown]
# ## Look at the data first
#
# 1,797 handwritten digits, 8 by 8 pixels each, from 0 (paper) to 16 (ink). We divide by 16, so that inputs are between
# 0 and 1. A quarter goes into the drawer, for the test at the very end (lesson 12). Of the rest, 700 are for training,
# so that it takes seconds, and all others for validation: on these we compare models and look at mistakes.

# %%
X, y = nn.load_digits()
X = [[pixel / 16 for pixel in image] for image in X]
X_rest, X_test, y_rest, y_test = nn.train_test_split(X, y, test_size=449, seed=0)
X_train, X_valid, y_train, y_valid = X_rest[:700], X_rest[700:], y_rest[:700], y_rest[700:]
print(f"{len(X_train)} to train on, {len(X_valid)} for validation, {len(X_test)} for the test")
assert all(0 <= pixel <= 1 for image in X for pixel in image) and {len(image) for image in X} == {64}

# %% [markdown]
# An image is a list of 64 numbers, row after row. `plot_images` cuts each list into eight rows of eight. It will also
# draw weights and gradients, because these are 64 numbers as well.
#
# Before any model, always look at what it will be given. Here are the first 24 of them, with what they are meant to be.
# **Predict** for yourself which ones a machine will find hard.

# %%
plotting.plot_images(X_train[:24], y_train[:24], columns=12)

# %% [markdown]
# Some of them are hard even for you, at 8 by 8. Keep that in mind when we judge the machine.
#
# ## The simplest classifier
#
# Ten neurons without activation, one for each digit. Each multiplies the 64 pixels by its 64 weights and adds up to a
# score. The highest score wins. The loss is cross-entropy (lesson 07).
#
# **Predict:** how many parameters does it have? And how often will it be right on digits that it has never seen: 50 %,
# 75 %, 90 %?

# %%
linear = nn.MLP(64, [10], seed=1)
train = {"loss": "cross_entropy", "batch_size": 20, "progress": False, "seed": 0}
nn.fit(linear, X_train, y_train, optimizer=nn.Adam(linear, 0.01), epochs=8, **train)
accuracy = nn.evaluate(linear, X_valid, y_valid)["accuracy"]
print(f"{len(linear.parameters())} parameters, {accuracy:.0%} right on the validation set")

# %% [markdown]
# More than nine out of ten, without a hidden layer. What do the weights look like? Each of the ten neurons has one
# weight for each pixel, so its weights can be drawn as an image. Red: ink here speaks *for* this digit. Blue: ink here
# speaks *against* it. White: it makes no difference.

# %%
assert len(linear.parameters()) == 64 * 10 + 10 and accuracy > 0.9
weights = [[w.data for w in neuron.weights] for neuron in linear.layers[0].neurons]
plotting.plot_images(weights, [f"for a {digit}" for digit in range(10)], columns=5, limit=1.2)

# %% [markdown]
# They are *templates*. Look at the 0: it is blue in the middle, since a zero has a hole. The score is a dot product,
# large where image and template agree. That is all that a linear classifier can do: one template for each digit,
# although there are two ways to write a seven.
#
# ## A hidden layer
#
# Put twenty tanh units between pixels and scores. A digit no longer has a single template; its score is a
# combination of twenty numbers, each of which depends on all pixels. **Predict:** is that better than the templates,
# and by how much?

# %%
model = nn.MLP(64, [20, 10], activation="tanh", seed=1)
history = nn.fit(
    model, X_train, y_train, optimizer=nn.Adam(model, 0.01), epochs=9, validation=(X_valid, y_valid), **train
)  # fmt: skip
result = nn.evaluate(model, X_valid, y_valid)["accuracy"]
print(f"{len(model.parameters())} parameters, {result:.1%} right on the validation set; templates {accuracy:.1%}")
history.plot()

# %% [markdown]
# Better, but not by much: about a quarter of the mistakes are gone. The hidden units have 64 weights each, too. Compare
# them with the templates above. There, each picture belonged to a digit; here, to a unit that has no name.

# %%
assert accuracy + 0.01 < result < accuracy + 0.04
weights = [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons]
plotting.plot_images(weights, [f"unit {unit}" for unit in range(20)], limit=0.8)

# %% [markdown]
# There are no digits, and no strokes or bends either, although that is often said of hidden units. Gradient descent
# started from noise and changed it as far as it was useful. Do not read too much into a single unit; they work
# together.
#
# ## Look at the mistakes
#
# One number, the accuracy, hides which digit is taken for which. The **confusion matrix** does not: it has a row for
# each true digit and a column for each answer. What is right is on the diagonal.
#
# **Predict:** which pairs of digits will be confused most?

# %%
matrix = nn.confusion_matrix(model, X_valid, y_valid)
for row in matrix:
    print(" ".join(f"{count:3}" if count else "  ." for count in row))

# %% [markdown]
# In the picture the diagonal is left out, so that only the mistakes show. The darker a field, the more often
# it happened.

# %%
right = sum(matrix[digit][digit] for digit in range(10))
assert sum(map(sum, matrix)) == len(X_valid) and right / len(X_valid) == result
mistakes_only = [[0 if i == j else matrix[i][j] for j in range(10)] for i in range(10)]
plotting.plot_tables(
    {"mistakes": mistakes_only}, labels={"mistakes": list(range(10))},
    xlabel="the model says", ylabel="it is", numbers=True,
)  # fmt: skip

# %% [markdown]
# Numbers say how many, not why. So here are the images themselves, the first sixteen of those that it got wrong, with
# the truth and the answer.

# %%
answers = nn.predict_classes(model, X_valid)
mistakes = [n for n, (answer, digit) in enumerate(zip(answers, y_valid)) if answer != digit]
assert len(mistakes) == len(X_valid) - right
titles = [f"{y_valid[n]}, says {answers[n]}" for n in mistakes[:16]]
plotting.plot_images([X_valid[n] for n in mistakes[:16]], titles, columns=8)

# %% [markdown]
# Always look at them. You will find three kinds: images that you would get wrong too, images on which you can see what
# misled the model, and, sometimes, wrong labels.
#
# ## How sure is it?
#
# `softmax` turns the ten scores into probabilities. **Predict:** where the model is wrong, is it less sure?

# %%
sure = [max(softmax(scores)) for scores in nn.predict(model, X_valid)]
when_right = [p for n, p in enumerate(sure) if n not in mistakes]
when_wrong = [sure[n] for n in mistakes]
figure, axes = plt.subplots(figsize=(6, 2.8), layout="constrained")
axes.hist([when_right, when_wrong], bins=10, range=(0, 1), log=True, label=["right", "wrong"])
axes.set(xlabel="probability of its answer", ylabel="number of images (logarithmic)")
axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# It is: most right answers have a probability above 0.9, and the wrong ones are spread out. So a program that
# uses this model could say "please look at it yourself" below 0.8, and be wrong much less often about the rest.

# %%
kept = [n for n, p in enumerate(sure) if p >= 0.8]
wrong_among_kept = sum(n in mistakes for n in kept) / len(kept)
print(f"it answers {len(kept) / len(sure):.0%} of the images by itself; {wrong_among_kept:.1%} of these are wrong, "
      f"instead of {1 - result:.1%}")  # fmt: skip
assert wrong_among_kept < (1 - result) / 2 and len(kept) > 0.8 * len(sure)
assert sum(p > 0.9 for p in when_right) > len(when_right) / 2
assert sum(when_right) / len(when_right) > sum(when_wrong) / len(when_wrong) + 0.15

# %% [markdown]
# ## What did it look at?
#
# So far the pixels were plain numbers and the weights were Values. Nothing forces that. Make the *pixels* Values, run
# the model, and call `backward()` on a score. Each pixel gets a gradient: the change of the score for a little more ink
# *there*. Drawn as an image this is called a **saliency map**.


# %%
def saliency(model, image, digit):
    """For each pixel: how much the score for `digit` changes with its ink."""
    pixels = [Value(pixel) for pixel in image]
    model(pixels)[digit].backward()
    return [pixel.grad for pixel in pixels]


# %% [markdown]
# Nothing is trained here. The weights stay as they are, and only the image is asked. We take a seven of the validation
# set that the model gets right, and ask about three digits: the seven itself, a one, and a three.

# %%
n = [n for n, digit in enumerate(y_valid) if digit == 7 and answers[n] == 7][1]
seven = X_valid[n]
maps = [saliency(model, seven, digit) for digit in (7, 1, 3)]
titles = ["the seven", *(f"for a {digit}?" for digit in (7, 1, 3))]
plotting.plot_images([seven, *maps], titles, columns=4, limit=1.5)

# %% [markdown]
# Red pixels raise the score of that digit, blue ones lower it. (The seven itself is in the same colours: its ink is
# positive.) Believe it only after a nudge: put a little ink on one pixel, and compare.

# %%
slopes = saliency(model, seven, 7)
place = slopes.index(max(slopes))
nudged = list(seven)
nudged[place] += 0.001
before, after = (nn.predict(model, [image])[0][7] for image in (seven, nudged))
print(f"pixel {place}: gradient {slopes[place]:.3f}, nudge {(after - before) / 0.001:.3f}")
assert abs(slopes[place] - (after - before) / 0.001) < 0.01

# %% [markdown]
# ## Break it: fool it
#
# If we know for each pixel which way to change it so that another digit's score rises, we can change *all* of them,
# each only a little, in that direction.


# %%
def fooled(image, digit, amount):
    """The image, each pixel moved by `amount` in the direction that lowers the loss for the wrong digit."""
    pixels = [Value(pixel) for pixel in image]
    nn.cross_entropy(model(pixels), digit).backward()
    return [min(1.0, max(0.0, p.data - amount * (1 if p.grad > 0 else -1))) for p in pixels]


def answer(image):
    return nn.predict_classes(model, [image])[0]


# %% [markdown]
# The signs of 64 gradients, and nothing else, decide where ink is added and where it is taken away.
#
# **Predict:** by how much must the pixels of this seven change before the model calls it a three: by 0.5, by 0.2, by
# 0.05? (1 is the whole range from paper to ink.)

# %%
amounts = (0.0, 0.05, 0.1, 0.15, 0.2)
images = [fooled(seven, 3, amount) for amount in amounts]
plotting.plot_images(images, [f"{amount}: says {answer(image)}" for amount, image in zip(amounts, images)])

# %% [markdown]
# You still see a seven. The machine does not. Such an image is called an **adversarial example**. **Predict** what the
# same amount of change does in *random* directions.

# %%
source, survived = random.Random(0), 0
for _ in range(100):
    noisy = [min(1.0, max(0.0, pixel + source.choice((-0.2, 0.2)))) for pixel in seven]
    survived += answer(noisy) == 7
print(f"moved by 0.2 in random directions: still a seven {survived} times out of 100")

# %% [markdown]
# Sixty-four small changes add up if all of them point the right way, and cancel if they do not. That is the power of a
# gradient, in the wrong hands. A model with a million pixels is usually easier to fool, not harder, because there are
# more small changes to add up.

# %%
assert answer(seven) == 7 and answer(fooled(seven, 3, 0.2)) == 3 and survived > 80

# %% [markdown]
# ## Break it again: it does not know what a neighbour is
#
# Choose one order of the 64 pixels at random, and shuffle *every* image in that same order. To you the images are now
# noise. **Predict:** how much worse will a new model do on them?

# %%
order = random.Random(0).sample(range(64), 64)


def shuffled(images):
    return [[image[place] for place in order] for image in images]


blind, rows = nn.MLP(64, [20, 10], activation="tanh", seed=1), shuffled(X_train)
nn.fit(blind, rows, y_train, optimizer=nn.Adam(blind, 0.01), epochs=9, **train)
print(f"shuffled: {nn.evaluate(blind, shuffled(X_valid), y_valid)['accuracy']:.1%}, in order: {result:.1%}")
plotting.plot_images(rows[:12], y_train[:12], columns=12)

# %% [markdown]
# Practically no worse. To an MLP an image is a list without any order. It does not know which pixels are neighbours,
# and it learns each place separately. The price shows when the digits move. **Predict:** shift each image of the
# validation set one pixel to the right. How many will the model still read correctly?

# %%
shifted = [[0.0 if place % 8 == 0 else image[place - 1] for place in range(64)] for image in X_valid]
moved = nn.evaluate(model, shifted, y_valid)["accuracy"]
print(f"shifted by one pixel: {moved:.0%} right")

# %% [markdown]
# Not even half. You read a shifted seven without noticing, because you look for the same strokes everywhere. A network
# can do the same if it uses **the same weights at every place**: nine weights for a window of 3 by 3 pixels, which
# slides over the image. This is called a *convolution*, and the nine weights a *filter*. Written out, it is a `dot` for
# each window. This filter answers where there is ink on the right and none on the left:

# %%
assert nn.evaluate(blind, shuffled(X_valid), y_valid)["accuracy"] > result - 0.02 and moved < 0.5
edge = [-1.0, 0.0, 1.0] * 3


def slide(image, weights):
    """The dot product of the weights with each of the 6 x 6 windows of 3 x 3 pixels."""
    windows = [[image[8 * (i + a) + j + b] for a in range(3) for b in range(3)] for i in range(6) for j in range(6)]
    return [dot(window, weights) for window in windows]


plotting.plot_images([slide(seven, edge), slide(shifted[n], edge)], ["the seven", "shifted"], limit=3.0)

# %% [markdown]
# The response moves along with the digit, and is otherwise the same: 36 answers from nine weights. In training, each of
# the nine Values is used 36 times, so its gradient is the *sum* of 36 contributions. The engine does that without being
# told (lesson 03). Networks for photographs consist of many layers of such filters, whose weights are learnt.
#
# ## Open the drawer
#
# We compared models on the validation set and chose the one with a hidden layer. Now the test, once:

# %%
here, there = slide(seven, edge), slide(shifted[n], edge)
assert all(here[6 * i + j] == there[6 * i + j + 1] for i in range(6) for j in range(5))
final = nn.evaluate(model, X_test, y_test)["accuracy"]
print(f"{final:.0%} of {len(X_test)} digits that played no part in any choice")
assert final > 0.93

# %% [markdown]
# ## Exercises
#
# **14.1** How many parameters does `MLP(64, [32, 10])` have?

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
# list of scores for each image. The model is as sure as the probability (softmax) of the digit that it says. `softmax`
# is in `autograd`.


# %%
def surest_mistakes(scores, truths): ...


check("14.4", surest_mistakes)

# %% [markdown]
# **14.5** A filter slides over an 8 by 8 image and uses the same Value `w` at 36 places. After `backward()`, each use
# has contributed a gradient of 0.5. What is `w.grad`?

# %%
gradient = ...
check("14.5", gradient)

# %% [markdown]
# **What you know now.** Weights can be drawn, mistakes looked at, and gradients taken with respect to whatever you make
# a Value: the parameters to learn, the pixels to ask why. Next: [15 · Language: names](15-language-names.ipynb).
