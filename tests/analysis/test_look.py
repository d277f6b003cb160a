"""A sweep ends in a figure and a page, whatever was swept and whatever has failed."""

import base64
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis import sweep_figure
from analysis.look import looked_at, page
from analysis.look import main as look
from analysis.score import select
from analysis.scores_of_sweep import judged, measured, robustness
from base.tables import write_folder

TARGETS = {
    "mean_w": {
        "claim": "the weight is one",
        "kind": "level",
        "observation": {"table": "ends", "column": "w", "reduce": "mean"},
        "reported": {"value": 1.0, "source": "x", "origin": "printed"},
        "accept": {"absolute": 0.3},
    },
    "late": {
        "claim": "the last value is small",
        "kind": "trend",
        "observation": {"table": "ends", "column": "loss", "where": {"phase": "late"}, "reduce": "mean"},
        "reported": {"source": "x", "origin": "claim"},
        "accept": {"below": 0.5},
    },
}
UNITS = {"neurons.tau": ["ms", 1e-3]}
MADE = {"commit": "abc", "command": "snakemake <b>sweep</b>"}


def plan_of(keys, rows, seeds=2, log=()):
    """Return the plan of a sweep with some values, SI."""
    points = [
        {"point": 0, "seed": seed, "values": dict(zip(keys, row, strict=True))}
        for row in rows
        for seed in range(1, seeds + 1)
    ]
    columns = [f"{key}_ms" if key in UNITS else key for key in keys]
    made = {"experiment": "sal/lif", "scale": "sweep-x", "points": points, "each": seeds, "swept": list(keys)}
    own = {column: 1.0 for column in columns}
    return {
        **made, "columns": columns, "units": UNITS, "own": own, "log": list(log), "along": [],
        "sweep": {"scale": "quick"}, "again": "python -m runner.point sal/lif --sweep </script><b>x</b>.yaml",
    }  # fmt: skip


def tables_of(plan, failed=()):
    """Return tables of a sweep, in which some combinations have failed."""
    rows, lost = [], []
    for number, point in enumerate(plan["points"]):
        shown = {
            column: value / UNITS[key][1] if key in UNITS else value
            for column, (key, value) in zip(plan["columns"], point["values"].items(), strict=True)
        }
        x = sum(float(value) for value in shown.values() if not isinstance(value, str))
        if number // plan["each"] in failed:
            lost.append(
                {"point": number, "seed": point["seed"], **shown, "reason": "<i>w</i> is not finite", "command": "c"}
            )
            continue
        for phase, loss in (("early", 1.0), ("late", 0.3 * x)):
            rows.append({**shown, "seed": point["seed"], "phase": phase, "loss": loss, "w": x + 0.1 * point["seed"]})
    return {"ends": pd.DataFrame(rows), **({"failures": pd.DataFrame(lost)} if lost else {})}


ONE = plan_of(["neurons.tau"], [[t] for t in (0.5e-3, 1e-3, 2e-3, 3e-3)], log=["neurons.tau_ms"])
COLOURED = plan_of(["neurons.tau", "inputs.both"], [[t, b] for t in (0.5e-3, 1e-3, 2e-3) for b in (True, False)])
WORDS = plan_of(["inputs.feedback"], [["random"], ["none"]])
TWO = plan_of(["neurons.tau", "a.b"], [[t, b] for t in (0.5e-3, 1e-3, 2e-3) for b in (0.1, 0.2, 0.4)], log=["a.b"])
MANY = plan_of(["neurons.tau", "a.b", "a.c"], np.random.default_rng(0).random((40, 3)).tolist(), seeds=1)


def test_what_targets_say():
    values = measured(tables_of(ONE), ONE["columns"], TARGETS)
    assert values.groupby("target").size().to_dict() == {"late": 8, "mean_w": 8}
    row = values[(values["target"] == "mean_w") & (values["neurons.tau_ms"] == 2) & (values["seed"] == 2)]
    assert row["value"].item() == pytest.approx(2.2)
    kept = robustness(judged(tables_of(ONE), ONE["columns"], TARGETS, "quick"), ONE["columns"])
    assert kept["tested"].tolist() == [2, 2, 2, 2] and kept["holding"].tolist() == [1, 2, 0, 0]
    assert kept["lost"].tolist() == ["mean_w", "", "late", "late"]


WHERES = [{}, {"phase": "late"}, {"t": "first"}, {"t": "last", "phase": ["late", "early"]}, {"t": "max"}, {"w": "min"}]


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("reduce", [None, "none", "mean", "median", "max", "min"])
def test_what_targets_read_is_what_the_score_reads(where, reduce):
    """All combinations at once, or one after the other: the same numbers, and none where one of them is missing."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.choice([1.0, 2.0, np.nan], 200), "seed": rng.integers(1, 4, 200)})
    table["t"], table["w"] = rng.integers(0, 5, 200) / 10, rng.normal(size=200)
    table["phase"] = rng.choice(["early", "late"], 200)
    table.loc[rng.integers(0, 200, 3), "w"] = np.nan
    observation = {"table": "ends", "column": "w", "where": where, **({"reduce": reduce} if reduce else {})}
    found = measured({"ends": table}, ["a"], {"it": {**TARGETS["mean_w"], "observation": observation}})
    expected = {}
    for key, rows in table.groupby(["a", "seed"], dropna=False):
        values = select(rows, {"reduce": "mean", **observation})
        if values.size and np.isfinite(values).all():
            expected[str(key)] = values.mean()
    assert {str((row.a, row.seed)): row.value for row in found.itertuples()} == pytest.approx(expected)
    assert expected


@pytest.mark.parametrize(
    ("plan", "kind", "failed"),
    [
        *((ONE, "curves", (1,)), (COLOURED, "curves", (2,)), (WORDS, "curves", ())),
        *((TWO, "maps", (4,)), (MANY, "effects", (3,))),
    ],
)
def test_every_kind_of_figure(plan, kind, failed, tmp_path):
    swept = looked_at(plan, tables_of(plan, failed), TARGETS)
    assert swept.kind == kind and swept.shown == ["mean_w", "late"]
    assert swept.table["failed"].sum() == len(failed) * plan["each"]
    assert len(swept.table) == len(plan["points"]) // plan["each"]
    fig = plt.figure(figsize=swept.size(), layout="constrained")
    sweep_figure.draw(swept, fig)
    fig.savefig(tmp_path / "figure.png")
    labels = {ax.get_xlabel() for ax in fig.axes} | {ax.get_ylabel() for ax in fig.axes}
    assert "neurons.tau (ms)" in labels or plan is WORDS
    if plan is ONE:
        assert all(ax.get_xscale() == "log" for ax in fig.axes)
    if kind == "maps":
        crosses = [line for ax in fig.axes for line in ax.lines if line.get_marker() == "x"]
        assert all(line.get_xydata().tolist() == [[1.0, 0.2]] for line in crosses) and crosses
    plt.close(fig)


def test_nothing_that_targets_read_is_a_figure_of_its_own():
    swept = looked_at(ONE, {"other": tables_of(ONE)["ends"]}, TARGETS)
    assert swept.shown == [] and swept.table["tested"].tolist() == [0] * 4
    fig = plt.figure(figsize=swept.size())
    sweep_figure.draw(replace(swept), fig)
    plt.close(fig)


@pytest.mark.parametrize("own", [True, False])
def test_an_experiment_may_draw_its_sweeps_itself(own, tmp_path, monkeypatch):
    """`sweep` of its figure.py takes the place of the figure, sees all tables, and the page shows what it drew."""
    sweep = "def sweep(tables, fig):\n    fig.text(0.1, 0.5, 'drawn of ' + ' and '.join(sorted(tables)), gid='drawn')\n"
    experiment, folder = tmp_path / "mine", tmp_path / "results"
    experiment.mkdir()
    (experiment / "figure.py").write_text("observe = draw = None\n" + (sweep if own else ""), encoding="utf-8")
    (experiment / "targets.yaml").write_text(json.dumps(TARGETS), encoding="utf-8")
    write_folder(tables_of(TWO, (4,)), folder / "observations")
    made = {**MADE, "experiment": "sal/lif", "scale": "sweep-x", "dirty": False}
    for name, content in (("plan.json", TWO), ("provenance.json", made)):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    words = ["look", "--plan", str(folder / "plan.json"), "--experiment", str(experiment)]
    monkeypatch.setattr("sys.argv", words)
    look()
    svg = (folder / "figure.svg").read_text(encoding="utf-8")
    assert ('id="drawn"' in svg) == own and ("drawn of ends and failures and reported" in svg) == own
    assert base64.b64encode(svg.encode()).decode() in (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 390])
def test_page_in_a_browser(browser, tmp_path, width):
    """Sorts, filters, names the command; no request to the network, nothing of the content is taken for HTML."""
    tables = tables_of(TWO, (4,))
    swept = looked_at(TWO, tables, TARGETS)
    made = SimpleNamespace(**MADE)
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="70" height="30"></svg>'
    (tmp_path / "index.html").write_text(page(TWO, swept, vars(made), picture), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    problems, requests = [], []
    tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto((tmp_path / "index.html").as_uri())
    assert tab.locator("tbody tr").count() == 9
    assert tab.evaluate("document.images[0].naturalWidth") == 70
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("main b, main i").count() == 0 and "<i>w</i> is not finite" in tab.inner_text("tbody")
    tab.fill("#filter", "a.b<0.3 failed=0")
    assert tab.locator("tbody tr").count() == 5 and tab.inner_text("#count") == "5 of 9"
    tab.fill("#filter", "failed>0")
    assert tab.locator("tbody tr td").nth(1).get_attribute("title") == "a.b: 0.2"
    tab.locator("tbody tr").click()
    assert tab.inner_text("#command") == f"{TWO['again']} --point 8 --traces"
    tab.fill("#filter", "")
    tab.get_by_role("button", name="a.b").click()
    tab.get_by_role("button", name="a.b").click()
    assert tab.locator("tbody tr td:nth-child(2)").first.inner_text() == "0.4"
    with tab.expect_download() as waited:
        tab.get_by_role("link", name="Parquet").click()
    got = pd.read_parquet(waited.value.path())
    pd.testing.assert_frame_equal(got, swept.table)
    with tab.expect_download() as waited:
        tab.get_by_role("link", name="CSV").click()
    assert len(pd.read_csv(waited.value.path())) == 9
    assert problems == [] and all(request.startswith(("file:", "data:")) for request in requests)
    json.loads(tab.evaluate("document.getElementById('data').textContent"))
    tab.close()
