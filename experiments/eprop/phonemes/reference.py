"""The same networks trained by backpropagation through time, a linear classifier of frames, and what is asked."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.framewise import LARGE, batches
from experiments.eprop.phonemes.inputs import arrays, dataset, test
from references.eprop.framewise_bptt import answer, linear_error, train
from references.eprop.spiking_gradients import Cells

SHARED = ("inputs.feedback", "inputs.regularised")


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
        asked : piece (position in the table of training pieces), asked (its frames with a label).
        phones : index, name.
    """
    n_in, n_rec, n_out, n_frame = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_frame
    drawn = arrays(p, rng)
    n_rows, n_frames = drawn["stimulus.n_rows"], p.network.n_steps // n_frame
    x = drawn["pattern.values"][: n_rows * n_in].reshape(-1, n_frames, n_in)
    y = drawn["target.values"][: n_rows * n_frame].reshape(-1, n_frames, n_frame)[..., -1].astype(int)
    x_test, y_test = test(p)
    tested = {"linear": linear_error(x, y, x_test, y_test, n_out)}
    errors: list[float] = []
    if n_rec <= LARGE:
        cells = Cells.of(p, drawn["recurrent.beta"])
        shapes = {"in": (n_in, n_rec), "rec": (n_rec, n_rec), "out": (n_rec, n_out)}
        names = {"in": "in_rec.w", "rec": "rec_rec.w", "out": "rec_out.w"}
        w = {key: drawn[names[key]].reshape(shape) for key, shape in shapes.items()} | {"bias": np.zeros(n_out)}
        shown = batches(x, y, p.schedule.n_batch, p.inputs.n_iterations)
        errors = list(train(cells, w, shown, n_frame, p.schedule.eta, p.schedule.epsilon))
        tested["BPTT"] = float(np.nanmean(answer(cells, w, x_test, y_test, n_frame)[2]))
    phones = dataset(p)["phones"]
    return {
        "bptt_learning": DataFrame({"iteration": np.arange(1, len(errors) + 1), "error": np.array(errors)}),
        "reference_tested": DataFrame({"feedback": list(tested), "error": list(tested.values())}),
        "asked": DataFrame({"piece": np.arange(len(y)), "asked": np.count_nonzero(y >= 0, axis=1)}),
        "phones": DataFrame({"index": np.arange(len(phones)), "name": phones}),
    }
