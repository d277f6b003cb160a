"""Figures know where they come from."""

import json

import pytest
from PIL import Image

from tests.conftest import EXPERIMENTS


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_figure_carries_its_provenance(smoke, experiment):
    """Experiment, scale, commit, data and checksum of the tables are in the files, and on the figure."""
    folder = smoke.folder / "results" / "smoke" / experiment
    made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    with Image.open(folder / "figure.png") as picture:
        inside = json.loads(picture.text["Description"])
    assert inside == {key: made[key] for key in ("experiment", "scale", "commit", "dirty", "data", "checksum")}
    assert inside["checksum"] in (folder / "figure.svg").read_text(encoding="utf-8")
    assert made["build"]["cpu_s"] > 0 and made["runs"]["n"] > 0
    assert made["parameters"] and made["versions"]["brian2"]
