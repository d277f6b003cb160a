r"""A single representation neuron and its error neuron, whose responses to a sine are measured.

Reference: Ellenberger et al. (2026), ``ellenberger2024``, Figs. 2 and 3; the dynamics are those of
`models.gle.latent_equilibrium`.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param
from models.gle.latent_equilibrium import SYMBOLS


@dataclass(frozen=True)
class ProbeParams:
    """When a response is measured."""

    t_settle: Quantity = param(100 * ms, "start of the measurement", r"t_0", "choice: transients have decayed")


probe = Model(
    name="probe",
    text="A representation neuron and its error neuron, each driven by the same sine; responses are demodulated.",
    source="ellenberger2024, single neurons (Figs. 2 and 3)",
    params=ProbeParams,
    equations="""
    tau_m : second (constant)                    # membrane time constant: low-pass of u, look-ahead of e
    tau_r : second (constant)                    # look-ahead of the rate, low-pass of v
    omega : hertz (constant)                     # angular frequency of the drive
    s : 1                                        # drive of both neurons
    udot = (s - u) / tau_m : hertz
    vdot = (s - v) / tau_r : hertz
    du/dt = udot : 1                             # voltage of the representation neuron
    dv/dt = vdot : 1                             # voltage of the error neuron
    r = u + tau_r * udot : 1                     # rate: prospective voltage, linear neuron
    error = v + tau_m * vdot : 1                 # prospective error
    r_sine : 1                                   # sums over time steps of rate or error times the sine or cosine
    r_cosine : 1
    e_sine : 1
    e_cosine : 1
    """,
    code={"method": "euler"},
    steps=(
        Step(name="drive", code="s = sin(omega * t)", when="start", order=-1),
        Step(
            name="demodulate",
            code="""
            measured = int(timestep(t, dt) >= timestep(t_settle, dt))
            cosine = measured * cos(omega * t)
            sine = measured * s
            r_sine += r * sine
            r_cosine += r * cosine
            e_sine += error * sine
            e_cosine += error * cosine
            """,
            when="start",
            order=1,
        ),
    ),
    symbols={
        **SYMBOLS,
        "omega": r"\omega",
        "s": "s",
        "r_sine": r"\Sigma\, r \sin\omega t",
        "r_cosine": r"\Sigma\, r \cos\omega t",
        "e_sine": r"\Sigma\, e \sin\omega t",
        "e_cosine": r"\Sigma\, e \cos\omega t",
    },
)

MODELS = [probe]
