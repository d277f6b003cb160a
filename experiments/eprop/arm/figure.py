"""Unseen movements before and after one trial, what network and error module do in it, and errors with each rule."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.eprop.arm.inputs import trained
from experiments.eprop.common.observations import choose

SIZE = (7.0, 8.4)
COLOUR = {
    "e-prop 2": "orange",
    "e-prop 1": "blue",
    "e-prop 1, fixed readout": "sky",
    "e-prop 1, fixed readout, symmetric": "green",
}
BEFORE, FAMILY = "before learning", "mean path of the family"
LAST = 0.05  # share of the meta-training over which its error at the end is averaged
ROWS = {"clock": 1.0, "code": 0.25, "network": 0.5, "module": 0.8}  # height of a neuron in the raster
SOURCES = {"clock": "clock", "code": "code", "recurrent": "network", "module": "module"}
TRIALS = {"before": "grey", "after": "orange"}


def rule(point: pd.Series) -> str:
    """Return what a point is called."""
    if point["inputs.rule"] == "eprop_2":
        return "e-prop 2"
    fixed = ", fixed readout" if point["inputs.eta_readout"] == 0 else ""
    return f"e-prop 1{fixed}" + (", symmetric" if point["inputs.feedback"] == "symmetric" else "")


def by_trial(recordings: dict[str, DataFrame]) -> DataFrame:
    """Errors and rates of every trial.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``misses``, ``errors``, ``activity``, ``points``.

    Returns
    -------
    DataFrame
        point, rule, seed, n_exposures (of the run), movement, place (0: before, last: after), exposures (training
        trials that are over), distance (root mean square), squared, velocity_rms, rate_Hz, module_rate_Hz.
    """
    points = recordings["points"]
    points = points.assign(rule=points.apply(rule, axis=1), n_exposures=points["inputs.n_exposures"])
    points = points.assign(lasts=points["network.n_steps"] * points["network.dt_ms"])
    loss = recordings["errors"].groupby(["point", "t_ms"], as_index=False)["loss"].mean()
    rows = recordings["misses"][["point", "t_ms", "miss"]].merge(loss, on=["point", "t_ms"])
    rows = rows.merge(recordings["activity"][["point", "t_ms", "activity", "module_activity"]], on=["point", "t_ms"])
    rows = rows.merge(points[["point", "seed", "rule", "n_exposures", "lasts", "network.dt_ms"]], on="point")
    trial = (rows["t_ms"] / rows["lasts"]).round().astype(int) - 1
    rows["movement"], rows["place"] = trial // (rows["n_exposures"] + 2), trial % (rows["n_exposures"] + 2)
    rows["exposures"] = np.maximum(rows["place"] - 1, 0)
    rows["squared"], rows["distance"] = rows["miss"], np.sqrt(rows["miss"])
    rows["velocity_rms"] = np.sqrt(rows["loss"])
    for name in ("rate", "module_rate"):
        rows[f"{name}_Hz"] = rows[name.replace("rate", "activity")] * 1000 / rows["network.dt_ms"]
    kept = ["point", "rule", "seed", "n_exposures", "movement", "place", "exposures", "distance", "squared"]
    return rows.loc[trial >= 0, [*kept, "velocity_rms", "rate_Hz", "module_rate_Hz"]].reset_index(drop=True)


def watched(recordings: dict[str, DataFrame], name: str, step: int) -> DataFrame:
    """Rows of a detailed recording of one point, with movement, place and time in the trial."""
    point = recordings["points"].iloc[0]
    dt = point["network.dt_ms"]
    lasts, per = point["network.n_steps"] * dt, point["inputs.n_exposures"] + 2
    rows = recordings[name]
    t = rows["t_ms"] - step * dt
    trial = np.floor((t + dt / 2) / lasts).astype(int)
    rows = rows.assign(movement=trial // per, place=trial % per, t_ms=(t - trial * lasts).round(6))
    return rows[trial >= 0]


def learned(name: str) -> DataFrame:
    """Return the course of the meta-training: iteration, distance before and after one trial, error of the velocity."""
    curve = {key[6:]: value for key, value in trained(name).items() if key.startswith("curve.")}
    return DataFrame(
        {
            "iteration": curve["iteration"],
            "squared": 2 * curve["end_point_mse"],  # sum over both coordinates
            "distance": np.sqrt(2 * curve["end_point_mse"]),
            "distance_before": np.sqrt(2 * curve["end_point_mse_before"]),
            "velocity_rms": np.sqrt(curve["velocity_mse"]),
        }
    ).astype(float)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Errors with each rule, and what happens in the first movements.

    Parameters
    ----------
    recordings : dict of DataFrame
        What the network records, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        errors : rule, seed, n_exposures (of the run), movement, place, exposures (training trials that are over),
            distance (of the end point from the target, root mean square over the trial, in lengths of the arm), squared
            (its square), velocity_rms (error of the angular velocity, rad/s), rate_Hz, module_rate_Hz.
        by_seed : condition, seed, distance, squared (means over movements).
        final : condition, distance, squared (means over seeds).
        relations : one row: share of movements that are closer after one trial of e-prop 2 than before, and its mean
            squared distance over that at the end of the meta-training.
        meta_training : iteration, distance, distance_before, squared, velocity_rms.
        paths : movement, trial (before, after), t_ms, x, y, goal_x, goal_y; e-prop 2, first seed.
        velocities : movement, trial, t_ms, joint, velocity, goal; the same.
        spikes : t_ms, source (clock, code, network, module), i; training trial of the first movement, the same.
    """
    points = recordings["points"]
    errors = by_trial(recordings)
    once = points[(points["inputs.rule"] == "eprop_2") & (points["inputs.n_exposures"] == 1)]
    ends = errors[errors["place"] == errors["n_exposures"] + 1]
    plural = ends["n_exposures"].map(lambda n: f"after {n} trial{'s' if n > 1 else ''}")
    start = errors[(errors["place"] == 0) & errors["point"].isin(once["point"])]
    family = recordings["family"][recordings["family"]["point"].isin(once["point"])]
    family = family.assign(condition=FAMILY, distance=np.sqrt(family["squared"]))
    conditions = [start.assign(condition=BEFORE), family, ends.assign(condition=ends["rule"] + ", " + plural)]
    rows = pd.concat(conditions, ignore_index=True)
    by_seed = rows.groupby(["condition", "seed"], as_index=False)[["distance", "squared"]].mean()
    final = by_seed.groupby("condition", as_index=False)[["distance", "squared"]].mean()

    shot = ends[ends["point"].isin(once["point"])]
    both = shot.merge(start, on=["point", "movement"], suffixes=("", "_before"))
    meta = learned(once["inputs.parameters"].iloc[0])
    at_end = meta.loc[meta["iteration"] > (1 - LAST) * meta["iteration"].max(), "squared"].mean()
    relations = {
        "share_improved": (both["distance"] < both["distance_before"]).mean(),
        "unseen_over_meta_training": shot["squared"].mean() / at_end,
    }

    shown = choose(recordings, once[once["seed"] == once["seed"].min()])
    names = {0: "before", 2: "after"}
    hand, joints = (watched(shown, name, 1) for name in ("hand", "velocities"))
    hand = hand[hand["place"].isin(names)].assign(trial=lambda rows: rows["place"].map(names))
    joints = joints[joints["place"].isin(names)].assign(trial=lambda rows: rows["place"].map(names))
    spikes = [
        watched(shown, f"{name}_spikes", -1 if name in ("clock", "code") else 0).assign(source=source)
        for name, source in SOURCES.items()
    ]
    spikes = pd.concat(spikes, ignore_index=True)
    renamed = {"x_1": "x", "x_2": "y", "goal_1": "goal_x", "goal_2": "goal_y"}
    return {
        "errors": errors.drop(columns="point"),
        "by_seed": by_seed,
        "final": final,
        "relations": DataFrame([relations]),
        "meta_training": meta,
        "paths": hand.rename(columns=renamed)[["movement", "trial", "t_ms", *renamed.values()]],
        "velocities": joints.rename(columns={"i": "joint", "y": "velocity"})[
            ["movement", "trial", "t_ms", "joint", "velocity", "goal"]
        ],
        "spikes": spikes.loc[spikes["movement"] == 0, ["t_ms", "source", "i"]],
    }


def draw_paths(fig: SubFigure, paths: DataFrame) -> None:
    """Draw the end points of some movements, one panel each."""
    axes = fig.subplots(1, 4, sharex=True, sharey=True)
    for ax, (movement, rows) in zip(axes, paths.groupby("movement"), strict=False):
        for trial, colour in TRIALS.items():
            some = rows[rows["trial"] == trial]
            ax.plot(some["x"], some["y"], color=COLOURS[colour], lw=1.3, label=f"{trial} the training trial")
        ax.plot(some["goal_x"], some["goal_y"], "--", color="black", lw=0.9, label="target")
        ax.plot(*some[["goal_x", "goal_y"]].iloc[0], "o", ms=3, color="black")
        ax.set_title(f"unseen movement {movement + 1}")
        ax.set_aspect("equal")
        ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xlabel="x (arm lengths)")
    axes[0].set_ylabel("y (arm lengths)")
    fig.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    panel_label(axes[0], "a")


def draw_raster(ax: Axes, spikes: DataFrame) -> None:
    """Draw all spikes of the training trial, source above source."""
    bottom, ticks = 0.0, {}
    for source, height in ROWS.items():
        rows = spikes[spikes["source"] == source]
        top = bottom + height * (rows["i"].max() + 1)
        ax.plot(rows["t_ms"], bottom + height * rows["i"], "|", ms=1.6, mew=0.5, color="black")
        ticks[source] = (bottom + top) / 2
        bottom = top + 5
    ax.set_yticks(list(ticks.values()), [{"module": "error\nmodule"}.get(name, name) for name in ticks])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="time in the training trial (ms)", ylim=(-3, bottom), xlim=(0, spikes["t_ms"].max() + 1))


def draw_velocities(fig: SubFigure, velocities: DataFrame) -> None:
    """Draw the angular velocities of both joints in the first movement."""
    axes = fig.subplots(2, 1, sharex=True)
    for joint, ax in enumerate(axes):
        rows = velocities[(velocities["movement"] == 0) & (velocities["joint"] == joint)]
        for trial, colour in TRIALS.items():
            some = rows[rows["trial"] == trial]
            ax.plot(some["t_ms"], some["velocity"], color=COLOURS[colour], lw=1.1)
        ax.plot(some["t_ms"], some["goal"], "--", color="black", lw=0.9)
        ax.set(ylabel=f"joint {joint + 1} (rad/s)", xlim=(0, some["t_ms"].max()))
    axes[1].set_xlabel("time in the trial (ms)")
    fig.align_ylabels(axes)
    panel_label(axes[0], "c")


def draw_conditions(ax: Axes, by_seed: DataFrame) -> None:
    """Draw the distance under every condition, a dot per seed."""
    order = [BEFORE, FAMILY, *sorted(set(by_seed["condition"]) - {BEFORE, FAMILY})]
    for place, name in enumerate(order):
        rows = by_seed[by_seed["condition"] == name]
        colour = COLOUR.get(name.rsplit(", ", 1)[0], "grey")
        ax.barh(place, rows["distance"].mean(), color=COLOURS[colour], alpha=0.35)
        ax.plot(rows["distance"], np.full(len(rows), place), "o", ms=3, color=COLOURS[colour])
    breaks = {" of the": "\nof the", ", symmetric": ",\nsymmetric", ", after": ",\nafter"}
    names = []
    for name in order:
        found = next((part for part in breaks if part in name), "")
        names.append(name.replace(found, breaks[found]) if found else name)
    ax.set_yticks(range(len(order)), names, fontsize=6)
    ax.invert_yaxis()
    ax.set(xlabel="distance (arm lengths)")
    panel_label(ax, "d")


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Paths (a), one training trial (b, c), distance by condition (d), number of trials (e) and meta-training (f)."""
    top, middle, bottom = fig.subfigures(3, 1, height_ratios=(0.95, 1.15, 1.0))
    draw_paths(top, tables["paths"])
    left, right = middle.subfigures(1, 2, width_ratios=(1.15, 1.0))
    raster = left.subplots()
    draw_raster(raster, tables["spikes"])
    panel_label(raster, "b")
    draw_velocities(right, tables["velocities"])

    panels = bottom.subplots(1, 3, width_ratios=(0.75, 1.0, 1.0))
    draw_conditions(panels[0], tables["by_seed"])
    errors = tables["errors"]
    many = errors[(errors["n_exposures"] == errors["n_exposures"].max()) & (errors["place"] != 1)]
    for name, rows in many.groupby("rule"):
        label = str(name).replace(", symmetric", ",\nsymmetric")
        band(panels[1], rows, "exposures", "distance", label=label, colour=COLOUR[name])
    shot = errors[(errors["rule"] == "e-prop 2") & (errors["place"] == 2)]
    panels[1].axhline(shot["distance"].mean(), color=COLOURS["orange"], ls="--", lw=1.0)
    panels[1].plot(1, shot["distance"].mean(), "o", ms=5, color=COLOURS["orange"], label="e-prop 2")
    panels[1].set(xlabel="training trials", ylabel="distance (arm lengths)", ylim=(0, 1.35))
    panels[1].legend(loc="upper right")
    meta = tables["meta_training"]
    panels[2].plot(meta["iteration"], meta["distance_before"], color=COLOURS["grey"], label="before")
    panels[2].plot(meta["iteration"], meta["distance"], color=COLOURS["orange"], label="after one trial")
    panels[2].set(xlabel="meta-training iteration", ylabel="distance (arm lengths)", ylim=(0, None))
    panels[2].legend()
    for ax, letter in zip(panels[1:], "ef", strict=True):
        panel_label(ax, letter)
