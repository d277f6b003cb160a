"""Plans on disk, and the lines on the terminal."""

import io
import json
import logging
import subprocess
import sys

import pytest

from base.catalogue import ROOT, check_targets, names
from base.errors import ConfigError
from runner.live import Live
from runner.plans import Plans, asked, targets_of
from runner.progress import Lines
from runner.sweep import read_sweep

NAME = "gle/phase_shift"
SWEEP = {"name": "mine", "experiment": NAME, "scale": "smoke", "sweep": {"units.t_settle": ["1 ms", "2 ms"]}}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [("quick", name) for name in names()]),
        (["results/documents/sal"], []),
        (["smoke"], [("smoke", name) for name in names()]),
        (["results/paper/report"], [("paper", name) for name in names()]),
        ([NAME, NAME], [("paper", NAME)]),
        (["gupta"], [("paper", name) for name in names() if name.startswith("gupta/")]),
        ([f"results/smoke/{NAME}/figure.svg"], [("smoke", NAME)]),
        (["sweep"], [("sweep-mine", NAME)]),
    ],
)
def test_what_a_command_line_needs(words, expected):
    assert asked(words, "paper", read_sweep(SWEEP)) == expected


def test_a_plan_holds_until_something_changes(tmp_path, monkeypatch):
    plans = Plans(tmp_path)
    plan = plans("smoke", NAME)
    assert plans.holds("smoke", NAME) and not plans.holds("quick", NAME)
    assert not Plans(tmp_path, chunk_seconds=1.0).holds("smoke", NAME)
    monkeypatch.setenv("LOCAL_CREDIT_FLAGS", "-march=x86-64-v3")
    assert not plans.holds("smoke", NAME)
    monkeypatch.delenv("LOCAL_CREDIT_FLAGS")
    # The sources of the program are there, by what they say and by the code that wrote them.
    (key,) = plan["builds"]
    folder = tmp_path / "generated" / NAME
    assert (folder / key / "main.cpp").exists()
    assert [file.read_text(encoding="utf-8") for file in (folder / "by-code").iterdir()] == [key]
    # Jobs only read.
    assert Plans(tmp_path, make=False)("smoke", NAME) == plan


def test_a_plan_of_a_sweep_knows_its_command(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(json.dumps({key: value for key, value in SWEEP.items() if key != "name"}), encoding="utf-8")
    plan = Plans(tmp_path, user=read_sweep(str(file)))("sweep-mine", NAME)
    assert plan["command"] == f"snakemake --profile profiles/default sweep --config sweep={file} scale=smoke"
    assert plan["columns"] == ["units.t_settle_ms"] and len(plan["points"]) == 2


def planner(*arguments):
    """Run the planner's command line."""
    command = [sys.executable, "-m", "runner.plan", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_sweep_is_of_its_own_experiment():
    done = planner("sal/phase_plane", "--sweep", json.dumps(SWEEP))
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"--sweep: experiment: is {NAME}, but sal/phase_plane is asked for\n"


def test_sources_are_generated_without_a_warning(tmp_path):
    """Brian2 cannot know the number of synapses yet, and would say so for each recording of weights."""
    done = planner("sal/phase_plane", "--scale", "smoke", "--results", tmp_path)
    assert done.returncode == 0 and list(tmp_path.glob("**/manifest.json"))
    assert done.stderr == "" and "WARNING" not in done.stdout


def test_a_wrong_configuration_is_one_line(tmp_path):
    wrong = read_sweep({**SWEEP, "sweep": {"units.t_settel": ["1 ms"]}})
    with pytest.raises(ConfigError, match=r"^--config: units.t_settel: unknown key; did you mean 'units.t_settle'\?$"):
        Plans(tmp_path, user=wrong)("sweep-mine", NAME)


def test_lines(tmp_path):
    """What is going to be done, a line for a finished experiment, and one for a failure; nothing else."""
    out = io.StringIO()
    lines = Lines({("quick", NAME): 60.0, ("quick", "sal/lif"): 30.0}, tmp_path, out, cores=2)
    log = logging.getLogger("test_lines")
    log.setLevel(logging.INFO)
    log.addHandler(lines)
    folder = tmp_path / "quick" / NAME
    folder.mkdir(parents=True)
    scored = [
        ("claim", "match"),
        ("theory", "match"),
        ("authors", "close"),
        ("printed", "not run"),
        ("prototype", "match"),
    ]
    targets = [{"origin": origin, "outcome": outcome} for origin, outcome in scored]
    (folder / "score.json").write_text(json.dumps({"targets": targets}), encoding="utf-8")
    made = {"build": {"cpu_s": 10.0}, "runs": {"cpu_s": 31.6}}
    (folder / "provenance.json").write_text(json.dumps(made), encoding="utf-8")

    def tell(event, **facts):
        log.info("text", extra={"event": event, **facts})

    tell("run_info", stats={"present": 2, "simulate": 9})
    for job, rule in ((1, "build"), (2, "present")):
        tell("job_info", jobid=job, rule_name=rule, wildcards={"scale": "quick", "exp": NAME})
        tell("job_finished", job_id=job)
    tell("job_info", jobid=3, rule_name="simulate", wildcards={"scale": "quick", "exp": "sal/lif"})
    tell("job_error", jobid=3, rule_name="simulate", log=["a.log"])
    log.info("Select jobs to execute...")
    start, done, failed = out.getvalue().splitlines()
    assert start.startswith("2 experiments, about 2 CPU min; done at about ")
    assert done.startswith(f"{NAME} ") and " 2 of 3, prototypes 1 of 1 match " in done
    assert "42 CPU s   1 of 2, done at about " in done
    assert failed == "sal/lif: simulate failed; log: a.log"


def test_the_line_of_points(tmp_path):
    """Points of earlier runs count, but not into the rate; points that failed have no cost."""
    plan = {"chunks": [[0, 1], [2, 3], [4]]}
    live = Live({("quick", NAME): plan}, tmp_path, io.StringIO())
    assert (live.points, live.failed, live.left()) == (0, 0, None)
    live.bar.stop()
    for number, costs in ((0, [{}, {}]), (1, [{}])):
        folder = tmp_path / "quick" / NAME / "recordings" / str(number)
        folder.mkdir(parents=True)
        (folder / "cost.json").write_text(json.dumps(costs), encoding="utf-8")
    live.recorded(("quick", NAME, "1"), "done at about 12:00")
    assert (live.points, live.failed) == (2, 1) and live.left() > 0
    assert live.bar.tasks[0].fields["told"].startswith("1 failed, ")
    later = Live({("quick", NAME): plan}, tmp_path, io.StringIO())
    later.bar.stop()
    assert (later.points, later.already, later.left()) == (4, 4, None)


def test_targets_of_a_command_line():
    words = ["--profile", "profiles/default", "--dry-run", "--quiet", "rules", "--", "quick"]
    assert targets_of(words) == ["quick"]
    assert targets_of(["sal", NAME, "--config", "scale=paper", "sweep=my.yaml"]) == ["sal", NAME]
    assert targets_of(["--cores", "2"]) == []


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("Quick", "did you mean 'quick'?"),
        ("sal/phase_plane/", "did you mean 'sal/phase_plane'?"),
        ("experiments/sal/phase_plane", "did you mean 'sal/phase_plane'?"),
        ("./sal", "did you mean 'sal'?"),
        ("phase_plane", "did you mean 'sal/phase_plane'?"),
        ("results/quick/sal/phaseplane/figure.svg", "did you mean 'sal/phase_plane'?"),
        ("my.yaml", "valid are: "),
        ("sweep", "no sweep is declared; add --config sweep=FILE"),
    ],
)
def test_a_mistyped_target_is_refused_at_once(target, near):
    with pytest.raises(ConfigError) as error:
        check_targets([target], sweep=False)
    assert str(error.value).startswith(f"targets: {target}: ") and near in str(error.value)
    check_targets(["quick", "sal", "sal/lif", "results/quick/report", "results/smoke/sal/lif/figure.svg"], False)
    check_targets(["sweep"], True)
