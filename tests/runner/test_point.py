"""A single point again, with traces; and the mistakes on its command line."""

import sys

import pandas as pd
import pytest

from runner import point

SHORT = {
    "eprop/sine_tutorial": ["run.duration=0.05 s"],
    "gle/lag_line": ["run.duration=1 ms"],
    "gupta/iris": ["inputs.n_train=4", "inputs.n_test=2", "inputs.n_epochs=1"],
    "sal/phase_plane": ["run.duration=0.3 s"],
}


@pytest.fixture
def called(monkeypatch, tmp_path, capsys):
    """Return a function: arguments to the tables that the command writes, in a folder of its own."""
    from brian2 import prefs, set_device

    monkeypatch.chdir(tmp_path)
    target = prefs.codegen.target

    def of(*arguments):
        monkeypatch.setattr(sys, "argv", ["point", *arguments])
        point.main()
        said = capsys.readouterr().out
        return {file.stem: pd.read_parquet(file) for file in (tmp_path / "results" / "points").rglob("*.parquet")}, said

    yield of
    prefs.codegen.target = target
    set_device("runtime")


@pytest.mark.parametrize("name", SHORT)
def test_traces_of_every_experiment(called, name):
    arguments = [
        "--scale",
        "smoke",
        "--point",
        "0",
        "--device",
        "numpy",
        "--traces",
        "--elements",
        "3",
        "--every",
        "5 ms",
    ]
    if name == "gle/lag_line":
        arguments[-1] = "0.1 ms"
    tables, said = called(name, *arguments, "--set", *SHORT[name])
    traces = [table for label, table in tables.items() if label.startswith("traces_")]
    assert traces and "final" in tables
    for table in traces:
        assert list(table.columns[:4]) == ["point", "seed", "t_ms", "index"] and len(table.columns) > 4
        assert sorted(table["index"].unique()) == list(range(table["index"].nunique())) and table["index"].max() < 3
    for label in tables:
        assert f"{label}.parquet: " in said


def test_the_compiled_program_gives_traces_and_the_same_result(smoke):
    # The program without traces is there already; with traces it is another one.
    arguments = ["runner.point", "sal/phase_plane", "--scale", "smoke", "--point", "1", "--set", "run.duration=1.2 s"]
    arguments += ["synapses.eta=0.5"]
    plain = smoke.python(*arguments, "--out", "results/points/plain")
    assert plain.returncode == 0, plain.stderr
    assert "compiling" not in plain.stdout
    traced = smoke.python(*arguments, "--traces", "--elements", "4", "--out", "results/points/traced")
    assert traced.returncode == 0, traced.stderr
    assert "compiling" in traced.stdout
    folder = smoke.folder / "results" / "points"
    final, again = (pd.read_parquet(folder / kind / "final.parquet") for kind in ("plain", "traced"))
    pd.testing.assert_frame_equal(final, again)
    neurons = pd.read_parquet(folder / "traced" / "traces_neurons.parquet")
    assert len(neurons) == 4 * 1200 and {"u", "p_spike", "psp", "x_plus"} <= set(neurons.columns)


def test_set_beats_what_the_point_has(called):
    short = ["--scale", "smoke", "--device", "numpy", "--set", "run.duration=0.7 s"]
    tables, _ = called("sal/phase_plane", "--point", "0", *short, "inputs.both=false", "synapses.eta=1.0")
    final = tables["final"]
    assert (final.value[1::2] == 1.5).all() and (final.value[::2] != 0.5).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sal/phaseplane"], "experiments: sal/phaseplane: unknown experiment; did you mean 'sal/phase_plane'?"),
        (["sal/phase_plane", "--scale", "quik"], "--scale: quik: unknown scale; did you mean 'quick'?"),
        (["sal/phase_plane", "--set", "eta"], "--set: eta: must have the form KEY=VALUE"),
        (["sal/phase_plane", "--set", "a=[1"], "--set: a: cannot read '[1'"),
        (["sal/phase_plane", "--set", "synapses.etta=1.0"], "--set: synapses.etta: unknown key; did you mean"),
        (["sal/phase_plane", "--set", "run.duration=20 mV"], "--set: run.duration: '20 mV' has the wrong unit"),
        (["sal/phase_plane", "--set", "run.duration=3"], "--set: run.duration: 3 has no unit"),
        (["sal/phase_plane", "--set", "synapses.eta='1e-4'"], "--set: synapses.eta: '1e-4' is text, not a number"),
        (["sal/phase_plane", "--sweep", "none.yaml"], "none.yaml: file: does not exist"),
        (["sal/phase_plane", "--traces", "--every", "2 mV"], "--every: interval: '2 mV' has the wrong unit"),
        (["sal/phase_plane", "--traces", "--every", "0 ms"], "--every: 0 ms: must be positive"),
        (["sal/phase_plane", "--traces", "--elements", "0"], "--elements: 0: must be at least 1"),
        (["sal/phase_plane", "--set", "network.n_pairs=-2"], "--set: network.n_pairs: must be >= 1, got -2"),
    ],
)
def test_mistakes_give_one_line(called, arguments, message, tmp_path):
    with pytest.raises(SystemExit) as error:
        called(*arguments, "--point", "0", "--device", "numpy")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("number", ["-1", "2", "1000"])
def test_a_point_that_does_not_exist(called, number):
    with pytest.raises(SystemExit, match=f"^--point: {number}: must lie between 0 and 1$"):
        called("sal/phase_plane", f"--point={number}")
