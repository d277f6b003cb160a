"""Brian2 expressions and statements as LaTeX and MathML, with terms in the order in which they are written."""

import ast
import html
import re
from collections.abc import Mapping
from typing import Any

import sympy
from brian2.core.namespace import DEFAULT_UNITS
from brian2.parsing.rendering import NodeRenderer
from brian2.parsing.statements import parse_statement
from latex2mathml.converter import convert

from runner.terms import differing, with_names

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


def _tree(expr: str) -> ast.expr:
    """Parse an expression."""
    return _Sign().visit(ast.parse(expr, mode="eval").body)


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

    Attributes
    ----------
    counterpart : str or None
        The same expression, or statement, in another state of the code: what differs from it is marked.
    names : Mapping
        Names in the counterpart to names here.
    """

    def __init__(
        self, symbols: Mapping[str, str], other: Mapping[str, str] | None = None, boolean: set[str] | None = None
    ):
        super().__init__()
        self.symbols, self.other = symbols, other or {}
        self.boolean = (boolean or set()) | {"not_refractory"}
        self.counterpart: str | None = None
        self.names: Mapping[str, str] = {}
        self.marked: set[int] = set()

    def render_expr(self, expr: str, strip: bool = True) -> str:
        """Render an expression as LaTeX."""
        tree = _tree(expr.strip() if strip else expr)
        # Kept while nodes are known by their `id`.
        counterpart = None if self.counterpart is None else with_names(_tree(self.counterpart), self.names)
        self.marked = set() if counterpart is None else differing(tree, counterpart)
        return self.render_node(tree)

    def render_node(self, node: ast.AST) -> str:
        """Render a part of an expression, marked if it differs."""
        text = super().render_node(node)
        return changed(text) if id(node) in self.marked else text

    def signed(self, sign: str, node: ast.AST) -> str:
        """Render what is added or subtracted; the sign of a term that differs is marked with it."""
        if id(node) not in self.marked:
            return f" {sign} {self.inside(node, PRODUCT)}"
        self.marked.remove(id(node))
        return " " + changed(f"{sign} {self.inside(node, PRODUCT)}")

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
            return self.inside(left, SUM) + self.signed("+", right)
        if isinstance(node.op, ast.Sub):
            return self.inside(left, SUM) + self.signed("-", right)
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
        name, expression = assigned(line)
        return rf"{self.symbol(name)} \leftarrow {self.render_expr(expression)}"


class Named(Latex):
    """LaTeX in which every symbol knows the name of its variable: in MathML an element with ``data-name``."""

    def symbol(self, name: str) -> str:
        """Return the LaTeX symbol of one name, marked for `mathml`."""
        return rf"\textcolor{{={name}}}{{{super().symbol(name)}}}"


def assigned(line: str) -> tuple[str, str]:
    """Return the variable of a statement, and the expression that it becomes: ``x *= a + b`` is x * (a + b)."""
    name, operator, expression, _ = parse_statement(line)
    return name, expression if operator == "=" else f"{name} {operator[:-1]} ({expression})"


def changed(latex: str) -> str:
    """Mark a part of a formula: `mathml` makes it an element of class ``changed``."""
    return rf"\textcolor{{changed}}{{{latex}}}"


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
    words = re.sub(r"<mtext>([^&<]{2}[^<]*)</mtext>", r"<mi>\1</mi>", convert(latex))
    named = re.sub(r'<mstyle mathcolor="=(\w+)">', r'<mstyle data-name="\1">', words)
    return named.replace('<mstyle mathcolor="changed">', '<mstyle class="changed">')


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
