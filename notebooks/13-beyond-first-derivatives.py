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
# # 13 · Beyond first derivatives
#
# **The slope tells you which way is down. What tells you how far to go?** The slope of the slope. And once a program
# can differentiate, it can differentiate what it has differentiated.
#
# You need values and gradients (00 to 03) and optimizers (11); about 60 minutes. Afterwards you can take derivatives of
# any order, say what forward and reverse mode cost, read a Hessian, and minimise in six steps what took hundreds.

# %%
import matplotlib.pyplot as plt
import numpy as np

from autograd import Value, draw, exp, grad, gradients, hessian, hvp, jacobian, jvp, log, sin, vjp

# %% [markdown]
# ## The derivative is a function, too
#
# `grad(f)` takes a function and returns another one, its derivative. So nothing keeps us from giving it to `grad`
# again.
#
# **Predict** on paper: f(x) = x³. What are f', f'' and f''' at x = 2? And the fourth?


# %%
def f(x):
    return x**3


derivatives = [f]
for _ in range(4):
    derivatives.append(grad(derivatives[-1]))
print([derivative(2.0) for derivative in derivatives])
assert [derivative(2.0) for derivative in derivatives] == [8.0, 12.0, 12.0, 6.0, 0.0]

# %% [markdown]
# 8, then 3·2² = 12, then 6·2 = 12, then 6, then 0. Exact, to the last digit: nothing is nudged here.
#
# Try the same on a curve, sin(x), and draw all of its derivatives. Each is the one before, a quarter wave earlier.

# %%
figure, axes = plt.subplots(figsize=(6, 3))
points, curve = [i / 20 for i in range(-60, 61)], sin
for order in range(4):
    axes.plot(points, [curve(x) for x in points], label=f"derivative {order}" if order else "sin")
    curve = grad(curve)
axes.legend(fontsize=8)
plt.show()
assert abs(curve(1.0) - sin(1.0)) < 1e-12  # the fourth derivative of sin is sin

# %% [markdown]
# ## How can that be?
#
# `backward()` computes numbers. But its work is multiplying and adding, and we have an object that records multiplying
# and adding: `Value`. So run the backward sweep *on Values*, and the gradient comes out with a graph of its own. That
# is what `create_graph=True` asks for.
#
# **Predict:** y = x · x · x. Which operations does the graph of dy/dx consist of?

# %%
x = Value(2.0, label="x")
slope = gradients(x * x * x, x, create_graph=True)
slope.label = "dy/dx"
draw(slope)

# %% [markdown]
# Only multiplications and additions: x·x + x·x + x·x, in whatever order the chain rule found them. It is an ordinary
# graph. Differentiate it as any other:

# %%
slope.backward()
print("dy/dx =", slope.data, "  d²y/dx² =", x.grad)
assert (slope.data, x.grad) == (12.0, 12.0)

# %% [markdown]
# ## Forward or reverse?
#
# The chain rule is a product of partials along each path, and one can multiply from either end.
#
# - **Reverse mode** starts at the output with 1 and goes back: *how much does the output change with each node?* One
#   sweep gives the derivatives of **one output** with respect to **all inputs**. That is `backward()`, or `vjp`.
# - **Forward mode** starts at an input with 1 and goes along with the computation: *how much does each node change with
#   this input?* One sweep gives the derivatives of **all outputs** with respect to **one input**. That is `jvp`.
#
# Both use the same partials and give the same numbers. Here are two outputs of three inputs, and all six derivatives
# (the **Jacobian**: a row for each output, a column for each input) found in both ways.


# %%
def outputs(x):
    return [x[0] * x[1] + x[2], sin(x[0]) * x[2]]


point = [1.0, 2.0, 3.0]
_, back = vjp(outputs, point)
rows = [back(seed)[0] for seed in ([1.0, 0.0], [0.0, 1.0])]  # two sweeps, one for each output
columns = [jvp(outputs, (point,), (seed,))[1] for seed in ([1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0])]  # three
print(np.array(rows).round(3))
assert np.allclose(rows, np.transpose(columns)) and np.allclose(rows, jacobian(outputs)(point))

# %% [markdown]
# Two sweeps in reverse, three forward. A network has a million inputs (its parameters) and one output (its loss).
#
# **Predict:** how many sweeps does each mode need for its gradient?


# %%
def edges(output):
    """How many multiply-and-adds one sweep through the graph of `output` takes: one for each edge."""
    seen, stack, count = {output}, [output], 0
    while stack:
        operands = [o for o in stack.pop().operands if isinstance(o, Value)]
        count += len(operands)
        stack += set(operands) - seen
        seen |= set(operands)
    return count


# %% [markdown]
# A sum of n terms, for n from 2 to 1,024. In forward mode each input needs a sweep of its own; in reverse mode one
# sweep does for all of them.

# %%
sizes, forward, reverse = [2**n for n in range(1, 11)], [], []
for n in sizes:
    total = Value(0.0)
    for x in [Value(i / n) for i in range(n)]:
        total = total + sin(x) * x
    forward.append(n * edges(total))  # a sweep for each input
    reverse.append(edges(total))  # one sweep
print(f"{sizes[-1]} inputs: forward {forward[-1]:,} steps, reverse {reverse[-1]:,}")
assert forward[-1] == sizes[-1] * reverse[-1]

# %%
figure, axes = plt.subplots(figsize=(6, 3.2))
axes.plot(sizes, forward, "o-", label="forward mode")
axes.plot(sizes, reverse, "o-", label="reverse mode")
axes.set(xscale="log", yscale="log", xlabel="inputs", ylabel="multiply-and-adds", title="the gradient of one output")
axes.legend()
plt.show()

# %% [markdown]
# This is why everybody who trains networks uses reverse mode. It has a price, too: reverse mode must remember the whole
# graph until it comes back, forward mode can forget as it goes. With few inputs and many outputs, forward wins.
#
# ## The Hessian
#
# With several inputs there are many second derivatives: differentiate by each input, and then by each input again.
# Written as a square table that is the **Hessian**. f(x, y) = x²/2 + 10·y² is the narrow valley of lesson 11.
#
# **Predict** its four numbers.


# %%
def valley(p):
    return p[0] ** 2 / 2 + 10 * p[1] ** 2


print(np.array(hessian(valley)([3.0, -1.0])))
assert hessian(valley)([3.0, -1.0]) == [[1.0, 0.0], [0.0, 20.0]]

# %% [markdown]
# On the diagonal the curvature along x and along y. Off it, how the slope along x changes when y moves: here not at
# all. Turn the valley by 30 degrees, and these fill up. But the valley is still the same, with curvature 1 along its
# floor and 20 across. The **eigenvalues** of the Hessian are the curvatures along the valley's own axes.


# %%
def turned(p):
    c, s = 3**0.5 / 2, 0.5  # cosine and sine of 30 degrees
    return valley([c * p[0] + s * p[1], c * p[1] - s * p[0]])


table = np.array(hessian(turned)([3.0, -1.0]))
curvatures, axes_of_valley = np.linalg.eigh(table)
print(table.round(2), "  eigenvalues:", curvatures.round(6))
assert np.allclose(curvatures, [1, 20]) and np.allclose(table, table.T)

# %% [markdown]
# The valley from above, with its two own axes. Each is drawn so long that walking along it climbs by the same height:
# short where it is steep.

# %%
grid = np.linspace(-4, 4, 81)
figure, axes = plt.subplots(figsize=(4.5, 4))
axes.contour(grid, grid, [[turned([x, y]) for x in grid] for y in grid], levels=[1, 4, 10, 25, 60], colors="lightgray")
for curvature, axis in zip(curvatures, axes_of_valley.T):
    length = 3 / curvature**0.5
    axes.plot([-length * axis[0], length * axis[0]], [-length * axis[1], length * axis[1]], label=f"{curvature:.0f}")
axes.legend(title="curvature")
axes.set_aspect("equal")
plt.show()

# %% [markdown]
# The table is symmetric, always: it does not matter by which input you differentiate first. And from lesson 11 we know
# what the largest curvature is good for: gradient descent converges below the rate 2/20.
#
# ## Newton's method
#
# If you know the slope *and* the curvature, you need no learning rate. A parabola with slope g and curvature h at this
# place has its bottom at a distance of g/h. So go there: x ← x - f'(x)/f''(x). If f is a parabola, you are there in one
# step; if it is not, do it again.
#
# f(x) = eˣ - 2x has its bottom where eˣ = 2, at log 2. **Predict:** how many steps from x = 2 to nine digits? And
# gradient descent?


# %%
def bowl(x):
    return exp(x) - 2 * x


newton, descent = [2.0], [2.0]
for _ in range(8):
    newton.append(newton[-1] - grad(bowl)(newton[-1]) / grad(grad(bowl))(newton[-1]))
    descent.append(descent[-1] - 0.2 * grad(bowl)(descent[-1]))
for step, x in enumerate(newton[:6]):
    print(f"step {step}: x = {x:.9f}, error {abs(x - log(2.0)):.0e}")

# %%
figure, axes = plt.subplots(figsize=(6, 3))
for name, path in (("gradient descent, rate 0.2", descent), ("Newton", newton[:7])):
    axes.plot([max(abs(x - log(2.0)), 1e-16) for x in path], "o-", label=name)
axes.set(yscale="log", xlabel="step", ylabel="distance from the bottom")
axes.legend()
plt.show()
assert abs(newton[6] - log(2.0)) < 1e-14 and abs(descent[8] - log(2.0)) > 1e-3

# %% [markdown]
# On the logarithmic scale gradient descent is a straight line: each step wins the same number of digits. Newton's curve
# bends down: each step *doubles* the number of right digits.
#
# In several dimensions the division becomes a system of linear equations, Hessian · step = gradient. Here is
# Rosenbrock's banana, a curved valley that optimizers have feared since 1960.


# %%
def banana(p):
    return (1 - p[0]) ** 2 + 20 * (p[1] - p[0] ** 2) ** 2


# %% [markdown]
# Six steps of Newton and 300 of gradient descent, from the same place:

# %%
newton = [np.array([-1.2, 1.0])]
for _ in range(6):
    step = np.linalg.solve(hessian(banana)(newton[-1].tolist()), grad(banana)(newton[-1].tolist()))
    newton.append(newton[-1] - step)
descent = [np.array([-1.2, 1.0])]
for _ in range(300):
    descent.append(descent[-1] - 0.008 * np.array(grad(banana)(descent[-1].tolist())))

# %%
figure, axes = plt.subplots(figsize=(6, 4))
xs, ys = np.linspace(-1.8, 1.8, 91), np.linspace(-3.5, 2.5, 91)
heights = [[banana([x, y]) for x in xs] for y in ys]
axes.contour(xs, ys, heights, levels=[0.5, 3, 10, 40, 120, 300], colors="lightgray")
axes.plot(*zip(*descent), label="gradient descent, 300 steps")
axes.plot(*zip(*newton), "o-", label="Newton, 6 steps")
axes.plot(1, 1, "k*", markersize=12)
axes.legend()
plt.show()
assert banana(newton[-1]) < 1e-6 < 1e-3 < banana(descent[-1])

# %% [markdown]
# Newton jumps, even uphill once, and is at the star after six steps. Gradient descent crawls along the floor.
#
# ## Break it
#
# Why does nobody train networks like this? One reason you can see here: f(x, y) = x² - y² is a **saddle**, down along
# y, up along x. **Predict:** where does one Newton step from (2, 0.5) lead, and is that good?


# %%
def saddle(p):
    return p[0] ** 2 - p[1] ** 2


place = np.array([2.0, 0.5])
step = np.linalg.solve(hessian(saddle)(place.tolist()), grad(saddle)(place.tolist()))
print("Newton goes to", place - step, "- curvatures there:", np.linalg.eigvalsh(hessian(saddle)([0.0, 0.0])))
assert np.allclose(place - step, 0)

# %% [markdown]
# Straight to the saddle point, where the slope is 0 and which is no minimum at all. Newton looks for places where the
# slope vanishes, of any kind. One negative eigenvalue gives it away. The surface of a network's loss is full of
# saddles.
#
# The other reason is size: a million parameters have a Hessian of a million times a million numbers.
#
# ## Fix it: curvature without the table
#
# But often all you need is the Hessian times one vector: how does the gradient change when I go in this direction? That
# is one directional derivative of the gradient, two sweeps, and no table. `hvp` does it.

# %%
point, direction = [0.5, -0.3], [1.0, 2.0]
product = hvp(banana, point, direction)
by_table = np.array(hessian(banana)(point)) @ direction
h = 1e-6
nudged = [p + h * d for p, d in zip(point, direction)]
by_nudge = (np.array(grad(banana)(nudged)) - grad(banana)(point)) / h
print("hvp:", np.round(product, 6), "  table:", by_table.round(6), "  nudge:", by_nudge.round(3))
assert np.allclose(product, by_table) and np.allclose(product, by_nudge, rtol=1e-3)

# %% [markdown]
# A use: the largest curvature, which limits the learning rate. Multiply any vector by the Hessian again and again, and
# it turns into the direction of the largest curvature (**power iteration**).

# %%
vector = np.array([1.0, 1.0])
for _ in range(10):
    vector = np.array(hvp(turned, [3.0, -1.0], vector.tolist()))
    length = np.linalg.norm(vector)
    vector = vector / length
print(f"largest curvature {length:.6f}: keep the learning rate below {2 / length:.3f}")
assert abs(length - 20) < 1e-4

# %% [markdown]
# ## Exercises
#
# **13.1** Write `newton_step(f, x)`: one step of Newton's method towards a minimum of f, for a single number. `grad` is
# at hand.

# %%
from chalkgrad.exercises import check, hint


def newton_step(f, x): ...


check("13.1", newton_step)

# %% [markdown]
# **13.2** A function takes 1,000 numbers and returns 3. How many sweeps does each mode need for all 3,000 derivatives?

# %%
sweeps = {"forward": ..., "reverse": ...}
check("13.2", sweeps)

# %% [markdown]
# **13.3** f(x, y) = x² + 3xy + 5y². Below which learning rate does gradient descent on it converge? (Its Hessian has
# whole numbers, and so have its eigenvalues.)

# %%
largest_rate = ...
check("13.3", largest_rate)

# %% [markdown]
# **13.4** Write `times_hessian(f, x, v)`: the Hessian of f at x (a list) times v (a list), as a list. Use `grad` twice,
# and neither `hessian` nor `hvp`. (The gradient times v is *one number*. What is its gradient?)


# %%
def times_hessian(f, x, v): ...


check("13.4", times_hessian)

# %% [markdown]
# **What you know now.** Derivatives of derivatives, and what they are good for: reverse mode for many inputs, forward
# for few; the Hessian's eigenvalues are curvatures; Newton doubles the digits. Next: [14 · Images:
# digits](14-images-digits.ipynb).
