"""What a network is made of: groups, directions, links, and which synapses change their weights."""

import pytest
from brian2 import Hz, Network, NeuronGroup, PoissonGroup, SpikeMonitor, Synapses, linked_var, ms

from runner.devices.network import run_group
from runner.devices.wiring import plastic, wiring


def neurons(name, n=3, equations="v : 1\nI : 1"):
    """Return a group that spikes."""
    return NeuronGroup(n, equations, threshold="v > 1", reset="v = 0", name=name)


@pytest.fixture
def group():
    """Return a group."""
    return neurons("cells")


def test_groups_synapses_and_links(group):
    """A part of a group stands for the whole; monitors and the runner's own group are not drawn."""
    inputs = PoissonGroup(5, 1 * Hz, name="inputs")
    reader = NeuronGroup(2, "v : 1 (linked)", name="reader")
    reader.v = linked_var(group, "v", index=[0, 1])
    forward = Synapses(inputs, group[:2], "w : 1", on_pre="v_post += w; w += 0.1", name="forward")
    loop = Synapses(group, group, "w : 1", on_pre="v_post += w", name="loop")
    watch = SpikeMonitor(group, name="watch")
    found = wiring(Network(group, inputs, reader, forward, loop, watch, run_group()))
    assert [(one["name"], one["kind"], one["size"]) for one in found["groups"]] == [
        ("cells", "NeuronGroup", 3),
        ("inputs", "PoissonGroup", 5),
        ("reader", "NeuronGroup", 2),
    ]
    assert [(one["name"], one["source"], one["target"], one["plastic"]) for one in found["synapses"]] == [
        ("forward", "inputs", "cells", ["w"]),
        ("loop", "cells", "cells", []),
    ]
    assert found["links"] == [{"source": "cells", "target": "reader", "variables": ["v"]}]


@pytest.mark.parametrize(
    ("equations", "code", "step", "expected"),
    [
        ("w : 1", {"on_pre": "v_post += w"}, "", []),
        ("w : 1\nx : 1", {"on_pre": "v_post += w; x += 1"}, "", []),  # counts, and does not act
        ("w : 1", {"on_pre": "v_post += w"}, "w = clip(w - 0.1, 0, 1)  # learn", ["w"]),
        ("w : 1\nused : 1", {"on_pre": "used = w; v_post += used"}, "w += 0.1", ["w"]),
        ("w : 1\ng : 1", {"on_pre": "v_post += g"}, "g *= 0.9", []),  # decays
        ("w : 1\nI_post = w : 1 (summed)", {"on_post": "w -= 0.1"}, "", ["w"]),
        ("w : 1\ny = 2 * w : 1\nI_post = y : 1 (summed)", {}, "w = 0.9 * w", ["w"]),
        ("w : 1\nn : 1", {"on_pre": "w += 0.1; n += 1"}, "", ["w"]),  # learns only
        ("w : 1 (shared)", {"on_pre": "v_post += w"}, "w += 0.1", []),  # one for all: no weight
    ],
)
def test_what_is_plastic(group, equations, code, step, expected):
    synapses = Synapses(group, group, equations, name="synapses", **code)
    if step:
        synapses.run_regularly(step, dt=1 * ms)
    assert plastic(synapses) == expected
