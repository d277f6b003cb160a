"""The committed score cards belong to the code beside them."""

import json

import pytest

from runner.experiment import names
from runner.fingerprint import ROOT
from runner.sweep import planned, science

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
