"""Draw the figure of an experiment from its tables; provenance goes into the files."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)

from analysis.experiment_code import load  # noqa: E402
from analysis.plots import STYLE  # noqa: E402
from analysis.score import load as load_targets  # noqa: E402
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


def main() -> None:
    """Command line of the drawing job."""
    parser = argparse.ArgumentParser(prog="python -m analysis.draw", description=__doc__)
    parser.add_argument("--figure", type=Path, required=True, help="figure.py of the experiment")
    parser.add_argument("--tables", type=Path, required=True, help="folder of observation tables")
    parser.add_argument("--targets", type=Path, required=True, help="targets.yaml of the experiment")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance.json")
    parser.add_argument("--svg", type=Path, required=True)
    parser.add_argument("--png", type=Path, required=True)
    args = parser.parse_args()

    module = load(args.figure)
    targets, tables = load_targets(args.targets, args.tables)
    made = json.loads(args.provenance.read_text(encoding="utf-8"))
    plt.style.use(STYLE)
    # A fixed salt and no date: the same tables give the same file.
    mpl.rcParams["svg.hashsalt"] = made["experiment"]
    fig = plt.figure(figsize=getattr(module, "SIZE", SIZE))
    # A strip at the bottom is for the stamp, one at the top for the warning that the data are not the paper's.
    warning = standin(made.get("data") or [])
    strip = 0.1 / fig.get_figheight()
    top = 0.2 / fig.get_figheight() if warning else 0.0
    fig.set_layout_engine("constrained", rect=(0, strip, 1, 1 - strip - top))
    if warning:
        fig.text(0.5, 1 - top / 4, warning, ha="center", va="top", fontsize="medium", fontweight="bold")
    module.draw({**tables, "reported": reported(targets)}, fig)
    stamp = f"{made['experiment']}, scale {made['scale']}, commit {made['commit'][:10]}{'+' if made['dirty'] else ''}"
    # Two data sets may differ in their content alone.
    used = dict.fromkeys(f", {data['name']} ({data['source']}, {data['version']})" for data in made.get("data") or [])
    stamp += "".join(used)
    fig.text(1, 0, stamp, ha="right", va="bottom", fontsize=4.5, color="0.55")
    description = json.dumps(
        {key: made.get(key) for key in ("experiment", "scale", "commit", "dirty", "data", "checksum")}
    )
    fig.savefig(args.svg, metadata={"Title": stamp, "Description": description, "Date": None})
    fig.savefig(args.png, dpi=200, metadata={"Title": stamp, "Description": description})


if __name__ == "__main__":
    main()
