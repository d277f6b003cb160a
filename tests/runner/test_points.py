"""Points in columns are the points that were put in, also after a journey through JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from base.points import Points, read_plan

COMMON = [{"a": 1.0, "b": 2.0}, {"a": 3.0}]
COMBINATIONS = st.lists(
    st.tuples(st.sampled_from(COMMON), st.dictionaries(st.sampled_from("abc"), st.floats(0, 1)), st.sampled_from("xy"))
)


def check(found, combinations, seeds):
    each = len(seeds[0]) if seeds else 1
    assert len(found) == len(combinations) * each
    expected = [
        {"point": each * row + k, "seed": seed, "build": build, "values": common | own}
        for row, (common, own, build) in enumerate(combinations)
        for k, seed in enumerate(seeds[row])
    ]
    assert list(found) == expected and found == expected and found[1:3] == expected[1:3]
    assert [found.build_of(n) for n in range(len(found))] == [point["build"] for point in expected]
    assert set(found.each_value("a")) == {one["values"]["a"] for one in expected}
    if expected:
        assert found[-1] == expected[-1]


@given(COMBINATIONS, st.booleans())
def test_points_come_back(tmp_path_factory, combinations, apart):
    seeds = [[1 + row * apart, 2] for row in range(len(combinations))]
    points = Points()
    for (common, own, build), of in zip(combinations, seeds, strict=True):
        points.add(common, own, build, of)
    check(points, combinations, seeds)
    file = tmp_path_factory.mktemp("plan") / "plan.json"
    file.write_text(json.dumps({"points": points}, default=Points.content), encoding="utf-8")
    check(read_plan(file)["points"], combinations, seeds)
    renamed = points.renamed({"x": "z", "y": "y"}.get)
    check(renamed, [(common, own, "z" if build == "x" else "y") for common, own, build in combinations], seeds)
