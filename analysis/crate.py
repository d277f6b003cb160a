"""Write the results of a scale as an RO-Crate: code, tables, figures, scores and provenance, ready for a repository.

python -m analysis.crate --scale quick                  results/quick/crate

RO-Crate (https://w3id.org/ro/crate) is a folder with ``ro-crate-metadata.json``, which says what each file is and what
made it. What is not described there is not in it: no recordings, no programs.
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

FORMATS = {".parquet": "application/vnd.apache.parquet", ".svg": "image/svg+xml", ".json": "application/json"}
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
    crate.license = "https://spdx.org/licenses/MIT"
    crate.datePublished = datetime.now(UTC)
    for number, author in enumerate(citation["authors"], start=1):
        name = " ".join(filter(None, (author.get("given-names"), author.get("family-names"), author.get("name"))))
        crate.creator = crate.add(Person(crate, f"#author-{number}", {"name": name}))
    commits = sorted({made["commit"] + ("+" if made["dirty"] is True else "") for _, made, _ in found})
    code = {"@type": "SoftwareSourceCode", "name": citation["title"], "version": ", ".join(commits)}
    code |= {"programmingLanguage": "Python", "softwareRequirements": sorted(packages(found))}
    software = crate.add(ContextEntity(crate, "#code", code))
    papers = references(ROOT / "references.bib")
    for name, made, scored in found:
        _add(crate, results / scale / name, name, software, made, scored, papers)
    for file in ("requirements.txt", "CITATION.cff", "LICENSE", "references.bib"):
        crate.add_file(ROOT / file, f"code/{file}", properties={"name": file})
    return crate


def packages(found: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> set[str]:
    """Return the releases that computed, as ``name==version``."""
    versions = {(name, release) for _, made, _ in found for name, release in made["versions"].items()}
    return {f"{name}=={release}" for name, release in versions if name in PACKAGES}


def _add(
    crate: ROCrate,
    place: Path,
    name: str,
    software: ContextEntity,
    made: Mapping[str, Any],
    scored: Mapping[str, Any],
    papers: Mapping[str, Mapping[str, str]],
) -> None:
    """Add the files of an experiment, and the run that made them."""
    config = read_config(ROOT / "experiments" / name / "config.yaml")
    key = str((config.get("paper") or {}).get("key", ""))
    files = []
    for file, title in SHOWN.items():
        properties = {"name": f"{title}: {name}", "encodingFormat": FORMATS[Path(file).suffix]}
        files.append(crate.add_file(place / file, f"{name}/{file}", properties=properties))
    for table in sorted((place / "observations").glob("*.parquet")):
        properties = {"name": f"Table {table.stem}: {name}", "encodingFormat": FORMATS[".parquet"]}
        files.append(crate.add_file(table, f"{name}/observations/{table.name}", properties=properties))
    for file in ("config.yaml", "targets.yaml"):
        source = ROOT / "experiments" / name / file
        files.append(crate.add_file(source, f"{name}/{file}", properties={"name": f"{file}: {name}"}))
    score = headline(by_group(scored["targets"]))
    properties = {"name": str(config.get("title", name)), "description": f"{config.get('text', '')} Score: {score}."}
    properties |= {"citation": papers.get(key, {}).get("title", key)} if key else {}
    folder = crate.add_dataset(dest_path=f"{name}/", properties=properties)
    folder["hasPart"] = files
    action = {"@type": "CreateAction", "name": f"Simulation of {name}", "endTime": made["created"]}
    action["description"] = made["command"]
    run = crate.add(ContextEntity(crate, f"#run-{name.replace('/', '-')}", action))
    run["instrument"], run["result"] = software, files


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
