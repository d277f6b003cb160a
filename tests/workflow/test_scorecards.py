"""The committed score cards belong to the code beside them."""

import json

import pytest

from analysis.scorecard import MAX_SHIPPED
from analysis.tables import checksum, read_folder
from runner.experiment import names
from runner.fingerprint import ROOT
from runner.sweep import planned, science

SHIPPED = sorted((ROOT / "experiments").glob("*/*/published"))
CARDS = sorted((ROOT / "experiments").glob("*/*/scorecard.*.json"))


@pytest.mark.parametrize("file", CARDS, ids=lambda file: "/".join(file.parts[-3:]))
def test_card_is_fresh(file):
    """Network, values, code that observes and targets are those that were scored."""
    card = json.loads(file.read_text(encoding="utf-8"))
    assert card["digest"] == science(card["experiment"], planned(card["experiment"], card["scale"]).source), (
        "run `make reproduce`, then `python -m analysis.scorecard --publish --update README.md`"
    )


def test_every_experiment_has_a_card():
    """At scale quick, which every machine can run."""
    assert {f"{file.parts[-3]}/{file.parts[-2]}" for file in CARDS if file.name == "scorecard.quick.json"} == {*names()}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: "/".join(folder.parts[-3:-1]))
def test_shipped_tables_are_those_of_their_provenance(folder):
    """Of a full-size run, unchanged, small, and scored by a card beside them."""
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["scale"] == "paper" and provenance["experiment"] == "/".join(folder.parts[-3:-1])
    assert checksum(read_folder(folder)) == provenance["checksum"]
    assert sum(file.stat().st_size for file in folder.iterdir()) < MAX_SHIPPED
    assert (folder.parent / "scorecard.paper.json").exists()
