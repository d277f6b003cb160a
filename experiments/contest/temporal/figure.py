"""Accuracy of all rules against what they cost, how far their updates are from the gradient, and what damage does."""

import pandas as pd
from matplotlib.figure import Figure

from experiments.contest.common import joint
from experiments.contest.temporal.measured import measured

SIZE = joint.SIZE
CRITERION = {"evidence": 0.85, "mnist1d_4": 0.5}


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return what all rules reach: GLE, which runs here, and those of the experiments that are joined.

    Parameters
    ----------
    recordings : dict of DataFrame
        Of GLE, see `measured`; ``<experiment>.<table>`` of the others.

    Returns
    -------
    dict of DataFrame
        See `experiments.contest.common.joint.results`.
    """
    return joint.results(measured(recordings), recordings, CRITERION)


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Draw all rules; see `experiments.contest.common.joint.draw`."""
    joint.draw(tables, fig, "evidence")
