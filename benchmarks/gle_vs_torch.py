"""A training step of the MNIST-1D network, here and in PyTorch, at the same batch sizes.

    pip install -r requirements-torch.txt
    python -m benchmarks.gle_vs_torch

Both make the same steps: forward, errors, gradients and Adam for all layers, every time step; the PyTorch program is
`benchmarks.torch_gle`, in single precision. Of ours, one batch in six is not taught, and only answers. Prints CPU
milliseconds per time step and microseconds per sample and step, for ours in double and in single precision.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

NAME = "gle/mnist_1d"
TAUGHT, EPOCHS = 5, (1, 4)


def in_torch(batch: int, steps: int) -> float:
    """Run PyTorch in a process of its own; return CPU seconds per step."""
    command = [sys.executable, "-m", "benchmarks.torch_gle", str(batch), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"PyTorch failed: {done.stderr.strip().splitlines()[-1]}; pip install -r requirements-torch.txt")
    return json.loads(done.stdout.splitlines()[-1])["cpu_s"]


def points(batch: int, bits: int) -> tuple[list[dict], dict]:
    """Return a short and a long training, and the structure of their program."""
    sizes = {
        "network.n_copies": batch,
        "network.bits": bits,
        "network.n_taught": TAUGHT,
        "network.n_unseen": 1,
        "network.n_epochs": EPOCHS[1],
    }
    plans = [plan(load(NAME), "smoke", overrides={**sizes, "inputs.epochs": epochs}) for epochs in EPOCHS]
    return [found.points[0] for found in plans], plans[0].builds[plans[0].points[0]["build"]]


class Program:
    """Our program for one batch size and precision."""

    def __init__(self, batch: int, bits: int, folder: Path) -> None:
        self.points, structure = points(batch, bits)
        build(load(NAME), structure, folder)
        self.program = CompiledProgram(folder)

    def cpu_s(self) -> float:
        """Return CPU seconds per step, from a long training and a short one."""
        short, long = (run_point(NAME, point, self.program)[1]["cpu_s"] for point in self.points)
        steps = (EPOCHS[1] - EPOCHS[0]) * (TAUGHT + 1) * self.points[0]["values"]["network.n_steps"]
        return (long - short) / steps


def main() -> None:
    """Compare both at every batch size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gle_vs_torch", description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for batch in arguments.batches:
        with tempfile.TemporaryDirectory() as scratch:
            programs = {bits: Program(batch, bits, Path(scratch) / f"{bits}") for bits in (64, 32)}
            there: list[float] = []
            ours: dict[int, list[float]] = {bits: [] for bits in programs}
            for _ in range(arguments.repeats):
                there.append(in_torch(batch, 100 if batch > 1 else 300))
                for bits, program in programs.items():
                    ours[bits].append(program.cpu_s())
        torchs = statistics.median(there)
        print(f"batch {batch}: PyTorch {1e3 * torchs:.3f} ms per step ({1e6 * torchs / batch:.1f} us per sample)")
        for bits, found in ours.items():
            here = statistics.median(found)
            said = f"{1e3 * here:.3f} ms ({1e6 * here / batch:.1f} us): {torchs / here:.1f} times less"
            print(f"    here, {bits} bits: {said}", flush=True)


if __name__ == "__main__":
    main()
