"""Equations and parameters as pages show them: of the objects of an experiment, and of every model once."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal, numbers up to rounding; a sweep over one value is that value."""
    if isinstance(one, list) and len(one) == 1:
        return _same(one[0], other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def parameters(
    rows: Iterable[Mapping[str, Any]], used: Mapping[str, str], provenance: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Add the value that was used to every row of a parameter table, and write the default in the same unit.

    Parameters
    ----------
    rows : iterable of Mapping
        Rows of a document (`runner.document.parameters`).
    used : Mapping
        Dotted key to the text of its value.
    provenance : Mapping
        With ``parameters`` that were simulated, and their ``units``.

    Returns
    -------
    list of dict
        The rows with ``value`` and ``changed``, which tells whether it is not the default.
    """
    simulated, units = provenance.get("parameters") or {}, provenance.get("units") or {}
    table = []
    for row in rows:
        key = row["key"]
        default = f"{row['default']} {row['unit']}".strip()
        if isinstance(units.get(key), list) and isinstance(row.get("base"), int | float):
            default = f"{row['base'] / units[key][1]:g} {units[key][0]}"
        value = used.get(key) or default
        changed = key in simulated and not _same(simulated[key], row.get("base"))
        table.append({**row, "symbol": Markup(row["symbol"]), "default": default, "value": value, "changed": changed})
    return table


def _object(item: Mapping[str, Any], notes: Mapping[str, str]) -> dict[str, Any]:
    """Mark the formulas of an object of a document as HTML, tell its symbols what they are, and sort lines by kind."""

    def shown(math: str) -> Markup:
        return Markup(NAMED.sub(lambda found: _noted(found[1], item["object"], notes), math))

    rows = [{**row, "math": shown(row["math"])} for row in item["equations"]]
    variables = [row for row in rows if row["kind"] == "variable"]
    steps = [
        {**block, "lines": [{**line, "math": shown(line["math"])} for line in block["lines"]]}
        for block in item["steps"]
    ]
    return {
        **item,
        "equations": [row for row in rows if row["kind"] != "variable"],
        "variables": [row for row in variables if "linked" not in row["flags"]],
        "linked": [row for row in variables if "linked" in row["flags"]],
        "steps": steps,
        "page": _page(item),
    }


NAMED = re.compile(r'data-name="(\w+)"')  # as `runner.latex.Named` marks symbols


def _noted(name: str, owner: str, notes: Mapping[str, str]) -> str:
    """Return the attributes of a symbol: whose it is, and what is said of it; ``_pre`` and ``_post`` are of others."""
    base = re.sub(r"_(pre|post)$", "", name)
    keys = [f"{owner}.{name}", *(key for key in notes if key.endswith((f".{base}", f".{name}")))]
    key = next((key for key in keys if key in notes), "")
    return f'data-name="{key}" data-note="{escape(notes[key])}"' if key else ""


def _page(item: Mapping[str, Any]) -> str:
    """Return the page of the model of an object; nothing where its file is not known."""
    file = str(item.get("file") or "")
    stem = re.sub(r"[^a-zA-Z0-9_]+", "-", f"{file.removeprefix('models/').removesuffix('.py')}-{item['model']}")
    return f"models/{stem.strip('-')}.html" if file else ""


def _notes(objects: Iterable[Mapping[str, Any]], tables: Iterable[Iterable[Mapping[str, Any]]]) -> dict[str, str]:
    """Return what is said of every symbol, by ``<object>.<name>``: name, meaning, value or unit, source."""
    notes: dict[str, list[str]] = {}
    for item in objects:
        for row in item["equations"]:
            unit = "" if row["unit"] in ("1", "") else f"unit {row['unit']}"
            notes[f"{item['object']}.{row['name']}"] = [f"{row['name']} of {item['object']}", row["meaning"], unit]
    for row in (row for table in tables for row in table):
        owner, source = row["key"].split(".")[0], row["source"] and f"source: {row['source']}"
        notes[row["key"]] = [f"{row['name']} of {owner}", row["meaning"], f"value {row['value']}", source]
    return {key: " · ".join(part for part in parts if part) for key, parts in notes.items()}


def mathematics(content: Mapping[str, Any], used: Mapping[str, str], provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Prepare the document of an experiment for its page.

    Parameters
    ----------
    content : Mapping
        ``document.json``; may be empty.
    used, provenance : Mapping
        See `parameters`.

    Returns
    -------
    dict
        ``objects``, ``structure`` and ``inputs``, and ``notes``: what is said of a parameter, by its key.
    """
    tables = {name: parameters(content.get(name, ()), used, provenance) for name in ("structure", "inputs")}
    of_objects = {
        item["object"]: parameters(item["parameters"], used, provenance) for item in content.get("objects", ())
    }
    notes = _notes(content.get("objects", ()), [*tables.values(), *of_objects.values()])
    objects: list[dict[str, Any]] = []
    first: dict[str, str] = {}
    for item in content.get("objects", ()):
        # Two objects of one model differ in their parameters only.
        same_as = first.setdefault(json.dumps([item["model"], item["equations"], item["steps"]]), item["object"])
        entry = {**_object(item, notes), "parameters": of_objects[item["object"]]}
        objects.append({**entry, "same_as": same_as if same_as != item["object"] else ""})
    return {"objects": objects, **tables, "notes": notes}


def models(documents: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Collect the models that experiments run, each once.

    Parameters
    ----------
    documents : Mapping
        Experiment to the content of its document.

    Returns
    -------
    list of dict
        By file and name: ``file``, ``model``, ``family``, ``page``, ``users`` (experiment to its objects of this
        model), and ``variants``: objects as `mathematics` prepares them, one for each form of the equations, with the
        defaults of the parameters and the experiment (``user``) that has it. Models of one name in one file are
        variants of each other.
    """
    found: dict[str, dict[str, Any]] = {}
    for experiment, content in documents.items():
        for item in content.get("objects", ()):
            if not (page := _page(item)):
                continue
            family = item["file"].split("/")[1].removesuffix(".py")
            about = {"file": item["file"], "model": item["model"], "family": family, "page": page}
            model = found.setdefault(page, {**about, "users": {}, "variants": {}})
            model["users"].setdefault(experiment, []).append(item["object"])
            form = json.dumps([item["text"], item["equations"], item["steps"]])
            if form not in model["variants"]:
                rows = parameters(item["parameters"], {}, {})
                notes = _notes([item], [rows])
                variant = {
                    **_object(item, notes),
                    "parameters": rows,
                    "same_as": "",
                    "user": experiment,
                    "notes": notes,
                }
                model["variants"][form] = variant
    ordered = sorted(found.values(), key=lambda model: (model["file"], model["model"]))
    return [{**model, "variants": list(model["variants"].values())} for model in ordered]
