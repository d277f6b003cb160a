"""What Gupta's rule reaches on the static task."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.contest.common import alone
from experiments.contest.static_gupta.measured import measured

SIZE = alone.SIZE


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of Gupta's rule; see `experiments.contest.static_gupta.measured.measured`."""
    return measured(recordings)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; see `experiments.contest.common.alone.draw`."""
    alone.draw(tables, fig, "digits8")
