# %% [markdown]
# # Solutions to 08 · The training loop

# %%
from chalkgrad.exercises import check

# %% [markdown]
# **08.1** 3 - 0.1 · (-2) = 3.2: the gradient is negative, so more weight means less loss, and the weight grows.

# %%
check("08.1", 3.2)


# %% [markdown]
# **08.2** It is `p.data` that is assigned. `p = p - ...` would only give the name p to something else.


# %%
def update(parameters, rate):
    for p in parameters:
        p.data = p.data - rate * p.grad


check("08.2", update)


# %% [markdown]
# **08.3** The four steps, with the gradient set to 0 before each backward pass.


# %%
def train(w, loss_of, rate, steps):
    for _ in range(steps):
        loss = loss_of()
        w.zero_grad()
        loss.backward()
        w.data = w.data - rate * w.grad


check("08.3", train)

# %% [markdown]
# **08.4** After the third: from then on the held-back loss rises.

# %%
check("08.4", "3")

# %% [markdown]
# **08.5** 150 / 10 = 15 batches, an update for each, 20 times: 300.

# %%
check("08.5", {"updates_per_epoch": 15, "updates": 300})

# %% [markdown]
# **08.6** w = 0, the top of the hill between the two minima at -1 and 1. Descent that starts exactly there stays there.

# %%
check("08.6", 0)

# %% [markdown]
# **08.7** It has converged. Nothing is known about new data, nor about better minima elsewhere.

# %%
check("08.7", "a")
