"""What a step of a sampling network and of a microcircuit costs, beside a bare C loop.

    python -m benchmarks.sal_speed

Compiles sal/synaptic_noise for 3, 30 and 300 networks and sal/microcircuit for 3 and 60 circuits, runs each for two
durations, and divides the difference of CPU times by steps and networks. The C loop below does the same work for one
sampling network (Bernoulli neurons, rectangular PSPs, triangular STDP, no histogram) without any framework. What holds
Brian2 back is measured, too: the work per step that does not depend on the number of networks.
"""

import os
import resource
import subprocess
import tempfile
from pathlib import Path

from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

C_LOOP = r"""
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#define N 7
#define TAU 50
static uint64_t s = 88172645463325252ULL;
static inline double uniform(void) {
    s ^= s << 13; s ^= s >> 7; s ^= s << 17;
    return (s >> 11) * 0x1.0p-53;
}
int main(int argc, char** argv) {
    long steps = atol(argv[1]), last[N];
    double w[N][N], b[N], u[N], causal[N][N] = {{0}}, anti[N][N] = {{0}};
    for (int i = 0; i < N; i++) {
        b[i] = uniform() - 0.5; u[i] = b[i]; last[i] = -1000;
        for (int j = 0; j < N; j++) w[i][j] = i == j ? 0 : 0.4 * (uniform() - 0.5);
    }
    for (long t = 0; t < steps; t++) {
        int fires[N], n = 0;
        for (int i = 0; i < N; i++)
            if (t - last[i] > TAU && uniform() * (1 + TAU * exp(-u[i])) < 1) fires[n++] = i;
        for (int j = 0; j < N; j++)
            if (t - last[j] == TAU - 1) for (int i = 0; i < N; i++) u[i] -= w[i][j];
        for (int k = 0; k < n; k++) {
            int j = fires[k];
            for (int i = 0; i < N; i++) {
                u[i] += w[i][j];
                long lag = t - last[i];
                if (lag < TAU) { anti[i][j] += 1 - (double)lag / TAU; causal[j][i] += 1 - (double)lag / TAU; }
            }
        }
        for (int k = 0; k < n; k++) last[fires[k]] = t;
        if (t % 5000 == 4999)
            for (int i = 0; i < N; i++) for (int j = 0; j < N; j++) {
                w[i][j] += 1e-5 * (anti[i][j] - causal[i][j]); causal[i][j] = anti[i][j] = 0;
            }
    }
    double sum = 0;
    for (int i = 0; i < N; i++) sum += u[i];
    printf("%g\n", sum);
    return 0;
}
"""


def children() -> float:
    """Return the CPU seconds of all child processes so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def c_loop(folder: Path, steps: int = 20_000_000) -> float:
    """Return seconds per step of the C loop."""
    (folder / "loop.c").write_text(C_LOOP, encoding="utf-8")
    subprocess.run([os.environ.get("CC", "gcc"), "-O3", "-o", "loop", "loop.c", "-lm"], cwd=folder, check=True)
    spent = []
    for _ in range(3):
        before = children()
        subprocess.run(["./loop", str(steps)], cwd=folder, check=True, capture_output=True)
        spent.append(children() - before)
    return min(spent) / steps


def seconds_per_step(name: str, overrides: dict, folder: Path, durations: tuple[str, str]) -> float:
    """Return CPU seconds per step of one program: the difference of two durations."""
    spent, steps, program = [], [], None
    for duration in durations:
        planned = plan(load(name), "quick", overrides={**overrides, "run.duration": duration})
        point = planned.points[0]
        structure = planned.builds[point["build"]]
        if program is None:
            build(load(name), structure, folder)
            program = CompiledProgram(folder)
        times = []
        for _ in range(2):
            before = children()
            run_point(name, point, program)
            times.append(children() - before)
        spent.append(min(times))
        steps.append(point["values"]["run.duration"] / point["values"]["network.dt"])
    return (spent[1] - spent[0]) / (steps[1] - steps[0])


def report(what: str, spent: float, bare: float) -> None:
    """Print one line: microseconds, and their ratio to the C loop."""
    print(f"{what:28} {spent:8.3f} us, {spent / bare:5.1f} x the C loop", flush=True)


def main() -> None:
    """Print microseconds per step and network."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        bare = c_loop(here) * 1e6
        report("C loop, 1 network", bare, bare)
        found = {}
        for networks, until in ((3, "300.5 s"), (30, "60.5 s"), (300, "25.5 s")):
            keys = {
                "network.n_networks": networks,
                "schedule.n_every": 590,
                "schedule.n_long": 10,
                "inputs.n_levels": 1,
            }
            keys |= {"inputs.n_targets": min(5, networks // 3), "inputs.n_initial": max(1, networks // 15)}
            found[networks] = 1e6 * seconds_per_step(
                "sal/synaptic_noise", keys, here / f"s{networks}", ("10.5 s", until)
            )
            report(f"sampling, {networks} networks", found[networks] / networks, bare)
        slope = (found[300] - found[3]) / 297
        report("   every step, however many", found[3] - 3 * slope, bare)
        report("   every network more", slope, bare)
        report("sampling, 1 network (sum)", found[3] - 2 * slope, bare)
        for runs, until in ((1, "100 s"), (20, "40 s")):
            keys = {"network.n_runs": runs, "feedback.all_pairs": 0.0}
            spent = 1e6 * seconds_per_step("sal/microcircuit", keys, here / f"m{runs}", ("5.5 s", until))
            report(f"microcircuit, {3 * runs} circuits", spent / (3 * runs), bare)


if __name__ == "__main__":
    main()
