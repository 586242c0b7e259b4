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
# # 02 · The chain rule by hand
#
# **One wheel drives another, which drives a third. If you turn the first one by one step, how far does the last one
# turn? And what if there are two ways from the first to the last?**
#
# You need lessons 00 and 01; about 40 minutes, with paper and pencil. Afterwards you can do a whole backward pass by
# hand, and check it against the library.

# %% [markdown]
# ## Gears
#
# The second wheel turns 3 times as far as the first, and the third one 2 times as far as the second. **Predict:** how
# far does the third wheel turn for one turn of the first?

# %%
from autograd import Value, add, draw, explain, explain_row, multiply, nudge, stepper, tanh, trace

first = Value(1.0, label="first")
second = 3 * first
third = 2 * second
third.backward()
print(first.grad)
assert first.grad == 3 * 2

# %% [markdown]
# Six: along the way the factors are **multiplied**. This is the chain rule, the whole of it, for a single path. The
# factor of one gear is called a **partial**, and it is local: it knows only its own two wheels. The product over the
# whole way is called a **gradient**; it says how the *output* answers.
#
# Each operation has its own partials. The library can tell them:

# %%
print(explain_row(add))
print(explain_row(multiply))
print(explain_row(tanh))
assert "∂/∂x = y" in str(explain_row(multiply))

# %% [markdown]
# Read them as gears. A plus hands a nudge on as it is: factor 1. A product multiplies it by *the other* operand: if you
# buy 5 more of something that costs 3, you pay 5 · 3 more. And tanh gets flatter the farther from 0 one is; sech(x)² is
# another way to write 1 - tanh²(x).
#
# ## A graph with two ways
#
# Now a real one: c = a · b, d = c + a, f = d · d. The picture has the partials on its arrows.


# %%
def example():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    d = c + a
    f = d * d
    c.label, d.label, f.label = "c", "d", "f"
    return a, b, c, d, f


a, b, c, d, f = example()
draw(f, partials=True)

# %% [markdown]
# How does f answer to a nudge of a? There are two ways from a to d: through c, and directly. And from d to f there are
# two arrows, because d is used twice by `d * d`.
#
# **Predict** with pencil: a to c has the factor b = -3. c to d has 1. d to f has d + d = -8. So the long way gives -3 ·
# 1 · (-8) = 24. What does the short way give, and what do both together?

# %%
long_way = -3 * 1 * -8
short_way = 1 * -8
f.backward()
print(long_way, short_way, a.grad)
assert a.grad == long_way + short_way == 16

# %% [markdown]
# Along a path the factors are multiplied; **over the paths the products are added**. Why added? A nudge of a reaches f
# on both ways at the same time, and both effects are there. You can try: turn a, and look what f does.

# %%
print(nudge(f, a, by=0.001))
assert abs(nudge(f, a, by=1e-6).change / 1e-6 - 16) < 1e-4

# %% [markdown]
# `explain` writes all of this out, for any graph of yours. Read it from top to bottom: the forward pass, each step,
# each path, the sum. It is strict about paths: as d · d uses d twice, each of our two ways counts as two, with the
# factor -4 instead of -8. The sum is the same.

# %%
explain(f, wrt=a)

# %% [markdown]
# ## Backwards, with one number for each box
#
# Listing all paths is fine for two of them. A network has billions. The trick of **backpropagation**: go through the
# graph once, from the output back to the leaves, and keep a single number at each box, its gradient so far. Every box
# hands on to each operand: *its own gradient, times the partial*.
#
# incoming gradient × partial = contribution, and contributions that arrive at the same box are added.

# %%
names = [node.name for node in trace(f).nodes]
for step in trace(f).backward:
    print(
        f"{names[step.node]} → {names[step.operand]}:  {step.incoming:3.0f} × {step.partial:2.0f} ="
        f" {step.contribution:3.0f}    sum at {names[step.operand]} is now {step.after:3.0f}"
    )

# %% [markdown]
# Follow the lines in the picture above. f starts with gradient 1, because f changes by exactly the nudge of f. It hands
# -4 to d, twice. d has -8, and hands that on to c and to a, unchanged, as a plus does. c gives -8 · b = 24 to a, where
# -8 is waiting, and now a has 16.
#
# Six steps, and *all* gradients are there. Here they are in the boxes:

# %%
draw(f)

# %%
assert len(trace(f).backward) == 6
assert (f.grad, d.grad, c.grad) == (1.0, -8.0, -8.0)
assert (a.grad, b.grad) == (16.0, -16.0)

# %% [markdown]
# ## Step by step
#
# In the next cell you can walk through it yourself, with the buttons or with the arrow keys. Switch on *predict*, and
# it asks you for each number before it shows it.

# %%
stepper(f)

# %% [markdown]
# ## Break it: forget a path
#
# A learner counts only the way through c, and says that the gradient of a is 24. How would one notice, without knowing
# the right answer? **Predict** what a nudge of 0.001 should do if 24 were right.

# %%
claimed = 24.0
report = nudge(f, a, by=0.001)
print(f"promised: {claimed * 0.001:.4f}   happened: {report.change:.4f}")
assert abs(claimed * 0.001 - report.change) > 0.007

# %% [markdown]
# The nudge finds it at once, and this works for any program, in any library: **when you doubt a gradient, nudge**.
# **Fix it:** look for all users of a. It has two, and so there are two contributions.
#
# ## A worksheet
#
# The library draws graphs with blanks. Fill in this one with a pencil before you go on: begin on the right with 1.

# %%
x, w, v = Value(2.0, label="x"), Value(-1.0, label="w"), Value(4.0, label="v")
p = x * w
p.label = "p"
out = p * v + x
out.label = "out"
sheet = draw(out, hide="grad", partials=True)
sheet

# %% [markdown]
# Done? The picture has its own answer key. (`chalkgrad worksheet` makes a whole page of such graphs, with a key, for a
# class.)

# %%
out.backward()
assert (x.grad, w.grad, v.grad) == (-3.0, 8.0, -2.0)
sheet.answer_key

# %% [markdown]
# ## Exercises
#
# **02.1** c = a · b, d = c + b, f = d · d, at a = 3 and b = -2. Draw the graph, do the backward pass by hand, and fill
# in the gradients of all five.

# %%
from chalkgrad.exercises import check, hint

answer = {"f": ..., "d": ..., "c": ..., "a": ..., "b": ...}
check("02.1", answer)

# %% [markdown]
# **02.2** The factors on the only path from x to the output are 3, -0.5 and 4. What is the gradient of x?

# %%
answer = ...
check("02.2", answer)

# %% [markdown]
# **02.3** Write `tanh_partial(x)`: the derivative of tanh at x. Use `math.tanh`.

# %%
import math


def tanh_partial(x): ...


check("02.3", tanh_partial)


# %% [markdown]
# **02.4** Write `gradient(paths)`: each path is a list of the factors along it, as in `[[-3, 1, -8], [1, -8]]`, and the
# result is the gradient.


# %%
def gradient(paths): ...


check("02.4", gradient)

# %% [markdown]
# **What you know now.** Along a path multiply, over the paths add. Backpropagation does it with one number for each
# box, in one sweep from the output. But in *which order* may it visit the boxes? Next: [03 · Why the order
# matters](03-why-the-order-matters.ipynb).
