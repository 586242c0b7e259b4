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
# # 00 · A derivative is a nudge
#
# **You turn a knob by a tiny bit. How much does the number on the display change, and can a program find that out
# without knowing what is inside the box?**
#
# Everything in this course rests on the answer. You need Python functions and school algebra; about 30 minutes.
# Afterwards you can find the slope of any function by nudging it, and you know why the nudge must not be too small.

# %% [markdown]
# ## A box with one knob
#
# Here is our box: a number goes in, its square comes out. Pretend that you cannot look inside.

# %%
def f(x):
    return x * x


f(3.0)

# %% [markdown]
# **Predict** before you run the next cell: we turn the knob from 3 to 3.001. By how much does the output grow: by
# 0.001, by about 0.006, or by about 0.009?

# %%
change = f(3.001) - f(3.0)
assert 0.005 < change < 0.007
change

# %% [markdown]
# About 0.006: six times the nudge. The **slope** of the box at 3 is this factor: change of the output, divided by
# change of the input. Another name for it is the **derivative**, and that is all that a derivative is: *how many times
# larger than the nudge is its effect?*


# %%
def slope(f, x, h=0.001):
    return (f(x + h) - f(x)) / h


print(slope(f, 3.0))
assert abs(slope(f, 3.0) - 6.0) < 0.002

# %% [markdown]
# ## What it looks like
#
# Two points of a curve, joined by a line: the line's steepness is what `slope` computes. The shorter the step, the
# better does the line lie along the curve. Look how the lines turn towards the true slope, 6.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

xs = [i / 50 for i in range(50, 276)]
figure, axes = plt.subplots(figsize=(5.5, 3.4))
axes.plot(xs, [f(x) for x in xs], color="black", label="f(x) = x²")
for h in (2.0, 1.0, 0.3):
    s = slope(f, 3.0, h)
    axes.plot([2.2, 5.2], [9 + s * (x - 3) for x in (2.2, 5.2)], label=f"step {h}: slope {s:.1f}")
axes.plot(3.0, 9.0, "o", color="black")
axes.legend()
plt.show()
# %% [markdown]
# ## A slope at every place
#
# The slope depends on where we are. **Predict:** the curve falls on the left of 0 and rises on the right of it, faster
# and faster. What will stand in the second row, and can you guess a formula for it?

# %%
places = [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
slopes = [round(slope(f, x), 2) for x in places]
assert all(abs(s - 2 * x) < 0.01 for x, s in zip(places, slopes, strict=True))
print(places, slopes, sep="\n")

# %% [markdown]
# It is 2x everywhere, nearly. Why? Write out what `slope` does and simplify:
#
# $$\frac{(x + h)^2 - x^2}{h} = \frac{2xh + h^2}{h} = 2x + h$$
#
# So the nudge finds 2x, and is wrong by exactly h. That is why 0.001 was to be seen in the third digit.

# %% [markdown]
# ## A better nudge, for free
#
# Nudge to **both** sides, and divide by the whole distance, 2h. For x² the two errors cancel:
#
# $$\frac{(x + h)^2 - (x - h)^2}{2h} = \frac{4xh}{2h} = 2x$$
#
# This is called the *central difference*. For other curves a small error remains, about h² instead of h.

# %%
import math


def forward_error(h):
    return abs((math.sin(1 + h) - math.sin(1)) / h - math.cos(1))


def central_error(h):
    return abs((math.sin(1 + h) - math.sin(1 - h)) / (2 * h) - math.cos(1))


# %% [markdown]
# Both functions measure how wrong a nudge is for sin at x = 1; its true slope there is cos(1). With h = 0.01:

# %%
print(f"one side:   wrong by {forward_error(0.01):.7f}")
print(f"both sides: wrong by {central_error(0.01):.7f}")
assert central_error(0.01) < forward_error(0.01) / 100

# %% [markdown]
# ## Break it: smaller must be better, mustn't it?
#
# If the error is about h, or about h², then let us make h tiny. **Predict:** which error is the smallest: that with h =
# 1e-2, with 1e-5, with 1e-10 or with 1e-15?

# %%
for h in (1e-2, 1e-5, 1e-10, 1e-15):
    print(f"h = {h:.0e}   error {central_error(h):.0e}")

assert central_error(1e-15) > 1000 * central_error(1e-5)

# %% [markdown]
# With h = 1e-15 it is worse than with 1e-2! A computer keeps about 16 digits of a number. f(x + h) and f(x - h) agree
# in almost all of them, so their difference consists of the last, rounded digits, and dividing by a tiny h blows that
# rounding up. The picture of this is called the **U-curve**.

# %%
hs = [10 ** (-k / 4) for k in range(2, 64)]
figure, axes = plt.subplots(figsize=(5.5, 3.4))
axes.loglog(hs, [forward_error(h) + 1e-18 for h in hs], label="one side")
axes.loglog(hs, [central_error(h) + 1e-18 for h in hs], label="both sides")
axes.set(xlabel="nudge h", ylabel="error of the slope", ylim=(1e-13, 10))
axes.legend()
plt.show()
# %% [markdown]
# Read it from right to left: the error falls along a straight line (the bend of the curve, h or h²), reaches a lowest
# point, and then rises again, in a jagged line (the rounding, about 1e-16 / h). For both sides the best h is near 1e-5,
# and the slope is then right to about 11 digits.
#
# **Fix it:** use the central difference with h near 1e-5, never "as small as possible".

# %%
assert central_error(1e-5) < 1e-9
assert forward_error(1e-8) < 1e-7  # one side: its lowest point is at 1e-8, and is higher

# %% [markdown]
# ## Many knobs
#
# A box with two knobs has two slopes: nudge one knob, leave the other alone. Here is `a * b + a` at a = 2, b = -3.
# **Predict** both: if a grows by a bit, how fast does the output change? And if b does?


# %%
def box(a, b):
    return a * b + a


h = 1e-5
by_a = (box(2 + h, -3.0) - box(2 - h, -3.0)) / (2 * h)
by_b = (box(2.0, -3 + h) - box(2.0, -3 - h)) / (2 * h)
print(round(by_a, 6), round(by_b, 6))
assert round(by_a, 6) == -2 and round(by_b, 6) == 2

# %% [markdown]
# Turning a changes the output by b + 1 = -2 times the nudge, and turning b by a = 2 times. A list of such slopes, one
# for each knob, is called a **gradient**.
#
# Now think of a network with a million knobs. Nudging each of them in turn would mean two million runs, for one
# gradient that is not even exact. The library finds the same numbers in one backward sweep, without any nudge:

# %%
from autograd import Value, nudge

a, b = Value(2.0, label="a"), Value(-3.0, label="b")
output = box(a, b)
output.backward()
print(a.grad, b.grad)
assert (a.grad, b.grad) == (-2.0, 2.0)

# %% [markdown]
# How that works is the subject of the next lessons. The nudge stays with us, as the judge: whatever a clever method
# says, one can always turn the knob and look. `nudge` does it for one number of a graph.

# %%
print(nudge(output, a, by=0.001))
assert abs(nudge(output, a, by=0.001).change - -0.002) < 1e-9

# %% [markdown]
# ## Exercises
#
# Put your answer in place of the three dots and run the cell. `check` says whether it is right, or what went wrong;
# `hint("00.1")` helps.
#
# **00.1** f(x) = x² + 3x. How steep is it at x = 2?

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("00.1", answer)


# %% [markdown]
# **00.2** Write `central(f, x, h)`: the slope of f at x, from a nudge by h to either side.


# %%
def central(f, x, h): ...


check("00.2", central)

# %% [markdown]
# **00.3** Which nudge gives the most accurate central difference: `"0.1"`, `"1e-5"` or `"1e-15"`?

# %%
answer = ...
check("00.3", answer)

# %% [markdown]
# **00.4** g(a, b) = a·b². At a = 3, b = 2 you turn b by 0.01, and leave a alone. By how much does the output change,
# approximately?

# %%
answer = ...
check("00.4", answer)

# %% [markdown]
# **What you know now.** A derivative is the effect of a nudge, divided by the nudge. Nudging needs no formula, but one
# or two runs for each knob, and a nudge that is neither too large nor too small. Next: [01 · Values
# remember](01-values-remember.ipynb).
