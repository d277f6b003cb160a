"""The best combinations of a sweep for a target, nearest or furthest, as YAML that a configuration takes."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from analysis.best import ranked, written
from base.catalogue import ROOT, names
from base.tables import write_folder
from base.yaml_files import flatten, read_value
from runner.experiment import load
from runner.quantities import display_unit, plain

SAL = "sal/phase_plane"


def target(accept, **more):
    kind = "level" if "absolute" in accept else "trend"
    reported = {"source": "x", "origin": "printed", **more}
    return {
        "claim": "c",
        "kind": kind,
        "observation": {"table": "t", "column": "w"},
        "reported": reported,
        "accept": accept,
    }


TABLE = pd.DataFrame(
    [{"a": a, "seed": s, "arm": arm, "w": a * (1 + 0.1 * s) + off}
     for a in (1.0, 2.0, 3.0, 4.0) for s in (1, 2, 3) for arm, off in (("x", 0.0), ("y", a**2))]
)  # fmt: skip
Y = {"table": "t", "column": "w", "where": {"arm": "y"}}


@pytest.mark.parametrize(
    ("accept", "more", "order"),
    [
        ({"absolute": 0.1}, {"value": 2.5}, [2, 3, 1, 4]),  # means 1.2, 2.4, 3.6, 4.8
        ({"below": 3}, {}, [1, 2, 3, 4]),
        ({"above": 3}, {}, [4, 3, 2, 1]),
        ({"less_than": Y}, {}, [4, 3, 2, 1]),
        ({"greater_than": Y, "by_factor": 2}, {}, [1, 2, 3, 4]),
    ],
)
def test_order(accept, more, order):
    wanted = target(accept, **more)
    wanted["observation"]["where"] = {"arm": "x"}
    found = ranked({"t": TABLE}, ["a"], "m", wanted)
    assert found["a"].tolist() == order and (found["seeds"] == 3).all()
    if "value" in more:  # 2.2, 2.4, 2.6: t(0.975, 2) = 4.3027
        half = 4.302652729 * 0.2 / np.sqrt(3)
        np.testing.assert_allclose(found.loc[0, ["low", "mean", "high"]].to_numpy(float), [2.4 - half, 2.4, 2.4 + half])
    one = ranked({"t": TABLE[TABLE["seed"] == 1]}, ["a"], "m", wanted)
    assert one["low"].isna().all() and (one["seeds"] == 1).all()


@pytest.mark.parametrize("name", names())
def test_every_default_is_read_back_as_it_is_written(name):
    experiment = load(name)
    for key, default in experiment.defaults.items():
        text = written(plain(default), *display_unit(default if not isinstance(default, tuple) else default[0]))
        again = plain(experiment.parse(key, read_value(text, "x", key), "x"))
        if again != plain(default):
            np.testing.assert_allclose(again, plain(default), rtol=1e-11)


@pytest.fixture
def results(tmp_path):
    """Return results of a sweep of two keys with two seeds."""
    folder = tmp_path / "results" / "sweep-my" / SAL
    rows = [(eta, tau, seed) for eta in (1e-5, 0.1) for tau in (5e-3, 20e-3) for seed in (1, 2)]
    points = [
        {"point": k, "seed": seed, "values": {"synapses.eta": eta, "neurons.tau_plus": tau}}
        for k, (eta, tau, seed) in enumerate(rows)
    ]
    columns = ["synapses.eta", "neurons.tau_plus_ms"]
    plan = {"experiment": SAL, "scale": "sweep-my", "points": points, "each": 2, "columns": columns}
    plan |= {"swept": ["synapses.eta", "neurons.tau_plus"], "units": {"neurons.tau_plus": ["ms", 1e-3]}}
    ends = [{columns[0]: eta, columns[1]: tau * 1e3, "seed": seed, "w": eta + 100 * tau} for eta, tau, seed in rows]
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan))
    (folder / "observations").mkdir()
    return folder, pd.DataFrame(ends)


def best(tmp_path, *words):
    command = [sys.executable, "-m", "analysis.best", "--results", str(tmp_path / "results"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_yaml_to_paste(results, tmp_path):
    from base.targets import read_targets

    folder, ends = results
    targets = read_targets(ROOT / "experiments" / SAL / "targets.yaml")
    name, wanted = next((n, t) for n, t in targets.items() if t["kind"] == "level")
    observation = wanted["observation"]
    front = dict(observation.get("where", {}).items())
    front = {k: v[0] if isinstance(v, list) else v for k, v in front.items()}
    table = ends.rename(columns={"w": observation["column"]}).assign(**front)
    write_folder({observation["table"]: table}, folder / "observations")
    done = best(tmp_path, "--sweep", "my", "--target", name, "--n", "2")
    assert done.returncode == 0, done.stderr
    documents = list(YAML(typ="safe").load_all(done.stdout))
    assert len(documents) == 2 and "2 of 2 seeds" in done.stdout and "95% interval" in done.stdout
    experiment = load(SAL)
    for document in documents:
        keys = flatten(document["set"], "x")
        assert list(keys) == ["synapses.eta", "neurons.tau_plus"]
        tau = experiment.parse("neurons.tau_plus", keys["neurons.tau_plus"], "x")
        assert plain(tau) in (5e-3, 20e-3)
        assert experiment.parse("synapses.eta", keys["synapses.eta"], "x") in (1e-5, 0.1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sweep", "mi", "--target", "x"), "--sweep: mi: has no tables in {results}; did you mean 'my'?"),
        (("--sweep", "my", "--target", "x"), "--target: x: unknown target; "),
        (("--sweep", "my", "--target", "x", "--n", "0"), "--n: 0: must be at least 1"),
        (
            ("--sweep", "my", "--target", "x", "--experiment", "sal/lif"),
            "--experiment: sal/lif: has no tables of the sweep 'my'; ",
        ),
    ],
)
def test_errors_are_one_line(results, tmp_path, words, said):
    done = best(tmp_path, *words)
    assert done.returncode == 1 and done.stderr.startswith(said.format(results=tmp_path / "results")), done.stderr
    assert done.stderr.count("\n") == 1
