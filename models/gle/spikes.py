r"""Generalized latent equilibrium with spikes: what travels between neurons is counted in spikes of populations.

Reference: the neurons are those of Ellenberger et al. (2026), ``ellenberger2024``; populations and synapses are our
design. A rate is the intensity of a population of P neurons with escape noise, which fire independently of each other,
each :math:`\nu` times per unit of time if the rate is 1. Errors have two populations, one for each sign. A spike
arrives through a synapse with time constant :math:`\tau_\mathrm{s}` and weight :math:`1 / (P \nu \tau_\mathrm{s})`, so
that the expected input is the rate, late by a low-pass. All neurons of a population have the same intensity; hence the
number of their spikes in a time step is one Poisson number. `receiver` also hears neurons that fire one by one.

Order within a time step: slot ``groups`` as in `models.gle.chain`; the spikes of a step are drawn and arrive after it,
in the slots ``thresholds`` and ``synapses``, so that rates and errors of a step are heard in the next one.
"""

from dataclasses import dataclass, replace

from brian2 import Hz, Quantity, kHz, ms

from models.base import Model, Step, param
from models.gle import chain
from models.gle.latent_equilibrium import SYMBOLS


@dataclass(frozen=True)
class CellParams:
    """Populations whose neurons fire one by one."""

    nu: Quantity = param(1 * kHz, "spikes of a neuron per unit of time at rate 1", r"\nu", "choice: one per ms")
    omega: Quantity = param(1000 * Hz, "angular frequency of the rates", r"\omega", "choice: one per ms")


@dataclass(frozen=True)
class ReceiverParams:
    """Spikes, and when responses are measured."""

    nu: Quantity = param(1 * kHz, "spikes of a neuron per unit of time at rate 1", r"\nu", "choice: one per ms")
    omega: Quantity = param(1000 * Hz, "angular frequency of the rates", r"\omega", "choice: one per ms")
    t_settle: Quantity = param(50 * ms, "start of the measurement", r"t_0", "choice: transients have decayed")


@dataclass(frozen=True)
class SpikingParams(chain.StudentParams):
    """Chain whose two neurons talk in spikes."""

    nu: Quantity = param(1 * kHz, "spikes of a neuron per unit of time at rate 1", r"\nu", "choice: one per ms")
    tau_s: Quantity = param(0.1 * ms, "synaptic time constant", r"\tau_\mathrm{s}", "choice: the look-ahead of rates")
    n_rate: int = param(0, "neurons that send a rate; 0: the rate itself is sent", r"P_r", "choice")
    n_error: int = param(0, "neurons that send errors of one sign; 0: the error itself", r"P_e", "choice")
    compensated: float = param(1.0, "1: look-aheads are longer by the synaptic time constant, 0: not", "c", "choice")
    scale: float = param(0.01, "error that counts as rate 1", r"\epsilon", "choice: strength of the output error")


CELL_SYMBOLS = {**SYMBOLS, "mean": r"\bar{r}", "swing": "a", "polarity": r"\pm", "share": r"1/P", "onto_error": r"\chi"}

cells = Model(
    name="cells",
    text="Neurons of populations, with escape noise; all neurons of a population have the same intensity.",
    source="our design",
    params=CellParams,
    equations="""
    mean : 1 (constant)                          # mean of the rate of the population
    swing : 1 (constant)                         # amplitude of its sine
    polarity : 1 (constant)                      # -1: population for negative values
    share : 1 (constant)                         # 1 / neurons of the population
    onto_error : 1 (constant)                    # 1: what the spikes stand for is an error, 0: a rate
    rate = clip(polarity * (mean + swing * sin(omega * t)), 0, inf) : 1
    """,
    code={"threshold": "rand() < nu * rate * dt"},
    symbols={**CELL_SYMBOLS, "rate": "r"},
)

to_receiver = Model(
    name="to_receiver",
    text="From the neurons of a population to the neuron that hears it.",
    source="our design",
    code={
        "on_pre": """
        heard_r_post += polarity_pre * share_pre * (1 - onto_error_pre) / (nu_pre * tau_s_post)
        heard_e_post += polarity_pre * share_pre * onto_error_pre / (nu_pre * tau_s_post)
        """
    },
)

receiver = Model(
    name="receiver",
    text="A representation neuron and its error neuron, each driven by the spikes of a population; demodulated.",
    source="ellenberger2024, single neurons (Figs. 2 and 3); spikes: our design",
    params=ReceiverParams,
    equations="""
    tau_m : second (constant)                    # membrane time constant: low-pass of u
    tau_r : second (constant)                    # low-pass of v
    ahead_r : second (constant)                  # look-ahead of the rate
    ahead_e : second (constant)                  # look-ahead of the error
    tau_s : second (constant)                    # synaptic time constant
    mean : 1 (constant)                          # mean of the rate that is sent
    swing : 1 (constant)                         # amplitude of its sine, and of the error that is sent
    size : 1 (constant)                          # neurons of a population; 0: they are `cells`
    dheard_r/dt = -heard_r / tau_s : 1           # what arrives of the rate and of the error
    dheard_e/dt = -heard_e / tau_s : 1
    udot = (heard_r - u) / tau_m : hertz
    vdot = (heard_e - v) / tau_r : hertz
    du/dt = udot : 1                             # voltages
    dv/dt = vdot : 1
    r = u + ahead_r * udot : 1                   # rate: prospective voltage, linear neuron
    error = v + ahead_e * vdot : 1               # prospective error
    r_sum : 1                                    # sums over time steps: of rate and error, of their squares,
    r_square : 1
    r_sine : 1                                   # and of their products with sine and cosine
    r_cosine : 1
    e_sum : 1
    e_square : 1
    e_sine : 1
    e_cosine : 1
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="demodulate",
            code="""
            measured = int(timestep(t, dt) >= timestep(t_settle, dt))
            sine = measured * sin(omega * t)
            cosine = measured * cos(omega * t)
            r_sum += measured * r
            r_square += measured * r ** 2
            r_sine += r * sine
            r_cosine += r * cosine
            e_sum += measured * error
            e_square += measured * error ** 2
            e_sine += error * sine
            e_cosine += error * cosine
            """,
            when="groups",
            order=-1,
        ),
        Step(
            name="hear",
            code="""
            wave = sin(omega * t)
            heard_r += poisson(size * nu * (mean + swing * wave) * dt) / (clip(size, 1, inf) * nu * tau_s)
            errors = poisson(size * nu * swing * abs(wave) * dt)
            heard_e += sign(wave) * errors / (clip(size, 1, inf) * nu * tau_s)
            """,
            when="synapses",
            order=1,
        ),
    ),
    symbols={
        **CELL_SYMBOLS,
        "ahead_r": r"\tau^\mathrm{r} + c\,\tau_\mathrm{s}",
        "ahead_e": r"\tau^\mathrm{m} + c\,\tau_\mathrm{s}",
        "tau_s": r"\tau_\mathrm{s}",
        "size": "P",
        "heard_r": "s",
        "heard_e": r"e^\mathrm{in}",
        "r_sum": r"\Sigma\, r",
        "r_square": r"\Sigma\, r^2",
        "r_sine": r"\Sigma\, r \sin\omega t",
        "r_cosine": r"\Sigma\, r \cos\omega t",
        "e_sum": r"\Sigma\, e",
        "e_square": r"\Sigma\, e^2",
        "e_sine": r"\Sigma\, e \sin\omega t",
        "e_cosine": r"\Sigma\, e \cos\omega t",
    },
)

# Neuron 2 hears neuron 1, error neuron 1 hears error neuron 2; input and target are given, no spikes. An error neuron
# compensates the synapse of what it hears, as the other neurons do.
CHAIN = """
            output = r_2
            r_in_2 = heard_r
            e_in_1 = slope_1 * w_2 * heard_e
            e_in_2 = slope_2 * beta * (target - output)
            vdot_1 = (e_in_1 - v_1) / tau_r
            vdot_2 = (e_in_2 - v_2) / tau_r
            e_1 = prospective * (v_1 + (tau_1 + compensated * tau_s) * vdot_1) + (1 - prospective) * e_in_1
            e_2 = prospective * (v_2 + tau_2 * vdot_2) + (1 - prospective) * e_in_2
            udot_1 = (w_1 * x + gamma * e_1 - u_1) / tau_1
            udot_2 = (w_2 * r_in_2 + gamma * e_2 - u_2) / tau_2
            u_hat_1 = u_1 + tau_r * udot_1
            u_hat_2 = u_2 + (tau_r + compensated * tau_s) * udot_2
            r_1 = log(1 + exp(u_hat_1))
            r_2 = log(1 + exp(u_hat_2))
            slope_1 = 1 / (1 + exp(-u_hat_1))
            slope_2 = 1 / (1 + exp(-u_hat_2))
            """
HEAR = """
            sent_r = poisson(n_rate * nu * r_1 * dt) / (clip(n_rate, 1, inf) * nu * dt) + int(n_rate < 1) * r_1
            size_e = abs(e_2) / scale
            sent_e = poisson(n_error * nu * size_e * dt) / (clip(n_error, 1, inf) * nu * dt) + int(n_error < 1) * size_e
            heard_r += dt / tau_s * (sent_r - heard_r)
            heard_e += dt / tau_s * (sign(e_2) * scale * sent_e - heard_e)
            """

student = replace(
    chain.student,
    name="spiking_student",
    text="The chain of `gle_chain`, whose neurons hear each other's rate and error as spikes, through a synapse.",
    source="ellenberger2024, network dynamics and Fig. 5; spikes: our design",
    params=SpikingParams,
    equations=f"""{chain.STUDENT}
    tau_1 = theta_1 * ms : second
    tau_2 = theta_2 * ms : second
    heard_r : 1                                  # rate of neuron 1, as neuron 2 hears it
    heard_e : 1                                  # error of neuron 2, as error neuron 1 hears it
    """,
    steps=(
        Step(name="step", code=CHAIN, when="groups", order=-2),
        Step(name="hear", code=HEAR, when="synapses", order=1),
    ),
    symbols={**chain.STUDENT_SYMBOLS, "heard_r": "s_2", "heard_e": "s^e_1"},
)

MODELS = [cells, to_receiver, receiver, student]
