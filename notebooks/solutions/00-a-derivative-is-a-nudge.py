# %% [markdown]
# # Solutions to 00 · A derivative is a nudge

# %%
from chalkgrad.exercises import check

# %% [markdown]
# **00.1** x² has slope 2x, which is 4 at x = 2, and 3x has slope 3 everywhere: 4 + 3 = 7. By a nudge: (f(2.001) - f(2))
# / 0.001 = 7.001.

# %%
check("00.1", 7.0)


# %% [markdown]
# **00.2** The change from one side to the other, divided by the whole distance.


# %%
def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


check("00.2", central)

# %% [markdown]
# **00.3** With 0.1 the bend of the curve costs about h² = 0.01; with 1e-15 rounding costs about 1e-16 / h = 0.1; in the
# middle, both are tiny.

# %%
check("00.3", "1e-5")

# %% [markdown]
# **00.4** With a = 3 left alone, the output is 3b², whose slope at b = 2 is 6b = 12. Twelve times the nudge: 0.12.

# %%
check("00.4", 0.12)
