"""What earlier jobs needed, and the flags of a site."""

import json
import os
import subprocess
import sys
from pathlib import Path

from runner.jobs import measured

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_was_measured(tmp_path):
    assert measured("quick", "sal/phase_plane", tmp_path) == (0.0, 0.0)


def test_the_slowest_point_and_the_largest_job(tmp_path):
    for chunk, (seconds, memory) in enumerate([((1.5, 7.5), "120.51"), ((2.0, 3.0), "NA")]):
        folder = tmp_path / "quick" / "sal/phase_plane" / "recordings" / str(chunk)
        folder.mkdir(parents=True)
        runs = [{"point": k, "cpu_s": 0.1, "wall_s": wall} for k, wall in enumerate(seconds)]
        (folder / "cost.json").write_text(json.dumps(runs), encoding="utf-8")
        benchmark = tmp_path / "benchmarks" / "quick" / "sal/phase_plane" / f"simulate-{chunk}.tsv"
        benchmark.parent.mkdir(parents=True, exist_ok=True)
        benchmark.write_text(f"s\th:m:s\tmax_rss\n5.5\t0:00:05\t{memory}\n", encoding="utf-8")
    assert measured("quick", "sal/phase_plane", tmp_path) == (7.5, 120.51)


def test_flags_of_a_site_make_builds_of_their_own():
    builds = "planning.planned('sal/phase_plane', 'smoke').builds"
    code = f"from runner import planning; from runner.devices import toolchain; print(*toolchain.flags(), *{builds})"

    def said(flags):
        environment = {**os.environ, "LOCAL_CREDIT_FLAGS": flags}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    portable, tuned = said("").split(), said("-march=x86-64-v3 -mno-fma").split()
    assert tuned[:-1] == [*portable[:-1], "-march=x86-64-v3", "-mno-fma"]
    assert not [flag for flag in portable if flag.startswith("-m")]
    assert tuned[-1] != portable[-1]
