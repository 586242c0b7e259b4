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
# You need values and gradients (00 to 03) and optimizers (11); about 120 minutes, in two parts of an hour each.
# Afterwards you can take derivatives of any order, say what forward and reverse mode cost, read a Hessian, and minimise
# in six steps what took hundreds. The second part needs a little linear algebra; a section there shows what, in
# numbers.

# %%
from itertools import pairwise

import numpy as np

from autograd import Value, draw, exp, grad, gradients, hessian, hvp, jacobian, jvp, log, sin, vjp
from nn import plotting

# %% [markdown]
# ## Part 1. The derivative is a function, too
#
# `grad(f)` takes a function and returns another function, its derivative. So nothing keeps us from giving it to `grad`
# again.
#
# **Predict** on paper: f(x) = x³. What are f', f'' and f''' at x = 2? And the fourth derivative?


# %%
def f(x):
    return x**3


derivatives = [f]
for _ in range(4):
    derivatives.append(grad(derivatives[-1]))
print([derivative(2.0) for derivative in derivatives])

# %% [markdown]
# 8, then 3·2² = 12, then 6·2 = 12, then 6, then 0. They are exact to the last digit, because nothing is nudged here.
#
# Try the same on a curve, sin(x), and draw it with its first three derivatives. Each is the one before, shifted by a
# quarter of a wave.

# %%
assert [derivative(2.0) for derivative in derivatives] == [8.0, 12.0, 12.0, 6.0, 0.0]
points, curve, curves = [i / 20 for i in range(-60, 61)], sin, {}
for name in ("sin", "first derivative", "second", "third"):
    curves[name] = [curve(x) for x in points]
    curve = grad(curve)
assert abs(curve(1.0) - sin(1.0)) < 1e-12  # the fourth derivative of sin is sin
plotting.plot_curves(curves, x=points, xlabel="x", ylabel="height")

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
# graph. Differentiate it like any other:

# %%
slope.backward()
print("dy/dx =", slope.data, "  d²y/dx² =", x.grad)
assert (slope.data, x.grad) == (12.0, 12.0)

# %% [markdown]
# ## Forward or reverse?
#
# The chain rule is a product of local derivatives along each path, and you can multiply from either end.
#
# - **Reverse mode** starts at the output with 1 and goes back: *how much does the output change with each node?* One
#   sweep gives the derivatives of **one output** with respect to **all inputs**. That is `backward()`, or `vjp`.
# - **Forward mode** starts at an input with 1 and goes along with the computation: *how much does each node change with
#   this input?* One sweep gives the derivatives of **all outputs** with respect to **one input**. That is `jvp`.
#
# Both use the same local derivatives and give the same numbers. Here are two outputs of three inputs. All six
# derivatives form a table, the **Jacobian**, with a row for each output and a column for each input. (`vjp` is short
# for vector-Jacobian product, `jvp` for Jacobian-vector product.)
#
# **Predict:** how many sweeps does each mode need to fill the table?


# %%
def outputs(x):
    return [x[0] * x[1] + x[2], sin(x[0]) * x[2]]


point = [1.0, 2.0, 3.0]
_, back = vjp(outputs, point)
rows = [back(seed)[0] for seed in ([1.0, 0.0], [0.0, 1.0])]
columns = [jvp(outputs, (point,), (seed,))[1] for seed in ([1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0])]
print(np.array(rows).round(3))

# %% [markdown]
# Two sweeps in reverse, since each gives a row; three forward, since each gives a column. A network has a million
# inputs (its parameters) and one output (its loss). So reverse mode needs one sweep, and forward mode a million.
#
# Believe it only when it is counted.

# %%
assert np.allclose(rows, np.transpose(columns)) and np.allclose(rows, jacobian(outputs)(point))

# %% [markdown]
# Forward mode is so simple that you can write it yourself: a number that carries its derivative with respect to one
# input along with it. Each operation on such numbers counts its steps, one for each operand.


# %%
class Dual:
    """A number, and its derivative with respect to one chosen input."""

    def __init__(self, data, slope):
        self.data, self.slope = data, slope

    def __add__(self, other):
        Dual.steps += 2
        return Dual(self.data + other.data, self.slope + other.slope)

    def __mul__(self, other):
        Dual.steps += 2
        return Dual(self.data * other.data, self.slope * other.data + self.data * other.slope)


# %% [markdown]
# For a gradient, the function has to be computed once for each input, and each time a different input gets the
# derivative 1. In reverse mode, a step is a multiplication and an addition for each edge of the graph.


# %%
def by_forward(f, numbers):
    """The gradient of f, an input at a time, and the steps that it took."""
    Dual.steps = 0
    seeds = [[float(i == chosen) for i in range(len(numbers))] for chosen in range(len(numbers))]
    return [f([Dual(x, s) for x, s in zip(numbers, seed)]).slope for seed in seeds], Dual.steps


def edges(output, seen):
    """How many edges the graph of `output` has."""
    inner = [o for o in output.operands if isinstance(o, Value)]
    new = [o for o in dict.fromkeys(inner) if o not in seen and not seen.add(o)]
    return len(inner) + sum(edges(o, seen) for o in new)


# %% [markdown]
# The test function is x₁² + x₂² + ... + xₙ². **Predict** how the two curves depend on n.


# %%
def sum_of_squares(numbers):
    total = numbers[0] * numbers[0]
    for x in numbers[1:]:
        total = total + x * x
    return total


sizes, steps = [2**n for n in range(1, 9)], {"forward mode": [], "reverse mode": []}
for n in sizes:
    steps["forward mode"].append(by_forward(sum_of_squares, [0.5] * n)[1])
    steps["reverse mode"].append(edges(sum_of_squares([Value(0.5) for _ in range(n)]), set()))
plotting.plot_curves(steps, x=sizes, log="xy", xlabel="inputs", ylabel="steps", title="the gradient of one output")

# %% [markdown]
# Reverse mode grows with n, forward mode with n²: with 256 inputs it takes 256 times as many steps. This is why
# networks are trained in reverse mode. It has a price, too: reverse mode must remember the whole graph until it comes
# back, while forward mode can forget as it goes. With few inputs and many outputs, forward mode wins.

# %%
numbers = [0.5, -1.0, 2.0]
assert by_forward(sum_of_squares, numbers)[0] == grad(sum_of_squares)(numbers) == [1.0, -2.0, 4.0]
assert all(f == n * r for n, f, r in zip(sizes, steps["forward mode"], steps["reverse mode"]))

# %% [markdown]
# ## Newton's method
#
# What is a second derivative good for? If you know the slope *and* the curvature, you need no learning rate. A parabola
# with slope g and curvature h at this place has its bottom at a distance of g/h. So go there: x ← x - f'(x)/f''(x). If
# f is a parabola, you are there in one step; if it is not, do it again.
#
# f(x) = eˣ - 2x has its bottom where eˣ = 2, at log 2. **Predict:** how many steps from x = 2 to nine correct digits?
# And how many with gradient descent?


# %%
def bowl(x):
    return exp(x) - 2 * x


paths = {"gradient descent, rate 0.2": [2.0], "Newton": [2.0]}
for _ in range(8):
    x, z = (path[-1] for path in paths.values())
    paths["gradient descent, rate 0.2"].append(x - 0.2 * grad(bowl)(x))
    paths["Newton"].append(z - grad(bowl)(z) / grad(grad(bowl))(z))
errors = {name: [max(abs(x - log(2.0)), 1e-16) for x in path] for name, path in paths.items()}
plotting.plot_curves(errors, x=range(9), log="y", xlabel="step", ylabel="distance from the bottom")

# %% [markdown]
# On the logarithmic scale gradient descent is a straight line: each step gains the same number of digits. Newton's
# curve bends down: each step *doubles* the number of correct digits, until no more digits fit into a float.

# %%
print("Newton's errors:", *(f"{error:.0e}" for error in errors["Newton"][:7]))
assert errors["Newton"][5] < 1e-9 and errors["gradient descent, rate 0.2"][8] > 1e-3
assert all(after < before**2 for before, after in zip(errors["Newton"][2:5], errors["Newton"][3:6]))

# %% [markdown]
# This is a good place to stop for today.
#
# ## Part 2. Tables that act on vectors
#
# With several inputs, the numbers become tables. You need four facts about them. Here they are for one 2 x 2 table,
# with the rows (2, 1) and (1, 2):
#
# 1. A table (a **matrix**) times a **vector** is a vector: each row is multiplied by the vector, number by number, and
#    added up. Our table turns (1, 0) into (2·1 + 1·0, 1·1 + 2·0) = (2, 1). NumPy writes it `table @ vector`.
# 2. Some vectors are not turned, only stretched. (1, 1) becomes (3, 3), three times itself. (1, -1) stays (1, -1), one
#    time itself. These are the **eigenvectors** of the table, and the factors 3 and 1 are its **eigenvalues**.
# 3. You can ask backwards: which vector does the table turn into (3, 3)? That is a system of two equations, and
#    `np.linalg.solve` answers (1, 1).
# 4. For a table that is symmetric, like ours, the eigenvectors are at right angles to each other.

# %%
table = np.array([[2.0, 1.0], [1.0, 2.0]])
print("times (1, 0):", table @ [1, 0], "  times (1, 1):", table @ [1, 1], "  times (1, -1):", table @ [1, -1])
print("solve:", np.linalg.solve(table, [3, 3]), "  eigenvalues:", np.linalg.eigvalsh(table))
assert np.allclose(np.linalg.eigvalsh(table), [1, 3]) and np.allclose(np.linalg.solve(table, [3, 3]), [1, 1])

# %% [markdown]
# ## The Hessian
#
# With several inputs there are many second derivatives: differentiate with respect to each input, and then with respect
# to each input again. Written as a square table this is the **Hessian**. f(x, y) = x²/2 + 10·y² is the narrow valley of
# lesson 11.
#
# **Predict** its four numbers.


# %%
def valley(p):
    return p[0] ** 2 / 2 + 10 * p[1] ** 2


print(np.array(hessian(valley)([3.0, -1.0])))

# %% [markdown]
# On the diagonal are the curvatures along x and along y. Off the diagonal is how the slope along x changes when y
# moves: here not at all. Turn the valley by 30 degrees, and these fields fill up. But the valley is still the same,
# with curvature 1 along its floor and 20 across it.
#
# **Predict:** what are the eigenvalues of the turned valley's Hessian?

# %%
c, s = 3**0.5 / 2, 0.5  # cosine and sine of 30 degrees


def turned(p):
    return valley([c * p[0] + s * p[1], c * p[1] - s * p[0]])


table = np.array(hessian(turned)([3.0, -1.0]))
curvatures, axes_of_valley = np.linalg.eigh(table)
print(table.round(2), "  eigenvalues:", curvatures.round(6))

# %% [markdown]
# They are 1 and 20 again: the **eigenvalues** of the Hessian are the curvatures along the valley's own axes, and the
# eigenvectors are these axes. The picture shows the valley from above, with its two axes. Each is drawn to the length
# at which you climb the same height, so it is short where the valley is steep.

# %%
assert hessian(valley)([3.0, -1.0]) == [[1.0, 0.0], [0.0, 20.0]]
assert np.allclose(curvatures, [1, 20]) and np.allclose(table, table.T)
ends = {f"curvature {h:.0f}": 3 / h**0.5 * axis for h, axis in zip(curvatures, axes_of_valley.T)}
assert all(abs(turned(end) - 4.5) < 1e-9 for end in ends.values())  # the same height
lines = {name: [-end, end] for name, end in ends.items()}
figure = plotting.plot_paths(turned, lines, x=(-4, 4), y=(-4, 4), levels=[1, 4.5, 10, 25, 60], together=True)
figure.axes[0].set_aspect("equal")
figure

# %% [markdown]
# The table is symmetric: it does not matter with respect to which input you differentiate first. (That holds wherever
# the second derivatives are continuous, as they are here.) And from lesson 11 we know what the largest curvature is
# good for: gradient descent converges below the rate 2/20.
#
# ## Newton's method in several dimensions
#
# The division g/h becomes a system of linear equations: find the step with Hessian · step = gradient. Try it on
# Rosenbrock's banana, (1 - x)² + 100·(y - x²)², a curved valley that has been a test for optimizers since 1960. Its
# bottom is at (1, 1). The gradient descent beside it takes 300 steps at rate 0.002.
#
# **Predict:** does Newton's method go downhill at every step?


# %%
def banana(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


newton, descent = [np.array([-1.2, 1.0])], [np.array([-1.2, 1.0])]
for _ in range(6):
    place = newton[-1].tolist()
    newton.append(newton[-1] - np.linalg.solve(hessian(banana)(place), grad(banana)(place)))
for _ in range(300):
    descent.append(descent[-1] - 0.002 * np.array(grad(banana)(descent[-1].tolist())))
paths = {"gradient descent, 300 steps": descent, "Newton, 6 steps": newton}
plotting.plot_paths(banana, paths, x=(-1.8, 1.8), y=(-3.6, 2.5), levels=[1, 5, 25, 100, 400, 1400], together=True)

# %% [markdown]
# Newton jumps, and twice it jumps uphill: it looks for the bottom of the parabola that fits *here*, and far away the
# banana is no parabola. After six steps it is at the bottom all the same. Gradient descent crawls along the floor.

# %%
heights = [banana(p.tolist()) for p in newton]
print("Newton's heights:", *(f"{height:.2g}" for height in heights))
assert sum(after > before for before, after in pairwise(heights)) == 2
assert heights[-1] < 1e-6 < 1e-3 < banana(descent[-1].tolist())

# %% [markdown]
# ## Break it
#
# Why are networks not trained like this? One reason you can see here: f(x, y) = x² - y² is a **saddle**, down along y,
# up along x. **Predict:** where does a single Newton step from (2, 0.5) lead, and is that good?


# %%
def saddle(p):
    return p[0] ** 2 - p[1] ** 2


place = np.array([2.0, 0.5])
step = np.linalg.solve(hessian(saddle)(place.tolist()), grad(saddle)(place.tolist()))
print("Newton goes to", place - step, "where the gradient is", grad(saddle)((place - step).tolist()))
print("curvatures there:", np.linalg.eigvalsh(hessian(saddle)([0.0, 0.0])))

# %% [markdown]
# Straight to the saddle point, where the gradient is 0, though it is not a minimum at all. Newton looks for places
# where the gradient vanishes, of any kind. **A gradient of 0 does not mean a minimum.** One negative eigenvalue gives a
# saddle away. The loss surfaces of networks have many saddles.
#
# The other reason is size: a million parameters have a Hessian of a million times a million numbers.
#
# ## Fix it: curvature without the table
#
# Often all you need is the Hessian times one vector: how does the gradient change when I go in this direction? That is
# a directional derivative of the gradient, and it needs two sweeps and no table. `hvp` (Hessian-vector product) does
# it. **Predict:** name two other ways to get the same vector, to check it with.

# %%
point, direction, h = [0.5, -0.3], [1.0, 2.0], 1e-6
product = hvp(banana, point, direction)
by_table = np.array(hessian(banana)(point)) @ direction
nudged = [p + h * d for p, d in zip(point, direction)]
by_nudge = (np.array(grad(banana)(nudged)) - grad(banana)(point)) / h
print("hvp:", np.round(product, 6), "  table:", by_table.round(6), "  nudge:", by_nudge.round(3))

# %% [markdown]
# One use is the largest curvature, which limits the learning rate. Multiply a vector by the Hessian again and again.
# The part of it along the eigenvector with the largest eigenvalue grows fastest, so the vector turns into that
# direction (**power iteration**). The first vector must have such a part; a random one practically always does.


# %%
def power_iteration(f, point, vector):
    """The size of the eigenvalue that is largest in absolute value."""
    for _ in range(20):
        vector = np.array(hvp(f, point, vector.tolist()))
        length = np.linalg.norm(vector)
        vector = vector / length
    return length


largest = power_iteration(turned, [3.0, -1.0], np.array([1.0, 1.0]))
print(f"largest curvature {largest:.6f}: keep the learning rate below {2 / largest:.3f}")

# %% [markdown]
# Take care at a saddle. **Predict** what power iteration finds for x² - 3y², whose curvatures are 2 and -6.

# %%
at_saddle = power_iteration(lambda p: p[0] ** 2 - 3 * p[1] ** 2, [0.5, 0.5], np.array([1.0, 1.0]))
print(f"power iteration finds {at_saddle:.3f}")

# %% [markdown]
# 6, not 2: it finds the eigenvalue that is largest in *absolute* value, here the downward curvature.

# %%
assert np.allclose(product, by_table) and np.allclose(product, by_nudge, rtol=1e-3)
assert np.allclose(place - step, 0) and abs(largest - 20) < 1e-4 and abs(at_saddle - 6) < 1e-6

# %% [markdown]
# ## Exercises
#
# **13.1** Write `newton_step(f, x)`: one step of Newton's method towards a minimum of f, for a single number. You can
# use `grad`.

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
# whole numbers, and its eigenvalues are whole numbers too.)

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
# **13.5** At some point of a loss surface the gradient is exactly 0. The Hessian there has the eigenvalues 4, 0.5 and
# -1. What is this point? "a": a minimum, "b": a maximum, "c": a saddle point, "d": you cannot tell without the loss.

# %%
answer = ...
check("13.5", answer)

# %% [markdown]
# **What you know now.** Derivatives of derivatives, and what they are good for: reverse mode for many inputs, forward
# for few; the Hessian's eigenvalues are curvatures; Newton doubles the digits. Next: [14 · Images:
# digits](14-images-digits.ipynb).
