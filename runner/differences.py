"""The models of an experiment in two states of the code, side by side: what differs is marked, term by term."""

import ast
import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import make_dataclass
from difflib import SequenceMatcher
from typing import Any

from brian2.equations.equations import parse_string_equations

from models.base import Model, Step, param
from runner import terms
from runner.document import blocks, own_symbols, renderers, row_of, statements
from runner.latex import Latex, assigned, formula
from runner.terms import with_names

Sided = dict[str, Any]  # ``name``, ``before`` and ``now`` (HTML, empty where there is none), ``code``, ``change``
Names = dict[str, str]  # old name to new one


def model_of(strings: Mapping[str, Any]) -> Model:
    """Return a model from what `runner/strings.py` says of it."""
    own = [(name, Any, param(0.0, "", symbol)) for name, symbol in strings["params"].items()]
    return Model(
        name=strings["model"],
        text="",
        source="",
        equations=strings["equations"],
        params=make_dataclass("Params", own, frozen=True),
        code=strings["code"],
        steps=tuple(Step(**step) for step in strings["steps"]),
        symbols=strings["symbols"],
    )


def _parsed(model: Model) -> dict[str, Any]:
    """Return the equations of a model by variable; none if Brian2 does not understand them."""
    try:
        return dict(parse_string_equations(model.equations))
    except Exception:  # noqa: BLE001 - as in `runner.document.equations`
        return {}


def _meaning(text: str, names: Names) -> str:
    """Return what an expression or a statement says, whatever its layout, with other names."""
    try:
        name, expression = assigned(text)
    except Exception:  # noqa: BLE001 - an expression, or no code
        name, expression = "", text
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        return f"{terms.renamed(name, names)} {ast.dump(with_names(tree, names))}"
    except SyntaxError:
        return " ".join(text.split())


def _kind(equation: Any) -> str:
    """Return what an equation says beside its expression."""
    return f"{equation.type} {equation.dim!r} {equation.var_type} {sorted(equation.flags)}"


def _form(equation: Any, names: Names) -> str:
    """Return all that an equation says."""
    return f"{_kind(equation)} {'' if equation.expr is None else _meaning(str(equation.expr), names)}"


def renamed(before: Model, now: Model) -> Names:
    """Return which variables and parameters of a model seem to have other names: of the same kind, in the same order.

    Parameters
    ----------
    before, now : Model
        The model in two states.

    Returns
    -------
    dict
        Old name to new one.
    """
    kinds = [
        {**{name: "" for name in own_symbols(model)}, **{name: _kind(one) for name, one in _parsed(model).items()}}
        for model in (before, now)
    ]
    gone, come = ([name for name in one if name not in other] for one, other in (kinds, kinds[::-1]))
    pairs = list(zip(gone, come, strict=False))
    alike = len(gone) == len(come) and all(kinds[0][old] == kinds[1][new] for old, new in pairs)
    return dict(pairs) if alike else {}


def same(before: Model, now: Model, names: Names) -> bool:
    """Return whether two models say the same, but for some names: equations, statements and their order."""
    found = []
    for model, those in ((before, names), (now, {})):
        lines = [f"{terms.renamed(name, those)} {_form(one, those)}" for name, one in _parsed(model).items()]
        lines += [terms.renamed(name, those) for name in vars(model.params)["__dataclass_fields__"]]
        for name, when, kind, text in blocks(model):
            parts = [one for one, _ in statements(text) if one] if kind == "statements" else [text]
            lines += [name, when, *(_meaning(part, those) for part in parts)]
        found.append(lines)
    return found[0] == found[1]


class _Pair:
    """A model in both states, and how each is rendered."""

    def __init__(self, models: Sequence[Model | None], latex: Sequence[Latex | None], names: Names) -> None:
        self.models = [model or Model(name="", text="", source="") for model in models]
        self.latex = [one or Latex({}) for one in latex]
        self.names, self.back = names, {new: old for old, new in names.items()}
        self.latex[0].names, self.latex[1].names = self.back, names

    def equations(self) -> Iterator[Sided]:
        """Yield the equations of both, those of the new state in order, then those that are gone."""
        old, new = (_parsed(model) for model in self.models)
        order = [(self.back.get(name, name), name) for name in new]
        for before, now in order + [(name, name) for name in old if name not in dict(order)]:
            both = old.get(before), new.get(now)
            known = [str(one.expr) if one is not None and one.expr is not None else None for one in both]
            shown = []
            for latex, name, one, other in zip(self.latex, (before, now), both, reversed(known), strict=True):
                latex.counterpart = other
                shown.append(row_of(name, one, latex) if one is not None else None)
            told = [f"{row['math']} <small>{html.escape(row['unit'])}</small>" if row else "" for row in shown]
            forms = [
                _form(one, names) if one is not None else "" for one, names in zip(both, (self.names, {}), strict=True)
            ]
            code = [_code(name, one) if one is not None else "" for name, one in zip((before, now), both, strict=True)]
            yield _sided(before if before == now else f"{before} → {now}", told, code, forms, before != now)

    def statements(self) -> Iterator[tuple[str, str, list[Sided]]]:
        """Yield name, time and lines of every block of both."""
        old, new = ({name: rest for name, *rest in blocks(model)} for model in self.models)
        for name in [*new, *(name for name in old if name not in new)]:
            times = [found[name][0] if name in found else "" for found in (old, new)]
            kind = (new.get(name) or old[name])[1]
            texts = [found[name][2] if name in found else "" for found in (old, new)]
            when = times[1] if times[0] in ("", times[1]) else f"{times[0]} → {times[1] or 'never'}"
            yield name, when, list(self._lines(kind, texts))

    def _lines(self, kind: str, texts: Sequence[str]) -> Iterator[Sided]:
        lists = [
            [one for one, _ in statements(text) if one] if kind == "statements" else [text] * bool(text)
            for text in texts
        ]
        for before, now in aligned(lists[0], lists[1], self.names):
            shown = [
                self._line(latex, kind, mine, other)
                for latex, mine, other in zip(self.latex, (before, now), (now, before), strict=True)
            ]
            forms = [_meaning(before, self.names) if before else "", _meaning(now, {}) if now else ""]
            yield _sided("", shown, [before, now], forms, False)

    @staticmethod
    def _line(latex: Latex, kind: str, mine: str, other: str) -> str:
        if not mine or kind == "text":
            return f"<code>{html.escape(mine)}</code>" if mine else ""
        if kind == "expression":
            latex.counterpart = other or None
            return formula(latex.render_expr, mine)
        # Of another variable is another statement.
        paired = other and terms.renamed(_variable(other), latex.names) == _variable(mine)
        latex.counterpart = assigned(other)[1] if paired else None
        return formula(latex.statement, mine)


def _variable(statement: str) -> str:
    """Return the variable that a statement sets; nothing if it is none."""
    try:
        return assigned(statement)[0]
    except Exception:  # noqa: BLE001 - whatever a library stumbles over
        return ""


def _code(name: str, equation: Any) -> str:
    """Return an equation as it is written."""
    left = f"d{name}/dt" if equation.type.startswith("differential") else name
    return left if equation.expr is None else f"{left} = {equation.expr}"


def _sided(name: str, shown: Sequence[str], code: Sequence[str], forms: Sequence[str], other_name: bool) -> Sided:
    """Return a line of both states, and what has happened to it."""
    if not all(shown):
        change = "added" if shown[1] else "removed"
    elif forms[0] != forms[1]:
        change = "changed"
    else:
        change = "renamed" if other_name else ""
    return {"name": name, "before": shown[0], "now": shown[1], "code": list(code), "change": change}


def aligned(before: Sequence[str], now: Sequence[str], names: Names) -> Iterator[tuple[str, str]]:
    """Yield the statements of two lists beside each other; an empty text where there is no counterpart.

    First what is the same, then what sets the same variable.
    """
    says = [_meaning(one, names) for one in before], [_meaning(one, {}) for one in now]
    sets = [terms.renamed(_variable(one), names) for one in before], [_variable(one) for one in now]
    for what, a, b, c, d in SequenceMatcher(None, *says, autojunk=False).get_opcodes():
        if what == "equal":
            yield from zip(before[a:b], now[c:d], strict=True)
            continue
        for what_set, i, j, k, m in SequenceMatcher(None, sets[0][a:b], sets[1][c:d], autojunk=False).get_opcodes():
            old, new = before[a + i : a + j], now[c + k : c + m]
            yield from (
                zip(old, new, strict=True) if what_set == "equal" else [(x, "") for x in old] + [("", x) for x in new]
            )


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return the models of an experiment side by side.

    Parameters
    ----------
    before, now : Mapping
        What `runner/strings.py` says of both states.

    Returns
    -------
    dict
        ``renamed``: old names to new ones, and ``only_names``: whether nothing else differs. ``objects``: for each
        one ``object``, ``model``, ``equations`` and ``steps``, whose lines have ``before`` and ``now`` (HTML),
        ``code`` (both, as it is written) and ``change`` (``changed``, ``added``, ``removed``, ``renamed`` or nothing).
    """
    models = [{name: model_of(one) for name, one in state["objects"].items()} for state in (before, now)]
    latex = [renderers(state) for state in models]
    both = [name for name in models[1] if name in models[0]]
    names = {name: renamed(models[0][name], models[1][name]) for name in both}
    # A synapse names the variables of its neurons.
    everything: Names = {old: new for one in names.values() for old, new in one.items()}
    objects = []
    for name in [*models[1], *(name for name in models[0] if name not in models[1])]:
        sides = [state.get(name) for state in models]
        pair = _Pair(sides, [state.get(name) for state in latex], everything | names.get(name, {}))
        equations = list(pair.equations())
        steps = [{"name": step, "when": when, "lines": lines} for step, when, lines in pair.statements()]
        model = (sides[1] or sides[0]).name  # type: ignore[union-attr]
        objects.append({"object": name, "model": model, "equations": equations, "steps": steps})
    only = len(both) == len(models[0]) == len(models[1]) and all(
        same(models[0][name], models[1][name], everything | names[name]) for name in both
    )
    return {"renamed": everything, "only_names": only, "objects": objects}
