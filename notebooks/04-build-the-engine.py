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
# # 04 · Build the engine
#
# **Could you write, from an empty page, the program that finds the gradients of any computation? It has about forty
# lines, and you know all of them already.**
#
# You need lesson 03; about 60 minutes. Afterwards you have an engine of your own, you know how to convince yourself
# that it is right, and you can add a function to the library's table.

# %% [markdown]
# ## A number with edges
#
# The engine is one class; let us call it `Mini`. A number, a gradient, and for each operand an edge: the operand itself
# and the local partial. The second function lets us write `x * 2` as well as `x * y`.

# %%
import math


class Mini:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges


def as_mini(number):
    return number if isinstance(number, Mini) else Mini(number)


# %% [markdown]
# ## Operations
#
# An operation computes a number and writes down its partials. That is all that it does; nobody thinks about gradients
# yet. **Predict** before you read on: what are the two partials of a sum, what are those of a product?


# %%
def add(x, y):
    x, y = as_mini(x), as_mini(y)
    return Mini(x.data + y.data, [(x, 1.0), (y, 1.0)])


def multiply(x, y):
    x, y = as_mini(x), as_mini(y)
    return Mini(x.data * y.data, [(x, y.data), (y, x.data)])


# %% [markdown]
# For tanh the partial is 1 - tanh²(x), and as the result is tanh(x), it is cheap to have: 1 - t · t. Powers with a
# plain exponent n have the partial n · xⁿ⁻¹.


# %%
def tanh(x):
    t = math.tanh(x.data)
    return Mini(t, [(x, 1 - t * t)])


def power(x, n):
    return Mini(x.data**n, [(x, n * x.data ** (n - 1))])


# %% [markdown]
# Python calls the method `__add__` when it sees a `+`. So we hang our functions into the class. `__radd__` is for the
# case that the number on the left is a plain one: for `2 + x` Python asks x.

# %%
Mini.__add__ = Mini.__radd__ = add
Mini.__mul__ = Mini.__rmul__ = multiply
Mini.__pow__, Mini.tanh = power, tanh
Mini.__neg__ = lambda x: x * -1.0
Mini.__sub__ = lambda x, y: x + -as_mini(y)
Mini.__truediv__ = lambda x, y: x * as_mini(y) ** -1

x = Mini(3.0)
assert (x * x + 2 * x - 1).data == 14.0

# %% [markdown]
# Subtraction and division need no rules of their own: they are made of the others. An engine needs very few rules.
#
# ## Backward
#
# You know this from the last lesson: sort the nodes, then hand on from the output to the leaves.


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


# %%
def backward(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


Mini.backward = backward

# %% [markdown]
# Finished. **Predict:** y = x² + 2x at x = 3. What is the gradient of x?

# %%
x = Mini(3.0)
y = x * x + 2 * x
y.backward()
print(x.grad)
assert x.grad == 2 * 3 + 2

# %% [markdown]
# ## Is it right?
#
# One example convinces nobody. There are three ways to be surer, from weak to strong:
#
# 1. a formula from a book, as above;
# 2. the nudge, from lesson 00: it needs no second engine;
# 3. many random graphs, compared with an engine that others wrote.
#
# The nudge first. The function below has every operation in it.


# %%
def everything(x, y):
    return (x * y - x / y + 3 * x**2).tanh() + y


def nudged(x, y, h=1e-5):
    return (everything(Mini(x + h), Mini(y)).data - everything(Mini(x - h), Mini(y)).data) / (2 * h)


x, y = Mini(0.3), Mini(-0.8)
everything(x, y).backward()
print(f"engine {x.grad:.9f}   nudge {nudged(0.3, -0.8):.9f}")
assert abs(x.grad - nudged(0.3, -0.8)) < 1e-9

# %% [markdown]
# Now the third way. `programs` gives small random graphs that can be run on any class with the right operations, on
# ours and on the library's. The gradients of *all* numbers must be the same.

# %%
from autograd import Value
from chalkgrad.random_graphs import programs

tried = programs(["add", "subtract", "multiply", "tanh"], count=300, seed=4)
for program in tried:
    ours, theirs = program.run(Mini), program.run(Value)
    ours[-1].backward()
    theirs[-1].backward()
    for leaf, other in zip(ours[: len(program.leaves)], theirs, strict=False):
        assert abs(leaf.grad - other.grad) <= 1e-9 * max(1.0, abs(other.grad)), program

# %%
print(len(tried), "graphs, for example:", tried[100])
assert len(tried) == 300

# %% [markdown]
# What is compared here is the *behaviour*. A test like this found every one of the broken engines of the last lesson
# within its first few graphs.
#
# ## Break it
#
# Our `topological` calls itself, once for each step of depth. **Predict:** what happens to a chain of 100,000
# additions?

# %%
x = Mini(1.0)
total = x
for _ in range(100_000):
    total = total + 1.0
try:
    total.backward()
except RecursionError as error:
    print(type(error).__name__)
assert x.grad == 0.0  # nothing has arrived

# %% [markdown]
# Python allows about a thousand calls inside each other. A long sum over a data set has more steps than that. **Fix
# it:** keep the list of what is to be done yourself. A node is put back on the stack, with a mark, under its operands,
# and when it comes up again, all of them are done.


# %%
def topological(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, operands_done = stack.pop()
        if operands_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True), *((operand, False) for operand, _ in node.edges)]
    return order


# %%
total.backward()
print(x.grad, len(topological(total)))
assert x.grad == 1.0

# %% [markdown]
# The library's own engine does the same, in `autograd/fast_backward.py`. Yours has the same parts; what it has more is speed,
# error messages, and many more functions. **How are those added?**
#
# ## The library's table
#
# In our engine, each operation is a function that computes and writes down partials. The library separates the two: an
# operation is **one row of a table**, the function and one partial for each operand. Here are three rows:

# %%
from autograd import explain_row, primitive, relu, sigmoid
from autograd import multiply as library_multiply

print(explain_row(library_multiply))
print(explain_row(sigmoid))
print(explain_row(relu))

# %% [markdown]
# We make a row that the library does not have: a bump, 1 / (1 + x²). Its partial is -2x / (1 + x²)², and as the row's
# result `out` is 1 / (1 + x²), that is -2 · x · out · out. A partial is called with the result first, then the
# operands.

# %%
bump = primitive("bump", lambda x: 1.0 / (1.0 + x * x), lambda out, x: -2.0 * x * out * out)

x = Value(2.0, label="x")
y = 3 * bump(x)
y.backward()
print(explain_row(bump))
assert abs(x.grad - 3 * -4 / 25) < 1e-12

# %% [markdown]
# One line, and everything works for it: the gradient, the picture, the explanation with its formula. Even the second
# derivative, because the partial is ordinary arithmetic and can be differentiated in turn.

# %%
from autograd import check_gradients, draw, grad

print(grad(bump)(1.0), grad(grad(bump))(1.0))
assert abs(grad(grad(bump))(1.0) - 0.5) < 1e-12
draw(y, partials="formula")

# %% [markdown]
# Did we get the formula right? `check_gradients` nudges, up to the second derivative. Here is a row with a mistake in
# it: one `out` was forgotten. **Predict:** will the check notice? And what can it tell us?

# %%
check_gradients(bump, 0.7)
wrong = primitive("wrong_bump", lambda x: 1.0 / (1.0 + x * x), lambda out, x: -2.0 * x * out)
try:
    check_gradients(wrong, 0.7)
except AssertionError as error:
    message = str(error)
print(message.split("; ")[-1])
assert "wrong_bump" in message

# %% [markdown]
# It names the row and the operand. Whenever you write a derivative of your own, here or in another library, run such a
# check before you train anything with it.
#
# ## Exercises
#
# **04.1** Write `divide(a, b)` for Mini, as an operation with its own two partials (and not as a product with a power).
# a and b are Minis.

# %%
from chalkgrad.exercises import check, hint


def divide(a, b): ...


check("04.1", divide)


# %% [markdown]
# **04.2** Write `sigmoid(x)` for Mini: s = 1 / (1 + e⁻ˣ), whose slope is s (1 - s).


# %%
def sigmoid(x): ...


check("04.2", sigmoid)

# %% [markdown]
# **04.3** Close the lesson and write the engine again, from an empty cell: a class with `+`, `*`, `tanh()` and
# `backward()`. Then put the class (its name, without brackets) in place of the dots.

# %%
answer = ...
check("04.3", answer)

# %% [markdown]
# **04.4** Write softsign as a row of the library's table: x / (1 + |x|), whose slope is 1 / (1 + |x|)². Use
# `autograd.absolute` for the bars.

# %%
import autograd

softsign = ...
check("04.4", softsign)

# %% [markdown]
# **What you know now.** An engine is a number with edges, a few rules, a sort and a sweep. You have written one, and
# you know how to test it. From here on we use the library's. Next: [05 · Activation
# functions](05-activation-functions.ipynb).
