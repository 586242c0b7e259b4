# %% [markdown]
# # Solutions to 14 · Images: digits

# %%
from autograd import Value, softmax
from chalkgrad.exercises import check

# %% [markdown]
# **14.1** 32 neurons with 64 weights and a bias, 10 neurons with 32 weights and a bias: 2080 + 330.

# %%
check("14.1", 32 * (64 + 1) + 10 * (32 + 1))

# %% [markdown]
# **14.2** A new row for each class, and 1 more for each pair.


# %%
def confusion(truths, answers, classes):
    matrix = [[0] * classes for _ in range(classes)]
    for truth, answer in zip(truths, answers):
        matrix[truth][answer] += 1
    return matrix


check("14.2", confusion)

# %% [markdown]
# **14.3** The pixels are the Values here, and the output is the difference of two scores.


# %%
def influence(model, image, digit, rival):
    pixels = [Value(pixel) for pixel in image]
    scores = model(pixels)
    (scores[digit] - scores[rival]).backward()
    return [pixel.grad for pixel in pixels]


check("14.3", influence)

# %% [markdown]
# **14.4** First which answers are wrong, then how sure the model is of them.


# %%
def surest_mistakes(scores, truths):
    wrong = [n for n, (row, truth) in enumerate(zip(scores, truths)) if row.index(max(row)) != truth]
    return sorted(wrong, key=lambda n: max(softmax(scores[n])), reverse=True)


check("14.4", surest_mistakes)

# %% [markdown]
# **14.5** 36 uses, each with 0.5. The gradient of a shared Value is the sum.

# %%
check("14.5", 36 * 0.5)
