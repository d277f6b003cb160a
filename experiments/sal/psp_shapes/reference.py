"""The exact chain of two neurons: intervals, fixed lines, deviations, and where plastic pairs would end."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from base.values import Values
from experiments.sal.psp_shapes.inputs import N_BIASES, SHAPES
from references.sal.age_chain import alpha, deviation, fixed_line, rectangular, sal_drift, spike_time_differences

SHARED = ("run.seed",)
KINDS = SHAPES[:3]
BIASES = np.arange(-1, 1.01, 0.25)  # Fig. 11
WEIGHTS = np.linspace(-1.5, 1.5, 10)
LONGEST = 100  # steps; the chain then loses nothing that counts


def potential(kind: str, tau: int, t_max: int, third: float = 1 / 3) -> np.ndarray:
    """Return the potential of a kind at the lags 1, 2, ... steps."""
    return rectangular(tau, t_max) if kind == KINDS[0] else alpha(tau, t_max, tau * (third if kind == "short" else 0.5))


def intervals() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the distributions at equal weights and three pairs of biases (tau = 30), and their SAL values."""
    tau, t_max, third = 30, 60, 0.33  # the program writes one third as 0.33 here
    tables, values = [], []
    for kind in KINDS:
        psp = potential(kind, tau, t_max, third)
        for b_1, b_2 in ((-0.25, 0.75), (0.25, 0.25), (0.75, -0.25)):
            right, left = spike_time_differences(1, 1, b_1, b_2, tau, t_max, psp)
            lag = np.arange(1, t_max)
            rows = {"kind": kind, "b_1": b_1, "b_2": b_2}
            steps, p = np.concatenate([-lag[::-1], lag]), np.concatenate([left[::-1], right])
            tables.append(pd.DataFrame({**rows, "interval": steps / tau, "probability": p}))
            values.append({**rows, "dw_21": float(sal_drift(1, 1, b_1, b_2, tau, t_max, psp))})
    return pd.concat(tables, ignore_index=True), pd.DataFrame(values)


def fixed_lines() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return fixed lines of opposite biases and deviations of all pairs (tau = 10, ages capped at 19 steps)."""
    w_21, w_12 = np.meshgrid(WEIGHTS, WEIGHTS, indexing="ij")
    lines, deviations = [], []
    for kind in KINDS:
        psp = potential(kind, 10, 20)
        for b_1 in BIASES:
            for b_2 in BIASES[BIASES >= b_1]:
                opposite = np.isclose(b_1, -b_2)
                if kind == KINDS[0] and not opposite:
                    continue  # on the diagonal, whatever the biases
                line = fixed_line(sal_drift(w_21, w_12, b_1, b_2, 10, 20, psp), WEIGHTS)
                # Exchanging the neurons mirrors the line at the diagonal.
                for one, other in {(b_1, b_2), (b_2, b_1)}:
                    if opposite:
                        first, second = line if one == b_1 else line[::-1]
                        lines.append(pd.DataFrame({"kind": kind, "b_1": one, "w_12": first, "w_21": second}))
                    deviations.append({"kind": kind, "b_1": one, "b_2": other, "deviation": deviation(*line)})
    return pd.concat(lines, ignore_index=True), pd.DataFrame(deviations)


def fixed_points(p: Values) -> pd.DataFrame:
    """Return where the chain stands still on the line of constant sum; see `reference`."""
    found, w = [], p.inputs.w
    for shape in SHAPES:
        psp = potential(shape.split(",")[0], 10, LONGEST)
        for b_1 in np.linspace(-p.inputs.b_max, p.inputs.b_max, N_BIASES):

            def drift(half: float, b_1: float = b_1, psp: np.ndarray = psp) -> float:
                return float(sal_drift(w + half, w - half, b_1, -b_1, 10, LONGEST, psp, restart=False))

            found.append({"shape": shape, "b_1": b_1, "chain": 2 * brentq(drift, -2, 2)})
    return pd.DataFrame(found)


def reference(p: Values, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Compute what the exact chain does.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: nothing is drawn.

    Returns
    -------
    dict of DataFrame
        intervals : kind, b_1, b_2, interval (tau_ref), probability.
        values : their dw_21.
        lines : kind, b_1 (= -b_2), w_12, w_21, on which the rule stands still.
        deviations : kind, b_1, b_2, deviation of these lines from the diagonal.
        fixed_points : shape, b_1 (= -b_2), chain (W_21 - W_12 without a cap).
    """
    distributions, values = intervals()
    lines, deviations = fixed_lines()
    return {
        "intervals": distributions,
        "values": values,
        "lines": lines,
        "deviations": deviations,
        "fixed_points": fixed_points(p),
    }
