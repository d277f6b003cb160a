"""Texts of the report: numbers, durations, places, citations, settings, and files that are not what they should be."""

from pathlib import Path

import pytest

from analysis.texts import (
    number,
    numbers,
    read_config,
    read_json,
    references,
    resolved,
    seconds,
    settings,
    where,
)
from base.catalogue import names
from tests.analysis.test_report import BIBLIOGRAPHY


def test_bibliography(tmp_path):
    """The papers of the suite are in the file, with short citations; numbers need no braces."""
    found = references(BIBLIOGRAPHY)
    assert {"gierlich2025", "bellec2019", "bellec2020", "ellenberger2024", "gupta2020"} <= set(found)
    assert {"stimberg2019", "molder2021"} <= set(found)
    assert found["gupta2020"]["cite"] == "Gupta (2020)"
    assert found["gupta2020"]["title"].endswith("for ANNs")
    assert found["bellec2020"]["where"] == "Nature Communications 11, 3625, doi:10.1038/s41467-020-17236-y"
    assert references(Path("none.bib")) == {}
    (tmp_path / "new.bib").write_text('@article{nobody,\n  author = "Nobody, A. and Nemo, B.",\n  year = 2030\n}\n')
    assert references(tmp_path / "new.bib")["nobody"]["cite"] == "Nobody and Nemo (2030)"


def test_values_as_written_and_as_simulated():
    """The config gives texts; the provenance gives numbers in base units, shown in the unit of the config."""
    config = {
        "title": "x",
        "network": {"dt": "1 ms", "n": 3},
        "synapses": {"eta": 0.1, "on": True},
        "sweep": [{"synapses.eta": [0.1, 1.0e-5]}, {"network.n": [4]}],
        "scales": {"quick": {"seeds": 2, "network.dt": "2 ms", "run": {"duration": "3 s"}}},
    }
    assert settings(config, "quick") == {
        "network.dt": "2 ms",
        "run.duration": "3 s",
        "network.n": "4",
        "synapses.eta": "0.1, 1e-05",
        "synapses.on": "true",
    }
    made = {"parameters": {"a.tau": [0.02, 0.03], "a.n": 3, "a.v": 0.1}, "units": {"a.tau": ["ms", 1e-3], "a.v": "mV"}}
    assert resolved(made) == {"a.tau": "20, 30 ms", "a.n": "3"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.123456, "0.1235"), (-1.5e-7, "−1.5 × 10⁻⁷"), (1234567.0, "1.235 × 10⁶"), (None, "NaN"), (3, "3")],
)
def test_numbers(value, shown):
    """Four digits, real minus signs, powers of ten."""
    assert number(value) == shown


@pytest.mark.parametrize(
    ("paper", "shown"),
    [
        ({"figure": "2d"}, "figure 2d"),
        ({"figure": ["S7", "S8"]}, "figure S7, S8"),
        ({"figure": "none"}, "none"),
        (3, ""),
    ],
)
def test_places(paper, shown):
    """A number gets the word figure, anything else speaks for itself."""
    assert where(paper) == shown


def test_lists_of_numbers():
    """Short lists are written out, long ones outlined, samples summarised."""
    assert numbers([1, 2]) == "1, 2"
    assert numbers(list(range(9))) == "0, 1, 2, … 8 (9 values)"
    assert numbers([1.0, 3.0], "distribution") == "2 ± 1.4 (n = 2)"
    assert numbers(None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.345, "0.34 s"), (12.3, "12 s"), (119.9, "2 min 0 s"), (3000, "50 min 0 s"), (9000, "2.5 h"), (None, "–")],
)
def test_durations(value, shown):
    """Durations are readable from milliseconds to days."""
    assert seconds(value) == shown


def test_files_that_are_not_what_they_should_be(tmp_path):
    """A list where a mapping belongs is as good as nothing."""
    (tmp_path / "list").write_text("[1]")
    assert read_json(tmp_path / "list") == {}
    assert read_config(tmp_path / "list") == {}
    assert names(tmp_path) == ()
