"""Networks of `Synapses` or `DenseSynapses`, compiled: ``python -m tests.dense.programs <network> <folder>``."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, TimedArray, defaultclock, ms

from dense import DenseSynapses, VectorGroup

NEURON = """
dv/dt = (I - v) / (20*ms) : 1
dz/dt = -z / (20*ms) : 1
I : 1
psi : 1
trace : 1
L : 1
x : 1
back : 1
n_seen : 1
"""
PLASTIC = """
w : 1
elig : 1
elig_bar : 1
elig_sum : 1
grad : 1
n_pairs : integer
eta : 1 (shared, constant)
"""
ELIGIBILITY = """
elig = psi_post * trace_pre
elig_bar += (1 - exp(-dt / (30*ms))) * (elig - elig_bar)
elig_sum += elig
grad += L_post * elig_bar * (1 + 0.1 * sin(t / (20*ms)))
"""
LEARN = """
w -= eta * (grad + 0.1 * elig_sum) * int(t > dt / 2)
grad = 0
elig_sum = 0
elig_bar = 0
"""


@dataclass(frozen=True)
class Structure:
    """Nothing to choose."""


def layer(n: int, name: str, kind: type = NeuronGroup) -> NeuronGroup:
    """Return driven neurons that spike."""
    group = kind(
        n,
        NEURON,
        threshold="v > 0.03",
        reset="v -= 0.03; z += 1",
        events={"judged": "timestep(t, dt) % 10 == 7 and (timestep(t, dt) + i) % 5 == 2"},
        method="exact",
        name=name,
    )
    group.run_regularly(
        "psi = 0.3 * clip(1 - abs(v - 0.03) / 0.03, 0, 1); trace = z; L = sin(t / (50*ms) + i)",
        when="end",
        name=f"{name}_freeze",
    )
    group.run_regularly("I = 0.04 * (1 + sin(t / (30*ms) + i))", when="start", name=f"{name}_drive")
    return group


def everything(kind: type, **kwargs) -> Network:
    """Return spikes both ways, sums both ways, other events, statements that wait and that cannot, odd sizes."""
    defaultclock.dt = 1 * ms
    neurons = VectorGroup if kind is DenseSynapses else NeuronGroup
    a, b = layer(37, "a", neurons), layer(21, "b", neurons)
    within = kind(
        a,
        a,
        PLASTIC + "x_post = w * z_pre : 1 (summed)",
        on_pre="I_post += w",
        on_post="n_pairs += 1; n_seen_pre += w",
        name="within",
        **kwargs,
    )
    within.connect(condition="i != j")
    across = kind(
        a,
        b,
        PLASTIC + "x_post = w * z_pre : 1 (summed)\nback_pre = w * z_post : 1 (summed)",
        on_pre={"pre": "v_post += w * int(i < j)", "judged": "w += 1e-4 * elig_bar; elig_sum *= 0.9"},
        on_event={"judged": "judged"},
        name="across",
        **kwargs,
    )
    across.connect()
    part = kind(
        b[3:11],
        b[5:20],
        "w : 1\ndseen/dt = (psi_post - seen) / (10*ms) : 1 (clock-driven)",
        on_pre="v_post += w",
        method="euler",
        name="part",
        **kwargs,
    )
    part.connect()
    for synapses in (within, across):
        synapses.eta = 1e-3
        synapses.w = "0.01 * sin(1.3 * i + 0.7 * j)"
        synapses.run_regularly(ELIGIBILITY, when="after_groups", order=1, name=f"{synapses.name}_eligibility")
        synapses.run_regularly(LEARN, dt=100 * ms, when="after_resets", order=4, name=f"{synapses.name}_learn")
    part.w = "0.001 * (i - j)"
    return Network(a, b, within, across, part)


def plans(kind: type) -> Network:
    """Return statements that must not wait, or must not be dense, each for another reason."""
    defaultclock.dt = 1 * ms
    a, b = layer(5, "a"), layer(4, "b")
    network = Network(a, b)
    codes = {
        "online": ("w += 0.001 * psi_post", "w : 1", "v_post += w"),
        "noisy": ("w += 0.001 * randn()", "w : 1", ""),
        "recorded": ("w += 0.001 * psi_post", "w : 1", ""),
        "waiting": ("w += 0.001 * psi_post", "w : 1", ""),
        "writing": ("v_post += 0.001 * w", "w : 1", ""),
        "shown": ("w += 0.001 * psi_post", "w : 1\ntwice = 2 * w : 1", ""),
        "driven": ("w += 0.001 * psi_post", "w : 1\ndlag/dt = -w * lag / second : 1 (event-driven)", "lag += 1"),
    }
    for name, (code, model, on_pre) in codes.items():
        synapses = kind(a, b, model, name=name, **({"on_pre": on_pre} if on_pre else {}))
        synapses.connect()
        synapses.run_regularly(code, name=f"{name}_step")
        network.add(synapses)
    rare = kind(a, b, "w : 1", on_pre={"rare": "w *= 0.5"}, on_event={"rare": "judged"}, name="rare")
    rare.connect()
    rare.run_regularly("w += 0.001 * psi_post", name="rare_step")
    network.add(rare)
    recurrent = kind(a, a, on_pre="v_post += 0.001 * v_pre", name="recurrent")
    recurrent.connect()
    network.add(recurrent, StateMonitor(network["recorded"], "w", record=[0], name="monitor"))
    network.add(StateMonitor(network["shown"], "twice", record=[0], name="subexpression"))
    return network


def delayed(kind: type) -> Network:
    """Return synapses with a delay."""
    defaultclock.dt = 1 * ms
    a = layer(5, "a")
    synapses = kind(a, a, "w : 1", on_pre="v_post += w", name="delayed")
    synapses.connect()
    synapses.delay = 5 * ms
    return Network(a, synapses)


N_COPIES, N_IN, N_OUT = 11, 19, 35


def batch(kind: type, **kwargs) -> Network:
    """Return a mini-batch: copies of two layers that share weights."""
    defaultclock.dt = 1 * ms
    rates = NeuronGroup(N_COPIES * N_IN, "r : 1\nback : 1", name="rates")
    errors = VectorGroup(N_COPIES * N_OUT, "x : 1\nerr : 1", name="errors")
    rates.run_regularly("r = sin(t / (7*ms) + i) + 0.1 * back", when="start", order=0, name="drive")
    errors.run_regularly("err = tanh(x) - cos(0.3 * i)", when="after_groups", order=0, name="compare")
    weights = kind(
        rates,
        errors,
        """
        w : 1
        grad : 1
        x_post = w * r_pre : 1 (summed)
        back_pre = w * err_post : 1 (summed)
        trace : 1
        sum : 1
        seen : 1""",
        copies=N_COPIES,
        own=["trace"],
        name="weights",
        **kwargs,
    )
    weights.connect()
    weights.w = "0.1 * sin(i + 0.7 * j)"
    weights.run_regularly("grad += err_post * r_pre", when="after_groups", order=1, name="gradient")
    weights.run_regularly("w -= 0.001 * grad; grad = 0", when="after_groups", order=2, name="learn")
    weights.run_regularly("seen = 0.99 * seen + err_post * r_pre", when="after_groups", order=1, name="look")
    # A trace of each copy, which waits, and is summed over copies now and then.
    weights.run_regularly("trace = 0.9 * trace + r_pre * err_post", when="after_groups", order=3, name="memory")
    weights.run_regularly("sum += err_post * trace", dt=25 * ms, when="after_groups", order=4, name="recall")
    # The same without synapses of a neuron onto itself.
    among = kind(errors, errors, "trace : 1\nsum : 1", copies=N_COPIES, own=["trace"], name="among", **kwargs)
    among.connect(condition="i != j")
    among.run_regularly("trace = 0.9 * trace + err_pre * x_post", when="after_groups", order=3, name="remember")
    among.run_regularly("sum += err_post * trace", dt=25 * ms, when="after_groups", order=4, name="collect")
    curve = VectorGroup(2001, "x : 1\ny : 1", name="curve")
    curve.x = "(i - 1000) * abs(i - 1000) ** 3 * 2.5e-11"
    curve.run_regularly("y = tanh(x)", name="bend")
    return Network(rates, errors, weights, among, curve)


SINGLE = ("v", "x", "bent", "whole", "power", "seen", "late", "wave")


def neurons(dtype: type) -> Network:
    """Return neurons whose variables are in single precision, but for a sum; what they do has to do with time, too."""
    defaultclock.dt = 1 * ms
    n = 100_001
    values = TimedArray(np.arange(n) % 1000, dt=1 * ms, name="values")
    group = VectorGroup(
        n,
        """
        dv/dt = (1.5 - v) / (20*ms) : 1 (unless refractory)
        x : 1
        bent : 1
        whole : 1
        power : 1
        seen : 1
        late : second
        wave : 1
        total : 1
        """,
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="exponential_euler",
        namespace={"values": values},
        dtype=dict.fromkeys(SINGLE, dtype),
        name="neurons",
    )
    group.v = "i / 1e5"
    group.x = "(i - 50000) * abs(i - 50000) ** 3 * 4e-18"
    group.total = 1e8
    group.run_regularly(
        """
        bent = tanh(x)
        whole = tanh(i) - x
        power = 0.1 + x ** 2 / 3
        seen = values(i * dt)
        late = (t + 1e4*second) - 1e4*second
        wave = sin(1e6 * t / second + x)
        total += 0.3 * abs(bent)
        """,
        when="end",
    )
    return Network(group)


def drawn() -> Network:
    """Return neurons in single precision whose steps draw random numbers, and whose threshold does."""
    defaultclock.dt = 1 * ms
    variables = "x : 1\ny : 1\nbefore : 1\nn_spikes : 1"
    group = VectorGroup(501, variables, threshold="rand() < 0.5", reset="n_spikes += 1", dtype=np.float32, name="drawn")
    group.run_regularly("before = x; x = rand(); y = rand(); y -= 0.5 * rand()", when="end")
    return Network(group)


NETWORKS: dict[str, Callable] = {
    "synapses": lambda: everything(Synapses),
    "dense": lambda: everything(DenseSynapses),
    "rows": lambda: everything(DenseSynapses, rows=4),
    "single": lambda: everything(DenseSynapses, dtype=np.float32),
    "single-rows": lambda: everything(DenseSynapses, dtype=np.float32, rows=4),
    "fused": lambda: everything(DenseSynapses, rows=4, fused=True),
    "delayed": lambda: delayed(DenseSynapses),
    "products": lambda: everything(DenseSynapses, products=128),
    "batch": lambda: batch(DenseSynapses, rows=4),
    "neurons": lambda: neurons(np.float64),
    "single-neurons": lambda: neurons(np.float32),
    "drawn": drawn,
    "batch-products": lambda: batch(DenseSynapses, products=10),
}


def main() -> None:
    """Compile one of the networks."""
    from runner.build import build

    name, target = sys.argv[1], Path(sys.argv[2])
    module = SimpleNamespace(
        __name__=f"tests.dense.{name}", Structure=Structure, OBJECTS={}, network=lambda _: NETWORKS[name]()
    )
    build(SimpleNamespace(module=module), {}, target)


if __name__ == "__main__":
    main()
