"""Test accuracy of every digit against the others, and how it grows."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.gupta.common import one_against_all

SIZE = (7.0, 2.8)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Return the tables of `experiments.gupta.common.one_against_all.reduced`."""
    return one_against_all.reduced(recordings, {digit: str(digit) for digit in range(10)})


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw them; half of the images are of the other digits."""
    one_against_all.draw(tables, fig, 0.5)
