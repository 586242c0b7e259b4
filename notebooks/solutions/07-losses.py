# %% [markdown]
# # Solutions to 07 · Losses

# %%
import math

from autograd import relu
from chalkgrad.exercises import check

# %% [markdown]
# **07.1** p - y, with y = (0, 1, 0): 0.7, 0.2 - 1 and 0.1.

# %%
check("07.1", {"a": 0.7, "b": -0.8, "c": 0.1})


# %% [markdown]
# **07.2** Each eˣ is eᵐ · eˣ⁻ᵐ; the common factor eᵐ comes out of the sum, and its logarithm is m.


# %%
def logsumexp(xs):
    m = max(xs)
    return m + math.log(sum(math.exp(x - m) for x in xs))


check("07.2", logsumexp)


# %% [markdown]
# **07.3** relu cuts off what would be negative.


# %%
def hinge(score, target):
    return relu(1 - target * score)


check("07.3", hinge)

# %% [markdown]
# **07.4** -log(1/10) = log(10) = 2.303.

# %%
check("07.4", math.log(10))

# %% [markdown]
# **07.5** Softmax of the logits 1 and 0 is 0.731 and 0.269, and -log 0.731 is 0.313.

# %%
check("07.5", 0.313)

# %% [markdown]
# **07.6** A: -log 0.6 = 0.51 for each. B: 0.01, 0.01 and 0.80, 0.27 on average.

# %%
check("07.6", {"A": 0.51, "B": 0.273})
