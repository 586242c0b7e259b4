# %% [markdown]
# # Solutions to 17 · Sharing: convolution

# %%
from chalkgrad.exercises import check

# %% [markdown]
# **17.1** A filter reads 8 channels of 3 by 3 pixels and has a bias; there are 16 of them.

# %%
check("17.1", 16 * (8 * 9 + 1))

# %% [markdown]
# **17.2** With padding there are 30 rows. The first window begins at row 0, the last one at row 24, and they are 2
# apart.

# %%
check("17.2", (28 + 2 * 1 - 5) // 2 + 1)

# %% [markdown]
# **17.3** One dot product for each place where the window fits.


# %%
def slide(signal, weights):
    places = range(len(signal) - len(weights) + 1)
    return [sum(w * x for w, x in zip(weights, signal[n:])) for n in places]


check("17.3", slide)

# %% [markdown]
# **17.4** At place n, weight j meets `signal[n + j]`. Its gradient is the sum over all places.


# %%
def shared_gradient(signal, upstream, k):
    return [sum(gradient * signal[n + j] for n, gradient in enumerate(upstream)) for j in range(k)]


check("17.4", shared_gradient)

# %% [markdown]
# **17.5** Three windows of width 3, each shifted by one pixel, cover 5 pixels; so 5 by 5 in the plane.

# %%
check("17.5", 25)
