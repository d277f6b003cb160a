"""What a network may require of a device, and what to do where a device lacks it."""

from dataclasses import dataclass

# The only order of slots that GeNN has: a spike is delivered in the next time step.
GENN_SCHEDULE = ("start", "synapses", "groups", "thresholds", "resets", "end")

# What a network may require: meaning, and what to do where a device lacks it.
FEATURES = {
    "copies": ("copies of neurons that share synapses", "set copies to 1"),
    "python": ("Python functions called by the network", "write them as equations or steps"),
    "linked": ("linked variables", "put the groups together, or keep a copy of the variable"),
    "events": ("custom events", "let a threshold make the spike, and a step do the rest"),
    "pathways": ("several pathways in one Synapses", "make one Synapses for each"),
    "delays": ("heterogeneous delays", "make one Synapses for each delay"),
    "synaptic targets": ("synapses onto synapses", "keep the variable in a neuron"),
    "clocks": ("several clocks", "set defaultclock.dt and leave dt= to steps and StateMonitors, in multiples of it"),
    "tables": ("timed arrays in equations", "look the value up in a step in slot 'start'"),
    "unsorted": ("synapses in any order", "connect them sorted by their presynaptic neuron"),
    "sides": ("presynaptic variables in on_pre, postsynaptic ones in on_post", "keep a copy in the synapse"),
    "post writes": ("any change of neurons by a pathway", "change one postsynaptic variable, by +=, in on_pre only"),
    "summed": ("any summed variables", "one in each Synapses, without another effect on the neurons"),
    "subexpressions": ("subexpressions in synaptic code", "make it a variable that a step sets"),
    "shared": ("shared variables of neurons in synaptic code", "declare it in the synapses"),
    "synaptic steps": (
        "steps of synapses with variables of neurons, or with variables that no pathway uses",
        "let a pathway bring the value, and declare (constant) what the step only reads",
    ),
    "functions": ("clip() and int() of numbers in equations", "compare instead: int() of a condition is exact"),
    "recorded": ("records of any variable", "record a variable of the group that its code uses"),
    "order": (
        "any order within a time step",
        "give Synapses with differential equations the order -2, which read nothing that spikes of this step change; "
        "leave the order of pathways and summed variables as it is",
    ),
    "slots": ("steps and monitors in any slot", "run steps in slot 'start', record in slot 'start' or 'end'"),
    "schedule": ("an order of slots of its own", f"set network.schedule = {list(GENN_SCHEDULE)}"),
}


@dataclass(frozen=True)
class Requirement:
    """Something that a network requires of its device.

    Parameters
    ----------
    feature : str
        Key of `FEATURES`.
    object : str
        Name of the Brian2 object.
    detail : str
        What it does, as the predicate of a sentence about the object.
    """

    feature: str
    object: str
    detail: str
