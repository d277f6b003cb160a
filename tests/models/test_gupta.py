"""The spiking network against an independent model with 20 levels, written as plain loops."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import ms, prefs, set_device

from base.values import Values
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, layers_of, shown
from experiments.gupta.iris.inputs import inputs as rounds
from models.base import Model
from models.gupta import rule
from models.gupta.network import OBJECTS, Structure, network

SMALL = Structure(n_1=6, n_2=5, n_rows=10, n_presentations=26)
PROTOCOL = {"n_train": 6, "n_test": 4, "n_epochs": 2}
LEVELS, STEPS = 20, 84


@pytest.fixture(autouse=True)
def numpy_target():
    """Simulate with NumPy."""
    set_device("runtime")
    target = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = target


def resolved(structure, **changes):
    """Values that `inputs` reads."""
    keys = {f"network.{name}": value for name, value in vars(structure).items()}
    given = {"first": 1, "second": 2, "watched": 0, **PROTOCOL, **changes}
    keys |= {f"inputs.{name}": value for name, value in given.items()} | {"schedule.n_steps": STEPS}
    return Values(keys)


def inputs(keys, rng):
    """Return the arrays of the round in which the network learns."""
    return next(rounds(keys, rng))


def prepared(structure, arrays, **values):
    """Network with the parameters and arrays of one point."""
    net = network(structure)
    for name, model in OBJECTS.items():
        keys = {key.split(".")[1]: value for key, value in values.items() if key.split(".")[0] == name}
        model.assign(net[name], **keys)
    tables = net["schedule"].namespace | net["neurons"].namespace
    for key, value in arrays.items():
        name, variable = key.split(".")
        if name == "run":
            continue
        if variable == "values":
            tables[name].values[:] = value
        else:
            setattr(net[name], variable, value)
    return net


def reference(
    structure, arrays, n_presentations, eta=0.1, x_th=0.1, w_max=5.0, beta=1.0, k=(2, 2, 1), graded=True, lead=0.0
):
    """Layers one after the other, no time steps: earliness is the sigmoid of the voltage rounded to the levels.

    Returns the voltage and earliness of the output of every presentation, and the final weights and biases.
    """
    sizes = [structure.n_0, structure.n_1, structure.n_2, structure.n_3]
    n = structure.n_3
    ends = np.cumsum([pre * post for pre, post in zip(sizes[:-1], sizes[1:], strict=True)])[:-1]
    flat = np.split(arrays["synapses.w"], ends)
    w = [part.reshape(pre, -1).copy() for part, pre in zip(flat, sizes[:-1], strict=True)]
    b = [np.zeros(m) for m in sizes[1:]]
    earliest = 1 - 0.5 / LEVELS
    grid = [1 - (level + 0.5) / LEVELS for level in range(LEVELS)]

    def spike(intensity):
        """Index of the first level that is reached, LEVELS without a spike."""
        return next((n for n, e in enumerate(grid) if intensity >= e), LEVELS)

    out_v, out_a = [], []
    for m in range(n_presentations):
        row, label = int(arrays["order.values"][m]), int(arrays["labels.values"][m])
        steps = [spike(x) for x in arrays["pattern.values"][row]]
        a_pre = np.array([grid[n] if n < LEVELS else 0.0 for n in steps])
        for layer in range(3):
            v = np.array([b[layer][j] + sum(w[layer][i, j] * a_pre[i] for i in range(len(a_pre))) for j in
                          range(sizes[layer + 1])])  # fmt: skip
            steps = [spike(1 / (1 + np.exp(-beta * u))) for u in v]
            a = np.array([grid[n] if n < LEVELS else 0.0 for n in steps])
            if arrays["training.values"][m]:
                for j in range(len(v)):
                    ahead = sum(steps[o] < steps[j] for o in range(j % n, len(v), n))
                    learns = arrays["neurons.learns"][sum(sizes[: layer + 1]) + j]
                    if a[j] == 0 or ahead >= k[layer] or not learns:
                        continue
                    wanted = earliest + lead if j % n == label else 0.0
                    timing = a_pre - x_th if graded else np.where(a_pre > x_th, 0.5, -0.5)
                    w[layer][:, j] += eta * (wanted - a[j]) * timing
                    w[layer][:, j] = np.clip(w[layer][:, j], -w_max, w_max)
                    b[layer][j] += eta * (wanted - a[j])
            a_pre = a
        out_v.append(v)
        out_a.append(a)
    return np.array(out_v), np.array(out_a), w, b


def flat(w):
    """Weights in the order of the synapses."""
    return np.concatenate([part.ravel() for part in w])


@pytest.mark.parametrize(("seed", "w_max"), [(0, 5.0), (3, 0.4)])
def test_equals_reference(seed, w_max):
    """Voltage, earliness, weights and biases of every presentation, also where weights are clipped."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(seed))
    n_presentations = 16
    net = prepared(SMALL, arrays, **{"synapses.w_max": w_max})
    net.run(n_presentations * STEPS * SMALL.dt)
    v, a, w, b = reference(SMALL, arrays, n_presentations, w_max=w_max)
    readout = net["readout"]
    np.testing.assert_allclose(readout.V[:].reshape(-1, 2), v, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(readout.a[:].reshape(-1, 2), a)
    np.testing.assert_allclose(net["synapses"].w[:], flat(w), rtol=0, atol=1e-12)
    np.testing.assert_allclose(net["neurons"].b[SMALL.n_0 :], np.concatenate(b), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(readout.row[:][::2], arrays["order.values"][:n_presentations])
    assert np.any(np.abs(flat(w)) == w_max) == (w_max < 1)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ({"synapses.graded": False}, {"graded": False}),
        ({"association.lead": 0.025}, {"lead": 0.025}),
        ({"interneurons.k_1": 6, "interneurons.k_2": 5}, {"k": (6, 5, 1)}),
        ({"synapses.x_th": 0.0}, {"x_th": 0.0}),
    ],
)
def test_ablations_equal_reference(values, options):
    """What the ablations change, on the first learned presentations."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(5))
    net = prepared(SMALL, arrays, **values)
    net.run(6 * STEPS * SMALL.dt)
    v, a, w, b = reference(SMALL, arrays, 6, **options)
    np.testing.assert_allclose(net["readout"].V[:].reshape(-1, 2), v, rtol=0, atol=1e-12)
    np.testing.assert_allclose(net["synapses"].w[:], flat(w), rtol=0, atol=1e-12)
    assert np.any(flat(w) != flat(reference(SMALL, arrays, 6)[2]))


@pytest.mark.parametrize("frozen", [(1,), (2,), (1, 2)])
def test_frozen_layers(frozen):
    """Their weights and biases stay, bit for bit; the others equal the reference."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(6)) | anatomy(resolved(SMALL), frozen)
    net = prepared(SMALL, arrays)
    net.run(6 * STEPS * SMALL.dt)
    v, a, w, b = reference(SMALL, arrays, 6)
    found = layers_of(resolved(SMALL), net["synapses"].w[:], net["neurons"].b[:])
    before = layers_of(resolved(SMALL), arrays["synapses.w"], np.zeros(SMALL.n_0 + SMALL.n_1 + SMALL.n_2 + SMALL.n_3))
    for layer in (1, 2, 3):
        np.testing.assert_allclose(found[layer - 1][0], w[layer - 1], rtol=0, atol=1e-12)
        np.testing.assert_allclose(found[layer - 1][1], b[layer - 1], rtol=0, atol=1e-12)
        assert np.array_equal(found[layer - 1][0], before[layer - 1][0]) == (layer in frozen)


def test_more_than_two_classes():
    """One assembly a class in every layer, with its own teacher and interneurons."""
    structure = replace(SMALL, n_1=9, n_2=7, n_3=3)
    keys = resolved(structure)
    rng = np.random.default_rng(7)
    y = np.arange(10) % 3
    order, learning = epochs(6, 4, 1, rng)
    weights = initial_weights(keys, rng)
    arrays = {
        **anatomy(keys),
        "synapses.w": weights,
        **shown(keys, rng.uniform(size=(10, structure.n_0)), y, order, learning),
    }
    net = prepared(structure, arrays)
    net.run(8 * STEPS * structure.dt)
    v, a, w, b = reference(structure, arrays, 8)
    np.testing.assert_allclose(net["readout"].V[:].reshape(-1, 3), v, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(net["readout"].a[:].reshape(-1, 3), a)
    np.testing.assert_allclose(net["synapses"].w[:], flat(w), rtol=0, atol=1e-12)


def test_test_presentations_change_nothing():
    """With learning off no weight and no bias moves, and no teacher fires."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(1))
    arrays["training.values"][:] = 0
    arrays["watched.values"][:] = 1
    net = prepared(SMALL, arrays)
    net.run(3 * STEPS * SMALL.dt)
    np.testing.assert_array_equal(net["synapses"].w[:], arrays["synapses.w"])
    np.testing.assert_array_equal(net["neurons"].b[:], 0)
    assert net["teacher_spikes"].num_events == 0


def test_spikes_of_one_presentation():
    """Layer l fires in window l, at most once; the teacher at onset; an interneuron one step after the k-th spike."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(2))
    arrays["watched.values"][:] = 0
    arrays["watched.values"][1] = 1
    net = prepared(SMALL, arrays, **{"interneurons.k_1": 1})
    net.run(3 * STEPS * SMALL.dt)

    def steps(name):
        return np.rint(net[name].t / SMALL.dt).astype(int) - STEPS

    sizes = [SMALL.n_0, SMALL.n_1, SMALL.n_2, SMALL.n_3]
    layer = np.repeat(np.arange(4), sizes)
    cells = net["spikes"].i[:]
    assert len(cells) == len(set(cells))
    np.testing.assert_array_equal(steps("spikes") // LEVELS, layer[cells])
    np.testing.assert_array_equal(steps("teacher_spikes"), [0])
    np.testing.assert_array_equal(net["teacher_spikes"].i[:], arrays["labels.values"][1:2])

    fired = dict(zip(net["interneuron_spikes"].i[:], steps("interneuron_spikes"), strict=True))
    first = SMALL.n_0 + np.arange(SMALL.n_1)
    for assembly in (0, 1):
        members = np.isin(cells, first[assembly::2])
        assert fired[assembly] == steps("spikes")[members].min() + 1


def test_first_layer_learns_without_later_layers():
    """Locality: other weights of the later layers leave the first layer unchanged, bit for bit."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(4))
    other = arrays | {"synapses.w": arrays["synapses.w"].copy()}
    n_first = SMALL.n_0 * SMALL.n_1
    other["synapses.w"][n_first:] *= -2
    final = []
    for point in (arrays, other):
        net = prepared(SMALL, point)
        net.run(PROTOCOL["n_train"] * STEPS * SMALL.dt)
        final.append(net["synapses"].w[:])
    np.testing.assert_array_equal(final[0][:n_first], final[1][:n_first])
    assert np.any(final[0][n_first:] != final[1][n_first:])
    assert np.any(final[0][:n_first] != arrays["synapses.w"][:n_first])


def test_other_window():
    """The number of levels and the length of a presentation are run-time parameters."""
    arrays = inputs(resolved(SMALL), np.random.default_rng(5))
    net = prepared(SMALL, arrays, **{"schedule.n_levels": 10, "schedule.n_steps": 44})
    net.run(2 * 44 * SMALL.dt)
    readout = net["readout"]
    assert readout.num_events == 4
    np.testing.assert_allclose(readout.t / ms, np.repeat([41, 85], 2) * SMALL.dt / ms)
    levels = np.append((np.arange(10) + 0.5) / 10, 0.0)
    assert all(np.isclose(levels, a, rtol=0, atol=1e-12).any() for a in readout.a[:])


def test_inputs_are_a_function_of_the_seed():
    """Same generator, same arrays; every class is split evenly and every training row appears once an epoch."""
    structure = replace(SMALL, n_rows=100, n_presentations=370)
    keys = resolved(structure, n_train=70, n_test=30, n_epochs=3)
    one, two = (inputs(keys, np.random.default_rng(7)) for _ in range(2))
    for key in one:
        np.testing.assert_array_equal(one[key], two[key])
    order = one["order.values"]
    np.testing.assert_array_equal(np.sort(order[:70]), np.arange(70))
    np.testing.assert_array_equal(order[70:100], np.arange(70, 100))
    assert one["labels.values"][70:100].sum() == 15
    assert one["watched.values"].sum() == 3
    pattern = one["pattern.values"]
    assert pattern.min() == 0 and pattern.max() == 1
    np.testing.assert_allclose(pattern[:, :4] + pattern[:, 4:], 1)


def test_too_few_rows():
    """A species has 50 rows."""
    with pytest.raises(ValueError, match="too few rows"):
        inputs(resolved(SMALL, n_train=98), np.random.default_rng(0))


def test_models_are_documented():
    """Symbols and text for every parameter; the origin is said everywhere."""
    for model in rule.MODELS:
        assert isinstance(model, Model)
        assert "abstract" in model.deviations[0]
        for field in model.params.__dataclass_fields__.values():
            assert field.metadata["text"] and field.metadata["symbol"] and field.metadata["source"]
