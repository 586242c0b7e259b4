"""I know PyTorch, Keras or micrograd: what is it called here?  Printed from the tables that the error messages use."""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograd import foreign_names
from generate.tables import table
from nn import names

MANY = 12
"""At most this many names of one row are shown."""


def pages() -> dict[str, str]:
    """The page by its path."""
    return {"coming_from.md": coming_from()}


def coming_from() -> str:
    """The page."""
    ours, theirs = names.answers(), foreign_names.answers()
    activations = {name: f"`activation={answer!r}`" for name, answer in ours["activation"].items()}
    functions = {name: f"`autograd.{answer}`" for name, answer in theirs["names"].items()}
    keywords = {name: f"`{answer}=`" for name, answer in ours["keyword"].items()}
    return "\n".join(
        [
            HEAD,
            "## Models, losses, training\n",
            _section({**ours["here"], **activations}),
            "## Functions\n",
            "NumPy's names are used where PyTorch's differ. A name that is not listed is the same here.\n",
            _section({**functions, **theirs["text"]}),
            "## What a tensor has\n",
            _section(theirs["value"]),
            "## What a model or an optimizer has\n",
            _section(ours["module"] | ours["setting"]),
            "## Keyword arguments\n",
            _section(keywords),
            "Some have no counterpart:\n",
            _section(ours["no keyword"], "why"),
            "And some arguments that PyTorch takes by position:\n",
            _section(ours["position"], "why"),
            "## What does not exist here\n",
            _section({**ours["absent"], **theirs["absent"]}, "what to do instead"),
        ]
    )


def _section(answers: Mapping[str, str], head: str = "here") -> str:
    """A table with one row for each answer, and all names that have it."""
    rows: dict[str, list[str]] = {}
    for name, answer in answers.items():
        rows.setdefault(answer, []).append(name)
    return table(("elsewhere", head), ((_listed(found), _marked(answer)) for answer, found in rows.items()))


def _listed(found: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in found[:MANY])
    return shown + (f" and {len(found) - MANY} more" if len(found) > MANY else "")


def _marked(answer: str) -> str:
    """An answer of the tables as Markdown: what is code in it is marked."""
    if "`" in answer:
        return answer
    code = (
        r"(?<![\w.])(?:autograd|nn|v|activation|schedule|validation|math)\.?[\w.]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?"
    )
    code += r"|\w+=(?:\"[^\"]*\"|lambda [^,;]*|\w+)?"
    marked = re.sub(code, lambda match: f"`{match[0]}`" if re.search(r"[.(=]", match[0]) else match[0], answer)
    return marked.replace("|", r"\|")


HEAD = """# I know PyTorch, Keras or micrograd

What is it called here? You need not look it up: a name or keyword argument that only the others have gives an error that
says what to write. This page is printed from the same tables.

```python
import nn

try:
    nn.CrossEntropyLoss
except AttributeError as error:
    print(error)
```

Four things are different on purpose:

- **There are no tensors.** A `Value` is one number, and a list of Values is a vector. The compiler finds the matrix products
  in your loops.
- **A model is called on one sample**, `[model(x) for x in X]`, not on a batch.
- **Losses take the prediction first**, as in PyTorch; in Keras the target comes first.
- **Nothing is changed in place.** There is no `relu_`; write `x = x.relu()`.

## micrograd

Everything in micrograd works under the same name: `Value(data, _children, _op, label)`, `data`, `grad`, `backward()`,
`_prev`, `_op`, `_backward`, `Neuron`, `Layer`, `MLP`, `parameters()` and `zero_grad()`. Change the imports:

```python
from autograd import Value  # in micrograd: from micrograd.engine import Value
from nn import MLP  # in micrograd: from micrograd.nn import MLP

a = Value(2.0)
b = (a * 3 + 1).relu()
b.backward()
print(a.grad)  # 3.0
```

The gradients are the same; the tests run micrograd's own README and lecture here.
"""
