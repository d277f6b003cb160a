"""E-prop in this repository and in NEST 3.10, on the same two tasks with the same weights and spikes.

    pip install -r requirements-nest.txt
    python -m benchmarks.eprop_vs_nest

Checks that both have the same five losses, and runs both without recording (ours: monitors that wake up once a trial),
in turns. Ours is compiled as the experiment has it, with the steps of a trial as matrix products and vectorised
neurons, and so in single precision (NEST is in double). Prints CPU seconds per iteration and their ratio; time to set
up and to compile is not included.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import NeuronGroup

from base.values import Values
from benchmarks.dense_training import compiled, single, single_neurons
from dense import DenseSynapses, VectorGroup
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

TASKS = {
    "sine waves": ("eprop/sine_tutorial", {"inputs.feedback": "random"}, 60),
    "evidence accumulation": (
        "eprop/evidence_accumulation",
        {
            "inputs.feedback": "random",
            "inputs.published": True,
            "inputs.n_adaptive": 50,
            "schedule.n_batch": 1,
            "network.n_pattern": 2250 * 40 * 40,
            "network.n_target": 2250 * 40,
        },
        40,
    ),
}


def planned_point(name: str, values: Mapping[str, Any], n_iterations: int) -> tuple[dict, Any]:
    """Return one point of an experiment at full size, and the structure of its program."""
    trials = (
        {"run.duration": f"{n_iterations * 1.0 + 0.001} s"}
        if name == "eprop/sine_tutorial"
        else {"inputs.n_iterations": n_iterations}
    )
    planned = plan(load(name), "paper", overrides={**values, **trials})
    return planned.points[0], planned.builds[planned.points[0]["build"]]


def for_nest(name: str, point: Mapping[str, Any], n_iterations: int, file: Path) -> None:
    """Write what NEST needs, from the arrays that our own program gets."""
    p = {**point["values"], "run.seed": point["seed"]}
    inputs = import_module(f"experiments.{name.replace('/', '.')}.inputs")
    classifies = name == "eprop/evidence_accumulation"
    asked = (Values(p), np.random.default_rng(0)) if classifies else (Values(p),)
    given = inputs.arrays(*asked)
    n_in, n_rec, n_out, n_steps = (p[f"network.{key}"] for key in ("n_in", "n_rec", "n_out", "n_steps"))
    rows = given["stimulus.n_rows"]
    spikes = given["pattern.values"][: rows * n_in].reshape(rows, n_in) > 0.5
    spikes[::n_steps] = False  # as both programs have it: nothing arrives in the first step of a trial
    goals = given["target.values"][: given["readout.n_rows"]]
    if classifies:
        goals = np.repeat(goals, given["readout.n_bin"])[:, None] == np.arange(n_out)
    batch = p["schedule.n_batch"]
    np.savez(
        file,
        classifies=classifies,
        spikes=spikes,
        goals=goals.reshape(-1, n_out).astype(float),
        w_in=given["in_rec.w"].reshape(n_in, n_rec),
        w_rec=given["rec_rec.w"].reshape(n_rec, n_rec),
        w_out=given["rec_out.w"].reshape(n_rec, n_out),
        b=given["feedback.b"].reshape(n_out, n_rec).T,
        beta=given["recurrent.beta"],
        n_steps=n_steps,
        n_window=round(1 / given["readout.share"]) if classifies else n_steps,
        n_trials=n_iterations * batch,
        n_batch=batch,
        eta=p["schedule.eta"],
        v_th=p["recurrent.v_th"],
        **{key: 1e3 * p[f"recurrent.{key}"] for key in ("tau_m", "tau_a", "tau_out", "t_ref")},
    )


def in_nest(file: Path, recorded: int) -> dict[str, Any]:
    """Run NEST in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.nest_eprop", str(file), str(recorded)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"NEST failed: {done.stderr.strip().splitlines()[-1]}; pip install -r requirements-nest.txt")
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Compare both programs on both tasks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.eprop_vs_nest", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    for task, (name, values, n_iterations) in TASKS.items():
        with tempfile.TemporaryDirectory() as scratch:
            file, few = Path(scratch) / "task.npz", 5
            point, structure = planned_point(name, values, n_iterations)
            start, _ = planned_point(name, values, few)
            fit = point["values"]["network.n_steps"]
            kinds = {
                "here": (DenseSynapses, NeuronGroup),
                "products": (partial(DenseSynapses, products=fit), VectorGroup),
                "single": (partial(single, products=fit, fused=True), single_neurons),
            }
            programs = {
                kind: compiled(name, Path(scratch) / kind, synapses, structure, neurons)
                for kind, (synapses, neurons) in kinds.items()
            }
            for_nest(name, point, n_iterations, file)
            spent: dict[str, list[float]] = {kind: [] for kind in ("NEST", *programs)}
            losses = {}
            for _ in range(repeats):
                for kind, program in programs.items():
                    (_, short), (tables, long) = (run_point(name, one, program) for one in (start, point))
                    spent[kind].append((long["cpu_s"] - short["cpu_s"]) / (n_iterations - few))
                    # The first row is from before the first trial.
                    losses[kind] = tables["losses"].groupby("t_ms")["loss"].sum().to_numpy()[1 : few + 1]
                spent["NEST"].append(in_nest(file, 0)["cpu_s"])
            recorded = np.array(in_nest(file, few)["losses"])
            median = {kind: statistics.median(times) for kind, times in spent.items()}
            print(f"{task}: losses of NEST {recorded.round(6)}")
            print(f"  NEST     {median['NEST']:.4f} s of CPU per iteration")
            for kind, found in losses.items():
                less, most = median["NEST"] / median[kind], np.max(np.abs(found / recorded - 1))
                said = f"{less:.1f} times less, largest relative difference of a loss {most:.1e}"
                print(f"  {kind:8} {median[kind]:.4f} s of CPU, {said}", flush=True)


if __name__ == "__main__":
    main()
