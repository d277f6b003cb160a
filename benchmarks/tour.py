"""Execute the tour in a fresh clone, say what every step takes, and render it: python -m benchmarks.tour --update.

``docs/tour.ipynb`` is what is executed, ``docs/tour.md`` what it gives. The environment is the one that runs this.
"""

import argparse
import re
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from base.catalogue import ROOT
from base.errors import one_line

TOUR = Path("docs/tour.ipynb")


def executed(folder: Path) -> NotebookNode:
    """Execute the tour in a checkout.

    Parameters
    ----------
    folder : Path
        Its root: a git repository with at least one commit.

    Returns
    -------
    NotebookNode
        With outputs, and with the times of every cell.
    """
    notebook = nbformat.read(folder / TOUR, as_version=4)
    where = {"metadata": {"path": str((folder / TOUR).parent)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where, record_timing=True).execute()
    return notebook


def seconds(cell: NotebookNode) -> float:
    """Return what a cell took."""
    times = cell.metadata["execution"]
    start, end = (datetime.fromisoformat(times[key]) for key in ("iopub.execute_input", "shell.execute_reply"))
    return (end - start).total_seconds()


def shown(cell: NotebookNode) -> Iterator[str]:
    """Yield the texts that a cell has given; of a line that was written over, what stood there at the end."""
    for _, outputs in groupby(cell.outputs, key=lambda one: one.get("name")):  # a stream comes in pieces
        text = "".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs)
        yield "\n".join(line.split("\r")[-1].rstrip() for line in text.strip("\n").split("\n"))


def markdown(notebook: NotebookNode) -> str:
    """Render an executed notebook."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        text = "\n".join(filter(None, shown(cell))).strip("\n")
        if text:
            parts.append(f"````\n{text}\n````" if "```" in text else f"```\n{text}\n```")
    return "\n\n".join(parts) + "\n"


@one_line()
def main() -> None:
    """Command line of the tour."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tour", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="write docs/tour.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "local-credit"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        notebook = executed(clone)
    total = 0.0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            total += seconds(cell)
            print(f"{seconds(cell):7.1f} s  {cell.source.splitlines()[0]}")
        elif title := re.match(r"#+ (.*)", cell.source):
            print(f"           -- {title[1]}")
    print(f"{total:7.1f} s  altogether")
    if args.update:
        (ROOT / TOUR).with_suffix(".md").write_text(markdown(notebook), encoding="utf-8")


if __name__ == "__main__":
    main()
