"""A trial of e-prop 1 in this repository and in braintrace 0.2 (JAX), with the same weights, spikes and targets.

    python3.11 -m venv elsewhere && elsewhere/bin/pip install -r requirements-braintrace.txt
    python -m benchmarks.eprop_vs_braintrace --python elsewhere/bin/python

Task and network are those of eprop/pattern_generation at full size, with symmetric feedback and without regularisation
of the rate. First, gradients are compared number by number: that of our program (the change of its weights in one step
of gradient descent), that of `references.eprop.spiking_gradients`, and those of braintrace. Then all run in turns; CPU
seconds per trial do not include the time to compile. Our trials end with Adam, those of braintrace with the gradient.

What the algorithms of braintrace compute, with voltage and spike as states of a neuron, or with the voltage alone:

- ``EProp``: e-prop 1. Pseudo-derivative times trace is filtered as the readout is, for every synapse.
- ``EProp, voltage``: the trace is filtered before it is multiplied with the pseudo-derivative.
- ``D_RTRL, voltage``: nothing is filtered.
- ``pp_prop``: no trace for every synapse; an outer product of two traces approximates them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dense_training import KINDS, NAME, TRIALS, compiled, points, task
from references.eprop.spiking_gradients import backward, forward
from runner.binary import CompiledProgram
from runner.simulate import run_point

GIVEN = {"recurrent.c_reg": 0.0, "inputs.feedback": "symmetric"}
OURS = ("double", "single", "single, four rows")
THEIRS = ("EProp", "EProp, voltage", "D_RTRL, voltage", "pp_prop", "pp_prop, voltage")
ETA = 0.001  # of the one step
COMPARED = {"double": ("EProp", "D_RTRL, voltage", "pp_prop"), "single": THEIRS}


def in_braintrace(python: str, given: Path, algorithm: str, precision: str, found: Path) -> float:
    """Run braintrace in a process of its own, which writes the gradient; return CPU seconds per trial."""
    script = Path(__file__).with_name("braintrace_eprop.py")
    command = [python, str(script), str(given), algorithm, precision, str(found)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        sys.exit(f"--python: braintrace fails: {said}; {python} -m pip install -r requirements-braintrace.txt")
    return json.loads(done.stdout.splitlines()[-1])["cpu_s"]


def gradient(program: CompiledProgram, n: int) -> np.ndarray:
    """Return the gradient of input and recurrent weights in our program: what one step of descent changes."""
    descent = {**GIVEN, "schedule.adam": 0.0, "schedule.eta": ETA, "network.n_rec": n}
    point = points(NAME, "paper", (1, 1), descent)[0][0]
    final = run_point(NAME, point=point, program=program)[0]["final"]
    learned = [final.loc[final["variable"] == f"{name}.w", "value"].to_numpy() for name in ("in_rec", "rec_rec")]
    _, w, _ = task(point)
    return (np.concatenate([w["in"].ravel(), w["rec"].ravel()]) - np.concatenate(learned)) / ETA


def compared(name: str, found: np.ndarray, of: np.ndarray) -> None:
    """Print how far a gradient is from that of the reference."""
    largest = np.max(np.abs(found - of)) / np.max(np.abs(of))
    cosine = found @ of / np.sqrt((found @ found) * (of @ of))
    print(f"  {name:26} largest difference, relative to the largest number {largest:.1e}; cosine {cosine:.6f}")


def main() -> None:
    """Compare gradients and times."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.eprop_vs_braintrace", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--python", required=True, help="interpreter of the environment that has braintrace")
    parser.add_argument("--size", type=int, default=600, help="neurons")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    n = arguments.size
    (short, long), structure = points(NAME, "paper", TRIALS, {**GIVEN, "network.n_rec": n})
    neurons, w, shown = task(long)
    trial = forward(neurons, w, shown["x"])
    truth = backward(neurons, w, trial, trial["y"] - shown["target"], shown["feedback"])
    reference = np.concatenate([truth["in"].ravel(), truth["rec"].ravel()])
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        given, found = Path(scratch) / "task.npz", Path(scratch) / "gradient.npy"
        constants = {name: getattr(neurons, name) for name in ("alpha", "kappa", "v_th", "gamma", "n_ref")}
        np.savez(given, w_in=w["in"], w_rec=w["rec"], w_out=w["out"], **constants, **shown)
        programs = {kind: compiled(NAME, Path(scratch) / kind, KINDS[kind][0], structure) for kind in OURS}
        print(f"{n} neurons, gradient of input and recurrent weights against the reference:")
        for kind, program in programs.items():
            compared(kind, gradient(program, n), reference)
        for precision, algorithms in COMPARED.items():
            for algorithm in algorithms:
                in_braintrace(arguments.python, given, algorithm, precision, found)
                compared(f"{algorithm}, {precision}", np.load(found), reference)
        for _ in range(arguments.repeats):
            for kind, program in programs.items():
                less, more = (run_point(NAME, point=point, program=program)[1]["cpu_s"] for point in (short, long))
                spent.setdefault(kind, []).append((more - less) / (TRIALS[1] - TRIALS[0]))
            for algorithm in THEIRS:
                seconds = in_braintrace(arguments.python, given, algorithm, "single", found)
                spent.setdefault(f"{algorithm}, single", []).append(seconds)
    median: dict[str, Any] = {name: statistics.median(seconds) for name, seconds in spent.items()}
    for name, seconds in median.items():
        ratio = seconds / median["single, four rows"]
        print(f"  {name:26} {seconds:.3f} s of CPU per trial, {ratio:.1f} times the least of ours", flush=True)


if __name__ == "__main__":
    main()
