"""Every way in which a compiled Brian2 program fails silently is closed; one program, compiled once."""

import json
import re
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from runner.binary import CompiledProgram, RunError, StoppedError, checksums, read_manifest
from runner.devices import toolchain
from runner.records import recordings, refuse_empty

POINT = {"point": 7, "seed": 1}


def contents(folder):
    """Return the bytes of all result arrays."""
    return {file.name: file.read_bytes() for file in folder.glob("_dynamic_array_*")} | {
        file.name: file.read_bytes() for file in folder.glob("_array_*")
    }


@pytest.fixture
def run(toy, toy_values, tmp_path):
    """Return a function: changed arguments to the tables of a run."""
    count = iter(range(1000))

    def of(changes=None, program=toy):
        results = tmp_path / f"run{next(count)}"
        program.run(toy_values(changes), results)
        return recordings(program.manifest, program.reader(results), POINT)

    return of


def raw(toy, results, *arguments):
    """Start the program without any of our checks."""
    return subprocess.run(
        [str(toy.folder / "main"), "--results_dir", f"{results}/", *arguments],
        cwd=toy.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def impostor(toy, tmp_path, script):
    """Return the toy with its program replaced by a shell script; ``$2`` is the folder of results."""
    folder = tmp_path / "impostor"
    shutil.copytree(toy.folder, folder)
    (folder / "main").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / "build.json").write_text(json.dumps({"files": checksums(folder)}), encoding="utf-8")
    return CompiledProgram(folder)


# -- the traps exist ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["nan", "inf", ".05", "+1", "no_such_file"])
def test_the_program_alone_takes_the_default_for_what_it_cannot_read(toy, tmp_path, value):
    done = raw(toy, tmp_path, "run.duration=0.01", f"cells.sigma={value}")
    assert done.returncode == 0
    assert done.stderr


def test_the_program_alone_ends_well_without_a_folder_for_results(toy, tmp_path):
    done = raw(toy, tmp_path / "missing", "run.duration=0.01")
    assert done.returncode == 0 and not (tmp_path / "missing").exists()


# -- and are closed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.05, -0.05, 1e-300, 5e-324, 1e22, 0, np.float32(0.5), np.int64(3), 1 / 3])
def test_numbers_arrive_exactly(toy, toy_values, tmp_path, value):
    toy.run(toy_values({"cells.sigma": value, "run.duration": 0.01}), tmp_path / "run")
    assert toy.reader(tmp_path / "run")("cells.sigma") == float(value)


def test_flags_and_whole_numbers_arrive(toy, toy_values, tmp_path):
    toy.run(toy_values({"cells.noisy": False, "cells.factor": -2, "run.seed": 2**31 - 1}), tmp_path / "run")
    read = toy.reader(tmp_path / "run")
    assert not read("cells.noisy")[0] and read("cells.factor")[0] == -2 and read("run.seed")[0] == 2**31 - 1


def test_arrays_arrive(run):
    tables = run(
        {"links.w": [4.0, 3.0, 2.5, 1e-3], "cells.sigma": 0.0, "cells.theta": 10.0, "run.duration": 0.01, **SPIKE}
    )
    final = tables["final"]
    assert final[final.variable == "links.w"].value.tolist() == [4.0, 3.0, 2.5, 1e-3]
    # Cell k reaches cell k + 1.
    assert final[final.variable == "cells.received"].value.tolist() == [1e-3, 4.0, 3.0, 2.5]


SPIKE = {"cells.v": [11.0, 11.0, 11.0, 11.0]}  # all cells spike in the first step


def test_a_table_arrives_and_replaces_the_old_values(run):
    quiet = {"cells.sigma": 0.0, "cells.theta": 1.5, **SPIKE}
    low = run({**quiet, "drive.values": np.zeros(10)})["fast"]
    high = run({**quiet, "drive.values": np.ones(10)})["fast"]
    assert low.v.abs().max() == 0
    assert high.v.iloc[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cells.v": np.zeros(5)}, "cells.v: needs 4 values, got 5"),
        ({"cells.v": np.zeros(3)}, "cells.v: needs 4 values, got 3"),
        ({"cells.v": []}, "cells.v: needs 4 values, got 0"),
        ({"drive.values": np.zeros(11)}, "drive.values: needs 10 values, got 11"),
        ({"cells.sigma": [1.0, 2.0]}, "cells.sigma: needs 1 values, got 2"),
        ({"cells.sigma": float("nan")}, "cells.sigma: holds a value that is not a finite number"),
        ({"cells.sigma": float("-inf")}, "cells.sigma: holds a value that is not a finite number"),
        ({"cells.v": [0.0, 1.0, np.nan, 0.0]}, "cells.v: holds a value that is not a finite number"),
        ({"cells.sigma": "0.05"}, "cells.sigma: holds a value that is not a finite number"),
        ({"cells.sigma": None}, "cells.sigma: holds a value that is not a finite number"),
        ({"cells.v": [1.0, None, 2.0, 3.0]}, "cells.v: holds a value that is not a finite number"),
        ({"cells.v": np.zeros(4, complex)}, "cells.v: holds a value that is not a finite number"),
        ({"cells.factor": 1.5}, "cells.factor: needs whole numbers that fit int32"),
        ({"cells.factor": 2**31}, "cells.factor: needs whole numbers that fit int32"),
        ({"run.seed": 2**40}, "run.seed: needs whole numbers that fit int32"),
        ({"cells.noisy": 0.5}, "cells.noisy: needs whole numbers that fit bool"),
        ({"cells.noisy": 2}, "cells.noisy: needs whole numbers that fit bool"),
        ({"cells.sigmaa": 1.0}, "cells.sigmaa: is not a variable of the program"),
        ({"sigma": 1.0}, "sigma: is not a variable of the program"),
        ({"cells.N": 5}, "cells.N: is not a variable of the program"),
        ({"cells.i": np.arange(4)}, "cells.i: cannot be set"),
        ({"links._synaptic_pre": np.arange(4)}, "links._synaptic_pre: cannot be set"),
        ({"fast.t": 0.0}, "fast.t: cannot be set"),
        ({"run.duration": 0.0}, "run.duration: must be positive"),
        ({"run.duration": -1.0}, "run.duration: must be positive"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(toy, toy_values, tmp_path, changes, reason):
    with pytest.raises(RunError) as error:
        toy.run(toy_values(changes), tmp_path / "run")
    assert str(error.value).startswith(reason)
    assert not (tmp_path / "run" / "last_run_info.txt").exists()


@pytest.mark.parametrize("n", [0, 3, 5, 400])
def test_wrong_number_of_synapses_is_refused(toy, toy_values, tmp_path, n):
    with pytest.raises(RunError, match="links.w|_dynamic_array_links_w"):
        toy.run(toy_values({"links.w": np.ones(n)}), tmp_path / "run")


@pytest.mark.parametrize("key", ["run.seed", "run.duration"])
def test_seed_and_duration_must_be_given(toy, toy_values, tmp_path, key):
    values = toy_values()
    del values[key]
    with pytest.raises(RunError, match=f"{key}: is missing"):
        toy.run(values, tmp_path / "run")


def test_results_go_to_a_folder_that_is_made(toy, toy_values, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    toy.run(toy_values({"run.duration": 0.01}), Path("a") / "b c" / "results")
    assert (tmp_path / "a" / "b c" / "results" / "last_run_info.txt").exists()
    assert not (tmp_path / "a" / "b c").joinpath("results_array_cells_v").exists()


def test_results_of_another_run_are_not_mixed_up(toy, toy_values, tmp_path):
    toy.run(toy_values({"run.duration": 0.01}), tmp_path / "run")
    with pytest.raises((RunError, FileExistsError)):
        toy.run(toy_values({"run.duration": 0.01}), tmp_path / "run")


def test_what_is_not_finite_during_the_run_is_refused(run):
    # Noise gives spikes for 100 ms, then the drive is infinite.
    overflow = {"cells.factor": 2_000_000_000, "drive.values": [0.0, *[-1e308] * 9]}
    with pytest.raises(RunError, match=r"^fast.v is not finite \(NaN or infinite\)$"):
        run(overflow)


def test_what_is_not_finite_at_the_end_is_refused(run):
    with pytest.raises(RunError, match="^decays.x is not finite at the end$"):
        run({"decays.tau": -1e-3, "run.duration": 2.0})


def test_an_empty_recording_is_refused(run):
    with pytest.raises(RunError, match="^recording 'spikes' is empty$"):
        refuse_empty(run({"cells.theta": 1e9}))


def test_recording_synapses_that_do_not_exist_is_refused(run, toy, toy_values, tmp_path):
    toy.run(toy_values(), tmp_path / "run")
    manifest = json.loads(json.dumps(toy.manifest))
    manifest["monitors"]["fast"] |= {"source": "links", "elements": [0, 1, 2, 4]}
    with pytest.raises(RunError, match="recording 'fast' asks for element 4 of 'links', which has only 4"):
        recordings(manifest, toy.reader(tmp_path / "run"), POINT)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('echo "0.1 0.5" > "$2/last_run_info.txt"', r"stopped after 50.0 % of the simulated time"),
        ('echo "0.1 0.99999" > "$2/last_run_info.txt"', "stopped after"),
        ('echo "0.1 1.0" > "$2/last_run_info.txt"; echo oops >&2', "status 0: oops"),
        ('echo "0.1 1.0" > "$2/last_run_info.txt"; echo oops', "status 0: oops"),
        ('echo "0.1 1.0" > "$2/last_run_info.txt"; exit 3', "status 3: no message"),
        ("exit 0", "wrote no results"),
        (': > "$2/last_run_info.txt"', "wrote no results"),
        ('echo "0.1" > "$2/last_run_info.txt"', "wrote no results"),
    ],
)
def test_a_run_that_does_not_end_well_is_refused(toy, toy_values, tmp_path, script, reason):
    program = impostor(toy, tmp_path, script)
    with pytest.raises(RunError, match=reason):
        program.run(toy_values(), tmp_path / "run")


def test_progress_is_passed_on_and_is_no_complaint(toy, toy_values, tmp_path):
    said = []
    program = impostor(toy, tmp_path, 'echo "progress 12.5 30"; echo "0.1 1.0" > "$2/last_run_info.txt"')
    program.run(toy_values(), tmp_path / "run", lambda *numbers: said.append(numbers))
    assert said == [(12.5, 30.0)]


@pytest.mark.parametrize("missing", ["main", "manifest.json"])
def test_an_incomplete_build_is_refused(toy, tmp_path, missing):
    shutil.copytree(toy.folder, tmp_path / "build")
    (tmp_path / "build" / missing).unlink()
    with pytest.raises(RunError, match="is not a complete build"):
        CompiledProgram(tmp_path / "build")


@pytest.mark.parametrize("damage", ["cut short", "one bit", "no file", "no build.json", "half a build.json"])
def test_a_damaged_build_is_refused(toy, tmp_path, damage):
    """Arrays cut short gave wrong tables with exit status 0: every file is compared with what was built."""
    folder = shutil.copytree(toy.folder, tmp_path / "build")
    array = next(file for file in sorted((folder / "static_arrays").iterdir()) if file.stat().st_size)
    content = array.read_bytes()
    if damage == "no file":
        array.unlink()
    elif damage.endswith("build.json"):
        facts = (folder / "build.json").read_text(encoding="utf-8")
        (folder / "build.json").write_text(facts[: len(facts) // 2 if damage.startswith("half") else 0])
    else:
        array.write_bytes(content[:-4] if damage == "cut short" else bytes([content[0] ^ 1, *content[1:]]))
    changed = damage in ("cut short", "one bit")
    reason = f"static_arrays/{array.name} is not as it was built; delete the folder" if changed else "is not a complete"
    with pytest.raises(RunError, match=reason):
        read_manifest(folder)


def test_a_program_that_cannot_be_started(toy, toy_values, tmp_path):
    folder = shutil.copytree(toy.folder, tmp_path / "build")
    (folder / "main").chmod(0o644)
    with pytest.raises(
        RunError, match="cannot be started: .*main: Permission denied; .*delete its folder and run again"
    ):
        CompiledProgram(folder).run(toy_values(), tmp_path / "run")


def test_a_program_that_is_killed_is_not_to_blame(toy, toy_values, tmp_path):
    with pytest.raises(StoppedError, match="status -9: it was stopped, or killed for lack of memory; run again"):
        impostor(toy, tmp_path, "kill -9 $$").run(toy_values(), tmp_path / "run")


def test_results_that_are_cut_short_are_refused(toy, toy_values, tmp_path):
    toy.run(toy_values(), tmp_path / "run")
    for file in (tmp_path / "run").glob("_dynamic_array_*_t_*"):
        file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(StoppedError, match="columns differ in length; is the disk full"):
        recordings(toy.manifest, toy.reader(tmp_path / "run"), POINT)


# -- seeds, concurrency, places ----------------------------------------------------------------------------------------


def test_seeds(toy, toy_values, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2), ("d", 3)):
        toy.run(toy_values({"run.seed": seed}), tmp_path / name)
    results = {name: contents(tmp_path / name) for name in "abcd"}
    assert len(results["a"]) > 20
    assert results["a"] == results["b"]
    spikes = {name: toy.reader(tmp_path / name)("spikes.t").tobytes() for name in "acd"}
    assert len(set(spikes.values())) == 3


def test_four_runs_at_once_equal_single_runs(toy, toy_values, tmp_path):
    def one(name, seed):
        toy.run(toy_values({"run.seed": seed, "run.duration": 5.0}), tmp_path / name)
        return contents(tmp_path / name)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: one(f"together{seed}", seed), range(1, 5)))
    assert together == [one(f"alone{seed}", seed) for seed in range(1, 5)]


def test_a_moved_read_only_build_works(toy, toy_values, tmp_path):
    moved = shutil.copytree(toy.folder, tmp_path / "moved to another place")
    for path in (moved, *moved.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        toy.run(toy_values(), tmp_path / "here")
        CompiledProgram(moved).run(toy_values(), tmp_path / "there")
    finally:
        for path in (moved, *moved.rglob("*")):
            path.chmod(path.stat().st_mode | 0o200)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_running_leaves_nothing_in_the_build(toy, toy_values, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in toy.folder.rglob("*")}
    toy.run(toy_values(), tmp_path / "run")
    assert {path: path.stat().st_mtime_ns for path in toy.folder.rglob("*")} == before


def test_the_build_keeps_no_objects_and_the_schedule(toy):
    assert not [*toy.folder.rglob("*.o"), *toy.folder.rglob("*.d")]
    schedule = "\n".join(toy.manifest["schedule"])
    assert schedule.index(" counter_count\n") < schedule.index(" counter_hold\n") < schedule.index(" fast\n")
    for line in toy.manifest["schedule"]:
        assert re.match(r"\S+\s+-?\d+\s+dt=\S+\s+\S+$", line)


# -- time --------------------------------------------------------------------------------------------------------------


def test_clocks_stay_together_beyond_64_seconds(run, toy):
    slow = run({"run.duration": 130.0, "decays.tau": 1e3, "cells.sigma": 0.3})["slow"]
    trials = np.arange(len(slow))
    assert len(slow) == 372
    np.testing.assert_allclose(slow.t_ms, 350.0 * trials, rtol=1e-12)
    # In the step of a trial the count is held before and after the step is counted; the monitor sees both at the end.
    assert slow.before_trial.tolist() == (350 * trials).tolist()
    assert slow.k.tolist() == (350 * trials + 1).tolist()
    assert slow.at_trial.tolist() == (350 * trials + 1).tolist()


def test_the_tolerance_of_the_clocks_is_a_part_of_the_time_step(toy):
    text = (toy.folder / "network.cpp").read_text(encoding="utf-8")
    assert re.findall(r"#define Clock_epsilon (\S+)", text) == ["1e-05"]


@pytest.mark.parametrize("duration", [0.001, 0.0104, 0.35, 1.0, 3.7])
def test_the_duration_is_exact_in_steps(run, duration):
    tables = run({"run.duration": duration, **SPIKE})
    assert len(tables["fast"]) == 4 * int(np.ceil(round(duration / 0.01, 9)))
    assert tables["slow"].k.iloc[-1] == 350 * (len(tables["slow"]) - 1) + 1


# -- denormals ---------------------------------------------------------------------------------------------------------


def test_the_link_flag_is_there(toy):
    link = [
        line for line in (toy.folder / "makefile").read_text(encoding="utf-8").splitlines() if "-ffast-math" in line
    ]
    assert any("LFLAGS" in line or "-o" in line for line in link)


def test_only_the_file_of_the_arrays_is_compiled_with_fewer_optimisations(toy):
    command = [*toolchain.MAKE, toolchain.SOONER, "--dry-run", "--always-make", "objects.o", "network.o", "main.o"]
    said = subprocess.run(command, cwd=toy.folder, capture_output=True, text=True, check=True).stdout
    levels = {line.split()[-1]: re.findall(r"-O\d", line)[-1] for line in said.splitlines() if " -c " in line}
    assert levels == {"objects.o": "-O1", "network.o": "-O3", "main.o": "-O3"}


def test_denormals_are_zero(run):
    final = run({"decays.x": np.full(500, 1e-300), "run.duration": 15.0})["final"]
    assert (final[final.variable == "decays.x"].value == 0).all()


def test_decay_to_nothing_costs_nothing(toy, toy_values, tmp_path):
    def seconds(name, start, tau):
        times = []
        for k in range(5):
            begun = time.perf_counter()
            changes = {"decays.x": np.full(500, start), "decays.tau": tau, "run.duration": 20.0}
            toy.run(toy_values(changes), tmp_path / f"{name}{k}")
            times.append(time.perf_counter() - begun)
        return statistics.median(times)

    # From 1e-305, 20 to 40 time constants of 0.5 s end in or below the denormal numbers; 1 stays where it is.
    assert seconds("small", 1e-305, 0.5) < 5 * seconds("normal", 1.0, 1e6)
