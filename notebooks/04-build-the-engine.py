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
# You need lesson 03; about 100 minutes, half of them for writing the engine yourself. Afterwards you have an engine of
# your own, you know how to convince yourself that it is right, and you can add a function to the library's table.

# %% [markdown]
# ## A number with edges
#
# The engine is one class; let us call it `Mini`. It has a number, a gradient, and for each operand an edge, which is
# the pair of the operand itself and the local partial. The function below the class turns plain numbers into Minis, so
# that we can write `x * 2` as well as `x * y`.

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
# An operation computes a number and writes down its partials. That is all it does; gradients come later. Before you
# read the code, recall the two partials of a sum and those of a product.


# %%
def add(x, y):
    x, y = as_mini(x), as_mini(y)
    return Mini(x.data + y.data, [(x, 1.0), (y, 1.0)])


def multiply(x, y):
    x, y = as_mini(x), as_mini(y)
    return Mini(x.data * y.data, [(x, y.data), (y, x.data)])


# %% [markdown]
# For tanh the partial is 1 - tanh²(x), and since tanh(x) is the result itself, it costs next to nothing: 1 - t · t.
# Powers with a plain exponent n have the partial n · xⁿ⁻¹.


# %%
def tanh(x):
    t = math.tanh(x.data)
    return Mini(t, [(x, 1 - t * t)])


def power(x, n):
    return Mini(x.data**n, [(x, n * x.data ** (n - 1))])


# %% [markdown]
# Python calls the method `__add__` when it sees a `+`. So we attach our functions to the class, by assigning them to
# its attributes. `__radd__` handles a plain number on the left: in `2 + x` the number 2 knows nothing of Minis, so
# Python asks x. (`lambda x: ...` is a function without a name; the [primer](primer.md) has more on all of this.)

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
# Subtraction and division need no rules of their own, since they are made of the others. An engine needs very few
# rules.
#
# ## Backward
#
# You know this from the last lesson: sort the nodes, then pass gradients on from the output to the leaves.


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
# The engine is finished. **Predict:** y = x² + 2x at x = 3. What is the gradient of x?

# %%
x = Mini(3.0)
y = x * x + 2 * x
y.backward()
print(x.grad)

# %% [markdown]
# It is 2x + 2 = 8.
#
# ## Is it right?
#
# One example proves little. There are three ways to be surer, from weak to strong:
#
# 1. a formula from a book, as above;
# 2. the nudge from lesson 00, which needs no second engine;
# 3. many random graphs, compared with an engine that others wrote.
#
# The nudge comes first. The function below uses every operation.


# %%
assert x.grad == 2 * 3 + 2


def everything(x, y):
    return (x * y - x / y + 3 * x**2).tanh() + y


def nudged(x, y, h=1e-5):
    return (everything(Mini(x + h), Mini(y)).data - everything(Mini(x - h), Mini(y)).data) / (2 * h)


x, y = Mini(0.3), Mini(-0.8)
everything(x, y).backward()
print(f"engine {x.grad:.9f}   nudge {nudged(0.3, -0.8):.9f}")
assert abs(x.grad - nudged(0.3, -0.8)) < 1e-9

# %% [markdown]
# Now the third way. `programs` makes small random graphs that can be run on any class with the right operations, on
# ours and on the library's. The gradients of all leaves must agree.

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
# This test compares *behaviour*. Does it find mistakes? Let us give it broken engine B of the last lesson, which visits
# nodes without sorting. **Predict:** does it go wrong on all of the graphs, on most or on few?


# %%
def unsorted(node):
    for operand, partial in node.edges:
        operand.grad += partial * node.grad
    for operand, _ in node.edges:
        unsorted(operand)


def leaf_gradients(program, backward):
    nodes = program.run(Mini)
    nodes[-1].grad = 1.0
    backward(nodes[-1])
    return [leaf.grad for leaf in nodes[: len(program.leaves)]]


# %%
wrong = [n for n, p in enumerate(tried, 1) if leaf_gradients(p, unsorted) != leaf_gradients(p, backward)]
print(len(wrong), "of", len(tried), "graphs; the first is number", wrong[0])

# %% [markdown]
# It goes wrong on 118 of the 300, and the first is number 21. On the simplest graphs no number is shared, and there the
# broken engine is right. A few tries by hand would not have found the mistake; many random graphs do.

# %%
assert (len(wrong), wrong[0]) == (118, 21)

# %% [markdown]
# ## How large is an operation?
#
# We gave tanh a rule of its own, and built division from others. Was that necessary? tanh can be taken apart into
# exponentials, a difference, a sum and a quotient:
#
# $$\tanh x = \frac{e^{2x} - 1}{e^{2x} + 1}$$
#
# **Predict:** will the gradient be the same? And which of the two graphs is larger?


# %%
def exp(x):
    e = math.exp(x.data)
    return Mini(e, [(x, e)])  # the derivative of eˣ is eˣ


def tanh_from_parts(x):
    e = exp(x * 2)
    return (e - 1) / (e + 1)


# %%
for function in (tanh, tanh_from_parts):
    x = Mini(0.5)
    y = function(x)
    y.backward()
    print(f"{y.data:.12f}   gradient {x.grad:.12f}   {len(topological(y))} nodes")

# %% [markdown]
# The gradients agree, because the chain rule puts the pieces together. **You may choose the size of an operation.** All
# that an operation needs is its value and its partials. A large one makes the graph smaller, and it can be more
# careful: at x = 400 the parts overflow, though tanh(400) is simply 1.

# %%
at = Mini(0.5), Mini(0.5)
for function, x in zip((tanh, tanh_from_parts), at, strict=True):
    function(x).backward()
assert abs(at[0].grad - at[1].grad) < 1e-15 and tanh(Mini(400.0)).data == 1.0
try:
    tanh_from_parts(Mini(400.0))
except OverflowError as error:
    print("OverflowError:", error)

# %% [markdown]
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

# %% [markdown]
# Python allows about a thousand calls inside each other. A long sum over a data set has more steps than that. **Fix
# it:** keep the list of what remains to be done yourself. A node goes back on the stack with a mark, below its
# operands. When it comes up again, all of them are done.


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
assert x.grad == 0.0  # the recursive sort failed before any gradient arrived
total.backward()
print(x.grad, len(topological(total)))
assert x.grad == 1.0

# %% [markdown]
# The library's own engine does the same, in `autograd/backpropagation.py`. Yours has the same parts; the library adds
# speed, error messages, and many more functions. **How are those added?**
#
# ## The library's table
#
# In our engine, each operation is a function that computes and writes down partials. The library separates the two. An
# operation is **one row of a table**: the function, and one partial for each operand. Here are three rows:

# %%
from autograd import explain_row, primitive, relu, sigmoid
from autograd import multiply as library_multiply

print(explain_row(library_multiply))
print(explain_row(sigmoid))
print(explain_row(relu))

# %% [markdown]
# We make a row that the library does not have, a bump, 1 / (1 + x²). Its partial is -2x / (1 + x²)². Since the row's
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
# Did we get the formula right? `check_gradients` nudges, up to the second derivative. Here is a row with a mistake, a
# forgotten `out`. **Predict:** will the check notice? And what can it report?

# %%
check_gradients(bump, 0.7)
wrong = primitive("wrong_bump", lambda x: 1.0 / (1.0 + x * x), lambda out, x: -2.0 * x * out)
try:
    check_gradients(wrong, 0.7)
except AssertionError as error:
    message = str(error)
print(message.split("; ")[-1])

# %% [markdown]
# It names the row and the operand. Whenever you write a derivative of your own, here or in another library, run such a
# check before you train anything with it.

# %%
assert "wrong_bump" in message

# %% [markdown]
# ## Exercises
#
# **04.1** Write `divide(a, b)` for Mini, as an operation with its own two partials, not as a product with a power. a
# and b are Minis.

# %%
from chalkgrad.exercises import check, hint


def divide(a, b): ...


check("04.1", divide)


# %% [markdown]
# **04.2** Write `sigmoid(x)` for Mini: s = 1 / (1 + e⁻ˣ), whose derivative is s (1 - s).


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
# **04.4** Write softsign as a row of the library's table: x / (1 + |x|), whose derivative is 1 / (1 + |x|)². Use
# `autograd.absolute` for the bars.

# %%
import autograd

softsign = ...
check("04.4", softsign)

# %% [markdown]
# **04.5** Write `cosh(x)` for a library `Value` x, out of smaller operations and without any partial of your own: (eˣ +
# e⁻ˣ) / 2. Use `autograd.exp`.


# %%
def cosh(x): ...


check("04.5", cosh)

# %% [markdown]
# **What you know now.** An engine is a number with edges, a few rules, a sort and a sweep. You have written one, and
# you know how to test it. From here on we use the library's. Next: [05 · Activation
# functions](05-activation-functions.ipynb).
