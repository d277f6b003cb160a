"""Render the equations, steps and parameters of an experiment as mathematics, from the strings that are simulated."""

import argparse
import ast
import html
import importlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import sympy
from brian2 import Quantity
from brian2.core.namespace import DEFAULT_UNITS
from brian2.equations.equations import PARAMETER, parse_string_equations
from brian2.parsing.rendering import NodeRenderer
from brian2.parsing.statements import parse_statement
from latex2mathml.converter import convert

from base.errors import one_line
from base.files import atomic
from models.base import Model, unit_name
from runner.ranges import range_of

# Symbols of what Brian2 provides. `t` and `xi` need none: the automatic symbol is right.
BUILT_IN = {
    "dt": r"\Delta t",
    "inf": r"\infty",
    "pi": r"\pi",
    "e": "e",
    "lastspike": r"t_{\text{last spike}}",
    "not_refractory": r"\text{not refractory}",
}
FUNCTIONS = {
    "abs": r"\left| {} \right|",
    "ceil": r"\left\lceil {} \right\rceil",
    "clip": r"\operatorname{{clip}}_{{{1}}}^{{{2}}}\left( {0} \right)",
    "exp": "e^{{{}}}",
    "floor": r"\left\lfloor {} \right\rfloor",
    "rand": r"\mathcal{{U}}(0, 1)",
    "randn": r"\mathcal{{N}}(0, 1)",
    "sqrt": r"\sqrt{{{}}}",
    "timestep": r"\left\lfloor {} / {} \right\rfloor",
}
KNOWN_TO_LATEX = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log", "arcsin", "arccos", "arctan")
RELATIONS = {"Lt": "<", "LtE": r"\le", "Gt": ">", "GtE": r"\ge", "Eq": "=", "NotEq": r"\ne"}
ACCENTS = ("bar", "hat", "tilde", "dot")
SIDES = ("pre", "post")

# How tightly a node binds; a node in a place that binds more tightly gets parentheses.
OR, AND, NOT, COMPARE, SUM, SIGN, PRODUCT, POWER, ATOM = range(9)


def automatic_symbol(name: str) -> str:
    r"""Make a LaTeX symbol from a variable name.

    Parameters
    ----------
    name : str
        For example ``tau_m``, ``z_bar``, ``w_12`` or ``learning_signal``.

    Returns
    -------
    str
        For example ``\tau_{m}``, ``\bar{z}``, ``w_{12}`` or ``\text{learning signal}``.
    """
    split = re.fullmatch(r"([A-Za-z]+)(\d+)", name)
    head, *rest = [*split.groups()] if split else name.strip("_").split("_")
    symbol = sympy.latex(sympy.Symbol(head))  # knows the Greek letters
    if len(head) > 1 and not symbol.startswith("\\"):
        return r"\text{" + " ".join([head, *rest]) + "}"
    while rest and rest[0] in ACCENTS:
        symbol = rf"\{rest.pop(0)}{{{symbol}}}"
    index = [sympy.latex(sympy.Symbol(part)) if part.isalpha() else part for part in rest]
    index = [p if len(p) == 1 or p.startswith("\\") or p.isdigit() else rf"\text{{{p}}}" for p in index]
    return f"{symbol}_{{{','.join(index)}}}" if index else symbol


def _superscript(symbol: str, text: str) -> str:
    """Add a superscript, beside the one that may be there."""
    last = re.fullmatch(r"(.*)\^(?:\{(.*)\}|(\w|\*|\\[a-z]+|\\[a-z]+\{\w+\}))", symbol)
    if last and (last[2] or last[3]).count("{") == (last[2] or last[3]).count("}"):
        return f"{last[1]}^{{{last[2] or last[3]}, {text}}}"
    return f"{{{symbol}}}^{{{text}}}" if "^" in symbol else f"{symbol}^{{{text}}}"


class _Sign(ast.NodeTransformer):
    """Move a minus out of a product or quotient: Python reads ``-v / tau`` as ``(-v) / tau``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        sign = node.left
        if isinstance(node.op, ast.Mult | ast.Div) and isinstance(sign, ast.UnaryOp) and isinstance(sign.op, ast.USub):
            return ast.UnaryOp(ast.USub(), ast.BinOp(sign.operand, node.op, node.right))
        return node


class Latex(NodeRenderer):
    """Brian2 expression to LaTeX, with the terms in the order in which they are written.

    SymPy's own printer would sort them, and rewrite ``2 * (a + b)``; a reader should find the line of the model again.

    Parameters
    ----------
    symbols : Mapping
        LaTeX symbols of variables and parameters of this model.
    other : Mapping
        Symbols of the models it is connected to: the fallback for ``<name>_pre``, ``<name>_post`` and ``<name>``.
    boolean : set of str
        Names of boolean variables, so that ``int(x)`` is rendered as an indicator.
    """

    def __init__(
        self, symbols: Mapping[str, str], other: Mapping[str, str] | None = None, boolean: set[str] | None = None
    ):
        super().__init__()
        self.symbols, self.other = symbols, other or {}
        self.boolean = (boolean or set()) | {"not_refractory"}

    def render_expr(self, expr: str, strip: bool = True) -> str:
        """Render an expression as LaTeX."""
        return self.render_node(_Sign().visit(ast.parse(expr.strip() if strip else expr, mode="eval").body))

    def symbol(self, name: str) -> str:
        """Return the LaTeX symbol of one name."""
        if name in self.symbols:
            return self.symbols[name]
        base, _, side = name.rpartition("_")
        if base and side in SIDES:
            symbol = self.symbols.get(base) or self.other.get(base) or BUILT_IN.get(base) or automatic_symbol(base)
            return _superscript(symbol, rf"\text{{{side}}}")
        if name in self.other:
            return self.other[name]
        if name in BUILT_IN:
            return BUILT_IN[name]
        return rf"\text{{{name}}}" if name in DEFAULT_UNITS else automatic_symbol(name)

    def binds(self, node: ast.AST) -> int:
        """Tell how tightly a node binds."""
        if isinstance(node, ast.BoolOp):
            return OR if isinstance(node.op, ast.Or) else AND
        if isinstance(node, ast.Compare):
            return COMPARE
        if isinstance(node, ast.UnaryOp):
            return NOT if isinstance(node.op, ast.Not) else SIGN
        if isinstance(node, ast.BinOp):
            levels = {ast.Add: SUM, ast.Sub: SUM, ast.Mult: PRODUCT, ast.Mod: PRODUCT, ast.Pow: POWER}
            return levels.get(type(node.op), ATOM)  # a fraction and a floor hold together by themselves
        if isinstance(node, ast.Constant) and "times" in self.render_Constant(node):
            return PRODUCT
        return ATOM

    def inside(self, node: ast.AST, level: int) -> str:
        """Render a node for a place that binds as tightly as `level`."""
        text = self.render_node(node)
        return text if self.binds(node) >= level else rf"\left( {text} \right)"

    def is_boolean(self, node: ast.AST) -> bool:
        """Tell whether a node is a truth value."""
        if isinstance(node, ast.Name):
            return re.sub("_(pre|post)$", "", node.id) in self.boolean
        return self.binds(node) in (OR, AND, NOT, COMPARE)

    def render_Name(self, node: ast.Name) -> str:
        """Render a variable."""
        return self.symbol(node.id)

    def render_Constant(self, node: ast.Constant) -> str:
        """Render a number or a truth value."""
        if isinstance(node.value, bool):
            return rf"\text{{{str(node.value).lower()}}}"
        mantissa, _, exponent = format(node.value, ".12g").partition("e")
        if not exponent:
            return mantissa
        power = f"10^{{{int(exponent)}}}"
        return power if mantissa == "1" else rf"{mantissa} \times {power}"

    def render_Call(self, node: ast.Call) -> str:
        """Render a function: the usual notation where there is one, else its name and arguments."""
        name, values = getattr(node.func, "id", ""), [self.render_node(argument) for argument in node.args]
        if name == "int" and len(node.args) == 1 and self.is_boolean(node.args[0]):
            return rf"\left[ {values[0]} \right]"  # Iverson bracket
        if name == "exp" and r"\frac" in values[0]:
            return rf"\exp\left( {values[0]} \right)"
        if name in FUNCTIONS:
            return FUNCTIONS[name].format(*values)
        if name in KNOWN_TO_LATEX:
            symbol = rf"\{name}"
        elif name in self.symbols or name in self.other:
            symbol = self.symbol(name)
        else:
            symbol = rf"\operatorname{{{name.replace('_', ' ')}}}" if len(name) > 1 else name
        return rf"{symbol}\left( {', '.join(values)} \right)"

    def render_BinOp(self, node: ast.BinOp) -> str:
        """Render arithmetic."""
        left, right = node.left, node.right
        if isinstance(node.op, ast.Div):
            return rf"\frac{{{self.render_node(left)}}}{{{self.render_node(right)}}}"
        if isinstance(node.op, ast.FloorDiv):
            return rf"\left\lfloor {self.inside(left, POWER)} / {self.inside(right, POWER)} \right\rfloor"
        if isinstance(node.op, ast.Pow):
            plain = isinstance(left, ast.Name | ast.Constant) and "^" not in self.render_node(left)
            base = self.render_node(left) if plain else rf"\left( {self.render_node(left)} \right)"
            return f"{base}^{{{self.render_node(right)}}}"
        if isinstance(node.op, ast.Add):
            return f"{self.inside(left, SUM)} + {self.inside(right, PRODUCT)}"
        if isinstance(node.op, ast.Sub):
            return f"{self.inside(left, SUM)} - {self.inside(right, PRODUCT)}"
        if isinstance(node.op, ast.Mod):
            return rf"{self.inside(left, PRODUCT)} \bmod {self.inside(right, POWER)}"
        if isinstance(node.op, ast.Mult):
            first = self.inside(left, SIGN)
            modulo = isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mod)
            second = self.inside(right, POWER if modulo else PRODUCT)
            return rf"{first} \cdot {second}" if second[0].isdigit() else rf"{first} \, {second}"
        return super().render_BinOp(node)  # explains which operators Brian2 lacks

    def render_UnaryOp(self, node: ast.UnaryOp) -> str:
        """Render a sign or a negation."""
        if isinstance(node.op, ast.Not):
            return rf"\neg {self.inside(node.operand, ATOM)}"
        sign = "-" if isinstance(node.op, ast.USub) else ""
        return sign + self.inside(node.operand, PRODUCT)

    def render_BoolOp(self, node: ast.BoolOp) -> str:
        """Render and, or."""
        word, level = (r"\text{ or }", NOT) if isinstance(node.op, ast.Or) else (r"\text{ and }", NOT)
        return word.join(self.inside(value, level) for value in node.values)

    def render_Compare(self, node: ast.Compare) -> str:
        """Render a comparison."""
        if len(node.ops) != 1:
            raise SyntaxError("Brian2 compares two values at a time")
        relation = RELATIONS[type(node.ops[0]).__name__]
        return f"{self.inside(node.left, SUM)} {relation} {self.inside(node.comparators[0], SUM)}"

    def statement(self, line: str) -> str:
        """Render ``variable op= expression`` as an assignment with an arrow.

        Parameters
        ----------
        line : str
            One statement of abstract code, without comment.

        Returns
        -------
        str
            LaTeX.
        """
        name, operator, expression, _ = parse_statement(line)
        if operator != "=":  # x *= a + b means x * (a + b)
            expression = f"{name} {operator[:-1]} ({expression})"
        return rf"{self.symbol(name)} \leftarrow {self.render_expr(expression)}"


def mathml(latex: str) -> str:
    """Convert LaTeX to MathML.

    Parameters
    ----------
    latex : str
        LaTeX of one formula.

    Returns
    -------
    str
        A ``<math>`` element.
    """
    # Words are <mtext>, which MathML treats as space: an operator between two of them would lose its own spacing.
    return re.sub(r"<mtext>([^&<]{2}[^<]*)</mtext>", r"<mi>\1</mi>", convert(latex))


def formula(render: Any, text: str) -> str:
    """Render a line of a model as MathML, or show it as code if it cannot be parsed.

    Parameters
    ----------
    render : callable
        Turns `text` into LaTeX.
    text : str
        The line.

    Returns
    -------
    str
        HTML: a ``<math>`` or a ``<code>`` element.
    """
    try:
        return mathml(render(text))
    except Exception:  # noqa: BLE001 - a report must not fail because of one line, whatever the library stumbles over
        return f"<code>{html.escape(text)}</code>"


def _statements(code: str) -> Iterator[tuple[str, str]]:
    """Split abstract code into statements with their comments; a comment on a line of its own stands alone."""
    for line in code.splitlines():
        text, _, comment = line.partition("#")
        parts = [part.strip() for part in text.split(";") if part.strip()]
        for part in parts:
            yield part, comment.strip() if part is parts[-1] else ""
        if not parts and comment.strip():
            yield "", comment.strip()


def comments(equations: str) -> dict[str, str]:
    """Collect the comments of the equation lines.

    Parameters
    ----------
    equations : str
        Brian2 equations; a line that starts no equation continues the one above.

    Returns
    -------
    dict
        Variable name to comment. A comment on a line of its own belongs to the next equation.
    """
    found: dict[str, list[str]] = {}
    name = ""
    waiting: list[str] = []
    for line in equations.splitlines():
        text, _, comment = line.partition("#")
        start = re.match(r"\s*(?:d(\w+)\s*/\s*dt\s*=|(\w+)\s*[=:])", text)
        if start:
            name = start.group(1) or start.group(2)
            found[name], waiting = waiting, []
        if comment.strip():
            (found[name] if text.strip() and name else waiting).append(comment.strip())
    return {key: " ".join(parts) for key, parts in found.items()}


def _value(value: Any) -> tuple[str, str]:
    """Return the text and the unit of a default value."""
    if isinstance(value, Quantity) and not value.is_dimensionless:
        unit = value.get_best_unit()
        return f"{float(value / unit):g}", str(unit)
    if isinstance(value, bool):
        return str(value).lower(), ""
    return (f"{float(value):g}" if isinstance(value, int | float | Quantity) else str(value)), ""


def _base(value: Any) -> Any:
    """Return a default as JSON holds it: a number in SI base units, or as it is."""
    if isinstance(value, Quantity):
        return float(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def parameters(params: type | None, prefix: str) -> list[dict[str, str]]:
    """Tabulate a dataclass of `param` fields.

    Parameters
    ----------
    params : type or None
        The dataclass; None gives an empty table.
    prefix : str
        First part of the config key: ``network``, ``inputs`` or the name of a Brian2 object.

    Returns
    -------
    list of dict
        ``key``, ``name``, ``symbol`` (MathML), ``unit``, ``default`` (text), ``base`` (the default in SI base units),
        ``valid`` (its range), ``meaning`` and ``source`` of each parameter.
    """
    rows = []
    for field in fields(params) if params else ():
        default, unit = _value(field.metadata["default"])
        symbol = field.metadata.get("symbol") or automatic_symbol(field.name)
        row = {
            "key": f"{prefix}.{field.name}",
            "name": field.name,
            "symbol": formula(lambda _, s=symbol: s, field.name),
        }
        row |= {"unit": unit, "default": default, "meaning": field.metadata.get("text", "")}
        row["base"] = _base(field.metadata["default"])
        row["valid"] = range_of(row["key"], field.metadata["default"], field.metadata.get("valid", ""))
        rows.append({**row, "source": field.metadata.get("source", "")})
    return rows


def own_symbols(model: Model) -> dict[str, str]:
    """Return the LaTeX symbols a model declares, for its parameters and its state variables.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    dict
        Name to LaTeX.
    """
    declared = {f.name: f.metadata.get("symbol") or automatic_symbol(f.name) for f in fields(model.params)}
    return {**declared, **model.symbols}


def equations(model: Model, latex: Latex) -> list[dict[str, Any]]:
    """Render the equations of a model.

    Parameters
    ----------
    model : Model
        The model.
    latex : Latex
        Renderer with its symbols.

    Returns
    -------
    list of dict
        ``name``, ``kind``, ``math`` (HTML), ``unit``, ``flags`` and ``meaning`` of each, in the order of the model.
    """
    meaning = comments(model.equations)
    try:
        parsed = parse_string_equations(model.equations)
    except Exception:  # noqa: BLE001 - shown as it is written; Brian2 itself explains the error when it builds
        row = {"name": "", "kind": "unparsed", "unit": "", "flags": [], "meaning": ""}
        lines = [html.escape(line.strip()) for line in model.equations.splitlines() if line.strip()]
        return [{**row, "math": f"<code>{line}</code>"} for line in lines]
    rows = []
    for name, equation in parsed.items():
        left = latex.symbol(name)
        if equation.type == PARAMETER:
            math = formula(lambda _, s=left: s, name)
        else:
            code = str(equation.expr)
            if equation.type.startswith("differential"):
                left = rf"\frac{{d {left}}}{{d t}}"
            sign = r"\Leftrightarrow" if equation.var_type == "boolean" else "="
            math = formula(lambda text, s=left, sign=sign: f"{s} {sign} {latex.render_expr(text)}", code)
            if math.startswith("<code>"):
                shown = f"d{name}/dt" if equation.type.startswith("differential") else name
                math = f"<code>{html.escape(f'{shown} = {code}')}</code>"
        kind = "variable" if equation.type == PARAMETER else equation.type
        unit = equation.var_type if equation.var_type != "float" else str(unit_name(Quantity(1.0, dim=equation.dim)))
        row = {"name": name, "kind": kind, "math": math, "unit": unit, "flags": list(equation.flags)}
        rows.append({**row, "meaning": meaning.get(name, "")})
    return rows


def _lines(latex: Latex, code: str) -> list[dict[str, str]]:
    """Render statements; a lone comment becomes a line without mathematics."""
    return [
        {"math": formula(latex.statement, text) if text else "", "meaning": comment}
        for text, comment in _statements(code)
    ]


def steps(model: Model, latex: Latex) -> list[dict[str, Any]]:
    """Render what happens at spikes, events and on clocks.

    Parameters
    ----------
    model : Model
        The model.
    latex : Latex
        Renderer with its symbols.

    Returns
    -------
    list of dict
        ``name``, ``when`` (text) and ``lines`` (``math`` as HTML, ``meaning``) of each block.
    """
    titles = {
        "threshold": "spike if",
        "reset": "at a spike",
        "refractory": "refractory for, or while",
        "on_pre": "at a presynaptic spike",
        "on_post": "at a postsynaptic spike",
    }
    blocks = []
    for key, value in model.code.items():
        if isinstance(value, Mapping):
            when = titles.get(key, "event if" if key == "events" else "")
            parts = [(f"{key}: {name}", when, code) for name, code in value.items()]
        else:
            parts = [(key, titles.get(key, ""), value)]
        for name, when, code in parts:
            text = " ".join(_value(code)).strip() if not isinstance(code, str) else code
            if key in ("reset", "on_pre", "on_post"):
                lines = _lines(latex, text)
            elif key in ("threshold", "events") or (key == "refractory" and isinstance(code, str)):
                lines = [{"math": formula(latex.render_expr, text), "meaning": ""}]
            else:
                lines = [{"math": f"<code>{html.escape(text)}</code>", "meaning": ""}]
            blocks.append({"name": name, "when": when, "lines": lines})
    for step in model.steps:
        clock = f"at every event '{step.event}'" if step.event else f"every {step.every or 'time step'}"
        when = f"{clock}, slot {step.when}, order {step.order}"
        blocks.append({"name": step.name, "when": when, "lines": _lines(latex, step.code)})
    return blocks


def document(objects: Mapping[str, Model], structure: type | None = None, inputs: type | None = None) -> dict[str, Any]:
    """Describe an experiment in mathematics.

    Parameters
    ----------
    objects : Mapping of str to Model
        Brian2 object name to model: ``OBJECTS`` of an ``experiment.py``.
    structure, inputs : type or None
        Its ``Structure`` and ``Inputs`` classes.

    Returns
    -------
    dict
        ``objects``, ``structure`` and ``inputs``, ready for JSON.
    """
    described = []
    shared = {name: symbol for model in objects.values() for name, symbol in own_symbols(model).items()}
    boolean = {
        name for model in objects.values() for name in re.findall(r"(\w+)\s*(?:=[^:#\n]*)?:\s*boolean", model.equations)
    }
    for name, model in objects.items():
        latex = Latex(own_symbols(model), shared, boolean)
        entry: dict[str, Any] = {"object": name, "model": model.name, "text": model.text, "source": model.source}
        entry |= {"equations": equations(model, latex), "steps": steps(model, latex)}
        described.append({**entry, "parameters": parameters(model.params, name), "deviations": list(model.deviations)})
    return {
        "objects": described,
        "structure": parameters(structure, "network"),
        "inputs": parameters(inputs, "inputs"),
    }


@one_line()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write ``<experiment>.json``: equations, steps and parameters of experiments as MathML."""
    parser = argparse.ArgumentParser(prog="python -m runner.document", description=main.__doc__)
    parser.add_argument("experiments", nargs="+", metavar="experiment", help="for example sal/phase_plane")
    parser.add_argument("--out", type=Path, required=True, help="folder to make: one file for each")
    options = parser.parse_args(arguments)
    with atomic(options.out, directory=True) as folder:
        for name in options.experiments:
            module = f"experiments.{name.strip('/').replace('/', '.')}.experiment"
            try:
                if not re.fullmatch(r"\w+/\w+", name):
                    raise ModuleNotFoundError(name=module)
                experiment = importlib.import_module(module)
            except ModuleNotFoundError as problem:
                if not module.startswith(str(problem.name)):
                    raise  # the experiment exists, and something it imports does not
                sys.exit(f"error: {name}: no such experiment")
            structure, inputs = (getattr(experiment, section, None) for section in ("Structure", "Inputs"))
            content = {"experiment": name, **document(experiment.OBJECTS, structure, inputs)}
            shown = json.dumps(content, indent=1, ensure_ascii=False)
            (folder / f"{name.split('/')[-1]}.json").write_text(shown + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
