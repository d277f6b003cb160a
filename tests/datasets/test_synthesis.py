"""Spoken stand-ins; they need espeak-ng, which is optional."""

import subprocess
import sys

import numpy as np
import pytest

from datasets import espeak, synthesis
from datasets.base import DatasetNotFound
from datasets.features import FrontEnd
from datasets.speech_commands import KNOWN, load_speech_commands
from datasets.timit import load_timit
from datasets.voices import ACCENTS, VARIANTS

try:
    espeak.find()
except DatasetNotFound as error:
    pytest.skip(str(error), allow_module_level=True)


def test_every_voice_speaks_in_every_accent():
    """In a process of its own, as the library may leave traces."""
    code = (
        "from datasets.espeak import synthesiser\n"
        "from datasets.voices import ACCENTS, VARIANTS\n"
        "engine = synthesiser()\n"
        "assert set(VARIANTS) <= engine.variants, set(VARIANTS) - engine.variants\n"
        "for variant in VARIANTS:\n"
        "    spoken = {engine.say('no go off forward', f'{a}+{variant}').samples.tobytes() for a in ACCENTS}\n"
        "    assert len(spoken) == len(ACCENTS), variant\n"
        "for voice in ('gmw/en-US+nobody', 'nowhere'):\n"
        "    try:\n"
        "        engine.say('no', voice)\n"
        "    except ValueError:\n"
        "        continue\n"
        "    raise AssertionError(voice)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=synthesis.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(ACCENTS) == 8 and len(VARIANTS) == 75


@pytest.fixture(scope="module")
def words():
    return synthesis.generate("keywords", words=["yes", "stop"], per_word=75, seed=3)


def test_keywords_are_split_by_speaker(words):
    for word in (0, 1):
        assert [int((words[f"word{suffix}"] == word).sum()) for suffix in synthesis.SPLITS] == [50, 10, 15]
    parts = [set(words[f"speaker{suffix}"]) for suffix in synthesis.SPLITS]
    assert [len(part) for part in parts] == [50, 10, 15]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 75


def test_keywords_lie_in_the_middle_of_their_second(words):
    waves = words["wave"].astype(float)
    assert waves.shape == (100, 16_000)
    assert 0.25 < np.abs(waves).max(axis=1).min() / 32767 and np.abs(waves).max() <= 32767
    loud = np.abs(waves) > 0.1 * np.abs(waves).max(axis=1, keepdims=True)
    first, last = loud.argmax(axis=1), 15_999 - loud[:, ::-1].argmax(axis=1)
    assert ((last - first) < 15_000).all()
    assert np.abs((first + last) / 2 - 8000).mean() < 1600


def test_a_seed_says_the_same_again_and_another_does_not(words):
    again = synthesis.generate("keywords", words=["yes", "stop"], per_word=75, seed=3)
    assert all((words[name] == again[name]).all() for name in words)
    other = synthesis.generate("keywords", words=["yes", "stop"], per_word=5, seed=4)
    assert set(other["speaker_test"]) != set(words["speaker_test"])


def test_the_task_of_12_classes_stands_in():
    data = load_speech_commands(source="standin", per_class=15)
    assert data.source == "standin"
    assert "espeak-ng" in data.version and "15 clips a class, seed 0" in data.version
    assert data["classes"].tolist() == [*KNOWN, "unknown", "silence"]
    assert data["x"].shape[1:] == (98, 13)
    counts = sum(np.bincount(data[f"y{suffix}"], minlength=12) for suffix in synthesis.SPLITS)
    assert counts[:10].tolist() == [15] * 10 and counts[10] == 25 and counts[11] == 15
    spoke = [set(data[f"speaker{suffix}"]) - {""} for suffix in synthesis.SPLITS]
    assert not spoke[0] & spoke[1] and not spoke[0] & spoke[2] and not spoke[1] & spoke[2]


def test_sentences_stand_in_with_aligned_phonemes():
    data = load_timit(source="standin", sentences=(40, 5, 5))
    assert data.source == "standin"
    for suffix, n in (("", 40), ("_valid", 5), ("_test", 5)):
        assert len(data[f"lengths{suffix}"]) == n
        assert data[f"lengths{suffix}"].sum() == len(data[f"x{suffix}"]) == len(data[f"y{suffix}"])
    assert 30 < len(data["phones"]) < 60
    assert set(np.unique(data["y_test"])) <= set(range(len(data["phones"])))
    assert (data["fold"] == np.arange(len(data["phones"]))).all()
    energy = data["x"][:, 0]  # the zeroth cepstrum
    names = data["phones"][data["y"]]
    assert energy[names == "_"].mean() < energy[np.isin(names, ("i:", "aU", "V", "E"))].mean() - 5
    log_mel = load_timit(source="standin", sentences=(40, 5, 5), front_end=FrontEnd("logmel"))
    assert (log_mel["y"] == data["y"]).all()  # labels do not depend on the features
