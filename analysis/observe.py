"""Reduce the recordings of an experiment to small tidy tables."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.experiment_code import load
from analysis.tables import read_folder, write_folder


def merge(chunks: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Read the recordings of all chunks and put them together, ordered by point.

    Parameters
    ----------
    chunks : sequence of Path
        One folder of Parquet files per chunk.

    Returns
    -------
    dict
        Name to table. How the points were cut into chunks leaves no trace.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for chunk in chunks:
        for name, table in read_folder(chunk).items():
            parts.setdefault(name, []).append(table)
    return {
        name: pd.concat(tables, ignore_index=True).sort_values("point", kind="stable", ignore_index=True)
        for name, tables in parts.items()
    }


def main() -> None:
    """Command line of the observation job."""
    parser = argparse.ArgumentParser(prog="python -m analysis.observe", description=__doc__)
    parser.add_argument("--figure", type=Path, required=True, help="figure.py of the experiment")
    parser.add_argument("--recordings", type=Path, nargs="+", required=True, help="folders of recordings")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    args = parser.parse_args()
    tables = load(args.figure).observe(merge(args.recordings))
    for name, table in tables.items():
        if table.empty:
            sys.exit(f"{args.figure}: observe: table '{name}' is empty")
    write_folder(tables, args.out)


if __name__ == "__main__":
    main()
