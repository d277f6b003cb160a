"""Which experiments and scales there are, and where."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from base.errors import ConfigError, nearest
from base.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parent.parent  # of the repository
OF_SWEEPS = ("sweep", "sweep_gallery")  # targets that need the sweep of a user
SCALES = ("smoke", "quick", "paper")


@cache
def names(folder: Path = ROOT / "experiments") -> tuple[str, ...]:
    """Return all experiments: every folder two levels down that has a ``config.yaml``.

    Parameters
    ----------
    folder : Path
        Of all experiments.

    Returns
    -------
    tuple of str
        ``<paper>/<experiment>``, sorted; folders that start with an underscore are templates and left out.
    """
    found = (file.parent.relative_to(folder) for file in folder.glob("*/*/config.yaml"))
    return tuple(sorted(path.as_posix() for path in found if not any(part.startswith("_") for part in path.parts)))


@cache
def joined(name: str, folder: Path = ROOT / "experiments") -> tuple[str, ...]:
    """Return the experiments whose tables another one observes with its own: ``joins`` of its configuration.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    folder : Path
        Of all experiments.

    Raises
    ------
    ConfigError
        The configuration cannot be read.
    """
    return tuple(read_yaml(folder / name / "config.yaml").get("joins") or ())


def check_targets(targets: Sequence[str], sweep: bool) -> None:
    """Refuse a misspelt target, before anything is planned for it.

    Parameters
    ----------
    targets : sequence of str
        Of a command line of Snakemake.
    sweep : bool
        Whether it declares a sweep.

    Raises
    ------
    ConfigError
        With the nearest target.
    """
    known = {"compare", *SCALES, *names(), *(name.split("/")[0] for name in names()), *(OF_SWEEPS if sweep else ())}
    for target in targets:
        parts = Path(target).parts
        if target in OF_SWEEPS and not sweep:
            raise ConfigError("targets", target, "no sweep is declared; add --config sweep=FILE")
        if parts[:1] == ("results",):
            if parts[1:2] and parts[1] in SCALES and len(parts) > 3 and "/".join(parts[2:4]) not in names():
                raise ConfigError("targets", target, f"unknown experiment; {nearest('/'.join(parts[2:4]), names())}")
        elif target not in known:
            bare = target.strip("/").removeprefix("./").removeprefix("experiments/").lower()
            near = f"did you mean '{bare}'?" if bare in known else nearest(bare, known)
            raise ConfigError("targets", target, f"unknown; {near}")
