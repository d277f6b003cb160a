"""Two expressions, term by term: which parts of one are not in the other. Needs no Brian2.

A sum is compared as a set of terms with their signs, a product as a set of factors. What is left over on both sides is
paired with what it shares most with, and looked at inside; so the smallest part that differs is named, wherever it
stands, and a term that moved has not changed.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

SUM, PRODUCT = (ast.Add, ast.Sub), (ast.Mult, ast.Div)
SIDES = ("_pre", "_post")  # a synapse names the variables of its neurons with them


class Part(NamedTuple):
    """A term of a sum or a factor of a product."""

    plus: bool  # added, multiplied; otherwise subtracted, divided by
    node: ast.expr

    @property
    def key(self) -> tuple[bool, str]:
        """What makes two parts the same."""
        plus, node = self
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            plus, node = not plus, node.operand
        return plus, ast.dump(node)


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(renamed(node.id, self.names), node.ctx)


def renamed(name: str, names: Mapping[str, str]) -> str:
    """Return the new name of a variable, also where a synapse means that of a neuron: ``x`` to ``y``, ``x_pre`` too."""
    for side in SIDES:
        if name not in names and name.endswith(side) and name.removesuffix(side) in names:
            return names[name.removesuffix(side)] + side
    return names.get(name, name)


def with_names(tree: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """Return an expression with other names; the one that is given is changed."""
    return _Renamed(names).visit(tree) if names else tree


def parts(node: ast.expr, operators: tuple[type[ast.operator], ...], plus: bool = True) -> Iterator[Part]:
    """Yield the terms of a sum, or the factors of a product, from left to right; of anything else, itself."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, operators):
        direct = isinstance(node.op, operators[0])
        yield from parts(node.left, operators, plus)
        inside = operators is PRODUCT or not isinstance(node.right, ast.BinOp)  # a sum in brackets is one term
        right = plus if direct else not plus
        yield from parts(node.right, operators, right) if inside else iter([Part(right, node.right)])
    else:
        yield Part(plus, node)


def differing(mine: ast.expr, other: ast.expr) -> set[int]:
    """Return what of an expression is not in another one.

    Parameters
    ----------
    mine, other : ast.expr
        Parsed expressions.

    Returns
    -------
    set of int
        `id` of nodes of `mine`: terms, factors, or smaller parts; empty if the expressions are the same.
    """
    for operators in (SUM, PRODUCT):
        found = list(parts(mine, operators)), list(parts(other, operators))
        if max(map(len, found)) > 1:
            return _of_parts(mine, *found)
    here, there = Part(True, mine), Part(True, other)
    if here.key == there.key:
        return set()
    inside = _children(mine), _children(other)
    if _form(mine) != _form(other) or not inside[0] or len(inside[0]) != len(inside[1]):
        return {id(mine)}
    return set().union(*(differing(a, b) for a, b in zip(*inside, strict=True)))


def _of_parts(whole: ast.expr, mine: Sequence[Part], other: Sequence[Part]) -> set[int]:
    """Return what differs between two lists of terms, or of factors."""
    spare = Counter(part.key for part in other)
    left = [part for part in mine if not _taken(part, spare)]
    spare = Counter(part.key for part in mine)
    theirs = [part for part in other if not _taken(part, spare)]
    if len(left) == len(mine) > 1 and not any(_alike(a, b) for a in left for b in theirs):
        return {id(whole)}
    found: set[int] = set()
    for part in left:
        nearest = max(theirs, key=lambda one, part=part: _alike(part, one), default=None)  # type: ignore[misc]
        if nearest is None or not _alike(part, nearest):
            found.add(id(part.node))
            continue
        theirs.remove(nearest)
        found |= differing(part.node, nearest.node)
    return found


def _taken(part: Part, spare: Counter[tuple[bool, str]]) -> bool:
    """Return whether a part is among some others; each of them counts once."""
    spare[part.key] -= 1
    return spare[part.key] >= 0


def _alike(one: Part, other: Part) -> float:
    """Return how much two parts share; nothing if they have different signs, or are no pair."""
    if one.key[0] != other.key[0]:
        return 0
    if all(isinstance(part.node, ast.Constant | ast.Name) for part in (one, other)):
        return 0
    words = [Counter(ast.unparse(node) for node in ast.walk(part.node) if _counts(node)) for part in (one, other)]
    return (words[0] & words[1]).total() / max(1, *(word.total() for word in words))


def _counts(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Constant | ast.Call)


def _form(node: ast.expr) -> tuple[str, ...]:
    """Return what two nodes must share for their children to be compared one by one."""
    operators = [getattr(node, "op", None), *getattr(node, "ops", ())]
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return type(node).__name__, called, *(type(op).__name__ for op in operators if op)


def _children(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return list(node.args)
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
