"""How do the groups become a NumPy program?  One source text: views of memory, a forward and a reverse function.

Read `emitter` and `accumulate` first, `plan` next.  Samples are the last axis, so that a group of N nodes is an N x n
block of memory and every call works on long rows.  All memory is allocated once for each number of samples; results are
written where they belong.  The text is registered with `linecache`: a debugger steps through it.
"""

from __future__ import annotations

import linecache
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.lower import BASIC, MAX_KEPT, OPERANDS, can_raise, formula, with_constants
from autograd.compiler.numpy_backend import kernels
from autograd.compiler.numpy_backend.accumulate import AccumulatingEmitter
from autograd.compiler.numpy_backend.emitter import view
from autograd.compiler.passes.group import ElementWise, MatMul, SumOfProducts, Variadic
from autograd.compiler.passes.layout import StridedSlice
from autograd.primitive import NOT_TAKEN, Primitive, partials_at
from autograd.symbolic.expression import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autograd.compiler.passes.group import Group

CLOSED = BASIC | {"sech"}
"""Rows that are not expanded in formulas: NumPy needs only a few calls for them."""


class NumpySource(AccumulatingEmitter):
    """Writes the program, group by group.  Chains are not fused for NumPy."""

    def add_forward(self, group: Group) -> None:
        """Write the lines that compute a group."""
        self.lines = self.forward
        out = self.result(group)
        self.lines.append(f"# {group.describe()}")
        match group:
            case ElementWise():
                self._element_wise_forward(group, out)
                if can_raise(group.row):
                    self.lines.append(f"if not isfinite({out}.sum()): may_be_nonfinite = True")
            case MatMul():
                self._matmul_forward(group, out)
            case SumOfProducts():
                self._add_terms(group, out, fresh=True)
            case Variadic():
                self._variadic_forward(group, out)

    def add_reverse(self, group: Group) -> None:
        """Write the lines that propagate a group's gradients to its operands."""
        self.lines = self.reverse
        written, missing = self.gradients.reached(group.per_sample, group.first, len(group.nodes))
        if written and self.gradients.wants(group.nodes[group.nodes >= 0]):
            self.lines.append(f"# {group.describe()}")
            self.clear(group.per_sample, missing)
            gradient = self.result(group, "D")
            match group:
                case ElementWise():
                    self._element_wise_reverse(group, gradient)
                case MatMul():
                    self._matmul_reverse(group, gradient)
                case SumOfProducts():
                    self._terms_reverse(group, gradient)
                case Variadic():
                    self._variadic_reverse(group, gradient)

    def result(self, group: Group, prefix: str = "") -> str:
        """The block of memory with a group's results, or with their gradients."""
        return self.view(
            f"{prefix}{'S' if group.per_sample else 'U'}", StridedSlice(group.first, (len(group.nodes),), (1,))
        )

    def _operands(self, group: ElementWise) -> tuple[dict[str, str], dict[str, float]]:
        names, constants = {}, {}
        for symbol, nodes in zip(OPERANDS, group.operands, strict=False):
            number = self.constant(nodes)
            if number is None:
                names[symbol] = self.read(nodes)
            else:
                constants[symbol] = number
        return names, constants

    def _element_wise_forward(self, group: ElementWise, out: str) -> None:
        names, constants = self._operands(group)
        value, _ = formula(group.row, CLOSED)
        if value is None:
            arguments = ", ".join(names.get(s, repr(constants.get(s))) for s in OPERANDS[: group.row.arity])
            self.tables[f"python_{group.row.name}"] = _python_function(group.row)
            self.lines.append(f"{out}[...] = python_{group.row.name}({arguments})")
            return
        self.compute(with_constants(value, constants), names, self._shape(group), out)

    def _element_wise_reverse(self, group: ElementWise, gradient: str) -> None:
        names, constants = self._operands(group)
        names["out"] = self.result(group)
        _, partials = formula(group.row, CLOSED)
        for n, nodes in enumerate(group.operands):
            if OPERANDS[n] in constants or not self.gradients.wants(nodes):
                continue
            if partials is None:
                function = f"python_{group.row.name}_partial{n}"
                self.tables[function] = _python_partial(group.row, n)
                arguments = ", ".join(
                    [names["out"], *(names.get(s, repr(constants.get(s))) for s in OPERANDS[: group.row.arity])]
                )
                text = f"({gradient} * {function}({arguments}))"
                self.accumulate(group.per_sample, nodes, nodes.shape, partial(self._copied, text))
                continue
            derivative = _derivative(group.row, n, tuple((name, repr(number)) for name, number in constants.items()))
            if derivative.row is NOT_TAKEN:
                continue
            self.accumulate(
                group.per_sample, nodes, nodes.shape, partial(self._times, gradient, derivative, names, group)
            )

    def _times(
        self, gradient: str, derivative: Expression, names: dict[str, str], group: Group, target: str | None
    ) -> str:
        """Write gradient · derivative."""
        if derivative.row == 1.0:
            return gradient if target is None else self._copied(gradient, target)
        shape = self._shape(group)
        out = target or self.scratch(shape)
        if derivative.row == -1.0:
            self.lines.append(f"negative({gradient}, out={out})")
            return out
        mask = _as_mask(derivative)
        factor = self.compute(derivative if mask is None else mask, names, shape, None)
        self.lines.append(f"multiply({gradient}, {factor}, out={out})")
        self.release(factor)
        return out

    def _shape(self, group: Group) -> str:
        return f"({len(group.nodes)}, {'n' if group.per_sample else '1'})"

    def _add_terms(self, group: MatMul | SumOfProducts, out: str, fresh: bool) -> None:
        """out = (or +=) the sums of products and of single nodes."""
        shape = self._shape(group)
        for left, right in group.pairs:
            term = self.scratch(shape) if not fresh else out
            if left.shape[1] == 1:
                factors = [self._factor(side[:, 0]) for side in (left, right)]
                self.lines.append(f"multiply({factors[0]}, {factors[1]}, out={term})")
            else:
                columns = "n" if group.per_sample else "1"
                product = self.scratch(f"({left.shape[0]}, {left.shape[1]}, {columns})")
                self.lines.append(f"multiply({self.read(left)}, {self.read(right)}, out={product})")
                self.lines.append(f"add.reduce({product}, axis=1, out={term})")
                self.release(product)
            if not fresh:
                self.lines.append(f"add({out}, {term}, out={out})")
                self.release(term)
            fresh = False
        for single in group.singles:
            text = self._factor(single[:, 0]) if single.shape[1] == 1 else f"add.reduce({self.read(single)}, axis=1)"
            self.lines.append(f"copyto({out}, {text})" if fresh else f"add({out}, {text}, out={out})")
            fresh = False
        if fresh:
            self.lines.append(f"{out}[...] = 0.0")

    def _factor(self, nodes: Any) -> str:
        number = self.constant(nodes)
        return self.read(nodes) if number is None else repr(number)

    def _terms_reverse(self, group: MatMul | SumOfProducts, gradient: str) -> None:
        for left, right in group.pairs:
            for one, other in ((left, right), (right, left)):
                if self.gradients.wants(one) and one.shape[1] == 1:
                    self.accumulate(
                        group.per_sample, one[:, 0], one.shape[:1], partial(self._scaled_one, group, gradient, other)
                    )
                elif self.gradients.wants(one):
                    self.accumulate(group.per_sample, one, one.shape, partial(self._scaled, group, gradient, other))
        for single in group.singles:
            if self.gradients.wants(single) and single.shape[1] == 1:
                self.accumulate(group.per_sample, single[:, 0], single.shape[:1], partial(self._as_it_is, gradient, ""))
            elif self.gradients.wants(single):
                shape = f"({single.shape[0]}, {single.shape[1]}, {'n' if group.per_sample else '1'})"
                self.accumulate(group.per_sample, single, single.shape, partial(self._as_it_is, gradient, shape))

    def _as_it_is(self, gradient: str, shape: str, target: str | None) -> str:
        """The gradient of each sum, for each of its terms."""
        if target is None:
            return f"broadcast_to({gradient}[:, None], {shape})" if shape else gradient
        return self._copied(f"{gradient}[:, None]" if shape else gradient, target)

    def _scaled(self, group: Group, gradient: str, other: Any, target: str | None) -> str:
        """The gradient of each sum times the other factor of each of its products."""
        out = target or self.scratch(f"({other.shape[0]}, {other.shape[1]}, {'n' if group.per_sample else '1'})")
        number = self.constant(other)
        factor = self.read(other) if number is None else repr(number)
        self.lines.append(f"multiply({gradient}[:, None], {factor}, out={out})")
        return out

    def _scaled_one(self, group: Group, gradient: str, other: Any, target: str | None) -> str:
        out = target or self.scratch(self._shape(group))
        self.lines.append(f"multiply({gradient}, {self._factor(other[:, 0])}, out={out})")
        return out

    def _matmul_forward(self, group: MatMul, out: str) -> None:
        left, right, out2 = self._matrices(group, out)
        if group.per_sample:
            self.lines.append(f"matmul({left}, {right}, out={out2})")
        else:
            self.lines.append(f"matmul({right}, {left}.T, out={out2})")
        self._add_terms(group, out, fresh=False)

    def _matrices(self, group: MatMul, out: str) -> tuple[str, str, str]:
        """Left (P x K), right (K x n for each right list; Q x K without samples), and the results in matching shape."""
        p, q = len(group.left), len(group.right)
        left = self.read(group.left, flat=True)
        if not group.per_sample:
            return left, self.read(group.right, flat=True), self.bound("v", f"{out}.reshape({q}, {p})")
        if q == 1:
            return left, self.read(group.right[0]), out
        return left, self.read(group.right), self.bound("v", f"{out}.reshape({q}, {p}, n)")

    def _matmul_reverse(self, group: MatMul, gradient: str) -> None:
        self._terms_reverse(group, gradient)  # of the terms that were added to the product
        left, right, outer = self._matrices(group, gradient)
        p, q, k = len(group.left), len(group.right), group.left.shape[1]
        if self.gradients.wants(group.left):
            text = f"matmul({outer}, {right}.swapaxes(-1, -2)" if group.per_sample else f"matmul({outer}.T, {right}"
            several = group.per_sample and q > 1

            def to_left(target: str | None) -> str:
                out = self.scratch(f"({p}, {k}, 1)") if target is None else target
                if several:
                    self.lines.append(f"add.reduce({text}), axis=0, out={out}[..., 0])")
                else:
                    self.lines.append(f"{text}, out={self.bound('v', f'{out}[..., 0]')})")
                return out

            self.accumulate(False, group.left, group.left.shape, to_left)
        if self.gradients.wants(group.right):

            def to_right(target: str | None) -> str:
                if not group.per_sample:
                    out = self.scratch(f"({q}, {k}, 1)") if target is None else target
                    self.lines.append(f"matmul({outer}, {left}, out={self.bound('v', f'{out}[..., 0]')})")
                else:
                    shape = f"({k}, n)" if q == 1 else f"({q}, {k}, n)"
                    out = self.scratch(shape) if target is None else target
                    self.lines.append(f"matmul({left}.T, {outer}, out={out})")
                return out

            nodes = group.right[0] if group.per_sample and q == 1 else group.right
            self.accumulate(group.per_sample, nodes, nodes.shape, to_right)

    def _variadic_forward(self, group: Variadic, out: str) -> None:
        name, arrays = group.row.name, [self.read(nodes) for nodes in group.operands]
        if name in ("softmax", "softmax_others"):
            vectors, size = group.operands[0].shape
            self.lines.append(f"{out}.reshape({vectors}, {size}, -1)[...] = {name}({arrays[0]})")
            return
        if name == "take" and self._table_of_numbers(group):
            self.lines.append(f"{out}[...] = take_rows({arrays[0]}, {arrays[1]})")
            return
        kept = [self.name("p") for _ in group.operands[name in ("cross_entropy", "take") :]]
        self.binding.extend(f"{p} = None" for p in kept)
        self.names["kept", group.first, group.per_sample] = ",".join(kept)
        function = "take_one" if name == "take" else name
        self.lines.append(f"{out}[...], {', '.join(kept)} = {function}({', '.join(arrays)})")

    def _table_of_numbers(self, group: Variadic) -> bool:
        return group.per_sample and not bool(self.per_sample[group.operands[1]].any())

    def _variadic_reverse(self, group: Variadic, gradient: str) -> None:
        name = group.row.name
        if name in ("softmax", "softmax_others"):
            vectors, size = group.operands[0].shape
            shape = f"({vectors}, {size}, -1)"
            text = f"softmax_reverse({self.result(group)}.reshape{shape}, {gradient}.reshape{shape})"
            if name == "softmax_others":  # 1 - p, whose derivatives are those of p with the other sign
                text = f"-softmax_reverse(softmax({self.read(group.operands[0])}), {gradient}.reshape{shape})"
            self.accumulate(group.per_sample, group.operands[0], (vectors, size), partial(self._copied, text))
            return
        if name == "take" and self._table_of_numbers(group):
            nodes = group.operands[1]
            text = f"take_rows_reverse({self.read(group.operands[0])}, {gradient}, {nodes.shape[1]})"
            self.accumulate(False, nodes, nodes.shape, partial(self._copied, text))
            return
        kept = self.names["kept", group.first, group.per_sample].split(",")
        for nodes, partials in zip(group.operands[-len(kept) :], kept, strict=True):
            if self.gradients.wants(nodes):
                factors = f"{gradient}[:, None], {partials}"
                self.accumulate(group.per_sample, nodes, nodes.shape, partial(self._multiplied, factors))

    # ------------------------------------------------------------------------------------------------- the whole text

    def source(self, name: str) -> str:
        """The program as Python source: a module, because closures over thousands of names take long to compile."""
        kept = [line.split(" ")[0] for line in self.binding if line.endswith("= None")]
        shared = [f"global {', '.join(kept)}"] if kept else []
        return "\n".join(
            [
                f'"""{name}: U and S hold the numbers, DU and DS their gradients; n is the number of samples."""',
                *self.binding,
                "def forward():",
                *_indented([*shared, "may_be_nonfinite = False", *self.forward, "return may_be_nonfinite"]),
                "def reverse():",
                *_indented([*shared, *self.reverse, "return None"]),
                "",
            ]
        )


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


@lru_cache(maxsize=MAX_KEPT)
def _derivative(row: Primitive, n: int, constants: tuple[tuple[str, str], ...]) -> Expression:
    """A row's partial with some operands fixed, which are numbers as text: 0.0 and -0.0 differ."""
    partials = formula(row, CLOSED)[1]
    assert partials is not None  # noqa: S101 - the caller has asked
    return with_constants(partials[n], {name: float(number) for name, number in constants})


OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _as_mask(derivative: Expression) -> Expression | None:
    """The opposite comparison, for where(comparison, NOT_TAKEN, 1): as a factor, True is 1.

    A factor is faster than a selection; if the gradient is not finite, the eager engine computes the sample.
    """
    row, operands = derivative.row, derivative.operands
    if isinstance(row, Primitive) and row.name == "where" and operands[1].row is NOT_TAKEN and operands[2].row == 1.0:
        condition = operands[0]
        return Expression(OPPOSITE[condition.row], condition.operands) if condition.row in OPPOSITE else None
    return None


def _python_function(row: Primitive) -> Callable[..., Any]:
    """A function of floats, applied element by element, with poles as in IEEE 754."""
    return lambda *arrays: kernels.number_by_number(row, *arrays)


def _python_partial(row: Primitive, n: int) -> Callable[..., Any]:
    function = np.frompyfunc(lambda out, *operands: partials_at(row, out, operands)[n], (row.arity or 1) + 1, 1)
    return lambda *arrays: np.asarray(function(*arrays)).astype(np.float64)


def take_rows(index: Any, table: Any) -> Any:
    """table[i, index[i, s]] for each row i and sample s."""
    return np.take_along_axis(table[..., 0], index[:, 0].astype(np.intp), axis=1)


def take_rows_reverse(index: Any, gradient: Any, size: int) -> Any:
    """The gradient of `take_rows` with respect to the table: each entry is a sum over the samples that took it."""
    rows = len(gradient)
    at = index[:, 0].astype(np.intp) + size * np.arange(rows)[:, None]
    return np.bincount(at.ravel(), weights=gradient.ravel(), minlength=rows * size).reshape(rows, size, 1)


def build(source: str, tables: dict[str, Any], name: str) -> Callable[..., Any]:
    """A function that binds a program's source to memory, and gives its `forward` and `reverse`."""
    filename = f"<autograd compiled {name}>"
    namespace: dict[str, Any] = {**vars(np), **{k: getattr(kernels, k) for k in dir(kernels) if not k.startswith("_")}}
    namespace |= {"view": view, "take_rows": take_rows, "take_rows_reverse": take_rows_reverse, **tables}
    namespace |= {
        "empty": lambda shape, kind=float: np.zeros(shape, kind),
        "take": np.take,
        "bool": bool,
        "float": float,
    }
    code = compile(source, filename, "exec")
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)

    def bind(U: Any, S: Any, DU: Any, DS: Any, n: int) -> tuple[Any, Any]:
        bound = {**namespace, "U": U, "S": S, "DU": DU, "DS": DS, "n": n}
        exec(code, bound)
        return bound.pop("forward"), bound.pop("reverse")  # taken out: no reference cycle keeps the memory

    return bind
