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
# # 18 · Memory: recurrence
#
# **How can a network with a fixed number of weights read a text of any length, and still know at the end how it
# began?** In lesson 17 one small layer was used at every place of an image. Now one small layer is used at every step
# of a sequence, and each step also reads what the step before it has left. In this lesson you send gradients back
# through time, measure what fifty steps do to them, and build a memory that lasts.
#
# You need vanishing gradients (09), names and attention (15) and sharing (17); about 100 minutes. Afterwards you can
# say where the gradient of a recurrent weight comes from, why it vanishes or explodes, and what a gate does about it.

# %%
import math
import random
import sys

import autograd
import nn
from autograd import Value, cross_entropy, dot, draw, no_grad, sigmoid
from nn import plotting

# %% [markdown]
# ## A step that reads what it has left
#
# A recurrent network keeps a list of numbers, its **hidden state**. At each step it reads the next element and the
# state, and computes the next state:
#
# $$h_t = \tanh(W x_t + b + U h_{t-1} + c)$$
#
# `nn.RNN(2, 3)` does that for elements of two numbers and a state of three. We let it read a sequence of four elements,
# then one of ten. **Predict:** how many parameters does it have? How many states does it return for each sequence? And
# if you change the third element, which of the states change?

# %%
memory = nn.RNN(2, 3, seed=0)
source = random.Random(0)
short, long = ([[source.gauss(0, 1), source.gauss(0, 1)] for _ in range(n)] for n in (4, 10))
states, last = memory(short)
print(f"{len(memory.parameters())} parameters; states: {len(states)} and {len(memory(long)[0])}")
changed = memory([*short[:2], [0.0, 0.0], short[3]])[0]
print(["same" if a[0].data == b[0].data else "changed" for a, b in zip(states, changed)])

# %% [markdown]
# One state for each element, whatever the length, and always the same 3 · 2 + 3 · 3 weights and 3 + 3 biases. (PyTorch
# has a bias for each of the two sums, so `nn.RNN` does too.) A change reaches its own step and all later ones, since
# the state carries it along. So no step sees the future. Attention needed a mask for that; here it follows from the
# order of computation.

# %%
assert len(memory.parameters()) == 3 * 2 + 3 * 3 + 3 + 3 and len(states) == 4
assert [a[0].data == b[0].data for a, b in zip(states, changed)] == [True, True, False, False]

# %% [markdown]
# ## Back through time
#
# To see how gradients get back, we take the smallest recurrence: one number as the state, one weight `u`, and no tanh.
#
# $$h_t = u\,h_{t-1} + x_t$$
#
# It reads 1, 2, 3 and begins at $h_0 = 0$, so $h_1 = x_1$. **Predict** on paper, for u = 2: what are the three states?
# How many arrows leave `u`? What is the gradient of $h_3$ with respect to each x, and with respect to `u`?

# %%
u = Value(2.0, label="u")
x1, x2, x3 = (Value(float(n), label=f"x{n}") for n in (1, 2, 3))
h1 = x1
h2 = u * h1 + x2
h3 = u * h2 + x3
h2.label, h3.label = "h2", "h3"
h3.backward()
draw(h3)

# %% [markdown]
# The states are 1, 4 and 11. Written out like this, step after step, a recurrence is an ordinary graph. It is
# *unrolled*, and `backward()` needs nothing new for it. People call it **backpropagation through time**.
#
# Going back from $h_3$, each step multiplies by `u`. So $x_3$ gets 1, $x_2$ gets 2, and $x_1$ gets 2 · 2. The weight
# is used twice, and each use contributes the gradient that arrives there, times the state that it met: 1 · 4 at the
# last step and 2 · 1 at the one before. That makes 6. It is lesson 17 again, with times in place of places.

# %%
assert (h2.data, h3.data) == (4.0, 11.0)
assert (x1.grad, x2.grad, x3.grad) == (4.0, 2.0, 1.0)
assert u.grad == 1 * h2.data + 2 * h1.data == 6.0

# %% [markdown]
# ## Fifty steps
#
# With three steps, 2 · 2 looks harmless. **Predict:** what is the gradient of the last state with respect to the first
# one after 50 steps, if u is 0.9? If it is 1.1? And what happens to it with a tanh in every step, which can only make
# it smaller?


# %%
def through(u, steps, bend=lambda h: h):
    """The derivative of the last state with respect to the first, which is 0.5."""
    start = h = Value(0.5)
    for _ in range(steps):
        h = bend(u * h)
    h.backward()
    return start.grad


# %%
for number in (0.9, 1.0, 1.1):
    bent = through(number, 50, autograd.tanh)
    print(f"u = {number}: {through(number, 50):8.4f}, with tanh {bent:.6f}")

# %% [markdown]
# Without the tanh it is $u^{50}$. That is 0.005 for 0.9, and 117 for 1.1: a tenth more or less per step decides between
# nothing and far too much. With the tanh all three get smaller, since its slope is at most 1. The one with u = 1.1 even
# gets the smallest: it keeps its state large, where tanh is flat.
#
# In a real network, $U$ is a matrix, and the gradient is multiplied by it (and by slopes of tanh) at every step. Some
# directions grow and some shrink, but over many steps the outcome is the same: the gradient **vanishes** or
# **explodes**. Lesson 09 had the same with ten layers. Here the layers are steps, and every step has the *same*
# weights, so that nothing averages out.

# %%
assert math.isclose(through(0.9, 50), 0.9**50) and math.isclose(through(1.1, 50), 1.1**50)
assert all(through(number, 50, autograd.tanh) < through(number, 50) for number in (0.9, 1.0, 1.1))


# %% [markdown]
# Let us measure it. A sequence of 50 random elements goes through an `nn.RNN` with 16 numbers of state. Then we ask how
# large the gradient of the last state is with respect to each element. (Of the state we take the first number. As the
# size of a gradient we take the length of the vector.)


# %%
def sizes(memory):
    """The size of the gradient with respect to each element, from the last element back to the first."""
    chance = random.Random(0)
    elements = [[Value(chance.gauss(0, 1)) for _ in range(4)] for _ in range(50)]
    memory(elements)[0][-1][0].backward()
    return [math.hypot(*(number.grad for number in element)) for element in reversed(elements)]


# %% [markdown]
# Three networks: with the first weights that the library gives them, and with those of $U$ multiplied by a half or by
# five. The vertical axis is logarithmic. **Predict** the shape of the three curves.


# %%
def scaled(factor):
    memory = nn.RNN(4, 16, seed=0)
    for neuron in memory.from_hidden.neurons:
        for weight in neuron.weights:
            weight.data *= factor
    return memory


faded = {f"U times {factor}": sizes(scaled(factor)) for factor in (0.5, 1, 5)}
plotting.plot_curves(faded, x=range(50), xlabel="steps back", ylabel="size of the gradient", log="y")

# %% [markdown]
# On a logarithmic axis a factor per step is a straight line, and these are nearly straight. With the usual weights the
# first element gets less than a billionth of what the last one gets. The network works, but what it can *learn* is
# the last ten steps or so: whatever earlier elements would have to say drowns. With weights five times as large the
# states still lie between -1 and 1, and nothing looks wrong. But the gradient of the first element is more than ten
# thousand times larger than that of the last.
#
# Exploding is the lesser evil: you see it, and *clipping* (`nn.clip_gradient_norm`, exercise 09.4) shortens a gradient
# that is too long. But no clipping can bring back one that has vanished.

# %%
for name, curve in faded.items():
    print(f"{name:11} last element {curve[0]:.2f}, first element {curve[-1]:.1e}")
assert faded["U times 0.5"][-1] < 1e-20 and faded["U times 1"][-1] < 1e-9 * faded["U times 1"][0]
assert faded["U times 5"][-1] > 10_000 * faded["U times 5"][0]

# %% [markdown]
# ## What it cannot learn
#
# Does that matter? Here is a task that consists of nothing but memory: fifty numbers, of which 49 are noise. The first
# one is 1 or -1, and the network has to say at the end which it was.


# %%
def task(count, seed):
    """Sequences of 50 numbers, and whether each began with a 1 (not with a -1)."""
    chance = random.Random(seed)
    answers = [chance.randrange(2) for _ in range(count)]
    return [[[2.0 * a - 1.0], *([chance.gauss(0, 0.7)] for _ in range(49))] for a in answers], answers


X_train, y_train = task(400, 0)
X_valid, y_valid = task(200, 1)
settings = {"loss": "binary_cross_entropy_with_logits", "epochs": 15, "batch_size": 20, "seed": 0}
settings |= {"progress": False, "engine": "compiled"}

# %% [markdown]
# `nn.Last()` passes the last state on to one neuron. We train from three starts, so that neither luck nor bad luck
# decides. **Predict:** which accuracy will an RNN reach on sequences that it has not seen?


# %%
def accuracies(memories):
    """What networks with these memories get right after training, on new sequences."""
    found = []
    for seed, memory in enumerate(memories):
        model = nn.Sequential(memory, nn.Last(), nn.Layer(memory.hidden_size, 1, nonlin=False, seed=seed))
        nn.fit(model, X_train, y_train, optimizer=nn.Adam(model, 0.01), **settings)
        found.append(nn.evaluate(model, X_valid, y_valid, loss=settings["loss"])["accuracy"])
    print(*(f"{share:.0%}" for share in found))
    return found


plain = accuracies([nn.RNN(1, 8, seed=seed) for seed in range(3)])

# %% [markdown]
# It guesses, all three times. What it would need is in the first of fifty elements, and no gradient tells it so. (The
# weights that would do it exist. It does not find them from here.)
#
# ## A cell with gates
#
# The state of an RNN is computed *again* at each step, and that is the trouble: what should last has to survive fifty
# multiplications by $U$ and fifty slopes of tanh. The **LSTM** (*long short-term memory*, 1997) has a second list of
# numbers, the **cell**, which it keeps, and *adds* to:
#
# $$c_t = f\,c_{t-1} + i\,g \qquad h_t = o \tanh(c_t)$$
#
# The three factors are **gates**. Each is a sigmoid of the element and the state, so between 0 (shut) and 1 (open): the
# *forget* gate $f$ keeps the cell when it is open, the *input* gate $i$ lets new things in, and the *output* gate $o$
# lets the cell show. The new things are $g$, a tanh of the element and the state.
#
# We build one by hand, as we built XOR in lesson 06. Its elements have two numbers, a value and a flag. Where the flag
# is 1, it is to store the value; elsewhere it is to keep what it has. `set_gate` chooses, for one of the four sums, the
# weights of value and flag, and the bias. The state plays no part; its weights are 0.

# %%
store = nn.LSTM(2, 1)
store.load_state_dict(dict.fromkeys(store.state_dict(), 0.0))
INPUT, FORGET, NEW, OUTPUT = range(4)  # the order of nn.LSTM, and of PyTorch


def set_gate(memory, gate, value, flag, bias):
    neuron = memory.from_input.neurons[gate]
    neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = value, flag, bias


# %% [markdown]
# A sigmoid of 10 is 0.99995, practically open; one of -10 practically shut. **Predict:** what will the cell contain at
# each step? The flags are at steps 1 and 7.

# %%
set_gate(store, INPUT, 0.0, 20.0, -10.0)  # opens at a flag
set_gate(store, FORGET, 0.0, -20.0, 10.0)  # shuts at a flag
set_gate(store, NEW, 1.0, 0.0, 0.0)  # tanh of the value
set_gate(store, OUTPUT, 0.0, 0.0, 10.0)  # always open
values = [0.9, -0.4, 0.7, -1.2, 0.3, 1.0, -0.6, 0.8, -0.9, 0.2, 1.1, -0.5]
flags = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]


# %%
def cells(memory):
    """The number in the cell after each step."""
    pairs = [list(pair) for pair in zip(values, flags)]
    return [memory(pairs[:n])[1][1][0].data for n in range(1, len(pairs) + 1)]


kept = cells(store)
plotting.plot_curves({"value": values, "cell": kept}, xlabel="step")

# %% [markdown]
# The cell contains tanh(0.9) = 0.72 until the second flag, then tanh(-0.6) = -0.54. The values in between do not touch
# it. That is a memory, and nothing in it was trained.
#
# ## Break it: a gate that leaks
#
# Lower the bias of the forget gate from 10 to 1. A sigmoid of 1 is 0.73, which sounds fairly open. **Predict:** how
# much of the first value will be left at step 6, five steps later?

# %%
set_gate(store, FORGET, 0.0, -20.0, 1.0)
leaking = cells(store)
print(f"sealed: {kept[5] / kept[0]:.4f} of the first value, leaking: {leaking[5] / leaking[0]:.4f}")

# %%
assert all(abs(cell - math.tanh(0.9)) < 1e-2 for cell in kept[:6])
assert all(abs(cell - math.tanh(-0.6)) < 1e-2 for cell in kept[6:])
assert abs(leaking[5] / leaking[0] - (1 / (1 + math.exp(-1))) ** 5) < 1e-2

# %% [markdown]
# 0.73 to the fifth power, about a fifth. So a gate is a factor per step like any other. What is new is that the network
# itself can set it at every step, from what it reads, and that it can come as close to 1 as it likes.
#
# It works the same way backward. From $c_t$ to $c_{t-1}$ the partial derivative is $f$, with no weight matrix and no
# slope of tanh in between (lesson 09 had such a straight way: what is *added*). So it matters how the forget gate
# *starts*. With biases at 0 it starts half open. **Predict:** where will the curves of two LSTMs be, one with forget
# biases of 0, and one with 3 (a sigmoid of 0.95)?


# %%
def with_open_gate(memory, bias):
    """The same LSTM, with this bias in all its forget gates."""
    for neuron in memory.from_input.neurons[memory.hidden_size : 2 * memory.hidden_size]:
        neuron.bias.data = bias
    return memory


# %%
gated = {f"LSTM, forget bias {bias}": sizes(with_open_gate(nn.LSTM(4, 16, seed=0), bias)) for bias in (0, 3)}
curves = {"RNN": faded["U times 1"], **gated}
plotting.plot_curves(curves, x=range(50), xlabel="steps back", ylabel="size of the gradient", log="y")

# %%
assert (
    gated["LSTM, forget bias 0"][-1] < 1e-9 and gated["LSTM, forget bias 3"][-1] > gated["LSTM, forget bias 3"][10] / 4
)

# %% [markdown]
# An LSTM with half-open gates forgets nearly as fast as the RNN: about a half per step. With gates that start open the
# curve stays nearly level, and the first element gets about a third of what the one ten steps back gets. That is why it
# is good practice to start the forget biases at 1 or more.
#
# Back to the task. An LSTM has four sums where the RNN has one, so we give it 4 numbers of state in place of 8; then
# both have about as many parameters. **Predict** the accuracies, with the biases at 0 and with 3.

# %%
print(len(nn.RNN(1, 8).parameters()), "and", len(nn.LSTM(1, 4).parameters()), "parameters in the memories")
half_open = accuracies([nn.LSTM(1, 4, seed=seed) for seed in range(3)])
wide_open = accuracies([with_open_gate(nn.LSTM(1, 4, seed=seed), 3.0) for seed in range(3)])

# %% [markdown]
# With half-open gates it guesses like the RNN. With open ones it has found out, from 400 sequences, that one number in
# fifty matters and which. Nothing but the initial values of four biases is different: as in lesson 10, where you start
# decides what you can learn.

# %%
assert max(plain + half_open) < 0.6 and min(wide_open) > 0.75

# %% [markdown]
# ## Names again
#
# Lesson 15 taught attention to make up names, on the names of Python's modules. How does an LSTM compare? It gets the
# same names, split in the same way.

# %%
came_or_went = (
    " asynchat asyncore distutils imp smtpd aifc audioop cgi cgitb chunk crypt imghdr mailcap msilib nis nntplib"
    " ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib annotationlib compression "
)
names = [name for name in sorted(sys.stdlib_module_names) if name.isalpha() and name.islower() and len(name) <= 10]
names = [name for name in names if f" {name} " not in came_or_went]
random.Random(0).shuffle(names)
valid, test, train = names[:20], names[20:40], names[40:]
letters = ".abcdefghijklmnopqrstuvwxyz"

# %% [markdown]
# The model with attention is that of lesson 15, made of the library's parts: vectors for letters and places, one head
# of causal attention, a small network to think. (`nn.MultiHeadAttention` has one more layer than ours had, at its
# output.)


# %%
def added(one, other):
    return [a + b for a, b in zip(one, other)]


# %%
class WithAttention(nn.Module):
    def __init__(self, chance):
        self.letters, self.places = nn.Embedding(27, 8, seed=chance), nn.Embedding(11, 8, seed=chance)
        self.attention = nn.MultiHeadAttention(8, 1, causal=True, seed=chance)
        self.think = nn.MLP(8, [16, 8], seed=chance)
        self.score = nn.Layer(8, 27, nonlin=False, seed=chance)

    def __call__(self, text):
        vectors = [added(self.letters(letter), self.places(place)) for place, letter in enumerate(text)]
        vectors = [added(*pair) for pair in zip(vectors, self.attention(vectors))]
        return [self.score(added(vector, self.think(vector))) for vector in vectors]


# %% [markdown]
# The one with memory has vectors for letters, an LSTM and the scores. It needs no vectors for places, because it reads
# the letters in their order.


# %%
class WithMemory(nn.Module):
    def __init__(self, chance):
        self.letters = nn.Embedding(27, 10, seed=chance)
        self.memory = with_open_gate(nn.LSTM(10, 8, seed=chance), 1.0)
        self.score = nn.Layer(8, 27, nonlin=False, seed=chance)

    def __call__(self, text):
        return [self.score(state) for state in self.memory([self.letters(letter) for letter in text])[0]]


# %% [markdown]
# A compiled program wants samples of one shape (lesson 16). So each name is filled up with dots to eleven letters, and
# a list says which of them count: 1 up to the dot that ends the name, 0 after it.


# %%
def numbered(name):
    """What is read, what comes next, and which of these count."""
    read, follows = (list(map(letters.index, text.ljust(11, "."))) for text in ("." + name, name + "."))
    return read, follows, [1.0] * (len(name) + 1) + [0.0] * (10 - len(name))


def surprises(model, names):
    """For each letter of the names, the end included: -log of the probability that the model gave it."""
    with no_grad():
        rows = [zip(model(numbered(name)[0][: len(name) + 1]), numbered(name)[1]) for name in names]
        return [cross_entropy(scores, letter).data for row in rows for scores, letter in row]


# %% [markdown]
# Training is the loop of lesson 15, compiled: batches of twelve names, Adam, sixteen epochs. The loss of a name is the
# sum of its surprises; divided by the number of letters it becomes the mean over letters.


# %%
def one_epoch(program, optimizer, names):
    for start in range(0, len(names), 12):
        read, follows, counts = zip(*map(numbered, names[start : start + 12]))
        _, gradient = program.value_and_grad(read, follows, counts)
        optimizer.step(gradient * len(counts) / sum(map(sum, counts)))


def program_of(model):
    def loss(read, follows, counts):
        return dot(counts, [cross_entropy(*pair) for pair in zip(model(read), follows)])

    return autograd.compile(loss, model.parameters(), batched=True)


# %% [markdown]
# In lesson 15 attention came to know its training names too well. To be fair to it, both models get early stopping
# (lesson 12): in the end we put back the weights of the epoch that was best on the validation names.


# %%
def mean(numbers):
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


# %%
def trained(kind, seed):
    model, best = kind(random.Random(seed)), (math.inf, {})
    program, optimizer, chance = program_of(model), nn.Adam(model), random.Random(seed)
    for epoch in range(16):
        optimizer.learning_rate = 0.02 * (1 - epoch / 20)
        one_epoch(program, optimizer, chance.sample(train, len(train)))
        best = min(best, (mean(surprises(model, valid)), model.state_dict()), key=lambda pair: pair[0])
    model.load_state_dict(best[1])
    return model


# %% [markdown]
# Three starts each. **Predict:** which of them will know the training names better? And which the twenty test names,
# which have played no part?


# %%
results = {}
for name, kind in (("attention", WithAttention), ("LSTM", WithMemory)):
    models = [trained(kind, seed) for seed in range(3)]
    print(f"{name}, {len(models[0].parameters())} parameters")
    for part, some in (("train", train), ("test", test)):
        rows = results[name, part] = [surprises(model, some) for model in models]
        print(f"   {part:5}", *(f"{mean(row):.2f}" for row in rows))

# %% [markdown]
# On the names that they were trained on they are equals, with the weights that early stopping chose. On the test names
# the LSTM is ahead from each start. Is that more than chance? As in lesson 15 we compare letter by letter, with the
# mean over the three starts, and say how uncertain the difference is. The table of pairs of lesson 15, which only
# counts, is the third. **Predict:** does the LSTM beat the table?


# %%
def table_surprises(names):
    counts = {letter: dict.fromkeys(letters, 1) for letter in letters}
    for name in train:
        for first, second in zip("." + name, name + "."):
            counts[first][second] += 1
    pairs = [pair for name in names for pair in zip("." + name, name + ".")]
    return [-math.log(counts[first][second] / sum(counts[first].values())) for first, second in pairs]


# %%
def compared(one, other):
    """How much less the first is surprised per letter, and the uncertainty of that number."""
    leads = [b - a for a, b in zip(one, other)]
    lead = mean(leads)
    return lead, math.sqrt(sum((each - lead) ** 2 for each in leads)) / len(leads)


ours, theirs = ([mean(column) for column in zip(*results[name, "test"])] for name in ("LSTM", "attention"))
leads = {"attention": compared(ours, theirs), "the table": compared(ours, table_surprises(test))}
for name, (lead, error) in leads.items():
    print(f"the LSTM against {name}: {lead:+.2f} per letter, uncertain by about {error:.2f}")

# %% [markdown]
# Against attention it is ahead by more than three times the uncertainty (which is that of the letters; with three other
# starts the number will be a little different). That is evidence, but of what? Of these two models, with about 1,100
# parameters each and these settings, on 128 names. A name is short, and what matters most for the next letter is the
# letter or two before it. The LSTM carries these in its state in any case. Attention has to learn where to look, and it
# probably has too few examples for that. Against the table of pairs nothing is proved, as in lesson 15: no cleverness
# replaces data. And yet the large models are built on attention. The reason cannot show in names of ten letters. It
# comes next.

# %%
assert leads["attention"][0] > 3 * leads["attention"][1]
assert abs(leads["the table"][0]) < 2 * leads["the table"][1]
assert all(max(map(mean, results["LSTM", "test"])) < mean(row) for row in results["attention", "test"])
known = [mean(map(mean, results[name, "train"])) for name in ("LSTM", "attention")]
assert abs(known[0] - known[1]) < 0.1

# %% [markdown]
# ## One step away
#
# In a recurrence the first element is fifty steps away from the last. In attention every element is *one* step away,
# however far back it is. **Predict:** what will the gradient look like, over the same fifty elements? And how does
# the number of nodes in the graph grow, for both, when a sequence gets twice as long?


# %%
def attending(elements):
    """Attention, in the form in which `sizes` calls a memory."""
    return nn.MultiHeadAttention(4, 1, causal=True, seed=0)(elements), None


# %%
def nodes(outputs):
    """How many numbers the graph of all these outputs has."""
    stack = [number for output in outputs for number in output]
    seen = set(stack)
    while stack:
        new = {operand for operand in stack.pop().operands if isinstance(operand, Value)} - seen
        seen |= new
        stack += new
    return len(seen)


# %%
for length in (25, 50, 100):
    elements = [[0.1, 0.2, 0.3, 0.4]] * length
    counts = [nodes(outputs) for outputs in (nn.LSTM(4, 4, seed=0)(elements)[0], attending(elements)[0])]
    print(f"{length:3} elements: LSTM {counts[0]:,} nodes, attention {counts[1]:,}")
curves["attention"] = sizes(attending)
plotting.plot_curves(curves, x=range(50), xlabel="steps back", ylabel="size of the gradient", log="y")

# %% [markdown]
# The curve of attention is level. It is highest at the last element, which is the one that looks back; every other
# gets its share, whether it is two steps away or fifty. Nothing is multiplied fifty times, so nothing vanishes.
#
# The price is in the table. When the length doubles, the graph of the LSTM doubles, while that of attention grows by
# more than three times, because every pair of elements needs a score. But all pairs can be computed at the same time,
# whereas step 50 of a recurrence has to wait for step 49. Computers that do thousands of things at once prefer the
# first. So large models pay the square, and are built on attention.

# %%
assert min(curves["attention"]) > 1e-3 and counts[1] > counts[0]
assert max(curves["attention"][1:]) < 30 * min(curves["attention"][1:])

# %% [markdown]
# ## Exercises
#
# **18.1** How many parameters does `nn.LSTM(10, 20)` have?

# %%
from chalkgrad.exercises import check, hint

parameters = ...
check("18.1", parameters)

# %% [markdown]
# **18.2** A linear memory, $h_t = u\,h_{t-1} + x_t$, has u = 0.9. What is the derivative of $h_{50}$ with respect to
# $x_{40}$?

# %%
derivative = ...
check("18.2", derivative)

# %% [markdown]
# **18.3** Write `states(inputs, w, u)`: the state of an RNN of one number after each input, as a list. The weight of
# the input is w, that of the state u, there are no biases, the state starts at 0, and the activation is tanh.


# %%
def states(inputs, w, u): ...


check("18.3", states)

# %% [markdown]
# **18.4** Write `through_time(inputs, u)`: the derivative of the last state of the *linear* memory of 18.2 with respect
# to u. The state starts at 0. Do it without an engine, going back step by step.


# %%
def through_time(inputs, u): ...


check("18.4", through_time)

# %% [markdown]
# **18.5** Write `lstm_step(sums, cell)`: `sums` are the four sums of an LSTM of one number, in the order input gate,
# forget gate, new, output gate. Return the pair (hidden, cell) after the step.


# %%
def lstm_step(sums, cell): ...


check("18.5", lstm_step)

# %% [markdown]
# **18.6** An LSTM reads 200 letters, and its loss is computed at the last one. You measure the gradients with respect
# to the elements: 0.1 for the last, 1e-3 ten steps back, 1e-11 fifty steps back. Which of these will *not* help it to
# use the first letters? "a": start its forget biases at 4. "b": use attention instead. "c": clip gradients to a length
# of 1. "d": compute a loss at every letter, of a guess at the first one.

# %%
answer = ...
check("18.6", answer)

# %% [markdown]
# **What you know now.** A recurrence is one step used at every time, and unrolled it is an ordinary graph. Its gradient
# goes back one factor per step, so it vanishes or explodes, unless a gate holds the factor near 1. A gate is a sigmoid
# that multiplies, set by the network itself. Attention reaches everything in one step and pays with the square of the
# length. You have met all the parts from which today's large models are made. Back to the
# [first lesson](00-a-derivative-is-a-nudge.ipynb), or on to a network of your own.
