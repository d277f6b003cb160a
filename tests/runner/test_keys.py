"""What `inputs.py` asks for is a parameter, told before anything is compiled."""

import pytest

from base.catalogue import ROOT
from base.errors import ConfigError
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
    "right",
    [
        'p["network.dt"] * p["inputs.rate"]',
        'a, b = (p[f"network.{name}"] for name in ("n_in", "n_out"))',
        'for name in ("n_in", "n_out"):\n    p[f"network.{name}"]',
        'p[f"network.n_{k}"]',
        "p[key]",
        'points["network.n_steps"]',
    ],
)
def test_parameters_and_what_only_the_run_knows_pass(code, right):
    check_keys(code(right), KNOWN)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            'a = 1\nb = p["network.dtt"]',
            r"inputs.py: network.dtt: no parameter \(line 2\); did you mean 'network.dt'\?",
        ),
        ('(p[f"network.{name}"] for name in ("n_in", "n_uot"))', "network.n_uot: .* did you mean 'network.n_out'?"),
        ('[p[f"netwrk.n_{k}"] for k in range(4)]', r"inputs.py: netwrk.n_\*: no parameter"),
        (
            '(p[f"inputs.{name}"] for name in ("rate",)), [p[f"network.{name}"] for name in ("rate",)]',
            "network.rate",
        ),
    ],
)
def test_what_is_no_parameter_is_refused(code, wrong, said):
    with pytest.raises(ConfigError, match=said):
        check_keys(code(wrong), KNOWN)


def test_experiments_are_looked_at(monkeypatch):
    """`load`, which every plan calls, hands over the files that there are."""
    from runner import experiment

    seen = []
    monkeypatch.setattr(experiment, "check_keys", lambda file, _: seen.append(file.relative_to(ROOT).as_posix()))
    experiment.load("eprop/phonemes")
    assert seen == [f"experiments/eprop/phonemes/{file}.py" for file in ("inputs", "reference")]
