# %% [markdown]
# # Solutions to 15 · Language: names

# %%
import math

from autograd import dot, softmax
from chalkgrad.exercises import check

# %% [markdown]
# **15.1** Two dots in front, one behind. Each place of that text begins a piece of two letters, and what comes after
# them.


# %%
def after_two(name):
    text = ".." + name + "."
    return [(text[n : n + 2], text[n + 2]) for n in range(len(name) + 1)]


check("15.1", after_two)

# %% [markdown]
# **15.2** The future is left out of the softmax, and filled up with zeros afterwards.


# %%
def shares(query, keys, seen):
    fits = [dot(query, key) / math.sqrt(len(query)) for key in keys[:seen]]
    return [*softmax(fits), *[0.0] * (len(keys) - seen)]


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

# %% [markdown]
# **15.5** Divide the scores, then take the softmax.


# %%
def tempered(scores, temperature):
    return softmax([score / temperature for score in scores])


check("15.5", tempered)

# %% [markdown]
# **15.6** `.leap` and `.elap` end alike, and before the p are the same letters.

# %%
check("15.6", "c")
