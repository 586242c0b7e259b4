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
# # 17 · Sharing: convolution
#
# **An edge looks the same in every corner of an image. Why should a network learn it again at each place?** Lesson 14
# ended with a window that slides over a digit. In this lesson you build layers of such windows, train them, and find
# out what they cost, what they gain, and what they cannot do.
#
# You need digits (14), compiled training (16) and, from lesson 03, that gradients accumulate; about 80 minutes.
# Afterwards you can compute the size of a map and the number of its parameters, say where the gradient of a shared
# weight comes from, and choose between a perceptron and a convolution.

# %%
import random

import nn
from autograd import Value, draw, mean
from nn import plotting

# %% [markdown]
# ## A filter made by hand
#
# The digits again. This time an image is not one list of 64 numbers but what it looks like: a list of 8 rows, with 8
# pixels each. Around it is one more list, of *channels*: a grey image has one, a colour photograph three.

# %%
X, y = nn.load_digits()
X = [[[[pixel / 16 for pixel in image[8 * row : 8 * row + 8]] for row in range(8)]] for image in X]
X_rest, X_test, y_rest, y_test = nn.train_test_split(X, y, test_size=0.25, seed=0)
X_train, X_valid, y_train, y_valid = X_rest[:700], X_rest[700:], y_rest[:700], y_rest[700:]
print(f"{len(X_train)} to train on; {len(X[0])} channel, {len(X[0][0])} rows, {len(X[0][0][0])} columns")

# %% [markdown]
# `nn.Conv2d(1, 2, 3)` has 1 channel as input, 2 filters, and windows of 3 by 3 pixels. It is a layer of two neurons
# with nine inputs, which is applied at every place where the window fits. We choose the weights ourselves. The first
# filter subtracts the left column of its window from the right one, the second the upper row from the lower one.

# %%
RIGHT, BELOW = [-1.0, 0.0, 1.0] * 3, [-1.0] * 3 + [0.0] * 3 + [1.0] * 3
edges = nn.Conv2d(1, 2, 3)
for neuron, weights in zip(edges.filters.neurons, (RIGHT, BELOW)):
    neuron.bias.data = 0.0
    for weight, number in zip(neuron.weights, weights):
        weight.data = number

# %% [markdown]
# Here is a seven. **Predict:** where will the first filter answer with a large positive number, where with a negative
# one? And the second? How many rows and columns do their answers have?

# %%
seven = next(image for image, digit in zip(X_valid, y_valid) if digit == 7)


def flat(rows):
    """The rows of a map, one after the other, as plain numbers."""
    return [number.data if isinstance(number, Value) else number for row in rows for number in row]


maps = edges(seven)
plotting.plot_images([flat(rows) for rows in maps], ["right of it", "below it"], limit=3.0)

# %% [markdown]
# Red is where ink begins, seen from the left (or from above), blue where it ends. A window of 3 fits at 8 - 3 + 1 = 6
# places in each direction, so each *map* has 6 rows of 6 numbers. In general, with $n$ pixels, a window of $k$, $p$
# zeros of padding on each side, and a *stride* of $s$ pixels from one place to the next, there are
#
# $$\left\lfloor\frac{n + 2p - k}{s}\right\rfloor + 1$$
#
# places. With one pixel of padding the map is as large as the image; with a stride of 2 it is half as large.

# %%
assert (len(maps), len(maps[0]), len(maps[0][0])) == (2, 6, 6)
for padding, stride in ((0, 1), (1, 1), (1, 2)):
    rows = nn.Conv2d(1, 1, 3, stride, padding)(seven)[0]
    assert len(rows) == (8 + 2 * padding - 3) // stride + 1
    print(f"padding {padding}, stride {stride}: {len(rows)} x {len(rows[0])}")

# %% [markdown]
# ## What sharing saves
#
# A perceptron's layer could compute the same 72 numbers from the 64 pixels. It has one weight for each pair.
# **Predict:** how many parameters does it need, and how many does the convolution have?

# %%
dense, shared = nn.Layer(64, 72), edges
print(f"a layer 64 to 72: {len(dense.parameters()):,} parameters; two filters: {len(shared.parameters())}")

# %% [markdown]
# 4,680 against 20. The convolution is that layer with two promises built in: a neuron looks only at a *neighbourhood*
# (most weights are 0), and neurons at different places have *the same weights*. If the promises are true of your data,
# you have saved nearly all parameters. If they are false, no training can repair it.

# %%
assert len(dense.parameters()) == 64 * 72 + 72 and len(shared.parameters()) == 2 * (9 + 1)

# %% [markdown]
# ## Where the gradient of a shared weight comes from
#
# A small case, to see it all. A signal of four numbers, one filter of two weights, and as the loss the sum of the
# answers. **Predict:** at how many places is the first weight used? How many arrows leave it in the graph? And what is
# its gradient?

# %%
small = nn.Conv1d(1, 1, 2, seed=0)
a, b = small.filters.neurons[0].weights
a.label, b.label = "a", "b"
answer = small([[1.0, 2.0, 3.0, 4.0]])[0]
total = answer[0] + answer[1] + answer[2]
total.backward()
draw(total)

# %% [markdown]
# Three places, three arrows. At the first the weight `a` meets a 1, at the second a 2, at the third a 3. Each use adds
# its own part to the gradient, and 1 + 2 + 3 = 6. Nothing new is needed for this: an engine that accumulates (lesson
# 03) is all there is to sharing. The same happens with the bias, which is used three times as well.

# %%
assert a.grad == 1 + 2 + 3 and b.grad == 2 + 3 + 4
assert small.filters.neurons[0].bias.grad == 3.0
print(f"a: {a.grad:.0f}, b: {b.grad:.0f}, bias: {small.filters.neurons[0].bias.grad:.0f}")

# %% [markdown]
# ## Can it find the filter by itself?
#
# Now the hand-made filter is the teacher. A new one starts from random weights, sees ten digits, and is told what
# the first filter answers. **Predict:** will it find exactly those nine weights, or others that do the same on these
# digits?

# %%
pupil, answers = nn.Sequential(nn.Conv2d(1, 1, 3, seed=3), nn.Flatten()), [flat(edges(x)[0]) for x in X_train[:10]]
before = [weight.data for weight in pupil.layers[0].filters.neurons[0].weights]
nn.fit(
    pupil, X_train[:10], answers, loss="mean_squared_error", optimizer=nn.Adam(pupil, 0.1), epochs=150, progress=False
)  # fmt: skip
learnt = [weight.data for weight in pupil.layers[0].filters.neurons[0].weights]
plotting.plot_images([before, learnt, RIGHT], ["before", "learnt", "by hand"], limit=1.2)

# %% [markdown]
# Exactly those, up to a hundredth. Ten images with 36 windows each are 360 small lessons for nine weights and a
# bias, and they leave no freedom. That is the other side of sharing: every image teaches the filter at all places at
# once. So it needs fewer images.

# %%
assert max(abs(weight - number) for weight, number in zip(learnt, RIGHT)) < 0.01
print(" ".join(f"{round(weight, 1) + 0.0:+.1f}" for weight in learnt))

# %% [markdown]
# ## A network of filters
#
# Eight filters with relu, then *pooling*: of each 2 by 2 answers only the largest is kept, so that it matters less
# where exactly a stroke is. The 8 maps of 3 by 3 numbers become one list, and ten neurons read it. Beside it a
# perceptron with about as many parameters, to be fair.
#
# **Predict:** which of them will be better on digits that it has never seen? And on the same digits, shifted by one
# pixel, where lesson 14's perceptron failed?

# %%
convolution = nn.Sequential(
    nn.Conv2d(1, 8, 3, activation="relu", seed=1), nn.MaxPool2d(2), nn.Flatten(), nn.Layer(72, 10, nonlin=False, seed=2)
)
perceptron = nn.Sequential(nn.Flatten(), nn.MLP(64, [11, 10], activation="relu", seed=1))
train = {"loss": "cross_entropy", "epochs": 12, "batch_size": 20, "progress": False, "seed": 0, "engine": "compiled"}
for model in (convolution, perceptron):
    nn.fit(model, X_train, y_train, optimizer=nn.Adam(model, 0.01), **train)

# %%
moved = [[[[0.0, *row[:-1]] for row in image[0]]] for image in X_valid]
result = {}
for name, model in (("convolution", convolution), ("perceptron", perceptron)):
    result[name] = [nn.evaluate(model, images, y_valid)["accuracy"] for images in (X_valid, moved)]
    straight, shifted = result[name]
    print(f"{name:12} {len(model.parameters())} parameters, {straight:.0%} right; shifted by a pixel {shifted:.0%}")

# %% [markdown]
# With no more parameters the convolution makes about half as many mistakes. A shift harms it less, although it has
# never seen a shifted digit. It is not immune: the ten neurons at the end still have a weight for each place.
#
# What has it learnt? The filters, in the colours of lesson 14, and the maps that the seven produces.

# %%
assert result["convolution"][0] > result["perceptron"][0] and result["convolution"][1] > result["perceptron"][1] + 0.1
filters = convolution.layers[0].filters.neurons
plotting.plot_images([[w.data for w in neuron.weights] for neuron in filters], list(range(8)), columns=8, limit=1.0)

# %%
plotting.plot_images([flat(rows) for rows in convolution.layers[0](seven)], list(range(8)), columns=8, limit=1.5)

# %% [markdown]
# Some of them are edges, much like ours; others are corners, ends or spots. The relu has cut off what a filter does not
# respond to, so each map says *where* something is. A second convolution would read these eight maps as its eight
# channels, and look for arrangements of them: corners of edges, loops of corners. That is how networks for photographs
# are built, dozens of layers deep.
#
# ## Break it: take the neighbours away
#
# Lesson 14 shuffled the pixels of all images in the same way, and the perceptron did not mind. **Predict:** will the
# convolution mind?

# %%
order = random.Random(0).sample(range(64), 64)


def shuffled(images):
    rows = [[image[0][place // 8][place % 8] for place in order] for image in images]
    return [[[row[8 * n : 8 * n + 8] for n in range(8)]] for row in rows]


blind = nn.Sequential(
    nn.Conv2d(1, 8, 3, activation="relu", seed=1), nn.MaxPool2d(2), nn.Flatten(), nn.Layer(72, 10, nonlin=False, seed=2)
)
nn.fit(blind, shuffled(X_train), y_train, optimizer=nn.Adam(blind, 0.01), **train)
lost = nn.evaluate(blind, shuffled(X_valid), y_valid)["accuracy"]
print(f"convolution on shuffled pixels: {lost:.0%}, in order {result['convolution'][0]:.0%}")

# %% [markdown]
# It does: its lead over the perceptron is gone. Its promise, that neighbours belong together and that each place is
# like the others, is broken, and its eight filters now look at noise. A convolution is not a better network, but one
# that *knows something* about images. For the columns of a table, whose order means nothing, it would be the wrong
# choice.

# %%
assert lost < result["convolution"][0] - 0.015 and lost < result["perceptron"][0] + 0.015

# %% [markdown]
# ## Why there is no batch normalisation here
#
# Deep networks for images often contain a layer that shifts and scales each number by the mean and spread of that
# number *over the batch*. Here is what that means, for the first output of the perceptron and two batches that both
# begin with the same seven. **Predict:** will the seven get the same number in both?


# %%
def normalised(numbers):
    centre = sum(numbers) / len(numbers)
    spread = (sum((number - centre) ** 2 for number in numbers) / len(numbers)) ** 0.5
    return [(number - centre) / spread for number in numbers]


batches = [[seven, *X_valid[:9]], [seven, *X_valid[50:59]]]
first = [normalised([perceptron(image)[0].data for image in batch])[0] for batch in batches]
print("the same seven:", " and ".join(f"{number:+.2f}" for number in first))

# %% [markdown]
# It does not: the answer for one image depends on which others happen to be in the batch. In this library a model is a
# function of *one* sample; such a layer does not fit. (Where there is one, it has to behave differently after the
# training, with means that it has kept. That is a rich source of mistakes.) `nn.LayerNorm` takes the mean and the
# spread over the numbers of one sample instead. It keeps signals at a good size just as well, and a seven remains a
# seven in any company. Transformers use it, or `nn.RMSNorm`, which divides by the root mean square and subtracts
# nothing.

# %%
assert abs(first[0] - first[1]) > 0.05
norm = nn.LayerNorm(10)
scores = [value.data for value in norm(perceptron(seven))]
print(f"after LayerNorm: mean {abs(mean(scores)):.1f}, spread {mean([score**2 for score in scores]) ** 0.5:.1f}")
assert abs(mean(scores)) < 1e-9 and abs(mean([score**2 for score in scores]) - 1) < 1e-3

# %% [markdown]
# ## Exercises
#
# **17.1** How many parameters does `nn.Conv2d(8, 16, 3)` have?

# %%
from chalkgrad.exercises import check, hint

parameters = ...
check("17.1", parameters)

# %% [markdown]
# **17.2** An image of 28 by 28 pixels goes through `nn.Conv2d(1, 4, 5, stride=2, padding=1)`. How many rows does each
# map have?

# %%
rows = ...
check("17.2", rows)

# %% [markdown]
# **17.3** Write `slide(signal, weights)`: the dot product of the weights with each window of the signal, as a list.


# %%
def slide(signal, weights): ...


check("17.3", slide)

# %% [markdown]
# **17.4** Write `shared_gradient(signal, upstream, k)`: a filter of `k` weights has slid over the signal, and
# `upstream` has the gradient of the loss with respect to each of its answers. Return the gradient of each of the `k`
# weights, as a list.


# %%
def shared_gradient(signal, upstream, k): ...


check("17.4", shared_gradient)

# %% [markdown]
# **17.5** Two convolutions, each with windows of 3 by 3 and stride 1, come one after the other. On how many pixels of
# the image does one number of the second map depend?

# %%
pixels = ...
check("17.5", pixels)

# %% [markdown]
# **What you know now.** A convolution is a small layer that is used at every place. It has few parameters, which learn
# from every place, and it pays off where neighbours belong together and every place is like the others. The same idea
# along time is one step that is used at every position of a sequence. Next:
# [18 · Memory: recurrence](18-memory-recurrence.ipynb).
