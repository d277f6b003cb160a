"""E-prop in Brian2 beside e-prop in NEST: the same tasks, weights and spikes, CPU seconds per iteration.

    python -m benchmarks.eprop_vs_nest --nest /path/to/python/with/nest

NEST (``pip install nest-simulator``, 3.10 or later) may live in an environment of its own, whose interpreter is given;
without ``--nest`` this one is used. Both programs run eprop/sine_tutorial and eprop/evidence_accumulation with the
random numbers of the published losses. First five iterations are run with what is needed to tell the losses, which
must agree; then two lengths without any recording in NEST and the usual recordings in Brian2, whose difference gives
the cost of one iteration. One thread each. On a shared computer CPU seconds mean something, wall clock does not.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

N_COMPARED = 5  # after ten iterations or so rounding decides single spikes


def nest_network(a: dict[str, Any], record: bool) -> np.ndarray:
    """Train in NEST.

    Parameters
    ----------
    a : dict
        Arrays and constants, see `handed_over`.
    record : bool
        Whether to record readouts and to return losses.

    Returns
    -------
    ndarray
        Loss of every trial; empty without recording.
    """
    import nest

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    n_steps, n_trials, window = int(a["n_steps"]), int(a["n_trials"]), float(a["window"])
    nest.set(
        resolution=1.0,
        total_num_virtual_procs=1,
        eprop_update_interval=float(n_steps),
        eprop_learning_window=window,
        eprop_reset_neurons_on_update=True,
    )
    classifies = bool(a["classifies"])
    common = {"C_m": 1.0, "E_L": 0.0, "I_e": 0.0, "V_m": 0.0}
    neuron = {
        **common,
        "tau_m": float(a["tau_m"]),
        "V_th": float(a["v_th"]),
        "t_ref": float(a["t_ref"]),
        # Height and width are those of the pseudo-derivative itself since NEST 3.10.
        "surrogate_gradient_height": float(a["gamma"] / a["v_th"]),
        "surrogate_gradient_width": float(a["v_th"]),
        "flush_event_send_interval": float(n_steps),
        "c_reg": float(a["c_reg"]),
        "f_target": 1000 * float(a["f_target"]),
        "surrogate_gradient_function": "piecewise_linear",
        "regular_spike_arrival": not a["normalised"],
    }
    generators = nest.Create("spike_generator", a["w_in"].shape[0])
    afferents = nest.Create("parrot_neuron", a["w_in"].shape[0])
    betas = a["beta"]
    fixed = nest.Create("eprop_iaf_bsshslm_2020", int((betas == 0).sum()), neuron)
    recurrent = fixed
    if betas.any():
        adapts = {"adapt_tau": float(a["tau_a"]), "adapt_beta": float(betas.max()), "adaptation": 0.0}
        recurrent = fixed + nest.Create("eprop_iaf_adapt_bsshslm_2020", int((betas > 0).sum()), neuron | adapts)
    readout = nest.Create(
        "eprop_readout_bsshslm_2020",
        a["w_out"].shape[1],
        {
            **common,
            "tau_m": float(a["tau_out"]),
            "loss": "cross_entropy" if classifies else "mean_squared_error",
            "regular_spike_arrival": False,
        },
    )
    goals = nest.Create("step_rate_generator", a["w_out"].shape[1])

    adam = {"type": "adam", "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "optimize_each_step": True}
    optimizer = adam if a["adam"] else {"type": "gradient_descent"}
    nest.SetDefaults(
        "eprop_synapse_bsshslm_2020",
        {
            "optimizer": {
                **optimizer,
                "batch_size": int(a["n_batch"]),
                "eta": float(a["eta"]),
                "Wmin": -100.0,
                "Wmax": 100.0,
            },
            "average_gradient": classifies,
        },
    )
    everyone = {"rule": "all_to_all", "allow_autapses": False}
    plastic = {"synapse_model": "eprop_synapse_bsshslm_2020", "delay": 1.0, "tau_m_readout": float(a["tau_out"])}
    delayed = {"synapse_model": "rate_connection_delayed", "delay": 1.0}
    single = {"rule": "one_to_one"}
    nest.Connect(generators, afferents, single, {"delay": 1.0})
    nest.Connect(afferents, recurrent, everyone, {**plastic, "weight": a["w_in"].T})
    nest.Connect(recurrent, recurrent, everyone, {**plastic, "weight": a["w_rec"].T})
    nest.Connect(recurrent, readout, everyone, {**plastic, "weight": a["w_out"].T})
    signal = {"synapse_model": "eprop_learning_signal_connection_bsshslm_2020", "delay": 1.0, "weight": a["feedback"]}
    nest.Connect(readout, recurrent, everyone, signal)
    if classifies:
        nest.Connect(readout, readout, everyone, {**delayed, "receptor_type": 1, "weight": 1.0})
    nest.Connect(goals, readout, single, {**delayed, "receptor_type": 2})

    # Generators start in step 1; then one step each to the afferents, to the readout, and for the exchange of readouts.
    delay = 4.0
    step, sender = np.nonzero(np.resize(a["spikes"], (n_trials * n_steps, a["w_in"].shape[0])))
    generators.set([{"spike_times": step[sender == k] + 1.0} for k in range(a["w_in"].shape[0])])
    targets = np.resize(a["targets"], (n_trials * n_steps, a["w_out"].shape[1]))
    begins = np.arange(len(targets)) + delay  # NEST looks at them within the learning window only
    goals.set([{"amplitude_times": begins, "amplitude_values": column} for column in targets.T])
    end = n_trials * n_steps
    if record:
        window_of = {"start": delay, "stop": delay + end}
        meter = nest.Create(
            "multimeter", {"record_from": ["readout_signal", "target_signal"], "interval": 1.0} | window_of
        )
        nest.Connect(meter, readout)
    nest.Simulate(end + delay + 1)
    if not record:
        return np.zeros(0)
    events = meter.get("events")
    order = np.lexsort((events["times"], events["senders"]))
    y, goal = (
        events[key][order].reshape(a["w_out"].shape[1], n_trials, n_steps)
        for key in ("readout_signal", "target_signal")
    )
    if classifies:
        inside = slice(n_steps - int(window), None)
        return -np.sum(np.log(y[..., inside]) * goal[..., inside], axis=(0, 2)) / window
    return 0.5 * np.sum((y - goal) ** 2, axis=(0, 2))


def handed_over(name: str, n_iterations: int) -> dict[str, Any]:
    """Return arrays and constants of a task, from the experiment's own inputs.

    Parameters
    ----------
    name : str
        ``sine_tutorial`` or ``evidence_accumulation``.
    n_iterations : int
        Batches of one trial.
    """
    import importlib

    p = point(name, n_iterations)["values"] | {"run.seed": 1}
    module = importlib.import_module(f"experiments.eprop.{name}.inputs")
    n_in, n_rec, n_out, n_steps = (p[f"network.{key}"] for key in ("n_in", "n_rec", "n_out", "n_steps"))
    classifies = name == "evidence_accumulation"
    if classifies:
        arrays = module.arrays(p, np.random.default_rng(1))
        labels = np.repeat(arrays["target.values"][: arrays["readout.n_rows"]], arrays["readout.n_bin"])
        targets = (labels[:, None] == np.arange(n_out)).astype(float)
        window = round(p["inputs.decision"] / p["network.dt"])
    else:
        arrays = module.arrays(p)
        targets, window = arrays["target.values"].reshape(n_steps, n_out), n_steps
    rows = arrays["stimulus.n_rows"]
    spikes = arrays["pattern.values"][: rows * n_in].reshape(rows, n_in) > 0.5
    spikes[::n_steps] = False
    return {
        "w_in": arrays["in_rec.w"].reshape(n_in, n_rec),
        "w_rec": arrays["rec_rec.w"].reshape(n_rec, n_rec),
        "w_out": arrays["rec_out.w"].reshape(n_rec, n_out),
        "feedback": arrays["feedback.b"].reshape(n_out, n_rec).T,
        "beta": arrays["recurrent.beta"],
        "spikes": spikes,
        "targets": targets,
        "n_steps": n_steps,
        "n_trials": n_iterations * p["schedule.n_batch"],
        "window": window,
        "classifies": classifies,
        "tau_m": 1000 * p["recurrent.tau_m"],
        "tau_a": 1000 * p["recurrent.tau_a"],
        "tau_out": 1000 * p["recurrent.tau_out"],
        "t_ref": 1000 * p["recurrent.t_ref"],
        "v_th": p["recurrent.v_th"],
        "gamma": p["recurrent.gamma"],
        # With an averaged gradient the regularisation is divided by the learning window, too.
        "c_reg": p["recurrent.c_reg"] * (window if classifies else 1),
        "f_target": p["recurrent.f_target"],
        "normalised": p["recurrent.normalised"],
        "adam": p["schedule.adam"],
        "eta": p["schedule.eta"],
        "n_batch": p["schedule.n_batch"],
    }


def point(name: str, n_iterations: int) -> dict[str, Any]:
    """Return the point with the random numbers of the published losses, random feedback, batches of one trial."""
    from runner.experiment import load
    from runner.sweep import plan

    own = {"run.duration": f"{n_iterations}.001 s"}
    if name == "evidence_accumulation":
        own = {"inputs.n_iterations": n_iterations, "inputs.published": True, "schedule.n_batch": 1}
        own |= {"network.n_pattern": LONGEST * 2250 * 40, "network.n_target": LONGEST * 45}
    experiment = load(f"eprop/{name}")
    experiment.config["sweep"] = None
    experiment.config["scales"]["smoke"].pop("sweep", None)
    planned = plan(experiment, "smoke", overrides={"inputs.feedback": "random", **own})
    return {**planned.points[0], "structure": planned.builds[planned.points[0]["build"]]}


LENGTHS = (5, 25)
LONGEST = max(LENGTHS)


def brian(name: str, folder: Path) -> tuple[np.ndarray, float]:
    """Return the first losses and the CPU seconds of one iteration of the compiled program."""
    from runner.binary import Program
    from runner.build import build
    from runner.experiment import load
    from runner.simulate import run_point

    build(load(f"eprop/{name}"), point(name, LENGTHS[0])["structure"], folder / name)
    program = Program(folder / name)
    costs, losses = [], np.zeros(0)
    for n_iterations in LENGTHS:
        tables, cost = run_point(f"eprop/{name}", point(name, n_iterations), program)
        costs.append(cost["cpu_s"])
        losses = tables["losses"].groupby("t_ms")["loss"].sum().to_numpy()[1 : N_COMPARED + 1]
    return losses, (costs[1] - costs[0]) / (LENGTHS[1] - LENGTHS[0])


def in_nest(name: str, python: str, folder: Path) -> tuple[np.ndarray, float]:
    """Return the first losses and the CPU seconds of one iteration of NEST."""
    found = []
    for n_iterations, record in ((N_COMPARED, True), *((n, False) for n in LENGTHS)):
        file = folder / f"{name}.npz"
        np.savez(file, record=record, **handed_over(name, n_iterations))
        done = subprocess.run([python, __file__, "--worker", str(file)], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"NEST failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        found.append(json.loads(done.stdout.splitlines()[-1]))
    costs = [one["cpu_s"] for one in found[1:]]
    return np.array(found[0]["losses"]), (costs[1] - costs[0]) / (LENGTHS[1] - LENGTHS[0])


def main() -> None:
    """Command line of the benchmark, and of the part of it that runs in NEST's environment."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.eprop_vs_nest", description=__doc__)
    parser.add_argument("--nest", default=sys.executable, help="Python interpreter that has NEST")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        with np.load(args.worker) as file:
            arrays = {key: value if value.ndim else value.item() for key, value in file.items()}
        losses = nest_network(arrays, arrays["record"])
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"losses": losses.tolist(), "cpu_s": used.ru_utime + used.ru_stime}))
        return
    for name in ("sine_tutorial", "evidence_accumulation"):
        with tempfile.TemporaryDirectory(prefix="local-credit-") as scratch:
            mine, cost = brian(name, Path(scratch))
            theirs, cost_nest = in_nest(name, args.nest, Path(scratch))
        worst = np.max(np.abs(mine / theirs - 1))
        print(
            f"{name}: Brian2 {cost:.3f}, NEST {cost_nest:.3f} CPU s per iteration, ratio {cost_nest / cost:.1f};",
            end=" ",
        )
        print(f"first {N_COMPARED} losses agree to {worst:.1e}", flush=True)


if __name__ == "__main__":
    main()
