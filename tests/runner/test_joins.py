"""An experiment observes the tables of others with its own; what makes those tables decides its card too."""

import pandas as pd
import pytest

from analysis.observe import joined as tables_of
from base import catalogue
from base.tables import write_folder
from runner import guards, plans
from runner.experiment import load
from runner.plans import asked

JOINT, OTHER = "gle/phase_shift", "sal/phase_plane"


@pytest.fixture
def joins(monkeypatch):
    """Let one experiment join another."""
    for module in (catalogue, guards, plans):
        monkeypatch.setattr(module, "joined", lambda name: (OTHER,) if name == JOINT else ())


@pytest.mark.usefixtures("joins")
def test_what_is_joined_is_planned_too():
    assert asked([JOINT], "smoke", None) == [("smoke", JOINT), ("smoke", OTHER)]
    assert asked([OTHER], "smoke", None) == [("smoke", OTHER)]


def test_tables_have_the_name_of_their_experiment(tmp_path):
    write_folder({"course": pd.DataFrame({"x": [1.0]})}, tmp_path / OTHER / "observations")
    ((name, table),) = tables_of(tmp_path, [OTHER]).items()
    assert name == "phase_plane.course" and table["x"].tolist() == [1.0]


def test_a_card_answers_for_what_is_joined(monkeypatch):
    """Values and code of the other experiment count, its prose does not."""
    folder, alone = load(JOINT).folder, guards.of_observation(load(JOINT).folder)
    monkeypatch.setattr(guards, "joined", lambda name: (OTHER,) if name == JOINT else ())
    config = guards.read_yaml(load(OTHER).folder / "config.yaml")

    def found(**changed):
        monkeypatch.setattr(guards, "read_yaml", lambda _: {**config, **changed})
        return guards.of_observation(folder)

    assert alone != found() == found(title="another") != found(run={"duration": "1 s"})
