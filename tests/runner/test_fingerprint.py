"""Digests of code: prose does not count, everything else does."""

import pytest

from base.catalogue import ROOT
from runner import fingerprint
from runner.fingerprint import corpora, digest, sources

MODEL = '''
"""A model."""
from dataclasses import dataclass
from models.base import Model, param

@dataclass
class Params:
    """Parameters."""
    tau: float = param(20.0, "time constant", r"\\tau", "table 1")

def helper(x):
    """Help."""
    return x + 1

model = Model(
    name="m",
    text="a model",
    source="paper",
    params=Params,
    equations="""
    dv/dt = -v / tau : 1     # membrane
    """,
    symbols={"v": "V"},
    deviations=("none",),
)
'''


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a function: text of a file (and of others) to the digest of the first."""
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    base = tmp_path / "models" / "base.py"
    base.parent.mkdir()
    base.write_text("def param(default, *prose): return default\nclass Model: pass\n")

    def of(text, *roots, **others):
        for name, content in others.items():
            file = tmp_path / f"{name}.py"
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(content)
        file = tmp_path / "models" / "m.py"
        file.write_text(text)
        return fingerprint.code(file, *roots)

    return of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A model."""', '"""Another text."""'),
        ('"""A model."""\n', ""),
        ('    """Parameters."""\n', ""),
        ('"""Help."""', '"""Help, said better."""'),
        ("from dataclasses", "# a comment\n\nfrom dataclasses"),
        ("# membrane", "# the membrane, explained"),
        ("     # membrane", ""),
        ("    dv/dt = -v", "       dv/dt   =   -v"),
        ('    equations="""\n', '    equations="""\n    # about the membrane\n\n'),
        ('"time constant"', '"time constant of the membrane"'),
        ('r"\\tau"', 'r"\\tau_m"'),
        ('"table 1"', '"table 2"'),
        ('text="a model"', 'text="the model"'),
        ('source="paper"', 'source="paper, methods"'),
        ('symbols={"v": "V"}', 'symbols={"v": "U"}'),
        ('("none",)', '("none", "one")'),
        ("return x + 1", "return (x+1)"),
    ],
)
def test_prose_and_layout_do_not_count(tree, old, new):
    assert old in MODEL
    assert tree(MODEL.replace(old, new)) == tree(MODEL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-v / tau", "-2 * v / tau"),
        ("-v / tau : 1", "-v / tau : volt"),
        ("param(20.0", "param(21.0"),
        ("return x + 1", "return x + 2"),
        ('name="m"', 'name="n"'),
        ("tau: float", "tau_m: float"),
    ],
)
def test_code_counts(tree, old, new):
    assert old in MODEL
    assert tree(MODEL.replace(old, new)) != tree(MODEL)


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("from models import other\ny = other.x", "models/other"),
        ("from models import other as o\ny = o.x", "models/other"),
        ("from models.other import x\ny = x", "models/other"),
        ("from models.other import x as z\ny = z", "models/other"),
        ("import models.other\ny = models.other.x", "models/other"),
        ("import models.other as o\ny = o.x", "models/other"),
        ("from . import other\ny = other.x", "models/other"),
        ("from .other import x\ny = x", "models/other"),
        ("from ..models.other import x\ny = x", "models/other"),
        ("from package import x\ny = x", "package/__init__"),
        ("import package\ny = package.x", "package/__init__"),
        ("def f():\n    from models import other\n    return other.x", "models/other"),
        ("from models import other\ny = f(other)", "models/other"),
        ("from models.other import x\nclass C:\n    def f(self):\n        return x", "models/other"),
    ],
)
def test_what_is_used_of_an_import_counts(tree, line, file):
    first = tree(line, **{file: "x = 1  # one\n"})
    assert tree(line, **{file: "x = 1  # first\n"}) == first
    assert tree(line, **{file: "x = 2\n"}) != first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1\nz = 1", "x = 1\nz = 2"),
        ("x = 1\ndef g(): return 1", "x = 1\ndef g(): return 2"),
        ("x = 1", "import os\nx = 1"),
        ("x = 1", "x = 1\nif __name__ == '__main__':\n    print(2)"),
    ],
)
@pytest.mark.parametrize(
    "line",
    [
        "from models import other\ny = other.x",
        "from models.other import x\ny = x",
        "import models.other\ny = models.other.x",
    ],
)
def test_what_is_not_reached_does_not_count(tree, line, old, new):
    assert tree(line, **{"models/other": old}) == tree(line, **{"models/other": new})


def test_what_runs_at_import_counts(tree):
    line = "from models import other\ny = other.x"
    first = tree(line, **{"models/other": "x = 1\nx_of[1] = 2"})
    assert tree(line, **{"models/other": "x = 1\nx_of[1] = 3"}) != first
    assert tree(line, **{"models/other": "x = 1\nprint(3)"}) != first


def test_the_place_of_a_definition_does_not_count(tree):
    split = tree("from models.other import f\ny = f(1)", **{"models/other": "def f(x): return x"})
    assert tree("def f(x): return x\ny = f(1)") == split


def test_the_other_meaning_of_a_name_counts(tree):
    assert tree("from numpy import mean as m\ny = m(1)") != tree("from numpy import median as m\ny = m(1)")


def test_what_is_imported_to_be_handed_on_counts(tree):
    first = tree("from models.other import x  # noqa", **{"models/other": "x = 1\nz = 1"})
    assert tree("from models.other import x  # noqa", **{"models/other": "x = 2\nz = 1"}) != first
    assert tree("from models.other import x  # noqa", **{"models/other": "x = 1\nz = 2"}) == first


def test_a_name_bound_twice_counts_in_order(tree):
    assert tree("x = 1\nx = 2") != tree("x = 2\nx = 1")


def test_what_an_import_imports_counts(tree):
    def of(value):
        return tree(
            "from models import a\ny = a.b.x", **{"models/a": "from models import b", "models/b": f"x = {value}"}
        )

    assert of(1) != of(2)


def test_trained_weights_count(tree, tmp_path):
    first = tree("x = 1")
    (tmp_path / "models" / "weights.npz").write_bytes(b"1")
    second = tree("x = 1")
    (tmp_path / "models" / "weights.npz").write_bytes(b"2")
    assert len({first, second, tree("x = 1")}) == 3


def test_imports_in_a_circle(tree):
    assert tree("from models import a\ny = a.m", **{"models/a": "from models import m\nx = m.y"})


def test_one_function_counts_without_the_others(tree):
    def text(a, b, c):
        return f"C = {c}\ndef draw(): return {a}\ndef observe(): return half({b})\ndef half(x): return x / 2 + C\n"

    assert tree(text(1, 1, 1), "observe") == tree(text(2, 1, 1), "observe")
    assert tree(text(1, 1, 1), "observe") != tree(text(1, 2, 1), "observe")
    assert tree(text(1, 1, 1), "observe") != tree(text(1, 1, 2), "observe")
    assert tree(text(1, 1, 1), "draw") == tree(text(1, 2, 2), "draw")


def test_sources_are_files_of_the_project(tree, tmp_path):
    tree("import json\nfrom models import a", **{"models/a": "import numpy"})
    assert [file.name for file in sources(tmp_path / "models" / "m.py")] == ["a.py", "m.py"]


def test_digest_depends_on_values_not_on_the_order_of_keys():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2}) != digest([1]) != digest([[1]])


def test_corpora_of_an_experiment():
    """Found through what inputs.py imports; an experiment without data depends on no variable."""
    experiments = ROOT / "experiments"
    assert corpora(experiments / "gupta" / "digit_pairs" / "inputs.py") == ("MNIST_DIR",)
    assert corpora(experiments / "sal" / "phase_plane" / "inputs.py") == ()
    assert corpora(experiments / "none" / "inputs.py") == ()
