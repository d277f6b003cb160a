"""The pages of the report: templates filled with what was gathered, as HTML that needs no network."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from analysis.drawings import deviations, network
from analysis.texts import SYMBOLS, cite, seconds
from base.origins import GROUPS, ORIGINS, OUTCOMES, by_group, ratio

SITE = Path(__file__).with_name("site")
ASSETS = ("site.css", "site.js")
MEANING = {
    "smoke": "seconds per experiment: shows that everything runs, not that the numbers are right",
    "quick": "minutes per experiment: fewer seeds and shorter runs than in the papers",
    "paper": "full size here; each experiment says what it shares with the publication and what is missing",
}


def environment(papers: Mapping[str, Mapping[str, str]]) -> Environment:
    """Return the templates with their filters.

    Parameters
    ----------
    papers : Mapping
        What `analysis.texts.references` returned.

    Returns
    -------
    Environment
        Everything that is not marked as HTML is shown as text.
    """
    found = Environment(loader=FileSystemLoader(SITE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    found.filters |= {"seconds": seconds, "ratio": ratio, "cite": lambda source: cite(source, papers)}
    found.globals |= {"symbols": SYMBOLS, "outcomes": OUTCOMES, "labels": GROUPS, "origins": ORIGINS}
    return found


def markdown(text: str, link: Callable[[str], str]) -> Markup:
    """Render Markdown, without its first heading; HTML in it is shown as text.

    Parameters
    ----------
    text : str
        For example a ``README.md``.
    link : callable
        Relative link in the text to a link on the page; nothing where it leads nowhere.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(re.sub(r"\A\s*# .*\n", "", text))
    for token in (one for block in tokens for one in [block, *(block.children or ())]):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
        elif token.type == "link_open" and not re.match(r"https?:|mailto:", str(token.attrs["href"])):
            token.attrs = {"href": where} if (where := link(str(token.attrs["href"]))) else {}
        elif token.type == "image":
            token.type, token.tag = "text", ""  # its description; a page shows no picture that it did not make
    return Markup(reader.renderer.render(tokens, reader.options, {}))


def grouped(found: Sequence[Mapping[str, Any]], papers: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return experiments by paper, in the order of the bibliography."""
    order = list(papers)
    keys = sorted(
        {item["paper"] for item in found}, key=lambda key: (order.index(key) if key in order else len(order), key)
    )
    return [
        {
            "key": key,
            "cite": papers.get(key, {}).get("cite", key or "No paper named"),
            "title": papers.get(key, {}).get("title", ""),
            "where": papers.get(key, {}).get("where", ""),
            "experiments": [item for item in found if item["paper"] == key],
        }
        for key in keys
    ]


class Site:
    """The pages of one scale.

    Parameters
    ----------
    found : sequence of Mapping
        What `analysis.gathered.experiments` returned.
    models : sequence of Mapping
        What `analysis.mathematics.models` returned.
    papers : Mapping
        What `analysis.texts.references` returned.
    scale : str
        Scale of the results.
    out, checkout : Path
        Folder of the site, and that which holds ``experiments`` and ``models``.
    others : Mapping
        Other scales to their reports.
    """

    def __init__(
        self,
        found: Sequence[Mapping[str, Any]],
        models: Sequence[Mapping[str, Any]],
        papers: Mapping[str, Mapping[str, str]],
        scale: str,
        out: Path,
        checkout: Path,
        others: Mapping[str, Path],
    ) -> None:
        self.groups = grouped(found, papers)
        self.found = [item for group in self.groups for item in group["experiments"]]
        self.models, self.scale, self.out, self.checkout = models, scale, out, checkout
        self.templates = environment(papers)
        self.pages = {item["name"]: item["page"] for item in self.found}
        self.common = {
            "scale": scale,
            "meaning": MEANING.get(scale, ""),
            "groups": self.groups,
            "experiments": self.found,
            "models": models,
            "pages": self.pages,
            "scales": {other: Path(os.path.relpath(page, out)).as_posix() for other, page in others.items()},
        }

    def fill(self, template: str, page: str, **values: Any) -> str:
        """Fill the template of a page, which is named by its path in the site."""
        root = "../" * page.count("/")

        def source(path: str) -> str:
            file = self.checkout / path
            return Path(os.path.relpath(file, self.out / Path(page).parent)).as_posix() if file.exists() else ""

        return self.templates.get_template(template).render(root=root, source=source, **self.common, **values)

    def index(self) -> str:
        """Return the gallery of all experiments."""
        entries = [entry for item in self.found for entry in item["targets"]]
        costs = [item["cost"] for item in self.found]
        total = {
            key: sum(cost[key] for cost in costs if isinstance(cost[key], int | float))
            for key in ("build", "runs", "n")
        }
        return self.fill(
            "index.html.j2",
            "index.html",
            counts=by_group(entries),
            ran=sum(item["ran"] for item in self.found),
            total=total,
            commits=sorted({item["commit"] for item in self.found} - {""}),
            created=max((item["created"] for item in self.found), default=""),
            devices=sorted({item["device"] for item in self.found} - {""}),
        )

    def experiment(self, item: Mapping[str, Any]) -> str:
        """Return the page of an experiment."""
        at = self.found.index(item)
        group = next(group for group in self.groups if item in group["experiments"])

        def link(target: str) -> str:
            path, _, fragment = target.partition("#")
            file = os.path.normpath(f"experiments/{item['name']}/{path}")
            if page := self.pages.get(file.removeprefix("experiments/")):
                return f"../{page}"
            there = self.checkout / file
            leads = path and there.exists() and there.resolve().is_relative_to(self.checkout.resolve())
            return Path(os.path.relpath(there, self.out / "experiments")).as_posix() if leads else ""

        return self.fill(
            "experiment.html.j2",
            item["page"],
            item=item,
            group=group,
            before=self.found[at - 1] if at else None,
            after=self.found[at + 1] if at + 1 < len(self.found) else None,
            readme=markdown(item["readme"], link),
            deviations=deviations(item["targets"]),
            network=network(item["wiring"]),
        )

    def models_index(self) -> str:
        """Return the list of all models."""
        return self.fill("models.html.j2", "models/index.html")

    def model(self, model: Mapping[str, Any]) -> str:
        """Return the page of a model."""
        return self.fill("model.html.j2", model["page"], model=model)
