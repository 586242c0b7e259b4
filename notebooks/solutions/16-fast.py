# %% [markdown]
# # Solutions to 16 · Fast: what the compiler sees

# %%
from autograd import maximum, minimum
from chalkgrad.exercises import check

# %% [markdown]
# **16.1** Each of 32 neurons multiplies and adds 64 times, for each of 100 images.

# %%
check("16.1", 2 * 100 * 64 * 32)

# %% [markdown]
# **16.2** No decision depends on the number.


# %%
def clip(x):
    return maximum(minimum(x, 1.0), -1.0)


check("16.2", clip)

# %% [markdown]
# **16.3** 10 ms stay, 90 ms become 0.09 ms: 100 / 10.09.

# %%
check("16.3", 100 / 10.09)

# %% [markdown]
# **16.4** Both go on at once; the slower one decides.


# %%
def least_time(operations, moved, speed, bandwidth):
    return max(operations / speed, moved / bandwidth)


check("16.4", least_time)

# %% [markdown]
# **16.5** Each layer needs the gradient of its weights, and each but the first that of its inputs: 4 + 3.

# %%
check("16.5", 4 + 3)
