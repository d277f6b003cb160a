"""A program is known by what it says; what Brian2 leaves to chance does not count."""

import json

import pytest
from brian2 import set_device

from runner.build import generate
from runner.programs import contents, differing, program_key, same_but_names
from tests.toy.experiment import toy

MAIN = """
        before();
        _array_a_clock_timestep[0] = 0;
        _array_a_clock_t[0] = 0.0;
        _array_defaultclock_timestep[0] = 0;
        _array_defaultclock_t[0] = 0.0;
        network.add(&a_clock, _run_a);
        network.add(&b_clock, NULL);
        network.add(&defaultclock, NULL);
        after();
"""


@pytest.fixture(autouse=True)
def runtime_again():
    """Leave the device of other tests alone."""
    yield
    set_device("runtime")


@pytest.fixture
def project(tmp_path):
    """Return a function: text of main.cpp and a manifest to a project."""

    def of(main, **manifest):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "results").mkdir(parents=True)
        (folder / "main.cpp").write_text(main, encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (folder / "results" / "x").write_text(str(folder), encoding="utf-8")
        (folder / "static_arrays.lock").touch()
        return folder

    return of


def swapped(one, other):
    """Return main.cpp with two lines in each other's place."""
    lines = MAIN.splitlines(keepends=True)
    i, j = (next(k for k, line in enumerate(lines) if text in line) for text in (one, other))
    lines[i], lines[j] = lines[j], lines[i]
    return "".join(lines)


@pytest.mark.parametrize(
    ("main", "same"),
    [
        (MAIN, True),
        (swapped("a_clock_t[0]", "defaultclock_t[0]"), True),
        (swapped("&b_clock", "&defaultclock"), True),
        (swapped("&a_clock", "&b_clock"), False),
        (swapped("before", "after"), False),
        (MAIN.replace("= 0.0", "= 1.0", 1), False),
    ],
)
def test_only_the_order_of_sets_does_not_count(project, main, same):
    first, second = contents(project(MAIN, a=1, b=2)), contents(project(main, b=2, a=1))
    assert set(first) == {"main.cpp", "manifest.json"}
    assert differing(first, second) == ([] if same else ["main.cpp"])


def test_manifest_and_tools_count(project):
    first = project(MAIN, a=1)
    assert differing(contents(first), contents(project(MAIN, a=2))) == ["manifest.json"]
    assert program_key(first, ["g++", "-O3"]) != program_key(first, ["g++", "-O2"])


def test_two_generations_say_the_same(tmp_path):
    """Also while the objects of the first network are still there."""
    experiment = toy()
    structure = {key: value for key, value in experiment.defaults.items() if key.startswith("network.")}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        generate(experiment, structure, tmp_path / name)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert not differing(one, two) and len(one) > 20


PAIRS = """double alpha = _ptr_array_cells_alpha_12345678[i];
double b = 1;
alpha += b;
b *= 2;
"""
ZETA = """double b = 1;
double zeta = _ptr_array_cells_zeta_87654321[i];
zeta += b;
b *= 2;
"""


@pytest.mark.parametrize(
    ("now", "names", "same"),
    [
        (ZETA, {"alpha": "zeta"}, True),
        (ZETA, {}, False),
        (ZETA, {"alpha": "eta"}, False),
        (ZETA.replace("zeta += b", "zeta -= b"), {"alpha": "zeta"}, False),
        ("".join(reversed(ZETA.splitlines(keepends=True))), {"alpha": "zeta"}, False),  # other lines in another order
        (PAIRS, {}, True),
    ],
)
def test_programs_that_differ_only_by_names(project, now, names, same):
    old, new = "alpha", next(iter(names.values()), "alpha")
    projects = (
        project(PAIRS, **{f"cells.{old}": "_array_cells_alpha_12345678"}),
        project(now, **{f"cells.{new}": f"_array_cells_{new}_87654321"}),
    )
    assert same_but_names(*projects, names) == same


@pytest.mark.parametrize(("order", "same"), [(("total", "cells"), True), (("cells", "total"), False)])
def test_a_step_keeps_its_order_when_an_object_has_another_name(project, order, same):
    def steps(*objects):
        return "".join(f"network.add(&clock, _run_{name}_codeobject);\n" for name in objects)

    one, other = project("double b;\n"), project("double b;\n")
    (one / "main.cpp").write_text(steps("account", "cells"), encoding="utf-8")
    (other / "main.cpp").write_text(steps(*order), encoding="utf-8")
    assert same_but_names(one, other, {"account": "total"}) == same


def test_two_names_that_become_one_are_another_program(project):
    assert not same_but_names(project("x = a + b;\n"), project("x = b + b;\n"), {"a": "b"})
