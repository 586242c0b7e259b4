# %% [markdown]
# # Solutions to 05 · Activation functions

# %%
import math

from autograd import maximum
from chalkgrad.exercises import check

# %% [markdown]
# **05.1** s (1 - s) with the output s = 0.9: 0.9 · 0.1 = 0.09.

# %%
check("05.1", 0.09)

# %% [markdown]
# **05.2** 1 - t² with the output t = 0.6: 1 - 0.36 = 0.64.

# %%
check("05.2", 0.64)


# %% [markdown]
# **05.3** The greatest number is subtracted from all of them, above and below the line; that changes nothing but the
# size of the exponents.


# %%
def softmax(xs):
    highest = max(xs)
    powers = [math.exp(x - highest) for x in xs]
    total = sum(powers)
    return [power / total for power in powers]


check("05.3", softmax)


# %% [markdown]
# **05.4** For a positive x the greater of x and 0.1 x is x; for a negative one it is 0.1 x.


# %%
def leaky(x):
    return maximum(x, 0.1 * x)


check("05.4", leaky)

# %% [markdown]
# **05.5** tanh reaches from -1 to 1.

# %%
check("05.5", "tanh")

# %% [markdown]
# **05.6** pᵢ (δᵢⱼ - pⱼ) with i = 1 and j = 2: 0.7 · (0 - 0.2).

# %%
check("05.6", -0.14)

# %% [markdown]
# **05.7** Softmax: between 0 and 1, and the sum is 1.

# %%
check("05.7", "softmax")
