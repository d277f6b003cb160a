"""The page of a comparison, and its text for a terminal or a pull request: made of what `runner.compare` has found.

python -m analysis.compare results/compare/sal-phase_plane_HEAD_working-tree
"""

import argparse
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis.texts import number, numbers
from analysis.verdicts import VERDICTS, WITHIN, verdicts
from base.errors import one_line
from base.files import read_json
from base.origins import ORIGINS
from base.tables import read_folder
from base.targets import read_targets

SYMBOLS = {"match": "✓", "close": "≈", "differs": "✗", "not run": "–"}
LOOKS = {"broken": "differs", "moved": "close", "within seeds": "match", "same bits": "match", "not run": "not-run"}
UNITS = {"seeds": "seed spreads", "tolerance": "tolerances"}


def gathered(found: Mapping[str, Any], names: tuple[str, str], out: Path) -> dict[str, Any]:
    """Return all that the page shows of one experiment; its figures are copied beside the page.

    Parameters
    ----------
    found : Mapping
        An experiment of ``comparison.json``.
    names : tuple of str
        The two states.
    out : Path
        Folder of the page.
    """
    slug = found["experiment"].replace("/", "-")
    shown: dict[str, Any] = {**found, "slug": slug, "rows": [], "figures": [], "overlay": "", "left": 0}
    shown["lines"] = lines(found["models"])
    for row in shown["parameters"]:
        row["symbol"] = Markup(row["symbol"])
    if not found["figures"]:
        return shown
    (out / "figures").mkdir(exist_ok=True)
    sides = found["figures"] if found["run"] else found["figures"][:1]
    for side, folder in zip(("before", "now"), sides, strict=False):
        shown["figures"].append(f"figures/{slug}-{side}.svg")
        shutil.copyfile(Path(folder) / "figure.svg", out / shown["figures"][-1])
    if not found["run"]:
        return shown
    from analysis import overlay  # Matplotlib takes a second

    (old, new), (before, now) = found["tables"], found["figures"]
    tables = read_folder(Path(old) / "observations"), read_folder(Path(new) / "observations")
    scores = read_json(Path(before) / "score.json"), read_json(Path(now) / "score.json")
    targets = read_targets(Path(now) / "targets.yaml")
    shown["rows"] = sorted(verdicts(scores, targets, tables), key=lambda row: list(VERDICTS).index(row["verdict"]))
    for row in shown["rows"]:
        row["texts"] = [
            f"{SYMBOLS[o]} {numbers(v) or '–'}" for o, v in zip(row["outcomes"], row["observed"], strict=True)
        ]
        row["gap"] = gap(row)
        row["whose"] = ORIGINS[row["origin"]].label
    shown["counts"] = Counter(row["verdict"] for row in shown["rows"])
    if curves := overlay.panels(*tables):
        shown["overlay"] = f"figures/{slug}-overlay.svg"
        shown["left"] = max(0, len(curves) - overlay.LARGEST)
        overlay.draw(curves, names, out / shown["overlay"])
    return shown


def gap(row: Mapping[str, Any]) -> str:
    """Write how far a target has moved, with the unit."""
    if row["verdict"] in ("same bits", "not run") or "difference" not in row:
        return ""
    value, unit = (row["in_units"], UNITS[row["unit"]]) if "unit" in row else (row["difference"], "")
    return f"{'+' if value > 0 else ''}{number(value, 2)} {unit}".strip()


def lines(models: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the equations and statements of all objects, those that differ and the others apart.

    Returns
    -------
    list of dict
        For each object ``object``, ``model``, ``changed`` and ``same``: lines with ``where``, ``before``, ``now``
        (HTML), ``code`` and ``change``.
    """
    shown = []
    for item in models["objects"]:
        every = [{**line, "where": line["name"]} for line in item["equations"]]
        every += [
            {**line, "where": f"{step['name']}: {step['when']}"} for step in item["steps"] for line in step["lines"]
        ]
        every = [{**line, "before": Markup(line["before"]), "now": Markup(line["now"])} for line in every]
        changed = [line for line in every if line["change"]]
        same = [line for line in every if not line["change"]]
        shown.append({"object": item["object"], "model": item["model"], "changed": changed, "same": same})
    return shown


def headline(shown: Mapping[str, Any]) -> str:
    """Write the verdicts of an experiment on a line."""
    if shown["verdict"]:
        return str(shown["verdict"])
    return ", ".join(f"{shown['counts'][verdict]} {verdict}" for verdict in VERDICTS if shown["counts"][verdict])


def markdown(content: Mapping[str, Any], experiments: Sequence[Mapping[str, Any]]) -> str:
    """Write a comparison as Markdown.

    Parameters
    ----------
    content : Mapping
        Content of ``comparison.json``.
    experiments : sequence of Mapping
        What `gathered` returned.
    """
    names = [state["name"] for state in content["states"]]
    text = [f"# {names[0]} → {names[1]}, scale {content['scale']}", ""]
    for shown in experiments:
        text += [f"## {shown['experiment']}: {headline(shown)}", ""]
        edits = [(item["object"], line) for item in shown["lines"] for line in item["changed"]]
        if edits:
            text.append("```diff")
            for name, line in edits:
                text.append(f"@@ {name}, {line['where']} ({line['change']}) @@")
                text += [
                    f"{sign} {' '.join(code.split())}" for sign, code in zip("-+", line["code"], strict=True) if code
                ]
            text += ["```", ""]
        if shown["parameters"]:
            text += [f"| parameter | {names[0]} | {names[1]} | default |", "|---|---|---|---|"]
            for row in shown["parameters"]:
                default = " → ".join(dict.fromkeys(one or "–" for one in row["defaults"]))
                text.append(f"| `{row['key']}` | {row['values'][0] or '–'} | {row['values'][1] or '–'} | {default} |")
            text.append("")
        told = [row for row in shown["rows"] if row["verdict"] not in ("same bits", "not run")]
        if told:
            text += [f"| target | {names[0]} | {names[1]} | difference | verdict |", "|---|---|---|---|---|"]
            text += [
                f"| `{row['name']}` | {row['texts'][0]} | {row['texts'][1]} | {row['gap'] or '–'} | {row['verdict']} |"
                for row in told
            ]
            text.append("")
    return "\n".join(text)


def write(folder: Path) -> str:
    """Write ``index.html`` and ``compare.md`` beside a ``comparison.json``.

    Parameters
    ----------
    folder : Path
        Where it is.

    Returns
    -------
    str
        The Markdown text.
    """
    content = read_json(folder / "comparison.json")
    names = tuple(state["name"] for state in content["states"])
    shutil.rmtree(folder / "figures", ignore_errors=True)
    experiments = [gathered(found, names, folder) for found in content["experiments"]]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "site"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("compare.html.j2").render(
        states=content["states"],
        scale=content["scale"],
        experiments=experiments,
        verdicts=VERDICTS,
        looks=LOOKS,
        within=number(WITHIN),
    )
    text = markdown(content, experiments)
    for name, written in (("compare.md", text), ("index.html", page)):
        partial = folder / f"{name}.part"
        partial.write_text(written, encoding="utf-8")
        partial.replace(folder / name)
    return text


@one_line()
def main() -> None:
    """Command line of the page."""
    parser = argparse.ArgumentParser(prog="python -m analysis.compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds comparison.json")
    args = parser.parse_args()
    print(write(args.folder))
    print(f"page: {args.folder / 'index.html'}")


if __name__ == "__main__":
    main()
