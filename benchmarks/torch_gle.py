"""The MNIST-1D network in PyTorch: ``python -m benchmarks.torch_gle BATCH STEPS`` prints CPU seconds of a time step.

The equations of gle/mnist_1d with tensors of shape (batch, neurons), single precision, one thread, and no automatic
differentiation, which GLE does not need.
"""

import json
import sys
import time

import torch

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


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({"cpu_s": in_torch(*map(int, sys.argv[1:]))}))
