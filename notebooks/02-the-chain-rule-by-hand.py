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
# **One wheel drives another, which drives a third. If you turn the first by one step, how far does the last one turn?
# And what if there are two paths from the first to the last?**
#
# You need lessons 00 and 01; about 50 minutes, with paper and pencil. Afterwards you can do a whole backward pass by
# hand, and check it against the library.

# %% [markdown]
# ## Gears
#
# The second wheel turns 3 times as far as the first, and the third 2 times as far as the second. **Predict:** how far
# does the third wheel turn for one turn of the first?

# %%
from autograd import Value, add, draw, explain, explain_row, maximum, multiply, nudge, stepper, tanh, trace

first = Value(1.0, label="first")
second = 3 * first
third = 2 * second
third.backward()
print(first.grad)

# %% [markdown]
# Six, because the factors along the path are **multiplied**. This is the whole chain rule for a single path. The factor
# of one gear is called a **partial derivative**, or *partial* for short. It is local, which means that it involves only
# the two wheels next to each other. The **gradient** of the first wheel is global: it says how the *output* responds.
# Here there is one path, and the gradient is the product along it.
#
# Each operation has its own partials, and the library can show them. The sign ∂, a round d, is read "partial". ∂/∂x
# stands for the partial with respect to x, with all other operands left alone.

# %%
assert first.grad == 3 * 2
print(explain_row(add))
print(explain_row(multiply))
print(explain_row(tanh))
assert "∂/∂x = y" in str(explain_row(multiply))

# %% [markdown]
# Read them as gears. A plus passes a nudge on unchanged, with factor 1. A product multiplies it by *the other* operand:
# if you buy 5 more of something that costs 3, you pay 5 · 3 more. And tanh gets flatter the further x is from 0. Its
# partial is printed as sech(x)², read "setch squared of x", which is another way to write 1 - tanh²(x).
#
# ## A graph with two paths
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
# How does f respond when a is nudged? There are two paths from a to d, one through c and one direct. And from d to f
# there are two arrows, because `d * d` uses d twice.
#
# **Predict** with a pencil. From a to c the factor is b = -3, from c to d it is 1, and from d to f it is d + d = -8. So
# the long path gives -3 · 1 · (-8) = 24. What does the short path give, and what do both give together?

# %%
long_path = -3 * 1 * -8
short_path = 1 * -8
f.backward()
print(long_path, short_path, a.grad)

# %% [markdown]
# Along a path the factors are multiplied; **over the paths the products are added**. The product of one path is its
# *contribution*, and the sum of all contributions is the gradient. Why add? A nudge to a reaches f along both paths at
# once, and the effects combine. Try it: nudge a and see what f does.

# %%
assert a.grad == long_path + short_path == 16
print(nudge(f, a, by=0.001))
assert abs(nudge(f, a, by=1e-6).change / 1e-6 - 16) < 1e-4

# %% [markdown]
# `explain` writes all of this out, for any graph. Read it from top to bottom: the forward pass, each step, each path,
# the sum. It counts paths strictly. Since d · d uses d twice, as its 1st and as its 2nd operand, each of our two paths
# counts as two, with the factor -4 instead of -8. The sum is the same.

# %%
explain(f, wrt=a)

# %% [markdown]
# ## Backwards, with one number for each box
#
# Listing all paths is fine for two of them, but a network has billions. **Backpropagation** avoids the list. It goes
# through the graph once, from the output back to the leaves, and keeps a single number at each box, its gradient so
# far. Every box passes on to each of its operands *its own gradient times the partial*:
#
# incoming gradient × partial = contribution
#
# Contributions that arrive at the same box are added.

# %%
assert explain(f, wrt=a).path_count == 4 and explain(f, wrt=a).gradient == 16
names = [node.name for node in trace(f).nodes]
for step in trace(f).backward:
    print(
        f"{names[step.node]} → {names[step.operand]}:  {step.incoming:3.0f} × {step.partial:2.0f} ="
        f" {step.contribution:3.0f}    sum at {names[step.operand]} is now {step.after:3.0f}"
    )

# %% [markdown]
# Follow the lines in the picture above. f starts with gradient 1, because nudging f changes f by exactly the nudge. It
# passes -4 to d, twice. d then has -8, and the plus passes that on unchanged to c and to a. c passes -8 · b = 24 to a,
# which already has -8, and the sum is 16.
#
# After six steps *all* gradients are there. Here they are in the boxes:

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
# it asks you for each number before showing it.

# %%
stepper(f)

# %% [markdown]
# ## A worksheet
#
# The library draws graphs with blanks. Fill in this one with a pencil before you go on; begin at the output with 1. The
# answer key comes at the end of the lesson.

# %%
x, w, v = Value(2.0, label="x"), Value(-1.0, label="w"), Value(4.0, label="v")
p = x * w
p.label = "p"
out = p * v + x
out.label = "out"
sheet = draw(out, hide="grad", partials=True)
sheet

# %% [markdown]
# ## Three gates: one distributes, one swaps, one routes
#
# You have met two patterns that come back in every network. A **plus distributes**: it passes its gradient to both
# operands. A **product swaps**: each operand gets the gradient times the *other* operand. The third pattern belongs to
# the larger of two numbers, `maximum(s, t)`. **Predict** the two gradients at s = 5, t = 2 for 10 · maximum(s, t). What
# happens to the output if the smaller number is nudged?

# %%
s, t = Value(5.0, label="s"), Value(2.0, label="t")
largest = maximum(s, t)
scaled = 10 * largest
scaled.backward()
print(s.grad, t.grad)

# %% [markdown]
# A **maximum routes**: the whole gradient goes to the larger operand, and the other gets 0, because a small nudge to it
# changes nothing. It works like a railway switch, which the forward pass has set. Whenever a network takes a maximum,
# as relu in lesson 05 does, gradients flow only through what was chosen.

# %%
assert (s.grad, t.grad) == (10.0, 0.0)
assert nudge(scaled, t, by=0.001).change == 0.0
draw(scaled, partials=True)

# %% [markdown]
# ## Break it: forget a path
#
# A learner counts only the path through c, and says that the gradient of a is 24. How could you notice the mistake
# without knowing the right answer? **Predict** what a nudge of 0.001 should do if 24 were right.

# %%
claimed = 24.0
report = nudge(f, a, by=0.001)
print(f"promised: {claimed * 0.001:.4f}   happened: {report.change:.4f}")

# %% [markdown]
# The nudge finds the mistake at once, and this works for any program, in any library. **When you doubt a gradient,
# nudge.** **Fix it:** look for all users of a. It has two, so there are two contributions.
#
# And the worksheet? Here is its answer key. (`chalkgrad worksheet` makes a whole page of such graphs, with a key, for a
# class.)

# %%
assert abs(claimed * 0.001 - report.change) > 0.007
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
# **02.5** g = 3 · maximum(a, b) + b, at a = 4 and b = 1. What are the gradients of a and b?

# %%
answer = {"a": ..., "b": ...}
check("02.5", answer)

# %% [markdown]
# **02.6** A single Value w is used as a weight in two places: y = w · 2 + w · 5. (This is called *sharing* or *tying*
# weights.) What is the gradient of w?

# %%
answer = ...
check("02.6", answer)

# %% [markdown]
# **What you know now.** Along a path multiply, over the paths add. Backpropagation does it with one number for each
# box, in one sweep from the output. But in *which order* may it visit the boxes? Next: [03 · Why the order
# matters](03-why-the-order-matters.ipynb).
