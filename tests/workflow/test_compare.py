"""What is the same costs nothing, and what cannot be compared is one line; a changed term is that of the tour."""

import subprocess

import pytest

MODEL = "models/sal/alignment.py"
COMMENT = ("# PSP that others see, 1 or 0", "# PSP that others see: 1, or 0")


@pytest.fixture(scope="module")
def history(smoke, tmp_path_factory):
    """Return a copy of the repository with one commit, and with results of scale smoke."""
    copy = smoke.copy(tmp_path_factory.mktemp("compare") / "repository")
    for command in (
        ["init", "--quiet"],
        ["config", "user.email", "nobody@localhost"],
        ["config", "user.name", "nobody"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "base"],
    ):
        subprocess.run(["git", *command], cwd=copy.folder, check=True)
    return copy


def edit(copy, old, new):
    """Replace a text in the file of the model, as often as it is there; return what undoes it."""
    file = copy.folder / MODEL
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return lambda: file.write_text(text, encoding="utf-8")


def compare(copy, **options):
    """Compare; return what was said."""
    words = [f"{key}={value}" for key, value in {"base": "HEAD", "scale": "smoke", **options}.items()]
    done = copy.snakemake("compare", "--quiet", "all", "--config", *words, check=False)
    return done.stdout


def test_a_comment_runs_nothing(history):
    undo = edit(history, *COMMENT)
    assert "all experiments: same code, but for comments, prose and layout: nothing was run" in compare(history)
    undo()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "nothing to compare: HEAD and working tree are the same code"),
        ({"base": "nowhere"}, "--config: base: 'nowhere' is no revision; `git log --oneline` names some"),
        (
            {"only": "sal/phase_plan"},
            "--config: only: sal/phase_plan: unknown experiment; did you mean 'sal/phase_plane'?",
        ),
        ({"devices": "numpy"}, "--config: devices: needs two names with a comma between them, got 'numpy'"),
    ],
)
def test_errors_are_one_line(history, options, told):
    undo = edit(history, *COMMENT) if "only" in options else lambda: None
    said = compare(history, **options)
    undo()
    lines = [line for line in said.splitlines() if not line.startswith("Using profile")]
    assert lines == [told]


def test_the_base_lacks_the_experiment(history):
    new = history.folder / "experiments" / "sal" / "newcomer"
    new.mkdir()
    (new / "config.yaml").write_text("title: New\n", encoding="utf-8")
    try:
        said = compare(history, only="sal/newcomer")
    finally:
        (new / "config.yaml").unlink()
        new.rmdir()
    assert "sal/newcomer: HEAD has no such experiment, so there is nothing to compare it with" in said
