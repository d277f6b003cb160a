"""Write the results of a scale as an RO-Crate: code, tables, figures, scores and provenance, ready for a repository.

python -m analysis.crate --scale quick                  results/quick/crate

RO-Crate (https://w3id.org/ro/crate) is a folder with ``ro-crate-metadata.json``, which says what each file is and what
made it; here in the form of a Process Run Crate. What is not described there is not in it: no recordings, no programs.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from analysis.provenance import PACKAGES
from analysis.texts import read_config, references
from base.catalogue import ROOT, SCALES, names
from base.errors import one_line
from base.files import atomic, read_json
from base.origins import by_group, headline
from base.yaml_files import read_yaml

FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".cff": "application/yaml",
    ".bib": "application/x-bibtex",
}
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SHOWN = {"figure.svg": "Figure", "score.json": "Score against the targets", "provenance.json": "What made the tables"}


def described(results: Path, scale: str) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every experiment that was run at a scale, with its provenance and its score."""
    for name in names():
        place = results / scale / name
        if all((place / file).exists() for file in SHOWN) and (place / "observations").is_dir():
            yield name, read_json(place / "provenance.json"), read_json(place / "score.json")


def crate_of(results: Path, scale: str) -> ROCrate:
    """Describe the results of a scale.

    Parameters
    ----------
    results : Path
        Folder of all results.
    scale : str
        ``smoke``, ``quick`` or ``paper``.

    Returns
    -------
    ROCrate
        The description, with all files; nothing is written.
    """
    citation = read_yaml(ROOT / "CITATION.cff")
    found = list(described(results, scale))
    if not found:
        remedy = f"run snakemake --profile profiles/default {scale} first"
        sys.exit(f"{results / scale}: holds no finished experiment; {remedy}")
    crate = ROCrate()
    crate.name = f"{citation['title']}: results at scale {scale}"
    crate.description = f"{len(found)} experiments: tables, figures, scores against their targets, and what made them."
    crate.license = _entity(
        crate, "https://spdx.org/licenses/MIT", "CreativeWork", "MIT License", "Of code and results"
    )
    profile = _entity(crate, PROFILE, ["CreativeWork", "Profile"], "Process Run Crate", "Profile of this crate")
    profile["version"] = "0.5"
    crate.root_dataset["conformsTo"] = profile
    crate.datePublished = datetime.now(UTC)
    for number, author in enumerate(citation["authors"], start=1):
        name = " ".join(filter(None, (author.get("given-names"), author.get("family-names"), author.get("name"))))
        crate.creator = crate.add(Person(crate, f"#author-{number}", {"name": name}))
    commits = sorted({made["commit"] + ("+" if made["dirty"] is True else "") for _, made, _ in found})
    code = {"@type": "SoftwareApplication", "name": citation["title"], "version": ", ".join(commits)}
    code |= {"softwareRequirements": sorted(packages(found))}
    code["url"] = str(citation.get("repository-code", "code/CITATION.cff"))
    software = crate.add(ContextEntity(crate, "#code", code))
    papers = references(ROOT / "references.bib")
    crate.root_dataset["mentions"] = [
        _add(crate, results / scale / name, name, software, made, scored, papers) for name, made, scored in found
    ]
    for file in ("requirements.txt", "CITATION.cff", "LICENSE", "references.bib"):
        _file(crate, ROOT / file, f"code/{file}", file)
    return crate


def _entity(crate: ROCrate, identifier: str, kind: str | list[str], name: str, description: str) -> ContextEntity:
    """Describe something that is no file."""
    properties = {"@type": kind, "name": name, "description": description}
    return crate.add(ContextEntity(crate, identifier, properties))


def _file(crate: ROCrate, source: Path, place: str, name: str) -> Any:
    """Add a file."""
    properties = {"name": name, "description": name, "contentSize": str(source.stat().st_size)}
    return crate.add_file(
        source, place, properties={**properties, "encodingFormat": FORMATS.get(source.suffix, "text/plain")}
    )


def packages(found: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> set[str]:
    """Return the releases that computed, as ``name==version``."""
    versions = {(name, release) for _, made, _ in found for name, release in made["versions"].items()}
    return {f"{name}=={release}" for name, release in versions if name in PACKAGES}


def link_of(paper: Mapping[str, str]) -> str:
    """Return the address of a paper; nothing if it has none."""
    if "doi" in paper:
        return f"https://doi.org/{paper['doi']}"
    return f"https://arxiv.org/abs/{paper['eprint']}" if "eprint" in paper else ""


def _add(
    crate: ROCrate,
    place: Path,
    name: str,
    software: ContextEntity,
    made: Mapping[str, Any],
    scored: Mapping[str, Any],
    papers: Mapping[str, Mapping[str, str]],
) -> ContextEntity:
    """Add the files of an experiment, and return the run that made them."""
    config = read_config(ROOT / "experiments" / name / "config.yaml")
    files = [_file(crate, place / file, f"{name}/{file}", f"{title}: {name}") for file, title in SHOWN.items()]
    for table in sorted((place / "observations").glob("*.parquet")):
        files.append(_file(crate, table, f"{name}/observations/{table.name}", f"Table {table.stem}: {name}"))
    for file in ("config.yaml", "targets.yaml"):
        files.append(_file(crate, ROOT / "experiments" / name / file, f"{name}/{file}", f"{file}: {name}"))
    score = headline(by_group(scored["targets"]))
    properties = {"name": str(config.get("title", name)), "description": f"{config.get('text', '')} Score: {score}."}
    folder = crate.add_dataset(dest_path=f"{name}/", properties=properties)
    folder["hasPart"] = files
    paper = papers.get(str((config.get("paper") or {}).get("key", "")), {})
    if link := link_of(paper):
        folder["citation"] = _entity(
            crate, link, "ScholarlyArticle", paper["title"], f"{paper['cite']}, {paper['where']}"
        )
    action = {"@type": "CreateAction", "name": f"Simulation of {name}", "endTime": made["created"]}
    action["description"] = made["command"]
    run = crate.add(ContextEntity(crate, f"#run-{name.replace('/', '-')}", action))
    run["instrument"], run["result"] = software, files
    return run


def write(results: Path, scale: str, out: Path) -> Path:
    """Write the crate of a scale.

    Returns
    -------
    Path
        Its ``ro-crate-metadata.json``.
    """
    crate = crate_of(results, scale)
    with atomic(out, directory=True) as folder:
        crate.write(folder)
    return out / "ro-crate-metadata.json"


@one_line()
def main() -> None:
    """Command line of the crate."""
    parser = argparse.ArgumentParser(prog="python -m analysis.crate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", default="quick", choices=SCALES)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all results")
    parser.add_argument("--out", type=Path, help="folder to make; default results/<scale>/crate")
    args = parser.parse_args()
    print(write(args.results, args.scale, args.out or args.results / args.scale / "crate"))


if __name__ == "__main__":
    main()
