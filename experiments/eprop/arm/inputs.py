"""Movements that meta-training never saw, and the parameters that it found."""

import hashlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.arm.movements import movements
from experiments.eprop.common.protocol import table
from experiments.eprop.pattern_generation.inputs import clock

TRAINED = Path(__file__).resolve().parent / "meta_training"
# Of files that come with the repository: another file is other science, and must not use what this one has computed.
DIGESTS = {"quick": "2b8106e8796a8400"}
RULES = ("eprop_2", "eprop_1")
FEEDBACK = ("random", "symmetric")


def trained(name: str) -> dict[str, Any]:
    """Return what meta-training has left.

    Parameters
    ----------
    name : str
        File in ``meta_training``, without its ending.

    Returns
    -------
    dict
        ``about`` (settings, iterations, versions), weights ``w.*`` with rows presynaptic, learning curve ``curve.*``,
        and ``check.*``.

    Raises
    ------
    FileNotFoundError
        Nobody has trained that size.
    ValueError
        It is not the file that came with the repository.
    """
    path = TRAINED / f"{name}.npz"
    if not path.exists():
        command = f"python -m experiments.eprop.arm.meta_training.train {name}"
        file = path.relative_to(TRAINED.parents[3])
        raise FileNotFoundError(f"{file} is missing; train it (requirements-torch.txt) with: {command}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    if digest != DIGESTS.get(name, digest):
        raise ValueError(f"{path.name} was trained anew; write its digest, {digest}, into DIGESTS of inputs.py")
    with np.load(path) as stored:
        found = dict(stored)
    return {**found, "about": json.loads(str(found["about"]))}


def parameters(name: str, p: Values) -> dict[str, np.ndarray]:
    """Return all weights in the order of the synapses.

    Parameters
    ----------
    name : str
        File in ``meta_training``.
    p : Values
        Resolved keys of the experiment.

    Raises
    ------
    ValueError
        The file belongs to networks of another size.
    """
    stored = trained(name)
    w = {key[2:]: value.astype(float) for key, value in stored.items() if key.startswith("w.")}
    n_in, n_rec, n_module, n_code = p.network.n_in, p.network.n_rec, p.network.n_module, p.network.n_code
    found = (*w["in"].shape, len(w["projection"]), len(w["module_in"]))
    if found != (n_in, n_rec, n_module, 2 * n_code + n_in + n_rec):
        sizes = dict(zip(("n_in", "n_rec", "n_module"), found, strict=False))
        raise ValueError(f"inputs.parameters {name} was trained with {sizes}; change network.* or the file")
    code, clocks, recurrent = np.split(w["module_in"], [2 * n_code, 2 * n_code + n_in])
    return {
        "in_rec.w": w["in"].ravel(),
        "in_rec.w_start": w["in"].ravel(),
        "in_rec.mask": np.ones(w["in"].size),
        "rec_rec.w": w["rec"].ravel(),
        "rec_rec.w_start": w["rec"].ravel(),
        "rec_rec.mask": 1.0 - np.eye(n_rec).ravel(),
        "rec_out.w": w["out"].ravel(),
        "rec_out.w_start": w["out"].ravel(),
        "code_module.w": code.ravel(),
        "in_module.w": clocks.ravel(),
        "rec_module.w": recurrent.ravel(),
        "module_module.w": w["module_rec"].ravel(),
        "projection.w": w["projection"].ravel(),
    }


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; movements and feedback do not depend on the rule.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point; that of meta-training starts elsewhere.

    Returns
    -------
    dict
        Weights, input, velocities and paths, how long it takes.

    Raises
    ------
    ValueError
        Unknown rule or feedback, or no training trial.
    """
    rule, n_exposures = p.inputs.rule, p.inputs.n_exposures
    for name, value, known in (("rule", rule, RULES), ("feedback", p.inputs.feedback, FEEDBACK)):
        if value not in known:
            raise ValueError(f"inputs.{name} '{value}' is none of: {', '.join(known)}")
    if n_exposures < 1:
        raise ValueError(f"inputs.n_exposures is {n_exposures}; it must be at least 1")
    n_in, n_rec, n_code, n_steps = p.network.n_in, p.network.n_rec, p.network.n_code, p.network.n_steps
    dt, groups, n_movements = p.network.dt, p.inputs.n_groups, p.inputs.n_movements
    b = rng.standard_normal((2, n_rec)) / np.sqrt(n_rec)
    # One after the other, so that fewer movements are the first ones of more.
    drawn = [movements(rng, 1, n_steps, dt) for _ in range(n_movements)]
    velocity, path = (np.concatenate(part) for part in zip(*drawn, strict=True))
    lengths = {"turning": p.network.n_path, "path": p.network.n_path, "pattern": p.network.n_pattern}
    values = {"turning": velocity, "path": path, "pattern": clock(n_steps, groups, round(p.inputs.interval / dt))}
    tables: dict[str, np.ndarray] = {}
    for name, length in lengths.items():
        tables |= table(name, values[name], length)
    weights = parameters(p.inputs.parameters, p)
    symmetric = p.inputs.feedback == "symmetric"
    b = weights["rec_out.w"].reshape(n_rec, 2).T if symmetric else b
    return {
        **weights,
        **tables,
        "given_spikes.values": np.zeros(p.network.n_given),
        "feedback.b": b.ravel(),
        "feedback.b_start": b.ravel(),
        "feedback.symmetric": symmetric,
        "clock.channel": np.arange(n_in) * groups // n_in,
        "clock.n_channels": groups,
        "code.preferred": np.tile(np.linspace(-p.inputs.span, p.inputs.span, n_code), 2),
        "code.coordinate": np.repeat([0, 1], n_code),
        "protocol.n_steps": n_steps,
        "protocol.n_exposures": n_exposures,
        "protocol.by_module": rule == "eprop_2",
        "protocol.eta": p.protocol.eta if rule == "eprop_2" else p.inputs.eta_feedback,
        "protocol.eta_out": 0.0 if rule == "eprop_2" else p.inputs.eta_readout,
        # One step more completes the last trial.
        "run.duration": (n_movements * (n_exposures + 2) * n_steps + 1) * dt,
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn all movements, one after the other; see `arrays`."""
    recorded = yield arrays(p, rng)
    silent = recorded["activity"].iloc[1:]["activity"] <= 0  # the first row is before the first trial
    if silent.any():
        raise ValueError(
            f"the network is silent in {silent.sum()} trials; lower inputs.eta_feedback (e-prop 1) or protocol.eta"
        )
