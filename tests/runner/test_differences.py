"""Models of two states side by side: what differs is found by variable and by statement."""

import json
import re

import pytest

from runner.differences import aligned, differences
from runner.strings import strings

TERM = ("pairs / n_epoch", "pairs / n_epoch - 0.01 * w")


@pytest.fixture(scope="module")
def said():
    """Return what a checkout says of its models, as it comes out of the file."""
    return json.dumps(strings("sal/phase_plane"), default=str)


def changes(found):
    """Return object, place, change and code of every line that differs."""
    lines = [(one["object"], line["name"], line) for one in found["objects"] for line in one["equations"]]
    lines += [(one["object"], s["name"], line) for one in found["objects"] for s in one["steps"] for line in s["lines"]]
    return [(where, name, line["change"], line["code"]) for where, name, line in lines if line["change"]]


def compared(said, *edits):
    """Return what differs after some replacements in the strings."""
    now = said
    for old, new in edits:
        assert old in now
        now = now.replace(old, new)
    return differences(json.loads(said), json.loads(now))


def test_nothing_differs(said):
    found = compared(said)
    assert changes(found) == [] and found["renamed"] == {} and found["only_names"]


def test_layout_and_comments_are_no_difference(said):
    assert changes(compared(said, ("w += plastic", "w  +=  plastic"), ("# bias", "# a bias"))) == []


def test_a_changed_statement(said):
    found = compared(said, TERM)
    ((where, step, change, code),) = changes(found)
    assert (where, step, change) == ("synapses", "learn", "changed")
    assert code[1] == "w += plastic * eta * pairs / n_epoch - 0.01 * w"
    assert not found["only_names"]


def test_only_the_term_is_marked(said):
    found = compared(said, TERM)
    line = next(ln for one in found["objects"] for s in one["steps"] for ln in s["lines"] if ln["change"])
    assert "changed" not in line["before"] and line["now"].count('class="changed"') == 1
    assert "0.01" in re.search(r'<mstyle class="changed">.*?</mstyle>', line["now"])[0]


def test_a_changed_equation(said):
    ((where, name, change, _),) = changes(compared(said, ("-x_plus / tau_plus", "-x_plus / (2 * tau_plus)")))
    assert (where, name, change) == ("neurons", "x_plus", "changed")


def test_a_changed_unit(said):
    ((_, name, change, _),) = changes(compared(said, ("    b : 1 ", "    b : volt ")))
    assert (name, change) == ("b", "changed")


def test_a_renamed_variable(said):
    found = differences(json.loads(said), json.loads(re.sub(r"\bpairs\b", "window", said)))
    assert found["renamed"] == {"pairs": "window"} and found["only_names"]
    ((_, name, change, _),) = changes(found)
    assert (name, change) == ("pairs → window", "renamed")


def test_a_renamed_variable_beside_a_changed_term(said):
    found = differences(json.loads(said), json.loads(re.sub(r"\bpairs\b", "window", said.replace(*TERM))))
    assert found["renamed"] == {"pairs": "window"} and not found["only_names"]
    assert [change for _, _, change, _ in changes(found)] == ["renamed", "changed"]


def test_an_equation_that_is_new(said):
    found = compared(said, ("    b : 1 ", "    extra : 1\\n    b : 1 "))
    ((_, name, change, code),) = changes(found)
    assert (name, change, code) == ("extra", "added", ["", "extra"])


def test_an_object_that_is_gone(said):
    now = json.loads(said)
    del now["objects"]["synapses"]
    found = changes(differences(json.loads(said), now))
    assert {(where, change) for where, _, change, _ in found} == {("synapses", "removed")}


def test_equations_that_brian2_refuses(said):
    compared(said, ("    b : 1 ", "    b is a number "))


@pytest.mark.parametrize(
    ("before", "now", "pairs"),
    [
        (["a = 1", "b = 2"], ["a = 1", "b = 3"], [("a = 1", "a = 1"), ("b = 2", "b = 3")]),
        (["a = 1"], ["b = 1", "a = 2"], [("", "b = 1"), ("a = 1", "a = 2")]),
        (["a = 1", "b = 2"], ["a = 1"], [("a = 1", "a = 1"), ("b = 2", "")]),
        (["a=1"], ["a  =  1"], [("a=1", "a  =  1")]),
    ],
)
def test_statements_are_paired_by_their_variable(before, now, pairs):
    assert list(aligned(before, now, {})) == pairs
