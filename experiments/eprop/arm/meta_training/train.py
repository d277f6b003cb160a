"""The outer loop of e-prop 2 in PyTorch: what one learns from a single trial is itself learned, over many movements.

    python -m experiments.eprop.arm.meta_training.train quick

Every iteration draws movements that were never seen before. The network makes one training trial, during which the
error module sees the target, the spikes of the network and its input. The weights change once by what the module
projects back (the inner update), and a test trial follows without the module. The loss of the test trial is
differentiated through both trials and the update, and Adam changes the error module, its projection, the initial
weights and the readout.

The training trial of the network is the same for all movements, because its input and its initial weights are; so it is
computed once per iteration. The program can be stopped at any time; the same command goes on where it was.
"""

import argparse
import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.eprop.arm.meta_training.cells import Filter, Recurrent, bump, delayed, free
from experiments.eprop.arm.movements import LINK, START, movements, population
from experiments.eprop.pattern_generation.inputs import clock

HERE = Path(__file__).resolve().parent
SOURCES = ("meta_training/train.py", "meta_training/cells.py", "movements.py")
STREAM = 271828  # numbers drawn here and by no experiment: generators of points are seeded with the bare seed
N_CHECK = 3  # movements of the check record


@dataclass(frozen=True)
class Settings:
    """Sizes and constants of one meta-training; times in steps of 1 ms, rates in spikes per step."""

    n_rec: int = 400
    n_module: int = 300
    n_code: int = 100  # neurons per coordinate of the target
    n_groups: int = 5  # of the clock-like input
    n_clock: int = 2  # neurons of each group
    interval: int = 10
    n_steps: int = 500
    dt: float = 0.001  # s
    width: float = 0.2
    span: float = 1.4
    p_peak: float = 0.2
    tau: float = 20.0  # of membranes, of the readout and of the projected spikes
    v_th: float = 0.4
    n_ref: int = 5
    gamma: float = 0.3
    eta_inner: float = 1e-4
    f_rec: float = 0.02
    f_module: float = 0.01
    c_reg: float = 100.0
    c_velocity: float = 0.1
    w_out: float = 0.05  # initial output weights, times the root of n_rec
    n_batch: int = 100
    n_iterations: int = 20000
    eta: float = 1e-3
    eta_out: float = 1e-3  # of the output weights
    eta_last: float = 1.0  # share of the learning rate that is left at the end, cosine
    clip: float = np.inf  # largest norm of the gradient
    seed: int = 1

    @property
    def n_in(self) -> int:
        """Input neurons."""
        return self.n_groups * self.n_clock


SIZES = {
    "paper": Settings(),
    "quick": Settings(
        n_rec=100,
        n_module=60,
        eta_inner=1e-2,
        w_out=1.0,
        n_batch=20,
        n_iterations=8000,
        eta=2e-3,
        eta_out=2e-2,
        eta_last=0.02,
        clip=10.0,
    ),
}


def initial(s: Settings) -> dict[str, Tensor]:
    """Draw the parameters, rows presynaptic."""
    rng = np.random.default_rng([STREAM, s.seed])

    def normal(n_pre: int, n_post: int, scale: float = 1.0) -> np.ndarray:
        return scale * rng.standard_normal((n_pre, n_post)) / np.sqrt(n_pre)

    n_seen = 2 * s.n_code + s.n_rec + s.n_in
    w = {
        "in": normal(s.n_in, s.n_rec),
        "rec": normal(s.n_rec, s.n_rec) * (1 - np.eye(s.n_rec)),
        "out": normal(s.n_rec, 2, s.w_out),
        "module_in": normal(n_seen, s.n_module),
        "module_rec": normal(s.n_module, s.n_module) * (1 - np.eye(s.n_module)),
        "projection": normal(s.n_module, s.n_rec),
    }
    return {name: torch.tensor(value, dtype=torch.float32, requires_grad=True) for name, value in w.items()}


def clock_input(s: Settings) -> np.ndarray:
    """Return the spikes of the input neurons, shape (n_steps, n_in)."""
    return np.repeat(clock(s.n_steps, s.n_groups, s.interval), s.n_clock, axis=1).astype(float)


def trials(s: Settings, w: dict[str, Tensor], x: Tensor, seen: Tensor) -> dict[str, Tensor]:
    """Run training trial, inner update and test trial.

    Parameters
    ----------
    s : Settings
        Constants.
    w : dict of Tensor
        Parameters.
    x : Tensor, shape (n_steps, n_in)
        Spikes of the input.
    seen : Tensor, shape (n_steps, n_batch, 2 n_code)
        Spikes of the population that encodes the target.

    Returns
    -------
    dict of Tensor
        before, after : velocities of the joints, shape (n_steps, n_batch, 2); before the update there is one for all.
        rates, module_rates : spikes per step of every neuron.
    """
    alpha = float(np.exp(-1 / s.tau))
    cell = (alpha, s.v_th, s.n_ref, s.gamma)
    n_batch = seen.shape[1]

    z, v = Recurrent.apply((x @ w["in"])[:, None], w["rec"], *cell)
    others = torch.cat([x, delayed(z[:, 0])], dim=1)
    drive = seen @ w["module_in"][: 2 * s.n_code] + (others @ w["module_in"][2 * s.n_code :])[:, None]
    module, _ = Recurrent.apply(drive, w["module_rec"], *cell)
    signal = delayed(Filter.apply(module, alpha)) @ w["projection"]

    psi = s.gamma * bump(v, s.v_th) * free(z, s.n_ref)
    traces = Filter.apply(torch.cat([x, delayed(z[:, 0])], dim=1), alpha)
    change = -s.eta_inner * (traces.T @ (signal * psi).reshape(s.n_steps, -1))
    change = change.reshape(-1, n_batch, s.n_rec).transpose(0, 1)
    mask = 1 - torch.eye(s.n_rec, dtype=x.dtype)

    drive = (x @ (w["in"] + change[:, : s.n_in])).transpose(0, 1)
    tested, _ = Recurrent.apply(drive.contiguous(), w["rec"] + mask * change[:, s.n_in :], *cell)
    return {
        "before": Filter.apply(z @ w["out"], alpha),
        "after": Filter.apply(tested @ w["out"], alpha),
        "rates": 0.5 * (tested.mean(dim=(0, 1)) + z.mean(dim=(0, 1))),
        "module_rates": module.mean(dim=(0, 1)),
    }


def end_points(s: Settings, velocity: Tensor) -> Tensor:
    """Return the course of the end point; time is the first axis."""
    angle = torch.tensor(START, dtype=velocity.dtype) + s.dt * torch.cumsum(velocity, dim=0)
    first, both = angle[..., 0], angle.sum(dim=-1)
    return LINK * torch.stack([torch.cos(first) + torch.cos(both), torch.sin(first) + torch.sin(both)], dim=-1)


def draw(s: Settings, rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    """Draw movements: spikes of the population, velocities, paths; time is the first axis."""
    velocity, path = movements(rng, n, s.n_steps, s.dt)
    p = population(path.astype(np.float32), s.n_code, s.width, s.span, s.p_peak)
    spikes = rng.random(p.shape, dtype=np.float32) < p
    return tuple(value.swapaxes(0, 1) for value in (spikes, velocity, path))


def iterate(s: Settings, w: dict[str, Tensor], x: Tensor, k: int) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of one iteration, and what the progress line says."""
    rng = np.random.default_rng([STREAM, s.seed, k])
    seen, velocity, path = (torch.from_numpy(np.ascontiguousarray(one)).float() for one in draw(s, rng, s.n_batch))
    run = trials(s, w, x, seen)
    miss_velocity = torch.mean((run["after"] - velocity) ** 2)
    miss = torch.mean((end_points(s, run["after"]) - path) ** 2)
    rate = torch.sum((run["rates"] - s.f_rec) ** 2) + torch.sum((run["module_rates"] - s.f_module) ** 2)
    loss = 0.5 * (s.c_velocity * miss_velocity + miss) + s.c_reg * rate
    with torch.no_grad():
        before = torch.mean((end_points(s, run["before"]) - path) ** 2)
    told = {
        "loss": loss,
        "velocity_mse": miss_velocity,
        "end_point_mse": miss,
        "end_point_mse_before": before,
        "rate_Hz": run["rates"].mean() / s.dt,
        "module_rate_Hz": run["module_rates"].mean() / s.dt,
    }
    return loss, {name: float(value.detach()) for name, value in told.items()}


def check_record(s: Settings, w: dict[str, Tensor], seed: int = 0) -> dict[str, np.ndarray]:
    """Return inputs and readouts of a few movements that training does not draw, in double precision."""
    spikes, _, path = draw(s, np.random.default_rng([STREAM, s.seed, s.n_iterations, seed]), N_CHECK)
    double = {name: value.detach().double() for name, value in w.items()}
    with torch.no_grad():
        run = trials(s, double, torch.from_numpy(clock_input(s)), torch.from_numpy(spikes).double())
    return {
        "check.spikes": np.packbits(spikes.swapaxes(0, 1), axis=None),
        "check.path": path.swapaxes(0, 1).astype(np.float32),
        "check.before": run["before"][:, 0].numpy(),
        "check.after": run["after"].swapaxes(0, 1).numpy(),
    }


def digest() -> str:
    """Return a digest of the programs that decide what is learned."""
    text = b"".join((HERE.parent / name).read_bytes() for name in SOURCES)
    return hashlib.sha256(text).hexdigest()[:16]


def save(s: Settings, w: dict[str, Tensor], curve: list[dict[str, float]], path: Path) -> None:
    """Write parameters, learning curve, check record and where they come from."""
    about = {"settings": asdict(s), "iterations": len(curve), "torch": torch.__version__, "program": digest()}
    smooth = max(1, len(curve) // 200)  # iterations of which one row of the curve is the mean
    names = list(curve[0])
    rows = np.array([[row[name] for name in names] for row in curve[: len(curve) // smooth * smooth]])
    rows = rows.reshape(-1, smooth, len(names)).mean(axis=1)
    np.savez_compressed(
        path,
        about=json.dumps(about),
        **{f"w.{name}": value.detach().numpy() for name, value in w.items()},
        **check_record(s, w),
        **{"curve.iteration": smooth * (1 + np.arange(len(rows)))},
        **{f"curve.{name}": rows[:, column].astype(np.float32) for column, name in enumerate(names)},
    )


def train(s: Settings, out: Path, every: int = 50) -> list[dict[str, float]]:
    """Train, with a line and a checkpoint now and then.

    Parameters
    ----------
    s : Settings
        Sizes and constants.
    out : Path
        Where the parameters go; the checkpoint is beside it.
    every : int
        Iterations between two lines.

    Returns
    -------
    list of dict
        The learning curve.
    """
    w = initial(s)
    groups: list[dict[str, Any]] = [
        {"params": [value for name, value in w.items() if name != "out"], "rate": s.eta},
        {"params": [w["out"]], "rate": s.eta_out},
    ]
    adam = torch.optim.Adam(groups)
    curve: list[dict[str, float]] = []
    checkpoint = out.with_suffix(".checkpoint.pt")
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        if state["settings"] != asdict(s):
            raise SystemExit(f"{checkpoint} belongs to other settings; remove it to begin anew")
        with torch.no_grad():
            for name, value in state["w"].items():
                w[name].copy_(value)
        adam.load_state_dict(state["adam"])
        curve = state["curve"]
    x = torch.from_numpy(clock_input(s)).float()
    began = time.process_time()
    first = len(curve)
    for k in range(first, s.n_iterations):
        share = s.eta_last + (1 - s.eta_last) * 0.5 * (1 + np.cos(np.pi * k / s.n_iterations))
        for group in adam.param_groups:
            group["lr"] = float(share * group["rate"])
        loss, told = iterate(s, w, x, k)
        adam.zero_grad()
        loss.backward()
        told["gradient"] = float(torch.nn.utils.clip_grad_norm_(list(w.values()), s.clip))
        adam.step()
        curve.append(told)
        if (k + 1) % every == 0 or k + 1 == s.n_iterations:
            recent = {name: np.mean([row[name] for row in curve[-every:]]) for name in told}
            line = "  ".join(f"{name} {value:.4g}" for name, value in recent.items())
            print(f"{k + 1}  {line}  {(time.process_time() - began) / (k + 1 - first):.2f} s each", flush=True)
            state = {"settings": asdict(s), "w": {n: v.detach() for n, v in w.items()}, "curve": curve}
            torch.save({**state, "adam": adam.state_dict()}, checkpoint)
    save(s, w, curve, out)
    return curve


def main() -> None:
    """Train one size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("size", choices=list(SIZES))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other settings")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    s = SIZES[args.size]
    s = replace(s, **{name: type(getattr(s, name))(value) for name, value in (one.split("=") for one in args.set)})
    train(s, args.out or HERE / f"{args.size}.npz", args.every)


if __name__ == "__main__":
    main()
