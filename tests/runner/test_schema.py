"""The schemas for editors are those of the forms, and every shipped file fits them."""

import json
import re

import jsonschema
import pytest

from base.catalogue import ROOT
from base.yaml_files import read_yaml
from runner.schema import FOLDER, schemas

FILES = {
    "config.json": "experiments/*/*/config.yaml",
    "targets.json": "experiments/*/*/targets.yaml",
    "sweep.json": "sweeps/*.yaml",
}


@pytest.mark.parametrize("name", FILES)
def test_schemas_are_fresh_and_fit_what_is_shipped(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text == schemas()[name], "run python -m runner.schema"
    fits = jsonschema.Draft202012Validator(json.loads(text))
    files = list(ROOT.glob(FILES[name]))
    assert files and not [(file, error.message) for file in files for error in fits.iter_errors(read_yaml(file))]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("config.json", {"title": "x", "paper": {"kee": "x"}}),
        ("targets.json", {"it": {"claim": "x", "kind": "levle"}}),
        ("sweep.json", {"experiment": "a/b", "sweep": {"a.b": [1]}, "failures": "ignore"}),
    ],
)
def test_editors_see_what_is_wrong(name, wrong):
    assert not jsonschema.Draft202012Validator(json.loads(schemas()[name])).is_valid(wrong)


def test_files_point_to_their_schema():
    """That of the template from where a copy of it lies."""
    copy = ROOT / "experiments" / "paper" / "topic"
    files = {file: file.parent for file in ROOT.glob("sweeps/*.yaml")}
    files |= {file: copy for file in ROOT.glob("experiments/_template/*.yaml")}
    for file, place in files.items():
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text(encoding="utf-8"))
        schema = (place / named[1]).resolve()
        assert schema == FOLDER / f"{'sweep' if place.name == 'sweeps' else file.stem}.json" and schema.exists()
