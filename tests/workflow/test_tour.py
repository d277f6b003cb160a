"""The tour runs as it is written, in a copy that has its programs already; its rendered page tells the same."""

import json
import re
import subprocess

import nbformat
import pytest

from benchmarks.tour import TOUR, executed, shown
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def copy(smoke, tmp_path_factory):
    """Return a copy of the repository with one commit, and with results of scale smoke."""
    copy = smoke.copy(tmp_path_factory.mktemp("tour") / "repository")
    identity = ["-c", "user.email=nobody@localhost", "-c", "user.name=nobody"]
    for command in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "--message", "base"]):
        subprocess.run(["git", *command], cwd=copy.folder, check=True)
    return copy


@pytest.fixture(scope="module")
def outputs(copy):
    """Return the code cells of the tour with what they gave."""
    cells = [cell for cell in executed(copy.folder).cells if cell.cell_type == "code"]
    left = subprocess.run(["git", "status", "--porcelain"], cwd=copy.folder, capture_output=True, text=True, check=True)
    assert left.stdout == ""  # the edit is taken back
    return {cell.source: "\n".join(shown(cell)) for cell in cells}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\nfound", "Run of sal/phase_plane, scale smoke, 2 points: weights (1600), final (80), points (2)"),
        ("head()", "point  seed  t_ms  index    w"),
        ("except Exception", "neurons.tau_plus: 12 has no unit; write for example '12 ms'"),
        ("pivot_table", "0.03"),
        ('snakemake("compare"', "+ w += plastic * eta * pairs / n_epoch - 0.01 * plastic * w"),
        ('snakemake("compare"', "| `sum_conserved` | ✓"),
    ],
)
def test_cells_say_what_the_text_says(outputs, source, said):
    (found,) = (text for cell, text in outputs.items() if source in cell)
    assert said in found


def test_what_the_comparison_has_run(outputs, copy):
    """The base has its results already; the edit was compiled and simulated once."""
    (said,) = (text for cell, text in outputs.items() if 'snakemake("compare"' in cell)
    assert "working tree: sal/phase_plane: is run at scale smoke" in said
    assert "HEAD: sal/phase_plane: is run" not in said
    folder = copy.folder / "results" / "compare" / "sal-phase_plane_HEAD_working-tree_smoke"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count('<mstyle class="changed">') == 1 and list((folder / "figures").glob("*-now.svg"))
    (found,) = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["experiments"]
    assert found["parts"] == ["network"] and found["parameters"] == []
    listed = subprocess.run(["git", "worktree", "list"], cwd=copy.folder, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1  # nothing is left behind


def test_the_page_is_that_of_the_notebook():
    """It is made by `python -m benchmarks.tour --update`."""
    page = (ROOT / TOUR).with_suffix(".md").read_text(encoding="utf-8")
    notebook = nbformat.read(ROOT / TOUR, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.source in page, f"docs/tour.md lacks {cell.source[:60]!r}; run python -m benchmarks.tour --update"
        assert not cell.get("outputs"), "the notebook is kept without outputs"
    assert not re.search(r"/(home|root|work|tmp)/", page)
