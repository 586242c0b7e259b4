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
# # 03 · Why the order matters, why gradients add
#
# **A backward pass is five lines long. How many ways are there to get it wrong, and how would you notice?**
#
# You need lesson 02; about 70 minutes. Afterwards you know why every engine sorts its graph, why it writes `+=`, why
# there is a `zero_grad`, and you have repaired four broken engines.

# %% [markdown]
# ## An engine in two pieces
#
# The first piece is a number that remembers. Each node keeps a list of **edges**, pairs of an operand and the local
# partial. (`__add__` and `__mul__` are what Python calls for `+` and `*`; the [primer](primer.md) explains them.) For a
# sum both partials are 1; for a product, each operand gets the other.

# %%
class Node:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return Node(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Node(self.data * other.data, [(self, other.data), (other, self.data)])


# %% [markdown]
# The second piece is the backward pass. It goes through a list of the nodes, and each node passes on to its operands
# *its own gradient times the partial*. Which list? The one that this function returns:


# %%
def topological(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for operand, _ in node.edges:
                visit(operand)
            order.append(node)

    visit(output)
    return order


# %% [markdown]
# `topological` visits the operands of a node before it appends the node itself. So in the list **every node comes after
# all of its operands**. Going through it backwards, every node comes after all of its *users*.
#
# The rest is five lines. Four people have written them, and each made one mistake. You will find out what each mistake
# does; at the end of the lesson you repair all four.
#
# ## A graph to try them on
#
# b = a + a, and c = b + b, so c is 4a. **Predict:** what is the gradient of a? And in which order should c, b and a be
# visited?

# %%
from autograd import Value, draw, stepper, trace

a = Value(1.0, label="a")
b = a + a
c = b + b
b.label, c.label = "b", "c"
c.backward()
draw(c)

# %% [markdown]
# The library says 4, and it is right: nudge a, and 4a changes four times as much. The order is c, then b, then a. All
# the trouble of this lesson is in these four arrows. Anyone who claims to have written a `backward` must pass this
# test:


# %%
assert a.grad == 4.0


def four_times(backward, start=1.0):
    a = Node(start)
    b = a + a
    c = b + b
    backward(c)
    return a.grad


# %% [markdown]
# ## Broken engine A
#
# It goes through the list backwards, and one character is missing. **Predict** what it gives for 4a before you run it.


# %%
def backward_a(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad = partial * node.grad


print(four_times(backward_a))

# %% [markdown]
# It says 1. Each `+` passes on two contributions to the same box, and the second wipes out the first. A number that is
# used twice acts on the output in two ways, and both count; that is what the `+=` is for.
#
# ## Broken engine B
#
# Why sort at all? A recursion is shorter: pass on to the operands, then do the same at each of them. **Predict** the
# number for 4a again.


# %%
def backward_b(output):
    def visit(node):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad
        for operand, _ in node.edges:
            visit(operand)

    output.grad = 1.0
    visit(output)


# %%
print(four_times(backward_b))

# %% [markdown]
# It gives 8 instead of 4. c passes 1 to b, twice, so b has 2. Then the recursion comes to b *twice*, because two arrows
# lead there, and both times b passes on everything that it has: 2 + 2, and again 2 + 2.
#
# On a graph in which no number is shared nothing would be wrong. This makes the bug dangerous, because small tests
# pass. The library can show you this wrong order next to the right one.

# %%
assert four_times(backward_a) == 1.0 and four_times(backward_b) == 8.0
for order in ("topological", "naive"):
    steps = trace(c, order=order)
    print(f"{order:12} {len(steps.backward)} steps, gradient of a: {steps.node(a).gradient}")

assert trace(c, order="naive").node(a).gradient == four_times(backward_b)

# %% [markdown]
# Walk through the naive order step by step, and look at the running sum of b. It is passed on too early, and more than
# once. Then switch the page to *topological*.

# %%
stepper(c, order="naive")

# %% [markdown]
# ## Broken engine C
#
# This one sorts. But look closely at its `visit`. What does it not check? **Predict** what goes wrong.


# %%
def topological_c(output):
    order = []

    def visit(node):
        for operand, _ in node.edges:
            visit(operand)
        order.append(node)

    visit(output)
    return order


# %%
def backward_c(output):
    output.grad = 1.0
    for node in reversed(topological_c(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


print(four_times(backward_c))

# %% [markdown]
# Each node is in the list once for *each path* to it. The right list has three nodes; how long is this one? And if we
# go on doubling?

# %%
assert four_times(backward_c) != 4.0
x = Node(1.0)
lengths, right_lengths = [], []
for _ in range(12):
    x = x + x
    lengths.append(len(topological_c(x)))
    right_lengths.append(len(topological(x)))
print(lengths, right_lengths, sep="\n")

# %% [markdown]
# The wrong list doubles with every step, and the right one grows by one. So this engine is not only wrong, it is slow.
# Suppose that a fast machine visits ten million nodes a second. How long would it take after 60 doublings?

# %%
assert lengths[-1] == 2**13 - 1 and right_lengths[-1] == 13
years = 2**61 / 10_000_000 / (3600 * 24 * 365)
print(f"{years:,.0f} years")
assert years > 1000

# %% [markdown]
# Keeping a set of the nodes already seen makes the time of backpropagation proportional to the size of the graph, and
# not to the number of paths through it. That is the whole secret of its speed. (A *list* would not do: looking a node
# up in a list takes longer the longer the list is, while a set finds it at once.)
#
# ## Broken engine D
#
# The last one sorts, and adds, and it passes our test: at a = 1 it gives 4. **Predict** what it gives at a = 3, where
# the derivative of 4a is 4 as well.


# %%
def backward_d(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.data


print(four_times(backward_d), four_times(backward_d, start=3.0))

# %% [markdown]
# Right by luck is the worst kind of wrong. One example proves nothing, which is why `check` tries sixty. What should a
# node pass on? Not its data, which says what it *is*, but its gradient, which says how much the output *depends* on it.

# %%
assert (four_times(backward_d), four_times(backward_d, start=3.0)) == (4.0, 12.0)

# %% [markdown]
# ## Gradients add, even from call to call
#
# Back to the library. Since `+=` adds, a second `backward()` adds once more. The derivative of y = x³ at 2 is 12.
# **Predict** the three numbers.

# %%
x = Value(2.0, label="x")
y = x * x * x
seen = []
for _ in range(3):
    y.backward()
    seen.append(x.grad)
print(seen)

# %% [markdown]
# Is this a bug? No, it is useful: the gradients of two losses, or of many samples, add up by themselves. But to start
# afresh you have to say so, with `zero_grad()`. Forgetting it is one of the most common bugs in training loops; we will
# hunt it down in lesson 08.

# %%
assert seen == [12.0, 24.0, 36.0]
x.zero_grad()
y.backward()
print(x.grad)
assert x.grad == seen[0]

# %% [markdown]
# ## Exercises
#
# Repair the four engines. Copy the broken function into the cell, change as little as possible, and give it to `check`.
# It runs your function on sixty small graphs. If your function fails, it shows you the smallest graph on which it does.
#
# **03.1** Repair `backward_a`.

# %%
from chalkgrad.exercises import check, hint


def repaired_a(output): ...


check("03.1", repaired_a)


# %% [markdown]
# **03.2** Repair `backward_b`. You may use `topological`.


# %%
def repaired_b(output): ...


check("03.2", repaired_b)


# %% [markdown]
# **03.3** Repair `backward_c`. Write a sort of your own, which visits nothing twice, and use it.


# %%
def repaired_c(output): ...


check("03.3", repaired_c)


# %% [markdown]
# **03.4** Repair `backward_d`.


# %%
def repaired_d(output): ...


check("03.4", repaired_d)

# %% [markdown]
# **03.5** y = x² at x = 5. You call `y.backward()` twice, then `x.zero_grad()`, then `y.backward()` three times. What
# is `x.grad`?

# %%
answer = ...
check("03.5", answer)

# %% [markdown]
# **03.6** b = a + a, c = a · b, d = c + b. In which order may the backward pass visit the four? One of `"d c b a"`, `"d
# b c a"`, `"a b c d"`, `"d c a b"`.

# %%
answer = ...
check("03.6", answer)

# %% [markdown]
# **03.7** x = Value(3.0), and y = Value((x * x).data) * 2. You call `y.backward()`. What is `x.grad`? (`Value(...)` of
# a plain number makes a new leaf.)

# %%
answer = ...
check("03.7", answer)

# %% [markdown]
# **What you know now.** Sort, so that every gradient is complete before it is passed on; add, because every use counts;
# set the gradients to zero before the next pass. Next: [04 · Build the engine](04-build-the-engine.ipynb).
