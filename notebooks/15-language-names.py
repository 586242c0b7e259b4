# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 15 · Language: names
#
# **How can a machine make up a name that was never written before, and that you could still believe?** The large
# language models of today answer one question, over and over: *which letter (or piece of a word) comes next?* In this
# lesson you build such a model, on single numbers, with the three parts on which theirs rest: embeddings, positions and
# attention.
#
# You need losses (07), optimizers (11) and generalising (12); about 150 minutes, best in two sittings. Afterwards you
# can say in your own words what attention is, and have written it.

# %%
import math
import random
import sys
from string import ascii_lowercase

import nn
from autograd import Value, cross_entropy, dot, mean, no_grad, softmax
from nn import plotting

# %% [markdown]
# ## The data
#
# The names are those of the modules of Python's standard library, because they come with Python. We take the short ones
# with small letters only. Some modules came or went between versions of Python; we leave these out, so that you have
# the same list as everyone else.
#
# For names of your own, one per line in a file, replace the first line of the second cell by
# `names = [name for name in open("names.txt").read().lower().split() if len(name) <= 10]`. Everything below works for
# any alphabet. The asserts are about *these* names, so where yours are different, that is a discovery and not a
# mistake.

# %%
came_or_went = (
    " asynchat asyncore distutils imp smtpd aifc audioop cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib"
    " ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib annotationlib compression "
)

# %% [markdown]
# Now the list itself, shuffled, so that the alphabet has no influence on which names are held back. As in lesson 12 it
# has three parts: names to learn from, names to watch during training, and names for the test, which we do not touch
# until the end. The last lines number the characters: the dot is 0, a is 1, and so on. `index` maps a character to its
# number, `letters` a number to its character.

# %%
names = [name for name in sorted(sys.stdlib_module_names) if name.isalpha() and name.islower() and len(name) <= 10]
names = [name for name in names if f" {name} " not in came_or_went]
random.Random(0).shuffle(names)
valid, test, train = names[:20], names[20:40], names[40:]
letters = [".", *sorted({*ascii_lowercase, *"".join(names)})]
index = {letter: n for n, letter in enumerate(letters)}
print(f"{len(train)} names to learn from, {len(valid)} for validation, {len(test)} for the test, such as", *train[:6])
assert not set(train) & {*valid, *test}

# %% [markdown]
# The dot is a letter of our own. It comes before the first letter and after the last one. So "where does a name end?"
# becomes an ordinary question about the next letter.
#
# ## Count pairs
#
# The simplest model looks at one letter and says what comes next, by counting how often it did. (Every count starts at
# 1, so that nothing is impossible.)


# %%
def pairs(name):
    """Each letter of the name with the one that follows it."""
    return list(zip("." + name, name + "."))


counts = [[1] * len(letters) for _ in letters]
for name in train:
    for first, second in pairs(name):
        counts[index[first]][index[second]] += 1
print(pairs("os"))

# %% [markdown]
# The picture has a row for each letter and a column for each letter that may follow. The darker a field, the more often
# it did. Look for the row of q, and for the letters after which a name often ends (the first column).

# %%
assert max(letters[1:], key=lambda letter: counts[index["q"]][index[letter]]) == "u"  # after a q comes a u
title = "pairs of letters in names of modules"
shares = [[count / sum(row) for count in row] for row in counts]
figure = plotting.plot_tables(
    {title: shares}, labels={title: letters}, xlabel="this one follows", ylabel="after this one"
)
figure.set_size_inches(7, 5.6)
figure

# %% [markdown]
# Make up names with it: begin at the dot, draw a letter with these probabilities, go on from there until the next dot.
# The source of chance has a seed, so that you get the same ten names as everyone else.


# %%
def make_up(next_weights, source):
    """Letter after letter; `next_weights` gives a weight for each next letter, from what is written so far."""
    text = "."
    while len(text) < 11:
        letter = source.choices(letters, next_weights(text))[0]
        if letter == ".":
            break
        text += letter
    return text[1:]


# %% [markdown]
# **Predict:** will they look like names?

# %%
source = random.Random(3)
print(*[make_up(lambda text: counts[index[text[-1]]], source) for _ in range(10)])

# %% [markdown]
# Hardly. But how bad is it, as a number? Take names that were held back and ask how much each next letter *surprises*
# the model: -log of the probability that the model gave it. That is 0 if it was certain, and large if it thought the
# letter nearly impossible. The mean over all letters is the **cross-entropy** of lesson 07, and our loss. A model that
# knows nothing gives each of 27 letters 1/27.
#
# The number is easier to feel as e to the power of the loss, the **perplexity**: the model is as unsure as if it had to
# choose between so many equally likely letters. Knowing nothing has perplexity 27.


# %%
def surprise(names):
    """The mean of -log p(next letter) under the table of counts."""
    logs = [-math.log(counts[index[a]][index[b]] / sum(counts[index[a]])) for name in names for a, b in pairs(name)]
    return sum(logs) / len(logs)


# %%
nothing = math.log(len(letters))
for text, number in (
    ("knowing nothing", nothing),
    ("table, train", surprise(train)),
    ("table, validation", surprise(valid)),
):
    print(f"{text:18} loss {number:.2f}, perplexity {math.exp(number):.1f}")
assert surprise(train) < surprise(valid) < nothing

# %% [markdown]
# The table cannot do much better, because it forgets all but the last letter. After "t" it does not know whether
# "asynci" or "ma" came before. A table for two letters would need 27 · 27 rows, for five letters fourteen million, and
# nearly all would be empty. We need something that looks at all earlier letters, and *learns which of them matter*.
#
# ## Letters as vectors
#
# A network needs numbers. We give every letter a list of 8 numbers, its **embedding**: at first random, later learnt,
# like any parameter. Letters that behave alike can get similar vectors. The position in the name gets such a list as
# well, and the two are added: "an s, in place 3".

# %%
size, source = 8, random.Random(0)
letter_vectors, place_vectors = nn.Embedding(len(letters), size, seed=source), nn.Embedding(12, size, seed=source)


def embedded(text):
    """One vector for each letter: what it is plus where it is."""
    return [
        [a + b for a, b in zip(letter_vectors(index[letter]), place_vectors(place))]
        for place, letter in enumerate(text)
    ]


# %% [markdown]
# So the same letter gets a different vector in another place. Why that is needed, you will see at the end, when we take
# the positions away.

# %%
print(f"'.os' is {len(embedded('.os'))} vectors of {len(embedded('.os')[0])} numbers")
assert embedded("ss")[0][0].data != embedded("ss")[1][0].data

# %% [markdown]
# ## Attention
#
# Now every letter collects what it needs from the letters before it. Three vectors are made from each letter's vector,
# by three layers:
#
# - a **query**: what am I looking for? ("I am at the end: was there a q?")
# - a **key**: what do I have to offer? ("I am a q.")
# - a **value**: what do I contribute, if I am asked? (The word has nothing to do with the class `Value`.)
#
# The dot product of a query and a key says how well they fit. `softmax` turns the fits into shares that are positive
# and sum to 1. The letter receives the values, mixed in these shares. And it sees only letters up to itself, since the
# next one is what it has to guess.


# %%
def attention_shares(query, keys):
    """How much of each earlier letter is taken: positive, 1 in sum."""
    return softmax([dot(query, key) / math.sqrt(len(query)) for key in keys])


def mixed(shares, values):
    """The values, mixed in these shares."""
    return [dot(shares, column) for column in zip(*values)]


# %% [markdown]
# That is all of it: two functions of one line each. The first asks every key "how well do you fit what I am looking
# for?" and makes shares of the answers; the second mixes. No letter is left out altogether, since no share is exactly
# 0. So gradients reach all of them: a key that should have fitted better learns to.
#
# Try it by hand, with vectors of two numbers. The query fits the second key well and the third not at all.
#
# **Predict** the order of the three shares.

# %%
keys, values = [[0.0, 1.0], [3.0, 0.0], [-3.0, 0.0]], [[10.0, 0.0], [0.0, 10.0], [5.0, 5.0]]
shares = attention_shares([2.0, 0.0], keys)
print("shares:", [f"{share:.3f}" for share in shares], "  mixed:", [f"{x:.2f}" for x in mixed(shares, values)])

# %% [markdown]
# The second key gets nearly everything, so the mixture is nearly the second value. Turn the query around, and the third
# would win. Only dot products decide which letter listens to which.
#
# Why divide by √8? A dot product of 8 random numbers with 8 others has a size of about √8 (lesson 10). Without the
# division, softmax would be nearly certain from the start, and certain means: almost no gradient.

# %%
assert shares[1] > shares[0] > shares[2] and abs(sum(shares) - 1) < 1e-12
numbers = random.Random(0)
products = [dot(*[[numbers.gauss(0, 1) for _ in range(8)] for _ in range(2)]) for _ in range(5000)]
assert abs(math.sqrt(sum(p * p for p in products) / 5000) - math.sqrt(8)) < 0.1

# %% [markdown]
# ## The model
#
# The model is an ordinary module that holds the layers: the two tables of vectors; query, key and value; a small
# network to think about what was collected; and one score for each of the 27 letters.


# %%
class NameModel(nn.Module):
    def __init__(self):
        self.letters, self.places = letter_vectors, place_vectors
        self.query, self.key, self.value = (nn.Layer(size, size, nonlin=False, seed=source) for _ in range(3))
        self.think = nn.Sequential(nn.Layer(size, 16, seed=source), nn.Layer(16, size, nonlin=False, seed=source))
        self.score = nn.Layer(size, len(letters), nonlin=False, seed=source)


# %% [markdown]
# What happens to a text, in two steps. First each letter adds to its own vector what attention has collected. What is
# *added* leaves a straight way back for gradients (lesson 09). Then each letter thinks by itself, adds the result, and
# gives the 27 scores of what may come next.


# %%
def attend(vectors, query, key, value):
    """Each vector plus what it collects from the vectors up to itself."""
    keys, values = [key(x) for x in vectors], [value(x) for x in vectors]
    shares = [attention_shares(query(x), keys[:n]) for n, x in enumerate(vectors, 1)]
    collected = [mixed(share, values[:n]) for n, share in enumerate(shares, 1)]
    return [[a + b for a, b in zip(*both)] for both in zip(vectors, collected)]


# %%
def scores(model, text):
    """For each letter of the text, the scores of all letters to come next."""
    collected = attend(embedded(text), model.query, model.key, model.value)
    thought = [[a + b for a, b in zip(x, model.think(x))] for x in collected]
    return [model.score(x) for x in thought]


# %%
model = NameModel()
print(model.summary())
n = len(letters)
assert len(model.parameters()) == n * 8 + 12 * 8 + 3 * (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8) + (8 * n + n)

# %% [markdown]
# The summary shows where the parameters are: about a third of them in the two tables of vectors, a quarter in the
# scores, and the rest in attention and thinking.
#
# One promise must hold: no letter sees the future. Change the last letter of a text, and compare the scores at each
# place. (`no_grad` says that we want the scores only. Then no graph is kept, which is faster and saves memory.)
#
# **Predict:** the scores of which letters change?

# %%
with no_grad():
    one, other = scores(model, ".ast"), scores(model, ".asx")
changed = [any(a.data != b.data for a, b in zip(*rows)) for rows in zip(one, other)]
print(dict(zip([".", "a", "s", "last"], changed)))

# %% [markdown]
# Only those of the last letter itself. `keys[:n]` and `values[:n]` in `attend` see to that. This is called the **causal
# mask**.
#
# ## Train it
#
# The loss of a list of names is the mean surprise over all their letters, the dot at the end included. All letters of
# one name are in one graph. How large is it? The walk is that of lesson 01: from the output to the operands, each
# number counted once.


# %%
assert changed == [False, False, False, True]


def loss(names):
    """The mean surprise over all letters of all names."""
    terms = []
    for name in names:
        for logits, letter in zip(scores(model, "." + name), name + "."):
            terms.append(cross_entropy(logits, index[letter]))
    return mean(terms)


# %%
def count(output):
    """How many numbers a graph has."""
    seen, stack = {output}, [output]
    while stack:
        new = {operand for operand in stack.pop().operands if isinstance(operand, Value)} - seen
        seen |= new
        stack += new
    return len(seen)


# %% [markdown]
# **Predict:** will the untrained model be as good as knowing nothing, better, or worse?

# %%
one = loss(["asyncio"])
print(f"the loss of 'asyncio' is {one.data:.2f}, computed by a graph of {count(one):,} numbers")
with no_grad():
    before = loss(valid).data
print(f"before training, the loss on the validation names is {before:.2f}; knowing nothing would be {nothing:.2f}")

# %% [markdown]
# Worse, because random scores are wrong with conviction.

# %%
assert before > nothing

# %% [markdown]
# Now the four steps of lesson 08, written out: forward, loss, backward, update. There are twelve names in a batch.


# %%
def learn(names, batch=12):
    """Go through the names once, in batches, and return the loss of each batch."""
    curve = []
    for start in range(0, len(names), batch):
        total = loss(names[start : start + batch])  # forward, loss
        optimizer.zero_grad()
        total.backward()  # backward
        optimizer.step()  # update
        curve.append(total.data)
    return sum(curve) / len(curve)


# %% [markdown]
# We go through the names sixteen times, each time in a different order. The learning rate falls a little from epoch to
# epoch (lesson 11). After each epoch we ask how much the validation names surprise the model.

# %%
optimizer, source = nn.Adam(model, 0.02), random.Random(1)
history = {"train": [], "validation": []}
for epoch in range(16):
    optimizer.learning_rate = 0.02 * (1 - epoch / 20)
    history["train"].append(learn(source.sample(train, len(train))))
    with no_grad():
        history["validation"].append(loss(valid).data)

# %% [markdown]
# The picture also has the losses of the table of pairs. Below these, the model has learnt something that pairs of
# letters do not contain. **Predict:** will it get below them, on both lists?

# %%
curves = {**history, "table, train": [surprise(train)] * 16, "table, validation": [surprise(valid)] * 16}
plotting.plot_curves(curves, xlabel="epoch", ylabel="loss")

# %% [markdown]
# On the names it trained on the model beats the table clearly, and on the validation names by less. In the last epochs
# the two curves drift apart: 128 names are very few, and much of what the model learns is peculiar to them (lesson 12).
# Now the twenty names that have played no part in anything. For each letter we take the model's surprise minus the
# table's, so that a negative mean speaks for the model.
#
# **Predict:** will the model win here, too?


# %%
def leads(names):
    """For each letter of the names: the surprise of the model minus that of the table."""
    found = []
    with no_grad():
        for name in names:
            for logits, (a, b) in zip(scores(model, "." + name), pairs(name)):
                table = -math.log(counts[index[a]][index[b]] / sum(counts[index[a]]))
                found.append(cross_entropy(logits, index[b]).data - table)
    return found


# %%
for what, some in (("train", train), ("validation", valid), ("test", test)):
    numbers = leads(some)
    lead = sum(numbers) / len(numbers)
    error = math.sqrt(sum((number - lead) ** 2 for number in numbers)) / len(numbers)
    print(f"{what:10} {len(numbers):4} letters: model minus table {lead:+.2f}, uncertain by about {error:.2f}")

# %% [markdown]
# It does not. The uncertainty is the standard deviation of these numbers, divided by the root of how many there are. So
# the test cannot decide: twenty names are too few to tell a small lead from chance, and part of the lead on the
# validation names may have been chance, too. An honest report says that the model knows its training names much better
# than the table does, and that nothing is proved about new ones. Had we looked at the validation names only, or at the
# best of the sixteen epochs, we would have claimed more.
#
# Large models differ in one thing above all: their list of names is the internet.

# %%
assert history["train"][-1] < surprise(train) - 0.2 and history["validation"][-1] < surprise(valid)
assert abs(lead) < 2 * error

# %% [markdown]
# ## Let it speak
#
# Divide the scores by a number, the **temperature**, before the softmax. A low temperature makes large scores still
# larger than the others; a high one makes all alike.


# %%
def next_weights(text, temperature=1.0):
    """The model's probabilities for the next letter."""
    with no_grad():
        return [p.data for p in softmax([score / temperature for score in scores(model, text)[-1]])]


# %% [markdown]
# **Predict:** at which of the temperatures 0.4, 0.8 and 1.5 will the names be most alike, at which the wildest?

# %%
seen_pairs, familiar = {pair for name in train for pair in pairs(name)}, {}
for temperature in (0.4, 0.8, 1.5):
    source = random.Random(5)
    made = [make_up(lambda text, t=temperature: next_weights(text, t), source) for _ in range(40)]
    drawn = [pair for name in made for pair in pairs(name)]
    familiar[temperature] = sum(pair in seen_pairs for pair in drawn) / len(drawn)
    print(f"temperature {temperature}:", *made[:8])
    print(f"   {familiar[temperature]:.0%} of the pairs of letters occur in real names, {len(set(made))} of 40 differ")

# %% [markdown]
# Cold, it keeps to pairs that it has seen; hot, it babbles. With 128 names to learn from, no temperature gives names
# that you would take for real ones. Does it at least invent, or does it only recite?

# %%
assert familiar[0.4] > familiar[0.8] > familiar[1.5]
source = random.Random(7)
made = [make_up(lambda text: next_weights(text, 0.8), source) for _ in range(60)]
known = [name for name in made if name in names]
print(f"{len(known)} of {len(made)} exist already", *known)
assert len(known) < 30

# %% [markdown]
# ## Look inside
#
# Which earlier letters does each letter look at? In the picture there is a row for each letter and a column for each
# letter that it can see. The darker a field, the more of that letter goes into the mixture. Above the diagonal
# everything is 0, since no letter sees the future.


# %%
def shares_in(text):
    """For each letter: its attention to each letter so far."""
    with no_grad():
        vectors = embedded(text)
        keys = [model.key(x) for x in vectors]
        rows = [attention_shares(model.query(x), keys[: n + 1]) for n, x in enumerate(vectors)]
    return [[share.data for share in row] + [0.0] * (len(text) - len(row)) for row in rows]


tables = {text: shares_in(text) for text in (".asyncio", ".sqlite")}
plotting.plot_tables(tables, labels={text: list(text) for text in tables}, xlabel="looks at", ylabel="this letter")

# %% [markdown]
# Two names are not much evidence. So average over all names of the training set: how much attention, from the third
# letter on, goes to the letter itself, to the one before it, and to the dot at the start?

# %%
totals, places = {"the dot": 0.0, "the letter before": 0.0, "itself": 0.0}, 0
for name in train:
    for place, row in enumerate(shares_in("." + name)):
        if place >= 3:
            places += 1
            for what, share in zip(totals, (row[0], row[place - 1], row[place])):
                totals[what] += share
print({what: f"{total / places:.2f}" for what, total in totals.items()})
assert max(totals, key=totals.get) == "the dot" and min(totals, key=totals.get) == "itself"
assert all(abs(sum(row) - 1) < 1e-9 for row in shares_in(".asyncio"))

# %% [markdown]
# The start dot gets the most. That is common in large models, too: a letter that needs nothing must still spend its
# attention somewhere, since the shares sum to 1, and the dot is always there. (A letter already knows what it is, since
# its own vector is passed on.)
#
# And the letters themselves? Their vectors have eight numbers. We look at them from the direction in which they differ
# most. (These are the first two principal axes, found by a singular value decomposition. You need not know it.)

# %%
import matplotlib.pyplot as plt
import numpy as np

table = np.array([[number.data for number in vector] for vector in model.letters.vectors])
left, lengths, _ = np.linalg.svd(table - table.mean(axis=0))
flat = left[:, :2] * lengths[:2] * np.sign(left[0, :2])  # signs are arbitrary: the dot goes to the upper right
assert flat.shape == (len(letters), 2) and min(flat[0]) > 0

# %% [markdown]
# Each gray point is a letter, with its name beside it. Vowels are bold.

# %%
figure, axes = plt.subplots(figsize=(6, 5), layout="constrained")
axes.plot(*flat.T, ".", color="lightgray")
for place, letter in zip(flat, ["dot", *letters[1:]]):
    weight = "bold" if letter in "aeiou" else "normal"
    axes.annotate(letter, place, xytext=(3, 3), textcoords="offset points", weight=weight)
axes.set(xlabel="first axis", ylabel="second axis")
plt.show()

# %% [markdown]
# Letters that are close together have similar vectors (as far as two axes show it), so the model treats them alike.
# With 128 names you should not read much into the map. Try it with a file of some thousand first names.
#
# ## Break it: no positions
#
# We keep the numbers, so that the damage can be repaired, and set all place vectors to 0. Then we ask the model what
# comes after two pairs of texts with the same letters: "os" and "so", which end differently, and "pars" and "raps",
# which both end with an s.
#
# **Predict:** which of the two pairs can the model still tell apart?


# %%
def difference(one, other):
    """How far the next-letter probabilities after two texts differ."""
    return max(abs(a - b) for a, b in zip(next_weights(one), next_weights(other)))


kept = [[number.data for number in vector] for vector in model.places.vectors]
for vector in model.places.vectors:
    for number in vector:
        number.data = 0.0
blind = {pair: difference(*pair) for pair in ((".os", ".so"), (".pars", ".raps"))}
print({pair: f"{gap:.2f}" for pair, gap in blind.items()})

# %% [markdown]
# It can tell "os" and "so" apart, since the last letter's own vector is passed on, and the last letters differ. But
# "pars" and "raps", both seen from the s, are the same bag of letters: attention mixes what it finds, and a mixture has
# no order.
#
# **Fix it:** the numbers go back to their places. Now the two orders must give different answers again.

# %%
for vector, numbers in zip(model.places.vectors, kept):
    for number, data in zip(vector, numbers):
        number.data = data
assert blind[".os", ".so"] > 0.05 and blind[".pars", ".raps"] < 1e-12
print(f"with positions again: {difference('.pars', '.raps'):.2f}")
assert difference(".pars", ".raps") > 1e-3

# %% [markdown]
# So in a single layer such as ours, the order of the earlier letters comes from the positions. Is that so in larger
# models, with layer on top of layer? Take random layers without any positions, and let "pars" and "raps" run through
# one `attend`, and through two.
#
# **Predict:** do two layers know the order?

# %%
chance, gaps = random.Random(2), []
vector_of = {letter: [chance.gauss(0, 1) for _ in range(size)] for letter in ".apsr"}
layers = [[nn.Layer(size, size, nonlin=False, seed=chance) for _ in range(3)] for _ in range(2)]
one, other = ([vector_of[letter] for letter in text] for text in (".pars", ".raps"))
for number, layer in enumerate(layers, 1):
    with no_grad():
        one, other = (attend(vectors, *layer) for vectors in (one, other))
    gaps.append(max(abs(a.data - b.data) for a, b in zip(one[-1], other[-1])))
    print(f"after layer {number}: the vectors of the two s differ by {gaps[-1]:.3f}")

# %% [markdown]
# They do. In the first layer, the a of "pars" has seen the p, and the a of "raps" has seen the r, because each letter
# sees only what comes *before* it. So the second layer finds different vectors. From two layers on, the causal mask by
# itself reveals the order, and there are models that do without positions. Ours has one layer and needs them.

# %%
assert gaps[0] < 1e-12 and gaps[1] > 0.01

# %% [markdown]
# What do the large models have that ours lacks? Several sets of queries, keys and values side by side (*heads*), many
# layers on top of each other, a *layer normalization* before each part, which keeps sizes near 1 (lesson 10), and
# *tokens*: pieces of words in place of letters.
#
# ## Exercises
#
# **15.1** For a table that looks at *two* letters: write `after_two(name)`. For "os" it gives the list
# `[("..", "o"), (".o", "s"), ("os", ".")]`.

# %%
from chalkgrad.exercises import check, hint


def after_two(name): ...


check("15.1", after_two)

# %% [markdown]
# **15.2** No letter may see the future. Write `shares(query, keys, seen)`: a share for *every* key, but those after the
# first `seen` get exactly 0, and the others make 1 in sum.


# %%
def shares(query, keys, seen): ...


check("15.2", shares)

# %% [markdown]
# **15.3** Write `draw_letter(probabilities, u)`: u is a random number, 0 <= u < 1. Return the position that it falls
# on, when the probabilities are laid end to end from 0 to 1.


# %%
def draw_letter(probabilities, u): ...


check("15.3", draw_letter)

# %% [markdown]
# **15.4** For the name "os", a model gives the right next letters o, s and the dot the probabilities 1/2, 1/4 and 1/8.
# What is its loss on this name?

# %%
loss_of_os = ...
check("15.4", loss_of_os)

# %% [markdown]
# **15.5** Write `tempered(scores, temperature)`: the probabilities of the letters at that temperature, as a list of
# numbers. `softmax` is in `autograd`.


# %%
def tempered(scores, temperature): ...


check("15.5", tempered)

# %% [markdown]
# **15.6** A model has *one* causal attention layer and no positions. For which pair of texts must it give the same
# probabilities for the next letter? "a": `.tab` and `.bat`, "b": `.step` and `.pets`, "c": `.leap` and `.elap`, "d":
# `.no` and `.on`.

# %%
answer = ...
check("15.6", answer)

# %% [markdown]
# **What you know now.** A language model guesses the next letter and pays for its surprise. Embeddings make letters
# into vectors, attention lets each look back, positions (or a second layer) keep the order. Next: [16 · Fast: what the
# compiler sees](16-fast.ipynb).
