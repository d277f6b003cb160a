"""Compare what experiments give at two states of the code: build and simulate only what differs.

python -m runner.compare --base HEAD --only sal/phase_plane        a revision against the working tree
python -m runner.compare --base v1 --to v2 --only sal              two revisions, a paper
python -m runner.compare --devices cpp_standalone,numpy --only gle/lag_net
python -m runner.compare --variants synapses=my_rules.py:rule --only sal/phase_plane

It writes ``comparison.json``, of which `analysis.compare` makes the page. The workflow does both:
snakemake --profile profiles/default compare --config base=HEAD only=sal/phase_plane
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from base.errors import one_line
from base.files import atomic
from base.yaml_files import read_yaml
from runner.comparison import Asked, same_code
from runner.programs import same_but_names
from runner.sides import Answers, Side, ended
from runner.states import KEPT, Given, checked_out, run, say

SAME_CODE = "same code, but for comments, prose and layout: nothing was run"
SAME = "same program, values, inputs and observation: nothing was run"


def narrowed(asked: Asked) -> list[str]:
    """Return the experiments whose code, values or targets differ at all; says so of the others."""
    states, names = asked.states, asked.experiments
    if same_code(states):
        print(f"{asked.only or 'all experiments'}: {SAME_CODE}")
        return []
    if len(names) < 2 or states[0].device != states[1].device:
        return names
    with checked_out(states), tempfile.TemporaryDirectory() as scratch:
        sides = tuple(
            Side(f"side{number}", state.folder, sys.executable, Path(scratch), KEPT.resolve())  # type: ignore[arg-type]
            for number, state in enumerate(states)
        )
        with ended(sides):
            answers = Answers(sides)
            answers.ask("guards", {(name, asked.scale) for name in names})
    found = [name for name in names if len({json.dumps(one) for one in answers.found["guards", name, asked.scale]}) > 1]
    print(f"{len(names) - len(found)} of {len(names)} experiments: same code, values and targets: nothing was run")
    return found


def parameters(before: Given, now: Given) -> list[dict[str, str]]:
    """Return the parameters whose value or default differs.

    Parameters
    ----------
    before, now : Given
        What both states give.

    Returns
    -------
    list of dict
        ``key``, ``symbol`` and ``meaning``; ``values`` and ``defaults``, each a list of two texts (empty where there is
        no such parameter).
    """
    values, declared = (_values(before), _values(now)), (before.strings["parameters"], now.strings["parameters"])
    rows = []
    for key in dict.fromkeys([*values[1], *values[0]]):
        row = {
            "values": [one.get(key, "") for one in values],
            "defaults": [one.get(key, {}).get("default", "") for one in declared],
        }
        if any(len(set(pair)) > 1 for pair in row.values()):
            known = declared[1].get(key) or declared[0].get(key) or {}
            rows.append({"key": key, "symbol": known.get("symbol", ""), "meaning": known.get("meaning", ""), **row})
    return rows


def _values(given: Given) -> dict[str, str]:
    """Return the values of every key, in its unit; those of a swept key after each other."""
    points, found = given.plan["points"], {}
    for key in points[0]["values"]:
        unit, size = given.plan["units"].get(key, ("", 1.0))
        texts = dict.fromkeys(_text(point["values"][key], size) for point in points)
        found[key] = f"{', '.join(texts)} {unit}".strip()
    return found | {"seeds": str(len({point["seed"] for point in points}))}


def _text(value: Any, size: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return f"{value / size:.10g}"


def compared(before: Given, now: Given) -> dict[str, Any]:
    """Say in which respect two states differ, before anything is run.

    Parameters
    ----------
    before, now : Given
        What both states give.

    Returns
    -------
    dict
        ``experiment``, ``parts`` (of `runner.guards`) that differ, ``verdict`` (text), ``run`` (whether figures and
        tables are worth a run), ``models`` (of `runner.differences`) and ``parameters``.
    """
    from runner.differences import differences  # both load Brian2
    from runner.guards import changed

    models = differences(before.strings, now.strings)
    parts = changed(before.guards, now.guards)
    found = {"experiment": now.experiment, "parts": parts, "models": models, "parameters": parameters(before, now)}
    if before.numbers == now.numbers:
        other = before.shown != now.shown
        verdict = "same program, values, inputs and observation; targets, score or drawing differ" if other else SAME
        return {**found, "verdict": verdict, "run": other}
    if _only_names(before, now, models, parts):
        names = ", ".join(f"{old} → {new}" for old, new in models["renamed"].items())
        return {**found, "verdict": f"the program differs only by names ({names}): nothing was run", "run": False}
    return {**found, "verdict": "", "run": True}


def _only_names(before: Given, now: Given, models: Mapping[str, Any], parts: Sequence[str]) -> bool:
    """Return whether programs differ only by names of variables, and nothing else that is run differs."""
    if not (models["renamed"] and models["only_names"]) or set(parts) - {"network"}:
        return False
    if len(before.plan["points"]) != len(now.plan["points"]) or before.plan["device"] != now.plan["device"]:
        return False
    pairs = {(a["build"], b["build"]) for a, b in zip(before.plan["points"], now.plan["points"], strict=True)}
    folders = [(before.sources(one), now.sources(other)) for one, other in pairs]
    return all(one and other and same_but_names(one, other, models["renamed"]) for one, other in folders)


def compare(asked: Asked, cores: int) -> dict[str, Any]:
    """Compare all that is asked for.

    Returns
    -------
    dict
        Content of ``comparison.json``: ``states``, ``scale``, ``only``, and ``experiments``, each with what `compared`
        says, ``title``, and ``figures`` and ``tables``: the folders of both states, where something was run.
    """
    experiments = narrowed(asked)
    say(asked.states, experiments, asked.scale)
    found, given = [], {}
    for name in experiments:
        both = tuple(Given(state, name, asked.scale) for state in asked.states)
        one = compared(*both)
        if one["verdict"]:
            print(f"{name}: {one['verdict']}", flush=True)
        if len(experiments) == 1 or one["run"]:
            given[name] = both
            found.append(one)
    run([side for one in found if one["run"] for side in given[one["experiment"]]], cores)
    for one in found:
        both = given[one["experiment"]]
        there = all(side.figure.exists() for side in both) or not one["run"] and both[0].figure.exists()
        shown = both if one["run"] else (both[0], both[0])
        one["figures"] = [str(side.figure) for side in shown] if there else []
        one["tables"] = [str(side.tables) for side in shown] if there else []
        folder = Path("experiments") / one["experiment"]
        one["title"] = str(read_yaml(folder / "config.yaml").get("title", "")) if folder.exists() else ""
    described = [{"name": str(s), "commit": s.commit, "tree": s.tree} for s in asked.states]
    return {"states": described, "scale": asked.scale, "only": asked.only, "experiments": found}


@one_line()
def main() -> None:
    """Command line of the comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m runner.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", help="git revision; default HEAD")
    parser.add_argument("--to", help="git revision; default: the working tree, with what is not committed")
    parser.add_argument("--only", help="<paper>/<experiment>, or <paper>; default: all that differ")
    parser.add_argument("--devices", help="two devices, with a comma between them")
    parser.add_argument("--variants", help="<object>=<model>,<model>: two models; of one alone, own is the other")
    parser.add_argument("--scale", default="quick")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    asked = Asked.of(vars(args))
    content = compare(asked, args.cores)
    with atomic(asked.folder / "comparison.json") as file:
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    print(asked.folder / "comparison.json")


if __name__ == "__main__":
    main()
