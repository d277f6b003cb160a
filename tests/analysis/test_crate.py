"""The results of a scale as a research object: all files are there and described, and nothing else is."""

import json

import pandas as pd
import pytest
from rocrate.rocrate import ROCrate

from analysis.crate import write
from base.tables import write_folder

MADE = {"commit": "0" * 40, "dirty": True, "versions": {"python": "3.11.7", "brian2": "2.9.0"}, "created": "2026-11-28"}
ENTRY = {"name": "it", "outcome": "match", "origin": "theory"}


@pytest.fixture
def results(tmp_path):
    """Return a folder of results: one experiment that is complete, one that is not."""
    for name in ("sal/lif", "gle/cascade"):
        place = tmp_path / "quick" / name
        write_folder({"end": pd.DataFrame({"w": [1.0]})}, place / "observations")
        (place / "figure.svg").write_text("<svg/>", encoding="utf-8")
        (place / "recordings").mkdir()
        made = {**MADE, "command": f"snakemake {name}"}
        (place / "provenance.json").write_text(json.dumps(made), encoding="utf-8")
    score = {"targets": [ENTRY]}
    (tmp_path / "quick" / "sal" / "lif" / "score.json").write_text(json.dumps(score), encoding="utf-8")
    return tmp_path


def test_crate_is_read_again(results):
    out = results / "crate"
    write(results, "quick", out)
    crate = ROCrate(out)
    files = {entity.id for entity in crate.data_entities if entity.type == "File"}
    assert files == {file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()} - {
        "ro-crate-metadata.json"
    }
    assert {"sal/lif/figure.svg", "sal/lif/observations/end.parquet", "code/requirements.txt"} <= files
    assert not any("cascade" in file or "recordings" in file for file in files)
    lif = crate.get("sal/lif/")
    assert lif["name"] == "Alignment on a membrane" and "1 of 1" in lif["description"]
    run = crate.get("#run-sal-lif")
    assert run["instrument"].id == "#code" and crate.get("sal/lif/score.json") in run["result"]
    assert (
        crate.get("#code")["version"] == "0" * 40 + "+"
        and "brian2==2.9.0" in crate.get("#code")["softwareRequirements"]
    )
    root = crate.root_dataset
    assert all(root.get(key) for key in ("name", "description", "license", "datePublished"))


def test_without_results_it_is_one_line(tmp_path):
    with pytest.raises(SystemExit, match="holds no finished experiment; run snakemake"):
        write(tmp_path, "quick", tmp_path / "crate")
