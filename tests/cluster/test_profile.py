"""The profile for SLURM, without SLURM: pins, sizes of jobs, flags of a site."""

import re
from importlib.metadata import PackageNotFoundError, version

import pytest

from tests.conftest import ROOT, jobs_of

PINS = [line for line in (ROOT / "requirements-cluster.txt").read_text("utf-8").splitlines() if line[:1] not in "#"]


def test_pins_are_exact():
    assert PINS and all(re.fullmatch(r"[\w-]+==[\w.]+", pin) for pin in PINS)


@pytest.fixture
def slurm(repository, tmp_path):
    """Return a function: arguments to what a dry run with the profile says."""
    try:
        installed = [f"{name}=={version(name)}" for name in (pin.split("==")[0] for pin in PINS)]
    except PackageNotFoundError:
        pytest.skip("no executor for SLURM; pip install --no-deps -r requirements-cluster.txt")
    assert installed == PINS
    here = ("--profile", "profiles/slurm", "--dry-run", "--directory", str(tmp_path))
    return lambda *arguments: repository.snakemake(*here, *arguments).stdout


def test_jobs_of_the_profile_are_long(slurm, repository, tmp_path):
    wanted = ("sal/phase_plane", "--config", "scale=paper")
    few = jobs_of(slurm(*wanted)).count(("simulate", "sal/phase_plane"))
    many = jobs_of(repository.snakemake("--dry-run", "--directory", str(tmp_path), *wanted).stdout)
    assert few == 1 < many.count(("simulate", "sal/phase_plane"))
    assert jobs_of(slurm(*wanted, "chunk_seconds=2")).count(("simulate", "sal/phase_plane")) == 20


def test_flags_of_a_site_are_another_build(slurm):
    def build(*config):
        return re.search(r"compiling sal/phase_plane, program (\w+)", slurm("sal/phase_plane", *config))[1]

    assert build() != build("--config", "flags=-march=x86-64-v3")
