# %% [markdown]
# # Solutions to 09 · Vanishing, exploding, dead

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **09.1** The sigmoid is steepest at 0, where its slope is 1/2 · 1/2 = 1/4. Five of them, multiplied, are 1/1024.

# %%
check("09.1", 4**5)

# %% [markdown]
# **09.2** Square, mean, root.


# %%
def gradient_size(layer):
    gradients = [p.grad for p in layer.parameters()]
    return math.sqrt(sum(g * g for g in gradients) / len(gradients))


check("09.2", gradient_size)

# %% [markdown]
# **09.3** A unit is a column of the rows; it is dead if the whole column is 0.


# %%
def dead_units(rows):
    return [unit for unit in range(len(rows[0])) if all(row[unit] == 0 for row in rows)]


check("09.3", dead_units)

# %% [markdown]
# **09.4** One factor for all numbers, so that the direction stays.


# %%
def clipped(gradients, longest):
    length = math.sqrt(sum(g * g for g in gradients))
    if length <= longest:
        return gradients
    return [g * longest / length for g in gradients]


check("09.4", clipped)

# %% [markdown]
# **09.5** A zero gradient is what you find at a minimum, but also below dead units, with all weights 0, or at a saddle.
# The loss and the units' outputs tell these apart; the gradient alone does not.

# %%
check("09.5", "c")
