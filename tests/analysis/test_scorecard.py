"""Score cards: one screen of text, committed cards, and a README whose table is never stale."""

import json
from pathlib import Path

import pytest

from analysis.scorecard import MARKERS, main, readme_table, replace_table

ROOT = Path(__file__).parents[2]
BIBLIOGRAPHY = ROOT / "references.bib"


def test_table_of_the_readme_is_fresh():
    """`python -m analysis.scorecard --update README.md` would change nothing."""
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert replace_table(shown, readme_table(ROOT / "experiments", BIBLIOGRAPHY)) == shown


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
    outcomes = {"a": "match", "b": "match", "c": "close", "d": "not run", "e": "differs"}
    targets = [{"name": name, "outcome": outcome} for name, outcome in outcomes.items()]
    (place / "score.json").write_text(json.dumps({"scale": "quick", "guards": {"network": "abcd"}, "targets": targets}))
    provenance = {"commit": "0123", "build": {"cpu_s": 21.44}, "runs": {"n": 48, "cpu_s": 101.0}}
    (place / "provenance.json").write_text(json.dumps(provenance))
    (tmp_path / "README.md").write_text(f"# Suite\n\n{MARKERS[0]}\nold\n{MARKERS[1]}\n\nEnd.\n")
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
        "sal/one  2 of 4 match (close: c; differs: e; not run: 1)",
        "total    2 of 4 match at scale quick",
    ]
    assert not list((tree / "experiments").rglob("scorecard.*.json"))


def test_publish_and_update(tree):
    """Cards hold score, cost, commit and guards; the README shows them; doing it again changes nothing."""
    run(tree, "--publish", "--update", str(tree / "README.md"))
    found = json.loads((tree / "experiments" / "sal" / "one" / "scorecard.quick.json").read_text())
    assert found == {
        "experiment": "sal/one",
        "scale": "quick",
        "summary": {"match": 2, "close": 1, "differs": 1, "not run": 1},
        "targets": {"a": "match", "b": "match", "c": "close", "d": "not run", "e": "differs"},
        "cost": {"build_cpu_s": 21.0, "runs_cpu_s": 100.0, "runs": 48},
        "commit": "0123",
        "guards": {"network": "abcd"},
    }
    assert not (tree / "experiments" / "gle" / "two" / "scorecard.quick.json").exists()
    shown = (tree / "README.md").read_text()
    assert shown.startswith(f"# Suite\n\n{MARKERS[0]}\n| experiment | paper |")
    assert shown.endswith(f"\n{MARKERS[1]}\n\nEnd.\n")
    assert (
        r"| [Title \| sal/one](experiments/sal/one)<br>`sal/one` | Gierlich et al. (2025), figure 2d "
        "| ✓ 2 of 4 match, ≈ 1 close, ✗ 1 differs | 2 min 1 s | not run | – |"
    ) in shown
    assert "| Ellenberger et al. (2026), figure 2d | not run | – | not run | – |" in shown
    run(tree, "--publish", "--update", str(tree / "README.md"))
    assert (tree / "README.md").read_text() == shown


def test_mistakes(tree):
    """A README without markers and a missing folder get one line."""
    (tree / "README.md").write_text(f"{MARKERS[1]} {MARKERS[0]}")
    with pytest.raises(SystemExit, match="error: .*README.md: no '<!-- experiments -->'"):
        run(tree, "--update", str(tree / "README.md"))
    with pytest.raises(SystemExit, match="no such folder of experiments"):
        run(tree / "nowhere")
