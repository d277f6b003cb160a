"""Nothing that a person or a stranger's file says is executed, and the report shows it as text."""

import ast
import pickle
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.report import main as report
from base.tables import write_json
from datasets import pickles
from tests.analysis.test_report import BIBLIOGRAPHY, EXPERIMENTS, OUTCOMES, PROVENANCE, WIRING, description, entry
from tests.conftest import ROOT

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>'\"<a href='javascript:alert(1)'>x</a>"
ROOMS = ("base", "models", "dense", "datasets", "runner", "analysis", "experiments")
# What runs code, or unpacks files to wherever they say.
FORBIDDEN = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load", "pickle.loads", "yaml.load"),
    *("shutil.unpack_archive", "tarfile.open", "joblib.load", "marshal.loads", "runpy.run_path"),
}


def code():
    """Return all files of code of the suite."""
    return [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]


def test_nothing_is_executed_unpickled_or_unpacked():
    for file in code():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in FORBIDDEN, f"{file}:{node.lineno}: {called}"
            assert not called.endswith((".extractall", ".extract")) or ".str." in called, (
                f"{file}:{node.lineno}: {called}"
            )
            options = {one.arg: ast.unparse(one.value) for one in node.keywords}
            assert options.get("shell") != "True" and options.get("allow_pickle") != "True", f"{file}:{node.lineno}"


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_and_hostile_pickles_are_refused_or_data(tmp_path_factory, data):
    content = bytearray(pickle.dumps({b"data": np.arange(6, dtype=np.uint8), b"labels": [1, 2, "x"]}, protocol=2))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / "some.pkl"
    file.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        pickles.read(file)
    except ValueError as error:
        assert "not a readable pickle" in str(error)


class Page(HTMLParser):
    """Collect what would run."""

    def __init__(self):
        super().__init__()
        self.active = []

    def handle_starttag(self, tag, attributes):
        """Note scripts, handlers and links that run code."""
        bad = [
            name
            for name, value in attributes
            if name.startswith("on") or (value or "").strip().startswith("javascript")
        ]
        own = tag == "script" and re.fullmatch(r"(\.\./)?site\.js", dict(attributes).get("src") or "")
        if tag in ("script", "iframe", "object", "embed") and not own or bad:
            self.active.append((tag, bad))


def test_the_report_shows_hostile_texts_as_texts(tmp_path):
    name = next(iter(EXPERIMENTS))
    folder, place = tmp_path / "experiments" / name, tmp_path / "results" / "quick" / name
    folder.mkdir(parents=True)
    place.mkdir(parents=True)
    config = {"title": EVIL, "text": EVIL, "notice": EVIL, "paper": {"key": EXPERIMENTS[name][0], "figure": EVIL}}
    write_json({**config, "scales": {"quick": {}}}, folder / "config.yaml")
    (folder / "README.md").write_text(f"# {EVIL}\n\n{EVIL}\n\n- {EVIL}\n\n[x](javascript:alert(1))\n", encoding="utf-8")
    (place / "figure.png").write_bytes(b"no picture")
    write_json(
        {**PROVENANCE, "command": EVIL, "commit": EVIL, "cpu": EVIL, "compiler": EVIL}, place / "provenance.json"
    )
    hostile = {**entry(0, OUTCOMES[0]), "claim": EVIL, "name": EVIL}
    write_json({"scale": "quick", "summary": {}, "targets": [hostile]}, place / "score.json")
    (tmp_path / "results" / "documents" / name).parent.mkdir(parents=True)
    write_json(
        {**description(), "inputs": [{**row, "meaning": EVIL, "source": EVIL} for row in description()["structure"]]},
        tmp_path / "results" / "documents" / f"{name}.json",
    )
    wiring = {**WIRING, "groups": [{**group, "kind": EVIL, "size": EVIL} for group in WIRING["groups"]]}
    write_json(wiring, tmp_path / "results" / "generated" / name / "networks" / "0123456789abcdef.json")
    shutil.copy(BIBLIOGRAPHY, tmp_path / "references.bib")
    folders = ["--results", str(tmp_path / "results"), "--experiments", str(tmp_path / "experiments")]
    report(["--scale", "quick", *folders, "--out", str(tmp_path / "out")])
    pages = sorted((tmp_path / "out").rglob("*.html"))
    assert len(pages) == 4
    for file in pages:
        text = file.read_text(encoding="utf-8")
        page = Page()
        page.feed(text)
        assert page.active == [], file
        assert "alert(1)" in text or file.parent.name == "models"


@pytest.mark.parametrize("name", ["../../etc", "os", "sal.phase_plane", "sal/phase_plane/../../x"])
def test_only_experiments_are_imported(name, tmp_path):
    from runner.document import main as document

    with pytest.raises(SystemExit, match="unknown experiment"):
        document([name, "--out", str(tmp_path / "out")])
