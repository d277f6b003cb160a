"""Bits, commands, spikes and answers before and after learning; learning curves with and without adaptive neurons."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.eprop.common.drawing import before_and_after, curves
from experiments.eprop.common.observations import by_iteration, conditions, two_trials, until_solved

SIZE = (7.0, 6.6)
GROUPS = {"bit 0": "blue", "bit 1": "red", "store": "green", "recall": "grey"}
CLASSES = {"0": "blue", "1": "red"}
CRITERION = 0.05


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Losses and errors by batch, and one trial before and one after learning.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``answers``, ``outputs``, the spikes of watched trials, ``points``.

    Returns
    -------
    dict of DataFrame
        learning, solved : see `by_iteration` and `until_solved`; error of single batches, 5 batches at the end.
        spikes, outputs : see `two_trials`.
    """
    recordings = {**recordings, "points": conditions(recordings["points"])}
    learning = by_iteration(recordings, 1)
    solved = until_solved(learning, CRITERION, 5)
    return {"learning": learning, "solved": solved, **two_trials(recordings, list(GROUPS))}


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """First (a) and last (b) trial; error (c), loss (d) and rate (e) by iteration."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(2.0, 1.0))
    before_and_after(top, tables["spikes"], tables["outputs"], GROUPS, CLASSES)
    curves(bottom, tables["learning"], "error", "error of a batch", CRITERION)
