"""What e-prop reaches on the static task."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.contest.common import alone
from experiments.contest.common.recurrent_measured import measured
from experiments.contest.static_eprop.inputs import shown

SIZE = alone.SIZE


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of e-prop; see `experiments.contest.common.recurrent_measured.measured`."""
    return measured(recordings, shown)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; see `experiments.contest.common.alone.draw`."""
    alone.draw(tables, fig, "digits8")
