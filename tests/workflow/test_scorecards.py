"""The committed score cards belong to the code beside them."""

import json

import pytest

from analysis.scorecard import MAX_SHIPPED
from base.catalogue import ROOT, names
from base.tables import checksum, read_folder
from runner.experiment import load
from runner.guards import PARTS, changed, guards
from runner.planning import planned

SHIPPED = sorted((ROOT / "experiments").glob("*/*/published"))
CARDS = sorted((ROOT / "experiments").glob("*/*/scorecard.*.json"))


@pytest.mark.parametrize("file", CARDS, ids=lambda file: "/".join(file.parts[-3:]))
def test_card_is_fresh(file):
    """Everything that decides its numbers is what it was when they were made, or was proved to make the same ones."""
    card = json.loads(file.read_text(encoding="utf-8"))
    now = guards(load(card["experiment"]), planned(card["experiment"], card["scale"]).points)
    assert set(card["guards"]) == set(PARTS) == set(now)
    assert not changed(card["guards"], now), (
        "commit the edit and run `python -m runner.neutral --base <commit before it>`: "
        "it renews the card, or names the run that does"
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
