"""What rules reach on the static task that differ only in their feedback weights."""

import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.points import values
from experiments.contest.common import alone
from experiments.contest.common.joint import TABLES, together
from experiments.contest.static_sal.learned import learned

SIZE = alone.SIZE


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Learn once more with the feedback weights that the spikes made; beside it the other rules.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``weights`` (feedback weights as every phase of spikes begins), ``final`` (those after the last), ``points``,
        and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch (0: before the first), validation, test (accuracies).
        angles : rule, data, seed, epoch, layer, angle_deg (between what stands for the gradient and the gradient; with
            SAL after the phase of spikes that follows the epoch).
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (forward weights without biases), n_steps (of a sample).
    """
    parts: dict[str, list[DataFrame]] = {name: [] for name in TABLES}
    for row in recordings["points"].to_dict("records"):
        weights, final = (recordings[name][recordings[name]["point"] == row["point"]] for name in ("weights", "final"))
        phases = [rows["w"].to_numpy() for _, rows in weights.sort_values(["round", "index"]).groupby("round")]
        aligned = [*phases[1:], final.sort_values("index")["value"].to_numpy()]
        for name, table in learned(values(row), "SAL", aligned).items():
            parts[name].append(table if name == "sizes" else table.assign(seed=row["seed"]))
    own = {name: pd.concat(some, ignore_index=True).drop_duplicates() for name, some in parts.items()}
    return together(own, recordings)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; see `experiments.contest.common.alone.draw`."""
    alone.draw(tables, fig, "digits8")
