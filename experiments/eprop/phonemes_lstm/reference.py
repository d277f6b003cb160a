"""The same networks trained by backpropagation through time, and a linear classifier of single frames."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.framewise import LARGE, batches
from experiments.eprop.phonemes_lstm.inputs import arrays, dataset, test
from references.eprop.framewise_bptt import linear_error
from references.eprop.framewise_lstm import answer, train

SHARED = ("inputs.feedback",)


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the references of one seed.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws the weights and the order of sentences that the network has.

    Returns
    -------
    dict of DataFrame
        bptt_learning : iteration, error (frames of the batch); empty for large networks.
        reference_tested : feedback (``linear``; ``BPTT``, unless the network is large), error (test frames).
        phones : index, name.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.task.n_steps
    drawn = arrays(p, rng)
    n_rows = drawn["task.n_rows"]
    x = drawn["pattern.values"][: n_rows * n_in].reshape(-1, n_steps, n_in)
    y = drawn["target.values"][:n_rows].reshape(-1, n_steps).astype(int)
    x_test, y_test = test(p)
    tested = {"linear": linear_error(x, y, x_test, y_test, n_out)}
    errors: list[float] = []
    if n_rec <= LARGE:
        w = {gate: drawn[f"gates.w_{gate}"].reshape(-1, n_rec) for gate in "igfo"}
        w["out"] = drawn["output.w"].reshape(-1, n_out)[n_in:]
        shown = batches(x, y, p.task.n_batch, p.inputs.n_iterations)
        errors = list(train(w, shown, p.task.eta, p.task.epsilon, p.task.decay, p.task.n_decay))
        wrong = [answer(w, *one)[2] for one in zip(x_test, y_test, strict=True)]
        tested["BPTT"] = float(np.nanmean(wrong))
    phones = dataset(p)["phones"]
    return {
        "bptt_learning": DataFrame({"iteration": np.arange(1, len(errors) + 1), "error": np.array(errors)}),
        "reference_tested": DataFrame({"feedback": list(tested), "error": list(tested.values())}),
        "phones": DataFrame({"index": np.arange(len(phones)), "name": phones}),
    }
