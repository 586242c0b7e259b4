# %% [markdown]
# # Solutions to 04 · Build the engine

# %%
import math

from autograd import absolute, exp, primitive
from chalkgrad.exercises import check


class Mini:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges


# %% [markdown]
# **04.1** Leave b alone: a / b is a straight line in a, with slope 1 / b. Leave a alone: a times 1/b, and the slope of
# 1/b is -1/b².


# %%
def divide(a, b):
    return Mini(a.data / b.data, [(a, 1 / b.data), (b, -a.data / b.data**2)])


check("04.1", divide)


# %% [markdown]
# **04.2** The result s is computed first, and then used in the partial.


# %%
def sigmoid(x):
    s = 1 / (1 + math.exp(-x.data))
    return Mini(s, [(x, s * (1 - s))])


check("04.2", sigmoid)


# %% [markdown]
# **04.3** The engine in one piece.


# %%
class Engine:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return Engine(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Engine(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        t = math.tanh(self.data)
        return Engine(t, [(self, 1 - t * t)])

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, operands_done = stack.pop()
            if operands_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack += [(node, True), *((operand, False) for operand, _ in node.edges)]
        self.grad = 1.0
        for node in reversed(order):
            for operand, partial in node.edges:
                operand.grad += partial * node.grad


check("04.3", Engine)

# %% [markdown]
# **04.4** Both formulas in arithmetic and rows of the table, so that derivatives of any order follow.

# %%
softsign = primitive("softsign", lambda x: x / (1 + absolute(x)), lambda out, x: 1 / (1 + absolute(x)) ** 2)
check("04.4", softsign)

# %% [markdown]
# **04.5** The chain rule finds the derivative, which is sinh.


# %%
def cosh(x):
    return (exp(x) + exp(-x)) / 2


check("04.5", cosh)
