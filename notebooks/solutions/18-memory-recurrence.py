# %% [markdown]
# # Solutions to 18 · Memory: recurrence

# %%
import math

from chalkgrad.exercises import check

# %% [markdown]
# **18.1** For each of the 20 numbers of state there are four sums. Each reads 10 numbers of the element and 20 of the
# state, and has two biases.

# %%
check("18.1", 4 * 20 * (10 + 20 + 2))

# %% [markdown]
# **18.2** $x_{40}$ is in $h_{40}$ with the factor 1. From there to $h_{50}$ there are ten steps, each with a factor of
# 0.9.

# %%
check("18.2", 0.9**10)

# %% [markdown]
# **18.3** The state is a variable, which each step reads and writes.


# %%
def states(inputs, w, u):
    state, found = 0.0, []
    for x in inputs:
        state = math.tanh(w * x + u * state)
        found.append(state)
    return found


check("18.3", states)

# %% [markdown]
# **18.4** Forward, keeping the state that each step meets. Then back: u gets the gradient of the step times that state,
# and the state before gets the gradient times u.


# %%
def through_time(inputs, u):
    state, met = 0.0, []
    for x in inputs:
        met.append(state)
        state = u * state + x
    gradient, total = 1.0, 0.0
    for state in reversed(met):
        total += gradient * state
        gradient *= u
    return total


check("18.4", through_time)

# %% [markdown]
# **18.5** Three sigmoids, one tanh, and a second tanh on the way out.


# %%
def lstm_step(sums, cell):
    enter, forget, leave = (1 / (1 + math.exp(-sums[n])) for n in (0, 1, 3))
    cell = forget * cell + enter * math.tanh(sums[2])
    return leave * math.tanh(cell), cell


check("18.5", lstm_step)

# %% [markdown]
# **18.6** The gradients vanish, and clipping can only shorten one. The others help: with a bias of 4 the forget gates
# are at 0.98, in attention nothing is multiplied 200 times, and a loss near the beginning is only a few steps away.

# %%
check("18.6", "c")
