"""E-prop with eligibility traces that can be looked at.

Reference: Bellec et al. (2019), ``bellec2019``. To record a synapse among all others would keep all of them from
waiting (docs/dense.md). So a few copies of synapses, with weight 0 and mask 0, do what the others do, and tell their
neuron what their eligibility trace is.
"""

from dataclasses import replace

from models.eprop import spiking, trials

neuron = replace(
    spiking.neuron,
    name="alif_with_trace",
    text="ALIF neuron that holds the eligibility trace of one of its synapses",
    equations=spiking.neuron.equations + "elig : 1                 # filtered eligibility trace of the synapse shown",
    symbols={**trials.SYMBOLS, "elig": r"\bar{e}"},
)

probe = replace(
    spiking.adaptive_synapse,
    name="probe",
    text="Synapse without effect, which tells its neuron its filtered eligibility trace",
    equations=spiking.adaptive_synapse.equations + "elig_post = elig_bar : 1 (summed)    # what is shown",
    summed={"elig_post": ("after_groups", 2)},
)

MODELS = [neuron, probe]
