"""The results of a scale as a research object: all files are there and described, and nothing else is."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
import requests
import rocrate
from rocrate.rocrate import ROCrate
from rocrate_validator import services
from rocrate_validator.models import Severity

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


@pytest.fixture
def offline(monkeypatch):
    """Give the validator the context of RO-Crate that the library ships, instead of that of the net."""
    context = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()

    def send(_, request, **__):
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code = 200 if request.url.startswith("https://w3id.org/ro/crate") else 404
        response.raw, response.headers["Content-Type"] = io.BytesIO(context), "application/ld+json"
        return response

    monkeypatch.setattr(requests.Session, "send", send)


@pytest.mark.parametrize("profile", ["ro-crate-1.3", "process-run-crate"])
def test_a_crate_keeps_to_its_profiles(results, offline, profile):
    write(results, "quick", results / "crate")
    settings = services.ValidationSettings(
        rocrate_uri=str(results / "crate"),
        profile_identifier=profile,
        requirement_severity=Severity.REQUIRED,
        skip_availability_check=True,
        no_cache=True,
    )
    found = {(one.check.identifier, one.message) for one in services.validate(settings).get_issues()}
    # The profile of runs stands on version 1.1, and asks for its number; rocrate writes 1.3.
    assert {check for check, _ in found} <= ({"ro-crate-1.1_5.3"} if profile == "process-run-crate" else set()), found


def test_without_results_it_is_one_line(tmp_path):
    with pytest.raises(SystemExit, match="holds no finished experiment; run snakemake"):
        write(tmp_path, "quick", tmp_path / "crate")
