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
# **A backward pass is six lines long. How many ways are there to get it wrong, and how would you notice?**
#
# You need lesson 02; about 45 minutes. Afterwards you know why every engine sorts its graph, why it writes `+=`, why
# there is a `zero_grad`, and you have repaired four broken engines.

# %% [markdown]
# ## An engine in two pieces
#
# A number that remembers: each node keeps pairs of an operand and the local partial, its **edges**. For a sum both
# partials are 1; for a product, each operand gets the other one.

# %%
class Node:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return Node(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Node(self.data * other.data, [(self, other.data), (other, self.data)])


# %% [markdown]
# The second piece is the backward pass. It goes through a list of the nodes, and each node hands on to its operands:
# *its own gradient times the partial*. Which list? This one is to go by:


# %%
def topological(output):
    order = []

    def visit(node):
        if node not in order:
            for operand, _ in node.edges:
                visit(operand)
            order.append(node)

    visit(output)
    return order


# %% [markdown]
# `topological` visits the operands of a node before it appends the node itself. So in the list **every node stands
# after all of its operands**. Going through it backwards, every node comes after all of its *users*.
#
# The rest is six lines. Four people have written them, and each of them made one mistake. You will find out what each
# mistake does; at the end of the lesson you repair all four.
#
# ## A graph to try them on
#
# **Predict:** b = a + a, and c = b + b. So c is 4a. What is the gradient of a? And in which order should c, b and a be
# visited?

# %%
from autograd import Value, draw, stepper, trace

a = Value(1.0, label="a")
b = a + a
c = b + b
b.label, c.label = "b", "c"
c.backward()
assert a.grad == 4.0
draw(c)

# %% [markdown]
# The library says 4, and it is right: nudge a, and 4a changes four times as much. All the trouble of this lesson is in
# these four arrows. Whoever says that he has written a `backward` has to pass this:


# %%
def four_times(backward, start=1.0):
    a = Node(start)
    b = a + a
    c = b + b
    backward(c)
    return a.grad


# %% [markdown]
# ## Broken engine A
#
# It goes through the list backwards, and has one character too few. **Predict** what it gives for 4a, before you run
# it.


# %%
def backward_a(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad = partial * node.grad


print(four_times(backward_a))
assert four_times(backward_a) != 4.0

# %% [markdown]
# It says 1. Each `+` hands on twice, to the same box, and the second contribution wipes out the first. A number that is
# used twice acts on the output in two ways, and both count; that is what the `+=` is for.
#
# ## Broken engine B
#
# Why sort at all? A recursion is shorter: hand on to the operands, then do the same at each of them.


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
assert four_times(backward_b) == 8.0

# %% [markdown]
# 8 instead of 4. c hands 1 to b, twice, so b has 2. Then the recursion comes to b *twice*, because two arrows lead
# there, and both times b hands on everything that it has: 2 + 2, and again 2 + 2.
#
# On a graph without shared numbers nothing would be wrong, and this makes the bug dangerous: small tests pass. The
# library can show you this wrong order, next to the right one.

# %%
for order in ("topological", "naive"):
    steps = trace(c, order=order)
    print(f"{order:12} {len(steps.backward)} steps, gradient of a: {steps.node(a).gradient}")

assert trace(c, order="naive").node(a).gradient == four_times(backward_b)

# %% [markdown]
# Walk through the naive order step by step, and look at the running sum of b: it is handed on before it should be, or
# more than once. Then switch the page to *topological*.

# %%
stepper(c, order="naive")

# %% [markdown]
# ## Broken engine C
#
# This one sorts. But look closely at its `visit`: what does it not ask?


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
assert four_times(backward_c) != 4.0

# %% [markdown]
# Each node stands in the list once for *each path* to it. The right list has three nodes; how long is this one? And if
# we go on doubling, 20 times?

# %%
x = Node(1.0)
lengths = []
for _ in range(12):
    x = x + x
    lengths.append(len(topological_c(x)))
print(lengths)
assert lengths[-1] == 2**13 - 1

# %% [markdown]
# It doubles with every step. So this bug is not only wrong: with 40 doublings it would not finish in your lifetime.
# Remembering which nodes were seen makes backpropagation take time in proportion to the graph, and not to the number of
# paths through it. That is the whole secret of its speed.
#
# ## Broken engine D
#
# The last one sorts, and adds, and it passes our test: at a = 1 it gives 4. **Predict** what it gives at a = 3, where
# the slope of 4a is 4 as well.


# %%
def backward_d(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.data


print(four_times(backward_d), four_times(backward_d, start=3.0))
assert four_times(backward_d) == 4.0
assert four_times(backward_d, start=3.0) == 12.0

# %% [markdown]
# Right by luck is the worst kind of wrong: one example proves nothing, and that is why `check` tries sixty. What is it
# that a node hands on? Not what it *is*, its data, but how much the output *depends* on it, its gradient.
#
# ## Gradients add, even from call to call
#
# Back to the library. As `+=` adds, a second `backward()` adds once more. y = x³ at 2 has the slope 12. **Predict** the
# three numbers.

# %%
x = Value(2.0, label="x")
y = x * x * x
seen = []
for _ in range(3):
    y.backward()
    seen.append(x.grad)
print(seen)
assert seen[1] == 2 * seen[0]

# %% [markdown]
# Is this a bug? It is useful: the gradients of two losses, or of many samples, add up by themselves. But whoever wants
# to begin anew must say so, with `zero_grad()`. To forget it is the most frequent mistake in training loops; we shall
# hunt for it in lesson 08.

# %%
x.zero_grad()
y.backward()
print(x.grad)
assert x.grad == seen[0]

# %% [markdown]
# ## Exercises
#
# Repair the four engines: copy the broken function into the cell, change as little as possible, and give it to `check`.
# It runs your function on sixty small graphs; where it goes wrong, it shows you the smallest of them.
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
# **03.3** Repair `backward_c`: write a sort of your own, which visits nothing twice, and use it.


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
# **03.6** b = a + a, c = a · b, d = c + b. In which order may the backward pass visit the four? One of `"d c b a"`,
# `"d b c a"`, `"a b c d"`, `"d c a b"`.

# %%
answer = ...
check("03.6", answer)

# %% [markdown]
# **What you know now.** Sort, so that every number is complete before it hands on; add, because every use counts; set
# back to zero before you begin anew. Next: [04 · Build the engine](04-build-the-engine.ipynb).
