"""The contact sheet of a sweep: the experiment's own figure, as its paper has it, for every combination.

python -m analysis.gallery --plan results/sweep-my/sal/lif/plan.json --experiment experiments/sal/lif --out gallery
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from pandas import DataFrame

from analysis.draw import draw
from analysis.experiment_code import load
from analysis.scores_of_sweep import combinations, declared
from base.errors import one_line
from base.files import atomic, read_json
from base.points import read_plan
from base.tables import read_folder
from base.targets import read_targets

LARGEST = 200  # figures of a sheet; each takes about a second


def sheet(
    plan: Mapping[str, Any],
    tables: Mapping[str, DataFrame],
    experiment: Path,
    made: Mapping[str, Any],
    out: Path,
) -> list[dict[str, Any]]:
    """Draw the figure of every combination.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    tables : Mapping
        The tables of the sweep.
    experiment : Path
        Folder of the experiment.
    made : Mapping
        Content of ``provenance.json``.
    out : Path
        Existing folder for the pictures.

    Returns
    -------
    list of dict
        ``values`` (what the combination is), ``point`` (number of its first one), and ``file``, or ``reason`` where
        there is no figure.
    """
    figure, targets, by = load(experiment / "figure.py"), read_targets(experiment / "targets.yaml"), plan["columns"]
    seen = {name: table for name, table in tables.items() if name != "failures"}
    found = {repr(values): some for values, some in combinations(seen, by)}
    # A figure may compare what the experiment itself sweeps.
    remedy = "" if plan["conditions"] else "; the figure may need 'conditions: own' in the sweep"
    shown = []
    for row in declared(plan).head(LARGEST).to_dict("records"):
        point = row.pop("point")
        entry = {"values": {key: value for key, value in row.items() if value == value}, "point": point}  # noqa: PLR0124
        some = found.get(repr(tuple(row.values())))
        try:
            if some is None:
                entry["reason"] = "no figure: its points have failed"
                continue
            named = {name: table.assign(**{str(k): v for k, v in row.items()}) for name, table in some.items()}
            draw(figure, named, targets, made, [out / f"{point}.png"])
            entry["file"] = f"{point}.png"
        except Exception as error:  # what one combination lacks must not cost the others
            entry["reason"] = f"no figure: {type(error).__name__}: {' '.join(str(error).split())}{remedy}"
        finally:
            shown.append(entry)
            print(f"{len(shown)} figures", flush=True)
    return shown


@one_line()
def main() -> None:
    """Command line of the job that draws a contact sheet."""
    parser = argparse.ArgumentParser(prog="python -m analysis.gallery", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--plan", type=Path, required=True, help="plan.json; observations, provenance are beside it")
    parser.add_argument("--experiment", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    args = parser.parse_args()
    plan, folder = read_plan(args.plan), args.plan.parent
    tables, made = read_folder(folder / "observations"), read_json(folder / "provenance.json")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    with atomic(args.out, directory=True) as new:
        shown = sheet(plan, tables, args.experiment, made, new)
        number = len(plan["points"]) // plan["each"]
        page = environment.get_template("gallery.html.j2").render(
            plan=plan,
            shown=shown,
            left=number - len(shown),
            command=made["command"].replace(" sweep ", " sweep_gallery "),
        )
        (new / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
