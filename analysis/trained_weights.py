"""Keep what one point of an experiment has learned, for an experiment that only uses it."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from base.errors import one_line


def keep(results: Path, point: int, out: Path) -> None:
    """Write the end values of a point to a file.

    Parameters
    ----------
    results : Path
        Folder of an experiment below ``results/<scale>``, with recordings and provenance.
    point : int
        Number of the point.
    out : Path
        ``.npz`` file: one array for every variable in ``final``, after the last round; ``seed`` of the point; ``from``,
        JSON with experiment, scale, commit and the keys ``inputs.*``.

    Raises
    ------
    ValueError
        There is no such point.
    """
    folders = sorted((results / "recordings").iterdir())
    for folder in folders:
        points = pd.read_parquet(folder / "points.parquet").set_index("point")
        if point in points.index:
            break
    else:
        raise ValueError(f"{results}: no point {point}")
    final = pd.read_parquet(folder / "final.parquet")
    final = final[final["point"] == point]
    final = final if "round" in final else final.assign(round=0)
    provenance = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    arrays: dict[str, np.ndarray] = {
        str(name): rows.sort_values("index")["value"].to_numpy()
        for name, rows in final[final["round"] == final["round"].max()].groupby("variable")
    }
    row = {str(key): value for key, value in points.loc[point].items()}
    origin = {key: provenance[key] for key in ("experiment", "scale", "commit")}
    origin |= {key: value for key, value in row.items() if key.startswith("inputs.")}
    arrays |= {"seed": np.array(int(str(row["seed"]))), "from": np.array(json.dumps(origin, default=str))}
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    print(f"{out}: {', '.join(f'{name} ({a.size})' for name, a in arrays.items())}")


@one_line()
def main() -> None:
    """Keep what a point has learned."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("results", type=Path, help="folder of an experiment below results/<scale>")
    parser.add_argument("point", type=int)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    try:
        keep(given.results, given.point, given.out)
    except ValueError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
