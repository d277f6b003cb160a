"""Find an experiment folder, load its code and its configuration, and refuse what is wrong in it."""

import importlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from runner import devices
from runner.fingerprint import ROOT
from runner.quantities import ConfigError, nearest, parse

SCALES = ("smoke", "quick", "paper")
PROSE = {"title", "text", "paper", "notice"}
PLANNING = {"sweep", "cost", "scales", "device"}


class _UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key given twice, which plain YAML silently overwrites."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[str, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(loader.name, "syntax", f"line {key_node.start_mark.line + 1}: a key must be a word")
        key = loader.construct_object(key_node)
        if key in seen:
            raise ConfigError(
                loader.name,
                str(key),
                f"given twice (lines {seen[key]} and {key_node.start_mark.line + 1}); keep one of them",
            )
        seen[key] = key_node.start_mark.line + 1
    loader.flatten_mapping(node)
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; a key given twice is an error.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, is not a mapping, or names a key twice.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            loaded = yaml.load(stream, _UniqueKeys)
    except FileNotFoundError:
        raise ConfigError(path, "file", "does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, "file", f"cannot be read: {getattr(error, 'strerror', error)}") from None
    except yaml.YAMLError as error:
        raise ConfigError(path, "syntax", " ".join(str(error).split())) from None
    if not isinstance(loaded, dict):
        raise ConfigError(path, "file", "must be a mapping of keys to values")
    return loaded


@cache
def names() -> tuple[str, ...]:
    """Return all experiments, ``<paper>/<experiment>``, sorted: every folder that has a ``config.yaml``."""
    return tuple(
        sorted(
            file.parent.relative_to(ROOT / "experiments").as_posix()
            for file in (ROOT / "experiments").glob("*/*/config.yaml")
        )
    )


def flatten(section: Any, file: object, prefix: str = "") -> dict[str, Any]:
    """Turn nested sections into dotted keys.

    Parameters
    ----------
    section : Mapping
        ``{"neurons": {"tau_m": "20 ms"}}``; dotted keys are kept as they are.
    file : object
        File named in errors.
    prefix : str
        Dotted prefix of all keys.

    Returns
    -------
    dict
        ``{"neurons.tau_m": "20 ms"}``.

    Raises
    ------
    ConfigError
        A key is given twice (nested and dotted), or the section is no mapping.
    """
    if not isinstance(section, Mapping):
        raise ConfigError(file, prefix.strip(".") or "file", f"must map keys to values, got {section!r}")
    flat: dict[str, Any] = {}
    for key, value in section.items():
        name = f"{prefix}{key}"
        for found, content in (
            flatten(value, file, f"{name}.") if isinstance(value, Mapping) else {name: value}
        ).items():
            if found in flat:
                raise ConfigError(file, found, "given twice, nested and with dots; keep one of them")
            flat[found] = content
    return flat


@dataclass(frozen=True)
class Experiment:
    """One experiment: its code, its configuration, and the keys that the configuration may use.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    folder : Path
        Its folder.
    module : module
        Its ``experiment.py``.
    config : dict
        Its ``config.yaml``, as read.
    defaults : dict
        Dotted key to default value, in the order of declaration.
    """

    name: str
    folder: Path
    module: ModuleType
    config: dict[str, Any]
    defaults: dict[str, Any]

    @property
    def config_file(self) -> Path:
        """The configuration file, relative to the repository."""
        return (self.folder / "config.yaml").relative_to(ROOT)

    @property
    def device(self) -> str:
        """The device that the configuration asks for, or the usual one."""
        return str(self.config.get("device", devices.DEFAULT))

    def check_key(self, key: str, file: object) -> None:
        """Refuse a key that names no parameter.

        Raises
        ------
        ConfigError
            With the nearest valid key.
        """
        if key not in self.defaults:
            raise ConfigError(file, key, f"unknown key; {nearest(key, self.defaults)}")

    def parse(self, key: str, value: Any, file: object) -> Any:
        """Return the value of a key with its type and dimensions checked.

        Raises
        ------
        ConfigError
            Unknown key, wrong type or unit, or a duration that is not positive.
        """
        self.check_key(key, file)
        parsed = parse(value, self.defaults[key], file, key)
        if key in ("run.duration", "network.dt") and float(parsed) <= 0:
            raise ConfigError(file, key, f"must be positive, got '{value}'")
        return parsed

    def scale(self, scale: str) -> dict[str, Any]:
        """Return the overrides of a scale.

        Raises
        ------
        ConfigError
            The configuration has no such scale.
        """
        scales = self.config.get("scales") or {}
        if scale not in scales:
            raise ConfigError(self.config_file, f"scales.{scale}", "not configured; add it, even if it is empty")
        return scales[scale] or {}


def load(name: str) -> Experiment:
    """Load an experiment and check the form of its configuration.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.

    Returns
    -------
    Experiment
        Ready to be planned.

    Raises
    ------
    ConfigError
        Unknown experiment, or unknown key in the configuration.
    """
    from brian2 import second

    if name not in names():
        raise ConfigError("experiments", name, f"unknown experiment; {nearest(name, names())}")
    folder = ROOT / "experiments" / name
    module = importlib.import_module(f"experiments.{name.replace('/', '.')}.experiment")
    defaults: dict[str, Any] = {"run.duration": 1.0 * second}
    sections = {"network": module.Structure, "inputs": getattr(module, "Inputs", None)}
    for taken in (PROSE | PLANNING | {"network", "inputs", "run"}) & set(module.OBJECTS):
        raise ConfigError(
            folder / "experiment.py", f"OBJECTS.{taken}", "this name means something else; choose another"
        )
    sections |= {name: model.params for name, model in module.OBJECTS.items()}
    for section, params in sections.items():
        if params is not None:
            defaults |= {f"{section}.{f.name}": f.metadata["default"] for f in fields(params)}

    experiment = Experiment(name, folder, module, read_yaml(folder / "config.yaml"), defaults)
    known = PROSE | PLANNING | {key.split(".")[0] for key in defaults}
    for key, value in experiment.config.items():
        if key not in known:
            raise ConfigError(experiment.config_file, key, f"unknown key; {nearest(key, known)}")
        if key not in PROSE | PLANNING and not isinstance(value, Mapping):
            raise ConfigError(experiment.config_file, key, f"must be a section of parameters, got {value!r}")
    devices.device(experiment.device, experiment.config_file)
    scales = experiment.config.get("scales") or {}
    for scale in scales if isinstance(scales, Mapping) else [scales]:
        if scale not in SCALES:
            raise ConfigError(experiment.config_file, "scales", f"unknown scale '{scale}'; {nearest(scale, SCALES)}")
        if not isinstance(scales[scale] or {}, Mapping):
            raise ConfigError(
                experiment.config_file, f"scales.{scale}", f"must be a section of overrides, got {scales[scale]!r}"
            )
    return experiment


def check_targets(words: Sequence[str]) -> None:
    """Refuse a misspelt experiment on a command line.

    Parameters
    ----------
    words : sequence of str
        The command line; only words of the form ``<known paper>/<name>`` are looked at.

    Raises
    ------
    ConfigError
        With the nearest experiment.
    """
    papers = {name.split("/")[0] for name in names()}
    for word in words:
        if word.count("/") == 1 and word.split("/")[0] in papers and word not in names():
            raise ConfigError("experiments", word, f"unknown experiment; {nearest(word, names())}")


@cache
def compiler() -> tuple[str, str]:
    """Return the C++ compiler and its version.

    Returns
    -------
    command : str
        ``$CXX`` or ``g++``.
    version : str
        Its first line of ``--version``.

    Raises
    ------
    ConfigError
        There is no such compiler.
    """
    command = os.environ.get("CXX", "g++")
    if shutil.which(command.split()[-1]) is None:
        raise ConfigError("environment", "CXX", f"C++ compiler '{command}' not found; install g++ or set CXX")
    version = subprocess.run([*command.split(), "--version"], capture_output=True, text=True, check=True).stdout
    return command, version.splitlines()[0]
