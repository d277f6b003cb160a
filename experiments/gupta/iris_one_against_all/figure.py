"""Test accuracy of one species against the others, and how it grows."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.gupta.common import one_against_all

SIZE = (7.0, 2.8)
TASKS = {0: "setosa", 1: "versicolor", 2: "virginica"}


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of `experiments.gupta.common.one_against_all.reduced`."""
    return one_against_all.reduced(recordings, TASKS)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; two of three rows are of the other species."""
    one_against_all.draw(tables, fig, 2 / 3)
