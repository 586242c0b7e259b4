# %% [markdown]
# # Solutions to 15 · Language: names

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **15.1** A dot in front, a dot behind, and the two zipped together.


# %%
def next_pairs(name):
    return list(zip("." + name, name + "."))


check("15.1", next_pairs)

# %% [markdown]
# **15.2** Fits, exponentials, shares. (For large fits, subtract the largest before the exponential.)


# %%
def shares(query, keys):
    fits = [sum(q * k for q, k in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    powers = [math.exp(fit) for fit in fits]
    return [power / sum(powers) for power in powers]


check("15.2", shares)

# %% [markdown]
# **15.3** Walk along until the sum of what you have passed is above u.


# %%
def draw_letter(probabilities, u):
    passed = 0.0
    for position, probability in enumerate(probabilities):
        passed += probability
        if u < passed:
            return position
    return len(probabilities) - 1


check("15.3", draw_letter)

# %% [markdown]
# **15.4** -log(1/2) = log 2, -log(1/4) = 2 log 2, -log(1/8) = 3 log 2. Their mean is 2 log 2.

# %%
check("15.4", 2 * math.log(2))
