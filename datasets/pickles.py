"""Pickles that may hold arrays, numbers, texts and containers, and nothing that could run code."""

import pickle
from pathlib import Path
from typing import Any

ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("multiarray", "_reconstruct"),
    ("multiarray", "scalar"),
    ("numeric", "_frombuffer"),
    ("_codecs", "encode"),
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        place = module.rpartition(".")[2] if module.startswith("numpy.") else module
        if (place, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed")
        return super().find_class(module.replace("numpy.core.", "numpy._core."), name)


def read(path: Path) -> Any:
    """Read a pickle.

    Parameters
    ----------
    path : Path
        The file; Python 2's, too.

    Returns
    -------
    Any
        Its content; texts of Python 2 are bytes.

    Raises
    ------
    ValueError
        It is not a pickle, is truncated, or holds something else than data.
    """
    try:
        with path.open("rb") as file:
            return _ArraysOnly(file, encoding="bytes").load()
    except OSError:
        raise
    except Exception as error:  # damaged bytes raise anything
        raise ValueError(f"not a readable pickle: {error}") from error
