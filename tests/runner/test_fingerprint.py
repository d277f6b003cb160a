"""Digests of code: prose does not count, everything else does."""

import pytest

from runner import fingerprint
from runner.fingerprint import ROOT, corpora, digest, sources

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

    def of(text, without=(), **others):
        for name, content in others.items():
            file = tmp_path / f"{name}.py"
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(content)
        file = tmp_path / "models" / "m.py"
        file.write_text(text)
        return fingerprint.code.__wrapped__(file, without)

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
        ("from models import other", "models/other"),
        ("from models.other import x", "models/other"),
        ("import models.other", "models/other"),
        ("from . import other", "models/other"),
        ("from .other import x", "models/other"),
        ("from ..models.other import x", "models/other"),
        ("from package import x", "package/__init__"),
        ("def f():\n    from models import other", "models/other"),
    ],
)
def test_what_is_imported_counts(tree, line, file):
    first = tree(line, **{file: "x = 1  # one\n"})
    assert tree(line, **{file: "x = 1  # first\n"}) == first
    assert tree(line, **{file: "x = 2\n"}) != first


def test_what_an_import_imports_counts(tree):
    first = tree("from models import a", **{"models/a": "from models import b", "models/b": "x = 1"})
    assert tree("from models import a", **{"models/a": "from models import b", "models/b": "x = 2"}) != first


def test_trained_weights_count(tree, tmp_path):
    first = tree("x = 1")
    (tmp_path / "models" / "weights.npz").write_bytes(b"1")
    second = tree("x = 1")
    (tmp_path / "models" / "weights.npz").write_bytes(b"2")
    assert len({first, second, tree("x = 1")}) == 3


def test_imports_in_a_circle(tree):
    assert tree("from models import a", **{"models/a": "from models import m"})


def test_named_functions_and_constants_can_be_left_out(tree):
    def text(a, b, size):
        return f"SIZE = {size}\ndef draw(): return {a}\ndef observe(): return {b}\n"

    left = ("draw", "SIZE")
    assert tree(text(1, 1, 1), left) == tree(text(2, 1, 2), left)
    assert tree(text(1, 1, 1), left) != tree(text(1, 2, 1), left)


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
