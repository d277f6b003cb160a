"""Who may import whom: base <- models, references <- runner, analysis; figures need no Brian2, networks no runner."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OWN = ("base", "models", "dense", "references", "runner", "analysis", "datasets", "experiments", "tests")


def imported(file):
    """Return the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide where code comes from"
            folder = ROOT.joinpath(*node.module.split("."))
            files = {
                alias.name for alias in node.names if node.module in OWN or (folder / f"{alias.name}.py").is_file()
            }
            found |= {node.module, *(f"{node.module}.{name}" for name in files)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def of(pattern):
    """Return all files of a kind as test parameters."""
    files = sorted(ROOT.glob(pattern))
    assert files
    return [pytest.param(file, id=file.relative_to(ROOT).as_posix()) for file in files]


def roots(file):
    """Return the first parts of the imported names."""
    return {name.split(".")[0] for name in imported(file)}


@pytest.mark.parametrize("file", of("base/*.py"))
def test_base_stands_on_nothing_of_ours(file):
    assert not roots(file) & {"brian2", *OWN} - {"base"}


@pytest.mark.parametrize("file", of("models/**/*.py"))
def test_models_import_brian2_and_each_other(file):
    """Equations and their parameters, and the wiring of networks that several experiments share."""
    assert roots(file) <= {"base", "brian2", "dense", "models", "numpy"} | set(sys.stdlib_module_names)


@pytest.mark.parametrize("file", of("models/*/*.py"))
def test_families_of_models_stand_apart(file):
    families = {folder.name for folder in (ROOT / "models").iterdir() if folder.is_dir()} - {file.parent.name}
    assert not imported(file) & {f"models.{family}" for family in families}


@pytest.mark.parametrize("file", of("references/**/*.py"))
def test_references_share_no_code_with_what_they_check(file):
    assert not roots(file) & {"brian2", *OWN} - {"base", "datasets", "references"}


@pytest.mark.parametrize("file", of("dense/*.py"))
def test_dense_synapses_extend_brian2_only(file):
    assert not roots(file) & set(OWN) - {"dense"}


@pytest.mark.parametrize("file", of("runner/**/*.py"))
def test_runner_does_not_know_what_it_runs(file):
    names = imported(file)
    # The renderers read the fields of `Model`; they know none of the models.
    allowed = {"models.base"} if file.name in ("document.py", "differences.py") else set()
    assert not {n for n in names if n.split(".")[0] in ("models", "experiments", "tests")} - allowed
    # What an edit means is a question about tables, too, and a notebook wants them.
    observing = {"analysis.experiment_code", "analysis.observe"} if file.name == "interface.py" else set()
    assert {n for n in names if n.startswith("analysis.")} <= observing


def test_no_circle_inside_the_runner():
    """A module is understood with those that it imports, and never needs itself: counted wherever in a file."""
    modules = {}
    for file in ROOT.glob("runner/**/*.py"):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        modules[name.removesuffix(".__init__")] = file
    needs = {name: {found for found in imported(file) if found in modules} for name, file in modules.items()}
    for found in needs.values():  # `from runner.devices import genn` asks for the module, not for what holds it
        found -= {package for package in found if any(other.startswith(f"{package}.") for other in found)}
    TopologicalSorter(needs).prepare()  # names a circle


@pytest.mark.parametrize("file", of("analysis/*.py"))
def test_analysis_imports_neither_runner_nor_models(file):
    assert not roots(file) & {"brian2", "runner", "models", "experiments", "tests"}


@pytest.mark.parametrize("file", of("datasets/*.py"))
def test_datasets_stand_alone(file):
    assert not roots(file) & {"brian2", "models", "runner", "analysis", "experiments", "tests"}


@pytest.mark.parametrize("file", of("experiments/*/*/figure.py"))
def test_figures_need_no_brian2(file):
    assert not roots(file) & {"brian2", "base", "runner", "models", "tests"}
    assert knows_its_paper_only(file)


@pytest.mark.parametrize("file", of("experiments/*/*/inputs.py"))
def test_inputs_need_no_brian2(file):
    assert not roots(file) & {"brian2", "runner", "models", "tests"}
    assert knows_its_paper_only(file)


def commons(file):
    """Return the packages of common code that a file may use: that of its paper; the contest may use all."""
    paper = file.parent.parent.name
    papers = [folder.name for folder in ROOT.glob("experiments/*/") if paper in ("contest", folder.name)]
    return {f"experiments.{name}.common" for name in papers}


def knows_its_paper_only(file):
    """Whether a file imports, of all experiments, only inputs, what its paper has in common, and its own folder.

    A figure may also use parts of another one of its paper. The contest uses what all papers have: their rules.
    """
    paper = f"experiments.{file.parent.parent.name}"
    shared = commons(file)
    inputs = {f"{paper}.{folder.parent.name}.inputs" for folder in file.parent.parent.glob("*/inputs.py")}
    if file.name == "figure.py":
        inputs |= {f"{paper}.{folder.parent.name}.figure" for folder in file.parent.parent.glob("*/figure.py")}
    own = {f"{paper}.{file.parent.name}.{module.stem}" for module in file.parent.glob("*.py")} - {
        f"{paper}.{file.parent.name}.experiment"
    }
    used = {name for name in imported(file) if name.split(".")[0] == "experiments"}
    # `from experiments.a.b import inputs` names a folder as well.
    used -= {name for name in used if any(other.startswith(f"{name}.") for other in used)} | {paper}
    return all(name.startswith((*shared, *inputs, *own)) for name in used)


@pytest.mark.parametrize("file", of("experiments/*/common/*.py"))
def test_what_a_paper_has_in_common_knows_no_experiment(file):
    used = {name for name in imported(file) if name.split(".")[0] == "experiments"}
    packages = {f"experiments.{folder.name}" for folder in ROOT.glob("experiments/*/")}
    assert all(name.startswith(tuple(commons(file))) for name in used - packages)


@pytest.mark.parametrize("file", of("experiments/*/*/reference.py"))
def test_references_of_experiments_need_no_brian2(file):
    assert not roots(file) & {"brian2", "runner", "models", "tests"}
    assert knows_its_paper_only(file)


@pytest.mark.parametrize("file", of("experiments/*/*/experiment.py"))
def test_networks_are_made_of_models(file):
    assert not roots(file) & {"runner", "analysis", "tests"}


@pytest.mark.parametrize(
    "name",
    ["runner.build", "runner.simulate", "analysis.observe", "analysis.present", "runner.plans", "runner.progress"],
)
def test_jobs_and_the_workflow_itself_do_not_load_brian2(name):
    import subprocess

    code = f"import sys, {name}; sys.exit('brian2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
