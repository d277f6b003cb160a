"""CPU time per simulated second against the size of the network, for each device that is installed.

    python -m benchmarks.devices [--pairs 10 100 1000] [--seconds 5]

Runs sal/phase_plane (two synapses and two stochastic neurons a pair, all independent), the network that every device
accepts. Building is not counted; where a device is missing, the line says what is lacking.
"""

import argparse
import logging
import tempfile
from pathlib import Path

from base.errors import ConfigError
from runner import devices
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

EXPERIMENT = "sal/phase_plane"


def seconds(device: str, pairs: int, simulated: float, folder: Path) -> float:
    """Return the CPU seconds that one simulated second needs."""
    experiment = load(EXPERIMENT)
    overrides = {"network.n_pairs": pairs, "run.duration": f"{simulated} s"}
    made = plan(experiment, "smoke", overrides=overrides, device=device)
    point = made.points[0]
    target = folder / point["build"]
    build(experiment, made.builds[point["build"]], target, device=device)
    _, cost = run_point(EXPERIMENT, point, devices.open_program(target))
    return cost["cpu_s"] / simulated


def main() -> None:
    """Print one line for each device and size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.devices", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, nargs="+", default=[10, 100, 1000], help="numbers of pairs of neurons")
    parser.add_argument("--seconds", type=float, default=5.0, help="simulated time of a run")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.ERROR)
    print(f"{'device':16} {'neurons':>8} {'synapses':>9}   CPU s per simulated second", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for device in devices.DEVICES:
            try:
                devices.DEVICES[device].ready()
            except ConfigError as missing:
                print(f"{device:16} not here: {missing}", flush=True)
                continue
            for pairs in args.pairs:
                cost = seconds(device, pairs, args.seconds, Path(folder))
                print(f"{device:16} {2 * pairs:8} {2 * pairs:9}   {cost:.4f}", flush=True)


if __name__ == "__main__":
    main()
