"""The two published e-prop tasks in NEST 3.10: ``python -m benchmarks.nest_eprop <task.npz> <recorded iterations>``.

The file holds what `benchmarks.eprop_vs_nest` takes from our own inputs: weights, spikes, targets. Prints one line of
JSON: losses if iterations are recorded, else CPU seconds per iteration without any recording device.
"""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import nest
import numpy as np

STEP = 1.0  # ms
LAG = 4  # steps between a spike of a generator and its effect on the loss: generator, input, readout, softmax


def neurons(task: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Return inputs, recurrent neurons and readouts."""
    v_th = float(task["v_th"])
    cell = {
        "C_m": 1.0,
        "E_L": 0.0,
        "V_m": 0.0,
        "V_th": v_th,
        "tau_m": float(task["tau_m"]),
        "t_ref": float(task["t_ref"]),
        "c_reg": 300.0,
        "f_target": 10.0,
        "regular_spike_arrival": bool(task["classifies"]),
        "surrogate_gradient_function": "piecewise_linear",
        "surrogate_gradient_height": 0.3 / v_th,
        "surrogate_gradient_width": v_th,
        "flush_event_send_interval": float(task["n_steps"]),
    }
    adaptive = np.flatnonzero(task["beta"])
    recurrent = nest.Create("eprop_iaf_bsshslm_2020", len(task["beta"]) - len(adaptive), cell)
    if len(adaptive):
        slow = {**cell, "adapt_tau": float(task["tau_a"]), "adapt_beta": float(task["beta"][-1]), "adaptation": 0.0}
        recurrent += nest.Create("eprop_iaf_adapt_bsshslm_2020", len(adaptive), slow)
    readout = {
        "C_m": 1.0,
        "E_L": 0.0,
        "V_m": 0.0,
        "tau_m": float(task["tau_out"]),
        "loss": "cross_entropy" if task["classifies"] else "mean_squared_error",
        "regular_spike_arrival": False,
    }
    inputs = nest.Create("parrot_neuron", task["spikes"].shape[1])
    return inputs, recurrent, nest.Create("eprop_readout_bsshslm_2020", task["w_out"].shape[1], readout)


def connect(task: Mapping[str, Any], inputs: Any, recurrent: Any, readouts: Any) -> None:
    """Connect everything all to all, without autapses."""
    rule = {"rule": "all_to_all", "allow_autapses": False}
    optimiser = {"type": "gradient_descent", "eta": float(task["eta"])}
    if task["classifies"]:
        optimiser |= {"type": "adam", "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    optimiser |= {"batch_size": int(task["n_batch"]), "Wmin": -100.0, "Wmax": 100.0}
    nest.SetDefaults(
        "eprop_synapse_bsshslm_2020", {"optimizer": optimiser, "average_gradient": bool(task["classifies"])}
    )

    def plastic(source: Any, target: Any, w: np.ndarray) -> None:
        model = {"synapse_model": "eprop_synapse_bsshslm_2020", "tau_m_readout": float(task["tau_out"])}
        nest.Connect(source, target, rule, {**model, "delay": STEP, "weight": w.T})

    plastic(inputs, recurrent, task["w_in"])
    plastic(recurrent, recurrent, task["w_rec"])
    plastic(recurrent, readouts, task["w_out"])
    back = {"synapse_model": "eprop_learning_signal_connection_bsshslm_2020", "delay": STEP, "weight": task["b"]}
    nest.Connect(readouts, recurrent, rule, back)
    if task["classifies"]:
        pool = {"synapse_model": "rate_connection_delayed", "delay": STEP, "receptor_type": 1, "weight": 1.0}
        nest.Connect(readouts, readouts, rule, pool)


def drive(task: Mapping[str, Any], inputs: Any, recurrent: Any, readouts: Any) -> float:
    """Attach input spikes and targets of all trials; return how long to simulate, in ms."""
    n_steps, n_trials = int(task["n_steps"]), int(task["n_trials"])
    total = n_trials * n_steps
    spikes, goals = task["spikes"], task["goals"]
    spikes = np.tile(spikes, (total // len(spikes), 1))
    goals = np.tile(goals, (total // len(goals), 1))
    generators = nest.Create("spike_generator", spikes.shape[1])
    generators.set([{"spike_times": np.flatnonzero(channel) + 1.0} for channel in spikes.T])
    nest.Connect(generators, inputs, "one_to_one", {"delay": STEP})
    rates = nest.Create("step_rate_generator", goals.shape[1])
    times = np.arange(total) + float(LAG)
    rates.set([{"amplitude_times": times, "amplitude_values": goal} for goal in goals.T])
    target = {"synapse_model": "rate_connection_delayed", "delay": STEP, "receptor_type": 2}
    nest.Connect(rates, readouts, "one_to_one", target)
    # One more spike of everybody after the last trial, so that the last gradients are applied.
    last = nest.Create("spike_generator", 1, {"spike_times": [total + LAG - 1.0]})
    nest.Connect(last, inputs + recurrent, "all_to_all", {"weight": 1000.0})
    return total + LAG + 1.0


def losses(task: Mapping[str, Any], events: Mapping[str, Any]) -> list[float]:
    """Return the loss of every iteration from the recorded readouts."""
    window = int(task["n_window"])
    shape = (-1, int(task["n_batch"]), int(task["n_steps"]))
    signals = {
        name: np.array([events[name][events["senders"] == k].reshape(shape) for k in np.unique(events["senders"])])
        for name in ("readout_signal", "target_signal")
    }
    y, goal = (signals[name][..., -window:] for name in ("readout_signal", "target_signal"))
    if task["classifies"]:
        return list(-(goal * np.log(y)).sum(axis=0).mean(axis=(1, 2)))
    return list(0.5 * ((y - goal) ** 2).sum(axis=(0, 3)).mean(axis=1))


def main() -> None:
    """Simulate the task."""
    with np.load(sys.argv[1]) as file:
        task = dict(file)
    n_recorded = int(sys.argv[2])
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    n_steps = float(task["n_steps"])
    nest.set(
        resolution=STEP,
        total_num_virtual_procs=1,
        print_time=False,
        eprop_update_interval=n_steps,
        eprop_learning_window=float(task["n_window"]),
        eprop_reset_neurons_on_update=True,
    )
    inputs, recurrent, readouts = neurons(task)
    connect(task, inputs, recurrent, readouts)
    duration = drive(task, inputs, recurrent, readouts)
    if n_recorded:
        stop = LAG + n_recorded * int(task["n_batch"]) * n_steps
        record = {"interval": STEP, "record_from": ["readout_signal", "target_signal"], "start": LAG, "stop": stop}
        monitor = nest.Create("multimeter", record)
        nest.Connect(monitor, readouts, "all_to_all", {"delay": STEP})
        nest.Simulate(stop + LAG + 1)
        print(json.dumps({"losses": losses(task, monitor.get("events"))}))
        return
    start = time.process_time()
    nest.Simulate(duration)
    iterations = int(task["n_trials"]) // int(task["n_batch"])
    print(json.dumps({"cpu_s": (time.process_time() - start) / iterations}))


if __name__ == "__main__":
    main()
