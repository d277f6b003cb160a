"""C++ in single precision, where that does not touch time."""

import ast
import re
from collections.abc import Collection
from itertools import count
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator
from brian2.core.variables import ArrayVariable, Constant, Variable
from brian2.parsing.rendering import CPPNodeRenderer
from brian2.utils.stringtools import get_identifiers, word_substitute


class SingleRenderer(CPPNodeRenderer):
    """Numbers in single precision, so that one literal does not turn a whole expression into double precision.

    Parameters
    ----------
    constants, varying : collection of str
        Values in double precision that all elements of a loop share. Constants are rounded where they are used; what
        varies with time is not. Neither is in a function whose arguments name one of them, since they may be times.
    auto_vectorise : set of str
        As for Brian2's renderer.
    """

    def __init__(self, constants: Collection[str] = (), varying: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.constants, self.double = constants, {*constants, *varying}

    def render_Constant(self, node: ast.Constant) -> str:
        """Return a literal with the suffix of its precision."""
        text = super().render_Constant(node)
        return f"{text}f" if isinstance(node.value, float) else text

    def render_Name(self, node: ast.Name) -> str:
        """Return a name, rounded if it is a constant in double precision."""
        text = super().render_Name(node)
        return f"float({text})" if node.id in self.constants else text

    def render_Call(self, node: ast.Call) -> str:
        """Return a call of a function."""
        plain = CPPNodeRenderer(auto_vectorise=self.auto_vectorise)
        if any(get_identifiers(ast.unparse(argument)) & self.double for argument in node.args):
            return plain.render_Call(node)
        return super().render_Call(node)

    def render_func(self, node: ast.Name) -> str:
        """Return the name of a function."""
        return node.id


class NeuronRenderer(SingleRenderer):
    """The same for neurons, whose powers are in single precision, too."""

    def render_BinOp(self, node: ast.BinOp) -> str:
        """Return an operation; a power whose exponent is a whole number has the precision of its base."""
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, int):
            return f"_brian_pow({self.render_node(node.left)}, {node.right.value}.0f)"
        return super().render_BinOp(node)


class SingleGenerator(CPPCodeGenerator):
    """Loops over neurons in single precision.

    What is the same for all neurons is computed before the loop, in double precision, time above all. In a loop over
    all neurons, random numbers are a function of neuron and call (``_uniform`` in stateupdate.cpp). Other loops are
    those of Brian2, and so are their random numbers.
    """

    def translate(self, code: dict, dtype: Any) -> tuple:
        """Translate abstract code; what it computes for every neuron is in single precision."""
        return super().translate(code, np.float32)

    def translate_statement_sequence(self, scalar_statements: dict, vector_statements: dict) -> tuple:
        """Return scalar and vector code, and keywords of the template."""
        shared = [s for statements in scalar_statements.values() for s in statements]
        for statement in shared:
            if np.issubdtype(statement.dtype, np.floating) and statement.op == ":=":
                statement.dtype = np.float64
        constants: set[str] = set()
        varying: set[str] = set()
        for name, variable in self.variables.items():
            if _is_double(variable) and isinstance(variable, ArrayVariable | Constant) and variable.scalar:
                (constants if variable.constant else varying).add(name)
        for statement in shared:  # in order: a later one may use an earlier one
            if _is_double(statement):
                known = get_identifiers(statement.expr) & varying
                (varying if known else constants).add(statement.var)
        self.constants, self.varying, self.calls = constants, varying, count()
        return super().translate_statement_sequence(scalar_statements, vector_statements)

    def translate_statement(self, statement: Any) -> str:
        """Return a statement as C++."""
        self.rounds = not statement.scalar
        return super().translate_statement(statement)

    def translate_expression(self, expr: str) -> str:
        """Return an expression as C++."""
        if not self.rounds:
            return super().translate_expression(expr)
        renderer = NeuronRenderer(self.constants, self.varying, auto_vectorise=self.auto_vectorise)
        text = renderer.render_expr(word_substitute(expr, self.func_name_replacements)).strip()
        if self.template_name != "stateupdate":
            return text
        return re.sub(r"\b_rand\(_vectorisation_idx\)", lambda _: f"_uniform(_key, _idx, {next(self.calls)})", text)


def _is_double(one: Variable | Any) -> bool:
    return getattr(one, "dtype", None) is not None and np.dtype(one.dtype) == np.float64
