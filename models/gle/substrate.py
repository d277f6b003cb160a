r"""Generalized latent equilibrium in mini-batches on a substrate that is not what it should be.

Reference: Ellenberger et al. (2026), ``ellenberger2024``; the perturbations are our own. Models of `models.gle.batch`
with three changes. An error neuron has time constants of its own, which should be those of the representation neuron
beside it in exchanged roles. Rates are noisy. Errors travel down through weights that need not be the forward ones.
With equal time constants, no noise and ``f_back`` 1, ``w_back`` 0, these are the models of `models.gle.batch`.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.gle import batch
from models.gle.latent_equilibrium import ClassesParams, HiddenParams


@dataclass(frozen=True)
class NoisyParams(HiddenParams):
    """A hidden layer with noisy rates."""

    sigma: float = param(0.0, "standard deviation of the noise of rates in a time step", r"\sigma", "our design")


@dataclass(frozen=True)
class NoisyClassesParams(ClassesParams):
    """An output with noisy rates."""

    sigma: float = param(0.0, "standard deviation of the noise of rates in a time step", r"\sigma", "our design")


ADDED = """
    tau_e : second (constant)                    # look-ahead of the error, should be tau_m
    tau_v : second (constant)                    # low-pass of the error, should be tau_r
    noise : 1                                    # of the rate in this step
"""
CHANGES = {
    "vdot = (e_in - v) / tau_r": "vdot = (e_in - v) / tau_v",
    "tau_m * vdot": "tau_e * vdot",
    "tanh(u_hat)": "tanh(u_hat) + noise",
}
# Uniform, which costs less than normal noise; in a step of its own, so that those with tanh are vectorised.
NOISE = Step(name="noise", code="noise = sigma * sqrt(12.0) * (rand() - 0.5)", when="groups", order=2)


def perturbed(model: Model, params: type) -> Model:
    """Give error neurons their own time constants, and rates their noise."""

    def changed(code: str) -> str:
        for old, new in CHANGES.items():
            code = code.replace(old, new)
        return code

    return replace(
        model,
        params=params,
        source="our design: robustness",
        equations=model.equations + ADDED,
        steps=(*(replace(step, code=changed(step.code)) for step in model.steps), NOISE),
        symbols={**model.symbols, "noise": r"\xi", "tau_e": r"\tau^\mathrm{e}", "tau_v": r"\tau^\mathrm{v}"},
    )


hidden = perturbed(batch.hidden, NoisyParams)
classes = perturbed(batch.classes, NoisyClassesParams)

dense = replace(
    batch.dense,
    text="All connections from a layer to the next; errors travel back through weights of their own.",
    source="our design: robustness",
    equations=batch.dense.equations.replace(
        "feedback_pre = w * error_post", "feedback_pre = (f_back * w + w_back) * error_post"
    )
    + """
    f_back : 1 (constant)                        # share of the forward weight in the feedback weight, should be 1
    w_back : 1 (constant)                        # fixed part of the feedback weight, should be 0
    """,
    symbols={**batch.dense.symbols, "f_back": "f_B", "w_back": "B"},
)

MODELS = [hidden, classes, dense]
