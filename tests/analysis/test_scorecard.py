"""Score cards: one screen of text, committed cards, and a page whose tables are never stale."""

import json
from pathlib import Path

import pytest

from analysis.scorecard import main, updated

ROOT = Path(__file__).parents[2]
BIBLIOGRAPHY = ROOT / "references.bib"


def test_tables_of_the_page_are_fresh():
    """`python -m analysis.scorecard --update docs/experiments.md` would change nothing."""
    page = ROOT / "docs" / "experiments.md"
    assert updated(page, ROOT / "experiments", BIBLIOGRAPHY) == page.read_text(encoding="utf-8")


EMPTY = "<!-- score -->\nold\n<!-- /score -->\n\n<!-- experiments -->\nold\n<!-- /experiments -->\n"
WHOSE = {"a": "printed", "b": "claim", "c": "theory", "d": "authors", "e": "prototype", "f": "prediction"}


@pytest.fixture
def tree(tmp_path):
    """Make two experiments, one with results."""
    for name, key in (("sal/one", "gierlich2025"), ("gle/two", "ellenberger2024")):
        folder = tmp_path / "experiments" / name
        folder.mkdir(parents=True)
        config = {"title": f"Title | {name}", "paper": {"key": key, "figure": "2d"}}
        (folder / "config.yaml").write_text(json.dumps(config))
    place = tmp_path / "results" / "quick" / "sal" / "one"
    place.mkdir(parents=True)
    outcomes = {"a": "match", "b": "match", "c": "close", "d": "not run", "e": "differs", "f": "match"}
    targets = [{"name": name, "outcome": outcome, "origin": WHOSE[name]} for name, outcome in outcomes.items()]
    written = {
        name: {
            "claim": "A claim.",
            "kind": "trend",
            "observation": {"table": "t", "column": "x"},
            "reported": {"source": "s", "origin": origin},
            "accept": {"below": 1},
        }
        for name, origin in WHOSE.items()
    }
    (tmp_path / "experiments" / "sal" / "one" / "targets.yaml").write_text(json.dumps(written))
    (place / "score.json").write_text(json.dumps({"scale": "quick", "guards": {"network": "abcd"}, "targets": targets}))
    provenance = {"commit": "0123", "build": {"cpu_s": 21.44}, "runs": {"n": 48, "cpu_s": 101.0}}
    (place / "provenance.json").write_text(json.dumps(provenance))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "experiments.md").write_text(f"# Suite\n\n{EMPTY}\nEnd.\n")
    return tmp_path


def run(tree, *arguments):
    """Run the command."""
    folders = ["--results", str(tree / "results"), "--experiments", str(tree / "experiments")]
    main([*folders, "--references", str(BIBLIOGRAPHY), "--scale", "quick", *arguments])


def test_one_screen(tree, capsys):
    """A line per experiment with what does not match, and the total."""
    run(tree)
    assert capsys.readouterr().out.splitlines() == [
        "gle/two  not run at scale quick",
        "sal/one  2 of 3, prototypes 0 of 1, predictions 1 of 1 match (close: c; differs: e; not run: 1)",
        "total    2 of 3 match at scale quick: papers, authors' programs and theory",
        "total    0 of 1 match at scale quick: regression against our own prototypes",
        "total    1 of 1 match at scale quick: our predictions",
    ]
    assert not list((tree / "experiments").rglob("scorecard.*.json"))


def test_publish_and_update(tree):
    """Cards hold score, cost, commit and guards; the page shows them; doing it again changes nothing."""
    run(tree, "--publish", "--update", str(tree / "docs" / "experiments.md"))
    found = json.loads((tree / "experiments" / "sal" / "one" / "scorecard.quick.json").read_text())
    assert found == {
        "experiment": "sal/one",
        "scale": "quick",
        "summary": {"match": 3, "close": 1, "differs": 1, "not run": 1},
        "targets": {"a": "match", "b": "match", "c": "close", "d": "not run", "e": "differs", "f": "match"},
        "cost": {"build_cpu_s": 21.0, "runs_cpu_s": 100.0, "runs": 48},
        "commit": "0123",
        "guards": {"network": "abcd"},
    }
    assert not (tree / "experiments" / "gle" / "two" / "scorecard.quick.json").exists()
    shown = (tree / "docs" / "experiments.md").read_text()
    assert shown.startswith("# Suite\n\n<!-- score -->\n| | printed in the paper | claim of the paper, our margin |")
    assert "\n| `sal`, quick | 1 of 1 | 1 of 1 | – | 0 of 1 | 0 of 1 | 1 of 1 |\n" in shown
    assert "\n| `all`, full size | – | – | – | – | – | – |\n" in shown
    assert shown.endswith("\n<!-- /experiments -->\n\nEnd.\n")
    assert (
        r"| [Title \| sal/one](../experiments/sal/one)<br>`sal/one` | Gierlich et al. (2025), figure 2d "
        "| ✓ 2 of 3, ≈ 1 close<br>prototypes ✓ 0 of 1, ✗ 1 differs<br>predictions ✓ 1 of 1 | 2 min 1 s | not run | – |"
    ) in shown
    assert "| Ellenberger et al. (2026), figure 2d | not run | – | not run | – |" in shown
    run(tree, "--publish", "--update", str(tree / "docs" / "experiments.md"))
    assert (tree / "docs" / "experiments.md").read_text() == shown


def test_mistakes(tree):
    """A page without markers and a missing folder get one line."""
    (tree / "docs" / "experiments.md").write_text("<!-- /score --> <!-- score -->")
    with pytest.raises(SystemExit, match="error: .*no '<!-- score -->' followed by '<!-- /score -->'"):
        run(tree, "--update", str(tree / "docs" / "experiments.md"))
    with pytest.raises(SystemExit, match="no such folder of experiments"):
        run(tree / "nowhere")
