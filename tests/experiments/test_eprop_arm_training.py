"""The outer loop of e-prop 2 in PyTorch: its gradients, and that it can be interrupted."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is an optional dependency: requirements-torch.txt")


def test_gradients_equal_those_of_a_plain_loop():
    """The layer with gradients by hand, and a loop that leaves them to PyTorch; with shared weights and without."""
    from experiments.eprop.arm.meta_training import cells

    class Spike(torch.autograd.Function):
        @staticmethod
        def forward(ctx, v, free):
            ctx.save_for_backward(v, free)
            return (v > 0.4).double() * free

        @staticmethod
        def backward(ctx, dz):
            v, free = ctx.saved_tensors
            return dz * free * 0.3 / 0.4 * torch.clamp(1 - torch.abs(v - 0.4) / 0.4, min=0), None

    def plain(drive, w):
        z, v, spikes, volts = [torch.zeros(3, 6).double()] * 4, torch.zeros(3, 6).double(), [], []
        for x in drive:
            v = 0.95 * v + x + torch.einsum("bi,bij->bj", z[-1], w) - 0.4 * z[-1]
            z.append(Spike.apply(v, 1 - sum(z[-4:]).detach()))
            spikes.append(z[-1])
            volts.append(v)
        return torch.stack(spikes), torch.stack(volts)

    rng = np.random.default_rng(0)
    values = rng.standard_normal((40, 3, 6)) * 0.3, rng.standard_normal((3, 6, 6)) * (1 - np.eye(6))
    of_z, of_v = (torch.from_numpy(rng.standard_normal((40, 3, 6))) for _ in range(2))
    for own in (True, False):
        found = []
        for layer in (plain, lambda drive, w: cells.Recurrent.apply(drive, w, 0.95, 0.4, 5, 0.3)):
            drive = torch.from_numpy(values[0]).requires_grad_()
            w = torch.from_numpy(values[1] if own else values[1][0]).requires_grad_()
            z, v = layer(drive, w.expand(3, 6, 6) if layer is plain else w)
            (z * of_z + v * of_v).sum().backward()
            found.append([one.detach().numpy() for one in (z, v, drive.grad, w.grad * (1 - torch.eye(6)))])
        assert found[0][0].sum() > 20
        for expected, result in zip(*found, strict=True):
            np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


def test_training_goes_on_where_it_was(tmp_path, monkeypatch):
    """Two iterations at once, and two with an interruption; parameters change, and the file says what they are."""
    from experiments.eprop.arm.meta_training import train

    small = dict(n_rec=12, n_module=8, n_code=10, n_steps=100, n_batch=2, n_iterations=2)
    s = replace(train.SIZES["quick"], **small)
    train.train(s, tmp_path / "once.npz", every=1)

    iterate = train.iterate
    monkeypatch.setattr(train, "iterate", lambda *given: iterate(*given) if given[-1] < 1 else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train.train(s, tmp_path / "twice.npz", every=1)
    monkeypatch.setattr(train, "iterate", iterate)
    train.train(s, tmp_path / "twice.npz", every=1)

    with np.load(tmp_path / "once.npz") as once, np.load(tmp_path / "twice.npz") as twice:
        assert sorted(once) == sorted(twice)
        for name in once:
            np.testing.assert_array_equal(once[name], twice[name])
        for name, value in train.initial(s).items():
            assert not np.array_equal(once[f"w.{name}"], value.detach().numpy()), name
        assert once["check.after"].shape == (train.N_CHECK, 100, 2)
        assert len(once["curve.loss"]) == 2
    with pytest.raises(SystemExit, match="belongs to other settings"):
        train.train(replace(s, seed=2), tmp_path / "twice.npz")
