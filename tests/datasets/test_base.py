"""Data sets, their fingerprints, the choice of the source, and messages that say the remedy."""

import hashlib
import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from datasets.base import Corpus, Dataset, DatasetNotFound, choose, home
from datasets.catalogue import CATALOGUE
from datasets.timit import CORPUS, load_timit

ROOT = Path(__file__).resolve().parents[2]
TOY = Corpus("Toy", "TOY_DIR", "a.txt", "It is free", 'load_toy(source="standin") makes one up')
REAL = Dataset("Toy", "real", "1", {"x": np.arange(3)})
STANDIN = Dataset("Toy", "standin", "1", {"x": np.zeros(3)})


def test_the_hash_is_that_of_names_types_shapes_and_bytes():
    dataset = Dataset("Toy", "real", "1", {"y": np.array([1, 2], ">i4"), "x": np.zeros((1, 2), "u1")})
    expected = hashlib.sha256(
        json.dumps(["x", "|u1", [1, 2]]).encode()
        + b"\0\0"
        + json.dumps(["y", "<i4", [2]]).encode()
        + b"\1\0\0\0\2\0\0\0"
    )
    assert dataset.sha256 == expected.hexdigest()
    assert dataset.fingerprint() == {"name": "Toy", "source": "real", "version": "1", "sha256": dataset.sha256}


@pytest.mark.parametrize(
    "arrays",
    [
        {"x": np.arange(4, dtype="i4")},
        {"x": np.arange(4).reshape(2, 2)},
        {"z": np.arange(4)},
        {"x": np.array([0, 1, 2, 4])},
        {"x": np.array(["0", "1", "2", "3"])},
        {"x": np.arange(4), "y": np.zeros(0)},
    ],
)
def test_the_hash_tells_arrays_apart(arrays):
    assert Dataset("Toy", "real", "1", arrays).sha256 != Dataset("Toy", "real", "1", {"x": np.arange(4)}).sha256


def test_the_hash_knows_no_layout_in_memory():
    array = np.arange(6, dtype=">f8").reshape(2, 3)
    views = (array, np.asfortranarray(array), array.astype("<f8"), np.repeat(array, 2, axis=0)[::2])
    assert len({Dataset("Toy", "real", "1", {"x": view}).sha256 for view in views}) == 1


def test_arrays_cannot_be_written_to_and_callers_keep_theirs():
    mine = np.arange(3)
    dataset = Dataset("Toy", "real", "1", {"x": mine})
    with pytest.raises(ValueError, match="read-only"):
        dataset["x"][0] = 1
    with pytest.raises(TypeError):
        dataset.arrays["y"] = mine
    mine[0] = 1  # still possible
    assert "real, 1: x 3" in repr(dataset)


def test_a_source_is_one_of_three():
    with pytest.raises(ValueError, match="'fake' is not a source"):
        Dataset("Toy", "fake", "1", {})


def found(_):
    return REAL


def missing(root):
    raise TOY.not_found(root, "a.txt")


@pytest.mark.parametrize(
    ("source", "real", "taken"),
    [("auto", found, REAL), ("auto", missing, STANDIN), ("real", found, REAL), ("standin", found, STANDIN)],
)
def test_the_choice_is_logged_in_one_line(source, real, taken, caplog):
    caplog.set_level(logging.INFO)
    assert choose(TOY, None, source, real, lambda: STANDIN) is taken
    assert caplog.messages == [f"Toy: {taken.source} (1)"]


def test_a_missing_corpus_is_told_if_it_was_asked_for(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("TOY_DIR", str(tmp_path))
    choose(TOY, None, "auto", missing, lambda: STANDIN)
    (line,) = caplog.messages
    assert line.startswith(f"Toy was not found under {tmp_path} (missing a.txt).")


def test_real_means_real():
    with pytest.raises(DatasetNotFound, match=r"missing a\.txt"):
        choose(TOY, None, "real", missing, lambda: STANDIN)


def test_damage_is_not_hidden_by_a_standin(tmp_path):
    def damaged(root):
        raise TOY.corrupt(root, "a.txt: empty")

    with pytest.raises(Exception, match=r"Toy under .* is corrupt \(a.txt: empty\)\. Expected a.txt\."):
        choose(TOY, tmp_path, "auto", damaged, lambda: STANDIN)


def test_neither_corpus_nor_standin_is_one_message():
    def nothing():
        raise DatasetNotFound("pip install something.")

    with pytest.raises(DatasetNotFound, match=r"missing a\.txt.*pip install something"):
        choose(TOY, None, "auto", missing, nothing)


@pytest.mark.parametrize(("source", "standin"), [("other", lambda: STANDIN), ("standin", None)])
def test_other_sources_are_refused(source, standin):
    with pytest.raises(ValueError, match="Toy: "):
        choose(TOY, None, source, found, standin)


def test_the_folder_is_the_argument_or_the_variable_or_a_default(monkeypatch):
    assert TOY.root() == home() / "corpora" / "toy"
    monkeypatch.setenv("TOY_DIR", "/variable")
    assert TOY.root() == Path("/variable")
    assert TOY.root("/argument") == Path("/argument")


def test_the_message_has_the_agreed_form(tmp_path):
    with pytest.raises(DatasetNotFound) as error:
        load_timit(tmp_path, source="real")
    assert str(error.value) == (
        f"TIMIT was not found under {tmp_path} (missing TRAIN/DR1). Expected TRAIN/ and TEST/ with "
        "DR1..DR8/<speaker>/*.WAV,*.PHN. Set TIMIT_DIR. TIMIT is licensed by the LDC and is not distributed here; "
        'load_timit(source="standin") synthesises a replacement.'
    )
    assert CORPUS.name == "TIMIT"


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.items() if entry.corpus and name != "mnist-1d"])
def test_every_message_names_corpus_folder_path_variable_and_licence(name, tmp_path):
    entry = CATALOGUE[name]
    with pytest.raises(DatasetNotFound) as error:
        entry.load(tmp_path, source="real")
    message, corpus = str(error.value), entry.corpus
    assert message.startswith(f"{corpus.name} was not found under {tmp_path} (missing ")
    for part in (corpus.layout, f"Set {corpus.variable}.", corpus.licence, corpus.standin):
        assert part in message
    assert "\n" not in message


def test_loaders_import_nothing_that_is_optional_or_slow():
    heavy = {"brian2", "mlxtend", "mnist1d", "kaldi_native_fbank", "espeakng_loader", "pythonbible", "sklearn", "scipy"}
    code = f"import sys, datasets.catalogue; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
