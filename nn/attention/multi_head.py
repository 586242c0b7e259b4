"""How does each element of a sequence collect what it needs from the others?

Its query is compared with the key of each; the softmax of the scores says how much of each value it takes. Several
heads do so side by side, each with its own part of the vectors. Read before: ``layers``. Read after: nothing.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from autograd import Value, dot, softmax
from nn.checks import check_parameters, one_sample, random_source, sequence_of, shown, true_or_false, whole_number
from nn.layers import Layer
from nn.module import Module
from nn.names.settings import Check, Settings, fixed


class MultiHeadAttention(Settings, Module):
    """softmax(queries · keys / sqrt(size of a head)) · values for each of ``num_heads`` heads (Vaswani et al. 2017).

    The vectors have ``embed_dim`` numbers, of which each head has an equal part. With ``causal`` an element sees only
    itself and those before it. Gives the outputs, (length) x (embed_dim); ``weights`` gives the shares, which PyTorch's
    module returns as a second result. Raises ``ValueError`` and ``TypeError`` for wrong sizes.

    >>> attention = MultiHeadAttention(4, 2, causal=True, seed=0)
    >>> sequence = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    >>> len(attention(sequence)), len(attention.parameters())        # 4 layers of (4 + 1) * 4
    (2, 80)
    >>> attention.weights(sequence)[0][0]                            # head 0: the first element sees itself only
    [1.0]
    """

    gives = "a list for each element: put nn.Flatten() between them"
    drawn_whole = True
    _checks: ClassVar[dict[str, Check]] = {
        "num_heads": whole_number, "causal": true_or_false,
        **fixed("make another MultiHeadAttention", "embed_dim", "query", "key", "value", "output"),
    }  # fmt: skip

    def __init__(self, embed_dim: int, num_heads: int, *, causal: bool = False, seed: Any = None) -> None:
        count = self.count({"embed_dim": embed_dim, "num_heads": num_heads, "causal": causal})
        check_parameters(count, f"MultiHeadAttention(embed_dim={shown(embed_dim)})")
        self.embed_dim, self.num_heads, self.causal = int(embed_dim), int(num_heads), causal
        source = random_source(seed)
        self.query, self.key, self.value, self.output = (
            Layer(self.embed_dim, self.embed_dim, nonlin=False, init="xavier", seed=source) for _ in range(4)
        )

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the settings; return the number of parameters of such a module."""
        size, heads = (whole_number(settings[name], name) for name in ("embed_dim", "num_heads"))
        if size % heads:
            raise ValueError(f"embed_dim must be a multiple of num_heads, got {size} and {heads}")
        true_or_false(settings["causal"], "causal")
        return 4 * (size + 1) * size

    def _check_together(self, settings: dict[str, Any]) -> None:
        self.count({"num_heads": 1, "causal": False} | settings)

    def __call__(self, query: Any, key: Any = None, value: Any = None) -> list[list[Any]]:
        """The output for each element of one sequence; ``key`` and ``value`` are ``query`` and ``key`` by default."""
        queries = self._rows(query, "query")
        keys = queries if key is None else self._rows(key, "key")
        rows = keys if value is None else self._rows(value, "value")
        if len(rows) != len(keys):
            raise ValueError(f"key has {len(keys)} elements and value has {len(rows)}; they must be equally many")
        shares, values = self._shares(queries, keys), self._heads(self.value, rows)
        outputs = []
        for of_heads in shares:
            joined = [
                dot(of_head, column)
                for head, of_head in enumerate(of_heads)
                for column in zip(*(each[head] for each in values[: len(of_head)]), strict=True)
            ]
            outputs.append(self.output.sums(joined))
        return outputs

    def weights(self, query: Any, key: Any = None) -> list[list[list[float]]]:
        """How much each element takes from each that it sees, as plain numbers: (heads) x (length) x (seen)."""
        queries = self._rows(query, "query")
        shares = self._shares(queries, queries if key is None else self._rows(key, "key"))
        return [[[share.data for share in of_heads[head]] for of_heads in shares] for head in range(self.num_heads)]

    def _shares(self, query: list[Any], key: list[Any]) -> list[list[list[Any]]]:
        """For each element and each head, the softmax of its scores."""
        queries, keys = self._heads(self.query, query), self._heads(self.key, key)
        root = math.sqrt(self.embed_dim // self.num_heads)
        return [
            [
                softmax([dot(part, other[head]) / root for other in (keys[: n + 1] if self.causal else keys)])
                for head, part in enumerate(parts)
            ]
            for n, parts in enumerate(queries)
        ]

    def _rows(self, sequence: Any, name: str) -> list[Any]:
        """The elements of a sequence as lists."""
        elements = sequence_of(sequence, self.embed_dim, name)
        return [one_sample(each, self.embed_dim, "MultiHeadAttention") for each in elements]

    def _heads(self, layer: Layer[Any], rows: list[Any]) -> list[list[list[Any]]]:
        """A layer's output for each element, cut into the parts of the heads."""
        size = self.embed_dim // self.num_heads
        outputs = [layer.sums(row) for row in rows]
        return [[output[n : n + size] for n in range(0, self.embed_dim, size)] for output in outputs]

    def torch_parameters(self) -> dict[str, list[list[Value]]]:
        """The parameters as rows, by PyTorch's names and in its order."""
        parts = [layer.torch_parameters() for layer in (self.query, self.key, self.value)]
        output = self.output.torch_parameters()
        return {
            "in_proj_weight": [row for part in parts for row in part["weight"]],
            "in_proj_bias": [[bias for part in parts for bias in part["bias"][0]]],
            "out_proj.weight": output["weight"],
            "out_proj.bias": output["bias"],
        }

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again."""
        return {"embed_dim": self.embed_dim, "num_heads": self.num_heads, "causal": self.causal}

    def __repr__(self) -> str:
        causal = ", causal=True" if self.causal else ""
        return f"MultiHeadAttention({self.embed_dim}, {self.num_heads}{causal})"
