"""Write the report of a scale as a small site that opens offline. A pure function of files."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from analysis.gathered import experiments, other_scales
from analysis.mathematics import models
from analysis.pages import ASSETS, SITE, Site
from analysis.texts import read_json, references
from base.catalogue import SCALES
from base.errors import one_line
from base.files import atomic

THUMB = 560  # pixels; on a page it is half as wide


def thumbnail(picture: Path, out: Path) -> None:
    """Make a small picture of a figure; the figure itself stands in where it cannot be read."""
    try:
        with Image.open(picture) as image:
            image.thumbnail((THUMB, THUMB))
            image.convert("RGB").save(out, quality=80)
    except OSError:
        shutil.copyfile(picture, out)


def write(scale: str, results: Path, folder: Path, out: Path, bibliography: Path) -> Path:
    """Write the site: ``index.html``, a page for each experiment and each model, figures, style and script.

    Parameters
    ----------
    scale : str
        Scale of the results.
    results, folder : Path
        The folders ``results`` and ``experiments``.
    out : Path
        Folder to write; it appears when it is complete, in place of the one before.
    bibliography : Path
        ``references.bib``.

    Returns
    -------
    Path
        The first page.
    """
    found = experiments(scale, results, folder)
    documents = {item["name"]: read_json(results / "documents" / f"{item['name']}.json") for item in found}
    others = other_scales(results, scale, SCALES)
    site = Site(found, models(documents), references(bibliography), scale, out, folder.parent, others)
    with atomic(out, directory=True) as new:
        for name in ("figures", "experiments", "models"):
            (new / name).mkdir()
        for item in found:
            for shown in filter(None, (item, item["published"])):
                for kind, path in shown["files"].items():
                    shutil.copyfile(path, new / shown["pictures"][kind])
            if "png" in item["files"]:
                thumbnail(item["files"]["png"], new / "figures" / f"{item['stem']}-small.webp")
            (new / item["page"]).write_text(site.experiment(item), encoding="utf-8")
        for model in site.models:
            (new / model["page"]).write_text(site.model(model), encoding="utf-8")
        (new / "models" / "index.html").write_text(site.models_index(), encoding="utf-8")
        for name in ASSETS:
            shutil.copyfile(SITE / name, new / name)
        (new / "index.html").write_text(site.index(), encoding="utf-8")
    return out / "index.html"


@one_line()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write the report of one scale."""
    parser = argparse.ArgumentParser(prog="python -m analysis.report", description=main.__doc__)
    parser.add_argument("--scale", required=True, choices=SCALES)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of results (default: results)")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"), help="folder of experiments")
    parser.add_argument("--references", type=Path, help="BibTeX file (default: beside experiments)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report; what it held is replaced")
    options = parser.parse_args(arguments)
    if not options.experiments.is_dir():
        sys.exit(f"error: {options.experiments}: no such folder of experiments")
    if options.out.is_dir() and any(options.out.iterdir()) and not (options.out / "index.html").is_file():
        sys.exit(f"error: --out {options.out}: holds other files, and would be replaced; name a new folder")
    bibliography = options.references or options.experiments.parent / "references.bib"
    print(write(options.scale, options.results, options.experiments, options.out, bibliography))


if __name__ == "__main__":
    main()
