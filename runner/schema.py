"""JSON schemas of the forms that people write, so that editors complete keys and underline what is wrong.

``python -m runner.schema`` writes ``docs/schema/``.
"""

import json
from functools import reduce
from operator import or_
from typing import Any

from pydantic import TypeAdapter

from base.catalogue import ROOT
from base.targets import KINDS
from runner.config import Config
from runner.sweep import Declared

FOLDER = ROOT / "docs" / "schema"
target = reduce(or_, KINDS.values())
FORMS: dict[str, Any] = {"config": Config, "targets": dict[str, target], "sweep": Declared}  # type: ignore[valid-type]


def schemas() -> dict[str, str]:
    """Return the text of every schema, by the name of its file."""
    found = {name: TypeAdapter(form).json_schema() for name, form in FORMS.items()}
    return {f"{name}.json": json.dumps(schema, indent=1) + "\n" for name, schema in found.items()}


def main() -> None:
    """Write all schemas."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
