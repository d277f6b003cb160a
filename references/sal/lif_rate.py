"""Firing rate of a leaky integrate-and-fire neuron with white noise in discrete time, and its logistic calibration.

The voltage after a step of the Euler-Maruyama method is Gaussian around its mean; on a fine grid of voltages this is a
Markov chain, and the mean time to threshold one linear system. The limit of small steps is Siegert's formula. That the
activation function is nearly logistic, so that such neurons can sample, is due to Petrovici et al. (2016).
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, curve_fit
from scipy.special import erfcx
from scipy.stats import norm


@dataclass(frozen=True)
class Membrane:
    """A membrane: times in s, voltages in V.

    Parameters
    ----------
    tau_m, t_ref, dt : float
        Membrane time constant, refractory period and time step.
    sigma : float
        Standard deviation of the voltage without a threshold.
    v_threshold, v_reset : float
        Threshold, and voltage during the refractory period.
    """

    tau_m: float
    t_ref: float
    dt: float
    sigma: float
    v_threshold: float
    v_reset: float

    def rate(self, mean: float, n: int = 200) -> float:
        """Return the firing rate for a mean voltage `mean` without a threshold, in Hz.

        Parameters
        ----------
        mean : float
            Voltage that the membrane relaxes to.
        n : int
            Points of the grid of voltages.
        """
        low = min(self.v_reset, mean - 6 * self.sigma)
        edges = np.linspace(low, self.v_threshold, n + 1)
        v = (edges[1:] + edges[:-1]) / 2
        spread = self.sigma * np.sqrt(2 * self.dt / self.tau_m)
        centre = np.append(v, self.v_reset)
        centre = centre + (mean - centre) * self.dt / self.tau_m
        below = np.diff(norm.cdf((edges[None, :] - centre[:, None]) / spread), axis=1)
        below[:, 0] += norm.cdf((low - centre) / spread)  # what leaves the grid below stays at its end
        steps = np.linalg.solve(np.eye(n) - below[:-1], np.ones(n))
        # The first step after the refractory period may already reach the threshold.
        first = 1 + below[-1] @ steps
        return 1 / (self.t_ref + (first - 1) * self.dt)

    def calibrate(self) -> tuple[float, float]:
        """Fit a logistic function to the activation, the rate per 1 / t_ref, between log-odds of about -3 and 3.

        Returns
        -------
        offset, slope : float
            Voltage (mean without a threshold) at log-odds 0, and voltage per unit of log-odds.
        """

        def activation(mean: float) -> float:
            return self.rate(mean) * self.t_ref

        low, high = self.v_threshold - 6 * self.sigma, self.v_threshold + 30 * self.sigma
        first, last = (brentq(lambda v, r=r: activation(v) - r, low, high, xtol=1e-5) for r in (0.05, 0.9))
        means = np.linspace(first, last, 21)
        rates = [activation(mean) for mean in means]
        guess = (means.mean(), np.ptp(means) / 5)
        (offset, slope), _ = curve_fit(lambda v, v_0, a: 1 / (1 + np.exp((v_0 - v) / a)), means, rates, p0=guess)
        return float(offset), float(slope)


def siegert(mean: float, membrane: Membrane) -> float:
    """Return the firing rate in continuous time, in Hz (Siegert, 1951).

    Parameters
    ----------
    mean : float
        Voltage that the membrane relaxes to.
    membrane : Membrane
        Its time step is not used.

    Returns
    -------
    float
        ``1 / (t_ref + tau_m sqrt(pi) * integral of exp(x**2) (1 + erf(x)))`` from reset to threshold.
    """
    low, high = ((v - mean) / (membrane.sigma * np.sqrt(2)) for v in (membrane.v_reset, membrane.v_threshold))
    return 1 / (membrane.t_ref + membrane.tau_m * np.sqrt(np.pi) * quad(lambda x: erfcx(-x), low, high)[0])
