"""What the layered network of single spikes answered to every presentation."""

import numpy as np
from pandas import DataFrame

KEYS = ["network.n_3", "network.dt_ms", "schedule.n_steps"]


def answers(readout: DataFrame, points: DataFrame) -> DataFrame:
    """Judge every presentation: the output neuron with the largest voltage names the class.

    Parameters
    ----------
    readout : DataFrame
        Recordings of the output neurons at the end of every presentation: ``point``, ``seed``, ``t_ms``, ``i``, ``V``,
        ``a``, ``row``, ``label``, ``learning``, and ``round`` where there are several.
    points : DataFrame
        One row a point, with the columns of `KEYS`; the number of output neurons must be the same for all.

    Returns
    -------
    DataFrame
        One row a presentation: point, seed, round, presentation, row, label, learning, answer, correct, margin (voltage
        of the right neuron minus the largest other one) and tie (no single output neuron fires before all others).
    """
    (n_classes,) = points["network.n_3"].unique()
    rows = readout.assign(round=0) if "round" not in readout else readout
    rows = rows.merge(points[["point", "seed", *KEYS[1:]]], on=["point", "seed"])
    length = rows["schedule.n_steps"] * rows["network.dt_ms"]
    # Half a step guards the division against rounding.
    rows["presentation"] = ((rows["t_ms"] + 0.5 * rows["network.dt_ms"]) // length).astype(int)
    rows = rows.sort_values(["point", "seed", "round", "presentation", "i"], ignore_index=True)
    voltage, earliness = (rows[name].to_numpy().reshape(-1, n_classes) for name in ("V", "a"))
    first = rows.iloc[::n_classes].reset_index(drop=True)
    label = first["label"].to_numpy()
    right = voltage[np.arange(len(first)), label]
    others = np.where(np.arange(n_classes) == label[:, None], -np.inf, voltage).max(axis=1)
    ranked = np.sort(earliness, axis=1)
    answer = voltage.argmax(axis=1)
    judged = first[["point", "seed", "round", "presentation", "row", "label"]].assign(
        learning=first["learning"].astype(bool),
        answer=answer,
        correct=answer == label,
        margin=right - others,
        tie=ranked[:, -1] == ranked[:, -2],
    )
    return judged


def by_epoch(judged: DataFrame, points: DataFrame) -> DataFrame:
    """Accuracies of a training after every epoch (`experiments.gupta.common.protocol.epochs`).

    Parameters
    ----------
    judged : DataFrame
        What `answers` returned, of the round in which the network was trained.
    points : DataFrame
        One row a point, with ``inputs.n_train``, ``inputs.n_test``, ``inputs.n_epochs``.

    Returns
    -------
    DataFrame
        point, seed, epoch (from 1 on), test (rows behind the training rows, without learning), online (training rows,
        each judged before it is learned), ties (share of the test presentations), train (training rows without
        learning; only behind the last epoch, NaN elsewhere).
    """
    keys = ["point", "seed", "epoch"]
    protocol = ["inputs.n_train", "inputs.n_test", "inputs.n_epochs"]
    rows = judged.merge(points[["point", "seed", *protocol]], on=["point", "seed"])
    epoch = rows["presentation"] // (rows["inputs.n_train"] + rows["inputs.n_test"]) + 1
    # The training rows that follow the last epoch belong to it.
    rows["epoch"] = epoch.clip(upper=rows["inputs.n_epochs"])
    training = rows["row"] < rows["inputs.n_train"]
    test = rows[~rows["learning"] & ~training].groupby(keys)
    table = test["correct"].mean().rename("test").to_frame()
    table["online"] = rows[rows["learning"]].groupby(keys)["correct"].mean()
    table["ties"] = test["tie"].mean()
    table["train"] = rows[~rows["learning"] & training].groupby(keys)["correct"].mean()
    return table.reset_index()
