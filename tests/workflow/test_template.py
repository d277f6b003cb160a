"""A copy of the template is an experiment, without any wiring."""

import json
import shutil


def test_a_copied_template_runs_and_matches(smoke, tmp_path):
    """Equations, figure and score work at scale smoke."""
    copy = smoke.copy(tmp_path / "repository")
    folder = copy.folder / "experiments"
    shutil.copytree(folder / "_template", folder / "sal" / "my_first")
    copy.snakemake("sal/my_first", "--config", "scale=smoke")
    done = json.loads((copy.folder / "results/smoke/sal/my_first/score.json").read_text(encoding="utf-8"))
    assert done["summary"] == {"match": 1, "close": 0, "differs": 0, "not run": 0}
