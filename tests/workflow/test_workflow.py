"""The whole workflow in a copy of the repository: what runs, and what runs again after an edit."""

import ast
import json
import os

import pytest

from base.catalogue import joined
from base.tables import checksum, read_folder
from runner.fingerprint import reached
from runner.planning import planned
from tests.conftest import EXPERIMENTS, OF_POINTS, PAPERS, REFERRING, ROOT, jobs_of, of

FURTHER = [
    name for name in EXPERIMENTS if not planned(name, "quick").builds.keys() <= planned(name, "smoke").builds.keys()
]


def test_a_bad_experiment_gives_one_line_and_leaves_no_lock(smoke, tmp_path):
    copy = smoke.copy(tmp_path / "copy")
    copy.edit("experiments/sal/phase_plane/config.yaml", "run: {duration: 900 s}", "run: {duration: 20 mV}")
    done = copy.snakemake("smoke", check=False)
    assert done.returncode
    reason = "run.duration: '20 mV' has the wrong unit; needs s, for example '20 ms'"
    assert done.stdout.strip().splitlines()[-1] == f"experiments/sal/phase_plane/config.yaml: {reason}"
    copy.edit("experiments/sal/phase_plane/config.yaml", "run: {duration: 20 mV}", "run: {duration: 900 s}")
    assert set(jobs_of(copy.snakemake("smoke").stdout)) <= of({"document", "report"}, "sal")  # the file is newer


# -- end to end --------------------------------------------------------------------------------------------------------


def test_smoke_ends_with_a_report(smoke):
    everywhere = of({*OF_POINTS, "build", "report"}, *EXPERIMENTS) | of({"document", "published"}, *PAPERS)
    assert set(jobs_of(smoke.said)) == everywhere | of({"refer"}, *REFERRING)
    assert jobs_of(smoke.said).count(("build", "sal/phase_plane")) == 1
    results = smoke.folder / "results" / "smoke"
    assert (results / "report" / "index.html").stat().st_size > 10_000
    for experiment in EXPERIMENTS:
        assert (results / experiment / "figure.svg").stat().st_size > 1000
        assert (results / experiment / "figure.png").stat().st_size > 1000
        assert json.loads((results / experiment / "score.json").read_text("utf-8"))["targets"]
    assert not list((smoke.folder / "results").rglob(".*.new")), "scratch is left"


def test_a_second_call_runs_nothing(smoke, tmp_path):
    copy = smoke.copy(tmp_path / "copy")  # a call locks its folder, which others may be about to copy
    assert "Nothing to be done" in copy.snakemake("smoke").stdout
    # The builds serve the next scale, unless that has further structures.
    assert {job for job in copy.jobs("quick") if job[0] == "build"} <= of({"build"}, *FURTHER)


# -- what an edit makes run again --------------------------------------------------------------------------------------

SAL = "sal/phase_plane"
RATE = "(1 + tau_ref / dt * exp(-u))"  # of the sampling neuron, which some experiments of SAL use
RATES = {text for text in reached(ROOT / "models" / "sal" / "alignment.py", ["*"])[0] if RATE in text}
USERS = [name for name in EXPERIMENTS if RATES & reached(ROOT / "experiments" / name / "experiment.py", ["*"])[0]]


def page(paper):
    """Return the jobs that show the code of a paper."""
    return of({"document"}, paper) | of({"report"})


EDITS = {
    "equation": (
        "models/sal/alignment.py",
        RATE,
        "(1 + 2 * tau_ref / dt * exp(-u))",
        of({*OF_POINTS, "build"}, *USERS) | page("sal"),
    ),
    "comment in an equation": (
        "models/gle/single.py",
        "# voltage of the error neuron",
        "# membrane voltage of the error neuron",
        page("gle"),
    ),
    "docstring of a model": ("models/gle/chain.py", '"""Chain of', '"""A chain of', page("gle")),
    "network": (
        "experiments/sal/phase_plane/experiment.py",
        'when="end", order=0, name="weights"',
        'when="end", order=1, name="weights"',
        of({*OF_POINTS, "build"}, SAL) | page("sal"),
    ),
    "network, with the same program": (
        "experiments/sal/phase_plane/experiment.py",
        "defaultclock.dt = p.dt",
        "defaultclock.dt = step = p.dt",
        of({"present"}, SAL) | page("sal"),  # the score says what it answers for
    ),
    "all networks, with the same programs": (
        "models/base.py",
        "{**vars(self.params()), **values}",
        "vars(self.params()) | values",
        # The score says what it answers for; whoever observes another's tables cannot know that they are the same.
        of({"present"}, *EXPERIMENTS)
        | of({"observe"}, *filter(joined, EXPERIMENTS))
        | of({"document"}, *PAPERS)
        | of({"report"}),
    ),
    "inputs": (
        "experiments/sal/phase_plane/inputs.py",
        "-1000.0",
        "-2000.0",
        of({*OF_POINTS, "report"}, SAL),
    ),
    "seeds": (
        "runner/simulate.py",
        "default_rng(point[",
        "default_rng(1 + point[",
        of({*OF_POINTS, "report"}, *EXPERIMENTS),
    ),
    "flags": ("runner/devices/toolchain.py", '"-O3"', '"-O2"', of({*OF_POINTS, "build", "report"}, *EXPERIMENTS)),
    "score": (
        "analysis/score.py",
        "2 * tolerance",
        "5 * tolerance",
        of({"present", "report"}, *EXPERIMENTS) | of({"published"}, *PAPERS),
    ),  # fmt: skip
    "draw": (
        "experiments/gle/lag_net/figure.py",
        "def draw(",
        "draw",
        of({"present", "report"}, "gle/lag_net") | of({"published"}, "gle"),
    ),
    "observe": (
        "experiments/eprop/gradient_checks/figure.py",
        "def observe(",
        "observe",
        of({"observe", "present", "report"}, "eprop/gradient_checks"),
    ),
    "reference": (
        "experiments/gupta/iris/reference.py",
        "np.mean(network.margin(",
        "1 * np.mean(network.margin(",
        of({"refer", "observe", "present", "report"}, "gupta/iris"),
    ),
    "value": (
        "experiments/gupta/inference/config.yaml",
        "beta: 1.0",
        "beta: 1.1",
        of(OF_POINTS, "gupta/inference") | page("gupta"),
    ),
    "structure": (
        "experiments/eprop/clock_driven/config.yaml",
        "n_pause: 3",
        "n_pause: 4",
        of({*OF_POINTS, "build"}, "eprop/clock_driven") | page("eprop"),
    ),
    "caption": ("experiments/gupta/iris/config.yaml", "title: Pairs", "title: The pairs", page("gupta")),
    "targets": (
        "experiments/contest/static_gupta/targets.yaml",
        "",
        None,
        of({"present", "report"}, "contest/static_gupta") | of({"published"}, "contest"),
    ),
}
# Edits that are made together: in other experiments, and where they rerun what belongs to a paper, in other papers.
TOGETHER = [
    ("network", "docstring of a model", "structure", "caption"),
    ("network, with the same program", "comment in an equation", "value"),
    ("inputs", "draw", "observe", "reference", "targets"),
]
ALONE = [(what,) for what in EDITS if not any(what in edits for edits in TOGETHER)]


def edit(copy, what):
    """Make one of the edits."""
    file, old, new, _ = EDITS[what]
    path = copy.folder / file
    text = path.read_text(encoding="utf-8")
    if what in ("draw", "observe"):
        # A statement at the beginning of the body, after the docstring.
        (function,) = (node for node in ast.parse(text).body if getattr(node, "name", "") == new)
        lines = text.splitlines(keepends=True)
        lines.insert(function.body[0].end_lineno, "    changed = 1\n    del changed\n")
        text = "".join(lines)
    elif what == "targets":
        text += "\n"
    else:
        assert old in text
        text = text.replace(old, new)
    assert text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def edited(smoke, tmp_path_factory):
    """Return a copy in which files are edited and put back."""
    return smoke.copy(tmp_path_factory.mktemp("edited") / "repository")


@pytest.mark.parametrize("edits", [*TOGETHER, *ALONE], ids=", ".join)
def test_edits_rerun_exactly_what_depends_on_them(edited, edits):
    paths = [edited.folder / EDITS[what][0] for what in edits]
    before = [(path, path.read_text(encoding="utf-8"), path.stat()) for path in paths]
    for what in edits:
        edit(edited, what)
    try:
        assert edited.jobs("smoke") == set().union(*(EDITS[what][-1] for what in edits))
    finally:
        for path, text, times in before:
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_an_edited_equation_runs_through_once(smoke, tmp_path):
    copy = smoke.copy(tmp_path / "copy")
    edit(copy, "equation")
    # One of the experiments that use the equation is enough.
    of_smoke = (SAL, "--config", "scale=smoke")
    said = copy.snakemake(*of_smoke).stdout
    assert set(jobs_of(said)) == of({*OF_POINTS, "build"}, SAL)
    assert "Nothing to be done" in copy.snakemake(*of_smoke).stdout
    tables = [checksum(read_folder(w.folder / "results/smoke" / SAL / "observations")) for w in (smoke, copy)]
    assert tables[0] != tables[1]
    # Back again: the old program is still there, and the tables are what they were.
    (copy.folder / "models/sal/alignment.py").write_text(
        (smoke.folder / "models/sal/alignment.py").read_text("utf-8"), encoding="utf-8"
    )
    said = copy.snakemake(*of_smoke).stdout
    assert set(jobs_of(said)) == of(OF_POINTS, SAL)
    assert checksum(read_folder(copy.folder / "results/smoke" / SAL / "observations")) == tables[0]
