"""What a user declares outside the repository: a sweep. Needs no Brian2."""

import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SkipValidation, model_validator

from base.catalogue import SCALES, names
from base.errors import ConfigError, nearest
from base.forms import Form, OneOf, Whole, among, left_out, read, wrong
from base.yaml_files import flatten, read_yaml, scalar
from runner.blocks import Written, blocks, tables_of

RANDOM = ("common", "independent")
CONDITIONS = ("none", "own")
FAILURES = ("list", "stop")
JOB_KEYS = {"chunk_seconds", "device", "flags", "limit"}  # how jobs are made, not what is run
COMPARE_KEYS = ("base", "to", "only", "devices", "variants")  # of a comparison (runner/compare.py)


def _of_folder(name: str) -> str:
    if not re.fullmatch(r"[\w.-]+", name):
        raise wrong(f"'{name}' must consist of letters, digits, ., - and _")
    return name


class Declared(Form):
    """The form of a sweep; nothing in it may be empty."""

    experiment: Annotated[str, BeforeValidator(lambda name: among(names(), name, "experiment"))]
    """<paper>/<experiment>"""
    sweep: SkipValidation[Written | list[Written]]
    """Blocks of values; several blocks are their union."""
    scale: Annotated[str, OneOf(SCALES, "scale")] = "quick"
    """What it starts from."""
    set: dict[str, Any] = left_out()
    """Keys that have another value in all points."""
    seeds: Annotated[int, Whole()] = left_out()
    """How many; without it those of the scale."""
    name: Annotated[str, AfterValidator(_of_folder)] = "custom"
    """Names the folder of the results; without it the name of the file."""
    random_numbers: Annotated[str, OneOf(RANDOM)] = RANDOM[0]
    """Seeds of all combinations: a difference between them has less noise where they are common."""
    conditions: Annotated[str, OneOf(CONDITIONS)] = CONDITIONS[0]
    """What the experiment itself sweeps: left out, or run and observed in each combination."""
    failures: Annotated[str, OneOf(FAILURES)] = FAILURES[0]
    """Of points: a table names them and the others go on, or the first one ends it all."""

    @model_validator(mode="before")
    @classmethod
    def _not_empty(cls, written: Any) -> Any:
        for key, value in written.items():
            if key in cls.model_fields and (value is None or value == {} or value == []):
                what = "at least one key with a list of values" if key == "sweep" else "a value, or remove the key"
                raise wrong(f"is empty; give {what}", key)
        return written


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
    random : str
        ``common``: all combinations have the same seeds. ``independent``: each has some of its own.
    failures : str
        ``list`` or ``stop``.
    conditions : str
        ``none``: the sweep takes the place of the experiment's own. ``own``: each combination has all conditions of the
        experiment's own sweep, which are observed together; so targets that compare them can be tested.
    """

    file: str
    name: str
    experiment: str
    scale: str
    values: dict[str, Any]
    sweep: Any
    seeds: int | None
    random: str = RANDOM[0]
    failures: str = FAILURES[0]
    conditions: str = CONDITIONS[0]

    def content(self) -> dict[str, Any]:
        """Return what is declared, as JSON-like data that `read_sweep` takes back."""
        content = {
            "file": self.file,
            "name": self.name,
            "experiment": self.experiment,
            "scale": self.scale,
            "set": self.values,
            "sweep": self.sweep,
            "seeds": self.seeds,
            "random_numbers": None if self.random == RANDOM[0] else self.random,
            "failures": None if self.failures == FAILURES[0] else self.failures,
            "conditions": None if self.conditions == CONDITIONS[0] else self.conditions,
        }
        return {key: value for key, value in content.items() if value is not None and value != {}}

    def tables(self) -> list[Path]:
        """Return the tables of points that belong to it."""
        return tables_of(self.sweep, self.file)

    def text(self) -> str:
        """Return the sweep as JSON text, which `read_sweep` takes back."""
        return json.dumps(self.content())

    def options(self) -> str:
        """Return the options of Snakemake that declare the same sweep, from the same folder."""
        if self.is_file():
            return f"--config {shlex.quote(f'sweep={self.file}')} scale={self.scale}"
        given = {key: value for key, value in self.content().items() if key != "file"}
        words = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in given.items()]
        return f"--config {shlex.join(words)}"

    def option(self) -> str:
        """Return the option ``--sweep`` of our own commands that declares the same sweep, from the same folder."""
        return f"--sweep {shlex.quote(self.file if self.is_file() else self.text())}"

    def is_file(self) -> bool:
        """Return whether the file says it all, but for the scale."""
        try:
            return replace(read_sweep(self.file), scale=self.scale) == self
        except ConfigError:
            return False


def declaration(files: Iterable[Path], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a command line of Snakemake declares.

    Parameters
    ----------
    files : iterable of Path
        Those of ``--configfile``. They are read here, because Snakemake reads YAML 1.1.
    options : Mapping
        What Snakemake made of ``--config``: the words inside of brackets are still texts.

    Returns
    -------
    dict
        Key to value; ``file`` says where it was declared. Options are stronger.

    Raises
    ------
    ConfigError
        A file cannot be read, a key is unknown, or a section is in two places.
    """
    found: dict[str, Any] = {"file": "--config"}
    for file in files:
        shown = os.path.relpath(file)
        found |= {"file": str(file) if shown.startswith("..") else shown, **read_yaml(file)}
    known = {*Declared.keys(), *JOB_KEYS, *COMPARE_KEYS}
    for key in {**found, **options}.keys() - {"file"} - known:
        where = "--config" if key in options else found["file"]
        raise ConfigError(where, key, f"unknown key; {nearest(key, known)}")
    for key, value in options.items():
        if key in found and isinstance(value, Mapping | list):
            raise ConfigError("--config", key, f"stands in {found['file']}, too; keep one of them")
        found[key] = _reread(value) if isinstance(value, Mapping | list) else value
    return found


def _reread(value: Any) -> Any:
    """Return nested values with their words read as in a file."""
    if isinstance(value, Mapping):
        return {key: _reread(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_reread(item) for item in value]
    return scalar(value) if isinstance(value, str) else value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the keys of a JSON object, each of which may be given once."""
    found = dict(pairs)
    for key in found:
        if sum(key == other for other, _ in pairs) > 1:
            raise ConfigError("--sweep", key, "given twice; keep one of them")
    return found


def _content(declared: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return where a sweep was declared, and its content."""
    if isinstance(declared, str) and declared.startswith("{"):
        try:
            declared = json.loads(declared, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise ConfigError("--sweep", "JSON", f"cannot be read: {error}; a file is named without brackets") from None
        assert isinstance(declared, Mapping)
        declared = {"file": "--sweep", **declared}
    if isinstance(declared, Mapping):
        file, content = str(declared.get("file", "--config")), {k: v for k, v in declared.items() if k != "file"}
    elif declared:
        file, content = declared, read_yaml(Path(declared))
    else:
        raise ConfigError("--sweep", "file", "is empty; give a YAML file, or JSON text")
    # A file without a name in it is named by its own, of which a folder takes most letters.
    name = "" if file.startswith("--") else re.sub(r"[^\w.-]+", "-", Path(file).stem).strip(".-")
    return file, {"name": name or "custom", **content}


def read_sweep(declared: str | Mapping[str, Any]) -> Sweep:
    """Read the sweep of a user.

    Parameters
    ----------
    declared : str or Mapping
        A YAML file, or its content as mapping (`declaration`) or JSON text.

    Returns
    -------
    Sweep
        Checked for form; values are checked by `plan`.

    Raises
    ------
    ConfigError
        Missing file, unknown or missing key, a key without a value.
    """
    file, content = _content(declared)
    form = read(Declared, content, file)
    fixed = flatten(content.get("set", {}), file)
    for block in blocks(content["sweep"], file):
        for key in block.keys():
            if key in fixed:
                raise ConfigError(file, key, "is both set and swept; keep one of them")
    place = (file, form.name, form.experiment, form.scale)
    return Sweep(*place, fixed, content["sweep"], form.seeds, form.random_numbers, form.failures, form.conditions)


def user_of(declared: Mapping[str, Any]) -> Sweep | None:
    """Return the sweep that a command line of Snakemake declares or names, None if it does neither.

    Parameters
    ----------
    declared : Mapping
        From `declaration`.

    Raises
    ------
    ConfigError
        It is wrong, or keys stand beside a file that should stand in it.
    """
    declared = {key: value for key, value in declared.items() if key not in JOB_KEYS | {*COMPARE_KEYS}}
    given = {key: value for key, value in declared.items() if key not in ("file", "scale")}
    named = given.get("sweep")
    if not given:
        return None
    if not isinstance(named, str):
        if "sweep" in given and not isinstance(named, Mapping | list | None):
            raise ConfigError("--config", "sweep", f"needs a file, got the number {named}; write ./ before its name")
        return read_sweep(declared)
    for key in given.keys() - {"sweep"}:
        raise ConfigError("--config", key, f"belongs into {named}; beside sweep=FILE stand scale and device")
    user = read_sweep(named)
    return replace(user, scale=declared["scale"]) if "scale" in declared else user
