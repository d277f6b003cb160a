"""What the workflow would run, and what it says about configurations that it cannot run."""

import re
import shutil

import pytest

from tests.conftest import EXPERIMENTS, OF_POINTS, PAPERS, REFERRING, ROOT, jobs_of, of


@pytest.fixture(scope="module")
def empty(smoke, tmp_path_factory):
    """Return a folder without results, so that every job is announced; which code writes which program is known."""
    folder = tmp_path_factory.mktemp("empty")
    shutil.copytree(smoke.folder / "results" / "generated", folder / "results" / "generated")
    return folder


@pytest.mark.parametrize("scale", ["smoke", "quick", "paper"])
def test_dry_run_of_a_scale(repository, scale, empty):
    said = repository.snakemake("--dry-run", "--directory", str(empty), scale).stdout
    shown = {("published", paper) for paper in PAPERS} | {("document", paper) for paper in PAPERS}
    assert set(jobs_of(said)) == of({*OF_POINTS, "build", "report"}, *EXPERIMENTS) | of({"refer"}, *REFERRING) | shown


def test_dry_run_of_papers_experiments_and_scales(repository, empty):
    here = ("--directory", str(empty))
    papers = repository.jobs(*here, *PAPERS)
    assert papers == of({*OF_POINTS, "build"}, *EXPERIMENTS) | of({"refer"}, *REFERRING)
    assert repository.jobs(*here, *EXPERIMENTS) == papers
    of_paper, referring = ([name for name in some if name.startswith("sal/")] for some in (EXPERIMENTS, REFERRING))
    assert repository.jobs(*here, "sal") == of({*OF_POINTS, "build"}, *of_paper) | of({"refer"}, *referring)
    said = repository.snakemake("--dry-run", *here, "gle/lag_line", "--config", "scale=paper").stdout
    assert set(jobs_of(said)) == of({*OF_POINTS, "build"}, "gle/lag_line")
    assert "at scale paper" in said and "at scale quick" not in said


@pytest.mark.parametrize("how", ["--config", "--configfile"])
def test_dry_run_of_a_sweep(repository, tmp_path, how):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nexperiment: sal/phase_plane\nscale: smoke\nsweep: {network.n_pairs: [20, 30]}\n", encoding="utf-8"
    )
    arguments = ("--config", f"sweep={file}") if how == "--config" else ("--configfile", str(file))
    said = repository.snakemake("--dry-run", "--directory", str(tmp_path), "sweep", *arguments).stdout
    jobs = jobs_of(said)
    assert set(jobs) == of({"build", "simulate", "observe"}, "sal/phase_plane")
    assert jobs.count(("build", "sal/phase_plane")) == 2
    assert "at scale sweep-mine" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "scal=quick"], "--config: scal: unknown key; did you mean 'scale'?"),
        (["--config", "scale=quik"], "--config: scale: unknown scale 'quik'; did you mean 'quick'?"),
        (["--config", "chunk_seconds=abc"], "--config: chunk_seconds: needs a number of seconds, got 'abc'"),
        (["--config", "chunk_seconds=0"], "chunk_seconds: 0.0: must be a positive number of seconds"),
        (["--config", "limit=abc"], "--config: limit: needs a number of CPU hours, got 'abc'"),
        (["--config", "sweep=none.yaml"], "none.yaml: file: does not exist"),
        (["--config", "seeds=3"], "--config: experiment: missing"),
        (["--configfile", "{file}"], "{file}: synapses.eta: given twice (lines 2 and 3); keep one of them"),
        (["--config", "sweep={file}"], "{file}: synapses.eta: given twice (lines 2 and 3); keep one of them"),
    ],
)
def test_bad_configurations_give_one_line(repository, tmp_path, arguments, message):
    file = tmp_path / "mine.yaml"
    file.write_text("sweep:\n  synapses.eta: [0.1]\n  synapses.eta: [0.2]\nexperiment: sal/phase_plane\n")
    arguments = [argument.format(file=file) for argument in arguments]
    done = repository.snakemake("sal", "--dry-run", "--quiet", "all", *arguments, check=False)
    assert done.returncode
    assert done.stdout.strip().splitlines()[-1] == message.format(file=file)
    assert "Traceback" not in done.stdout and 'File "' not in done.stdout


def test_paths_in_commands_are_quoted():
    """A checkout may lie in a path with spaces, and its results elsewhere."""
    for file in sorted((ROOT / "rules").glob("*.smk")):
        shells = re.findall(r'    shell:\n((?:        "[^\n]*\n)+)', file.read_text(encoding="utf-8"))
        for name in re.findall(r"\{((?:params|input)[^}]*)\}", " ".join(shells)):
            assert name.endswith(":q"), f"{file.name}: {{{name}}}"
