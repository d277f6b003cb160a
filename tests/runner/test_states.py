"""A state of the code is a tree of git; what a tree cannot hold is refused."""

import pytest

from base.errors import ConfigError
from runner import states
from runner.comparison import Asked
from runner.sides import Refused

COMMITTED = "1 .M N... 100644 100644 100644 aaaa aaaa models/sal/alignment.py"
SUBMODULE = "1 {} 160000 160000 160000 aaaa aaaa vendored/thing"


@pytest.mark.parametrize("state", [".M S.M.", ".M SC..", ".M S..U"])
def test_a_submodule_that_is_not_as_it_was_committed(monkeypatch, state):
    said = f"{COMMITTED}\n{SUBMODULE.format(state)}"
    monkeypatch.setattr(states, "git", lambda *_, **__: said)
    with pytest.raises(Refused, match="^submodule vendored/thing: differs from what is committed; commit or reset it"):
        states.snapshot()


def test_an_unknown_revision(monkeypatch):
    def git(*_, **__):
        raise Refused("git rev-parse: no word")

    monkeypatch.setattr(states, "git", git)
    with pytest.raises(Refused, match="^--config: to: 'v9' is no revision; `git log --oneline` names some"):
        states.State.of("v9", "to")


def test_experiments_of_a_tree(monkeypatch):
    files = ["experiments/_template/config.yaml", "experiments/sal/lif/config.yaml", "experiments/sal/lif/figure.py"]
    monkeypatch.setattr(states, "git", lambda *_, **__: "\n".join(files))
    assert states.State("HEAD", "c", "t").experiments() == ["sal/lif"]


def test_another_model_is_a_tree_whose_configuration_says_so(tmp_path):
    (tmp_path / "rules.py").write_text("", encoding="utf-8")
    file = f"{tmp_path}/rules.py:rule"
    options = {"base": "HEAD", "only": "sal/phase_plane", "variants": f"synapses={file}"}
    own, other = Asked.of(options).states
    assert [str(own), str(other)] == ["HEAD with synapses=own", f"HEAD with synapses={file}"]
    assert own.tree == states.State.of("HEAD").tree
    changed = "experiments/sal/phase_plane/config.yaml"
    assert states.git("diff", "--name-only", own.tree, other.tree) == changed
    assert states.git("show", f"{other.tree}:{changed}").endswith(f'variant: {{synapses: "{file}"}}')
    before = other.store
    (tmp_path / "rules.py").write_text("rule = 1", encoding="utf-8")
    assert Asked.of(options).states[1].store != before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"variants": "synapses"}, "needs <object>=<model> or <object>=<model>,<model>, got 'synapses'"),
        ({"variants": "synapses=a:b,c:d,e:f"}, "needs <object>=<model> or"),
        ({"variants": "synapses=nowhere.py:rule"}, "nowhere.py does not exist"),
        ({"variants": "synapses=own,own"}, "nothing to compare"),
        ({"variants": "synapses=a:b", "only": ""}, "variants: HEAD has no experiment ''; say which with only="),
    ],
)
def test_nonsense_about_models_is_one_line(options, told):
    with pytest.raises((ConfigError, Refused)) as error:
        Asked.of({"base": "HEAD", "only": "sal/phase_plane", **options})
    assert told in str(error.value) and "\n" not in str(error.value)
