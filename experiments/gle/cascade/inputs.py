"""A short pulse, and the time constants and weights of cascades or of a random network."""

import numpy as np

from base.values import Values

N_LAYERS, WIDTH = 4, 10
POPULATIONS = (
    (3, 0.6, None),
    (4, 1.2, None),
    (3, 1.2, 1.2),
)  # neurons, membrane and look-ahead in ms, None: one time step


def time_constants(network: str, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the time constants of one layer.

    Parameters
    ----------
    network : str
        ``cascades``: ten channels that only look back. ``mixed``: two such populations and an instantaneous one.
    dt : float
        Time step, ms: the shortest look-ahead.

    Returns
    -------
    tuple of two ndarray, shape (WIDTH,)
        Membrane time constants and look-aheads, ms.

    Raises
    ------
    ValueError
        There is no such network.
    """
    if network == "cascades":
        return np.round(0.2 + np.arange(WIDTH) * 1.6 / 9, 2), np.full(WIDTH, dt)
    if network == "mixed":
        rows = [(tau_m, tau_r or dt) for n, tau_m, tau_r in POPULATIONS for _ in range(n)]
        tau_m, tau_r = np.array(rows).T
        return tau_m, tau_r
    raise ValueError(f"inputs.network must be cascades or mixed, not '{network}'")


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return pulse, time constants and weights.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of this point; draws the weights of the network ``mixed``.

    Returns
    -------
    dict of ndarray
        ``samples.values``, shape (n_steps,): a pulse of unit area in 1/ms; for every layer ``tau_m``, ``tau_r`` in
        seconds and ``linear``; ``w`` of the connections: identity for cascades, positive and of unit sum otherwise.
    """
    dt, network = p.network.dt * 1e3, p.inputs.network
    pulse = np.zeros(p.network.n_steps)
    pulse[0] = 1 / dt
    tau_m, tau_r = time_constants(network, dt)
    arrays = {"samples.values": pulse, "to_1.w": np.ones(WIDTH)}
    for k in range(1, N_LAYERS + 1):
        arrays |= {
            f"layer_{k}.tau_m": tau_m * 1e-3,
            f"layer_{k}.tau_r": tau_r * 1e-3,
            f"layer_{k}.linear": np.ones(WIDTH),
        }
        if k > 1:
            random = rng.dirichlet(np.full(WIDTH, 0.5), size=WIDTH).T  # a column: connections to one neuron
            arrays[f"to_{k}.w"] = (np.eye(WIDTH) if network == "cascades" else random).ravel()
    return arrays
