"""Prepared arrays: made once, checked always."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from datasets import cache
from datasets.base import Dataset
from datasets.cache import NotPrepared, cached, only_prepared, stamp

ROOT = Path(__file__).resolve().parents[2]
KEY = {"recipe": 1}
SLOW = """
import sys, time
import numpy as np
from pathlib import Path
from datasets.base import Dataset
from datasets.cache import cached

def prepare():
    with open(sys.argv[1], "a") as calls:
        calls.write("x")
    time.sleep(0.5)
    return Dataset("Toy", "real", "1", {"x": np.arange(10)})

print(cached("toy", {}, prepare).sha256)
"""


class Recipe:
    """Counts how often it is called."""

    def __init__(self):
        self.calls = 0

    def __call__(self):  # noqa: D102
        self.calls += 1
        return Dataset("Toy", "standin", "1", {"x": np.arange(5.0), "words": np.array(["a", "bc"])})


def test_a_data_set_is_prepared_once_and_read_equal():
    recipe = Recipe()
    first, second = cached("toy", KEY, recipe), cached("toy", KEY, recipe)
    assert recipe.calls == 1
    assert first.fingerprint() == second.fingerprint()
    assert all((first[name] == second[name]).all() for name in first.arrays)


@pytest.mark.parametrize("key", [{"recipe": 2}, {"recipe": 1, "package": "toy 2"}])
def test_another_recipe_or_package_is_another_file(key, data):
    recipe = Recipe()
    cached("toy", KEY, recipe)
    cached("toy", key, recipe)
    assert recipe.calls == 2
    assert len(list(data.glob("*.npz"))) == 2


def truncate(content):
    return content[: len(content) // 2]


def flip(content):
    """Change one number, and the checksum that zip keeps of it is wrong too."""
    place = content.index(np.arange(5.0).tobytes())
    return content[:place] + b"\1" + content[place + 1 :]


@pytest.mark.parametrize("damage", [truncate, flip, lambda _: b"", lambda _: b"nonsense"])
def test_a_damaged_file_is_made_again(damage, data, caplog):
    recipe = Recipe()
    cached("toy", KEY, recipe)
    (file,) = data.glob("*.npz")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert (cached("toy", KEY, recipe)["x"] == np.arange(5)).all()
    assert recipe.calls == 2
    assert "is damaged" in caplog.text
    assert len(file.read_bytes()) == len(whole)


def test_other_arrays_under_the_same_name_are_noticed(data, caplog):
    recipe = Recipe()
    cached("toy", KEY, recipe)
    (file,) = data.glob("*.npz")
    with np.load(file) as stored:
        arrays = dict(stored)
    np.savez(file, **{**arrays, "x": np.arange(5.0) + 1})  # a valid file, but not this data set
    assert (cached("toy", KEY, recipe)["x"] == np.arange(5)).all()
    assert recipe.calls == 2
    assert "SHA-256" in caplog.text


def test_two_processes_prepare_once(tmp_path, data):
    calls = tmp_path / "calls"
    command = [sys.executable, "-c", SLOW, str(calls)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    hashes = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert calls.read_text() == "x"
    assert len(hashes) == 1
    assert [path.suffix for path in data.iterdir() if path.suffix != ".lock"] == [".npz"]


def test_a_failed_preparation_leaves_no_file(data):
    def fails():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cached("toy", KEY, fails)
    assert not list(data.glob("*.npz"))
    assert cached("toy", KEY, Recipe()).name == "Toy"


def test_where_nothing_can_be_written_it_is_prepared_every_time(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LOCAL_CREDIT_DATA", str(tmp_path / "file"))
    recipe = Recipe()
    for calls in (1, 2):
        assert cached("toy", KEY, recipe).name == "Toy"
        assert recipe.calls == calls
    assert "set LOCAL_CREDIT_DATA" in caplog.text


def test_a_full_disk_costs_only_the_cache(monkeypatch, caplog):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(cache, "_write", full)
    assert cached("toy", KEY, Recipe()).name == "Toy"
    assert "no space left" in caplog.text


def test_one_can_ask_without_preparing():
    recipe = Recipe()
    with pytest.raises(NotPrepared), only_prepared():
        cached("toy", KEY, recipe)
    cached("toy", KEY, recipe)
    with only_prepared():
        cached("toy", KEY, recipe)
    assert recipe.calls == 1


def test_a_stamp_sees_changes_of_files_and_folders(tmp_path):
    file = tmp_path / "file"
    file.write_text("a")
    before = stamp([file]), stamp([tmp_path])
    assert stamp([file]) == before[0]
    os.utime(file, ns=(1, 1))
    (tmp_path / "new").write_text("b")
    assert stamp([file]) != before[0]
    assert stamp([tmp_path]) != before[1]


def test_reading_full_mnist_takes_no_time(caplog):
    caplog.set_level(logging.ERROR)
    arrays = {"images": np.ones((70_000, 784), np.uint8), "labels": np.ones(70_000, np.uint8)}
    dataset = Dataset("Toy", "real", "1", arrays)
    cached("toy", KEY, lambda: dataset)
    times = []
    for _ in range(3):
        start = time.process_time()
        cached("toy", KEY, lambda: dataset)
        times.append(time.process_time() - start)
    assert min(times) < 0.4  # 0.15 s measured on a shared machine
