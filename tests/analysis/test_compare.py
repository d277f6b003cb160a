"""The page of a comparison and its text: made of files alone, in a browser of both widths."""

import json

import pandas as pd
import pytest

from analysis.compare import write
from base.tables import write_folder

MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>w</mi><mo>+</mo>{}</math>'
LINE = {
    "name": "w",
    "before": MATH.format("<mi>a</mi>"),
    "now": MATH.format('<mstyle class="changed"><mi>b</mi></mstyle>'),
    "code": ["dw/dt = a", "dw/dt = b"],
    "change": "changed",
}
SAME = {**LINE, "now": LINE["before"], "code": ["dw/dt = a"] * 2, "change": ""}
TARGETS = """it:
  claim: it is <one>
  kind: level
  observation: {table: curve, column: w, where: {t_s: last}, reduce: mean}
  reported: {value: 1, source: s, origin: theory}
  accept: {absolute: 0.5}
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="30"></svg>'


def side(folder, gain, outcome):
    """Write what a state gave for an experiment; return its folders of figure and tables."""
    curve = [{"seed": s, "t_s": t, "w": gain * t + s / 10} for s in range(3) for t in range(10)]
    write_folder({"curve": pd.DataFrame(curve)}, folder / "observations")
    (folder / "shown").mkdir()
    (folder / "shown" / "figure.svg").write_text(SVG, encoding="utf-8")
    (folder / "shown" / "targets.yaml").write_text(TARGETS, encoding="utf-8")
    entry = {"name": "it", "claim": "it is <one>", "origin": "theory", "outcome": outcome, "observed": [gain * 9 + 0.1]}
    (folder / "shown" / "score.json").write_text(json.dumps({"targets": [entry]}), encoding="utf-8")
    return str(folder / "shown"), str(folder)


@pytest.fixture
def comparison(tmp_path):
    """Return a function: what differs to the folder of a comparison."""
    before, now = side(tmp_path / "before", 0.1, "match"), side(tmp_path / "now", 0.2, "differs")

    def of(**changes):
        models = {"renamed": {}, "only_names": False, "objects": [
            {"object": "cells", "model": "cell", "equations": [LINE, SAME], "steps": []}
        ]}  # fmt: skip
        found = {"experiment": "sal/pair", "title": "A <pair>", "parts": ["network"], "models": models, "verdict": ""}
        row = {"key": "cells.tau", "symbol": "<math><mi>τ</mi></math>", "meaning": "time constant"}
        found["parameters"] = [{**row, "values": ["10 ms", "20 ms"], "defaults": ["10 ms", "20 ms"]}]
        found |= {"run": True, "figures": [before[0], now[0]], "tables": [before[1], now[1]], **changes}
        states = [{"name": name, "commit": "0" * 40, "tree": "1" * 40} for name in ("HEAD", "working tree")]
        content = {"states": states, "scale": "quick", "only": "sal/pair", "experiments": [found]}
        folder = tmp_path / "comparison"
        folder.mkdir()
        (folder / "comparison.json").write_text(json.dumps(content), encoding="utf-8")
        return folder

    return of


def test_text_for_a_pull_request(comparison):
    text = write(folder := comparison())
    assert text == (folder / "compare.md").read_text(encoding="utf-8")
    assert "- dw/dt = a\n+ dw/dt = b\n" in text
    assert "| `cells.tau` | 10 ms | 20 ms | 10 ms → 20 ms |" in text
    assert "| `it` | ✓ 1 | ✗ 1.9 | +11 seed spreads | broken |" in text


def test_nothing_was_run(comparison):
    text = write(folder := comparison(verdict="same program: nothing was run", run=False, figures=[], tables=[]))
    assert "sal/pair: same program: nothing was run" in text
    assert not (folder / "figures").exists()


@pytest.mark.parametrize("width", [1280, 390])
def test_page_in_a_browser(browser, comparison, width):
    write(folder := comparison())
    assert (folder / "index.html").stat().st_size < 200_000
    tab = browser.new_page(viewport={"width": width, "height": 900})
    problems, requests = [], []
    tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((folder / "index.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("img").count() == 3  # both figures, and the curves
    assert all(tab.evaluate("[...document.images].map(image => image.naturalWidth > 0)"))
    assert tab.locator("math .changed").count() == 1 and tab.locator("math .changed").text_content() == "b"
    sides = [tab.locator(f".line .{side}").first.bounding_box() for side in ("old", "new")]
    beside = sides[1]["x"] > sides[0]["x"]
    assert beside if width == 1280 else sides[1]["y"] > sides[0]["y"]
    assert "it is <one>" in tab.inner_text("main") and "A <pair>" in tab.inner_text("h2")
    assert tab.get_by_text("broken", exact=True).count() == 1
    assert problems == [] and all(request.startswith(("file:", "data:")) for request in requests)
    tab.close()
