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
# the current gradient alone or to remember earlier ones too. That decides whether training takes ten steps, ten
# thousand, or blows up.
#
# In this lesson six optimizers race on one surface; you will compute the largest learning rate that a curve can bear;
# and you will fit a model to real data with four of them.
#
# You need: derivatives (lesson 00), the training loop (08). About 75 minutes.

# %%
from itertools import pairwise

import nn
from autograd import Value
from nn import plotting

# %% [markdown]
# ## How far to go
#
# Take the simplest valley there is, f(x) = 2x², and walk down it from x = 1 by x ← x - rate · f'(x). The slope is 4x.


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
# **Predict:** which of these learning rates reach the bottom: 0.05, 0.25, 0.45, 0.55?

# %%
walks = {f"rate {rate}": walk(rate) for rate in (0.05, 0.25, 0.45, 0.55)}
plotting.plot_curves(walks, x=range(9), xlabel="step", ylabel="x", title="gradient descent on 2x²")

# %% [markdown]
# The first creeps, the second jumps to the bottom in one step, the third overshoots but comes closer, and the fourth
# overshoots by more and more.
#
# Why? One step makes x - rate · 4x, which is (1 - 4·rate) · x. So every step multiplies x by the same number. The
# sequence converges to 0 if and only if that number lies between -1 and 1, that is if rate < 2/4. The 4 is the
# **curvature**, the second derivative of 2x². The rule holds for every valley that is shaped like a parabola:
#
# $$\text{rate} < \frac{2}{\text{curvature}}.$$

# %%
for rate in (0.05, 0.25, 0.45, 0.55):
    factor = walk(rate)[1] / walk(rate)[0]
    print(f"rate {rate}: each step multiplies x by {factor:+.2f}:", "converges" if abs(factor) < 1 else "diverges")
    assert abs(factor - (1 - 4 * rate)) < 1e-12
assert abs(walk(0.25)[1]) < 1e-12 and abs(walk(0.45)[-1]) < 0.2 and abs(walk(0.55)[-1]) > 4

# %% [markdown]
# Note that a higher rate is not simply a faster one: 0.45 is slower than 0.25, and 0.55 never arrives.
#
# ## A valley with two curvatures
#
# Now take two parameters, and a long narrow valley: f(x, y) = x²/2 + 10·y². Along x the curvature is 1, along y it is
# 20. The steep direction allows no rate above 2/20 = 0.1. With that, the flat direction creeps.
#
# This is not a contrived example, it is the normal case. In a network some parameters matter a hundred times more than
# others (lesson 10 showed one reason). Most optimizers after plain gradient descent are answers to this valley; two
# further reasons for them, noise and saddle points, come later.


# %%
def valley(p):
    """The height at p = [x, y]; works on numbers and on Values."""
    return p[0] ** 2 / 2 + 10 * p[1] ** 2


# %% [markdown]
# A runner is an optimizer. Each of them begins at the same place, high up on the wall and far from the goal, and takes
# forty steps. We record its path. The loop is that of lesson 08.


# %%
def race(make, surface=valley, start=(-9.0, 2.0)):
    """The path of an optimizer over a surface, in forty steps."""
    point = [Value(start[0]), Value(start[1])]
    optimizer, path = make(point), [start]
    for _ in range(40):
        optimizer.zero_grad()
        surface(point).backward()
        optimizer.step()
        path.append((point[0].data, point[1].data))
    return path


# %% [markdown]
# There are six runners, each with a learning rate at which its habits are easy to see. (None of these rates is tuned to
# win. A fair race follows.)
#
# | runner | what it adds |
# |---|---|
# | gradient descent | nothing: one step against the gradient |
# | momentum | a velocity: it keeps nine tenths of the old velocity and adds the gradient, like a heavy ball |
# | Nesterov | the same, but the gradient counts again along the velocity, so that it brakes earlier |
# | AdaGrad | divides each parameter's step by the root of the sum of its squared gradients so far |
# | RMSProp | the same with a running mean instead of the sum, so that old gradients are forgotten |
# | Adam | momentum and RMSProp together |
#
# In a network the gradient usually comes from a random mini-batch (lesson 08), which makes it noisy. Gradient descent
# with such gradients is called *stochastic gradient descent*, and that is what the name `SGD` means.

# %%
runners = {
    "gradient descent": lambda p, rate=0.08: nn.SGD(p, rate),
    "momentum": lambda p, rate=0.02: nn.SGD(p, rate, momentum=0.9),
    "Nesterov": lambda p, rate=0.02: nn.SGD(p, rate, momentum=0.9, nesterov=True),
    "AdaGrad": lambda p, rate=2.0: nn.AdaGrad(p, rate),
    "RMSProp": lambda p, rate=0.35: nn.RMSProp(p, rate, smoothing=0.9),
    "Adam": lambda p, rate=0.6: nn.Adam(p, rate),
}
paths = {name: race(make) for name, make in runners.items()}

# %% [markdown]
# **Predict** the shapes: which runners will zigzag? Which will shoot past the goal, which is at (0, 0)? Which will go
# straight for it?

# %%
view = {"x": (-10.5, 6.0), "y": (-2.8, 2.8), "levels": [0.5, 2, 6, 15, 30, 60]}
plotting.plot_paths(valley, paths, **view)

# %% [markdown]
# You see the valley from above, with lines of equal height. Each dot is one step. Gradient descent bounces between the
# steep walls while it creeps along the floor. Momentum rolls on: the bounces cancel in its velocity, the slow drift
# adds up, and at the goal it is too fast to stop. AdaGrad and RMSProp set out along the diagonal, because a steep
# direction and a flat one look the same to them. Adam, which has a velocity too, sets out like these two and shoots
# past like momentum.
#
# All of this can be read off the paths themselves:

# %%
across = [y for _, y in paths["gradient descent"]]
assert all(before * after < 0 for before, after in pairwise(across[:10]))  # from wall to wall
assert all(max(x for x, _ in paths[name]) > 1 for name in ("momentum", "Adam"))  # past the goal
x, y = paths["AdaGrad"][1]
assert abs((x + 9) - (2 - y)) < 1e-6  # the first step is as long along as across

# %% [markdown]
# Now all six at once, as a film:

# %%
plotting.film_paths(valley, paths, **view)

# %% [markdown]
# Which one wins? That depends on the rates, so be fair: let each runner try eleven of them, from 0.003 up by factors of
# two, and keep its best result.
#
# **Predict:** which runner ends lowest?

# %%
rates = [0.003 * 2**n for n in range(11)]


def best_height(make, **surface):
    """The lowest height that a runner reaches in forty steps, over all rates."""
    return min(valley(race(lambda p, r=rate: make(p, r), **surface)[-1]) for rate in rates)


best = {name: best_height(make) for name, make in runners.items()}
print(*(f"{name:17} {height:.4f}" for name, height in best.items()), sep="\n")

# %% [markdown]
# AdaGrad and RMSProp win here. But this valley flatters them: they scale each parameter by itself, and this valley
# happens to lie along the axes. Turn it by 45 degrees and a steep direction is no longer a parameter. Gradient descent
# and momentum do not notice the turn; AdaGrad loses most of its lead.

# %%
assert min(best, key=best.get) in ("AdaGrad", "RMSProp")


def turned(p):
    return ((p[0] + p[1]) / 2**0.5) ** 2 / 2 + 10 * ((p[1] - p[0]) / 2**0.5) ** 2


def ends(make):
    start = ((-9 - 2) / 2**0.5, (2 - 9) / 2**0.5)  # the same place in the turned valley
    return min(turned(race(lambda p, r=rate: make(p, r), turned, start)[-1]) for rate in rates)


# %%
for name in ("gradient descent", "AdaGrad"):
    print(f"{name:17} along the axes {best[name]:.4f}, turned {ends(runners[name]):.4f}")
assert abs(ends(runners["gradient descent"]) - best["gradient descent"]) < 1e-9
assert ends(runners["AdaGrad"]) > 0.1 > 100 * best["AdaGrad"]

# %% [markdown]
# So do not take the podium from here. Take the *habits*: what each of them does in a narrow valley.
#
# ## Two of them by hand
#
# Momentum is two lines: v ← 0.9·v + g, then x ← x - rate·v. **Predict:** the gradient is 1 at every step and the rate
# is 1. How long is the first step, and how long is the sixtieth?

# %%
x = Value(0.0)
optimizer = nn.SGD([x], learning_rate=1.0, momentum=0.9)
positions = [0.0]
for _ in range(60):
    x.grad = 1.0  # a steady slope
    optimizer.step()
    positions.append(x.data)
lengths = [before - after for before, after in pairwise(positions)]
print(f"first step {lengths[0]:.2f}, tenth {lengths[9]:.2f}, sixtieth {lengths[59]:.2f}")

# %% [markdown]
# If the gradient stays the same, v grows to g/(1 - 0.9), which is ten times the gradient: a heavy ball rolls ten times
# faster on a steady slope.
#
# Adam divides a running mean of the gradients by the root of a running mean of their squares. If all gradients are
# equal to g, that is g/√g² = ±1. So whatever the gradient, a step is about `learning_rate` long. This is why one
# learning rate serves so many networks, and why you read it differently from gradient descent's: it is a *length*.

# %%
assert lengths[0] == 1.0 and 9.9 < lengths[59] < 10

# %% [markdown]
# **Predict:** Adam's first step, with learning rate 0.1, for the gradients 1000, 1 and 0.001.

# %%
moved = {}
for gradient in (1000.0, 1.0, 0.001):
    x = Value(5.0)
    x.grad = gradient
    nn.Adam([x], learning_rate=0.1).step()
    moved[gradient] = x.data
    print(f"gradient {gradient:8}: 5 -> {x.data:.4f}")

# %% [markdown]
# The same step each time. The price: near a minimum the gradients become small, and Adam's steps do not. Something else
# must make them shorter (see the schedules below).
#
# ## Real data
#
# 442 patients, ten measurements each; the target is how far their diabetes progressed in a year. We use 150 of them.
# The targets are numbers, so the loss is the mean squared error. We standardize the targets too, so that error 1 is
# what you get by always predicting the mean.

# %%
assert all(abs(end - 4.9) < 1e-4 for end in moved.values())
X, y = nn.load_diabetes()
X, targets = nn.standardize(X)[:150], nn.standardize([[number] for number in y])[:150]
y = [target for (target,) in targets]
print(f"{len(X)} patients, {len(X[0])} measurements each")
assert (len(X), len(X[0]), len(y)) == (150, 10, 150)

# %% [markdown]
# The same network with four optimizers, with the same first weights (the seed) and the same batches. To be fair, each
# optimizer gets three or four learning rates, and the best run counts.

# %%
train = {"loss": "mean_squared_error", "batch_size": 15, "progress": False, "seed": 0}


def run(make, rate, epochs=15):
    """The loss of each epoch."""
    model = nn.MLP(10, [8, 1], activation="tanh", seed=0)
    return nn.fit(model, X, y, optimizer=make(model, rate), epochs=epochs, **train)["loss"]


# %% [markdown]
# **Predict** which of the four has the highest loss at the end, even at its best rate.

# %%
choices = {
    "SGD": (lambda model, rate: nn.SGD(model, rate), (0.05, 0.1, 0.2, 0.4)),
    "SGD with momentum": (lambda model, rate: nn.SGD(model, rate, momentum=0.9), (0.01, 0.02, 0.05)),
    "RMSProp": (lambda model, rate: nn.RMSProp(model, rate), (0.01, 0.03, 0.1)),
    "Adam": (lambda model, rate: nn.Adam(model, rate), (0.01, 0.03, 0.1)),
}
runs = {name: {rate: run(make, rate) for rate in rates} for name, (make, rates) in choices.items()}
best = {name: min(tries, key=lambda rate: tries[rate][-1]) for name, tries in runs.items()}
curves = {f"{name}, rate {rate}": runs[name][rate] for name, rate in best.items()}
plotting.plot_curves(curves, xlabel="epoch", ylabel="mean squared error", title="diabetes, MLP(10, [8, 1])")

# %% [markdown]
# Each at its own best rate, all three beat plain SGD on the data they are trained on. (Whether the model is then better
# for *other* patients is a different question. Lesson 12 asks it.) Note how different the best rates are: a rate by
# itself says nothing, it belongs to an optimizer.

# %%
final = {name: runs[name][rate][-1] for name, rate in best.items()}
assert max(final, key=final.get) == "SGD"
assert best["SGD"] > 3 * best["Adam"]

# %% [markdown]
# ## Break it: too low, too high
#
# Try rates that differ by a factor of 1.5, for six epochs each, and plot the loss that is reached against the rate.
#
# **Predict:** what is the shape of the curve? And if the rate is far too high, does `fit` return a bad model, or raise
# an error?

# %%
rates = [0.3 * 1.5**n for n in range(-8, 5)]
reached = [run(lambda model, rate: nn.SGD(model, rate), rate, epochs=6)[-1] for rate in rates]
curves = {"loss after six epochs": [loss if loss < 1 else None for loss in reached]}
curves["diverged (the true loss is off the chart)"] = [1.0 if loss >= 1 else None for loss in reached]
labels = {"xlabel": "learning rate", "ylabel": "mean squared error", "title": "six epochs of SGD"}
plotting.plot_curves(curves, x=rates, log="x", **labels)

# %% [markdown]
# It is always this shape. Too low a rate learns too slowly; then comes a broad good region; and behind it, within a
# factor of five, a cliff. The best rate lies not far before the cliff.
#
# `fit` did not raise: a loss with fifty digits is still a number. It stops with an error that names the step only once
# a loss or gradient is no longer finite.

# %%
best, cliff = rates[reached.index(min(reached))], rates[next(n for n, loss in enumerate(reached) if loss >= 1)]
print(f"best rate {best:.2f}, diverges from {cliff:.2f} on, where the loss has {len(str(int(max(reached))))} digits")
assert 2 < cliff / best < 8 and reached[0] > 1.2 * min(reached) and max(reached) > 1e20

# %% [markdown]
# ## Fix it: schedules
#
# Near the bottom, every mini-batch points in a slightly different direction, and with a fixed rate the parameters keep
# jumping about. So let the rate fall: large steps while the way is long, small ones when you are nearly there. A
# **schedule** is a function from the time (in epochs) to a factor for the rate.

# %%
times = [i / 2 for i in range(61)]
schedules = (
    nn.StepDecay(every=10, factor=0.3), nn.ExponentialDecay(0.9), nn.LinearDecay(total=30),
    nn.CosineDecay(total=30), nn.WarmUp(5, then=nn.CosineDecay(total=25)),
)  # fmt: skip
curves = {type(schedule).__name__: [schedule(time) for time in times] for schedule in schedules}
plotting.plot_curves(curves, x=times, xlabel="epoch", ylabel="factor for the rate", title="five schedules")

# %% [markdown]
# **Predict:** the same network with a rate that is a little too high, once fixed, once with a cosine. How will the last
# epochs differ?

# %%
noisy, train["batch_size"] = {}, 5
for name, schedule in (("fixed", None), ("cosine", nn.CosineDecay(total=25))):
    model = nn.MLP(10, [8, 1], activation="tanh", seed=0)
    history = nn.fit(model, X, y, optimizer=nn.SGD(model, 0.15), epochs=25, schedule=schedule, **train)
    noisy[name] = history["loss"]
plotting.plot_curves(noisy, xlabel="epoch", ylabel="mean squared error", title="rate 0.15, batches of 5")

# %% [markdown]
# The end of the two curves is what counts: the first keeps jumping, the second settles down, and lower.

# %%
jumps = {name: max(abs(a - b) for a, b in pairwise(curve[-6:])) for name, curve in noisy.items()}
assert noisy["cosine"][-1] < noisy["fixed"][-1] and jumps["cosine"] < jumps["fixed"]

# %% [markdown]
# ## What to remember
#
# - A rate above 2/curvature diverges. The steepest direction sets the limit, and the flattest one pays for it.
# - Momentum averages out what changes sign. AdaGrad, RMSProp and Adam make steep and flat parameters alike.
# - Adam with 0.01 or 0.001 and a falling schedule is a good first try. When in doubt, plot the loss against the rate.
# - Compare optimizers only at the best rate of each.
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
# gradient and rate and returns the pair (new position, new velocity). Use the two lines of this lesson.


# %%
def momentum_step(x, velocity, gradient, rate): ...


check("11.2", momentum_step)

# %% [markdown]
# **11.3** Write Adam's step number t = 1, 2, 3 ... for a single number. It takes x, the two running means m and s (both
# 0 before the first step), the gradient, t and the rate, and returns (new x, new m, new s). A running mean keeps 0.9 of
# m and 0.999 of s and takes the rest from the new number. In the step, each mean is divided by 1 - 0.9**t or 1 -
# 0.999**t, to make up for the 0 it started from. You may leave out epsilon.


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
# **11.5** Eight steps of gradient descent on f(x) = 2x² from x = 1. With which of the rates 0.1, 0.2, 0.4 and 0.49 does
# x end nearest to the bottom? A number.

# %%
best_rate = ...
check("11.5", best_rate)

# %% [markdown]
# **11.6** Adam with learning rate 0.1 has seen the same gradient, 0.01, for a long time. How long is its next step? A
# number.

# %%
length = ...
check("11.6", length)

# %% [markdown]
# **What you know now.** What a learning rate can bear, what six optimizers do in a narrow valley, and why rates fall.
# Next: [12 · Generalising](12-generalising.ipynb).
