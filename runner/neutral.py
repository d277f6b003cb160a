"""Prove that an edit of the code changes no number, and say so in the score cards that it made stale.

python -m runner.neutral --base HEAD~1                 all experiments, the last commit against the one before
python -m runner.neutral --base main sal/lif gle/speech
python -m runner.neutral --base HEAD~1 --renamed account=total_cost      a variable or an object has another name

Both sides, git worktrees of the base and of HEAD, say on this machine what their code means
(`runner.meaning`), as far as the parts that differ ask for it:

================= ======================================== ==================================================
part              proved by                                evidence, not proof
================= ======================================== ==================================================
network, generator the same generated programs
inputs            the same arrays in the first round       the same tables at scale smoke, if rounds follow
runner            the same arrays in the first round       the same tables at scale smoke
observe                                                    the same tables at scale smoke
versions          the same programs and arrays             the same tables at scale smoke
targets, score    scored again from the tables of the run
================= ======================================== ==================================================

Changed values, and whatever differs, leave the card stale; the line says which run is asked for and what it costs.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.catalogue import ROOT, SCALES, names
from base.errors import nearest, one_line
from runner.guards import changed
from runner.sides import Answers, Refused, Side, ended, git, here, worktree

PROOFS = {"network": ("programs",), "generator": ("programs",), "inputs": ("inputs",), "runner": ("inputs", "tables"),
          "observe": ("tables",), "versions": ("programs", "inputs", "tables")}  # fmt: skip
RESCORED = ("targets", "score")


@dataclass
class Card:
    """A committed card: of a score, or of a comparison of devices.

    Parameters
    ----------
    file : Path
        Its file.
    experiment, scale : str
        What was run.
    content : dict
        The card; holds ``guards``.
    device : str
        The device, if it is an entry of ``devices.json``.
    """

    file: Path
    experiment: str
    scale: str
    content: dict[str, Any]
    device: str = ""

    def __str__(self) -> str:
        return f"{self.experiment} at scale {self.scale}{f' on {self.device}' if self.device else ''}"

    def write(self) -> None:
        """Put it back into its file."""
        content = self.content
        if self.device:
            content = {**json.loads(self.file.read_text(encoding="utf-8")), self.device: self.content}
        self.file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @property
    def remedy(self) -> str:
        """The command that makes it fresh, and what it costs."""
        if self.device:
            return f"run python -m benchmarks.device_equivalence {self.experiment} --device {self.device}"
        spent = [value for key, value in self.content["cost"].items() if key.endswith("cpu_s") and value is not None]
        return (
            f"run snakemake --profile profiles/default {self.experiment} --config scale={self.scale} "
            f"({sum(spent):.0f} CPU s), then python -m analysis.scorecard --scale {self.scale} --publish "
            "--update docs/experiments.md"
        )


def cards(experiments: Iterable[str]) -> list[Card]:
    """Return the committed cards of some experiments."""
    found = []
    for name in experiments:
        folder = ROOT / "experiments" / name
        for scale in SCALES:
            file = folder / f"scorecard.{scale}.json"
            if file.exists():
                found.append(Card(file, name, scale, json.loads(file.read_text(encoding="utf-8"))))
        file = folder / "devices.json"
        entries = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        found += [Card(file, name, entry["scale"], entry, device) for device, entry in entries.items()]
    return found


def rescored(card: Card, guards: Mapping[str, str]) -> str:
    """Score an experiment again from the tables of its run; return why that is not possible.

    Parameters
    ----------
    card : Card
        Its score is replaced.
    guards : Mapping
        What decides the numbers now.
    """
    tables = ROOT / "experiments" / card.experiment / "published"
    if card.scale != "paper":
        run = Path("results") / card.scale / card.experiment
        tables, scored = run / "observations", run / "score.json"
        made = json.loads(scored.read_text(encoding="utf-8"))["guards"] if scored.exists() else {}
        if card.device or not made or set(changed(made, guards)) - {*RESCORED}:
            return "and no tables of this run are here"
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "score.json"
        targets = ROOT / "experiments" / card.experiment / "targets.yaml"
        command = [sys.executable, "-m", "analysis.score", "--targets", str(targets), "--tables", str(tables)]
        command += ["--scale", card.scale, "--out", str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"and {done.stderr.strip().splitlines()[-1]}"
        found = json.loads(out.read_text(encoding="utf-8"))
    card.content["summary"] = found["summary"]
    card.content["targets"] = {entry["name"]: entry["outcome"] for entry in found["targets"]}
    return ""


def needed(parts: Iterable[str], rounds: bool) -> dict[str, str]:
    """Return what must be the same when some parts differ, in order, each with the scale at which it is compared.

    Parameters
    ----------
    parts : iterable of str
        Parts that differ.
    rounds : bool
        Whether the network is shown more than its first round, which depends on what was recorded.
    """
    wanted = {proof for part in parts for proof in PROOFS.get(part, ())}
    if "inputs" in wanted and rounds:
        wanted.add("tables")
    return {what: "smoke" if what == "tables" else "" for what in ("programs", "inputs", "tables") if what in wanted}


def judge(card: Card, answers: Answers) -> tuple[str, dict[str, Any]]:
    """Decide whether a stale card holds all the same.

    Parameters
    ----------
    card : Card
        Scored again, if that is what the edit asks for.
    answers : Answers
        What both sides said.

    Returns
    -------
    why : str
        Why it does not hold; empty if it does.
    renewal : dict
        ``parts``, ``proof`` and ``evidence``.
    """
    of = (card.experiment, card.scale)
    before, now = answers.found["guards", *of]
    parts = changed(card.content["guards"], now)
    if gone := answers.difference("guards", *of) if "error" in (before | now) else "":
        return gone, {}
    if already := changed(card.content["guards"], before):
        return f"was stale at the base already ({', '.join(already)})", {}
    if "values" in parts:
        return "values changed", {}
    rounds = any(side.get("rounds") for side in answers.found.get(("inputs", *of), ()))
    compared = needed(parts, rounds)
    differences = [answers.difference(what, card.experiment, scale or card.scale) for what, scale in compared.items()]
    if any(differences):
        return "; ".join(filter(None, differences)), {}
    again = [part for part in parts if part in RESCORED]
    if again and (why_not := rescored(card, now)):
        return f"{' and '.join(again)} changed, {why_not}", {}
    proof = [f"same {what}" for what in compared if what != "tables"] + ["scored again"] * bool(again)
    return "", {"parts": parts, "proof": proof, "evidence": ["same tables at scale smoke"] * ("tables" in compared)}


def _compared(held: Sequence[Card], answers: Answers, commits: Mapping[str, str], renamed: Mapping[str, str]) -> int:
    """Ask both sides, print a line per stale card and stamp those that hold, if commits are given."""
    left = 0
    answers.ask("guards", {(card.experiment, card.scale) for card in held})
    parts = {}
    for card in held:
        now = answers.found["guards", card.experiment, card.scale][1]
        if "error" in now or changed(card.content["guards"], now):
            parts[id(card)] = changed(card.content["guards"], now)
    stale = [card for card in held if id(card) in parts]
    print(f"{len(stale)} of {len(held)} cards are stale", flush=True)
    for what in ("programs", "inputs", "tables"):
        wanted = set()
        for card in stale:
            of = (card.experiment, card.scale)
            if changed(card.content["guards"], answers.found["guards", *of][0]) or "values" in parts[id(card)]:
                continue  # nothing that both sides say can renew it
            rounds = any(side.get("rounds") for side in answers.found.get(("inputs", *of), ()))
            compared = needed(parts[id(card)], rounds)
            if what in compared:
                wanted.add((card.experiment, compared[what] or card.scale))
        answers.ask(what, wanted)
    for card in stale:
        why, renewal = judge(card, answers)
        if why:
            left += 1
            print(f"{card}: stale: {why}; {card.remedy}", flush=True)
            continue
        if renamed and "same programs" in renewal["proof"]:
            renewal["proof"][0] += f" but for names ({', '.join(f'{old} -> {new}' for old, new in renamed.items())})"
        said = ", ".join([*renewal["proof"], *renewal["evidence"]])
        print(f"{card}: {said} ({', '.join(renewal['parts'])} changed)", flush=True)
        if commits:
            card.content["guards"] |= {
                part: guard
                for part, guard in answers.found["guards", card.experiment, card.scale][1].items()
                if part in card.content["guards"]
            }
            card.content["renewed"] = [*card.content.get("renewed", []), {**commits, **renewal}]
            card.write()
    return left


def compare(base: str, experiments: Sequence[str], base_python: str, stamp: bool, renamed: Mapping[str, str]) -> int:
    """Compare two sides, print a line per stale card and stamp those that hold.

    Parameters
    ----------
    base : str
        Revision of the other side.
    experiments : sequence of str
        Names.
    base_python : str
        Interpreter of the base.
    stamp : bool
        Whether the cards are written.
    renamed : Mapping
        Old names of variables and objects to new ones, which make no difference.

    Returns
    -------
    int
        Number of cards that stay stale.
    """
    commits = {"from": git("rev-parse", base), "to": git("rev-parse", "HEAD")}
    held, builds = cards(experiments), (Path("results") / "neutral").resolve()
    with worktree(base) as folder, here(stamp) as ours, tempfile.TemporaryDirectory() as scratch:
        sides = (
            Side("base", folder, base_python, Path(scratch), builds, renamed),
            Side("here", ours, sys.executable, Path(scratch), builds, {new: new for new in renamed.values()}),
        )
        with ended(sides):
            left = _compared(held, Answers(sides), commits if stamp else {}, renamed)
    return left


@one_line()
def main() -> None:
    """Command line: status 1 if a card stays stale."""
    parser = argparse.ArgumentParser(
        prog="python -m runner.neutral", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", required=True, help="git revision at which the cards were fresh")
    parser.add_argument("experiments", nargs="*", help="<paper>/<experiment>; default: all")
    parser.add_argument(
        "--renamed",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a name in generated programs that is another now",
    )
    parser.add_argument("--base-python", default=sys.executable, help="interpreter with the packages of the base")
    parser.add_argument("--look", action="store_true", help="print only, stamp no card")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # worktrees and processes go away
    for name in args.experiments:
        if name not in names():
            sys.exit(f"experiments: {name}: unknown experiment; {nearest(name, names())}")
    renamed = dict(pair.split("=", 1) if "=" in pair else ("", "") for pair in args.renamed)
    if not all(word.isidentifier() for pair in renamed.items() for word in pair):
        sys.exit("--renamed: needs an old and a new name: OLD=NEW")
    try:
        code = [line for line in git("status", "--porcelain").splitlines() if "scorecard." not in line]
        if code and not args.look:
            raise Refused("uncommitted changes: a stamp names two commits; commit the edit first, or use --look")
        left = compare(args.base, args.experiments or names(), args.base_python, not args.look, renamed)
    except Refused as error:
        sys.exit(str(error))
    if left:
        sys.exit(f"{left} cards stay stale")


if __name__ == "__main__":
    main()
