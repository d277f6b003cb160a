"""Folders of Parquet files, one table each."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

from base.errors import FileError


def read_table(file: Path) -> pd.DataFrame:
    """Read a Parquet file that we have written.

    Parameters
    ----------
    file : Path
        The file.

    Raises
    ------
    FileError
        It is damaged.
    """
    try:
        return pd.read_parquet(file)
    except (ArrowException, ValueError, OSError):
        raise FileError(file, "is damaged") from None


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all tables of a folder.

    Parameters
    ----------
    folder : Path
        Holds ``<name>.parquet`` files.

    Returns
    -------
    dict
        Name to table, sorted by name.

    Raises
    ------
    FileError
        One of them is damaged.
    """
    return {file.stem: read_table(file) for file in sorted(folder.glob("*.parquet"))}


def write_folder(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables to a folder that appears only when it is complete.

    Parameters
    ----------
    tables : Mapping
        Name to table.
    folder : Path
        Replaced if it exists.
    """
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(new / f"{name}.parquet", index=False)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def write_json(content: Any, file: Path) -> None:
    """Write a JSON file that appears only when it is complete.

    Parameters
    ----------
    content : Any
        JSON-like data.
    file : Path
        Replaced if it exists.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.part")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(file)


def checksum(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return a checksum of names, columns and values: equal tables, equal checksum.

    Parameters
    ----------
    tables : Mapping
        Name to table.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    total = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name]
        total.update(f"{name}:{','.join(map(str, table.columns))}:{len(table)}".encode())
        total.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return total.hexdigest()


def checksum_of(folder: Path) -> str:
    """Return the checksum of the tables of a folder, piece by piece: that of `checksum`, in little memory.

    Parameters
    ----------
    folder : Path
        Holds ``<name>.parquet`` files.
    """
    total = hashlib.sha256()
    for file in sorted(folder.glob("*.parquet")):
        with ParquetFile(file) as table:
            columns, rows = table.schema_arrow.names, table.metadata.num_rows
            total.update(f"{file.stem}:{','.join(columns)}:{rows}".encode())
            for piece in table.iter_batches():
                total.update(pd.util.hash_pandas_object(piece.to_pandas(), index=False).to_numpy().tobytes())
    return total.hexdigest()
