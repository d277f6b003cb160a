"""From configuration to plan: points, builds and chunks. A pure function of configuration and code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from typing import Any

from base.catalogue import SCALES
from base.errors import ConfigError, nearest
from base.points import Points
from base.yaml_files import flatten
from runner import devices, variants
from runner.blocks import MAX_POINTS
from runner.build_key import build_key
from runner.combinations import Conditions, combinations
from runner.experiment import Experiment, load
from runner.fingerprint import digest
from runner.groups import chunks, size_of
from runner.guards import of_inputs, of_reference, of_runner, versions_digest
from runner.plans import CHUNK_SECONDS
from runner.quantities import display_unit, parse, plain
from runner.ranges import check
from runner.settled import Settled, settle
from runner.sharing import references
from runner.sweep import Sweep

MAX_BUILDS = 1000  # each is generated before the first is compiled
LEAST = 0.02  # CPU seconds that the shortest run takes: a process is started, its arrays are written and read
LAST_SEED = 2**31 - 2  # the tables hold seeds in 32 bits


@dataclass(frozen=True)
class Plan:
    """Everything that is going to be run, with its price.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    scale : str
        Scale, or ``sweep-<name>`` for the sweep of a user.
    points : Points
        One per run.
    builds : dict
        Build key to the structural values (quantities).
    chunks : list of list of int
        Numbers of the points that one job runs.
    units : dict
        Dotted key to (suffix, size) of the display unit; keys without dimensions are absent.
    swept : list of str
        Keys that differ between points; those of a user come first.
    cost : dict
        Expected CPU seconds: ``build`` for one build, ``point`` for one point; ``length``: simulated time, relative to
        that of the configuration.
    computing : str
        Digest of the code that draws the inputs of a point, runs it and records it, and of the packages that compute.
    references : list of list of list of int
        For every job the groups of points that share a reference; empty for an experiment without ``reference.py``.
    referring : str
        Digest of the code that computes references, and of the packages.
    device : str
        Name of the device.
    own : dict
        What the swept keys are without the sweep, in SI base units.
    log : list of str
        Swept keys with equal ratios between their values.
    along : list of str
        Swept keys that go along with another one.
    each : int
        Points of a combination: its seeds, in all conditions.
    conditions : list of str
        Swept keys of the experiment itself, whose values are observed together.
    sizes : dict
        Largest number of points (``point``) and of groups that share a reference (``reference``) of a job.
    """

    experiment: str
    scale: str
    points: Points
    builds: dict[str, dict[str, Any]]
    chunks: list[list[int]]
    units: dict[str, tuple[str, float]]
    swept: list[str]
    cost: dict[str, float]
    computing: str
    references: list[list[list[int]]]
    referring: str
    device: str = devices.DEFAULT
    own: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    along: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    each: int = 1
    conditions: list[str] = field(default_factory=list)

    @property
    def combinations(self) -> int:
        """Number of combinations of values."""
        return len(self.points) // self.each

    def contents(self, programs: Mapping[str, str], data: Mapping[str, str]) -> dict[str, int]:
        """Return what every point is, whatever its number: program, values, inputs and seed.

        Parameters
        ----------
        programs : Mapping
            Key of each build to that of its program.
        data : Mapping
            Where the data are that the points are shown.

        Returns
        -------
        dict
            Digest to number.
        """
        common = digest(self.scale, self.units, self.computing, data)
        found: dict[str, int] = {}
        for number, build in enumerate(self.points.builds()):
            values = digest(self.points.values(number), programs[build], common)
            for seed in self.points.seeds_of(number):
                found[digest(values, seed)] = len(found)
        return found

    def reference_contents(self, data: Mapping[str, str]) -> dict[str, int]:
        """Return what the reference of every group of points is, as digest to the number of its first point."""
        return {
            digest([[one["seed"], one["values"]] for one in group], self.referring, data): group[0]["point"]
            for group in self.groups
        }

    def chunk_digest(self, chunk: int) -> str:
        """Return a digest of all, beside the program, that decides the recordings of one chunk."""
        return digest(self._shown(self.chunks[chunk]), self.units, self.computing)

    def reference_digest(self, chunk: int) -> str:
        """Return a digest of all that decides the references of one chunk of them."""
        return digest([self._shown(group) for group in self.references[chunk]], self.referring)

    @property
    def groups(self) -> list[list[dict[str, Any]]]:
        """The points that share a reference, group by group, for `runner.refer.refer`."""
        return [[self.points[number] for number in group] for chunk in self.references for group in chunk]

    def _shown(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Return some points, whatever program runs them."""
        return [{k: v for k, v in self.points[number].items() if k != "build"} for number in numbers]

    def content(self) -> dict[str, Any]:
        """Return the plan as JSON-like data, for the jobs that run without Brian2."""
        return {
            "experiment": self.experiment,
            "scale": self.scale,
            "points": self.points,
            "chunks": self.chunks,
            "references": self.references,
            "units": self.units,
            "swept": self.swept,
            "device": self.device,
        }


def _expected_cost(experiment: Experiment, scale: str) -> dict[str, float]:
    """Return the expected CPU seconds of a build, of a point and of the reference of a point."""
    from brian2 import second

    file = experiment.config_file
    cost = flatten({"cost": experiment.config.get("cost") or {}}, file)
    keys = {"build": ("cost.build", "20 s"), **{of: (f"cost.{of}.{scale}", "1 s") for of in ("point", "reference")}}
    return {of: float(parse(cost.get(key, usual), second, file, key)) for of, (key, usual) in keys.items()}


@cache
def planned(name: str, scale: str, chunk_seconds: float = CHUNK_SECONDS, device: str | None = None) -> Plan:
    """Return the plan of an experiment of the repository; cached, because a workflow asks many times.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    scale : str
        ``smoke``, ``quick`` or ``paper``.
    chunk_seconds : float
        How long one job should last.
    device : str, optional
        Name of the device; default is that of the configuration.

    Returns
    -------
    Plan
        The same for the same configuration and code.
    """
    return plan(load(name), scale, chunk_seconds=chunk_seconds, device=device)


def plan(
    experiment: Experiment,
    scale: str,
    user: Sweep | None = None,
    overrides: Mapping[str, Any] | None = None,
    chunk_seconds: float = CHUNK_SECONDS,
    device: str | None = None,
    seed: int | None = None,
) -> Plan:
    """Plan all runs of an experiment at one scale.

    Parameters
    ----------
    experiment : Experiment
        Loaded experiment.
    scale : str
        ``smoke``, ``quick`` or ``paper``.
    user : Sweep, optional
        Replaces the experiment's own sweep; its values override those of the scale.
    overrides : Mapping, optional
        Dotted key to text, from the command line; the strongest.
    chunk_seconds : float
        How long one job should last.
    device : str, optional
        Name of the device; default is that of the configuration.
    seed : int, optional
        The only seed; default is those of the scale.

    Returns
    -------
    Plan
        Points in the order of declaration, seeds innermost.

    Raises
    ------
    ConfigError
        Unknown key, scale or device, wrong unit, empty sweep, a negative duration.
    """
    used = devices.device(device or experiment.device).name
    if scale not in SCALES:
        raise ConfigError("--scale", scale, f"unknown scale; {nearest(scale, SCALES)}")
    if not (isfinite(chunk_seconds) and chunk_seconds > 0):
        raise ConfigError("chunk_seconds", str(chunk_seconds), "must be a positive number of seconds")
    file = experiment.config_file
    own = experiment.scale(scale)
    sweep = own_sweep = own.get("sweep", experiment.config.get("sweep"))
    seeds = own.get("seeds", 1)
    label: str = scale
    sweep_file: object = file
    if user is not None:
        label, sweep_file, sweep = f"sweep-{user.name}", user.file, user.sweep
        seeds = seeds if user.seeds is None else user.seeds
    if seed is not None:
        if not 0 < seed <= LAST_SEED:
            raise ConfigError("--set", "seed", f"must lie between 1 and {LAST_SEED}, got {seed}")
        seeds = 1

    @cache
    def settled(*models: tuple[str, str]) -> Settled:
        others = variants.chosen(dict(models))
        return settle(experiment, scale, user, overrides, others, sweep_file)

    of_sweep = {key: value for key, value in (user.values if user else {}).items() if variants.is_variant(key)}
    set_models = experiment.variants | {key: experiment.parse(key, of_sweep[key], sweep_file) for key in of_sweep}
    usual = settled(*set_models.items())
    of_user = experiment.varied(variants.chosen(set_models), sweep_file)
    blocks = combinations(of_user, sweep, sweep_file)
    inside = Conditions(of_user, own_sweep if user and user.conditions == "own" else None, user.values if user else ())
    each = inside.number(blocks, sweep_file) * seeds
    number = each * sum(map(len, blocks))
    if number > MAX_POINTS:
        key = "seeds" if seeds > MAX_POINTS else "sweep"
        raise ConfigError(sweep_file, key, f"asks for {number} points, more than {MAX_POINTS}; make several sweeps")
    points = Points()
    builds: dict[str, dict[str, Any]] = {}
    swept: dict[str, None] = {}
    seen: set[str] = set()
    keys: dict[str, str] = {}  # of the networks met so far
    units: dict[str, tuple[str, float]] = {}
    strongest = usual.strongest
    for block in blocks:
        models = [key for key in block.keys if variants.is_variant(key)]
        conditions_of_one = inside.of(block)
        start = None
        for combination in block:
            here = settled(*{**set_models, **{key: combination[key] for key in models}}.items())
            if here is not start:
                # What is the same for all combinations is looked at once.
                start = here
                over = {**dict.fromkeys(block.keys, sweep_file), **dict.fromkeys(strongest, "--set")}
                given = {**{key: file for key, file in here.files.items() if key not in over}, **over}
                varied = [one for one in here.conditions if one.key in block.keys or one.other in block.keys]
                check(here.conditions, here.values | combination | strongest, given)
                structural = [key for key in here.values if key.startswith("network.")]
                units |= {key: display_unit(value) for key, value in here.values.items() if display_unit(value)[0]}
                for key in {*block.keys, *inside.keys} - {*here.values, *models}:
                    named = ", ".join(str(combination[model]) for model in models)
                    raise ConfigError(sweep_file, f"sweep.{key}", f"no parameter of {named}; give it another block")
            swept |= dict.fromkeys(combination)
            apart = combination if user and user.random == "independent" else None
            seeds_of_one = [seed] if seed is not None else _seeds(seeds, apart)
            for condition in conditions_of_one:
                resolved = here.values | condition | combination | strongest
                check(varied if not condition else here.conditions, resolved, given)
                different = plain({**condition, **combination, **strongest})
                numbers = here.numbers | different
                network = variants.chosen(numbers)
                same_network = str([numbers[key] for key in structural]) + str(network)  # all digits, unlike `repr`
                if same_network not in keys:
                    structure = {key: resolved[key] for key in structural} | network
                    keys[same_network] = build_key(experiment, structure, device=used)
                    builds[keys[same_network]] = structure
                key = keys[same_network]
                if len(builds) > MAX_BUILDS:
                    too_many = f"asks for more than {MAX_BUILDS} programs; make several sweeps"
                    raise ConfigError(sweep_file, "sweep", too_many)
                if len(blocks) > 1 and not strongest:
                    if (same := json.dumps(numbers)) in seen:
                        told = ", ".join(f"{name}: {plain(value)}" for name, value in combination.items())
                        raise ConfigError(sweep_file, "sweep", f"two blocks hold the point {told}; keep one of them")
                    seen.add(same)
                points.add(here.numbers, different, key, seeds_of_one)

    others = [key for key in inside.keys if key not in swept]
    cost = _expected_cost(experiment, scale)
    cost["length"] = float(usual.values["run.duration"] / usual.duration)
    cost["point"] = max(cost["point"] * cost["length"], LEAST)
    sizes = {of: size_of(chunk_seconds, cost[of]) for of in ("point", "reference")}
    return Plan(
        experiment.name,
        label,
        points,
        builds,
        chunks(range(len(points)), points.build_of, sizes["point"]),
        units,
        [*swept, *others],
        cost,
        digest(of_inputs(experiment), of_runner(), versions_digest()),
        references(experiment, points, swept if user else (), sizes["reference"]),
        digest(of_reference(experiment.folder), versions_digest()),
        used,
        plain({key: value for key in swept if (value := usual.values.get(key, variants.own(key))) is not None}),
        [key for key in swept if any(key in block.log for block in blocks)],
        [key for key in swept if all(key in block.along for block in blocks)],
        sizes,
        each,
        others,
    )


def _seeds(number: int, apart: Mapping[str, Any] | None) -> Sequence[int]:
    """Return the seeds of one combination: the first numbers, or some of its own, known by its values."""
    if apart is None:
        return range(1, number + 1)
    return [int(digest(plain(apart), k), 16) % LAST_SEED + 1 for k in range(number)]
