"""Drawings: every target has a mark that no other hides; what drives stands above what is driven."""

import re

import pytest

from analysis.drawings import COLUMNS, LEFT, UNIT, deviations, network


def target(origin="printed", outcome="match", deviation=None):
    """Make a row of the table of targets."""
    return {"origin": origin, "outcome": outcome, "deviation": deviation}


def test_marks_stand_where_the_deviation_is():
    rows = [target(deviation=0.0), target(deviation=1.0), target(outcome="differs", deviation=80.0), target()]
    drawn = deviations([*rows, target("prediction", "not run")])
    place = {mark["number"]: mark["x"] for mark in drawn["marks"]}
    assert place[0] == LEFT and place[1] == pytest.approx(LEFT + UNIT, abs=6)
    assert place[2] == pytest.approx(LEFT + 3 * UNIT, abs=6)  # far away ends at the edge
    assert (place[3], place[4]) == (COLUMNS["match"], COLUMNS["not run"])
    assert [(row["label"], row["n"]) for row in drawn["rows"]] == [("printed in the paper", 4), ("our prediction", 1)]
    assert deviations([]) == {}


def test_no_mark_hides_another():
    drawn = deviations([target(["printed", "theory"][k % 2], deviation=k % 7 / 50) for k in range(200)])
    places = {(mark["x"], mark["y"]) for mark in drawn["marks"]}
    assert len(places) == len(drawn["marks"]) == 200
    assert min(y for _, y in places) > 20 and max(y for _, y in places) < drawn["base"]


def wiring(synapses, links="", groups=""):
    """Make what `runner.devices.wiring` says, from ``a>b`` and, if plastic, ``a>>b``."""
    pairs = [re.split(">+", one) for one in synapses.split()]
    linked = [one.split(">") for one in links.split()]
    names = sorted({name for pair in [*pairs, *linked] for name in pair} | set(groups.split()))
    return {
        "groups": [{"name": name, "kind": "NeuronGroup", "size": 1} for name in names],
        "synapses": [
            {"name": text, "source": source, "target": goal, "plastic": ["w"] * (">>" in text), "copies": 1}
            for text, (source, goal) in zip(synapses.split(), pairs, strict=True)
        ],
        "links": [{"source": source, "target": goal, "variables": ["x"]} for source, goal in linked],
    }


@pytest.mark.parametrize(
    ("synapses", "links", "layers"),
    [
        ("in>>hid hid>>out", "", ["in", "hid", "out"]),
        ("out>>hid in>>hid hid>>hid hid>>out", "", ["in", "hid", "out"]),  # feedback goes back up
        ("in>>a a>>b unit>>a unit>>b", "", ["in unit", "a", "b"]),
        ("c>in in>>a a>>b b>>c", "", ["in", "a", "b", "c"]),  # a loop is cut where nothing is learned
        ("a>>b", "clock>a clock>b b>reader", ["clock", "a", "b", "reader"]),
        ("", "teacher>student student>learned learned>student", ["teacher", "student", "learned"]),
        ("a>a", "", ["a"]),
    ],
)
def test_layers(synapses, links, layers):
    drawn = network(wiring(synapses, links))
    rows = {}
    for group in drawn["groups"]:
        rows.setdefault(group["y"], []).append(group["name"])
    assert [" ".join(sorted(rows[y])) for y in sorted(rows)] == layers
    boxes = {(group["x"], group["y"]) for group in drawn["groups"]}
    assert len(boxes) == len(drawn["groups"])
    assert all(0 <= x <= drawn["width"] and y <= drawn["height"] for x, y in boxes)


def test_parallel_connections_do_not_coincide():
    drawn = network(wiring("a>b a>>b"))
    assert len({edge["path"] for edge in drawn["edges"]}) == 2


def test_synapses_onto_synapses_are_drawn_to_their_neurons():
    made = wiring("a>b")
    made["synapses"].append({"name": "gate", "source": "a", "target": "a>b", "plastic": [], "copies": 1})
    assert [edge["target"] for edge in network(made)["edges"]] == ["b", "b"]
    assert network({}) == {}
