"""Ten points of a real sweep diverge: tables, a figure with holes, and a page that lists them all the same."""

import json

import pandas as pd

GLE = "gle/lag_line"
# Errors a million times too large; every combination has five conditions.
SWEEP = """
experiment: gle/lag_line
scale: smoke
conditions: own
sweep:
  student.gamma: [1, 10, 1.0e+6]
  student.tau_r: [0.05 ms, 0.1 ms]
"""


def test_ten_points_diverge(repository, tmp_path):
    file = tmp_path / "wild.yaml"
    file.write_text(SWEEP, encoding="utf-8")
    repository.snakemake("sweep", "--directory", str(tmp_path), "--config", f"sweep={file}")
    folder = tmp_path / "results" / "sweep-wild" / GLE
    lost = pd.read_parquet(folder / "observations" / "failures.parquet")
    assert len(lost) == 10 and (lost["student.gamma"] == 1e6).all()
    assert lost["reason"].str.contains("is not finite").all()
    assert lost["command"].str.startswith(f"python -m runner.point {GLE} --sweep {file}").all()
    for table in folder.glob("observations/*.parquet"):
        if table.stem != "failures":
            assert sorted(pd.read_parquet(table)["student.gamma"].unique()) == [1, 10]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "30 points,\n10 failed" in page
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    at = {name: k for k, name in enumerate(data["columns"])}
    holes = [row for row in data["data"] if row[at["failed"]]]
    assert [row[at["student.gamma"]] for row in holes] == [1e6, 1e6] and all(row[at["failed"]] == 5 for row in holes)
    assert json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["runs"]["failed"] == 10
    assert (folder / "figure.png").stat().st_size > 10_000
