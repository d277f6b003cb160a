"""Provenance says what is known, and that it does not know where it does not."""

import subprocess

import pytest

from analysis import provenance

UNKNOWN = {"commit": "unknown", "dirty": "unknown"}


def git(folder, *arguments):
    person = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Return a repository of one commit, which is taken for ours."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return tmp_path


def test_a_repository(repository):
    commit = git(repository, "rev-parse", "HEAD").strip()
    assert provenance._state() == {"commit": commit, "dirty": False}
    (repository / "file").write_text("two")
    assert provenance._state() == {"commit": commit, "dirty": True}


def test_an_archive_inside_another_repository(repository, monkeypatch):
    (repository / "archive").mkdir()
    monkeypatch.setattr(provenance, "ROOT", repository / "archive")
    assert provenance._state() == UNKNOWN


def test_no_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    assert provenance._state() == UNKNOWN


@pytest.mark.parametrize("runs", [True, False])
def test_git_is_missing_or_cannot_be_run(repository, monkeypatch, tmp_path, runs):
    if not runs:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "git").write_text("no program")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert provenance._state() == UNKNOWN


def test_a_repository_of_somebody_else(repository, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git then refuses to look
    assert provenance._state() == UNKNOWN
