"""Show an experiment: draw its figure from its tables, and score them against its targets.

python -m analysis.present --experiment experiments/sal/lif --scale quick --tables ... --provenance ... --out FOLDER
python -m analysis.present --published experiments/sal --out FOLDER     full-size tables shipped with a paper
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.draw import draw
from analysis.experiment_code import load
from analysis.score import load as load_targets
from analysis.score import score, summary
from base.errors import ConfigError, one_line
from base.files import read_json
from base.origins import by_group, headline
from base.tables import write_json


def present(
    experiment: Path,
    scale: str,
    tables: Path,
    provenance: Path,
    guards: Mapping[str, str],
    out: Path,
    kinds: tuple[str, ...] = ("svg", "png"),
) -> str:
    """Draw and score one experiment.

    Parameters
    ----------
    experiment : Path
        Its folder.
    scale : str
        Scale at which the tables were made.
    tables : Path
        Folder of them.
    provenance : Path
        ``provenance.json``.
    guards : Mapping
        Part of what decides the numbers to its digest; goes into the score.
    out : Path
        Folder of ``figure.svg``, ``figure.png`` and ``score.json``.
    kinds : tuple of str
        Formats of the figure.

    Returns
    -------
    str
        The score on a line.

    Raises
    ------
    ConfigError, ValueError
        The targets are wrong, in one line.
    """
    file = experiment / "targets.yaml"
    targets, found = load_targets(file, tables)
    made = read_json(provenance)
    entries = score(targets, found, scale, str(file))
    draw(load(experiment / "figure.py"), found, targets, made, [out / f"figure.{kind}" for kind in kinds])
    content: dict[str, Any] = {"scale": scale, "guards": dict(guards), "summary": summary(entries), "targets": entries}
    write_json(content, out / "score.json")
    return headline(by_group(entries))


@one_line()
def main() -> None:
    """Command line of the jobs that draw and score."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.present", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--experiment", type=Path, help="folder of one experiment")
    parser.add_argument("--scale", default="paper")
    parser.add_argument("--tables", type=Path, help="folder of its tables")
    parser.add_argument("--provenance", type=Path, help="provenance.json")
    parser.add_argument("--guards", type=json.loads, default={}, help="JSON: digests of what decides the score")
    parser.add_argument("--published", type=Path, help="folder of a paper: show all tables that are shipped with it")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    args = parser.parse_args()
    try:
        if args.published:
            for folder in sorted(args.published.glob("*/published")):
                out = args.out / folder.parent.name
                made = folder / "provenance.json"
                said = present(folder.parent, "paper", folder, made, {}, out, kinds=("svg",))
                print(f"{folder.parent.name}: {said}", flush=True)
            return
        print(present(args.experiment, args.scale, args.tables, args.provenance, args.guards, args.out))
    except (ConfigError, ValueError) as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
