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

OF_COURSE = ("rule", "data", "seed", "epoch", "validation", "test")


def best(course: DataFrame) -> DataFrame:
    """Return what every point reaches.

    Parameters
    ----------
    course : DataFrame
        Of a sweep: `OF_COURSE`, and what was swept, with units in the names of columns.

    Returns
    -------
    DataFrame
        rule, data, what was swept, validation (the best of all epochs), mean (of all that were looked at); for each
        rule the best point first, of equally good ones that which learns sooner.
    """
    swept = [column for column in course if column not in OF_COURSE]
    found = course.groupby(["rule", "data", *swept])["validation"].agg(validation="max", mean="mean").reset_index()
    order = ["rule", "data", "validation", "mean"]
    return found.sort_values(order, ascending=[True, True, False, False], ignore_index=True)


def main() -> None:
    """Write the tables of all sweeps that have results."""
    tables: dict[Path, list[DataFrame]] = {}
    for file in sorted((ROOT / "sweeps").glob("contest_*.yaml")):
        experiment = read_yaml(file)["experiment"]
        tuned = ROOT / "results" / f"sweep-{file.stem}" / experiment / "observations"
        if tuned.exists():
            tables.setdefault(ROOT / "experiments" / experiment, []).append(best(read_folder(tuned)["course"]))
    for folder, parts in tables.items():
        pd.concat(parts, ignore_index=True).to_csv(folder / "tuning.csv", index=False, float_format="%.4g")
        print(f"{folder.relative_to(ROOT)}/tuning.csv: {sum(len(part) for part in parts)} points")


if __name__ == "__main__":
    main()
