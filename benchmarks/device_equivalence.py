"""Run an experiment on two devices and say whether they agree; what was found is kept beside the experiment.

A device with a generator of its own draws other numbers from the same seed. One run of a noisy experiment then says
little: a target at the edge of its tolerance matches by chance. With ``--seeds`` the values that are scored are
compared as distributions over seeds.
"""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from analysis.experiment_code import load as load_figure
from analysis.score import score
from base.catalogue import ROOT, SCALES
from base.errors import BuildError, ConfigError
from base.yaml_files import read_yaml
from runner import devices
from runner.binary import RunError
from runner.build import build
from runner.experiment import Experiment, load
from runner.guards import guards
from runner.planning import plan, planned
from runner.records import points_table
from runner.refer import refer
from runner.simulate import data_of, run_point

TOLERANCE = 1e-9  # of the largest value of a column: rounding, over the steps of a run
CARD = "devices.json"
SIGNIFICANCE = 0.05  # that any of all values differs by chance
RECORDED = ("network", "values", "inputs")  # what decides recordings on any device
PARTS = (*RECORDED, "observe", "targets")  # and a score


def recordings(
    experiment: Experiment, scale: str, device: str, results: Path, shift: int = 0
) -> tuple[dict[str, pd.DataFrame], float]:
    """Run all points of a scale on one device.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    scale : str
        Its scale.
    device : str
        Name of the device.
    results : Path
        Folder of results; builds are kept there.
    shift : int
        Added to the seed of every point.

    Returns
    -------
    tables : dict
        Name to recordings of all points.
    seconds : float
        CPU time of the runs.
    """
    made = plan(experiment, scale, device=device)
    made = replace(made, points=[{**point, "seed": point["seed"] + shift} for point in made.points])
    parts: dict[str, list[pd.DataFrame]] = {}
    seconds, programs = 0.0, {}
    for point in made.points:
        key = point["build"]
        folder = results / "builds" / experiment.name / key
        if not folder.exists():
            build(experiment, made.builds[key], folder, device=device)
        if key not in programs:
            programs[key] = devices.open_program(folder)
        tables, cost = run_point(experiment.name, point, programs[key])
        seconds += cost["cpu_s"]
        for name, table in tables.items():
            parts.setdefault(name, []).append(table)
    numbers = [point["point"] for point in made.points]
    data = pd.DataFrame([data_of(experiment.name, point) for point in made.points])
    tables = {name: pd.concat(several, ignore_index=True) for name, several in parts.items()}
    return {**tables, "points": points_table(made.content(), numbers).join(data)}, seconds


def difference(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> float:
    """Return the largest difference of two sets of tables, relative to the largest value of each column.

    Parameters
    ----------
    one, other : Mapping
        Name to table.

    Returns
    -------
    float
        Infinite if they differ in anything but the value of a number.
    """
    largest = 0.0
    if one.keys() != other.keys():
        return np.inf
    for name, table in one.items():
        if list(table.columns) != list(other[name].columns) or len(table) != len(other[name]):
            return np.inf
        for column in table.columns:
            a, b = table[column].to_numpy(), other[name][column].to_numpy()
            if a.dtype.kind == "f" and b.dtype.kind == "f":
                if not np.array_equal(np.isfinite(a), np.isfinite(b)):
                    return np.inf
                finite = np.isfinite(a)
                if finite.any():
                    scale = max(np.abs(a[finite]).max(), np.finfo(float).tiny)
                    largest = max(largest, float(np.abs(a[finite] - b[finite]).max() / scale))
            elif not np.array_equal(a, b):
                return np.inf
    return largest


def unlike(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> list[str]:
    """Return what has another distribution over seeds (Kolmogorov-Smirnov, Bonferroni over all values).

    Parameters
    ----------
    one, other : Mapping
        Name of a target to its observed values, shape (seeds, values); nan if there is none.

    Returns
    -------
    list of str
        Sorted names.
    """
    number = sum(values.shape[1] for values in one.values())
    return sorted(
        {
            name
            for name, values in one.items()
            for a, b in zip(values.T, other[name].T, strict=True)
            if ks_2samp(np.nan_to_num(a, nan=-np.inf), np.nan_to_num(b, nan=-np.inf)).pvalue < SIGNIFICANCE / number
        }
    )


def compare(experiment: Experiment, scale: str, device: str, results: Path, seeds: int = 1) -> dict[str, Any]:
    """Compare a device with the usual one.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    scale : str
        Scale of the runs.
    device : str
        Name of the device.
    results : Path
        Folder of results.
    seeds : int
        How many seeds are run; of one, the outcomes are compared, of more, the distributions of what is scored.

    Returns
    -------
    dict
        ``scale``, ``seeds``, ``guards`` (of what decides the score on any device), ``outcome`` (``same tables``,
        ``same score``, ``differs``, or ``no target``: other tables and nothing to score), ``difference`` (of the
        recordings; None if they have different rows), ``targets`` (number that the scale can test), ``differ`` (names
        of the targets with another outcome, or with other values over seeds), ``cpu_s`` of both devices.
    """
    names = (devices.DEFAULT, device)
    targets = read_yaml(experiment.folder / "targets.yaml")
    tables, entries, seconds = {}, {name: [] for name in names}, dict.fromkeys(names, 0.0)
    for number in range(seeds):
        groups = planned(experiment.name, scale).groups
        shifted = [[{**point, "seed": point["seed"] + 1000 * number} for point in group] for group in groups]
        references = refer(experiment.name, shifted)
        for name in names:
            recorded, spent = recordings(experiment, scale, name, results, 1000 * number)
            tables.setdefault(name, recorded)
            seconds[name] += spent
            observed = load_figure(experiment.folder / "figure.py").observe({**recorded, **references})
            entries[name].append({entry["name"]: entry for entry in score(targets, observed, scale)})
    points = planned(experiment.name, scale).points
    largest = difference(*tables.values())
    tested = [name for name, entry in entries[device][0].items() if entry["outcome"] != "not run"]
    if seeds == 1:
        usual, other = entries[devices.DEFAULT][0], entries[device][0]
        differ = sorted(name for name in tested if usual[name]["outcome"] != other[name]["outcome"])
    else:
        values = (
            {name: np.array([run[name]["observed"] for run in runs], dtype=float) for name in tested}
            for runs in entries.values()
        )
        differ = unlike(*values)
    same = "differs" if differ else "same score" if tested else "no target"
    same = "same tables" if largest <= TOLERANCE else same
    guarded = RECORDED if same == "same tables" else PARTS
    return {
        "scale": scale,
        "seeds": seeds,
        "guards": {part: guard for part, guard in guards(experiment, points).items() if part in guarded},
        "outcome": same,
        "difference": float(f"{largest:.1g}") if np.isfinite(largest) else None,
        "targets": len(tested),
        "differ": differ,
        "cpu_s": {name: float(f"{value:.2g}") for name, value in seconds.items()},
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.device_equivalence", description=__doc__)
    parser.add_argument("experiments", nargs="+", metavar="experiment", help="<paper>/<experiment>")
    parser.add_argument(
        "--device", choices=[name for name in devices.DEVICES if name != devices.DEFAULT], required=True
    )
    parser.add_argument("--scale", choices=SCALES, default="smoke")
    parser.add_argument("--seeds", type=int, default=1, help="more than one: distributions over seeds are compared")
    parser.add_argument("--results", type=Path, default=Path("results"), help="builds are kept there")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.ERROR)
    os.environ.setdefault("LOCAL_CREDIT_CACHE", str(args.results / "builds"))
    for name in args.experiments:
        started = time.time()
        try:
            experiment = load(name)
            found = compare(experiment, args.scale, args.device, args.results, args.seeds)
        except (ConfigError, BuildError, RunError) as error:
            sys.exit(str(error))
        file = experiment.folder / CARD
        cards = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.write_text(json.dumps({**cards, args.device: found}, indent=1) + "\n", encoding="utf-8")
        print(
            f"{name}: {args.device}: {found['outcome']}, {time.time() - started:.0f} s: {file.relative_to(ROOT)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
