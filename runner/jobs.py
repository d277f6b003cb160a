"""What jobs inherit from the Snakemake that starts them."""

import os
import sys
from pathlib import Path

from runner.fingerprint import ROOT


def share_environment(this_python: bool) -> None:
    """Let jobs find the modules of the repository, from any working directory.

    Parameters
    ----------
    this_python : bool
        Jobs also use the Python that runs Snakemake, whether or not its environment is activated. Not wanted when
        Snakemake itself provides an environment for each job.
    """
    if this_python:
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
