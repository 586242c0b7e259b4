# %% [markdown]
# # Solutions to 13 · Beyond first derivatives

# %%
from autograd import grad
from chalkgrad.exercises import check

# %% [markdown]
# **13.1** Slope divided by curvature is the distance to the bottom of the parabola.


# %%
def newton_step(f, x):
    return x - grad(f)(x) / grad(grad(f))(x)


check("13.1", newton_step)

# %% [markdown]
# **13.2** Forward: a sweep for each input. Reverse: a sweep for each output.

# %%
check("13.2", {"forward": 1000, "reverse": 3})

# %% [markdown]
# **13.3** The Hessian is [[2, 3], [3, 10]]. Its eigenvalues have the sum 12 and the product 2·10 - 3·3 = 11: they are 1
# and 11. The larger one sets the limit, 2/11.

# %%
check("13.3", 2 / 11)

# %% [markdown]
# **13.4** Gradient times v is one number, the slope in the direction of v. Its gradient is Hessian times v.


# %%
def times_hessian(f, x, v):
    def slope(xs):
        return sum(g * c for g, c in zip(grad(f)(xs), v))

    return grad(slope)(x)


check("13.4", times_hessian)

# %% [markdown]
# **13.5** Along two axes the surface curves up, along the third it curves down: a saddle point.

# %%
check("13.5", "c")
