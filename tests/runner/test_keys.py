"""What `inputs.py` asks for is a parameter, told before anything is compiled."""

import pytest

from base.catalogue import ROOT
from base.errors import ConfigError
from base.values import Values
from runner.keys import check_keys

KNOWN = ["network.dt", "network.n_in", "network.n_out", "inputs.rate"]


@pytest.fixture
def code(tmp_path, monkeypatch):
    """Return a function that writes a file."""
    monkeypatch.setattr("runner.keys.ROOT", tmp_path)

    def write(text):
        (tmp_path / "inputs.py").write_text(text, encoding="utf-8")
        return tmp_path / "inputs.py"

    return write


@pytest.mark.parametrize(
    "right", ["p.network.dt * p.inputs.rate", "p.updated({'network.n_in': 3})", "points.network.x"]
)
def test_parameters_and_what_only_the_run_knows_pass(code, right):
    check_keys(code(right), KNOWN)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("a = 1\nb = p.network.dtt", r"inputs.py: network.dtt: no parameter \(line 2\); did you mean 'network.dt'\?"),
        ("[p.network.n_in, p.network.n_uot]", "network.n_uot: .* did you mean 'network.n_out'?"),
        ("def f(p):\n    return p.netwrk.dt.real", r"inputs.py: netwrk.dt: no parameter \(line 2\)"),
    ],
)
def test_what_is_no_parameter_is_refused(code, wrong, said):
    with pytest.raises(ConfigError, match=said):
        check_keys(code(wrong), KNOWN)


def test_values_are_attributes():
    p = Values({"network.dt": 1e-3, "inputs.digits": [3, 5]}, "a/b")
    other = p.updated({"network.dt": 2e-3})
    assert (p.network.dt, other.network.dt, other.inputs.digits) == (1e-3, 2e-3, [3, 5])
    with pytest.raises(ConfigError, match=r"^a/b: network.dtt: no parameter; did you mean 'network.dt'\?$"):
        _ = other.network.dtt
    with pytest.raises(ConfigError, match=r"^a/b: netwrk: no parameters; did you mean 'network'\?$"):
        _ = p.netwrk
    assert not hasattr(p.inputs, "n_in")


def test_experiments_are_looked_at(monkeypatch):
    """`load`, which every plan calls, hands over the files that there are."""
    from runner import experiment

    seen = []
    monkeypatch.setattr(experiment, "check_keys", lambda file, _: seen.append(file.relative_to(ROOT).as_posix()))
    experiment.load("eprop/phonemes")
    assert seen == [f"experiments/eprop/phonemes/{file}.py" for file in ("inputs", "reference")]
