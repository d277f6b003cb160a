"""A training step of the MNIST-1D network, here and in PyTorch, at the same batch sizes.

    pip install -r requirements-torch.txt
    python -m benchmarks.gle_vs_torch

Both make the same steps: forward, errors, gradients and Adam for all layers, every time step; the PyTorch program is
`benchmarks.torch_gle`. Of ours, one batch in six is not taught, and only answers. Prints CPU milliseconds per time step
and microseconds per sample and step.
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


def points(batch: int) -> tuple[list[dict], dict]:
    """Return a short and a long training, and the structure of their program."""
    sizes = {
        "network.n_copies": batch,
        "network.n_taught": TAUGHT,
        "network.n_unseen": 1,
        "network.n_epochs": EPOCHS[1],
    }
    plans = [plan(load(NAME), "smoke", overrides={**sizes, "inputs.epochs": epochs}) for epochs in EPOCHS]
    return [found.points[0] for found in plans], plans[0].builds[plans[0].points[0]["build"]]


def main() -> None:
    """Compare both at every batch size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gle_vs_torch", description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for batch in arguments.batches:
        (short, long), structure = points(batch)
        steps = (EPOCHS[1] - EPOCHS[0]) * (TAUGHT + 1) * short["values"]["network.n_steps"]
        with tempfile.TemporaryDirectory() as scratch:
            build(load(NAME), structure, Path(scratch) / "build")
            program = CompiledProgram(Path(scratch) / "build")
            here, there = [], []
            for _ in range(arguments.repeats):
                less, more = (run_point(NAME, point, program)[1]["cpu_s"] for point in (short, long))
                here.append((more - less) / steps)
                there.append(in_torch(batch, 100 if batch > 1 else 300))
        ours, torchs = statistics.median(here), statistics.median(there)
        print(
            f"batch {batch}: PyTorch {1e3 * torchs:.3f} ms per step ({1e6 * torchs / batch:.1f} us per sample), here "
            f"{1e3 * ours:.3f} ms ({1e6 * ours / batch:.1f} us): {torchs / ours:.1f} times less",
            flush=True,
        )


if __name__ == "__main__":
    main()
