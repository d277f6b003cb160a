"""Write the GeNN project of one structure. Runs in the environment of brian2genn (requirements-genn.txt)."""

import argparse
import json
import logging
import sys
from pathlib import Path

from base.errors import BuildError, ConfigError
from runner.experiment import load
from runner.genn import generate
from runner.planning import with_units


def main() -> None:
    """Command line of the process that writes a project."""
    parser = argparse.ArgumentParser(prog="python -m runner.genn_project", description=__doc__)
    parser.add_argument("experiment", help="<paper>/<experiment>")
    parser.add_argument("--structure", required=True, help="JSON text of the structural values")
    parser.add_argument("--gpu", action="store_true", help="for an NVIDIA GPU instead of one core of the CPU")
    parser.add_argument("--out", type=Path, required=True, help="folder of the project")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.WARNING)
    try:
        experiment = load(args.experiment)
        structure = with_units(experiment, json.loads(args.structure))
        manifest = generate(experiment.module, structure, args.out, args.gpu)
    except (ConfigError, BuildError) as error:
        sys.exit(str(error))
    (args.out / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
