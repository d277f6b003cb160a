"""The same network, images and order with every other way to get feedback weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.sal.classification.inputs import learner, sizes, split
from references.sal.gradients import METHODS, compare


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Learn with every method but SAL.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: `learner` makes the same one for all methods.

    Returns
    -------
    dict of DataFrame
        other_courses : method, epoch (0: before the first), test and train (accuracies), loss.
        other_layers : method, epoch, layer, angle_deg, correlation, spread, signs; see `observe` of the figure.
    """
    course, layers = [], []
    for method in METHODS:
        if method != "SAL":
            of_course, of_layers = learned(p, method, [None] * p.inputs.n_epochs)
            course += of_course
            layers += of_layers
    return {"other_courses": DataFrame(course), "other_layers": DataFrame(layers)}


def learned(
    p: Values, method: str, aligned: Sequence[np.ndarray | None]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Learn epoch by epoch.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    method : str
        One of `references.sal.gradients.METHODS`.
    aligned : sequence of (ndarray or None)
        For every epoch the feedback weights that are set before it; None leaves them to the method.

    Returns
    -------
    course, layers : list of dict
        Rows of the two tables of `reference`.
    """
    network, (x, y, x_test, y_test) = learner(p, method)
    course, layers = [], []
    for epoch in range(len(aligned) + 1):
        if epoch:
            weights = aligned[epoch - 1]
            if weights is not None:
                network.feedback = split(weights, sizes(p))
            network.epoch(x, y, int(p.inputs.batch))
        known = {"method": method, "epoch": epoch}
        scores = {"test": network.accuracy(x_test, y_test), "train": network.accuracy(x, y)}
        course.append({**known, **scores, "loss": network.loss(x, y)})
        pairs = zip(network.w, network.used(), strict=True)
        layers += [{**known, "layer": layer, **compare(w, b)} for layer, (w, b) in enumerate(pairs, start=1)]
    return course, layers
