"""What can be broken in a module?  Every mutant of its source: one change at one place.

Operators and comparisons exchanged, signs, numbers and conditions changed, arguments swapped, statements left out.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
TARGETS = {
    "table": "autograd/primitives.py",
    "more": "autograd/more_primitives.py",
    "graph": "autograd/fast_backward.py",
    "functional": "autograd/functional.py",
    "optimizers": "nn/optimizers.py",
    "losses": "nn/losses.py",
}
KNOWN_SURVIVORS = Path(__file__).parent / "survivors.txt"


def known_survivors() -> set[str]:
    """Mutants that no test can kill, by their keys, from survivors.txt, where the reason stands above them."""
    lines = KNOWN_SURVIVORS.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


class Mutant:
    """One change at one place; its source is written when it is asked for."""

    def __init__(
        self, target: str, tree: ast.AST, path: tuple[Any, ...], node: ast.AST, what: str, number: int
    ) -> None:
        self.target, self.tree, self.path, self.number = target, tree, path, number
        self.line = getattr(node, "lineno", 0)
        self.what = f"{what} in {ast.unparse(node)[:60]!r}"
        self.place = _place(tree, path)
        self.key = f"{target} {self.place}: {self.what}"
        """To be named by in survivors.txt; the second of two equal ones in a place ends in #2."""

    @property
    def source(self) -> str:
        """The whole module with this change."""
        mutated = copy.deepcopy(self.tree)
        parent: Any = mutated
        for field, n in self.path[:-1]:
            parent = getattr(parent, field) if n is None else getattr(parent, field)[n]
        field, n = self.path[-1]
        node = getattr(parent, field) if n is None else getattr(parent, field)[n]
        changed = list(changes(node))[self.number][1](node)
        if n is None:
            setattr(parent, field, changed)
        else:
            getattr(parent, field)[n] = changed
        return ast.unparse(ast.fix_missing_locations(mutated))


SWAPS: dict[type[Any], list[type[Any]]] = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.Pow: [ast.Mult],
    ast.Mod: [ast.Mult], ast.FloorDiv: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
NAMES = {"sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "maximum": "minimum", "minimum": "maximum"}
SYMMETRIC = {"hypot", "maximum", "minimum"}  # swapping the operands of these changes nothing
NAMES |= {"exp": "expm1", "sech": "tanh", "tanh": "sech", "normal_pdf": "normal_cdf", "normal_cdf": "normal_pdf"}


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """What can be done to this node: a description, and the function that does it to a copy."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for other in SWAPS.get(type(node.op), []):
            yield f"{type(node.op).__name__} to {other.__name__}", lambda n, other=other: _with(n, op=other())
    if isinstance(node, ast.Compare):
        for other in SWAPS.get(type(node.ops[0]), []):
            what = f"{type(node.ops[0]).__name__} to {other.__name__}"
            yield what, lambda n, other=other: _with(n, ops=[other(), *n.ops[1:]])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield f"without {type(node.op).__name__}", lambda n: n.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} to {node.value + 1}", lambda n: ast.Constant(n.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} to {not node.value}", lambda n: ast.Constant(not n.value)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield (
                f"{node.func.id} to {NAMES[node.func.id]}",
                lambda n: _with(n, func=ast.Name(NAMES[n.func.id], ast.Load())),
            )
        symmetric = isinstance(node.func, ast.Name) and node.func.id in SYMMETRIC
        two = node.args[-2:]
        if len(two) == 2 and ast.dump(two[0]) != ast.dump(two[1]) and _plain(two) and not symmetric:
            yield "last arguments swapped", lambda n: _with(n, args=[*n.args[:-2], n.args[-1], n.args[-2]])
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        if not isinstance(node.test, ast.Constant):  # `while True` is true
            yield "condition true", lambda n: _with(n, test=ast.Constant(True))
        yield "condition false", lambda n: _with(n, test=ast.Constant(False))
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Raise, ast.Expr, ast.Return, ast.Continue)) and not docstring:
        yield f"without {type(node).__name__}", lambda n: ast.Pass()


def _with(node: Any, **fields: Any) -> Any:
    for name, field in fields.items():
        setattr(node, name, field)
    return node


def _plain(nodes: list[ast.expr]) -> bool:
    return not any(isinstance(node, (ast.Starred, ast.Lambda, ast.Constant, ast.JoinedStr)) for node in nodes)


def places(tree: ast.AST, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], ast.AST]]:
    """Every node that a program runs, with the way to it; not types, docstrings, messages, and what makes texts."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        if isinstance(tree, ast.keyword) and tree.arg in ("text", "latex", "domain", "cure", "doc", "strict"):
            continue
        for n, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                continue
            here = (*path, (field, n))
            yield here, node
            yield from places(node, here)


def _place(tree: ast.AST, path: tuple[Any, ...]) -> str:
    """The function, the class or the name that a change is in."""
    names, node = [], tree
    for field, n in path:
        node = getattr(node, field) if n is None else getattr(node, field)[n]
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and not names:
            names.append(ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target))
    return ".".join(names)


def mutants(source: str, name: str = "table") -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = [
        Mutant(name, tree, path, node, what, number)
        for path, node in places(tree)
        for number, (what, _) in enumerate(changes(node))
    ]
    seen: Counter[str] = Counter()
    for mutant in found:
        seen[mutant.key] += 1
        if seen[mutant.key] > 1:
            mutant.key += f" #{seen[mutant.key]}"
    return found
