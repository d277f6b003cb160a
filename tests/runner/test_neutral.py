"""Score cards guard meaning: what an edit makes stale, and what is proved to change nothing."""

import json
import shutil
import subprocess
from collections import Counter

import pytest

from base.catalogue import joined
from base.errors import ConfigError
from runner import guards as guarding
from runner.guards import PARTS, changed, targets_digest
from tests.conftest import EXPERIMENTS, ROOT

PROVED = "gle/lag_net"  # seconds at every scale
JOINING = set(filter(joined, EXPERIMENTS))
COLOUR = ("analysis/plots.py", "#0072B2", "#0072B3")
COMMENT = ("experiments/gle/lag_net/targets.yaml", "\n", "\n# a comment\n")
ASSIGN = ("models/base.py", "{**vars(self.params()), **values}", "vars(self.params()) | values")
COPIES = ("models/gle/copies.py", "above", "higher")
FAST = ("runner/devices/toolchain.py", '"-O3"', '"-Ofast"')
SEEDS = ("runner/simulate.py", 'default_rng(point["seed"])', 'default_rng(point["seed"] + 1)')
CLOSE = ("analysis/score.py", "2 * tolerance", "5 * tolerance")


@pytest.fixture(scope="module")
def history(repository, tmp_path_factory):
    """Return a copy of the repository with one commit."""
    copy = repository.copy(tmp_path_factory.mktemp("history") / "repository")
    shutil.rmtree(copy.folder / "results", ignore_errors=True)
    git(copy, "init", "--quiet")
    git(copy, "config", "user.email", "nobody@localhost")
    git(copy, "config", "user.name", "nobody")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "base")
    return copy


def git(copy, *arguments):
    done = subprocess.run(["git", *arguments], cwd=copy.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def edited(history):
    """Return a function: commit an edit (all occurrences of a text); undone at the end."""
    base = git(history, "rev-parse", "HEAD")

    def edit(file, old, new):
        path = history.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        git(history, "commit", "--quiet", "--all", "--message", "edit")
        return history

    yield edit
    git(history, "reset", "--quiet", "--hard", base)


def guards(copy, *of):
    """Return scale to experiment to guards, as the code of a copy says."""
    out = copy.folder / "guards.json"
    done = copy.python("runner.meaning", "guards", *of, "--out", str(out))
    assert done.returncode == 0, done.stderr
    content = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    return content


@pytest.fixture(scope="module")
def before(history):
    return guards(history, "quick")["quick"]


@pytest.mark.parametrize(
    ("edits", "stale"),
    [
        ([ASSIGN, COLOUR], {"network": len(EXPERIMENTS), "observe": len(JOINING)}),
        ([FAST, COPIES], {"generator": len(EXPERIMENTS), "network": 6}),
        ([SEEDS, COMMENT], {"runner": len(EXPERIMENTS)}),
        ([CLOSE], {"score": len(EXPERIMENTS)}),
    ],
    ids=["assign, colour", "flags, rename", "seeds, comment", "close"],
)
def test_what_edits_make_stale(before, edited, edits, stale):
    """No two of the edits that all experiments reach are made at once: each would hide what the other touches."""
    for edit in edits:
        copy = edited(*edit)
    now = guards(copy, "quick")["quick"]
    found = {name: changed(before[name], now[name]) for name in EXPERIMENTS}
    assert Counter(part for parts in found.values() for part in parts) == stale
    # The tables of what an experiment joins are among those that it observes.
    assert {name for name in found if "observe" in found[name]} <= JOINING


@pytest.mark.parametrize(
    ("edit", "counts"),
    [
        (("claim: A", "claim: B"), False),
        (("source: s", "source: t"), False),
        (("origin: claim", "origin: theory"), False),
        (("value: 1", "value: 2"), True),
        (("below: 2", "below: 3"), True),
        (("column: x", "column: y"), True),
    ],
)
def test_targets_count_without_their_prose(tmp_path, edit, counts):
    text = (
        "it:\n  claim: A\n  kind: trend\n  observation: {table: t, column: x}\n"
        "  reported: {value: 1, source: s, origin: claim}\n  accept: {below: 2}\n"
    )
    file = tmp_path / "targets.yaml"
    file.write_text(text, encoding="utf-8")
    first = targets_digest(file)
    file.write_text(text.replace(*edit), encoding="utf-8")
    assert (targets_digest(file) != first) is counts


def test_a_wrong_target_is_refused_while_the_experiment_is_planned(tmp_path):
    """`targets_digest` is part of every plan: nothing is simulated for a score that cannot be made."""
    file = tmp_path / "targets.yaml"
    file.write_text("it: {claim: A, kind: trnd}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"targets.yaml: it.kind: unknown value 'trnd'; did you mean 'trend'"):
        targets_digest(file)


@pytest.mark.parametrize(("old", "new", "counts"), [("ruff==", "ruff==1", False), ("scipy==1", "scipy==0", True)])
def test_releases_that_compute_count(tmp_path, monkeypatch, old, new, counts):
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    first = guarding.versions_digest()
    (tmp_path / "requirements.txt").write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(guarding, "ROOT", tmp_path)
    assert (guarding.versions_digest() != first) is counts


def neutral(copy, *experiments):
    """Compare HEAD with the commit before it; return what was said."""
    return copy.python("runner.neutral", "--base", "HEAD~1", *experiments)


def cards(copy, experiment):
    """Return the score cards of an experiment by scale."""
    folder = copy.folder / "experiments" / experiment
    return {scale: json.loads((folder / f"scorecard.{scale}.json").read_text("utf-8")) for scale in ("quick", "paper")}


@pytest.mark.parametrize(
    ("edit", "proof", "evidence"),
    [
        (ASSIGN, ["same programs"], []),
        (
            ("runner/simulate.py", "values = next(asked)", "values = first = next(asked)"),
            ["same inputs"],
            ["same tables at scale smoke"],
        ),
        (
            ("experiments/gle/lag_net/inputs.py", "    return {", "    shown = 1\n    return {"),
            ["same inputs"],
            [],
        ),
        (
            ("experiments/gle/lag_net/figure.py", "series = pd.Series(loss)", "series = raw = pd.Series(loss)"),
            [],
            ["same tables at scale smoke"],
        ),
    ],
    ids=lambda value: value[0].split("/")[-1] if isinstance(value, tuple) else None,
)
def test_a_neutral_edit_is_proved_and_stamped(edited, edit, proof, evidence):
    copy = edited(*edit)
    done = neutral(copy, PROVED)
    assert done.returncode == 0, done.stdout + done.stderr
    now = guards(copy, "quick", "paper", PROVED)
    for scale, card in cards(copy, PROVED).items():
        renewal = card["renewed"][-1]
        assert (renewal["proof"], renewal["evidence"]) == (proof, evidence)
        assert renewal["from"] == git(copy, "rev-parse", "HEAD~1") and renewal["to"] == git(copy, "rev-parse", "HEAD")
        assert not changed(card["guards"], now[scale][PROVED]) and set(card["guards"]) == set(PARTS)


@pytest.mark.parametrize(
    ("edit", "experiment", "why"),
    [
        (FAST, PROVED, "another program (makefile"),
        (SEEDS, "sal/dale", "other inputs (points 0"),
        (
            ("experiments/gle/lag_net/figure.py", "MEAN / step", "2 * MEAN / step"),
            PROVED,
            "other tables (tables course",
        ),
        (("experiments/gle/lag_net/config.yaml", "eta: 2.0e-4", "eta: 2.1e-4"), PROVED, "values changed"),
    ],
    ids=lambda value: value[0].split("/")[-1] if isinstance(value, tuple) else None,
)
def test_what_changes_numbers_stays_stale(edited, edit, experiment, why):
    copy = edited(*edit)
    before = cards(copy, experiment)
    done = neutral(copy, experiment)
    assert done.returncode == 1, done.stdout + done.stderr
    for scale in before:
        said = f"{experiment} at scale {scale}: stale: "
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(said)]
        assert why in line and f"run snakemake --profile profiles/default {experiment} --config scale={scale} (" in line
    assert cards(copy, experiment) == before and "Traceback" not in done.stderr


def test_score_and_targets_are_scored_again_from_the_tables(edited):
    """Full size from the shipped tables; scale quick has none, and is run again."""
    copy = edited("analysis/score.py", '"match" if distance <= tolerance', '"match" if distance < 0')
    done = neutral(copy, PROVED)
    assert f"{PROVED} at scale paper: scored again (score changed)" in done.stdout
    assert f"{PROVED} at scale quick: stale: score changed, and no tables of this run are here" in done.stdout
    found = cards(copy, PROVED)
    assert found["paper"]["summary"]["match"] < found["quick"]["summary"]["match"]
    assert found["paper"]["renewed"][-1]["proof"] == ["scored again"]


def test_a_stale_base_proves_nothing(edited):
    edited(*SEEDS)
    copy = edited(*ASSIGN)
    done = neutral(copy, PROVED)
    assert "was stale at the base already (runner)" in done.stdout and done.returncode == 1


def test_messages(history):
    """One line for what cannot be compared."""
    for arguments, message in (
        (("--base", "none"), "git rev-parse: "),
        (
            ("--base", "HEAD", "gle/lag_nett"),
            "experiments: gle/lag_nett: unknown experiment; did you mean 'gle/lag_net'?",
        ),
    ):
        done = history.python("runner.neutral", *arguments)
        assert done.returncode == 1 and done.stderr.startswith(message) and len(done.stderr.splitlines()) == 1
    path = history.folder / "models" / "sal" / "alignment.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n", encoding="utf-8")
    done = history.python("runner.neutral", "--base", "HEAD", "sal/lif")
    path.write_text(text, encoding="utf-8")
    assert done.stderr.startswith("uncommitted changes: a stamp names two commits")


def test_a_rename_is_proved_neutral(edited):
    """A local name in the wiring that classifiers share."""
    copy = edited(*COPIES)
    done = neutral(copy, "gle/lag_bank")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("same programs (network changed)") == 2
