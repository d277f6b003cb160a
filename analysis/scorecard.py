"""The score on one screen, and the tables of docs/experiments.md: by experiment, and by whose numbers were tested."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis.score import summary
from analysis.texts import SYMBOLS, read_config, read_json, references, seconds, where
from base.catalogue import SCALES, names
from base.errors import ConfigError, one_line
from base.origins import GROUPS, ORIGINS, OUTCOMES, by_group, headline, ratio
from base.tables import read_folder, write_folder
from base.targets import read_targets

MAX_SHIPPED = 2_000_000  # bytes of tables of one experiment
TABLES = ("score", "experiments")  # of the page, each between its markers
Cards = Mapping[str, Mapping[str, Any]]


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
        "summary": summary(entries),
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


def entries(scored: Mapping[str, Any], folder: Path) -> list[dict[str, str]]:
    """Say whose number each outcome of a card belongs to.

    Parameters
    ----------
    scored : Mapping
        What `card` returned; empty for an experiment that was not run.
    folder : Path
        Of the experiment.

    Returns
    -------
    list of dict
        ``name``, ``origin`` and ``outcome``; targets that the card does not know, or that are gone, are left out.

    Raises
    ------
    ConfigError
        Its ``targets.yaml`` is wrong.
    """
    if not scored:
        return []
    found = scored["targets"]
    origins = _origins(folder / "targets.yaml")
    return [{"name": n, "origin": origin, "outcome": found[n]} for n, origin in origins.items() if n in found]


@cache
def _origins(file: Path) -> dict[str, str]:
    """Return whose number each target holds."""
    return {name: target["reported"]["origin"] for name, target in read_targets(file).items()}


def one_screen(cards: Cards, scale: str, folder: Path) -> str:
    """Write the score of every experiment on a line, and the totals.

    Parameters
    ----------
    cards : Mapping
        Experiment to what `card` returned.
    scale : str
        Scale of the results.
    folder : Path
        The folder ``experiments``.

    Returns
    -------
    str
        Lines.
    """
    width = max((len(name) for name in cards), default=0)
    lines, total = [], []
    for name, scored in cards.items():
        found = entries(scored, folder / name)
        total += found
        said = headline(by_group(found)) + _rest(found) if scored else f"not run at scale {scale}"
        lines.append(f"{name:{width}}  {said}")
    for group, counts in by_group(total).items():
        lines.append(f"{'total':{width}}  {ratio(counts)} match at scale {scale}: {GROUPS[group]}")
    return "\n".join(lines)


def _rest(found: Sequence[Mapping[str, str]]) -> str:
    """Name the targets that do not match, and count those that were not run."""
    parts = []
    for outcome in OUTCOMES[1:]:
        names = [entry["name"] for entry in found if entry["outcome"] == outcome]
        said = str(len(names)) if outcome == "not run" else ", ".join(names)
        parts += [f"{outcome}: {said}"] if names else []
    return f" ({'; '.join(parts)})" if parts else ""


def score_table(folder: Path) -> str:
    """Write how many targets match, by paper and by whose number they hold, from the committed cards.

    Parameters
    ----------
    folder : Path
        The folder ``experiments``.

    Returns
    -------
    str
        Markdown, without the markers.
    """
    counts: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for name in names(folder):
        for scale in ("quick", "paper"):
            for entry in entries(read_json(folder / name / card_file(scale)), folder / name):
                for paper in (name.split("/")[0], "all"):
                    counts.setdefault((paper, scale, entry["origin"]), []).append(entry)
    rows = [f"| | {' | '.join(origin.label for origin in ORIGINS.values())} |", "|---" * (len(ORIGINS) + 1) + "|"]
    for paper in dict.fromkeys(paper for paper, *_ in sorted(counts, key=lambda key: (key[0] == "all", key))):
        for scale, said in (("quick", "quick"), ("paper", "full size")):
            found = [summary(counts.get((paper, scale, origin), [])) for origin in ORIGINS]
            cells = [ratio(each) if sum(each.values()) > each["not run"] else "–" for each in found]
            rows.append(f"| `{paper}`, {said} | {' | '.join(cells)} |")
    return "\n".join(rows)


def experiments_table(folder: Path, bibliography: Path, page: Path) -> str:
    """Write the table of experiments from the committed score cards.

    Parameters
    ----------
    folder : Path
        The folder ``experiments``.
    bibliography : Path
        ``references.bib``.
    page : Path
        File of the page: links start there.

    Returns
    -------
    str
        Markdown, without the markers.
    """
    papers, place = references(bibliography), os.path.relpath(folder, page.parent)
    rows = ["| experiment | paper | quick | CPU time | full size here | CPU time |", "|---|---|---|---|---|---|"]
    for name in names(folder):
        config = read_config(folder / name / "config.yaml")
        source = config.get("paper")
        source = source if isinstance(source, dict) else {}
        key = str(source.get("key", ""))
        paper = papers.get(key, {}).get("cite", key)
        figure = where(source)
        title = str(config.get("title") or name).replace("|", r"\|")
        link = f"[{title}]({place}/{name})<br>`{name}`"
        paper += f", {figure}" if figure else ""
        cells = [cell for scale in ("quick", "paper") for cell in _cells(folder / name, scale)]
        rows.append(f"| {' | '.join([link, paper, *cells])} |")
    return "\n".join(rows)


def _cells(folder: Path, scale: str) -> tuple[str, str]:
    """Write score and cost of one committed card."""
    scored = read_json(folder / card_file(scale))
    if not scored:
        return "not run", "–"
    lines = []
    for group, counts in by_group(entries(scored, folder)).items():
        if sum(counts.values()) == counts["not run"]:
            continue
        missed = [f"{SYMBOLS[o]} {n} {o}" for o, n in counts.items() if n and o not in ("match", "not run")]
        name = "" if group == "published" else f"{group} "
        lines.append(", ".join([f"{name}{SYMBOLS['match']} {ratio(counts)}", *missed]))
    spent = [value for value in (scored["cost"]["build_cpu_s"], scored["cost"]["runs_cpu_s"]) if value is not None]
    return "<br>".join(lines), seconds(sum(spent)) if spent else "–"


def updated(page: Path, folder: Path, bibliography: Path) -> str:
    """Put both tables between their markers.

    Parameters
    ----------
    page : Path
        File of the page.
    folder, bibliography : Path
        The folder ``experiments`` and ``references.bib``.

    Returns
    -------
    str
        New content.

    Raises
    ------
    ConfigError
        A ``targets.yaml`` is wrong.
    ValueError
        If a marker is missing.
    """
    content = page.read_text(encoding="utf-8")
    made = (score_table(folder), experiments_table(folder, bibliography, page))
    for name, table in zip(TABLES, made, strict=True):
        content = replace_table(content, table, (f"<!-- {name} -->", f"<!-- /{name} -->"))
    return content


def replace_table(readme: str, table: str, markers: tuple[str, str]) -> str:
    """Put a table between the markers of a page.

    Parameters
    ----------
    readme : str
        Content of the file.
    table : str
        Its rows.
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


def publish(cards: Cards, scale: str, results: Path, folder: Path) -> None:
    """Write the card of every experiment that was run; of scale paper also the tables.

    Parameters
    ----------
    cards : Mapping
        Experiment to what `card` returned; what was not run keeps the card it has.
    scale : str
        Scale of the results.
    results, folder : Path
        The folders ``results`` and ``experiments``.

    Raises
    ------
    ValueError
        Tables are too large.
    """
    for name, scored in cards.items():
        if scored:
            if scale == "paper":
                ship(name, results, folder)
            content = json.dumps(scored, indent=1, ensure_ascii=False) + "\n"
            (folder / name / card_file(scale)).write_text(content, encoding="utf-8")


@one_line()
def main(arguments: Sequence[str] | None = None) -> None:
    """Print the score of all experiments; publish score cards and tables; update the tables of the page."""
    parser = argparse.ArgumentParser(prog="python -m analysis.scorecard", description=main.__doc__)
    parser.add_argument("--scale", default="quick", choices=SCALES)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of results (default: results)")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"), help="folder of experiments")
    parser.add_argument("--references", type=Path, help="BibTeX file (default: beside experiments)")
    parser.add_argument(
        "--publish", action="store_true", help="write experiments/*/*/scorecard.<scale>.json; of paper also the tables"
    )
    parser.add_argument("--update", type=Path, metavar="PAGE", help="rewrite the tables between their markers")
    options = parser.parse_args(arguments)
    if not options.experiments.is_dir():
        sys.exit(f"error: {options.experiments}: no such folder of experiments")
    cards = {name: card(name, options.scale, options.results) for name in names(options.experiments)}
    try:
        print(one_screen(cards, options.scale, options.experiments))
        if options.publish:
            publish(cards, options.scale, options.results, options.experiments)
        if options.update:
            bibliography = options.references or options.experiments.parent / "references.bib"
            content = updated(options.update, options.experiments, bibliography)
            options.update.write_text(content, encoding="utf-8")
    except (ConfigError, ValueError) as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
