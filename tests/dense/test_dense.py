"""Dense loops mean what Brian2's own loops mean, whatever the sizes, the precision and the number of threads."""

import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, Synapses, device, get_device, prefs, second, set_device
from brian2.codegen.statements import Statement
from brian2.core.base import BrianObjectException
from brian2.utils.stringtools import get_identifiers

from dense import DenseSynapses
from dense.products import NotLinear, recursion
from runner.devices import toolchain
from tests.conftest import ROOT
from tests.dense import programs

DURATION = 0.35  # not a multiple of 64 steps: something waits at the end


@pytest.fixture(scope="module")
def result(repository, tmp_path_factory):
    """Return a function: name of a network to the final value of a state variable, by key."""
    from runner.binary import CompiledProgram

    cache = repository.folder / "results" / "builds"
    readers = {}

    def of(name, flags="", threads="1"):
        folder = cache / f"dense-{name}{flags}"
        environment = {**os.environ, "LOCAL_CREDIT_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
        if not folder.exists():
            command = [sys.executable, "-m", "tests.dense.programs", name, str(folder)]
            made = subprocess.run(
                command, cwd=ROOT, env={**environment, "LOCAL_CREDIT_FLAGS": flags}, capture_output=True, text=True
            )
            assert made.returncode == 0, made.stderr
        if (name, threads) not in readers:
            program, results = CompiledProgram(folder), tmp_path_factory.mktemp(name) / "run"
            before = os.environ.get("OMP_NUM_THREADS")
            os.environ["OMP_NUM_THREADS"] = threads
            results.mkdir()
            program.run({"run.duration": DURATION, "run.seed": 1}, results)
            os.environ.pop("OMP_NUM_THREADS") if before is None else os.environ.update(OMP_NUM_THREADS=before)
            readers[name, threads] = program.reader(results)
        return readers[name, threads]

    of.folder = lambda name: cache / f"dense-{name}"
    return of


EQUAL = [
    *("a.v", "a.x", "a.back", "b.v", "b.x", "b.z", "a.n_seen"),
    *(f"within.{v}" for v in ("w", "elig", "elig_bar", "elig_sum", "grad", "n_pairs")),
    *(f"across.{v}" for v in ("w", "elig", "elig_bar", "elig_sum", "grad")),
    *("part.w", "part.seen"),
]


@pytest.mark.parametrize("key", EQUAL)
@pytest.mark.parametrize("network", ["dense", "rows"])
def test_equal_to_the_bit(result, network, key):
    plain, dense = result("synapses")(key), result(network)(key)
    assert np.ptp(plain) > 0
    np.testing.assert_array_equal(dense, plain)


@pytest.mark.parametrize("key", ["within.w", "across.grad", "a.back"])
def test_single_precision(result, key):
    double, single = result("dense")(key), result("single")(key)
    assert single.dtype == (np.float64 if key == "a.back" else np.float32)
    np.testing.assert_allclose(single, double, atol=2e-5 * np.abs(double).max())


@pytest.mark.parametrize("key", EQUAL)
def test_rows_together_in_single_precision(result, key):
    np.testing.assert_array_equal(result("single-rows")(key), result("single")(key))


@pytest.mark.parametrize("key", ["within.w", "across.grad", "a.back", "part.seen"])
def test_fused_products_change_the_last_places_only(result, key):
    np.testing.assert_allclose(result("fused")(key), result("dense")(key), rtol=1e-9)


@pytest.mark.parametrize("key", ["within.w", "across.w", "a.back", "a.x", "b.x"])
@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_any_number_of_threads_gives_the_same_bits(result, threads, key):
    np.testing.assert_array_equal(result("dense", "-fopenmp", threads)(key), result("dense")(key))


@pytest.mark.parametrize("key", EQUAL)
def test_products_change_the_last_places_only(result, key):
    one, two = (result("products", "-fopenmp", threads)(key) for threads in "12")
    np.testing.assert_allclose(one, result("synapses")(key), rtol=1e-9, atol=1e-14)
    np.testing.assert_array_equal(two, one)


def test_the_compiler_makes_vectors_of_statements_that_wait(result):
    result("dense")
    version = subprocess.run(["g++", "-dumpversion"], capture_output=True, text=True).stdout.strip().split(".")[0]
    if not version.isdigit() or int(version) < 12 or platform.machine() != "x86_64":
        pytest.skip("the versions of the loop are for gcc 12 and x86-64")
    command = ["g++", *toolchain.flags(), "-I.", "-fopt-info-vec-optimized", "-c", "-o", os.devnull]
    (source,) = result.folder("dense").glob("code_objects/within_eligibility_codeobject*.cpp")
    said = subprocess.run([*command, source], cwd=result.folder("dense"), capture_output=True, text=True, check=True)
    loop = next(k for k, line in enumerate(source.read_text().splitlines(), 1) if "_lane < _lanes" in line)
    widths = {int(n) for n in re.findall(rf":{loop}:\d+: .*vectorized using (\d+) byte", said.stderr)}
    assert {16, 32} <= widths


@pytest.mark.parametrize("network", ["batch", "batch-products"])
def test_copies_share_the_weights(result, network):
    n, n_in, n_out = programs.N_COPIES, programs.N_IN, programs.N_OUT
    row, column = np.arange(n_in)[:, None], np.arange(n_out)
    w, back, err = 0.1 * np.sin(row + 0.7 * column), np.zeros((n, n_in)), np.zeros((n, n_out))
    trace, total, seen = np.zeros((n, n_in, n_out)), np.zeros((n_in, n_out)), np.zeros((n_in, n_out))
    among, sum_among, others = np.zeros((n, n_out, n_out)), np.zeros((n_out, n_out)), ~np.eye(n_out, dtype=bool)
    for step in range(round(DURATION / 1e-3)):
        r = np.sin(step / 7 + np.arange(n * n_in).reshape(n, n_in)) + 0.1 * back
        x, back = r @ w, err @ w.T  # summed variables come before the errors of the step
        err = np.tanh(x) - np.cos(0.3 * np.arange(n * n_out).reshape(n, n_out))
        w = w - 0.001 * r.T @ err
        for rates, errors in zip(r, err, strict=True):
            seen = 0.99 * seen + np.outer(rates, errors)
        trace = 0.9 * trace + r[:, :, None] * err[:, None, :]
        among = 0.9 * among + err[:, :, None] * x[:, None, :]
        if step % 25 == 0:
            total += (err[:, None, :] * trace).sum(axis=0)
            sum_among += (err[:, None, :] * among).sum(axis=0)
    expected = {
        "weights.w": w,
        "errors.err": err,
        "weights.trace": trace,
        "weights.sum": total,
        "weights.seen": seen,
        "among.trace": among[:, others],
        "among.sum": sum_among[others],
    }
    for key, numbers in expected.items():
        np.testing.assert_allclose(result(network)(key), numbers.ravel(), rtol=1e-10, atol=1e-14, err_msg=key)


def test_the_hyperbolic_tangent(result):
    x, y = (result("batch")(f"curve.{name}") for name in "xy")
    assert np.abs(x).max() > 20 and np.abs(x[x != 0]).min() < 1e-10
    np.testing.assert_array_max_ulp(y, np.tanh(x), 4)  # 3 of ours, 1 of the library


@pytest.mark.parametrize("key", [*programs.SINGLE, "total"])
def test_neurons_in_single_precision(result, key):
    double, single = (result(name)(f"neurons.{key}") for name in ("neurons", "single-neurons"))
    assert single.dtype == (np.float64 if key == "total" else np.float32)
    # Time stays in double precision, and so does a variable that is said to. Some neurons spike a step sooner or later.
    unit = {"v": 10, "wave": 10, "late": DURATION, "total": 100}.get(key, np.abs(double).max())
    same = np.abs(single - double) < 3e-7 * unit
    assert same.mean() > 0.999 if key == "v" else same.all()
    if key == "bent":
        x = result("single-neurons")("neurons.x")
        np.testing.assert_array_max_ulp(single, np.tanh(x.astype(float)).astype(np.float32), 3)


def threefry(low, high, neuron, call):
    """Return both words of Threefry 2x32 with 20 rounds."""
    low, high, a, b = (np.asarray(word, np.uint32) for word in (low, high, neuron, call))
    keys = low, high, low ^ high ^ np.uint32(0x1BD11BDA)
    a, b = a + keys[0], b + keys[1]
    for k, turn in enumerate([13, 15, 26, 6, 17, 29, 16, 24] * 2 + [13, 15, 26, 6]):
        a = a + b
        b = (b << np.uint32(turn) | b >> np.uint32(32 - turn)) ^ a
        if k % 4 == 3:
            a, b = a + keys[(k // 4 + 1) % 3], b + keys[(k // 4 + 2) % 3] + np.uint32(k // 4 + 1)
    return a, b


@pytest.mark.filterwarnings("ignore:overflow")
def test_random_numbers_in_single_precision(result):
    # Answers that its authors give.
    assert threefry(0, 0, 0, 0) == (0x6B200159, 0x99BA4EFE)
    assert threefry(0x13198A2E, 0x03707344, 0x243F6A88, 0x85A308D3) == (0xC4923A9C, 0x483DF7A0)
    # In each step, the threshold draws a number for every neuron, and then the loop draws its key.
    found, n, n_steps = (lambda key: result("drawn")(f"drawn.{key}")), 501, round(DURATION / 1e-3)
    draws = np.random.RandomState(1).random_sample((n_steps, n + 1))
    np.testing.assert_array_equal(found("n_spikes"), (draws[:, :n] < 0.5).sum(axis=0))

    def drawn(step, call):
        low, high = np.array([draws[step, n] * 2**53], np.uint64).view(np.uint32)
        return (threefry(low, high, np.arange(n), call)[0] >> 8).astype(np.float32) / 2**24

    np.testing.assert_array_equal(found("before"), drawn(-2, 0))
    np.testing.assert_array_equal(found("x"), drawn(-1, 0))
    np.testing.assert_array_equal(found("y"), drawn(-1, 1) - drawn(-1, 2) / 2)


def test_delays_are_refused_when_the_program_runs(result):
    from runner.binary import RunError

    with pytest.raises(RunError, match="delayed: DenseSynapses have no delays; use Synapses"):
        result("delayed")


@pytest.fixture
def device_standalone():
    """Activate C++ standalone without compiling, and return to the device from before."""
    set_device("cpp_standalone", build_on_run=False, directory=None)
    device.reinit()
    device.activate(build_on_run=False, directory=None)
    yield
    device.reinit()
    set_device("runtime")


def test_plans_say_what_waits_and_why_not(device_standalone):
    network = programs.plans(DenseSynapses)
    network.run(1 * second, namespace={})
    plans = {name: plan for o in network.objects if isinstance(o, DenseSynapses) for name, plan in o.plans.items()}
    assert plans == {
        "online_pre": "dense",
        "online_step": "every step: 'w' is used by online_pre",
        "noisy_step": "plain: randn() draws for every synapse, in the order of synapses",
        "recorded_step": "every step: 'w' is recorded by monitor",
        "waiting_step": "64 steps at a time",
        "writing_step": "plain: 'v_post' is written for every synapse of a neuron",
        "shown_step": "every step: 'w' is recorded by subexpression",
        "driven_pre": "dense",
        "driven_step": "every step: 'w' is used by driven_pre",
        "rare_rare": "dense",
        "rare_step": "64 steps at a time",
        "recurrent_pre": "plain: 'v_post' is written, and read as the value of another neuron",
    }


def test_plans_say_what_is_a_product(device_standalone):
    network = programs.batch(DenseSynapses, products=10)
    network.run(1 * second, namespace={})
    others = "no synapse from a neuron onto itself"
    assert network["weights"].plans | network["among"].plans == {
        "weights_summed_variable_x_post": "dense",
        "weights_summed_variable_back_pre": "dense",
        "gradient": "every step: 'grad' is used by learn, as products",
        "learn": "every step: 'w' is used by weights_summed_variable_x_post; no products: it runs once for all copies",
        "look": "64 steps at a time; no products: 'seen' depends on the order of copies",
        "memory": "10 steps at a time, as products",
        "recall": "every step: 'trace' is used by memory; no products: 'trace' is a factor of every synapse",
        "remember": f"64 steps at a time; no products: {others}",
        "collect": f"every step: 'trace' is used by remember; no products: {others}",
    }


def statements(code):
    """Return code, one statement after the other, as Brian2 hands it to a generator."""
    found = [re.fullmatch(r"(\w+) (\S*=) (.*)", line.strip()).groups() for line in code.split(";")]
    return [Statement(var, op, expr, "", np.float64) for var, op, expr in found]


STATE = {"e": True, "g": True, "w": False}


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("g += L * e * e", "a product of 'e' and 'e'"),
        ("e = r * e", "a product of 'e' and 'r'"),
        ("e = L / r", "a product of 'L' and 'r'"),
        ("g += exp(e)", "'e' in 'exp(e)'"),
        ("g += exp(r * L)", "'L' in 'exp(r * L)'"),
        ("x = L; x = 2 * L; g += x * r", "'x' is computed twice"),
        ("g += w * r", "'w' is a factor of every synapse"),
        ("g //= 2", "'//='"),
    ],
)
def test_what_is_no_product(code, refused):
    state = {name: stored for name, stored in STATE.items() if name in get_identifiers(code)}
    with pytest.raises(NotLinear, match=re.escape(refused)):
        recursion(statements(code), state, {"r"}, {"L"})


def test_a_recursion():
    # Adaptive neuron: elig = psi (r - beta a), and its trace a; then an expression of the row alone.
    code = "x = psi * k; e = x * (r - beta * a); a = rho * a + e; g += L * e - sqrt(r) * L / 2"
    found = recursion(statements(code), dict.fromkeys("ag", True), {"r"}, {"psi", "beta", "L"})
    values = {
        "psi": 0.3,
        "k": 0.7,
        "beta": 0.5,
        "rho": 0.9,
        "L": 2.0,
        "x": 0.21,
        "r": 1.7,
        "a": 0.4,
        "g": 3.0,
        "sqrt": np.sqrt,
    }
    after = dict(values)
    exec(code, after)  # noqa: S102
    assert [s.var for s in found.columns] == ["x"] and found.whole("g") and not found.whole("a")
    for name, form in found.factors.items():
        terms = {n: values[n] if isinstance(n, str) else eval(n.expression, values) for n in form}  # noqa: S307
        assert after[name] == pytest.approx(sum(eval(f, values) * terms[n] for n, f in form.items()))  # noqa: S307
    assert found.behind("g") == ["g", "a"] and found.behind("a") == ["a"]


@pytest.mark.parametrize("arguments", [{"p": 0.5}, {"condition": "i < j"}, {"i": [0], "j": [1]}])
def test_other_connections_are_refused(arguments):
    group = NeuronGroup(3, "x : 1", name="group")
    with pytest.raises(ValueError, match="'links': DenseSynapses connect all pairs"):
        DenseSynapses(group, group, "w : 1", name="links").connect(**arguments)


def test_a_delay_is_refused():
    group = NeuronGroup(3, "v : 1", threshold="v > 1", name="group")
    with pytest.raises(ValueError, match="'links': DenseSynapses have no delays; use Synapses"):
        DenseSynapses(group, group, "w : 1", on_pre="v_post += w", delay=1 * second, name="links")


def test_without_self_needs_equal_sizes():
    source, target = NeuronGroup(3, "x : 1"), NeuronGroup(4, "x : 1")
    with pytest.raises(ValueError, match="layers of the same size, not 3 and 4"):
        DenseSynapses(source, target, "w : 1").connect(condition="i != j")


def test_copies_must_divide(device_standalone):
    group = NeuronGroup(7, "x : 1", name="seven")
    with pytest.raises(ValueError, match="'seven' has 7 neurons, which are not 2 copies of a layer"):
        DenseSynapses(group, group, "w : 1", copies=2)


@pytest.mark.parametrize("code", ["v_post += trace", ""], ids=["spike", "sum"])
def test_what_each_copy_has_of_its_own_belongs_to_steps(device_standalone, code):
    group = NeuronGroup(4, "v : 1", threshold="v > 1", name="four")
    model = "trace : 1" if code else "trace : 1\nv_post = trace : 1 (summed)"
    keywords = {"on_pre": code} if code else {}
    synapses = DenseSynapses(group, group, model, copies=2, own=["trace"], name="shared", **keywords)
    synapses.connect()
    with pytest.raises(BrianObjectException) as error:
        Network(group, synapses).run(0.001 * second, namespace={})
    assert "'shared': 'trace' is one for each copy" in str(error.value.__cause__)


def test_nothing_waits_for_the_loop_of_brian2(device_standalone):
    group = NeuronGroup(4, "v : 1", name="four")
    synapses = DenseSynapses(group, group, "w : 1", name="noisy")
    synapses.connect()
    synapses.run_regularly("w += v_post", name="often")
    synapses.run_regularly("w += randn()", dt=1 * second, name="seldom")
    with pytest.raises(BrianObjectException) as error:
        Network(group, synapses).run(0.001 * second, namespace={})
    because = "randn() draws for every synapse, in the order of synapses"
    said = f"'noisy': often waits for seldom, which needs Brian2's own loop: {because}; use Synapses"
    assert str(error.value.__cause__) == said


def test_copies_need_standalone():
    group = NeuronGroup(4, "x : 1")
    synapses = DenseSynapses(group, group, "w : 1", copies=2, name="shared")
    synapses.connect()
    with pytest.raises(BrianObjectException) as error:
        Network(group, synapses).run(0.001 * second, namespace={})
    assert "'shared': copies of the neurons need the device cpp_standalone" in str(error.value.__cause__)


def test_other_devices_use_the_loops_of_brian2():
    target, prefs.codegen.target = prefs.codegen.target, "numpy"
    finals = []
    for kind in (Synapses, DenseSynapses):
        network = programs.everything(kind)
        network.run(0.02 * second, namespace={})
        finals.append(np.array(network["within"].elig_bar[:]))
    prefs.codegen.target = target
    assert get_device().__class__.__name__ == "RuntimeDevice" and np.ptp(finals[0]) > 0
    np.testing.assert_array_equal(*finals)
