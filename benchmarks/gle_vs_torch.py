"""A training step of the MNIST-1D network, here and in PyTorch, at the same batch sizes.

    pip install -r requirements-torch.txt
    python -m benchmarks.gle_vs_torch

Both make the same steps: forward, errors, gradients and Adam for all layers, every time step. The PyTorch loop below
uses the same equations, tensors of shape (batch, neurons), single precision, one thread, and no automatic
differentiation, which GLE does not need. Prints CPU milliseconds per time step and microseconds per sample and step.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

NAME = "gle/mnist_1d"
SIZES = [1] + [53] * 6 + [10]
DT, TAU = 0.2, 1.2


class Network:
    """The network in PyTorch.

    Parameters
    ----------
    batch : int
        Copies of the neurons.
    """

    def __init__(self, batch: int) -> None:
        pairs = list(zip(SIZES[:-1], SIZES[1:], strict=True))
        self.w = [torch.rand(m, n) / m**0.5 for n, m in pairs]
        self.b = [torch.zeros(m) for _, m in pairs]
        self.tau_m = [torch.full((m,), TAU) for _, m in pairs]
        self.tau_r = [torch.full((m,), TAU) for _, m in pairs]
        for tau_r in self.tau_r[:-1]:
            tau_r[:36] = DT
        self.u, self.v, self.r, self.slope, self.back = ([torch.zeros(batch, m) for _, m in pairs] for _ in range(5))
        self.adam = torch.optim.Adam([*self.w, *self.b], lr=1e-3)

    def step(self, x: torch.Tensor, goal: torch.Tensor) -> None:
        """Advance all layers by a time step, and teach them."""
        below = [x, *(r.clone() for r in self.r[:-1])]
        errors = []
        for k, w in enumerate(self.w):
            last = k == len(self.w) - 1
            arriving = (goal - torch.softmax(self.r[k], dim=1)) / len(x) if last else self.back[k]
            rise = (self.slope[k] * arriving - self.v[k]) / self.tau_r[k]
            errors.append(self.v[k] + self.tau_m[k] * rise)
            self.v[k] += DT * rise
            pull = (torch.addmm(self.b[k], below[k], w.T) - self.u[k]) / self.tau_m[k]
            ahead = self.u[k] + self.tau_r[k] * pull
            self.u[k] += DT * pull
            self.r[k] = ahead if k in (0, len(self.w) - 1) else torch.tanh(ahead)
            self.slope[k] = torch.ones_like(ahead) if k in (0, len(self.w) - 1) else 1 - self.r[k] ** 2
        for k, w in enumerate(self.w):
            if k:
                self.back[k - 1] = errors[k] @ w
            w.grad, self.b[k].grad = -errors[k].T @ below[k], -errors[k].sum(dim=0)
        self.adam.step()


@torch.no_grad()
def in_torch(batch: int, steps: int) -> float:
    """Return CPU seconds of a time step in PyTorch."""
    network, goal = Network(batch), torch.eye(10)[torch.arange(batch) % 10]
    for _ in range(20):
        network.step(torch.randn(batch, 1), goal)
    start = time.process_time()
    for _ in range(steps):
        network.step(torch.randn(batch, 1), goal)
    return (time.process_time() - start) / steps


def compiled(folder: Path, batch: int) -> tuple[CompiledProgram, dict[str, Any], dict[str, Any]]:
    """Return our program, a long and a short point."""
    sizes = {"network.n_copies": batch, "network.n_taught": 5, "network.n_unseen": 0, "network.n_epochs": 4}
    points = []
    for epochs in (4, 1):
        planned = plan(load(NAME), "smoke", overrides={**sizes, "inputs.epochs": epochs})
        points.append(planned.points[0])
    build(load(NAME), planned.builds[points[0]["build"]], folder)
    return CompiledProgram(folder), points[0], points[1]


def main() -> None:
    """Compare both at every batch size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gle_vs_torch", description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for batch in arguments.batches:
        with tempfile.TemporaryDirectory() as scratch:
            program, long, short = compiled(Path(scratch) / "build", batch)
            here, there = [], []
            for _ in range(arguments.repeats):
                spent = [run_point(NAME, point, program)[1]["cpu_s"] for point in (long, short)]
                here.append((spent[0] - spent[1]) / (3 * 5 * 360))
                there.append(in_torch(batch, 100 if batch > 1 else 300))
        ours, torchs = statistics.median(here), statistics.median(there)
        print(
            f"batch {batch}: PyTorch {1e3 * torchs:.3f} ms per step ({1e6 * torchs / batch:.1f} us per sample), here "
            f"{1e3 * ours:.3f} ms ({1e6 * ours / batch:.1f} us): {torchs / ours:.1f} times less",
            flush=True,
        )


if __name__ == "__main__":
    main()
