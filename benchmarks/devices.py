"""CPU time per simulated second against the size of the network, for each device that is installed.

    python -m benchmarks.devices [--sizes 100 1000 10000] [--devices cpp_standalone genn]

Runs `benchmarks.device_network` with 100 synapses a neuron and, up to 3000 neurons, with all to all. What a run costs
beside its steps is taken off: the difference of two durations is measured. Writes docs/devices.csv and
docs/devices.png; where a device is missing, the line says what is lacking.
"""

import argparse
import contextlib
import logging
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
import pandas as pd  # noqa: E402
from brian2 import ms  # noqa: E402

from base.catalogue import ROOT  # noqa: E402
from base.errors import ConfigError  # noqa: E402
from benchmarks import device_network  # noqa: E402
from runner import devices  # noqa: E402
from runner.build import build, cpu_seconds  # noqa: E402

DEGREE = 100
DENSE = 3000  # more would need gigabytes


def cost(device: str, n: int, degree: int) -> dict[str, float]:
    """Return ``cpu_s`` of a simulated second, ``build_s`` and the number of spikes a second, ``spikes_s``."""
    structure = {"network.n": n, "network.degree": degree, "network.dt": 0.1 * ms}
    with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(sys.stderr):
        folder = Path(scratch) / "build"
        before = cpu_seconds()
        build(SimpleNamespace(module=device_network), structure, folder, device=device)
        built = cpu_seconds() - before
        program = devices.open_program(folder)
        spent, simulated = [], max(0.5, 2000 / n)
        for number, duration in enumerate((0.1, 0.1, 0.1 + simulated)):  # numpy has made its network before the first
            results = Path(scratch) / str(number)
            results.mkdir()
            spent.append(program.run({"run.seed": 1, "run.duration": duration}, results)["cpu_s"])
        spikes = program.reader(results)("neurons.n_spikes").sum()
    return {"cpu_s": (spent[2] - spent[1]) / simulated, "build_s": built, "spikes_s": round(spikes / (0.1 + simulated))}


def draw(table: pd.DataFrame, file: Path) -> None:
    """Draw cost against size, one line for each device and connectivity."""
    figure, axes = plt.subplots(figsize=(5.5, 3.8), constrained_layout=True)
    colours = dict(zip(devices.DEVICES, ["0.4", "#fdae6b", "#2171b5"], strict=True))
    for (device, synapses), rows in table.groupby(["device", "synapses"], sort=False):
        style = "o-" if synapses == "sparse" else "s:"
        label = f"{device}, {'all to all' if synapses == 'dense' else f'{DEGREE} a neuron'}"
        axes.loglog(rows.n, rows.cpu_s, style, ms=4, color=colours[device], label=label)
    axes.axhline(1, color="0.8", lw=0.8, zorder=0)
    axes.text(table.n.min(), 1.1, "real time", fontsize=7, color="0.5")
    axes.set(xlabel="neurons", ylabel="CPU s per simulated second, one core")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=7)
    figure.savefig(file, dpi=120)


def main() -> None:
    """Measure, print, and write table and figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.devices", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000, 3000, 10000], help="neurons")
    parser.add_argument("--devices", nargs="+", choices=devices.DEVICES, default=list(devices.DEVICES))
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of devices.csv and devices.png")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.ERROR)
    os.environ.setdefault("LOCAL_CREDIT_CACHE", "results/builds")
    rows = []
    print(f"{'device':16} {'neurons':>8} {'synapses':>10}   CPU s per simulated second", flush=True)
    for device in args.devices:
        try:
            devices.DEVICES[device].ready()
        except ConfigError as missing:
            print(f"{device:16} not here: {missing}", flush=True)
            continue
        for n in args.sizes:
            for synapses, degree in (("sparse", min(DEGREE, n)), ("dense", n)):
                if synapses == "dense" and n > DENSE:
                    continue
                found = {"device": device, "n": n, "synapses": synapses, **cost(device, n, degree)}
                rows.append(found)
                print(f"{device:16} {n:8} {n * degree:10}   {found['cpu_s']:.4f}", flush=True)
    if rows:
        table = pd.DataFrame(rows)
        table.round(4).to_csv(args.out / "devices.csv", index=False)
        draw(table, args.out / "devices.png")


if __name__ == "__main__":
    main()
