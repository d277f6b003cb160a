"""The score on one screen, and the table of experiments in the README."""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.report import SYMBOLS, count, read_config, read_json, references, seconds, where
from analysis.score import OUTCOMES, SCALES
from base.catalogue import names
from base.tables import read_folder, write_folder

MAX_SHIPPED = 2_000_000  # bytes of tables of one experiment
MARKERS = ("<!-- experiments -->", "<!-- /experiments -->")


def card_file(scale: str) -> str:
    """Return the name of the committed card of one scale."""
    return f"scorecard.{scale}.json"


def card(name: str, scale: str, results: Path) -> dict[str, Any]:
    """Condense the results of one experiment to what is committed with it.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    scale : str
        Scale of the results.
    results : Path
        The folder ``results``.

    Returns
    -------
    dict
        ``experiment``, ``scale``, ``summary`` (outcome to number), ``targets`` (name to outcome), ``cost``
        (``build_cpu_s``, ``runs_cpu_s``, ``runs``), ``commit`` of the run and ``guards`` (part of what decides the
        numbers to its digest); empty without a score.
    """
    scored = read_json(results / scale / name / "score.json")
    if not scored:
        return {}
    provenance = read_json(results / scale / name / "provenance.json")
    build, runs = provenance.get("build") or {}, provenance.get("runs") or {}
    entries = scored.get("targets", [])
    cost = {"build_cpu_s": build.get("cpu_s"), "runs_cpu_s": runs.get("cpu_s")}
    # Two digits are enough to plan with, and do not change with every run on the same machine.
    rounded = {key: value if value is None else float(f"{value:.2g}") for key, value in cost.items()}
    return {
        "experiment": name,
        "scale": scale,
        "summary": count(entries),
        "targets": {entry["name"]: entry["outcome"] for entry in entries},
        "cost": {**rounded, "runs": runs.get("n")},
        "commit": provenance.get("commit", "unknown"),
        "guards": scored.get("guards", {}),
    }


def ship(name: str, results: Path, folder: Path) -> None:
    """Put the tables of a full-size run beside the experiment, so that its figure needs no simulation.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    results, folder : Path
        The folders ``results`` and ``experiments``.

    Raises
    ------
    ValueError
        The tables are too large for a repository; nothing is written then.
    """
    place = results / "paper" / name
    tables = read_folder(place / "observations")
    size = sum(file.stat().st_size for file in (place / "observations").glob("*.parquet"))
    if size > MAX_SHIPPED:
        raise ValueError(
            f"{name}: {size / 1e6:.1f} MB of tables, at most {MAX_SHIPPED / 1e6:g} MB are shipped; reduce them"
        )
    write_folder(tables, folder / name / "published")
    shutil.copyfile(place / "provenance.json", folder / name / "published" / "provenance.json")


def one_screen(cards: Mapping[str, Mapping[str, Any]], scale: str) -> str:
    """Write the score of every experiment on a line, and the total.

    Parameters
    ----------
    cards : Mapping
        Experiment to what `card` returned.
    scale : str
        Scale of the results.

    Returns
    -------
    str
        Lines.
    """
    width = max((len(name) for name in cards), default=0)
    lines: list[str] = []
    total: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    for name, scored in cards.items():
        if not scored:
            lines.append(f"{name:{width}}  not run at scale {scale}")
            continue
        total = {outcome: total[outcome] + scored["summary"][outcome] for outcome in OUTCOMES}
        lines.append(f"{name:{width}}  {_ratio(scored['summary'])} match{_rest(scored)}")
    lines.append(f"{'total':{width}}  {_ratio(total)} match at scale {scale}")
    return "\n".join(lines)


def _ratio(summary: Mapping[str, int]) -> str:
    """Write how many of the targets that were run match."""
    return f"{summary['match']} of {sum(summary.values()) - summary['not run']}"


def _rest(scored: Mapping[str, Any]) -> str:
    """Name the targets that do not match, and count those that were not run."""
    parts = []
    for outcome in OUTCOMES[1:]:
        names = [name for name, found in scored["targets"].items() if found == outcome]
        said = str(len(names)) if outcome == "not run" else ", ".join(names)
        parts += [f"{outcome}: {said}"] if names else []
    return f" ({'; '.join(parts)})" if parts else ""


def readme_table(folder: Path, bibliography: Path) -> str:
    """Write the table of experiments from the committed score cards.

    Parameters
    ----------
    folder : Path
        The folder ``experiments``.
    bibliography : Path
        ``references.bib``.

    Returns
    -------
    str
        Markdown, without the markers.
    """
    papers = references(bibliography)
    rows = ["| experiment | paper | quick | CPU time | full size | CPU time |", "|---|---|---|---|---|---|"]
    for name in names(folder):
        config = read_config(folder / name / "config.yaml")
        source = config.get("paper")
        source = source if isinstance(source, dict) else {}
        key = str(source.get("key", ""))
        paper = papers.get(key, {}).get("cite", key)
        figure = where(source)
        title = str(config.get("title") or name).replace("|", r"\|")
        link = f"[{title}]({folder.name}/{name})<br>`{name}`"
        paper += f", {figure}" if figure else ""
        cells = [cell for scale in ("quick", "paper") for cell in _cells(read_json(folder / name / card_file(scale)))]
        rows.append(f"| {' | '.join([link, paper, *cells])} |")
    return "\n".join(rows)


def _cells(scored: Mapping[str, Any]) -> tuple[str, str]:
    """Write score and cost of one committed card."""
    if not scored:
        return "not run", "–"
    missed = [f"{SYMBOLS[o]} {n} {o}" for o, n in scored["summary"].items() if n and o not in ("match", "not run")]
    score = f"{SYMBOLS['match']} {_ratio(scored['summary'])} match" + "".join(f", {part}" for part in missed)
    spent = [value for value in (scored["cost"]["build_cpu_s"], scored["cost"]["runs_cpu_s"]) if value is not None]
    return score, seconds(sum(spent)) if spent else "–"


def replace_table(readme: str, table: str, markers: tuple[str, str] = MARKERS) -> str:
    """Put a table between the markers of a page.

    Parameters
    ----------
    readme : str
        Content of the file.
    table : str
        What `readme_table` returned, or another table.
    markers : tuple of str
        Line before, and line after the table.

    Returns
    -------
    str
        New content.

    Raises
    ------
    ValueError
        If a marker is missing, or they are in the wrong order.
    """
    before, start, rest = readme.partition(markers[0])
    _, end, after = rest.partition(markers[1])
    if not (start and end):
        raise ValueError(f"no '{markers[0]}' followed by '{markers[1]}'")
    return f"{before}{start}\n{table}\n{end}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the score of all experiments; publish score cards and tables; update the table of the README."""
    parser = argparse.ArgumentParser(prog="python -m analysis.scorecard", description=main.__doc__)
    parser.add_argument("--scale", default="quick", choices=SCALES)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of results (default: results)")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"), help="folder of experiments")
    parser.add_argument("--references", type=Path, help="BibTeX file (default: beside experiments)")
    parser.add_argument(
        "--publish", action="store_true", help="write experiments/*/*/scorecard.<scale>.json; of paper also the tables"
    )
    parser.add_argument("--update", type=Path, metavar="README", help="rewrite the table between the markers")
    options = parser.parse_args(arguments)
    if not options.experiments.is_dir():
        sys.exit(f"error: {options.experiments}: no such folder of experiments")
    cards = {name: card(name, options.scale, options.results) for name in names(options.experiments)}
    print(one_screen(cards, options.scale))
    if options.publish:
        for name, scored in cards.items():
            if scored:  # what was not run keeps the card it has
                content = json.dumps(scored, indent=1, ensure_ascii=False) + "\n"
                try:
                    if options.scale == "paper":
                        ship(name, options.results, options.experiments)
                except ValueError as problem:
                    sys.exit(f"error: {problem}")
                (options.experiments / name / card_file(options.scale)).write_text(content, encoding="utf-8")
    if options.update:
        try:
            bibliography = options.references or options.experiments.parent / "references.bib"
            table = readme_table(options.experiments, bibliography)
            content = replace_table(options.update.read_text(encoding="utf-8"), table)
        except (OSError, ValueError) as problem:
            sys.exit(f"error: {options.update}: {problem}")
        options.update.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
