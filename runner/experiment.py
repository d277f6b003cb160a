"""Find an experiment folder, load its code and its configuration, and refuse what is wrong in it."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from base.catalogue import ROOT, names
from base.errors import ConfigError, nearest
from base.forms import read
from base.yaml_files import read_yaml
from runner import devices, variants
from runner.config import Config
from runner.keys import arrays_of, check_keys
from runner.quantities import parse
from runner.ranges import range_of


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
    ranges : dict
        Dotted key to what values it may have (`runner.ranges`); nothing where that is not known.
    """

    name: str
    folder: Path
    module: ModuleType
    config: dict[str, Any]
    defaults: dict[str, Any]
    ranges: dict[str, str] = field(default_factory=dict)

    @property
    def config_file(self) -> Path:
        """The configuration file, relative to the repository."""
        return (self.folder / "config.yaml").relative_to(ROOT)

    @property
    def variants(self) -> dict[str, str]:
        """Models that the configuration puts in the places of those of ``OBJECTS``, by key ``variant.<object>``.

        Raises
        ------
        ConfigError
            No such object or model.
        """
        section = self.config.get(variants.SECTION) or {}
        keys = {f"{variants.SECTION}.{name}": value for name, value in section.items()}
        of, file = self.module.OBJECTS, self.config_file
        return {key: variants.named(of, key, value, file, self.folder) for key, value in keys.items()}

    @property
    def objects(self) -> dict[str, Any]:
        """Model of each object, those of the configuration included."""
        others = variants.chosen(self.variants)
        return self.module.OBJECTS | {key.partition(".")[2]: variants.model_of(name) for key, name in others.items()}

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
        if key not in self.defaults and not variants.is_variant(key):
            raise ConfigError(file, key, f"unknown key; {nearest(key, self.defaults)}")

    def parse(self, key: str, value: Any, file: object) -> Any:
        """Return the value of a key with its type and dimensions checked.

        Raises
        ------
        ConfigError
            Unknown key, wrong type or unit.
        """
        if variants.is_variant(key):
            return variants.named(self.module.OBJECTS, key, value, file)
        self.check_key(key, file)
        return parse(value, self.defaults[key], file, key)

    def varied(self, others: Mapping[str, str], file: object) -> "Experiment":
        """Return the experiment with the keys of other models for some objects.

        Parameters
        ----------
        others : Mapping
            Key ``variant.<object>`` to the name of a model (`runner.variants`).
        file : object
            Named in errors.

        Returns
        -------
        Experiment
            The same one without variants. A parameter that both models have keeps its place in the configuration.

        Raises
        ------
        ConfigError
            ``inputs.py`` or ``reference.py`` asks for a parameter, or ``inputs.py`` and ``FINAL`` for a variable, that
            a model does not have.
        """
        if not others:
            return self
        defaults, ranges = dict(self.defaults), dict(self.ranges)
        for key, name in others.items():
            of, model = key.partition(".")[2], variants.model_of(name)
            for gone in [one for one in defaults if one.startswith(f"{of}.")]:
                del defaults[gone], ranges[gone]
            for one in fields(model.params):
                new, default = f"{of}.{one.name}", one.metadata["default"]
                defaults[new], ranges[new] = default, range_of(new, default, one.metadata.get("valid", ""))
            wanted = {*getattr(self.module, "FINAL", ()), *arrays_of(self.folder / "inputs.py")}
            known = {*defaults, *(f"{of}.{one}" for one in variants.variables(model))}
            if lacking := {one for one in wanted if one.startswith(f"{of}.")} - known:
                missing = min(lacking).partition(".")[2]
                raise ConfigError(file, key, f"{name} has no variable '{missing}', which is needed")
        for asking in (self.folder / "inputs.py", self.folder / "reference.py"):
            try:
                check_keys(asking, [*defaults, "run.seed", "run.seeds"])
            except ConfigError as error:
                raise ConfigError(file, ", ".join(others), f"{', '.join(others.values())}: {error}") from None
        return replace(self, defaults=defaults, ranges=ranges)

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
        Unknown experiment; unknown key in the configuration, in ``inputs.py`` or in ``reference.py``.
    """
    from brian2 import second

    if name not in names():
        raise ConfigError("experiments", name, f"unknown experiment; {nearest(name, names())}")
    folder = ROOT / "experiments" / name
    module = importlib.import_module(f"experiments.{name.replace('/', '.')}.experiment")
    defaults: dict[str, Any] = {"run.duration": 1.0 * second}
    sections = {"network": module.Structure, "inputs": getattr(module, "Inputs", None)}
    for taken in {*Config.keys()} & set(module.OBJECTS):
        what = "this name means something else; choose another"
        raise ConfigError(folder / "experiment.py", f"OBJECTS.{taken}", what)
    sections |= {name: model.params for name, model in module.OBJECTS.items()}
    declared: dict[str, str] = {}
    for section, params in sections.items():
        for one in fields(params) if params is not None else ():
            key = f"{section}.{one.name}"
            defaults[key], declared[key] = one.metadata["default"], one.metadata.get("valid", "")
    ranges = {key: range_of(key, default, declared.get(key, "")) for key, default in defaults.items()}

    for file in (folder / "inputs.py", folder / "reference.py"):
        check_keys(file, [*defaults, "run.seed", "run.seeds"])

    experiment = Experiment(name, folder, module, read_yaml(folder / "config.yaml"), defaults, ranges)
    read(Config, experiment.config, experiment.config_file, context={Config: {key.split(".")[0] for key in defaults}})
    return experiment
