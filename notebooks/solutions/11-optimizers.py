# %% [markdown]
# # Solutions to 11 · Optimizers

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **11.1** The curvature of 3x² is 6, and 2/6 = 1/3.

# %%
check("11.1", 1 / 3)

# %% [markdown]
# **11.2** The velocity first, then the step.


# %%
def momentum_step(x, velocity, gradient, rate):
    velocity = 0.9 * velocity + gradient
    return x - rate * velocity, velocity


check("11.2", momentum_step)

# %% [markdown]
# **11.3** Two running means; the corrected ones go into the step, the plain ones are remembered.


# %%
def adam_step(x, m, s, gradient, t, rate):
    m = 0.9 * m + 0.1 * gradient
    s = 0.999 * s + 0.001 * gradient**2
    return x - rate * (m / (1 - 0.9**t)) / math.sqrt(s / (1 - 0.999**t)), m, s


check("11.3", adam_step)

# %% [markdown]
# **11.4** The noise of the mini-batches keeps it jumping. Smaller steps average it out.

# %%
check("11.4", "c")

# %% [markdown]
# **11.5** The factors 1 - 4·rate are 0.6, 0.2, -0.6 and -0.96. The smallest in size wins, whatever the sign.

# %%
check("11.5", 0.2)

# %% [markdown]
# **11.6** The running means are m = 0.01 and s = 0.0001, so m/√s = 1 and the step is the learning rate.

# %%
check("11.6", 0.1)
