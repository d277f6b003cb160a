"""What a user declares outside the repository: a sweep. Needs no Brian2."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.catalogue import SCALES, names
from base.errors import ConfigError, nearest
from base.yaml_files import flatten, read_yaml

SWEEP_KEYS = {"name", "experiment", "scale", "set", "sweep", "seeds"}


@dataclass(frozen=True)
class Sweep:
    """What a user declares outside the repository: one experiment, overrides, lists of values.

    Parameters
    ----------
    file : str
        Where it was declared; named in errors.
    name : str
        Names the folder of the results.
    experiment : str
        ``<paper>/<experiment>``.
    scale : str
        Scale it starts from.
    values : dict
        Overrides by dotted key.
    sweep : dict or list
        Lists by dotted key, as in ``config.yaml``.
    seeds : int or None
        Number of seeds; None keeps that of the scale.
    """

    file: str
    name: str
    experiment: str
    scale: str
    values: dict[str, Any]
    sweep: Any
    seeds: int | None

    def text(self) -> str:
        """Return the sweep as JSON text, which `read_sweep` takes back."""
        content = {
            "file": self.file,
            "name": self.name,
            "experiment": self.experiment,
            "scale": self.scale,
            "set": self.values,
            "sweep": self.sweep,
            "seeds": self.seeds,
        }
        return json.dumps(content)


def read_sweep(declared: str | Mapping[str, Any]) -> Sweep:
    """Read the sweep of a user.

    Parameters
    ----------
    declared : str or Mapping
        A YAML file (``--config sweep=my.yaml``), or its content as mapping (``--configfile my.yaml``) or JSON text.

    Returns
    -------
    Sweep
        Checked for form; values are checked by `plan`.

    Raises
    ------
    ConfigError
        Missing file, unknown or missing key.
    """
    if isinstance(declared, str) and declared.startswith("{"):
        declared = json.loads(declared)
    if isinstance(declared, Mapping):
        file, content = str(declared.get("file", "--configfile")), {k: v for k, v in declared.items() if k != "file"}
    else:
        file, content = declared, {"name": Path(declared).stem, **read_yaml(Path(declared))}
    for key in content:
        if key not in SWEEP_KEYS:
            raise ConfigError(file, key, f"unknown key; {nearest(key, SWEEP_KEYS)}")
    for key in ("experiment", "sweep"):
        if key not in content:
            raise ConfigError(file, key, "missing")
    if content["experiment"] not in names():
        near = nearest(content["experiment"], names())
        raise ConfigError(file, "experiment", f"unknown experiment '{content['experiment']}'; {near}")
    if not content["sweep"]:
        raise ConfigError(file, "sweep", "is empty; give at least one key with a list of values")
    if not isinstance(content.get("set") or {}, Mapping):
        raise ConfigError(file, "set", f"must map keys to values, got {content['set']!r}")
    fixed = flatten(content.get("set") or {}, file)
    for block in content["sweep"] if isinstance(content["sweep"], list) else [content["sweep"]]:
        for key in flatten(block, file) if isinstance(block, Mapping) else ():
            if key in fixed:
                raise ConfigError(file, key, "is both set and swept; keep one of them")
    name = str(content.get("name", "custom"))
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ConfigError(file, "name", f"'{name}' must consist of letters, digits, - and _")
    scale = content.get("scale", "quick")
    if scale not in SCALES:
        raise ConfigError(file, "scale", f"unknown scale '{scale}'; {nearest(str(scale), SCALES)}")
    return Sweep(
        file,
        name,
        content["experiment"],
        scale,
        fixed,
        content["sweep"],
        content.get("seeds"),
    )
