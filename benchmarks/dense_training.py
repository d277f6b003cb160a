"""A trial of e-prop training with plain synapses, with dense ones, and in NumPy backwards in time.

    python -m benchmarks.dense_training [--sizes 100 600] [--cells 200] [--repeats 5]

Task and network are those of eprop/pattern_generation at full size (Adam after every trial of 1000 steps). Checks that
dense synapses in double precision give the same loss in each of 20 trials, to 1e-9. The NumPy program needs the whole
trial before it can start; it computes the same gradient backwards, with matrix products. Then the LSTM cells of
eprop/phonemes_lstm, with its sentences of scale quick: 40 frames each, Adam after 16 of them.
"""

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import NeuronGroup, Synapses

import experiments.eprop.phonemes_lstm.experiment as lstm
import models.eprop.network as recurrent
from base.values import Values
from dense import DenseSynapses, VectorGroup
from experiments.eprop.pattern_generation.inputs import arrays
from references.eprop.spiking_gradients import Cells, backward, forward
from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

NAME, LSTM = "eprop/pattern_generation", "eprop/phonemes_lstm"
TRIALS, BATCHES = (2, 22), (1, 5)


def single(source: Any, target: Any, *, name: str, **keywords: Any) -> DenseSynapses:
    """Return dense synapses, in single precision onto the recurrent neurons."""
    if name in ("in_rec", "rec_rec"):
        keywords["dtype"] = np.float32
    return DenseSynapses(source, target, name=name, **keywords)


def single_neurons(*args: Any, **keywords: Any) -> VectorGroup:
    """Return neurons in single precision."""
    return VectorGroup(*args, dtype=np.float32, **keywords)


FIT = 1000  # steps of a trial
KINDS = {
    "Brian2": (Synapses, NeuronGroup),
    "double": (DenseSynapses, NeuronGroup),
    "double, products": (partial(DenseSynapses, products=FIT), NeuronGroup),
    "single": (single, NeuronGroup),
    "single, four rows": (partial(single, rows=4), NeuronGroup),
    "neurons too, four rows": (partial(single, rows=4), single_neurons),
    "neurons too, rows fused": (partial(single, rows=8, fused=True), single_neurons),
    "neurons too, products": (partial(single, products=FIT), single_neurons),
    "neurons too, products fused": (partial(single, products=FIT, fused=True), single_neurons),
}


def points(name: str, scale: str, lengths: tuple[int, int], overrides: dict) -> tuple[list[dict], dict]:
    """Return a short and a long training, and the structure of their program."""
    plans = [plan(load(name), scale, overrides={**overrides, "inputs.n_iterations": k}) for k in lengths]
    return [found.points[0] for found in plans], plans[0].builds[plans[0].points[0]["build"]]


def compiled(name: str, folder: Path, synapses: Any, structure: dict, neurons: Any = NeuronGroup) -> CompiledProgram:
    """Return the program with one kind of synapses and, but for LSTM cells, of neurons."""
    module = lstm if name == LSTM else recurrent
    module.DenseSynapses, recurrent.NeuronGroup = synapses, neurons
    build(load(name), structure, folder)
    module.DenseSynapses, recurrent.NeuronGroup = DenseSynapses, NeuronGroup
    return CompiledProgram(folder)


def task(point: dict) -> tuple[Cells, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the neurons, the initial weights, and ``x``, ``target`` and ``feedback`` of a trial."""
    p = Values({**point["values"], "run.seed": point["seed"]})
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    given = arrays(p, np.random.default_rng(point["seed"]))
    w = {
        "in": given["in_rec.w"].reshape(n_in, n_rec),
        "rec": given["rec_rec.w"].reshape(n_rec, n_rec),
        "out": given["rec_out.w"].reshape(n_rec, n_out),
        "bias": np.zeros(n_out),
    }
    shown = {
        "x": given["pattern.values"].reshape(n_steps, -1)[:, given["stimulus.channel"]],
        "target": given["target.values"].reshape(n_steps, n_out),
        "feedback": given["feedback.b"].reshape(n_out, n_rec).T,
    }
    return Cells.of(p), w, shown


def in_numpy(point: dict) -> float:
    """Return CPU seconds of a trial: forward, backward, Adam."""
    neurons, w, shown = task(point)
    moments = {name: [np.zeros_like(value), np.zeros_like(value)] for name, value in w.items()}
    start, trials = time.process_time(), 3
    for k in range(1, trials + 1):
        trial = forward(neurons, w, shown["x"])
        gradient = backward(neurons, w, trial, trial["y"] - shown["target"], shown["feedback"])
        for name, (mean, square) in moments.items():
            mean += 0.1 * (gradient[name] - mean)
            square += 0.001 * (gradient[name] ** 2 - square)
            w[name] = w[name] - 0.003 * mean / (1 - 0.9**k) / (np.sqrt(square / (1 - 0.999**k)) + 1e-8)
    return (time.process_time() - start) / trials


def cells(n: int, repeats: int) -> None:
    """Compare for LSTM cells, and check that dense synapses in double precision give the same losses."""
    programs, spent, losses, number = {}, {}, {}, BATCHES[1] - BATCHES[0]
    with tempfile.TemporaryDirectory() as scratch:
        for i, kind in enumerate(("Brian2", "double", "single")):  # traces of each copy: no rows together
            bits = 32 if kind == "single" else 64
            found, structure = points(LSTM, "quick", BATCHES, {"network.n_rec": n, "network.bits": bits})
            of = Synapses if kind == "Brian2" else DenseSynapses
            programs[kind] = found, compiled(LSTM, Path(scratch) / str(i), of, structure)
            spent[kind] = []
        for _ in range(repeats):
            for kind, ((short, long), program) in programs.items():
                (_, less), (tables, more) = (run_point(LSTM, point=p, program=program) for p in (short, long))
                trials = number * long["values"]["task.n_batch"]
                spent[kind].append((more["cpu_s"] - less["cpu_s"]) / trials)
                losses[kind] = tables["batches"]["loss"].to_numpy()
    median = {kind: statistics.median(times) for kind, times in spent.items()}
    for kind, seconds in median.items():
        difference = np.max(np.abs(losses[kind] / losses["Brian2"] - 1))
        said = f"{median['Brian2'] / seconds:.1f} x, largest relative difference of a loss {difference:.1e}"
        print(f"{n} LSTM cells, {kind:6} {1e3 * seconds:.2f} ms of CPU per sentence, {said}", flush=True)


def main() -> None:
    """Compare at every size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dense_training", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 600])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cells", type=int, nargs="*", default=[200], help="LSTM cells")
    arguments = parser.parse_args()
    for n in arguments.cells:
        cells(n, arguments.repeats)
    for n in arguments.sizes:
        (short, long), structure = points(NAME, "paper", TRIALS, {"network.n_rec": n})
        with tempfile.TemporaryDirectory() as scratch:
            programs = {
                kind: compiled(NAME, Path(scratch) / str(i), synapses, structure, neurons)
                for i, (kind, (synapses, neurons)) in enumerate(KINDS.items())
            }
            runs = {kind: partial(run_point, NAME, program=program) for kind, program in programs.items()}
            spent: dict[str, list[float]] = {**{kind: [] for kind in KINDS}, "NumPy, backwards": []}
            losses = {}
            for _ in range(arguments.repeats):
                for kind, run in runs.items():
                    (_, less), (tables, more) = run(point=short), run(point=long)
                    spent[kind].append((more["cpu_s"] - less["cpu_s"]) / (TRIALS[1] - TRIALS[0]))
                    losses[kind] = tables["losses"].groupby("t_ms")["loss"].sum().to_numpy()[1:]
                spent["NumPy, backwards"].append(in_numpy(long))
        median = {kind: statistics.median(times) for kind, times in spent.items()}
        for kind, seconds in median.items():
            faster = median["Brian2"] / seconds
            print(f"{n} neurons, {kind:27} {seconds:.4f} s of CPU per trial, {faster:.1f} x", flush=True)
        for kind in [*KINDS][1:]:
            difference = np.max(np.abs(losses[kind] / losses["Brian2"] - 1)[:20])
            print(f"{n} neurons, {kind}: largest relative difference of a loss in 20 trials {difference:.1e}")


if __name__ == "__main__":
    main()
