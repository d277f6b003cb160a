"""The same network, samples and order with every other way to get feedback weights; and no hidden layer at all."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.values import Values
from experiments.contest.static_sal.inputs import ARMS
from experiments.contest.static_sal.learned import learned


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Learn with every rule but SAL.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: `learner` makes the same one for all rules.

    Returns
    -------
    dict of DataFrame
        reference.course, reference.angles, reference.damage, reference.sizes : see `observe` of the figure.
    """
    found = [learned(p, rule) for rule in ARMS if rule != "SAL"]
    return {f"reference.{name}": pd.concat([one[name] for one in found], ignore_index=True) for name in found[0]}
