"""One line on the terminal for every finished experiment: its score, its cost, how many are done, the expected end."""

import logging
import os
import sys
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from base.catalogue import ROOT
from base.files import read_json
from base.origins import by_group, headline
from runner.live import Live
from runner.plans import Plans


def expected(plan: dict[str, Any]) -> float:
    """Return the CPU seconds that an experiment is going to take: those of its score card, or of its configuration."""
    card = ROOT / "experiments" / plan["experiment"] / f"scorecard.{plan['scale']}.json"
    if card.exists():
        cost = read_json(card)["cost"]
        if cost["build_cpu_s"] is not None and cost["runs_cpu_s"] is not None:
            return float(cost["build_cpu_s"] + cost["runs_cpu_s"])
    return float(len(plan["builds"]) * plan["cost"]["build"] + len(plan["points"]) * plan["cost"]["point"])


class Lines(logging.Handler):
    """A handler of Snakemake's log that prints what a person waits for.

    Parameters
    ----------
    costs : dict
        (scale, experiment) to expected CPU seconds, of all that was asked for.
    results : Path
        Folder of all results.
    stream : TextIO
        The terminal.
    cores : int
        Processors that the jobs share.
    live : Live, optional
        A line that stays in its place, on a terminal.
    """

    def __init__(
        self,
        costs: dict[tuple[str, str], float],
        results: Path,
        stream: TextIO,
        cores: int,
        live: Live | None = None,
    ) -> None:
        super().__init__()
        self.live = live
        self.costs, self.results, self.stream, self.cores = costs, results, stream, cores
        self.started, self.done, self.spent = time.time(), 0, 0.0
        self.jobs: dict[int, tuple[str, str, str, str]] = {}
        self.total = 0

    @classmethod
    def show(cls, wanted: Sequence[tuple[str, str]], plans: Plans, quiet: Collection[Any]) -> None:
        """Print lines from now on; instead of what Snakemake tells about jobs where it is to be quiet about rules.

        Parameters
        ----------
        wanted : sequence of tuple of str
            Scale and experiment of all that was asked for.
        plans : Plans
            Their plans.
        quiet : collection of Quietness
            Snakemake's ``--quiet``.
        """
        log = logging.getLogger("snakemake.logging")
        costs = {key: expected(plans(*key)) for key in wanted}
        alone = any(str(word).lower().endswith(("rules", "all")) for word in quiet)
        seen = {key: plans(*key) for key in wanted}
        live = Live(seen, plans.results, sys.stderr) if alone and sys.stderr.isatty() else None
        log.addHandler(cls(costs, plans.results, sys.stderr, os.cpu_count() or 1, live))
        if alone:
            for handler in log.handlers:
                if handler.name == "DefaultStreamHandler":
                    handler.addFilter(lambda record: record.levelno > logging.INFO)

    def emit(self, record: logging.LogRecord) -> None:
        """Follow jobs; print a line when an experiment is done, or one of its jobs has failed."""
        told, facts = str(getattr(record, "event", "") or ""), record.__dict__
        try:
            if told.endswith("run_info"):
                self._start(facts.get("stats") or {})
            elif told.endswith("job_info"):
                wildcards = facts.get("wildcards") or {}
                where = wildcards.get("scale", ""), wildcards.get("exp", wildcards.get("paper", ""))
                self.jobs[facts["jobid"]] = facts["rule_name"], *where, str(wildcards.get("chunk", ""))
            elif told.endswith("job_finished"):
                rule, scale, experiment, chunk = self.jobs.pop(facts["job_id"], ("", "", "", ""))
                if rule == "simulate" and self.live:
                    self.live.recorded((scale, experiment, chunk), self._end(sum(self.costs.values())))
                if rule in ("present", "gather"):
                    self._finished(scale, experiment)
            elif told.endswith("job_error"):
                _, _, experiment, _ = self.jobs.get(facts["jobid"], ("", "", "", ""))
                self._print(f"{experiment}: {facts['rule_name']} failed; log: {', '.join(facts['log'] or ['none'])}")
        except Exception:  # a broken line must not stop the work
            self.handleError(record)

    def _start(self, stats: dict[str, Any]) -> None:
        """Say what is going to be done."""
        self.total = int(stats.get("present", 0) or stats.get("gather", 0))
        if self.total:
            left = sum(self.costs.values())
            what = "experiment" if self.total == 1 else "experiments"
            self._print(f"{self.total} {what}, about {left / 60:.0f} CPU min; {self._end(left)}")

    def _end(self, left: float) -> str:
        """Return the expected end: from the rate so far, or as if the processors had nothing else to do."""
        elapsed = time.time() - self.started
        at_rate = self.live.left() if self.live and self.total == 1 else None
        if at_rate is not None:
            return f"done at about {datetime.fromtimestamp(time.time() + at_rate):%H:%M}"
        seconds = left * elapsed / self.spent if self.spent > 0 else left / self.cores
        return f"done at about {datetime.fromtimestamp(time.time() + seconds):%H:%M}"

    def _finished(self, scale: str, experiment: str) -> None:
        """Print the line of one experiment."""
        folder = self.results / scale / experiment
        made = read_json(folder / "provenance.json")
        failed = made["runs"].get("failed", 0)
        said = f"tables; points that failed: {failed}" if failed else "tables"
        if (folder / "score.json").exists() and not scale.startswith("sweep-"):
            said = headline(by_group(read_json(folder / "score.json")["targets"]))
        self.done += 1
        self.spent += self.costs.pop((scale, experiment), 0.0)
        seconds = made["build"]["cpu_s"] + made["runs"]["cpu_s"]
        count = f"{self.done} of {max(self.total, self.done)}"
        end = f", {self._end(sum(self.costs.values()))}" if self.done < self.total else ""
        self._print(f"{experiment:<28}{said:<52}{seconds:6.0f} CPU s   {count}{end}")

    def _print(self, line: str) -> None:
        if self.live:
            self.live.print(line)
        else:
            print(line, file=self.stream, flush=True)
