"""What the models of a checkout are, as JSON: equations as they stand in the code, and parameters with their defaults.

python -P runner/strings.py sal/phase_plane --out strings.json

A script, not a module of the runner: it runs with the code of whatever checkout `PYTHONPATH` names.
"""

import argparse
import json
from dataclasses import fields
from pathlib import Path
from typing import Any


def strings(name: str) -> dict[str, Any]:
    """Return the strings of an experiment.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.

    Returns
    -------
    dict
        ``objects``: name to ``model``, ``equations``, ``code``, ``steps``, ``symbols``, and ``params`` with their
        symbols, as the model declares them. ``parameters``: dotted key to ``symbol`` (MathML), ``default`` (with its
        unit) and ``meaning``.
    """
    from runner.document import document
    from runner.experiment import load

    experiment = load(name)
    models = getattr(experiment, "objects", experiment.module.OBJECTS)  # a checkout before configurations had variants
    described = document(models, *(getattr(experiment.module, name, None) for name in ("Structure", "Inputs")))
    tables = [described["structure"], described["inputs"], *(one["parameters"] for one in described["objects"])]
    objects = {
        name: {
            "model": model.name,
            "equations": model.equations,
            "code": model.code,
            "steps": [vars(step) for step in model.steps],
            "symbols": model.symbols,
            "params": {one.name: one.metadata.get("symbol", "") for one in fields(model.params)},
        }
        for name, model in models.items()
    }
    parameters = {
        row["key"]: {
            "symbol": row["symbol"],
            "default": f"{row['default']} {row['unit']}".strip(),
            "meaning": row["meaning"],
        }
        for table in tables
        for row in table
    }
    return {"objects": objects, "parameters": parameters}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python runner/strings.py")
    parser.add_argument("experiments", nargs="+", metavar="experiment")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    args = parser.parse_args()
    args.out.write_text(json.dumps({name: strings(name) for name in args.experiments}, default=str), encoding="utf-8")
