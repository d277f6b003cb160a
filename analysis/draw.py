"""Draw the figure of an experiment from its tables; provenance goes into the files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
from pandas import DataFrame  # noqa: E402

from analysis.plots import STYLE  # noqa: E402
from analysis.score import reported  # noqa: E402

SIZE = (7.0, 3.0)


def standin(data: Sequence[Mapping[str, str]]) -> str:
    """Return the title that a figure must carry when its data are not what the paper used.

    Parameters
    ----------
    data : sequence of Mapping
        ``name`` and ``source`` of every data set.

    Returns
    -------
    str
        Empty for real data.
    """
    names = ", ".join(dict.fromkeys(item["name"] for item in data if item["source"] == "standin"))
    return f"stand-in for {names}: no published number applies" if names else ""


def draw(
    figure: ModuleType,
    tables: Mapping[str, DataFrame],
    targets: Mapping[str, Any],
    made: Mapping[str, Any],
    files: Sequence[Path],
) -> None:
    """Draw the figure of an experiment.

    Parameters
    ----------
    figure : module
        Its ``figure.py``.
    tables : Mapping
        Its tables by name.
    targets : Mapping
        Content of ``targets.yaml``.
    made : Mapping
        Content of ``provenance.json``.
    files : sequence of Path
        SVG and PNG files to write.
    """
    plt.style.use(STYLE)
    # A fixed salt and no date: the same tables give the same file.
    mpl.rcParams["svg.hashsalt"] = made["experiment"]
    fig = plt.figure(figsize=getattr(figure, "SIZE", SIZE))
    # A strip at the bottom is for the stamp, one at the top for the warning that the data are not the paper's.
    warning = standin(made.get("data") or [])
    strip = 0.1 / fig.get_figheight()
    top = 0.2 / fig.get_figheight() if warning else 0.0
    fig.set_layout_engine("constrained", rect=(0, strip, 1, 1 - strip - top))
    if warning:
        fig.text(0.5, 1 - top / 4, warning, ha="center", va="top", fontsize="medium", fontweight="bold")
    figure.draw({**tables, "reported": reported(targets)}, fig)
    changed = "+" if made["dirty"] is True else ""  # else not changed, or nobody knows
    stamp = f"{made['experiment']}, scale {made['scale']}, commit {made['commit'][:10]}{changed}"
    # Two data sets may differ in their content alone.
    used = dict.fromkeys(f", {data['name']} ({data['source']}, {data['version']})" for data in made.get("data") or [])
    stamp += "".join(used)
    fig.text(1, 0, stamp, ha="right", va="bottom", fontsize=4.5, color="0.55")
    inside = {key: made.get(key) for key in ("experiment", "scale", "commit", "dirty", "data", "checksum")}
    fig.draw_without_rendering()
    fig.set_layout_engine("none")  # solved once, for all files
    metadata = {"Title": stamp, "Description": json.dumps(inside)}
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        fig.savefig(file, dpi=200, metadata=metadata | ({"Date": None} if file.suffix == ".svg" else {}))
    plt.close(fig)
