# %% [markdown]
# # Solutions to 06 · From a neuron to an MLP

# %%
from autograd import relu
from chalkgrad.exercises import check

# %% [markdown]
# **06.1** Layer by layer, neurons times (inputs + 1): 4 · 3 + 3 · 5 + 1 · 4 = 12 + 15 + 4 = 31.

# %%
check("06.1", 31)

# %% [markdown]
# **06.2** With w₁ = w₂ = 1 the sum is 0, 1, 1, 2 at the corners. Any bias between -2 and -1 leaves only the last one
# positive; -1.5 leaves the same room on both sides.

# %%
check("06.2", [1, 1, -1.5])

# %% [markdown]
# **06.3** 2 (3x + 1) - 4 = 6x - 2.

# %%
check("06.3", {"w": 6, "b": -2})


# %% [markdown]
# **06.4** relu(x₁ - x₂) is 1 at (1, 0), and relu(x₂ - x₁) is 1 at (0, 1). Take both away from 1. (1 minus the tent of
# the lesson is right as well.)


# %%
def same(x1, x2):
    return 1 - relu(x1 - x2) - relu(x2 - x1)


check("06.4", same)
