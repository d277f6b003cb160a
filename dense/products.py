r"""Sums over the steps that wait as matrix products: what statements do to a synapse, as a linear recursion.

With :math:`s` the state of the synapse of row :math:`i` and column :math:`j`, statements such as those of an
eligibility trace and its gradient have the form

.. math::
    s^t_{ij} = A^t_j s^{t-1}_{ij} + \sum_k B^t_{jk} r^t_{ik}

where only :math:`r` depends on the presynaptic neuron. After all steps that waited, number :math:`m` of the state is
:math:`P_j s^0_{ij} + \sum_{tk} C^t_{jk} r^t_{ik}`, and :math:`P` and :math:`C` need no synapses: with
:math:`\lambda` = row :math:`m` of the identity, backwards in time, :math:`C^t = \lambda B^t` and
:math:`\lambda \leftarrow \lambda A^t`; at last :math:`P = \lambda`. What remains is a matrix product for every
number that is still needed, and traces that are reset before anybody reads them are not.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brian2.utils.stringtools import get_identifiers

COLUMN = None  # the part of a sum that needs neither state nor row
Form = dict[Any, str]  # a sum: state (str), expression of the row (Row) or COLUMN, to its factor, an expression


class NotLinear(Exception):
    """Statements have another form; the message says which."""


@dataclass(frozen=True)
class Row:
    """What the presynaptic neuron contributes.

    Parameters
    ----------
    expression : str
        In variables of the row and constants.
    """

    expression: str


@dataclass(frozen=True)
class Recursion:
    """What statements do to the state of a synapse in one step.

    Parameters
    ----------
    columns : list
        Statements that need neither state nor row; the factors use what they compute.
    factors : dict of dict
        Number of the state to what it is a sum of: numbers of the state before (`str`), and `Row`.
    rows : list of Row
        Everything that rows contribute.
    """

    columns: list
    factors: dict[str, Form]
    rows: list[Row]

    def behind(self, number: str) -> list[str]:
        """Return the numbers of the state that decide what one of them will be, itself first."""
        found = [number]
        for name in found:
            found += [n for n in self.factors[name] if isinstance(n, str) and n not in found]
        return found

    def whole(self, number: str) -> bool:
        """Return whether what a number was before stays in it as it is, as in a gradient that is summed."""
        return self.product(number, number) == f"_adjoint_{number}"

    def product(self, number: str, of: str | Row) -> str:
        """Return row ``number`` of lambda times a column of A or B, as an expression of ``_adjoint_NAME``."""
        terms = [
            f"_adjoint_{name}" if self.factors[name][of] == "1" else f"_adjoint_{name} * ({self.factors[name][of]})"
            for name in self.behind(number)
            if of in self.factors[name]
        ]
        return " + ".join(terms) or "0"


def recursion(statements: Sequence[Any], state: Mapping[str, bool], rows: set[str], columns: set[str]) -> Recursion:
    """Bring statements into the form of a linear recursion.

    Parameters
    ----------
    statements : sequence of brian2.codegen.statements.Statement
        Statements of one synapse, in order.
    state : mapping of str to bool
        Variables of the synapse, and whether statements change them.
    rows, columns : set of str
        Variables of the pre- and of the postsynaptic neuron.

    Returns
    -------
    Recursion
        The same in other words.

    Raises
    ------
    NotLinear
        They are not linear in the state, or a factor depends on the presynaptic neuron.
    """
    forms: dict[str, Form] = {name: {name: "1"} for name in state}
    kept, seen = [], set(state)
    if given := [name for name, changes in state.items() if not changes]:
        raise NotLinear(f"'{given[0]}' is a factor of every synapse")
    reader = _Reader(forms, rows, columns)
    for statement in statements:
        form = reader.read(ast.parse(statement.expr, mode="eval").body)
        name = statement.var
        if statement.op not in (":=", "="):
            operator = {"+=": ast.Add, "-=": ast.Sub, "*=": ast.Mult, "/=": ast.Div}.get(statement.op)
            if operator is None:
                raise NotLinear(f"'{statement.op}'")
            form = reader.combine(operator(), forms.get(name, {COLUMN: name}), form)
        if name not in state and name in seen:
            raise NotLinear(f"'{name}' is computed twice")
        seen.add(name)
        if name in state or set(form) - {COLUMN}:
            forms[name] = form
        else:
            kept.append(statement)
            reader.columns |= {name}
    factors = {name: {Row("1") if n is COLUMN else n: f for n, f in forms[name].items()} for name in state}
    return Recursion(
        kept, factors, [*dict.fromkeys(n for form in factors.values() for n in form if isinstance(n, Row))]
    )


class _Reader:
    """Turns expressions into sums."""

    def __init__(self, forms: dict[str, Form], rows: set[str], columns: set[str]) -> None:
        self.forms, self.rows, self.columns = forms, rows, {*columns}

    def read(self, node: ast.expr) -> Form:
        """Return an expression as a sum."""
        text = ast.unparse(node)
        names = get_identifiers(text)
        synaptic = names & set(self.forms)
        if not synaptic | names & self.rows:
            return {COLUMN: text}
        if isinstance(node, ast.Name):
            return dict(self.forms[node.id]) if synaptic else {Row(node.id): "1"}
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return {n: f"-({f})" for n, f in self.read(node.operand).items()}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            return self.combine(node.op, self.read(node.left), self.read(node.right))
        if synaptic:
            raise NotLinear(f"'{min(synaptic)}' in '{text}'")
        if mixed := names & self.columns:
            raise NotLinear(f"'{min(mixed)}' in '{text}'")
        return {Row(text): "1"}

    def combine(self, operator: ast.operator, left: Form, right: Form) -> Form:
        """Return the sum, difference, product or quotient of two sums."""
        if isinstance(operator, ast.Add | ast.Sub):
            sign = "+" if isinstance(operator, ast.Add) else "-"
            signed = {n: f if sign == "+" else f"-({f})" for n, f in right.items() if n not in left}
            both = {n: f"{f} {sign} ({right[n]})" if n in right else f for n, f in left.items()}
            return {**both, **signed}
        if isinstance(operator, ast.Div):
            return self._scaled(left, right, "/")
        return self._scaled(left, right, "*") if set(right) == {COLUMN} else self._scaled(right, left, "*")

    def _scaled(self, form: Form, factor: Form, sign: str) -> Form:
        """Return a sum, times or divided by a number of the column."""
        if set(factor) != {COLUMN}:
            raise NotLinear(f"a product of {_said(form)} and {_said(factor)}")
        by = factor[COLUMN]
        return {n: by if f == "1" and sign == "*" else f"({f}) {sign} ({by})" for n, f in form.items()}


def _said(form: Form) -> str:
    said = (f if n is COLUMN else n.expression if isinstance(n, Row) else n for n, f in form.items())
    return " and ".join(f"'{text}'" for text in said)
