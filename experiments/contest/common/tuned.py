"""What the Sobol designs gave: for every point the best accuracy on validation, as the table that is shipped.

    python -m experiments.contest.common.tuned

Reads the results of the sweeps ``sweeps/contest_*.yaml`` that were run, writes ``tuning.csv`` beside each experiment.
"""

from pathlib import Path

import pandas as pd
from pandas import DataFrame

from base.catalogue import ROOT
from base.tables import read_folder
from base.yaml_files import read_yaml


def best(course: DataFrame, keys: list[str]) -> DataFrame:
    """Return what every point reaches.

    Parameters
    ----------
    course : DataFrame
        Of a sweep: rule, data, epoch, validation, and what was swept, with units in the names of columns.
    keys : list of str
        Keys of the design.

    Returns
    -------
    DataFrame
        rule, data, keys, validation: the best of all epochs; for each rule the best point first, of equally good ones
        that with the smaller values.
    """
    swept = [column for key in keys for column in course if column == key or column.startswith(f"{key}_")]
    found = course.groupby(["rule", "data", *swept], as_index=False)["validation"].max()
    order = ["rule", "data", "validation", *swept]
    return found.sort_values(order, ascending=[True, True, False, *(True for _ in swept)], ignore_index=True)


def main() -> None:
    """Write the tables of all sweeps that have results."""
    tables: dict[Path, list[DataFrame]] = {}
    for file in sorted((ROOT / "sweeps").glob("contest_*.yaml")):
        declared = read_yaml(file)
        tuned = ROOT / "results" / f"sweep-{file.stem}" / declared["experiment"] / "observations"
        if tuned.exists():
            keys = [key for key in declared["sweep"] if key != "design"]
            tables.setdefault(ROOT / "experiments" / declared["experiment"], []).append(
                best(read_folder(tuned)["course"], keys)
            )
    for folder, parts in tables.items():
        pd.concat(parts, ignore_index=True).to_csv(folder / "tuning.csv", index=False, float_format="%.4g")
        print(f"{folder.relative_to(ROOT)}/tuning.csv: {sum(len(part) for part in parts)} points")


if __name__ == "__main__":
    main()
