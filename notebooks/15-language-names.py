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
# **How can a machine make up a name that nobody has ever written, and that you still could believe?** The large
# language models of today answer one question, over and over: *which letter (or piece of a word) comes next?* In this
# lesson you build such a model, on single numbers, with everything that theirs has: embeddings, positions, attention.
#
# You need losses (07), optimizers (11) and generalising (12); about 90 minutes. Afterwards you can say in your own
# words what attention is, and have written it.

# %%
import math
import random
import sys
from string import ascii_lowercase

import matplotlib.pyplot as plt

import nn
from autograd import Value, cross_entropy, dot, mean, no_grad, softmax

# %% [markdown]
# ## The data
#
# Names that come with Python: those of the modules of its standard library. Short ones, of small letters only. Some
# modules came or went between versions of Python; we leave these out, so that everybody has the same list.
#
# For names of your own, one a line in a file, replace the first line of the second cell by
# `names = [name for name in open("names.txt").read().lower().split() if len(name) <= 10]`. Everything below works for
# any alphabet; the asserts are about *these* names, so where yours are different, that is a discovery and not a
# mistake.

# %%
came_or_went = (
    " asynchat asyncore distutils imp smtpd aifc audioop cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib"
    " ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib annotationlib compression "
)

# %% [markdown]
# Now the list itself, shuffled, so that the alphabet has no say in who is held back. The last lines number the
# characters: the dot is 0, a is 1, and so on. `index` goes from a character to its number, `letters` the other way.

# %%
names = [name for name in sorted(sys.stdlib_module_names) if name.isalpha() and name.islower() and len(name) <= 10]
names = [name for name in names if f" {name} " not in came_or_went]
random.Random(0).shuffle(names)
test, train = names[:25], names[25:]
letters = [".", *sorted({*ascii_lowercase, *"".join(names)})]
index = {letter: n for n, letter in enumerate(letters)}
print(f"{len(train)} names to learn from, {len(test)} held back, {len(letters)} characters; such as", *train[:6])
assert not set(train) & set(test)

# %% [markdown]
# The dot is a letter of our own: it stands before the first letter and after the last one. So "where does a name end?"
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
# As a picture: a row for each letter, a column for each letter that may follow. The darker a field, the more often it
# did. Look for the row of q, and for the letters after which a name often ends (the first column).

# %%
figure, axes = plt.subplots(figsize=(6, 5.4))
axes.imshow([[count / sum(row) for count in row] for row in counts], cmap="Blues", vmax=0.4)
axes.set_xticks(range(len(letters)), letters)
axes.set_yticks(range(len(letters)), letters)
axes.set(xlabel="... this one follows", ylabel="after this letter", title="pairs of letters in names of modules")
plt.show()
assert max(letters[1:], key=lambda letter: counts[index["q"]][index[letter]]) == "u"  # after a q comes a u

# %% [markdown]
# Make up names with it: begin at the dot, draw a letter with these probabilities, go on from there until the next dot.
#
# **Predict:** will they look like names?


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
# Ten names from the table of pairs. The source of chance has a seed, so that you get the same ten as everybody:

# %%
source = random.Random(3)
print(*[make_up(lambda text: counts[index[text[-1]]], source) for _ in range(10)])

# %% [markdown]
# Hardly. But how bad is it, as a number? Take names that were held back and ask how much each next letter *surprises*
# the model: -log of the probability that the model gave it. 0 if it was certain, large if it thought it impossible. The
# mean over all letters is the **cross-entropy** of lesson 07, and our loss. Somebody who knows nothing gives each of 27
# letters 1/27.


# %%
def surprise(names):
    """The mean of -log p(next letter) under the table of counts."""
    logs = [-math.log(counts[index[a]][index[b]] / sum(counts[index[a]])) for name in names for a, b in pairs(name)]
    return sum(logs) / len(logs)


nothing = math.log(len(letters))
print(f"knowing nothing: {nothing:.2f}; the table: {surprise(train):.2f} (train), {surprise(test):.2f} (held back)")
assert surprise(train) < surprise(test) < nothing

# %% [markdown]
# The table cannot do better: it forgets all but the last letter. After "t" it does not know whether "asynci" or "ma"
# came before. A table for two letters would need 27 · 27 rows, for five letters fourteen million, and nearly all would
# be empty. We need something that looks at all earlier letters, and *learns which of them matter*.
#
# ## Letters as vectors
#
# A network needs numbers. We give every letter a list of 8 numbers, its **embedding**: at first random, later learnt,
# like any parameter. Letters that behave alike will get similar vectors. The position in the name gets such a list as
# well, and the two are added: "an s, in place 3".

# %%
size, source = 8, random.Random(0)
letter_vectors, place_vectors = nn.Embedding(len(letters), size, seed=source), nn.Embedding(12, size, seed=source)


def embedded(text):
    """One vector for each letter: what it is plus where it stands."""
    return [
        [a + b for a, b in zip(letter_vectors(index[letter]), place_vectors(place))]
        for place, letter in enumerate(text)
    ]


# %% [markdown]
# The same letter in another place gets another vector, and that will matter: without it, the model could not tell "os"
# from "so".

# %%
print(f"'.os' is {len(embedded('.os'))} vectors of {len(embedded('.os')[0])} numbers")
assert embedded("ss")[0][0].data != embedded("ss")[1][0].data  # the same letter in another place

# %% [markdown]
# ## Attention
#
# Now every letter shall collect what it needs from the letters before it. Three vectors are made from each letter's
# vector, by three layers:
#
# - a **query**: what am I looking for? ("I am at the end: was there a q?")
# - a **key**: what have I to offer? ("I am a q.")
# - a **value**: what do I hand over, if somebody is interested?
#
# Query times key (a dot product) says how well they fit. `softmax` turns the fits into shares that are positive and sum
# to 1. The letter receives the values, mixed in these shares. And it sees only letters up to itself: the next one is to
# be guessed.


# %%
def attention_shares(query, keys):
    """How much of each earlier letter is taken: positive, 1 in sum."""
    return softmax([dot(query, key) / math.sqrt(len(query)) for key in keys])


def mixed(shares, values):
    """The values, mixed in these shares."""
    return [dot(shares, column) for column in zip(*values)]


# %% [markdown]
# That is all of it: two functions of one line each. The first asks everybody "how well do you fit what I am looking
# for?" and makes shares of the answers; the second mixes. No letter is left out altogether, since no share is exactly
# 0, and that is why gradients reach all of them: a key that should have fitted better learns to.
#
# Try it by hand, with vectors of two numbers. The query fits the second key well and the third not at all.
#
# **Predict** the order of the three shares.

# %%
keys, values = [[0.0, 1.0], [3.0, 0.0], [-3.0, 0.0]], [[10.0, 0.0], [0.0, 10.0], [5.0, 5.0]]
shares = attention_shares([2.0, 0.0], keys)
print("shares:", [f"{share:.3f}" for share in shares], "  mixed:", [f"{x:.2f}" for x in mixed(shares, values)])
assert shares[1] > shares[0] > shares[2] and abs(sum(shares) - 1) < 1e-12

# %% [markdown]
# The second key gets nearly everything, and so the mixture is nearly the second value. Turn the query around, and the
# third would win. Nothing but dot products decides who listens to whom.
#
# Why divide by √8? A dot product of 8 random numbers with 8 others is about √8 large (lesson 10). Without the division,
# softmax would be nearly certain from the start, and certain means: no gradient.
#
# ## The model
#
# Everything together. What attention collects is *added* to the letter's vector, and so is what a small network makes
# of it: the vector is passed on and amended, so gradients have a straight way back (lesson 09). Last, one score for
# each of the 27 letters.


# %%
class NameLayers(nn.Module):
    def __init__(self):
        self.letters, self.places = letter_vectors, place_vectors
        self.query, self.key, self.value = (nn.Layer(size, size, nonlin=False, seed=source) for _ in range(3))
        self.think = nn.Sequential(nn.Layer(size, 16, seed=source), nn.Layer(16, size, nonlin=False, seed=source))
        self.score = nn.Layer(size, len(letters), nonlin=False, seed=source)


# %% [markdown]
# What is done with a text, from top to bottom: a vector for each letter; keys and values of all; then for each letter
# its query, its shares, the mixture, a little thinking, and the 27 scores of what may come next.


# %%
class NameModel(NameLayers):
    def __call__(self, text):
        vectors, result = embedded(text), []
        keys, values = [self.key(x) for x in vectors], [self.value(x) for x in vectors]
        for n, x in enumerate(vectors, 1):
            shares = attention_shares(self.query(x), keys[:n])  # only what is already written
            x = [a + b for a, b in zip(x, mixed(shares, values[:n]))]
            x = [a + b for a, b in zip(x, self.think(x))]
            result.append(self.score(x))
        return result


# %%
model = NameModel()
print(model.summary())
n = len(letters)
assert len(model.parameters()) == n * 8 + 12 * 8 + 3 * (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8) + (8 * n + n)

# %% [markdown]
# The summary shows where the parameters are: about a third of them in the two tables of vectors, a quarter in the
# scores, and the rest in attention and thinking. Models that fill a data centre are built of the same parts; they have
# more of them, side by side (*heads*) and on top of each other (*layers*).
#
# One promise must hold: no letter sees the future. **Predict:** if we change the last letter of a text, which of the
# scores change?

# %% [markdown]
# Think of the dot as the first letter. (`no_grad` says that we want the scores only, and no gradients: then no graph is
# kept.)

# %%
with no_grad():
    one, other = model(".ast"), model(".asx")
changed = [any(a.data != b.data for a, b in zip(*rows)) for rows in zip(one, other)]
print(dict(zip([".", "a", "s", "last"], changed)))
assert changed == [False, False, False, True]

# %% [markdown]
# ## Train it
#
# The loss of a name: the mean surprise over its letters, the dot at the end included. One name in one graph; count how
# many numbers that is.


# %%
def loss(names):
    """The mean surprise over all letters of all names."""
    terms = []
    for name in names:
        for logits, letter in zip(model("." + name), name + "."):
            terms.append(cross_entropy(logits, index[letter]))
    return mean(terms)


# %% [markdown]
# How large is such a graph? The walk is that of lesson 01: from the output to the operands, each number counted once.


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
# And how well does the untrained model do? `no_grad` says that nobody wants gradients here, so that no graph is kept:
# it is faster, and saves memory.

# %%
one = loss(["asyncio"])
print(f"the loss of 'asyncio' is {one.data:.2f}, computed by a graph of {count(one):,} numbers")
with no_grad():
    before = loss(test).data
print(f"before training, the held-back names surprise it by {before:.2f}; knowing nothing would be {nothing:.2f}")
assert before > nothing

# %% [markdown]
# It starts worse than knowing nothing, because random scores are wrong with conviction. Now the four steps of lesson
# 08, written out: forward, loss, backward, update. Twelve names in a batch, sixteen times through the list.


# %%
def learn(names, size=12):
    """Go through the names once, in batches, and give the loss of each batch."""
    curve = []
    for start in range(0, len(names), size):
        total = loss(names[start : start + size])  # forward, loss
        optimizer.zero_grad()
        total.backward()  # backward
        optimizer.step()  # update
        curve.append(total.data)
    return curve


# %% [markdown]
# Sixteen times through the list. The names come in another order each time, and the learning rate falls a little from
# epoch to epoch (lesson 11). After each epoch we ask how much the names that were held back surprise it.

# %%
optimizer, curve, held_back, source = nn.Adam(model, 0.02), [], [], random.Random(1)
for epoch in range(16):
    optimizer.learning_rate = 0.02 * (1 - epoch / 20)
    curve += learn(source.sample(train, len(train)))
    with no_grad():
        held_back.append(loss(test).data)

# %% [markdown]
# Gray: the surprise in each batch, which jumps, since some batches are harder than others. Blue: the held-back names,
# after each epoch. Red: what the table of pairs reached on these; below that line the model has learnt something that
# pairs of letters do not tell.

# %%
figure, axes = plt.subplots(figsize=(6, 3.4))
steps = len(curve) // 16
axes.plot(curve, color="lightgray", label="each batch")
axes.plot([steps * n for n in range(1, 17)], held_back, "o-", label="held back")
axes.axhline(surprise(test), color="tab:red", linestyle="--", label="table of pairs, held back")
axes.set(xlabel="step", ylabel="surprise")
axes.legend()
plt.show()
print(f"held back: {held_back[-1]:.2f}, best {min(held_back):.2f}; the table: {surprise(test):.2f}")

# %% [markdown]
# In numbers: it must be better than the table on both lists, or the work was for nothing.

# %%
assert sum(curve[-steps:]) / steps < surprise(train)  # better than the table on what it was trained on
assert min(held_back) < surprise(test)

# %% [markdown]
# On the names it trained on the model beats the table clearly, on held-back ones by a little: 143 names are very few,
# and much of what it learns is peculiar to them (lesson 12). Large models differ in one thing above all: their list of
# names is the internet.
#
# ## Let it speak


# %%
def next_weights(text, temperature=1.0):
    """The model's probabilities for the next letter; a low temperature makes it prefer the likely ones."""
    with no_grad():
        return [p.data for p in softmax([score / temperature for score in model(text)[-1]])]


# %% [markdown]
# Eight names at each of three temperatures. **Predict:** at which of them will they be the most alike, at which the
# wildest?

# %%
for temperature in (0.4, 0.8, 1.5):
    source = random.Random(5)
    made = [make_up(lambda text, t=temperature: next_weights(text, t), source) for _ in range(8)]
    print(f"temperature {temperature}:", *made)

# %% [markdown]
# Cold, it keeps to what is common, and uses the same few letters again and again; hot, it babbles. In between it makes
# up names that one can at least pronounce. Does it only recite?

# %% [markdown]
# Sixty names at the middle temperature, and how many of these exist among the names we started from:

# %%
source = random.Random(7)
made = [make_up(lambda text: next_weights(text, 0.8), source) for _ in range(60)]
known = [name for name in made if name in names]
print(f"{len(known)} of {len(made)} exist already", *known)
assert len(known) < 30

# %% [markdown]
# ## Look inside
#
# Which earlier letters does each letter look at? A row for each letter, a column for each letter that it can see.


# %%
def shares_in(text):
    """For each letter: its attention to each letter so far."""
    with no_grad():
        vectors = embedded(text)
        keys = [model.key(x) for x in vectors]
        rows = [attention_shares(model.query(x), keys[: n + 1]) for n, x in enumerate(vectors)]
    return [[share.data for share in row] + [0.0] * (len(text) - len(row)) for row in rows]


# %% [markdown]
# Two names. Read a row from left to right: the darker a field, the more of that letter goes into the mixture. Above the
# diagonal everything is empty, as nobody sees the future.

# %%
figure, all_axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
for axes, text in zip(all_axes, (".asyncio", ".sqlite")):
    axes.imshow(shares_in(text), cmap="Purples", vmin=0, vmax=1)
    axes.set_xticks(range(len(text)), text)
    axes.set_yticks(range(len(text)), text)
    axes.set(xlabel="looks at", ylabel="this letter")
plt.show()
assert all(abs(sum(row) - 1) < 1e-9 for row in shares_in(".asyncio"))

# %% [markdown]
# Hardly any letter looks at itself: what it is itself, it knows, because its own vector is passed on anyway. Many look
# at the letter just before them, or the one before that. So the scores rest on two or three letters, where the table of
# pairs had one. Nobody told it where to look.
#
# And the letters themselves: their vectors have eight numbers; draw them from the side from which they differ most (the
# first two principal axes).

# %%
import numpy as np

table = np.array([[number.data for number in vector] for vector in model.letters.vectors])
left, sizes, _ = np.linalg.svd(table - table.mean(axis=0))
flat = left[:, :2] * sizes[:2] * np.sign(left[0, :2])  # signs are arbitrary: the dot goes to the upper right

# %% [markdown]
# Letters that stand close together have similar vectors: the model treats them alike. Letters that stand alone are
# those with habits of their own.

# %%
figure, axes = plt.subplots(figsize=(5, 4))
axes.scatter(*flat.T, s=0)
for (x, y), letter in zip(flat, letters):
    axes.text(x, y, letter, ha="center", va="center", color="tab:red" if letter in "aeiouy" else "black", fontsize=13)
plt.show()

# %% [markdown]
# Vowels are red. Some stand together, a with e and o with i, because much the same letters follow them. For a real
# crowd of vowels 143 names are too few; try it with a file of some thousand first names.
#
# ## Break it
#
# We keep the numbers, so that the damage can be repaired, and set all place vectors to 0. Then we ask the model what
# comes after the same four letters, in two orders that both end with an s. **Predict:** what will the model no longer
# be able to tell apart?

# %%
kept = [[number.data for number in vector] for vector in model.places.vectors]
for vector in model.places.vectors:
    for number in vector:
        number.data = 0.0
difference = max(abs(a - b) for a, b in zip(next_weights(".pars"), next_weights(".raps")))
print("after '.pars' and after '.raps' it now says the same:", difference < 1e-12)
assert difference < 1e-12

# %% [markdown]
# **Fix it:** the numbers go back to their places. Now the two orders must give different answers again.

# %%
for vector, numbers in zip(model.places.vectors, kept):
    for number, data in zip(vector, numbers):
        number.data = data
difference = max(abs(a - b) for a, b in zip(next_weights(".pars"), next_weights(".raps")))
print("repaired:", difference > 1e-3)
assert difference > 1e-3

# %% [markdown]
# Attention mixes what it finds, and a mixture has no order: "pars" and "raps", both seen from the s, are the same bag
# of letters. The order of words in a language model comes from the places, and from nothing else.
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
# **What you know now.** A language model guesses the next letter and pays for its surprise. Embeddings make letters
# into vectors, attention lets each look back, places keep the order. Next: [16 · Fast: what the compiler
# sees](16-fast.ipynb).
