"""From Brian2's statements to the pieces of a nested loop over pre- and postsynaptic neurons."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import CPPCodeGenerator, c_data_type
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable, Constant
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.utils.stringtools import get_identifiers, stripped_deindented_lines, word_substitute

from dense.products import NotLinear, Row, recursion
from dense.single import SingleRenderer

ROW, COLUMN, SYNAPSE, SCALAR = "_presynaptic_idx", "_postsynaptic_idx", "_idx", "0"


class NotDense(Exception):
    """These statements need Brian2's own loop; the message says why."""


@dataclass(frozen=True)
class Name:
    """A variable of the statements, as the templates need it.

    Parameters
    ----------
    name : str
        Name in the statements.
    type : str
        C++ type inside the loop.
    array : str
        Pointer to the values; empty for values that are computed before the loop.
    loaded, stored : bool
        Whether the statements need the value from before, and whether they change it.
    own : bool
        Whether every copy has its own values.
    """

    name: str
    type: str
    array: str = ""
    loaded: bool = True
    stored: bool = False
    own: bool = False


@dataclass(frozen=True)
class Product:
    """A number of the state of synapses that is a matrix product, as the template needs it.

    Parameters
    ----------
    of : Name
        The number.
    behind : list of str
        Numbers whose adjoints it needs, itself first.
    rows : list of (int, str)
        Number of what rows contribute, and C++ of its factor in one step.
    back : list of (str, str)
        Number of the state, and C++ of its adjoint a step before.
    whole : bool
        Whether it keeps what it was, so that its own adjoint is 1.
    """

    of: Name
    behind: list[str]
    rows: list[tuple[int, str]]
    back: list[tuple[str, str]]
    whole: bool


class DenseGenerator(CPPCodeGenerator):
    """Splits statements into what belongs to a synapse, its row (presynaptic), its column (postsynaptic), or to all.

    Raises
    ------
    NotDense
        From `translate`: a nested loop over rows and columns would not mean the same as Brian2's loop over synapses.
    """

    def translate(self, code: dict, dtype: Any) -> tuple:
        """Translate abstract code in the precision of the synapses, whatever that of the neurons."""
        return super().translate(code, self.owner.float_dtype)

    def translate_expression(self, expr: str) -> str:
        """Return an expression as C++."""
        if self.owner.float_dtype != np.float32:
            return super().translate_expression(expr)
        expr = word_substitute(expr, self.func_name_replacements)
        return SingleRenderer(auto_vectorise=self.auto_vectorise).render_expr(expr).strip()

    def _real(self, dtype: Any) -> str:
        """Return the type of a value inside the loop: floating point numbers have the precision of the synapses."""
        return c_data_type(self.owner.float_dtype if np.issubdtype(dtype, np.floating) else dtype)

    def _check(self, read: set[str], write: set[str], identifiers: set[str]) -> None:
        """Refuse statements whose result depends on more than one synapse, its row and its column."""
        for name in sorted(identifiers):
            variable = self.variables.get(name)
            if isinstance(variable, Function) and not variable.stateless:
                raise NotDense(f"{name}() draws for every synapse, in the order of synapses")
        for name in sorted(read | write):
            if self.variable_indices[name] not in (ROW, COLUMN, SYNAPSE, SCALAR):
                raise NotDense(f"'{name}' has an index of its own")
            if name in self.owner.own and self.template_name not in ("dense_pass", "dense_products"):
                raise NotDense("it is a spike or a sum")
            if name in write and self.variable_indices[name] in (ROW, COLUMN) and self.template_name != "dense_pathway":
                raise NotDense(f"'{name}' is written for every synapse of a neuron")
        arrays: dict[str, set[str]] = {}
        for name in read | write:
            arrays.setdefault(self.get_array_name(self.variables[name]), set()).add(self.variable_indices[name])
        for name in sorted(write):
            if len(arrays[self.get_array_name(self.variables[name])]) > 1:
                raise NotDense(f"'{name}' is written, and read as the value of another neuron")
            if self.variable_indices[name] == SCALAR:
                raise NotDense(f"'{name}' is one value for all synapses")

    def translate_statement_sequence(self, scalar_statements: dict, vector_statements: dict) -> tuple:
        """Return scalar code, the statements of one synapse, and their names by kind (see the templates)."""
        ((block, statements),) = vector_statements.items()
        scalars = scalar_statements[block]
        read, write, _, conditions = self.arrays_helper(statements)
        used = set().union(*(get_identifiers(s.expr) | {s.var} for s in statements), conditions.values())
        read -= {ROW, COLUMN}
        scalar_read, scalar_write, _, _ = self.arrays_helper(scalars)
        self._check(read, write, used | set().union(*(get_identifiers(s.expr) for s in scalars)))
        if scalar_write:
            raise NotDense(f"'{min(scalar_write)}' is one value for all synapses")

        def inside(name: str, index: str) -> str:
            # What spikes add to a neuron is added in the precision of the neuron.
            dtype = self.variables[name].dtype
            return c_data_type(dtype) if index == SYNAPSE or name in write else self._real(dtype)

        def names(index: str) -> list[Name]:
            chosen = sorted(n for n in read | write if self.variable_indices[n] == index and n not in ("i", "j"))
            return [
                Name(
                    n,
                    inside(n, index),
                    self.get_array_name(self.variables[n]),
                    loaded=n in read,
                    stored=n in write,
                    own=index == SYNAPSE and n in self.owner.own,
                )
                for n in chosen
            ]

        before = {s.var: s for s in scalars}
        varying = {
            n
            for n, v in self.variables.items()
            if isinstance(v, ArrayVariable) and self.variable_indices[n] == SCALAR and not v.constant
        }
        for statement in scalars:  # in order: a later one may use an earlier one
            if get_identifiers(statement.expr) & varying:
                varying.add(statement.var)
        shared = [
            Name(n, self._real(before[n].dtype if n in before else self.variables[n].dtype))
            for n in sorted(used)
            if n in before
            or n in self.variables
            and (
                isinstance(self.variables[n], Constant)
                or isinstance(self.variables[n], ArrayVariable)
                and self.variable_indices[n] == SCALAR
            )
        ]
        scalar_read |= {n.name for n in shared if isinstance(self.variables.get(n.name), ArrayVariable)}
        keywords = {
            **self.determine_keywords(),
            "state": names(SYNAPSE),
            "pre": names(ROW),
            "post": names(COLUMN),
            "constants": [n for n in shared if n.name not in varying],
            "varying": [n for n in shared if n.name in varying],
            "uses_i": "i" in used,
            "uses_j": "j" in used,
            "real": c_data_type(self.owner.float_dtype),
        }
        if self.template_name == "dense_products":
            keywords |= self._products(statements, conditions, keywords)
        before_loop = self.translate_to_read_arrays(scalar_read, scalar_write, set())
        before_loop += self.translate_to_statements(scalars, {})
        body = self.translate_to_statements(statements, conditions)
        return (
            {block: stripped_deindented_lines("\n".join(before_loop))},
            {block: stripped_deindented_lines("\n".join(body))},
            keywords,
        )

    def _products(self, statements: list, conditions: dict, names: dict) -> dict[str, Any]:
        """Return what the template of matrix products needs besides, or refuse."""
        state: dict[str, Name] = {n.name: n for n in names["state"]}
        numbers = {name: n.stored and n.type == names["real"] for name, n in state.items()}
        if conditions or names["uses_i"] or names["uses_j"]:
            raise NotDense("a condition, or an index")
        if not self.owner.self_connections:
            raise NotDense("no synapse from a neuron onto itself")
        if self.owner.layout.n_pre < 8:
            raise NotDense("fewer rows than are computed together")
        if self.owner.copies > 1 and not (names["pre"] or names["post"] or self.owner.own & set(state)):
            raise NotDense("it runs once for all copies")
        try:
            found = recursion(statements, numbers, {n.name for n in names["pre"]}, {n.name for n in names["post"]})
        except NotLinear as reason:
            raise NotDense(str(reason)) from reason
        for name, form in found.factors.items():
            before = {n for n in form if isinstance(n, str)}
            shared = {n for n in before if not state[n].own}
            if self.owner.copies > 1 and (shared - {name} or name in shared and not found.whole(name)):
                raise NotDense(f"'{name}' depends on the order of copies")

        def translated(number: str, of: str | Row) -> str:
            return self.translate_expression(found.product(number, of))

        products = [
            Product(
                state[name],
                behind := found.behind(name),
                [(k, text) for k, row in enumerate(found.rows) if (text := translated(name, row)) != "0"],
                [(n, translated(name, n)) for n in behind],
                found.whole(name),
            )
            for name in state
        ]
        return {
            "products": products,
            "row_codes": [self.translate_expression(row.expression) for row in found.rows],
            "column_code": stripped_deindented_lines("\n".join(self.translate_to_statements(found.columns, {}))),
        }


class DenseCodeObject(CPPStandaloneCodeObject):
    """C++ standalone code with the templates of this folder in front of Brian2's own."""

    templater = CPPStandaloneCodeObject.templater.derive("dense")
    generator_class = DenseGenerator
