"""What a step of a plastic all-to-all synapse costs: Brian2's loop, dense loops, dense loops over many steps at once.

    python -m benchmarks.dense [--sizes 100 300 600 1000 3000] [--repeats 5]
    python -m benchmarks.dense --sizes 10000 --precision single      # adds to the table; half the memory
    python -m benchmarks.dense --sizes 3000 --threads 2              # elapsed times of one thread and of two; no table

Builds one recurrent layer with the e-prop 1 rule (eligibility trace, its filtered copy, its sum, gradient) per size and
variant, runs each for two durations, and divides the difference of CPU times by steps and synapses. The same script
measures what the machine can do: bandwidth of its memory for arrays of the same size, and multiplications and additions
in registers. Writes the table ``docs/dense.csv``, in which sizes that are not measured again stay, and the roofline
``docs/dense.png``. With 10 000 neurons every run writes up to 4 GB into the folder of temporary files (`TMPDIR`).
"""

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, defaultclock, ms  # noqa: E402

from dense import DenseSynapses  # noqa: E402
from runner.binary import CompiledProgram  # noqa: E402
from runner.build import build  # noqa: E402

OUT = Path(__file__).resolve().parent.parent / "docs"
FLOP = 7  # multiplications and additions of the rule, per synapse and step
STATES = 4  # state variables of a synapse
STEPS = 64  # steps that dense statements wait, as in dense.synapses.BLOCK
RULE = """
elig = psi_post * trace_pre
elig_bar += kappa * (elig - elig_bar)
elig_sum += elig
grad += learning_signal_post * elig_bar
"""
# kind of synapses, type of numbers, whether something looks at the synapses in every step
VARIANTS = {
    "Brian2, double": (Synapses, np.float64, False),
    "Brian2, single": (Synapses, np.float32, False),
    "dense, every step, double": (DenseSynapses, np.float64, True),
    "dense, every step, single": (DenseSynapses, np.float32, True),
    "dense, 64 steps, double": (DenseSynapses, np.float64, False),
    "dense, 64 steps, single": (DenseSynapses, np.float32, False),
}
MACHINE = r"""
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>
#define VERSIONS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
VERSIONS void update(double* __restrict a, const double* __restrict b, const double* __restrict c, size_t n) {
    for (size_t i = 0; i < n; i++) a[i] = b[i] + 0.5 * c[i];
}
template <class T> VERSIONS double registers(long rounds) {
    T x[128];
    for (int i = 0; i < 128; i++) x[i] = i * T(0.001);
    for (long r = 0; r < rounds; r++)
        for (int i = 0; i < 128; i++) x[i] = x[i] * T(0.999) + T(0.01);
    double sum = 0;
    for (int i = 0; i < 128; i++) sum += x[i];
    return sum;
}
double seconds() { return double(clock()) / CLOCKS_PER_SEC; }
int main(int, char** argv) {
    const size_t n = atol(argv[1]) / 24;
    std::vector<double> a(n, 1), b(n, 2), c(n, 3);
    const long rounds = 1 + 400000000 / n;
    double start = seconds();
    for (long r = 0; r < rounds; r++) update(a.data(), b.data(), c.data(), n);
    const double bandwidth = 24.0 * n * rounds / (seconds() - start) * 1e-9;
    start = seconds();
    double sum = registers<float>(20000000) + a[n / 2];
    const double single = 256.0 * 20000000 / (seconds() - start) * 1e-9;
    start = seconds();
    sum += registers<double>(20000000);
    printf("%g %g %g %g\n", bandwidth, single, 256.0 * 20000000 / (seconds() - start) * 1e-9, sum);
}
"""


@dataclass(frozen=True)
class Structure:
    """Nothing to choose."""


def network(n: int, kind: type, dtype: type, watched: bool) -> Network:
    """Return one layer whose synapses learn, without spikes: only the rule costs anything."""
    defaultclock.dt = 1 * ms
    layer = NeuronGroup(n, "psi : 1\ntrace : 1\nlearning_signal : 1", name="layer")
    layer.run_regularly(  # now and then: the neurons must not cost anything
        "psi = sin(t / (7*ms) + i); trace = 0.5 * psi; learning_signal = 0.1 * psi", when="start", dt=50 * ms
    )
    synapses = kind(
        layer,
        layer,
        "elig : 1\nelig_bar : 1\nelig_sum : 1\ngrad : 1\nkappa : 1 (shared, constant)",
        dtype=dtype,
        name="synapses",
    )
    synapses.connect()
    synapses.kappa = 0.03
    synapses.run_regularly(RULE, when="end", name="synapses_rule")
    found = Network(layer, synapses)
    if watched:
        found.add(StateMonitor(synapses, "grad", record=[0], name="monitor"))
    return found


def children() -> float:
    """Return the CPU seconds of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compiled(folder: Path, n: int, variant: str) -> tuple[CompiledProgram, float]:
    """Return the program of a variant, and the CPU seconds that building it took."""
    module = SimpleNamespace(
        __name__="benchmarks.dense", Structure=Structure, OBJECTS={}, network=lambda _: network(n, *VARIANTS[variant])
    )
    before = children()
    build(SimpleNamespace(module=module), {}, folder)
    return CompiledProgram(folder), children() - before


def spent(program: CompiledProgram, steps: int, kind: str = "cpu_s") -> float:
    """Return the seconds of some steps, of CPU or elapsed; start and end of the program do not count."""
    found = []
    for k in (STEPS, STEPS + steps):
        with tempfile.TemporaryDirectory() as scratch:
            cost = program.run({"run.duration": 1e-3 * k, "run.seed": 1}, Path(scratch) / "run")
        found.append(cost[kind])
    return found[1] - found[0]


def machine(folder: Path, n: int) -> tuple[float, float, float]:
    """Return bandwidth (GB/s) of arrays as large as the state of n x n synapses, and GFLOP/s in single and double."""
    source = folder / "machine.cpp"
    source.write_text(MACHINE, encoding="utf-8")
    flags = ["-O3", "-w", "-ffast-math"]
    subprocess.run([os.environ.get("CXX", "g++"), *flags, "-o", "machine", source.name], cwd=folder, check=True)
    size = 4 * STATES * n * n
    found = [subprocess.run(["./machine", str(size)], cwd=folder, check=True, capture_output=True) for _ in range(3)]
    numbers = np.array([[float(word) for word in done.stdout.split()[:3]] for done in found])
    bandwidth, single, double = numbers.max(axis=0)
    return bandwidth, single, double


def steps_of(n: int) -> int:
    """Return how many steps are long enough to be timed."""
    return int(np.clip(4e8 / n**2, STEPS, 200_000)) // STEPS * STEPS


def share(sizes: list[int], repeats: int, variants: list[str], threads: int) -> None:
    """Print how much sooner several threads are done than one."""
    os.environ["LOCAL_CREDIT_FLAGS"] = "-fopenmp"
    for n in sizes:
        for variant in variants:
            with tempfile.TemporaryDirectory() as scratch:
                program, _ = compiled(Path(scratch) / "build", n, variant)
                times: dict[int, list[float]] = {1: [], threads: []}
                for _ in range(repeats):
                    for number, found in times.items():
                        os.environ["OMP_NUM_THREADS"] = str(number)
                        found.append(spent(program, 4 * steps_of(n), "wall_s"))
            one, several = (statistics.median(found) for found in times.values())
            print(f"{n:6} {variant:28} {threads} threads: {one / several:.2f} times sooner", flush=True)


def measure(sizes: list[int], repeats: int, variants: list[str]) -> pd.DataFrame:
    """Return one row per size and variant; variants take turns, so that they share what else the machine does."""
    rows = []
    for n in sizes:
        steps = steps_of(n)
        with tempfile.TemporaryDirectory() as scratch:
            bandwidth, single, double = machine(Path(scratch), n)
            programs = {variant: compiled(Path(scratch) / f"v{k}", n, variant) for k, variant in enumerate(variants)}
            times: dict[str, list[float]] = {variant: [] for variant in variants}
            for _ in range(repeats):
                for variant, (program, _) in programs.items():
                    times[variant].append(spent(program, steps) / steps / n**2 * 1e9)
        for variant, (_, built) in programs.items():
            row = {"n": n, "variant": variant, "ns": statistics.median(times[variant]), "build_s": built}
            row |= {"bandwidth_gb_s": bandwidth, "single_gflop_s": single, "double_gflop_s": double}
            rows.append(row)
            print(f"{n:6} {variant:28} {row['ns']:7.3f} ns per synapse and step, built in {built:.1f} s", flush=True)
    return pd.DataFrame(rows)


def intensity(variant: str) -> float:
    """Return floating point operations per byte that must move: state in and out, and two indices for Brian2's loop."""
    size = 4 if variant.endswith("single") else 8
    moved = 2 * STATES * size / (STEPS if "64" in variant else 1)
    return FLOP / (moved + (8 if variant.startswith("Brian2") else 0))


def draw(table: pd.DataFrame, file: Path) -> None:
    """Draw cost against size, and every variant under the roof that the machine sets; larger dots for more neurons."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2), constrained_layout=True)
    table = table.sort_values("n", kind="stable")
    colours = dict(zip(VARIANTS, ["0.35", "0.65", "#9ecae1", "#2171b5", "#fdae6b", "#d94801"], strict=True))
    sizes = sorted(table.n.unique())
    area = {n: 12 + 22 * k for k, n in enumerate(sizes)}
    for variant, rows in table.groupby("variant", sort=False):
        left.loglog(rows.n, rows.ns, "o-", ms=4, color=colours[variant], label=variant)
        place = np.full(len(rows), intensity(variant))
        right.scatter(place, FLOP / rows.ns, s=rows.n.map(area), color=colours[variant], edgecolor="white", lw=0.5)
    x = np.geomspace(0.05, 60, 200)
    for n, rows in table.groupby("n"):
        first = rows.iloc[0]
        for peak, style in ((first.single_gflop_s, "-"), (first.double_gflop_s, ":")):
            right.loglog(x, np.minimum(peak, x * first.bandwidth_gb_s), style, color="0.8", lw=0.8, zorder=0)
        if n == sizes[0]:
            right.text(x[-1], first.single_gflop_s, "single", fontsize=6, color="0.5", ha="right", va="bottom")
            right.text(x[-1], first.double_gflop_s, "double", fontsize=6, color="0.5", ha="right", va="bottom")
        if n in (sizes[0], sizes[len(sizes) // 2], sizes[-1]):
            label = f"memory, state of {n} x {n}"
            right.text(0.4, 0.42 * first.bandwidth_gb_s, label, fontsize=6, color="0.5")
    left.axhline(0.3, color="0.8", lw=0.8, ls="--", zorder=0)
    left.set(xlabel="neurons, all to all", ylabel="ns per synapse and step (one core)", ylim=(0.15, 12))
    left.set_yticks([0.2, 0.3, 0.5, 1, 2, 3, 5], ["0.2", "0.3", "0.5", "1", "2", "3", "5"])
    left.set_xticks(sizes, [str(n) for n in sizes])
    left.minorticks_off()
    right.set(xlabel="operations per byte that must move", ylabel="GFLOP/s (one core)")
    left.legend(frameon=False, fontsize=7, loc="upper left")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=120)


def main() -> None:
    """Measure, print, and write table and figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dense", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 600, 1000, 3000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--precision", choices=["single", "double"], help="of the synapses; default: both")
    parser.add_argument("--threads", type=int, help="compare so many threads with one instead")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of dense.csv and dense.png")
    arguments = parser.parse_args()
    variants = [variant for variant in VARIANTS if variant.endswith(arguments.precision or "")]
    if arguments.threads:
        share(arguments.sizes, arguments.repeats, [v for v in variants if v.startswith("dense")], arguments.threads)
        return
    table = measure(arguments.sizes, arguments.repeats, variants)
    for n, rows in table.groupby("n"):
        costs = rows.set_index("variant").ns
        ratios = ", ".join(f"{v}: {costs.iloc[0] / c:.1f} x" for v, c in costs.iloc[1:].items())
        print(f"n = {n}: faster than {variants[0]} by {ratios}")
    file = arguments.out / "dense.csv"
    if file.exists():
        before = pd.read_csv(file)
        table = pd.concat([before[~before.n.isin(arguments.sizes)], table]).sort_values("n", kind="stable")
    table.round(4).to_csv(file, index=False)
    draw(table, arguments.out / "dense.png")


if __name__ == "__main__":
    main()
