"""Render the equations, steps and parameters of an experiment as mathematics, from the strings that are simulated."""

import argparse
import html
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from brian2 import Quantity
from brian2.equations.equations import PARAMETER, parse_string_equations

from base.errors import one_line
from base.files import atomic
from models.base import Model, unit_name
from runner.experiment import load
from runner.latex import Latex, Named, automatic_symbol, formula
from runner.ranges import range_of


def statements(code: str) -> Iterator[tuple[str, str]]:
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
    return [{**row_of(name, equation, latex), "meaning": meaning.get(name, "")} for name, equation in parsed.items()]


def row_of(name: str, equation: Any, latex: Latex) -> dict[str, Any]:
    """Render one equation.

    Parameters
    ----------
    name : str
        Its variable.
    equation : SingleEquation
        As Brian2 has parsed it.
    latex : Latex
        Renderer with its symbols.

    Returns
    -------
    dict
        ``name``, ``kind``, ``math`` (HTML), ``unit`` and ``flags``.
    """
    left = latex.symbol(name)
    if equation.type == PARAMETER:
        math = formula(lambda _: left, name)
    else:
        code = str(equation.expr)
        if equation.type.startswith("differential"):
            left = rf"\frac{{d {left}}}{{d t}}"
        sign = r"\Leftrightarrow" if equation.var_type == "boolean" else "="
        math = formula(lambda text: f"{left} {sign} {latex.render_expr(text)}", code)
        if math.startswith("<code>"):
            shown = f"d{name}/dt" if equation.type.startswith("differential") else name
            math = f"<code>{html.escape(f'{shown} = {code}')}</code>"
    kind = "variable" if equation.type == PARAMETER else equation.type
    unit = equation.var_type if equation.var_type != "float" else str(unit_name(Quantity(1.0, dim=equation.dim)))
    return {"name": name, "kind": kind, "math": math, "unit": unit, "flags": list(equation.flags)}


def file_of(model: Model) -> str:
    """Return the file of `models` that lists a model, else that of its parameters; nothing where it is elsewhere."""
    modules = [name for name in sorted(sys.modules) if name.startswith("models.")]
    listing = [name for name in modules if any(one is model for one in getattr(sys.modules[name], "MODELS", ()))]
    name = (listing or [name for name in modules if name == model.params.__module__] or [""])[0]
    return f"{name.replace('.', '/')}.py" if name else ""


def _lines(latex: Latex, code: str) -> list[dict[str, str]]:
    """Render statements; a lone comment becomes a line without mathematics."""
    return [
        {"math": formula(latex.statement, text) if text else "", "meaning": comment}
        for text, comment in statements(code)
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
    rendered = []
    for name, when, kind, text in blocks(model):
        if kind == "statements":
            lines = _lines(latex, text)
        elif kind == "expression":
            lines = [{"math": formula(latex.render_expr, text), "meaning": ""}]
        else:
            lines = [{"math": f"<code>{html.escape(text)}</code>", "meaning": ""}]
        rendered.append({"name": name, "when": when, "lines": lines})
    return rendered


def blocks(model: Model) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a model does at spikes, events and on clocks.

    Parameters
    ----------
    model : Model
        The model.

    Yields
    ------
    tuple of str
        Name, when (text), kind (``statements``, ``expression`` or ``text``) and the text itself.
    """
    titles = {
        "threshold": "spike if",
        "reset": "at a spike",
        "refractory": "refractory for, or while",
        "on_pre": "at a presynaptic spike",
        "on_post": "at a postsynaptic spike",
    }
    kinds = {**dict.fromkeys(("reset", "on_pre", "on_post"), "statements"), "threshold": "expression"}
    kinds |= {"events": "expression"}
    for key, value in model.code.items():
        when = titles.get(key, "event if" if key == "events" else "")
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        for name, code in parts:
            text = " ".join(_value(code)).strip() if not isinstance(code, str) else code
            kind = "expression" if key == "refractory" and isinstance(code, str) else kinds.get(key, "text")
            yield f"{key}: {name}" if name else key, when, kind, text
    for step in model.steps:
        clock = f"at every event '{step.event}'" if step.event else f"every {step.every or 'time step'}"
        yield step.name, f"{clock}, slot {step.when}, order {step.order}", "statements", step.code


def renderers(objects: Mapping[str, Model], kind: type[Latex] = Latex) -> dict[str, Latex]:
    """Return the renderer of each object of a network, which knows the symbols of the others."""
    shared = {name: symbol for model in objects.values() for name, symbol in own_symbols(model).items()}
    boolean = {
        name for model in objects.values() for name in re.findall(r"(\w+)\s*(?:=[^:#\n]*)?:\s*boolean", model.equations)
    }
    return {name: kind(own_symbols(model), shared, boolean) for name, model in objects.items()}


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
    latex_of = renderers(objects, Named)
    for name, model in objects.items():
        latex = latex_of[name]
        entry: dict[str, Any] = {"object": name, "model": model.name, "text": model.text, "source": model.source}
        entry["file"] = file_of(model)
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
            experiment = load(name)
            sections = (getattr(experiment.module, section, None) for section in ("Structure", "Inputs"))
            content = {"experiment": name, **document(experiment.objects, *sections)}
            shown = json.dumps(content, indent=1, ensure_ascii=False)
            (folder / f"{name.split('/')[-1]}.json").write_text(shown + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
