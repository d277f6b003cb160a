"""One line that stays in its place on a terminal: points done and failed, points a second, the expected end."""

import atexit
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from base.files import read_json
from base.groups import folders

Key = tuple[str, str, str]  # scale, experiment, folder of recordings


class Live:
    """The line of all points that were asked for.

    Parameters
    ----------
    plans : Mapping
        (scale, experiment) to the content of ``plan.json``.
    results : Path
        Folder of all results. What is recorded there counts as done.
    stream : TextIO
        A terminal.
    """

    def __init__(self, plans: Mapping[tuple[str, str], Mapping[str, Any]], results: Path, stream: TextIO) -> None:
        self.results = results
        self.sizes: dict[Key, int] = {
            (scale, name, folder): len(chunk)
            for (scale, name), plan in plans.items()
            for folder, chunk in zip(folders(plan, "recordings"), plan["chunks"], strict=True)
        }
        self.points, self.failed = 0, 0
        before = [key for key in self.sizes if self._cost(key).exists()]
        self.bar = Progress(
            TextColumn("points"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            console=Console(file=stream),
            transient=True,
        )
        self.task = self.bar.add_task("points", total=sum(self.sizes.values()), told="")
        for key in before:
            self._count(key)
        self.already = self.points
        self._show("")
        self.bar.start()
        atexit.register(self.bar.stop)

    def _cost(self, key: Key) -> Path:
        scale, name, folder = key
        return self.results / scale / name / "recordings" / folder / "cost.json"

    def _count(self, key: Key) -> None:
        """Count the points of one folder of recordings; those that it holds no cost of have failed."""
        if key in self.sizes and self._cost(key).exists():
            self.points += self.sizes[key]
            self.failed += max(0, self.sizes[key] - len(read_json(self._cost(key))))

    def _show(self, end: str) -> None:
        seconds = self.bar.tasks[0].elapsed or 0.0
        new = self.points - self.already
        rate = f"{new / seconds:.3g} a second" if new and seconds else ""
        told = ", ".join(filter(None, (f"{self.failed} failed" if self.failed else "", rate, end)))
        self.bar.update(self.task, completed=self.points, told=told)

    def recorded(self, key: Key, end: str) -> None:
        """Count the points of a job that is done.

        Parameters
        ----------
        key : tuple of str
            Scale, experiment, and folder of recordings.
        end : str
            When all will be done.
        """
        self._count(key)
        self._show(end)

    def left(self) -> float | None:
        """Return the seconds that the other points take at the rate so far; None before the first."""
        new, seconds = self.points - self.already, self.bar.tasks[0].elapsed or 0.0
        return (sum(self.sizes.values()) - self.points) * seconds / new if new else None

    def print(self, line: str) -> None:
        """Print a line above."""
        self.bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
