"""The values that all points start from: defaults, configuration, scale, the file of the user, the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from base.errors import ConfigError
from base.yaml_files import flatten
from runner import variants
from runner.experiment import Experiment
from runner.quantities import plain
from runner.ranges import Clause, check, clauses
from runner.sweep import Sweep


@dataclass(frozen=True)
class Settled:
    """Values that are the same for all points, unless a sweep says otherwise.

    Parameters
    ----------
    values : dict
        Dotted key to value; those of the command line are not among them.
    strongest : dict
        Those of the command line, which no sweep changes.
    files : dict
        Dotted key to where its value stands.
    conditions : list of Clause
        What must hold.
    numbers : dict
        `values` in SI base units: converted once, since a million points differ in few of them.
    duration : Quantity, second
        What the configuration says about the length of a run, whatever the user does.
    """

    values: dict[str, Any]
    strongest: dict[str, Any]
    files: dict[str, object]
    conditions: list[Clause]
    numbers: dict[str, Any]
    duration: Any


def settle(
    experiment: Experiment,
    scale: str,
    user: Sweep | None,
    overrides: Mapping[str, Any] | None,
    others: Mapping[str, str],
    file: object,
) -> Settled:
    """Settle the values of an experiment, or of one whose objects have other models.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    scale : str
        ``smoke``, ``quick`` or ``paper``.
    user : Sweep or None
        Its values override those of the scale.
    overrides : Mapping or None
        Dotted key to text, from the command line.
    others : Mapping
        Other models (`runner.variants`), with those that the user sets.
    file : object
        Where they stand.

    Raises
    ------
    ConfigError
        Unknown key, wrong unit, a value outside of its range.
    """
    replaced = {key.partition(".")[2] for key in others}
    experiment, own = experiment.varied(others, file), experiment

    def known(values: Mapping[str, Any]) -> dict[str, Any]:
        """Drop what the configuration says of parameters that only the models of its own have."""
        return {
            key: value
            for key, value in values.items()
            if not (key.split(".")[0] in replaced and key in own.defaults and key not in experiment.defaults)
        }

    config, of = experiment.config_file, {key.split(".")[0] for key in own.defaults}
    sections = {key: value for key, value in experiment.config.items() if isinstance(value, Mapping) and key in of}
    of_scale = {key: value for key, value in experiment.scale(scale).items() if key not in ("sweep", "seeds")}
    values = {**experiment.defaults, **own.variants}
    values |= {key: experiment.parse(key, value, config) for key, value in known(flatten(sections, config)).items()}
    conditions = clauses(experiment.ranges)
    # A scale may override a value that is nonsense; no other scale need see it.
    check([one for one in conditions if not one.other], values, dict.fromkeys(values, config))
    values |= {key: experiment.parse(key, value, config) for key, value in known(flatten(of_scale, config)).items()}
    files: dict[str, object] = dict.fromkeys(values, config)
    duration = values["run.duration"]
    if user is not None:
        values |= {key: experiment.parse(key, value, user.file) for key, value in user.values.items()}
        files = {key: place for key, place in files.items() if key not in user.values}
        files |= dict.fromkeys(user.values, user.file)
    strongest = {key: experiment.parse(key, value, "--set") for key, value in (overrides or {}).items()}
    for key in strongest:
        if variants.is_variant(key):
            raise ConfigError("--set", key, "a model is part of a sweep; write it into the file of the sweep")
    return Settled(values, strongest, files, conditions, plain(values), duration)
