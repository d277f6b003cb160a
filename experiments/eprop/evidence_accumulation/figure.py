"""Cues, spikes and decision before and after learning; learning curves with and without adaptive neurons."""

from matplotlib.figure import Figure
from pandas import DataFrame

from experiments.eprop.common.drawing import before_and_after, curves
from experiments.eprop.common.observations import by_iteration, by_trial, choose, conditions, two_trials, until_solved

SIZE = (7.0, 6.6)
GROUPS = {"left": "blue", "right": "red", "decision": "green", "background": "grey"}
CLASSES = {"left": "blue", "right": "red"}
CRITERION = 0.07
WINDOW = 10  # batches over which the error is averaged


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Losses and errors by batch, and one trial before and one after learning.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``answers``, ``outputs``, the spikes of watched trials, ``points``.

    Returns
    -------
    dict of DataFrame
        published : n_batch, seed, iteration, loss; the runs with the random numbers of the published losses.
        learning, solved : see `by_iteration` and `until_solved`; error of ten batches, 20 batches at the end.
        spikes, outputs : see `two_trials`.
    """
    recordings = {**recordings, "points": conditions(recordings["points"])}
    points = recordings["points"]
    exact = points["inputs.published"]
    published = by_trial(choose(recordings, points[exact]), ["schedule.n_batch"])
    published = published.rename(columns={"schedule.n_batch": "n_batch"})
    published = published.groupby(["n_batch", "seed", "iteration"], as_index=False)["loss"].mean()

    own = recordings if exact.all() else choose(recordings, points[~exact])
    learning = by_iteration(own, WINDOW)
    return {
        "published": published,
        "learning": learning,
        "solved": until_solved(learning, CRITERION, 2 * WINDOW),
        **two_trials(own, list(GROUPS)),
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """First (a) and last (b) trial; error (c), loss (d) and rate (e) by iteration."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(2.0, 1.0))
    before_and_after(top, tables["spikes"], tables["outputs"], GROUPS, CLASSES)
    curves(bottom, tables["learning"], "smooth", f"error of {WINDOW} batches", CRITERION)
