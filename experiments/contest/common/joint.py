"""All rules side by side: their tables below each other, what is made of them, and the panels of the joint figures."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from pandas import DataFrame

from analysis.plots import COLOURS, panel_label
from experiments.contest.common.measures import DAMAGE
from experiments.contest.common.properties import PROPERTIES

SIZE = (7.2, 6.9)
TABLES = ("course", "angles", "damage", "sizes")
# Colour and line of every rule, from the ceiling to the floor.
LOOKS = {
    "backpropagation": ("black", "-"),
    "BPTT": ("black", "-"),
    "BPTT, rates": ("black", "-."),
    "truncated BPTT": ("black", "--"),
    "GLE, settled": ("orange", "--"),
    "GLE": ("orange", "-"),
    "GLE, instantaneous errors": ("orange", "--"),
    "SAL": ("blue", "-"),
    "Kolen-Pollack": ("purple", "-"),
    "feedback alignment": ("sky", "-"),
    "e-prop": ("red", "-"),
    "e-prop, random feedback": ("red", "--"),
    "e-prop, ALIF": ("purple", "-"),
    "Gupta": ("green", "-"),
    "linear readout": ("grey", ":"),
    "readout only": ("grey", ":"),
}


def together(own: Mapping[str, DataFrame], recordings: Mapping[str, DataFrame]) -> dict[str, DataFrame]:
    """Put the tables of references and joined experiments below those of this one, rules in the order of `LOOKS`.

    Parameters
    ----------
    own : Mapping
        The tables `TABLES` of this experiment.
    recordings : Mapping
        What `observe` is given; ``reference.<table>`` are those of `reference`, ``<experiment>.<table>`` those of the
        experiments that are joined.

    Returns
    -------
    dict of DataFrame
        The same tables, of all rules.
    """
    found = {}
    for name in TABLES:
        others = [table for key, table in recordings.items() if key.endswith(f".{name}")]
        table = pd.concat([own[name], *others], ignore_index=True)[list(own[name])].drop_duplicates()
        found[name] = table.sort_values("rule", key=lambda rules: rules.map(list(LOOKS).index), kind="stable")
    return {name: table.reset_index(drop=True) for name, table in found.items()}


def chosen(course: DataFrame) -> DataFrame:
    """Return the epoch that validation chooses for every rule, data set and seed: the first of the best ones.

    Parameters
    ----------
    course : DataFrame
        rule, data, seed, epoch, validation, test.

    Returns
    -------
    DataFrame
        The rows of those epochs.
    """
    best = course.sort_values(["validation", "epoch"], ascending=[False, True], kind="stable")
    return best.groupby(["rule", "data", "seed"], as_index=False).first()


def results(
    own: Mapping[str, DataFrame], recordings: Mapping[str, DataFrame], criterion: Mapping[str, float]
) -> dict[str, DataFrame]:
    """Return the tables of all rules, and what is made of them.

    Parameters
    ----------
    own : Mapping
        The tables `TABLES` of this experiment.
    recordings : Mapping
        What `observe` is given: ``points`` of this experiment, ``<experiment>.<table>`` of those that are joined.
    criterion : Mapping
        Task to the validation accuracy that counts as learned.

    Returns
    -------
    dict of DataFrame
        course, angles, damage, sizes : of all rules.
        chosen : rule, data, seed, epoch, validation, test; of the epoch that validation chooses.
        summary : rule, data, test (mean), spread (standard deviation over seeds), n (seeds), below_best (mean of the
            best rule minus this mean), samples (until the criterion; mean over the seeds that reach it), reached (share
            of those seeds).
        losses : rule, data, kind, seed, loss; test accuracy without damage minus that with it.
        work : rule, data, seed, epoch, test, operations (synapses times time steps, of all samples learned so far).
    """
    tables, points = together(own, recordings), recordings["points"]
    n_train = dict(zip(points["inputs.data"], points["inputs.n_train"], strict=True))
    best = chosen(tables["course"])
    summary = best.groupby(["rule", "data"], sort=False)["test"].agg(["mean", "std", "count"]).reset_index()
    summary.columns = ["rule", "data", "test", "spread", "n"]
    summary["below_best"] = summary.groupby("data")["test"].transform("max") - summary["test"]
    work = tables["course"].merge(tables["sizes"].drop_duplicates(["rule", "data"]), on=["rule", "data"])
    work["samples"] = work["epoch"] * work["data"].map(n_train)
    work["operations"] = work["samples"] * work["n_plastic"] * work["n_steps"]
    enough = work[work["validation"] >= work["data"].map(dict(criterion)).fillna(np.inf)]
    first = enough.groupby(["rule", "data", "seed"])["samples"].min().groupby(["rule", "data"]).agg(["mean", "count"])
    first.columns = ["samples", "reached"]
    summary = summary.merge(first.reset_index(), on=["rule", "data"], how="left")
    summary["reached"] = summary["reached"].fillna(0) / summary["n"]
    damage = tables["damage"]
    whole = damage[damage["kind"] == "none"].set_index(["rule", "data", "seed"])["test"].rename("whole")
    losses = damage.join(whole, on=["rule", "data", "seed"])
    losses["loss"] = losses["whole"] - losses["test"]
    return {
        **tables,
        "chosen": best,
        "summary": summary,
        "losses": losses[["rule", "data", "kind", "seed", "loss"]],
        "work": work[["rule", "data", "seed", "epoch", "test", "samples", "operations"]],
    }


def rules_of(table: DataFrame) -> list[str]:
    """Return the rules of a table in the order of `LOOKS`."""
    return [rule for rule in LOOKS if rule in set(table["rule"])]


def curves(ax: Axes, table: DataFrame, x: str, y: str) -> None:
    """Draw the mean over seeds and one standard deviation, a line for each rule."""
    for rule in rules_of(table):
        colour, line = LOOKS[rule]
        of_x = table[table["rule"] == rule].groupby(x)[y].agg(["mean", "std"]).fillna(0)
        ax.plot(of_x.index, of_x["mean"], ls=line, color=COLOURS[colour], lw=1.2, label=rule)
        low, high = of_x["mean"] - of_x["std"], of_x["mean"] + of_x["std"]
        ax.fill_between(of_x.index, low, high, color=COLOURS[colour], alpha=0.15, lw=0)


def dots(ax: Axes, table: DataFrame, of: str, names: Sequence[str], y: str) -> None:
    """Draw mean and standard deviation over seeds, for every rule beside the others, at every name of a column."""
    rules = rules_of(table)
    for place, rule in enumerate(rules):
        colour, line = LOOKS[rule]
        rows = table[table["rule"] == rule].groupby(of)[y].agg(["mean", "std"]).fillna(0).reindex(names)
        shift = (place - (len(rules) - 1) / 2) * 0.8 / len(rules)
        face = COLOURS[colour] if line == "-" else "white"
        ax.errorbar(
            np.arange(len(names)) + shift, rows["mean"], rows["std"], fmt="o", ms=3, lw=0.8, color=COLOURS[colour],
            markerfacecolor=face,
        )  # fmt: skip
    for edge in range(1, len(names)):
        ax.axvline(edge - 0.5, color="0.9", lw=0.6, zorder=0)
    ax.set_xticks(range(len(names)), names)


def damages(ax: Axes, losses: DataFrame) -> None:
    """Draw what damage to the weights costs, for every rule beside the others."""
    kinds = [kind for kind in DAMAGE if kind != "none"]
    dots(ax, losses, "kind", kinds, "loss")
    ax.axhline(0, color=COLOURS["black"], lw=0.6, zorder=0)
    ax.set_xticks(range(len(kinds)), kinds, rotation=20)
    ax.set(ylabel="accuracy lost")


def needs(ax: Axes, summary: DataFrame, sizes: DataFrame, data: str) -> None:
    """Write what every rule needs beside what was measured of it.

    Parameters
    ----------
    ax : Axes
        Where to write.
    summary, sizes : DataFrame
        From `results` and `together`.
    data : str
        The task whose numbers are shown.
    """
    summary = summary[summary["data"] == data].set_index("rule")
    steps = sizes[sizes["data"] == data].drop_duplicates("rule").set_index("rule")["n_steps"]
    columns = [
        "accuracy",
        "samples",
        "steps",
        "numbers per\nsynapse",
        "crosses a\nsynapse",
        "feedback",
        "phases",
        "label",
    ]
    cells = []
    for rule in (rules := rules_of(summary.reset_index())):
        row, known = summary.loc[rule], PROPERTIES[rule]
        samples = f"{row['samples']:.0f}" if row["reached"] == 1 else f"{row['reached']:.0%} of seeds"
        cells.append([f"{row['test']:.3f}", samples, f"{steps[rule]:.0f}", *known])
    table = ax.table(cells, rowLabels=rules, colLabels=columns, loc="center", cellLoc="center")
    table.auto_set_font_size(False)
    table.set_fontsize(5.5)
    for (row, _), cell in table.get_celld().items():
        cell.set_linewidth(0.3)
        cell.set_height((0.12 if row == 0 else 0.075) * 10 / max(10, len(rules)))
    table.auto_set_column_width(list(range(-1, len(columns))))
    ax.axis("off")


def draw(tables: Mapping[str, DataFrame], fig: Figure, data: str) -> None:
    """Draw all rules.

    Parameters
    ----------
    tables : Mapping
        From `results`.
    fig : Figure
        Where to draw.
    data : str
        The task of which all is shown, if it is there; of the others only the accuracy.
    """
    axes = fig.subplot_mosaic("aabb;ccdd;eeee", height_ratios=(1, 1, 0.9))
    work, angles, losses = (tables[name] for name in ("work", "angles", "losses"))
    data = data if data in set(work["data"]) else work["data"].iloc[0]
    curves(axes["a"], work[(work["data"] == data) & (work["epoch"] > 0)], "operations", "test")
    axes["a"].set(xscale="log", xlabel=f"synapses x time steps until then, {data}", ylabel="test accuracy")
    axes["a"].xaxis.set_minor_formatter(NullFormatter())
    fig.legend(*axes["a"].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=6)
    dots(axes["b"], tables["chosen"], "data", list(dict.fromkeys(tables["chosen"]["data"])), "test")
    axes["b"].set(ylabel="test accuracy")
    mean = angles[angles["data"] == data].groupby(["rule", "seed", "epoch"], as_index=False)["angle_deg"].mean()
    curves(axes["c"], mean, "epoch", "angle_deg")
    axes["c"].axhline(90, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    axes["c"].set(xlabel="epoch", ylabel="angle to descent (deg)", ylim=(-2, None))
    damages(axes["d"], losses[losses["data"] == data])
    needs(axes["e"], tables["summary"], tables["sizes"], data)
    for letter, ax in axes.items():
        panel_label(ax, letter)
