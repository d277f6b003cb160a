"""What e-prop reaches on the tasks in time, and the true gradient of the same network."""

import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.contest.common import several
from experiments.contest.common.measured import measured
from experiments.contest.temporal_eprop.inputs import shown

SIZE = several.SIZE


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of e-prop, and those of the references below them.

    Parameters
    ----------
    recordings : dict of DataFrame
        See `experiments.contest.common.measured.measured`; ``bptt_course``, ``bptt_angles``, ``bptt_damage`` and
        ``bptt_sizes`` of the points that have references.
    """
    return {
        name: pd.concat([own, recordings.get(f"bptt_{name}", own[:0])], ignore_index=True)[list(own)].drop_duplicates()
        for name, own in measured(recordings, shown).items()
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; see `experiments.contest.common.several.draw`."""
    several.draw(tables, fig, "mnist1d_4")
