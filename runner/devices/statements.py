"""What statements and expressions say, and what they require of a device that runs them itself."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from brian2 import TimedArray
from brian2.core.variables import Subexpression
from brian2.utils.stringtools import get_identifiers

from runner.devices.features import Requirement


def of_code(group: Any, codes: Iterable[str]) -> Iterator[Requirement]:
    """Require what expressions and statements need that run on the device itself."""
    for code in codes:
        for name in sorted(identifiers(code)):
            if isinstance((group.namespace or {}).get(name), TimedArray):
                yield Requirement("tables", group.name, f"looks up the timed array '{name}' in its equations")
        for call in calls(code):
            name = getattr(call.func, "id", "")
            argument = ast.unparse(call.args[0]) if call.args else ""
            if name == "clip" or name == "int" and not boolean(call.args[0], group):
                kind = "computes in single precision" if name == "clip" else "takes for a truth value"
                yield Requirement("functions", group.name, f"uses {name}({argument}{', ...' * (name == 'clip')}), "
                                  f"which GeNN {kind}")  # fmt: skip


def identifiers(code: str) -> set[str]:
    """Return the names in a piece of code."""
    return set(get_identifiers(re.sub(r"#.*", "", code)))


def expanded(code: str, group: Any) -> set[str]:
    """Return the identifiers of an expression, with those of the subexpressions that it uses."""
    seen: set[str] = set()
    waiting = identifiers(code)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        variable = group.variables.get(name)
        if isinstance(variable, Subexpression):
            waiting |= identifiers(variable.expr) - seen
    return seen


def assignments(code: str) -> list[tuple[str, str]]:
    """Return (variable, operator) of every assignment."""
    lines = re.split(r"[;\n]", re.sub(r"#.*", "", code))
    found = (re.match(r"\s*(\w+)\s*([-+*/%]?=|\*\*=|//=)(?!=)", line) for line in lines)
    return [(match[1], match[2]) for match in found if match]


def targets(code: str) -> list[str]:
    """Return the variables that are assigned to."""
    return [name for name, _ in assignments(code)]


def calls(code: str) -> list[ast.Call]:
    """Return the function calls of expressions or statements."""
    lines = [line.strip() for line in re.split(r"[;\n]", re.sub(r"#.*", "", code))]
    trees = [ast.parse(line) for line in lines if line]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def boolean(node: ast.expr, group: Any) -> bool:
    """Return whether an expression is a condition."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Name):
        variable = group.variables.get(node.id)
        return bool(variable is not None and variable.is_boolean)
    return isinstance(node, ast.Compare | ast.BoolOp) or isinstance(node, ast.Constant) and node.value in (True, False)
