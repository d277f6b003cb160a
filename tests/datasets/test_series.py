"""Iris, MNIST-1D and Mackey-Glass: sets that are regenerated exactly."""

import hashlib
import pickle
import random

import numpy as np
import pytest

from datasets import mnist1d
from datasets.base import DatasetCorrupt, DatasetNotFound
from datasets.digits8 import load_digits8
from datasets.iris import load_iris
from datasets.mackey_glass import load_mackey_glass, mackey_glass
from datasets.mnist1d import load_mnist1d


def test_iris_is_fishers_table():
    iris = load_iris()
    assert iris["features"].shape == (150, 4)
    assert np.bincount(iris["labels"]).tolist() == [50, 50, 50]
    assert iris["features"][[34, 37]].tolist() == [[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]]  # others have it wrong


def test_digits8_is_the_uci_test_set():
    digits = load_digits8()
    assert digits["images"].shape == (1797, 64) and digits["images"].max() == 16
    # the numbers of digits that the description of the set gives
    assert np.bincount(digits["labels"]).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_mnist1d_is_the_authors(tmp_path):
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002 - the package uses it
    dataset = load_mnist1d()
    assert random.random() == random.Random(5).random()
    assert np.random.random() == np.random.RandomState(5).random()  # noqa: NPY002
    assert dataset.source == "real"
    assert dataset["x"].shape == (4000, 40) and dataset["x_test"].shape == (1000, 40)
    assert hashlib.sha256(dataset["x"].tobytes()).hexdigest().startswith("d53506bddd12d3b7")
    assert hashlib.sha256(dataset["y"].tobytes()).hexdigest().startswith("6e13c7aab5f83126")
    assert np.bincount(dataset["y"]).tolist() == [398, 396, 411, 394, 394, 402, 401, 404, 402, 398]

    content = {
        name: array.astype(float) if name in ("x", "x_test", "t") else array for name, array in dataset.arrays.items()
    }
    (tmp_path / "mnist1d_data.pkl").write_bytes(pickle.dumps({**content, "templates": {"x": np.zeros(3)}}))
    assert load_mnist1d(tmp_path).version == "authors' file"
    assert load_mnist1d(tmp_path).sha256 == dataset.sha256

    content["x"][7, 3] += 1e-5
    (tmp_path / "mnist1d_data.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(DatasetCorrupt, match="SHA-256 of x begins with"):
        load_mnist1d(tmp_path)


@pytest.mark.parametrize("content", [b"", pickle.dumps({"x": 1}), pickle.dumps(print), pickle.dumps([1])])
def test_a_damaged_pickle_is_refused(content, tmp_path):
    (tmp_path / "mnist1d_data.pkl").write_bytes(content)
    with pytest.raises(DatasetCorrupt, match="MNIST-1D"):
        load_mnist1d(tmp_path)


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(mnist1d, "find_spec", lambda _: None)
    with pytest.raises(DatasetNotFound, match=r"pip install mnist1d.*MNIST1D_DIR"):
        load_mnist1d()


def test_mackey_glass_has_the_known_statistics():
    x = mackey_glass(2000)
    assert round(x.mean(), 4) == 0.9298
    assert round(x.std(), 4) == 0.2259
    assert (round(x.min(), 4), round(x.max(), 4)) == (0.4183, 1.3184)
    harder = mackey_glass(2000, tau=30)
    assert abs(harder.mean() - 0.893) < 0.005
    assert abs(harder.std() - 0.281) < 0.005
    assert 0.2 < harder.min() and harder.max() < 1.4


def test_mackey_glass_converges_with_the_step():
    series = [mackey_glass(200, h=h, washout=0) for h in (0.2, 0.1, 0.05)]
    errors = [np.abs(coarse - fine).max() for coarse, fine in zip(series[:-1], series[1:], strict=True)]
    assert errors[1] < 1.1e-4
    assert 3 < errors[0] / errors[1] < 5  # the mean of two neighbours is of second order


def test_mackey_glass_without_feedback_decays():
    x = mackey_glass(5, beta=0.0, washout=0)
    assert x == pytest.approx(1.2 * np.exp(-0.1 * np.arange(1, 6)), rel=1e-9)


def test_mackey_glass_rests_at_its_fixed_point():
    assert mackey_glass(50, x_0=1.0, washout=0) == pytest.approx(np.ones(50), abs=1e-12)  # beta = 2 gamma


def test_mackey_glass_is_the_same_everywhere():
    dataset = load_mackey_glass()
    assert dataset.sha256 == "c6f0a11df7ce411017cd7fca14863738cc739a1d46aedf415cc61a442bab01f1"
    assert dataset.version == "Runge-Kutta 4, tau=17, h=0.1"


@pytest.mark.parametrize("times", [{"tau": 17.05}, {"washout": 0.33}, {"every": 0.25}, {"tau": 0.0}])
def test_times_off_the_grid_are_refused(times):
    with pytest.raises(ValueError, match="step"):
        mackey_glass(3, **times)
