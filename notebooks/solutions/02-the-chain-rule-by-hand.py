# %% [markdown]
# # Solutions to 02 · The chain rule by hand

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **02.1** Forward: c = -6, d = -8, f = 64. Backward: f has 1. It passes 1 · d = -8 to d, twice, which makes -16. d
# passes -16 to c and to b. c passes -16 · b = 32 to a, and -16 · a = -48 to b, which already has -16. The sum is -64.

# %%
check("02.1", {"f": 1, "d": -16, "c": -16, "a": 32, "b": -64})

# %% [markdown]
# **02.2** 3 · (-0.5) · 4 = -6.

# %%
check("02.2", -6)


# %% [markdown]
# **02.3** The square of the *result*, subtracted from 1.


# %%
def tanh_partial(x):
    return 1 - math.tanh(x) ** 2


check("02.3", tanh_partial)


# %% [markdown]
# **02.4** Multiply along each path, add over the paths.


# %%
def gradient(paths):
    return sum(math.prod(path) for path in paths)


check("02.4", gradient)

# %% [markdown]
# **02.5** The maximum is a, so it routes its gradient, 3, to a and nothing to b. b still gets 1 from + b.

# %%
check("02.5", {"a": 3, "b": 1})

# %% [markdown]
# **02.6** Two uses, two paths: 2 + 5.

# %%
check("02.6", 7)
