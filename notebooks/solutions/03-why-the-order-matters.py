# %% [markdown]
# # Solutions to 03 · Why the order matters, why gradients add

# %%
from chalkgrad.exercises import check


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
# **03.1** `+=` in place of `=`.


# %%
def repaired_a(output):
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


check("03.1", repaired_a)

# %% [markdown]
# **03.2** No recursion through the edges: first sort, then one sweep. It is the same function as before.

# %%
check("03.2", repaired_a)


# %% [markdown]
# **03.3** The sort remembers what it has seen. A set is faster than a list at this: with a list, `not in` looks through
# all of it.


# %%
def repaired_c(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for operand, _ in node.edges:
                visit(operand)
            order.append(node)

    visit(output)
    output.grad = 1.0
    for node in reversed(order):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


check("03.3", repaired_c)

# %% [markdown]
# **03.4** `node.grad` in place of `node.data`: what is passed on is how much the output depends on the node.

# %%
check("03.4", repaired_a)

# %% [markdown]
# **03.5** The slope is 2 · 5 = 10, and each call adds it: 10, 20; then back to 0; then 10, 20, 30.

# %%
check("03.5", 30)

# %% [markdown]
# **03.6** d first; b must wait for both of its users, d and c; a waits for b and c.

# %%
check("03.6", "d c b a")

# %% [markdown]
# **03.7** The graph of y has two leaves, 9 and 2. x is not one of them, so nothing reaches it.

# %%
check("03.7", 0)
