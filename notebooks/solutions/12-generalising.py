# %% [markdown]
# # Solutions to 12 · Generalising

# %%
from chalkgrad.exercises import check

# %% [markdown]
# **12.1** Shuffle, then cut.


# %%
def split(n, held_back, random):
    positions = list(range(n))
    random.shuffle(positions)
    return positions[held_back:], positions[:held_back]


check("12.1", split)

# %% [markdown]
# **12.2** Three things to keep: the best loss, its epoch, and how many bad epochs came since.


# %%
def stopping(losses, patience):
    best, kept, since = losses[0], 1, 0
    for epoch in range(2, len(losses) + 1):
        if losses[epoch - 1] < best:
            best, kept, since = losses[epoch - 1], epoch, 0
        else:
            since += 1
        if since == patience:
            return epoch, kept
    return len(losses), kept


check("12.2", stopping)

# %% [markdown]
# **12.3** On average the share 1 - rate remains; dividing by it makes up for what is gone.


# %%
def dropout(xs, rate, draws, training):
    if not training:
        return xs
    return [0.0 if draw < rate else x / (1 - rate) for x, draw in zip(xs, draws)]


check("12.3", dropout)

# %% [markdown]
# **12.4** This is overfitting. A wider layer has more parameters to learn by heart with.

# %%
check("12.4", "c")
