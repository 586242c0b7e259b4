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
# # 11 · Optimizers
#
# **You know the gradient at every step. Is there anything left to decide?** Yes: how far to go, and whether to trust
# today's gradient alone or to remember the last ones too. On that depends whether training takes ten steps, ten
# thousand, or blows up.
#
# In this lesson six optimizers race on one surface; you will compute the largest learning rate that a curve can bear;
# and you will fit a model to real data with each of them.
#
# You need: derivatives (lesson 00), the training loop (08). About 75 minutes.

# %%
from base64 import b64encode
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
from IPython.display import HTML
from matplotlib.animation import FuncAnimation, PillowWriter

import nn
from autograd import Value

# %% [markdown]
# ## How far to go
#
# Take the simplest valley there is, f(x) = 2x², and walk down it from x = 1 by x ← x - rate · f'(x). The slope is 4x.
#
# **Predict:** which of these learning rates reach the bottom: 0.05, 0.25, 0.45, 0.55?


# %%
def walk(rate, steps=8):
    """The positions of gradient descent on 2x² from x = 1."""
    x, path = Value(1.0), [1.0]
    optimizer = nn.SGD([x], rate)
    for _ in range(steps):
        optimizer.zero_grad()
        (2 * x**2).backward()
        optimizer.step()
        path.append(x.data)
    return path


# %% [markdown]
# Four walks of eight steps. The gray curve is the valley, the dots are the places that gradient descent comes to,
# joined in their order.

# %%
figure, all_axes = plt.subplots(1, 4, figsize=(11, 2.8), sharey=True, layout="constrained")
curve = [i / 50 - 3 for i in range(301)]
for axes, rate in zip(all_axes, (0.05, 0.25, 0.45, 0.55)):
    path = walk(rate)
    axes.plot(curve, [2 * x * x for x in curve], color="lightgray")
    axes.plot(path, [2 * x * x for x in path], "o-", markersize=4)
    axes.set(title=f"rate {rate}", xlim=(-2.6, 2.6), ylim=(-0.5, 12), xlabel="x")
plt.show()
assert abs(walk(0.25)[1]) < 1e-12 and abs(walk(0.55)[-1]) > 4

# %% [markdown]
# The first creeps, the second jumps to the bottom in one step, the third overshoots but comes closer, and the fourth
# overshoots by more and more.
#
# Why? One step makes x - rate · 4x, which is (1 - 4·rate) · x. So every step multiplies x by the same number. It comes
# to 0 exactly if that number lies between -1 and 1, that is if rate < 2/4. The 4 is the **curvature**, the second
# derivative of 2x². The rule holds for every valley that is shaped like a parabola:
#
# $$\text{rate} < \frac{2}{\text{curvature}}.$$

# %%
for rate in (0.05, 0.25, 0.45, 0.55):
    factor = walk(rate)[1] / walk(rate)[0]
    print(f"rate {rate}: each step multiplies x by {factor:+.2f}:", "converges" if abs(factor) < 1 else "diverges")
    assert abs(factor - (1 - 4 * rate)) < 1e-12

# %% [markdown]
# ## A valley with two curvatures
#
# Now two parameters, and a long narrow valley: f(x, y) = x²/2 + 10·y². Along x the curvature is 1, along y it is 20.
# The steep direction allows no rate above 2/20 = 0.1. With that, the flat direction creeps.
#
# This is not a contrived example, it is the normal case. In a network some parameters matter a hundred times more than
# others (lesson 10 showed one reason). All optimizers after plain gradient descent are answers to this valley.


# %%
def height(x, y):
    """The valley; works on numbers and on Values."""
    return x * x / 2 + 10 * y * y


# %% [markdown]
# A runner is an optimizer. Each of them begins at the same place, high up on the wall and far from the goal, takes
# forty steps, and its path is kept. The loop is that of lesson 08.


# %%
def race(make, steps=40):
    """The path of an optimizer through the valley from (-9, 2)."""
    x, y = Value(-9.0), Value(2.0)
    optimizer, path = make([x, y]), [(-9.0, 2.0)]
    for _ in range(steps):
        optimizer.zero_grad()
        height(x, y).backward()
        optimizer.step()
        path.append((x.data, y.data))
    return path


# %% [markdown]
# Six runners, each with a learning rate that suits it:
#
# | runner | what it adds |
# |---|---|
# | gradient descent | nothing: one step against the gradient |
# | momentum | a velocity: it keeps nine tenths of the last step and adds the gradient, like a heavy ball |
# | Nesterov | the same, but the gradient counts again along the velocity: it brakes earlier |
# | AdaGrad | divides each parameter's step by the root of the sum of its squared gradients so far |
# | RMSProp | the same with a running mean instead of the sum, so that old gradients are forgotten |
# | Adam | momentum and RMSProp together |

# %%
runners = {
    "gradient descent": lambda p: nn.SGD(p, 0.08),
    "momentum": lambda p: nn.SGD(p, 0.02, momentum=0.9),
    "Nesterov": lambda p: nn.SGD(p, 0.02, momentum=0.9, nesterov=True),
    "AdaGrad": lambda p: nn.AdaGrad(p, 2.0),
    "RMSProp": lambda p: nn.RMSProp(p, 0.35, smoothing=0.9),
    "Adam": lambda p: nn.Adam(p, 0.6),
}
paths = {name: race(make) for name, make in runners.items()}

# %% [markdown]
# **Predict** the shapes: who will zigzag? Who will shoot past the goal? Who goes straight for it?


# %%
def valley(axes):
    """The contour lines of the valley."""
    xs, ys = [i / 4 - 11 for i in range(89)], [i / 10 - 3 for i in range(61)]
    axes.contour(xs, ys, [[height(x, y) for x in xs] for y in ys], levels=[0.5, 2, 6, 15, 30, 60], colors="lightgray")
    axes.plot(0, 0, "k+")


# %% [markdown]
# The valley from above, with lines of equal height. The goal is the small cross. Each dot is one step.

# %%
figure, all_axes = plt.subplots(2, 3, figsize=(11, 5), sharex=True, sharey=True, layout="constrained")
for axes, (name, path) in zip(all_axes.flat, paths.items()):
    valley(axes)
    axes.plot(*zip(*path), "o-", markersize=3)
    axes.set(title=f"{name}: ends at height {height(*path[-1]):.3f}")
plt.show()

# %% [markdown]
# Gradient descent bounces between the steep walls while it creeps along the floor. Momentum rolls on: the bounces
# cancel in its velocity, the slow drift adds up, and at the goal it is too fast to stop. AdaGrad and RMSProp set out
# along the diagonal, because for them a steep direction and a flat one look the same. Adam, which has a velocity too,
# sets out like these and shoots past like momentum.
#
# All of this can be read off the paths themselves:

# %%
across = [y for _, y in paths["gradient descent"]]
assert all(before * after < 0 for before, after in pairwise(across[:10]))  # from wall to wall
assert all(max(x for x, _ in paths[name]) > 1 for name in ("momentum", "Adam"))  # past the goal, which is at x = 0
x, y = paths["AdaGrad"][1]
assert abs((x + 9) - (2 - y)) < 1e-6  # the first step is as long along as across

# %% [markdown]
# Now the race itself, all six at once. (A notebook cannot move without a picture for each moment: this makes 41 of
# them.)

# %%
figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
valley(axes)
marks = {name: axes.plot([], [], "o-", markersize=5, linewidth=1, label=name)[0] for name in paths}
axes.legend(loc="lower right", fontsize=7, ncols=2)
plt.close(figure)  # it is shown as a film, not as a picture


# %% [markdown]
# One picture of the film: where everybody is after so many steps, with a short tail of the last three.


# %%
def moment(step):
    """Draw where everybody is after so many steps."""
    for name, path in paths.items():
        marks[name].set_data(*zip(*path[max(0, step - 3) : step + 1]))
    axes.set_title(f"step {step}")


# %% [markdown]
# The film is written into a file, read again, and put into the notebook, so that it also moves on a web page:

# %%
with TemporaryDirectory() as folder:
    file = Path(folder, "race.gif")
    FuncAnimation(figure, moment, frames=41).save(file, writer=PillowWriter(fps=5), dpi=70)
    film = b64encode(file.read_bytes()).decode()
HTML(f'<img alt="the race, as a film" src="data:image/gif;base64,{film}">')

# %% [markdown]
# Who wins depends on the surface, on the start and on the learning rates. So do not take the podium from here. Take the
# *habits*: what each of them does in a narrow valley.
#
# ## Two of them by hand
#
# Momentum is two lines: v ← 0.9·v + g, then x ← x - rate·v. If the gradient stays the same, v grows to g/(1 - 0.9), ten
# times the gradient: a heavy ball rolls ten times faster on a steady slope.

# %%
x = Value(0.0)
optimizer = nn.SGD([x], learning_rate=1.0, momentum=0.9)
positions = [0.0]
for _ in range(60):
    x.grad = 1.0  # a steady slope
    optimizer.step()
    positions.append(x.data)
print(f"first step {positions[0] - positions[1]:.2f}, tenth {positions[9] - positions[10]:.2f}, "
      f"sixtieth {positions[59] - positions[60]:.2f}")  # fmt: skip
assert 9.9 < positions[59] - positions[60] < 10

# %% [markdown]
# Adam divides a running mean of the gradients by the root of a running mean of their squares. If all gradients are
# equal to g, that is g/√g² = ±1: whatever the gradient, a step is about `learning_rate` long. This is why one learning
# rate serves so many networks, and why it is read differently from gradient descent's: it is a *length*.
#
# **Predict:** Adam's first step, with learning rate 0.1, for the gradients 1000, 1 and 0.001.

# %%
for gradient in (1000.0, 1.0, 0.001):
    x = Value(5.0)
    x.grad = gradient
    nn.Adam([x], learning_rate=0.1).step()
    print(f"gradient {gradient:8}: 5 -> {x.data:.4f}")
    assert abs(x.data - 4.9) < 1e-4

# %% [markdown]
# ## Real data
#
# 442 patients, ten measurements each; the target is how far their diabetes progressed in a year. The targets are
# numbers, so the loss is the mean squared error. We standardize targets too: error 1 is then what you get by always
# predicting the mean.

# %%
X, y = nn.load_diabetes()
X, targets = nn.standardize(X)[:150], nn.standardize([[number] for number in y])[:150]
y = [target for (target,) in targets]
print(f"{len(X)} patients, {len(X[0])} measurements each")
assert (len(X), len(X[0]), len(y)) == (150, 10, 150)

# %% [markdown]
# The same network four times, with the same first weights (the seed) and the same batches. Only the optimizer is
# another one.

# %%
curves = {}
train = {"loss": "mean_squared_error", "batch_size": 15, "progress": False, "seed": 0}
for name, make in (
    ("SGD", lambda m: nn.SGD(m, 0.02)), ("SGD with momentum", lambda m: nn.SGD(m, 0.02, momentum=0.9)),
    ("RMSProp", lambda m: nn.RMSProp(m, 0.01)), ("Adam", lambda m: nn.Adam(m, 0.01)),
):  # fmt: skip
    model = nn.MLP(10, [8, 1], activation="tanh", seed=0)
    curves[name] = nn.fit(model, X, y, optimizer=make(model), epochs=25, **train)["loss"]

# %% [markdown]
# The loss after each epoch. Remember that 1 is what one gets by always saying the mean: how far below it the curves
# come is what the ten measurements are worth. **Predict** which of the four is the last.

# %%
figure, axes = plt.subplots(figsize=(6, 3.5))
for name, curve in curves.items():
    axes.plot(range(1, 26), curve, label=name)
axes.set(xlabel="epoch", ylabel="mean squared error", title="diabetes, MLP(10, [8, 1])")
axes.legend()
plt.show()
assert all(curves[name][-1] < curves["SGD"][-1] for name in curves if name != "SGD")

# %% [markdown]
# All of them beat plain gradient descent at the rates that were chosen. How were they chosen? By trying. Which is the
# next picture.
#
# ## Break it: too low, too high
#
# Try rates that differ by a factor of three, for a few epochs each, and plot the loss that is reached over the rate. It
# is always the same curve: too low learns too slowly, too high jumps about, and in between lies a broad good region.
#
# **Predict:** if the rate is far too high, does `fit` return a bad model, or raise an error?

# %%
rates = [0.0003 * 3**n for n in range(9)]
reached = []
for rate in rates:
    model = nn.MLP(10, [8, 1], activation="tanh", seed=0)
    reached.append(nn.fit(model, X, y, optimizer=nn.SGD(model, rate), epochs=6, **train)["loss"][-1])
best = rates[reached.index(min(reached))]
assert 0.005 < best < 0.5

# %% [markdown]
# The loss that was reached, over the rate, on logarithmic scales. The gray line is the best of the rates.

# %%
figure, axes = plt.subplots(figsize=(6, 3.2))
axes.plot(rates, reached, "o-")
axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss after six epochs", ylim=(0.3, 10))
axes.axvline(best, color="lightgray")
plt.show()
assert reached[0] > 1.1 * min(reached) and reached[-1] > 1.1 * min(reached)

# %% [markdown]
# To the right the curve leaves the picture. `fit` did not raise: a loss with a hundred digits is still a number. It
# stops with an error that names the step only when a loss or a gradient is no finite number any more.
#
# ## Fix it: schedules
#
# Near the bottom, every mini-batch points in a slightly different direction, and a fixed rate jumps about for ever. So
# let the rate fall: large steps while the way is long, small ones when you are nearly there. A **schedule** is a
# function from the time (in epochs) to a factor for the rate.

# %%
figure, axes = plt.subplots(figsize=(6, 3))
times = [i / 10 for i in range(301)]
for schedule in (
    nn.StepDecay(every=10, factor=0.3), nn.ExponentialDecay(0.9), nn.LinearDecay(total=30),
    nn.CosineDecay(total=30), nn.WarmUp(5, then=nn.CosineDecay(total=25)),
):  # fmt: skip
    axes.plot(times, [schedule(time) for time in times], label=type(schedule).__name__)
axes.set(xlabel="epoch", ylabel="factor for the rate", title="five schedules")
axes.legend()
plt.show()

# %% [markdown]
# **Predict:** the same network with a rate that is a little too high, once fixed, once with a cosine. How do the last
# epochs differ?

# %%
noisy = {}
for schedule in (None, nn.CosineDecay(total=25)):
    model = nn.MLP(10, [8, 1], activation="tanh", seed=0)
    train["batch_size"] = 5
    history = nn.fit(model, X, y, optimizer=nn.SGD(model, 0.15), epochs=25, schedule=schedule, **train)
    noisy["cosine" if schedule else "fixed"] = history["loss"]
print({name: f"{curve[-1]:.2f}" for name, curve in noisy.items()})
assert noisy["cosine"][-1] < noisy["fixed"][-1]

# %% [markdown]
# The end of the two curves is what counts: one goes on jumping, the other one calms down.

# %%
figure, axes = plt.subplots(figsize=(6, 3))
for name, curve in noisy.items():
    axes.plot(range(1, 26), curve, label=name)
axes.set(xlabel="epoch", ylabel="mean squared error", title="rate 0.15, batches of 5")
axes.legend()
plt.show()

# %% [markdown]
# ## What to remember
#
# - A rate above 2/curvature diverges. The steepest direction sets the limit, the flattest one pays for it.
# - Momentum averages out what changes sign. AdaGrad, RMSProp and Adam make steep and flat directions alike.
# - Adam with 0.01 or 0.001 and a falling schedule is a good first try. When in doubt, plot the loss over the rate.
#
# ## Exercises
#
# **11.1** f(x) = 3x². Below which learning rate does gradient descent converge? A number.

# %%
from chalkgrad.exercises import check, hint

largest_rate = ...
check("11.1", largest_rate)

# %% [markdown]
# **11.2** Write one step of gradient descent with momentum 0.9 for a single number: it takes position, velocity,
# gradient and rate and returns the pair (new position, new velocity).


# %%
def momentum_step(x, velocity, gradient, rate): ...


check("11.2", momentum_step)

# %% [markdown]
# **11.3** Write Adam's step number t = 1, 2, 3 ... for a single number. It takes x, the two running means m and s (both
# 0 before the first step), the gradient, t and the rate, and returns (new x, new m, new s). Shares 0.9 and 0.999; each
# mean is divided by 1 - share**t to make up for the 0 it started from. You may leave out epsilon.


# %%
def adam_step(x, m, s, gradient, t, rate): ...


check("11.3", adam_step)

# %% [markdown]
# **11.4** The loss of a run fell nicely for ten epochs and now jumps up and down around the same level. What do you try
# first? "a": more epochs with the same rate, "b": a higher rate, "c": a rate that falls, "d": larger first weights.

# %%
answer = ...
check("11.4", answer)

# %% [markdown]
# **What you know now.** What a learning rate can bear, what six optimizers do in a narrow valley, and why rates fall.
# Next: [12 · Generalising](12-generalising.ipynb).
