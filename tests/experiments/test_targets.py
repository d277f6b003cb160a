"""Targets of all experiments: right in form, able to fail, and what full size shares with the publication is said."""

from pathlib import Path

import pytest

from analysis.score import load, score
from analysis.texts import read_config
from base.catalogue import ROOT, names
from base.targets import read_targets

EXPERIMENTS = ROOT / "experiments"
SHIPPED = [name for name in names() if (EXPERIMENTS / name / "published").is_dir()]


@pytest.mark.parametrize("name", names())
def test_form_of_targets_and_what_full_size_shares(name):
    assert read_targets(EXPERIMENTS / name / "targets.yaml")
    assert read_config(EXPERIMENTS / name / "config.yaml")["full"].strip()


@pytest.mark.parametrize("name", SHIPPED)
def test_no_target_passes_with_its_control(name):
    """On the shipped tables; what is run at other scales is flagged by the score itself."""
    folder: Path = EXPERIMENTS / name
    entries = score(*load(folder / "targets.yaml", folder / "published"), "paper", name)
    assert [entry["name"] for entry in entries if "the control passes" in entry.get("note", "")] == []
