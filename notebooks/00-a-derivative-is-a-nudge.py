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
# Everything in this course rests on the answer. You need Python functions, lists and school algebra; the
# [primer](primer.md) has the rest on one page. About 40 minutes. Afterwards you can find the slope of any function by
# nudging it, and you know why the nudge must not be too small.

# %% [markdown]
# ## A box with one knob
#
# Here is our box: a number goes in, its square comes out. Pretend that you cannot look inside.

# %%
def f(x):
    return x * x


f(3.0)

# %% [markdown]
# **Predict** before you run the next cell. We turn the knob from 3 to 3.001. Does the output grow by 0.001, by about
# 0.006, or by about 0.009?

# %%
change = f(3.001) - f(3.0)
change

# %% [markdown]
# About 0.006, which is six times the nudge. This factor, the change of the output divided by the change of the input,
# is the **slope** of the box at 3.


# %%
assert 0.005 < change < 0.007


def slope(f, x, h=0.001):
    return (f(x + h) - f(x)) / h


for h in (0.1, 0.01, 0.001, 0.0001):
    print(f"nudge {h}: slope {slope(f, 3.0, h):.4f}")

# %% [markdown]
# The smaller the nudge, the closer the factor comes to 6. The number that it settles on as the nudge shrinks to nothing
# is called the **derivative** of f at 3. That is the whole idea: *how many times larger than a tiny nudge is its
# effect?*
#
# ## What it looks like
#
# Join two points of a curve by a line. The steepness of that line is what `slope` computes. The shorter the step, the
# closer the line follows the curve. Watch the lines turn towards the dotted one, which has the true slope, 6.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt

assert abs(slope(f, 3.0) - 6.0) < 0.002
figure, axes = plt.subplots(figsize=(5.5, 3.4))
axes.plot([1 + i / 50 for i in range(211)], [f(1 + i / 50) for i in range(211)], color="black", label="f(x) = x²")
for h in (2.0, 1.0, 0.3):
    axes.plot([3, 3 + h], [f(3), f(3 + h)], "o-", label=f"step {h}: slope {slope(f, 3.0, h):.1f}")
axes.plot([2, 5], [3, 21], ":", color="gray", label="the limit: slope 6")
axes.set(xlabel="x", ylabel="f(x)")
axes.legend()
plt.show()
# %% [markdown]
# ## A slope at every place
#
# The slope depends on where we are. The curve falls to the left of 0 and rises to the right of it, faster and faster.
# **Predict:** what will the second row show, and can you guess a formula for it?

# %%
places = [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
slopes = [round(slope(f, x), 2) for x in places]
print(places, slopes, sep="\n")

# %% [markdown]
# It is very nearly 2x everywhere. Why? Write out what `slope` does and simplify:
#
# $$\frac{(x + h)^2 - x^2}{h} = \frac{2xh + h^2}{h} = 2x + h$$
#
# So the nudge finds 2x, with an error of exactly h. That is why the error of 0.001 showed up in the third decimal
# place.

# %%
assert all(abs(s - 2 * x) < 0.01 for x, s in zip(places, slopes, strict=True))
assert all(abs(slope(f, 3.0, h) - (6 + h)) < 1e-9 for h in (0.1, 0.01, 0.001))

# %% [markdown]
# ## A better nudge, for free
#
# Nudge to **both** sides, and divide by the whole distance, 2h. For x² the two errors cancel:
#
# $$\frac{(x + h)^2 - (x - h)^2}{2h} = \frac{4xh}{2h} = 2x$$
#
# This is called the *central difference*. For other curves a small error remains, of the order of h² instead of h.

# %%
import math


def forward_error(h):
    return abs((math.sin(1 + h) - math.sin(1)) / h - math.cos(1))


def central_error(h):
    return abs((math.sin(1 + h) - math.sin(1 - h)) / (2 * h) - math.cos(1))


# %% [markdown]
# Both functions measure the error of a nudge for sin at x = 1, where the true slope is cos(1). Try them with h = 0.01.

# %%
print(f"one side:   error {forward_error(0.01):.7f}")
print(f"both sides: error {central_error(0.01):.7f}")
assert central_error(0.01) < forward_error(0.01) / 100

# %% [markdown]
# ## Break it: smaller must be better, mustn't it?
#
# If the error is of the order of h, or of h², then let us make h tiny. **Predict:** which gives the smallest error, h =
# 1e-2, 1e-5, 1e-10 or 1e-15?

# %%
for h in (1e-2, 1e-5, 1e-10, 1e-15):
    print(f"h = {h:.0e}   error {central_error(h):.0e}")

# %% [markdown]
# With h = 1e-15 it is worse than with 1e-2! A computer keeps about 16 digits of a number. f(x + h) and f(x - h) agree
# in almost all of them, so their difference consists of the last, rounded digits, and dividing by a tiny h blows that
# rounding up. The picture of this is called the **U-curve**.

# %%
assert central_error(1e-15) > central_error(1e-2) > 1000 * central_error(1e-5)
hs = [10 ** (-k / 4) for k in range(2, 64)]
figure, axes = plt.subplots(figsize=(5.5, 3.4))
axes.loglog(hs, [forward_error(h) + 1e-18 for h in hs], label="one side")
axes.loglog(hs, [central_error(h) + 1e-18 for h in hs], label="both sides")
axes.set(xlabel="nudge h", ylabel="error of the slope", ylim=(1e-13, 10))
axes.legend()
plt.show()
# %% [markdown]
# Read it from right to left. The error first falls along a straight line, because the step gets shorter: with h on one
# side, where the bend of the curve is the error, and with h² on both sides, where the bend cancels and only the change
# of the bend remains. It reaches a lowest point. Then it rises again in a jagged line, which is the rounding, about
# 1e-16 / h. For both sides the best h is near 1e-5, and the slope is then correct to about 11 digits.
#
# **Fix it:** use the central difference with h near 1e-5, never "as small as possible".

# %%
assert central_error(1e-5) < 1e-9
assert forward_error(1e-8) < 1e-7  # one side: its lowest point is near 1e-8, and is higher
assert 90 < central_error(1e-2) / central_error(1e-3) < 110 and 9 < forward_error(1e-2) / forward_error(1e-3) < 11

# %% [markdown]
# ## Many knobs
#
# A box with two knobs has two slopes: nudge one knob, and leave the other alone. Here is `a * b + a` at a = 2, b = -3.
# **Predict** both. If a grows by a bit, how fast does the output change? And if b does?


# %%
def box(a, b):
    return a * b + a


h = 1e-5
slope_a = (box(2 + h, -3.0) - box(2 - h, -3.0)) / (2 * h)
slope_b = (box(2.0, -3 + h) - box(2.0, -3 - h)) / (2 * h)
print(round(slope_a, 6), round(slope_b, 6))

# %% [markdown]
# Turning a changes the output by b + 1 = -2 times the nudge, and turning b by a = 2 times. The list of all these
# slopes, (-2, 2), is called the **gradient** of the box. We also speak of the gradient *of a*, and mean the single
# number -2: how the output responds to a.
#
# Now think of a network with a million knobs. Nudging each of them to both sides would take two million runs, for one
# gradient that is not even exact. The library finds the same numbers in one backward sweep, without any nudge:

# %%
assert round(slope_a, 6) == -2 and round(slope_b, 6) == 2
from autograd import Value, nudge

a, b = Value(2.0, label="a"), Value(-3.0, label="b")
output = box(a, b)
output.label = "output"
output.backward()
print(a.grad, b.grad)
assert (a.grad, b.grad) == (-2.0, 2.0)

# %% [markdown]
# The next lessons show how that works. The nudge remains our referee: whatever a clever method claims, you can always
# turn the knob and check. `nudge` does that for one number of a computation.

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
# **What you know now.** A derivative is the effect of a nudge divided by the nudge, as the nudge becomes small. Nudging
# needs no formula, but it takes one or two runs for each knob, and a nudge that is neither too large nor too small.
# Next: [01 · Values remember](01-values-remember.ipynb).
