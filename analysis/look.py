"""Look at a sweep: its figure, and a page with every combination, both made of the tables alone.

python -m analysis.look --plan results/sweep-my/sal/lif/plan.json --experiment experiments/sal/lif
"""

import argparse
import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader
from pandas import DataFrame

from analysis import sweep_figure
from analysis.draw import draw
from analysis.experiment_code import load
from analysis.pairs import pairs
from analysis.scores_of_sweep import declared, judged, measured, robustness, scalars, table_of
from base.errors import one_line
from base.files import read_json
from base.points import read_plan
from base.tables import read_folder
from base.targets import read_targets

LARGEST = 20_000  # combinations of a page, which a browser must hold


def looked_at(
    plan: Mapping[str, Any], tables: Mapping[str, DataFrame], targets: Mapping[str, Any]
) -> sweep_figure.Swept:
    """Return what the figure and the page of a sweep show.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    tables : Mapping
        The tables of the sweep, with ``failures`` where there are some.
    targets : Mapping
        Content of ``targets.yaml``.
    """
    by = plan["columns"]
    seen = {name: table for name, table in tables.items() if name != "failures"}
    values = measured(seen, by, targets)
    kept = robustness(judged(seen, by, targets, plan["sweep"]["scale"]), by)
    found = table_of(declared(plan), values, kept, tables.get("failures", DataFrame()))
    shown = {}
    for name, observation in scalars(targets).items():
        reported = targets[name]["reported"]
        value = reported.get("value")
        value = value[0] if isinstance(value, list) else value
        shown[name] = (value, reported["origin"], observation["column"].replace("_", " "))
    labels = sweep_figure.names_of(by, plan["swept"], plan["units"])
    axes = [column for column in by if column not in plan["along"]]
    return sweep_figure.Swept(axes, labels, plan["own"], plan["log"], found, values, shown)


def page(plan: Mapping[str, Any], swept: sweep_figure.Swept, made: Mapping[str, Any], picture: str) -> str:
    """Return the page of a sweep: one file that needs no network.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    swept : Swept
        What is shown.
    made : Mapping
        Content of ``provenance.json``.
    picture : str
        The figure, SVG.
    """
    shown = swept.table.head(LARGEST)
    parquet = io.BytesIO()
    swept.table.to_parquet(parquet, index=False)
    files = {"csv": swept.table.to_csv(index=False).encode(), "parquet": parquet.getvalue()}
    # With these a script cannot be closed by what it holds.
    data = json.loads(shown.to_json(orient="split", double_precision=15, index=False))
    script = json.dumps({"again": plan["again"], **data}).replace("&", r"\u0026").replace("<", r"\u003c")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    return environment.get_template("sweep.html.j2").render(
        plan=plan,
        swept=swept,
        made=made,
        data=script,
        left=len(swept.table) - len(shown),
        failed=int(swept.table["failed"].sum()),
        picture=base64.b64encode(picture.encode()).decode(),
        pairs=base64.b64encode(pairs(swept)).decode() if swept.kind == "effects" else "",
        files={kind: base64.b64encode(content).decode() for kind, content in files.items()},
    )


@one_line()
def main() -> None:
    """Command line of the job that shows a sweep."""
    parser = argparse.ArgumentParser(prog="python -m analysis.look", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--plan", type=Path, required=True, help="plan.json; observations, provenance are beside it")
    parser.add_argument("--experiment", type=Path, required=True, help="folder of the experiment")
    args = parser.parse_args()
    plan, folder = read_plan(args.plan), args.plan.parent
    tables, made = read_folder(folder / "observations"), read_json(folder / "provenance.json")
    targets = read_targets(args.experiment / "targets.yaml")
    swept = looked_at(plan, tables, targets)
    own = getattr(load(args.experiment / "figure.py"), "sweep", None)  # an experiment may draw its sweeps itself
    figure: Any = SimpleNamespace(
        draw=own or (lambda _, fig: sweep_figure.draw(swept, fig)), SIZE=swept.size() if own is None else (7.0, 4.0)
    )
    draw(figure, tables, targets, made, [folder / "figure.svg", folder / "figure.png"])
    picture = (folder / "figure.svg").read_text(encoding="utf-8")
    unfinished = folder / "index.html.part"
    unfinished.write_text(page(plan, swept, made, picture), encoding="utf-8")
    unfinished.replace(folder / "index.html")


if __name__ == "__main__":
    main()
