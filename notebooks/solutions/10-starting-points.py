# %% [markdown]
# # Solutions to 10 · Starting points

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **10.1** Xavier's rule: the mean of w² must be 2/(n_in + n_out). For a uniform draw it is b²/3. So b² = 6/(n_in +
# n_out).


# %%
def bound(n_in, n_out):
    return math.sqrt(6 / (n_in + n_out))


check("10.1", bound)

# %% [markdown]
# **10.2** Mean and deviation come from the training column, and go into both.


# %%
def scaled(train, test):
    mean = sum(train) / len(train)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in train) / len(train))
    return [(x - mean) / deviation for x in train], [(x - mean) / deviation for x in test]


check("10.2", scaled)

# %% [markdown]
# **10.3** The first unit goes its own way. The other five started equal and stay equal: two kinds of unit.

# %%
check("10.3", 2)

# %% [markdown]
# **10.4** n · mean(w²) · 1/2 = 100 · (0.2²/3) · 1/2 = 2/3.

# %%
check("10.4", 2 / 3)
