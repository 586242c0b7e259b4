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
# **12.4** This is overfitting. A wider layer has more parameters to memorise with.

# %%
check("12.4", "c")

# %% [markdown]
# **12.5** The best of ten on the test set is chosen by luck, too. The test set has become a validation set.

# %%
check("12.5", "b")

# %% [markdown]
# **12.6** Always saying benign is right 970 times out of 1,000.

# %%
check("12.6", 0.97)

# %% [markdown]
# **12.7** Be very sure of three, and only just wrong about the fourth.

# %%
check("12.7", [0.45, 0.99, 0.01, 0.01])

# %% [markdown]
# **12.8** In training mode every call drops other units.

# %%
check("12.8", "b")
