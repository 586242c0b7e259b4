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
# # 16 · Fast: what the compiler sees
#
# **A processor multiplies a billion numbers in a second. Our networks have a few thousand weights. Why does training
# take seconds and not milliseconds?** Because for each multiplication Python makes an object, looks up a method, checks
# types, and remembers operands. The multiplication itself is the smallest part of the work.
#
# You need lessons 01 to 08, and 14 for the digits; about 65 minutes. Afterwards you know what a compiler for graphs
# finds in your code, how to write code that it can see through, and how to say what limits a program's speed.

# %%
import re
import time
import warnings
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np

import autograd
import nn
from autograd import Value, where

warnings.simplefilter("ignore", RuntimeWarning)  # without a C compiler it says once that it uses NumPy

# %% [markdown]
# ## The same thing, again and again
#
# Two moons, a hundred points, a network with 337 parameters. The loss of *one* point is this ordinary function, on
# single numbers, as in all lessons so far.

# %%
X, y = nn.make_moons(100, noise=0.1, seed=1)
model = nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)


def loss(x, target):
    """How wrong the model is about one point."""
    return (model(x) - target) ** 2


losses = [loss(x, target) for x, target in zip(X, y)]
print(f"the first three: {losses[0].data:.3f}, {losses[1].data:.3f}, {losses[2].data:.3f}")
assert len(model.parameters()) == 337

# %% [markdown]
# Every point makes a graph of its own. How different are the graphs of two points? Walk through both, and write down
# only the operations, without the numbers. **Predict:** will the two lists be equal?

# %%
from autograd.backpropagation import topological_order

first, second = ([node.primitive for node in topological_order(one)] for one in losses[:2])
print(f"{len(first)} nodes; the same operations in the same order: {first == second}")

# %% [markdown]
# Equal. We built the same graph a hundred times and changed the numbers in it. (And we will build it a hundred times
# again in the next step of training.) A compiler's first idea is to build it **once**, on symbols in place of numbers,
# and keep it. This is called **tracing**. Then it runs the numbers through it, all points at once.

# %%
assert first == second
program = autograd.compile(loss, model.parameters(), batched=True, backend="numpy")
points, targets = np.array(X), np.array(y, dtype=float)
value, gradient = program.value_and_grad(points, targets)
print(f"mean loss {value:.6f}, and a gradient of {len(gradient)} numbers")
assert len(gradient) == len(model.parameters())

# %% [markdown]
# `batched=True` says that this function is for one sample, that the arrays hold many, and that we want the mean. Are
# the numbers right? Compare with the slow way, down to the twelfth digit. A fast wrong answer is worth nothing.

# %%
total = autograd.mean(losses)
total.backward()
slow = np.array([p.grad for p in model.parameters()])
print("values agree:", abs(total.data - value) < 1e-12, "  gradients agree:", np.allclose(slow, gradient, atol=1e-12))
assert abs(total.data - value) < 1e-12 and np.allclose(slow, gradient, rtol=0, atol=1e-12)

# %% [markdown]
# ## How much faster?
#
# Take the time for one step, the best of a few tries, in three ways: with Values; compiled, on NumPy; and compiled for
# the fastest that the machine has, `backend="auto"`. That is the library's own runtime in C where there is a C
# compiler, otherwise NumPy again.


# %%
def best_time(action, tries=5):
    """The shortest time of a few tries, in seconds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


# %%
def slow_step():
    model.zero_grad()
    autograd.mean([loss(x, target) for x, target in zip(X, y)]).backward()


# %%
fastest = autograd.compile(loss, model.parameters(), batched=True)
fastest.value_and_grad(points, targets)  # traced here, once
seconds = {
    "Values": best_time(slow_step),
    "NumPy": best_time(lambda: program.value_and_grad(points, targets), 200),
    "fastest": best_time(lambda: fastest.value_and_grad(points, targets), 200),
}

# %% [markdown]
# **Predict:** 3 times faster, 30 times, a thousand times?

# %% tags=["machine"]
figure, axes = plt.subplots(figsize=(6, 2.2), layout="constrained")
bars = axes.barh(list(seconds), [1e6 * time for time in seconds.values()], color=["gray", "tab:blue", "tab:green"])
axes.bar_label(bars, [f" {seconds['Values'] / time:,.0f} x" for time in seconds.values()])
axes.set(xscale="log", xlabel="microseconds for a step, and how many times as fast", xlim=(3, 1e6))
axes.invert_yaxis()
plt.show()

# %% [markdown]
# Each step of the scale is a factor of ten. (Times differ from machine to machine. This picture was made where this
# page was made; run the cell, and it shows yours. The same goes for the other picture of times, at the end. What the
# lesson *claims* about times holds everywhere, and is in the asserts.)
#
# Mostly it is hundreds of times with NumPy alone, and a thousand times and more with the runtime in C. The code is the
# same, the numbers are the same, and nothing was changed in `loss`.

# %%
assert seconds["Values"] > 30 * seconds["NumPy"]

# %% [markdown]
# ## What did it see?
#
# Tracing gives a heap of single additions and multiplications. The next passes look for order in the heap. Which nodes
# do the same thing to different numbers? Which sums of products, taken together, are a **matrix product**, which is
# what a layer of neurons computes?
#
# **Predict** for our network with two hidden layers: how many matrix products, how many groups of tanh?

# %%
print(program.explain())

# %% [markdown]
# From 408 nodes, seven groups. The compiler was not told that there are layers: `Layer` is an ordinary Python loop over
# neurons. It found `16 x 2 times 2 x n` by itself: 16 neurons with 2 inputs, n points at once. The same as a picture:

# %%
assert program.explain().count("matrix product:") == 3 and program.explain().count("tanh:") == 2
assert "408 nodes were traced, and became 7 groups" in program.explain()
program.draw(direction="TB")

# %% [markdown]
# From these groups it writes a program. Here is one for a much smaller function, a single neuron, so that you can read
# all of it. `forward` computes; `reverse` goes back through the same groups. It is the chain rule, on arrays.

# %%
neuron = nn.Neuron(2, activation="tanh", seed=0)
small = autograd.compile(lambda x: neuron(x), neuron.parameters(), batched=True, backend="numpy")
small(points)
print(small.source[small.source.index("def forward") :])

# %% [markdown]
# Do you recognise tanh's derivative in `reverse`? It is the row of the table, sech(x)², written out for arrays. No
# derivative was written a second time for the compiler.
#
# ## Training, compiled
#
# `fit` does all this by itself: `engine="compiled"`. Everything else stays as it was: the batches, the optimizer, the
# history.
#
# **Predict:** will the two loss curves be equal, similar, or different?

# %%
curves = {}
train = {"epochs": 15, "batch_size": 20, "progress": False, "seed": 0}
for engine in ("eager", "compiled"):
    student = nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    optimizer = nn.Adam(student, 0.02)
    history = nn.fit(student, X, y, loss="mean_squared_error", optimizer=optimizer, engine=engine, **train)
    curves[engine] = history["loss"]
difference = max(abs(a - b) for a, b in zip(*curves.values()))
print("after the last epoch:", *(f"{engine} {curve[-1]:.6f}" for engine, curve in curves.items()))

# %% [markdown]
# They are equal except for the last digits. The compiled program adds in a different order, and floating-point sums
# depend a little on the order.

# %%
assert difference < 1e-9

# %% [markdown]
# ## Break it: what it cannot see
#
# Tracing runs your function once, on symbols that represent all numbers. **Predict:** what happens at an `if`?


# %%
def bent(x):
    if x > 0:
        return x
    return 0.1 * x


try:
    message = str(autograd.compile(bent, batched=True, backend="numpy")(np.array([2.0, -2.0])))
except TypeError as error:
    message = str(error)
print(fill(re.sub(r"at \S+?:(\d+) `", r"at line \1 `", message), 100))  # without the name of this cell's file

# %% [markdown]
# A symbol is neither above nor below 0. If tracing simply took the branch of the first point, the program would be
# *silently* wrong for half of the others. So it refuses, and names the line and the cures. **Fix it** with the last
# function of its list: `where(condition, a, b)` computes both sides and chooses, number by number.


# %%
assert "if x > 0:" in message and "where(x < y, a, b)" in message


def bent_for_all(x):
    return where(x > 0, x, 0.1 * x)


compiled = autograd.compile(bent_for_all, batched=False, backend="numpy")
print([compiled(np.array(number)) for number in (2.0, -2.0)])
assert [compiled(np.array(number)) for number in (2.0, -2.0)] == [2.0, -0.2]

# %% [markdown]
# A loop is no problem, since tracing unrolls it. What it cannot follow are decisions that depend on the numbers: `if`,
# `while`, `max`, `sorted`, reading `.data`.
#
# ## Digits, all of them
#
# In lesson 14 we took 700 digits and nine epochs, because more would have taken too long. Now take all 1,348 that are
# not in the test, a larger network and fifteen epochs. **Predict:** will it do better than the 96 % of lesson 14?

# %%
images, digits = nn.load_digits()
images = [[pixel / 16 for pixel in image] for image in images]
X_train, X_test, y_train, y_test = nn.train_test_split(images, digits, test_size=449, seed=0)
print(f"{len(X_train)} images to train on, {len(X_test)} to test on")

# %%
reader = nn.MLP(64, [32, 10], seed=1)
history = nn.fit(
    reader, X_train, y_train, loss="cross_entropy", optimizer=nn.Adam(reader, 0.01),
    engine="compiled", **{**train, "batch_size": 32},
)  # fmt: skip
accuracy = nn.evaluate(reader, X_test, y_test)["accuracy"]
print(f"{len(reader.parameters()):,} parameters; {accuracy:.0%} right on the test")

# %% [markdown]
# It does, if only a little: more data is the best remedy (lesson 12).
#
# ## How near the limit?
#
# A processor can do only so many multiplications per second. Count those of one step. A matrix product of m x k by k x
# n takes m·k·n multiplications and as many additions, 2·m·k·n operations ("flops"). Going back through a layer takes
# two such products: one for the gradient of the weights (input times δ, lesson 06), one for that of the inputs (weight
# times δ), which the layer below needs. The *first* layer has no layer below: the pixels are data, and their gradient
# is of no use. So it needs one product only.

# %%
assert accuracy > 0.96

# %% [markdown]
# **Predict:** how many operations does 64-32-10 take per image, forward and in reverse?

# %%
first_layer, second_layer = 2 * 64 * 32, 2 * 32 * 10
forward = first_layer + second_layer
reverse = first_layer + 2 * second_layer  # weights of both, inputs of the second
step = autograd.compile(lambda x, digit: nn.cross_entropy(reader(x), digit), reader.parameters(), batched=True)
all_images, all_digits = np.array(X_train), np.array(y_train)
step.value_and_grad(all_images, all_digits)
print(f"forward {forward:,}, in reverse {reverse:,}")

# %% [markdown]
# The compiler counts its own matrix products in `explain()`, and agrees:

# %%
counted = re.search(r"([\d,]+) flops in products forward a sample, ([\d,]+) in reverse", step.explain())
print(counted[0])
assert [int(number.replace(",", "")) for number in counted.groups()] == [forward, reverse]

# %% [markdown]
# We take the processor's best speed from NumPy: square matrices multiplied by each other, which it does best.
#
# **Predict:** what share of that speed do we reach with one image at a time, and with 1,348?


# %%
def speed_of_product(n):
    """Operations per second in a product of two n x n matrices."""
    square = np.random.default_rng(0).normal(size=(n, n))
    return 2 * n**3 / best_time(lambda: square @ square, 200)


# %%
sizes, speeds = [1, 4, 16, 64, 256, 1348], []
for size in sizes:
    batch = all_images[:size], all_digits[:size]
    step.value_and_grad(*batch)
    speeds.append(size * (forward + reverse) / best_time(lambda b=batch: step.value_and_grad(*b), 50))
best_speed = max(*map(speed_of_product, (64, 128, 256)), *speeds)
shares = [speed / best_speed for speed in speeds]

# %% tags=["machine"]
figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
axes.plot(sizes, shares, "o-")
axes.axhline(1, color="lightgray")
axes.set(xscale="log", yscale="log", ylim=(1e-3, 2), xlabel="images at a time", ylabel="share of the best speed")
plt.show()

# %% [markdown]
# With one image, calling costs more than computing. With more images this fixed cost is spread over all of them, and
# the curve climbs until something else limits it. What? Besides the products there are relu, exp and softmax, which
# take longer per number; and numbers must be fetched from memory and brought back. The rule of thumb for the least time
# that any program needs (the **roofline**) is:
#
# $$\text{time} \ge \max\left(\frac{\text{operations}}{\text{operations per second}},
# \frac{\text{bytes moved}}{\text{bytes per second}}\right).$$
#
# Computing and fetching go on at the same time, so the slower of the two decides. To become faster, you have to know
# first which one it is.

# %%
assert shares[-1] > 2 * shares[0]

# %% [markdown]
# ## Looking back
#
# You began with a nudge: turn a knob, look at what changes. A `Value` remembered where it came from, the chain rule ran
# backwards through that memory, and with nothing else you have read digits, made up names, and fooled a network with
# its own gradients. The large models of today do the same, with more numbers.
#
# ## Exercises
#
# **16.1** How many operations (multiplications and additions) does the first layer of 64-32-10 take for 100 images,
# forward only, biases and activation left out?

# %%
from chalkgrad.exercises import check, hint

operations = ...
check("16.1", operations)

# %% [markdown]
# **16.2** Write `clip(x)` so that it can be compiled: x between -1 and 1, -1 below, 1 above. Import what you need from
# `autograd`.


# %%
def clip(x): ...


check("16.2", clip)

# %% [markdown]
# **16.3** A step takes 100 milliseconds, 90 of them in the part that the compiler makes a thousand times faster. How
# many times faster is the whole step?

# %%
times_faster = ...
check("16.3", times_faster)

# %% [markdown]
# **16.4** Write `least_time(operations, moved, speed, bandwidth)`: the least number of seconds by the roofline, given
# the number of operations, the number of bytes moved, the operations per second, and the bytes per second.


# %%
def least_time(operations, moved, speed, bandwidth): ...


check("16.4", least_time)

# %% [markdown]
# **16.5** A network has four layers, and its inputs are data. How many matrix products does the reverse sweep of one
# step take?

# %%
products = ...
check("16.5", products)

# %% [markdown]
# **What you know now.** The slow part was never the arithmetic. A graph that is built once, sorted into groups and run
# on arrays gives the same numbers many times faster, provided that the code makes no decision based on the numbers.
# Next: [17 · Sharing: convolution](17-sharing-convolution.ipynb).
