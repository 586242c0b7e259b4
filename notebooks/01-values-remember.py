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
# # 01 · Values remember
#
# **After `c = a * b` Python knows that c is -6. It has forgotten where the -6 came from. What would a number have to
# remember so that you could go back?**
#
# You need lesson 00; about 40 minutes. Afterwards you can read the picture of a computation, predict how many boxes and
# arrows it has, and draw one for any formula.

# %% [markdown]
# ## A number with a memory
#
# `Value` wraps a number. You can calculate with it as with a number, and the result is again a `Value`.

# %%
from autograd import Value, draw, tanh

a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = a * b
c.label = "c"
print(c)

# %% [markdown]
# `c.data` is the number. The memory is in two more fields: `c.primitive`, the operation that made it, and `c.operands`,
# what it was made from. A number that was not computed from others, such as a, is called a **leaf**. It has no
# operands.

# %%
print(c.data)
print(c.primitive.name)
print([operand.label for operand in c.operands])
assert c.operands == (a, b) and a.operands == ()

# %% [markdown]
# The operands are a and b *themselves*, not copies, so you can walk from c back to a. That is all there is to it: a
# computation leaves behind a network of numbers that point to what they were made from. It is called a **graph**.

# %%
draw(c)

# %% [markdown]
# Boxes are numbers, and the circle is the operation. Read along the arrows: a and b go into `*`, and c comes out. The
# field *grad* is still empty; the next lesson is about filling it.

# %% [markdown]
# ## Predict the picture
#
# We go on with `d = c + a`. **Predict** before you run the cell. How many boxes will there be, and how many circles? a
# is now used twice; does its box appear twice?

# %%
d = c + a
d.label = "d"
draw(d)

# %% [markdown]
# There are four boxes, two circles, and *one* box for a. Two arrows leave it, to `*` and to `+`. The number a is one
# thing, however often it is used; we say that a has two **users**. This is why gradients will have to be *added*.
#
# The same operation can even use a number twice.

# %%
x = Value(3.0, label="x")
draw(x * x)

# %% [markdown]
# Two arrows leave the same box: `x * x` has two operands, which happen to be the same `Value`. Let us check that in the
# memory itself, without a picture.

# %%
square = x * x
assert square.operands == (x, x)
assert square.operands[0] is square.operands[1]
len(square.operands)

# %% [markdown]
# ## Plain numbers
#
# In `2 * x` the 2 is a plain Python number. It takes part in the computation but gets no gradient, so it is not a
# Value. The picture shows it in a white box, and `operands` contains a plain float.

# %%
double = 2 * x
assert double.operands == (2.0, x)
draw(double)

# %% [markdown]
# ## Walk through the graph
#
# To count the Values of a graph, begin at the output, follow the operands, and count each one *once*. A set keeps track
# of the ones already visited.


# %%
def all_values(output):
    seen, waiting = set(), [output]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Value) and value not in seen:
            seen.add(value)
            waiting.extend(value.operands)
    return seen


# %% [markdown]
# `d = a * b + a` has four: a, b, c and d. The next computation uses **tanh** (the hyperbolic tangent), a function that
# squeezes any number into the range from -1 to 1; lesson 05 takes it apart, and here it is simply an operation with one
# operand. **Predict** what the second line prints, for tanh(d) * c.

# %%
print(len(all_values(d)))
print(len(all_values(tanh(d) * c)))

# %% [markdown]
# There are six: the four from before, tanh(d), and the product. What exists already is not built again.
#
# ## The same number, another graph
#
# Brackets hardly change the result of `a * b * x`, but they change how it is computed, and the graph shows how. Compare
# the two.

# %%
assert len(all_values(d)) == 4
assert len(all_values(tanh(d) * c)) == 6
left, right = (a * b) * x, a * (b * x)
assert left.data == right.data
draw(left)

# %%
draw(right)

# %% [markdown]
# Why "hardly"? Each operation is rounded to about 16 digits, and another order rounds in other places. With 0.1, 0.7
# and 0.3 the two products differ in the last digit.

# %%
print((0.1 * 0.7) * 0.3, 0.1 * (0.7 * 0.3))
assert (0.1 * 0.7) * 0.3 != 0.1 * (0.7 * 0.3)

# %% [markdown]
# ## Break it
#
# What happens if we change a leaf *after* the computation? c was 2 · (-3) = -6, and now we put 10 into a. **Predict:**
# what is c afterwards?

# %%
a.data = 10.0
print(c.data)

# %% [markdown]
# It is still -6. The graph remembers what *was* computed, with the numbers of that moment. It is a record, not a
# spreadsheet. To get the new result, run the computation again.
#
# You can also lose the memory. Python's own `math.tanh` needs a plain number. It would take the -6 and forget the
# graph, so the library refuses and says what to do instead.

# %%
import math

assert c.data == -6.0
try:
    math.tanh(c)
except TypeError as error:
    print(error)

# %% [markdown]
# **Fix it:** use the library's functions, `tanh(c)` or `c.tanh()`. Where you really want the number alone, take
# `.data`, which is a plain float without any memory.

# %%
kept, lost = tanh(c), math.tanh(c.data)
assert kept.data == lost
assert kept.operands == (c,)
type(kept).__name__, type(lost).__name__

# %% [markdown]
# ## A neuron
#
# Everything in this course is built from such graphs. Here is the smallest part of a neural network, a **neuron**. It
# multiplies each input by a *weight*, adds the products and a *bias*, and applies tanh. Follow the picture from left to
# right and compute the number in each box yourself.

# %%
x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
bias = Value(6.5, label="bias")
neuron = tanh(x1 * w1 + x2 * w2 + bias)
neuron.label = "out"
draw(neuron)

# %% [markdown]
# There are ten boxes: five leaves, and one for each of the five operations. The library has a class for it,
# `nn.Neuron`, but there is nothing more in it than this.

# %%
assert len(all_values(neuron)) == 10
assert abs(neuron.data - math.tanh(0.5)) < 1e-12

# %% [markdown]
# ## Exercises
#
# **01.1** How many numbers (boxes) does the graph of `tanh(x*w + b)` have?

# %%
from chalkgrad.exercises import check, hint

answer = ...
check("01.1", answer)

# %% [markdown]
# **01.2** `s = a + a`, `out = s * a`. How many edges lead from an operand to an operation?

# %%
answer = ...
check("01.2", answer)


# %% [markdown]
# **01.3** Write `leaves(output)`, which counts the leaves of the graph (Values that were not computed from others),
# each once. You may use `all_values`. If your answer is wrong, `check` draws the smallest graph on which it fails.


# %%
def leaves(output): ...


check("01.3", leaves)


# %% [markdown]
# **01.4** Write `build(a, b)`, which returns (a + b)² as a graph of *four* numbers, in which one number is used twice.


# %%
def build(a, b): ...


check("01.4", build)

# %% [markdown]
# **What you know now.** A `Value` remembers its operation and its operands; together they form a graph. A number that
# is used twice is one box with two arrows. Next: [02 · The chain rule by hand](02-the-chain-rule-by-hand.ipynb).
