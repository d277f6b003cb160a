"""The same seed gives the same tables; how points are cut into jobs, and in which order these run, leaves no trace."""

import json
import subprocess
import sys

import pytest

from analysis.observe import merge
from base.points import Points
from base.tables import checksum
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

NAME = "sal/phase_plane"
SHORT = {"run.duration": "2.4 s"}


@pytest.mark.parametrize("name", ["eprop/sine_tutorial", "gle/lag_line", "gupta/iris", "sal/phase_plane"])
def test_same_seed_same_tables(built, name):
    point = plan(load(name), "smoke").points[-1]
    first, again = (checksum(run_point(name, point, built(name))[0]) for _ in range(2))
    assert first == again
    assert checksum(run_point(name, {**point, "seed": 17}, built(name))[0]) != first


def test_chunks_and_their_order_leave_no_trace(built, tmp_path):
    planned = plan(load(NAME), "paper", overrides=SHORT, chunk_seconds=1.0)
    few = {**planned.content(), "points": planned.content()["points"][:6]}

    def simulated(label, chunks, order):
        content = tmp_path / f"{label}.json"
        content.write_text(json.dumps({**few, "chunks": chunks}), encoding="utf-8")
        for chunk in order:
            command = [sys.executable, "-m", "runner.simulate", "--plan", content, "--chunk", chunk]
            command += ["--build", built(NAME).folder, "--out", tmp_path / label / str(chunk)]
            subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return checksum(merge([tmp_path / label / str(chunk) for chunk in range(len(chunks))]))

    one = simulated("one", [[0, 1, 2, 3, 4, 5]], [0])
    assert simulated("two", [[0, 1], [2, 3, 4, 5]], [1, 0]) == one
    assert simulated("mixed", [[3, 4, 5], [0, 1, 2]], [1, 0]) == one


def test_recordings_name_their_points(built, tmp_path):
    planned = plan(load(NAME), "smoke", overrides=SHORT)
    content = tmp_path / "plan.json"
    content.write_text(json.dumps(planned.content(), default=Points.content), encoding="utf-8")
    command = [sys.executable, "-m", "runner.simulate", "--plan", content, "--chunk", "0"]
    command += ["--build", built(NAME).folder, "--out", tmp_path / "out"]
    said = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    assert said.count("done") == 2
    tables = merge([tmp_path / "out"])
    assert tables["points"]["inputs.both"].tolist() == [True, False]
    assert tables["points"]["run.duration_ms"].tolist() == [2400.0, 2400.0]
    assert tables["points"]["scale"].unique().tolist() == ["smoke"]
    assert tables["weights"].groupby("point").size().tolist() == [160, 160]
    assert list(tables["weights"].columns) == ["point", "seed", "t_ms", "index", "w"]
