"""The committed score cards belong to the code beside them."""

import json

import pytest

from runner.experiment import names
from runner.fingerprint import ROOT
from runner.sweep import planned, science


@pytest.mark.parametrize("name", names())
def test_card_is_fresh(name):
    """Network, values, figure code and targets are those that were scored."""
    card = json.loads((ROOT / "experiments" / name / "scorecard.json").read_text(encoding="utf-8"))
    assert card["digest"] == science(name, planned(name, card["scale"]).source), (
        "run `make reproduce`, then `python -m analysis.scorecard --publish --update README.md`"
    )
