"""Recurrent LIF layers and leaky filters for PyTorch: whole trials at once, with gradients written by hand.

The equations are those of the Brian2 network, step by step. In the backward pass the derivative of a spike is the
pseudo-derivative; it is zero while a neuron is refractory, and the reset is transmission like that of any synapse.
"""

from typing import Any

import torch
from torch import Tensor


def free(z: Tensor, n_ref: int) -> Tensor:
    """Return 1 where a neuron is not refractory: no spike in the `n_ref` - 1 steps before.

    Parameters
    ----------
    z : Tensor, shape (n_steps, ...)
        Spikes.
    n_ref : int
        A neuron may fire again this many steps after a spike.
    """
    waits = torch.zeros_like(z)
    for lag in range(1, n_ref):
        waits[lag:] += z[:-lag]
    return 1 - waits


def bump(v: Tensor, v_th: float) -> Tensor:
    """Return the triangle that is 1 at the threshold, and 0 at rest and at twice the threshold."""
    return torch.clamp(1 - torch.abs(v - v_th) / v_th, min=0)


class Recurrent(torch.autograd.Function):
    """One trial of LIF neurons, recurrently connected."""

    @staticmethod
    def forward(
        ctx: Any, drive: Tensor, w: Tensor, alpha: float, v_th: float, n_ref: int, gamma: float
    ) -> tuple[Tensor, Tensor]:
        """Run the trial.

        Parameters
        ----------
        ctx : context
            Of PyTorch.
        drive : Tensor, shape (n_steps, n_batch, n)
            Input from outside the layer.
        w : Tensor, shape (n, n) or (n_batch, n, n)
            Recurrent weights, rows presynaptic, 0 on the diagonal; the same ones for all, or of each trial its own.
        alpha, v_th, n_ref, gamma : float, float, int, float
            Decay per step, threshold, refractory steps, height of the pseudo-derivative.

        Returns
        -------
        z, v : Tensor, shape (n_steps, n_batch, n)
            Spikes, and voltages before the reset.
        """
        n_steps, n_batch, n = drive.shape
        pad = n_ref - 1
        own = w.dim() == 3
        wired = w - v_th * torch.eye(n, dtype=w.dtype)  # the reset is a synapse onto itself
        z = drive.new_zeros((n_steps + pad, n_batch, n))
        v = torch.empty_like(drive)
        last_v = drive.new_zeros((n_batch, n))
        for t in range(n_steps):
            if own:
                now = torch.baddbmm(drive[t, :, None], z[t + pad - 1, :, None], wired)[:, 0]
            else:
                now = torch.addmm(drive[t], z[t + pad - 1], wired)
            last_v = torch.add(now, last_v, alpha=alpha, out=v[t])
            torch.gt(torch.sub(last_v, z[t : t + pad].sum(0), alpha=1e3), v_th, out=z[t + pad])
        z = z[pad:]
        ctx.save_for_backward(z, v, w)
        ctx.constants = alpha, v_th, n_ref, gamma
        return z, v

    @staticmethod
    def backward(ctx: Any, dz: Tensor, dv: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of `drive` and `w`; the latter has 0 on the diagonal."""
        z, v, w = ctx.saved_tensors
        alpha, v_th, n_ref, gamma = ctx.constants
        n_steps, n_batch, n = z.shape
        own = w.dim() == 3
        back = (w - v_th * torch.eye(n, dtype=w.dtype)).mT
        psi = gamma / v_th * bump(v, v_th) * free(z, n_ref)
        grad = torch.empty_like(v)
        after = v.new_zeros((n_batch, n))
        for t in reversed(range(n_steps)):
            if own:
                of_z = torch.baddbmm(dz[t, :, None], after[:, None], back)[:, 0]
            else:
                of_z = torch.addmm(dz[t], after, back)
            after = torch.addcmul(torch.add(dv[t], after, alpha=alpha), psi[t], of_z, out=grad[t])
        before, then = z[:-1], grad[1:]
        if own:
            of_w = before.permute(1, 2, 0) @ then.transpose(0, 1)
        else:
            of_w = before.reshape(-1, n).T @ then.reshape(-1, n)
        return grad, of_w * (1 - torch.eye(n, dtype=w.dtype)), None, None, None, None


class Filter(torch.autograd.Function):
    """A leaky sum over time: what it was, times `decay`, plus what comes in."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, decay: float) -> Tensor:
        """Filter a tensor along its first axis."""
        ctx.decay = decay
        y = torch.empty_like(x)
        y[0] = x[0]
        for t in range(1, len(x)):
            torch.add(x[t], y[t - 1], alpha=decay, out=y[t])
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None]:
        """Filter the gradient backwards in time."""
        dx = torch.empty_like(dy)
        dx[-1] = dy[-1]
        for t in reversed(range(len(dy) - 1)):
            torch.add(dy[t], dx[t + 1], alpha=ctx.decay, out=dx[t])
        return dx, None


def delayed(x: Tensor) -> Tensor:
    """Return a tensor one step later along its first axis, beginning with 0."""
    return torch.cat([torch.zeros_like(x[:1]), x[:-1]])
