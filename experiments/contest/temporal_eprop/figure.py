"""What e-prop reaches on the tasks in time, and the true gradient of the same network."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.contest.common import alone
from experiments.contest.common.joint import together
from experiments.contest.common.recurrent_measured import measured
from experiments.contest.temporal_eprop.inputs import shown

SIZE = alone.SIZE


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of e-prop, and those of the references below them.

    Parameters
    ----------
    recordings : dict of DataFrame
        See `experiments.contest.common.recurrent_measured.measured`, and what `reference.reference` returns.
    """
    return together(measured(recordings, shown), recordings)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; see `experiments.contest.common.alone.draw`."""
    alone.draw(tables, fig, "mnist1d_4")
