"""A state of the code is a tree of git; what a tree cannot hold is refused."""

import pytest

from runner import states
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
