"""The command line tells what there is, and prepares it."""

import subprocess
import sys
from pathlib import Path

from datasets import __main__ as command
from datasets.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]


def python(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "datasets", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_list_names_every_corpus_and_prepares_none(data, monkeypatch, tmp_path):
    (tmp_path / "mine.txt").write_text("a text\n")
    monkeypatch.setenv("STANDIN_TEXT", str(tmp_path / "mine.txt"))
    lines = command.listing().splitlines()
    rows = {line.split()[0]: line for line in lines[1 : 1 + len(CATALOGUE)]}
    assert list(rows) == list(CATALOGUE)
    assert "available" in rows["mnist"] and "available" in rows["ptb"]
    assert "missing" in rows["svhn"] and "svhn" in rows["svhn"].split()[-1]
    assert "real" in rows["iris"] and "scikit-learn" in rows["iris"]
    assert any(line.startswith("svhn: SVHN was not found under") for line in lines)
    assert "mnist: python -m datasets prepare mnist" in lines
    assert not data.exists()


def test_prepared_data_are_listed_with_source_version_and_hash():
    prepared = command.prepare("mnist", "auto")
    (row,) = [line for line in command.listing().splitlines() if line.startswith("mnist ")]
    for part in (prepared.source, prepared.version, prepared.sha256[:16]):
        assert part in row


def test_a_corpus_that_was_found_is_not_read_by_the_list(monkeypatch, tmp_path):
    for name in ("ptb.train.txt", "ptb.valid.txt", "ptb.test.txt"):
        (tmp_path / name).write_text("too short\n")
    monkeypatch.setenv("PTB_DIR", str(tmp_path))
    row, remark = command.status("ptb", CATALOGUE["ptb"])
    assert (row[1], row[-1]) == ("available", str(tmp_path))
    assert remark == "ptb: python -m datasets prepare ptb"
    done = python("prepare", "ptb")
    assert done.returncode == 1
    assert "DatasetCorrupt: Penn Treebank under" in done.stderr and "3 tokens instead of 929589" in done.stderr


def test_preparing_says_what_was_made():
    done = python("prepare", "iris")
    assert done.returncode == 0
    assert "source: real" in done.stdout and "features float64[150, 4]" in done.stdout


def test_a_missing_corpus_is_one_line_and_a_failure():
    for source, message in (("auto", "DatasetNotFound: SVHN was not found"), ("standin", "ValueError: SVHN")):
        done = python("prepare", "svhn", "--source", source)
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith(message)


def test_the_document_has_a_row_for_every_corpus():
    text = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(CATALOGUE)
    variables = {entry.corpus.variable for entry in CATALOGUE.values() if entry.corpus}
    assert {row.split("|")[2].strip(" `") for row in rows} - {""} == variables
