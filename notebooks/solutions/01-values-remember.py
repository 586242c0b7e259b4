# %% [markdown]
# # Solutions to 01 · Values remember

# %%
from autograd import Value
from chalkgrad.exercises import check

# %% [markdown]
# **01.1** The leaves x, w and b; then x*w, the sum, and tanh of it: 3 + 3 = 6.

# %%
check("01.1", 6)

# %% [markdown]
# **01.2** Two operations with two operands each: 2 + 2 = 4. That both operands of `a + a` are the same box does not
# matter: there are two edges.

# %%
check("01.2", 4)


# %% [markdown]
# **01.3** A function inside the function visits a Value and then its operands; the set stops it from visiting twice.
# Then those without operands are counted. A plain number is not a Value, and is left out.


# %%
def leaves(output):
    seen = set()

    def visit(value):
        if isinstance(value, Value) and value not in seen:
            seen.add(value)
            for operand in value.operands:
                visit(operand)

    visit(output)
    return sum(not value.operands for value in seen)


check("01.3", leaves)


# %% [markdown]
# **01.4** The sum gets a name, and is then multiplied by itself.


# %%
def build(a, b):
    s = a + b
    return s * s


check("01.4", build)
