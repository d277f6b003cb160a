"""What a person wants to compare: two states of the code, and experiments. Needs no Brian2."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.catalogue import SCALES
from base.errors import ConfigError, nearest
from runner.devices import device
from runner.fingerprint import said
from runner.plans import ROOMS
from runner.sides import Refused, git
from runner.states import KEPT, State
from runner.sweep import COMPARE_KEYS
from runner.variants import OWN


def same_code(states: Sequence[State]) -> bool:
    """Return whether the code of two states differs in comments, prose and layout only; asks nobody but git."""
    if states[0].device != states[1].device:
        return False
    for file in git("diff", "--name-only", states[0].tree, states[1].tree).splitlines():
        if file != "requirements.txt" and (file.split("/")[0] not in (*ROOMS, "experiments") or file.endswith(".md")):
            continue
        try:
            texts = [git("show", f"{state.tree}:{file}") for state in states]
            if not file.endswith(".py") or said(texts[0]) != said(texts[1]):
                return False
        except (Refused, SyntaxError):  # only one of them has it; or it is wrong, as the plan will say
            return False
    return True


def words(options: Mapping[str, Any]) -> list[str]:
    """Return the options of `runner.compare` that say the same as those of Snakemake."""
    return [word for key in (*COMPARE_KEYS, "scale") if options.get(key) for word in (f"--{key}", str(options[key]))]


@dataclass(frozen=True)
class Asked:
    """What is to be compared.

    Parameters
    ----------
    states : tuple of State
        Before and now.
    experiments : list of str
        ``<paper>/<experiment>``.
    scale : str
        Scale.
    only : str
        What was asked for; nothing is all that differs.
    """

    states: tuple[State, State]
    experiments: list[str]
    scale: str
    only: str

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Asked":
        """Return what options ask for.

        Parameters
        ----------
        options : Mapping
            ``base`` and ``to`` (revisions; without ``to`` it is the working tree), ``only`` (an experiment or a paper),
            ``devices`` (two names, with a comma), ``variants`` (``<object>=<model>,<model>``; of one model alone, `own`
            is the other), ``scale``; other keys are left alone.

        Raises
        ------
        Refused, ConfigError
            A word is unknown, or there is nothing to compare.
        """
        base, to, only, devices, models = (str(options.get(key) or "") for key in COMPARE_KEYS)
        if options.get("device"):
            raise ConfigError("--config", "device", "a comparison has two: devices=cpp_standalone,numpy")
        scale = str(options.get("scale") or "quick")
        if scale not in SCALES:
            raise ConfigError("--config", "scale", f"unknown scale '{scale}'; {nearest(scale, SCALES)}")
        on: list[str | None] = [word.strip() for word in devices.split(",")] if devices else [None, None]
        if len(on) != 2:
            raise ConfigError("--config", "devices", f"needs two names with a comma between them, got '{devices}'")
        for name in filter(None, on):
            device(name).ready()
        if devices or models:
            revisions = base, to or base  # one state of the code, unless two are asked for
        else:
            revisions = base or "HEAD", to
        states = State.of(revisions[0], "base", on[0]), State.of(revisions[1], "to", on[1])
        if models:
            states = _varied(states, only, models)
        if states[0].tree == states[1].tree and on[0] == on[1]:
            raise Refused(f"nothing to compare: {states[0]} and {states[1]} are the same code")
        return cls(states, named(only, states), scale, only)

    @property
    def folder(self) -> Path:
        """Where the comparison is written."""
        words = [self.only or "all", *map(str, self.states), *([] if self.scale == "quick" else [self.scale])]
        return KEPT / re.sub(r"[^\w.,~^-]+", "-", "_".join(words))


def _varied(states: tuple[State, State], only: str, models: str) -> tuple[State, State]:
    """Return two states, in each of which an object has one of two models."""
    name, _, both = models.partition("=")
    before, comma, now = both.partition(",")
    if not name or not before or "," in now or (comma and not now):
        raise ConfigError("--config", "variants", f"needs <object>=<model> or <object>=<model>,<model>, got '{models}'")
    of = (before, now) if comma else (OWN, before)
    for model in of:
        if not Path(file := model.partition(":")[0]).is_file() and file.endswith(".py"):
            raise ConfigError("--config", "variants", f"{file} does not exist")
    first, second = (state.varied(only, name, model) for state, model in zip(states, of, strict=True))
    return first, second


def named(only: str | None, states: Sequence[State]) -> list[str]:
    """Return the experiments that are asked for, of both states.

    Parameters
    ----------
    only : str or None
        An experiment or a paper; None is all.
    states : sequence of State
        The states.

    Raises
    ------
    Refused
        There is no such experiment, or one of the states lacks it.
    """
    have = [state.experiments() for state in states]
    known = sorted({*have[0], *have[1]})
    if not only:
        return [name for name in known if all(name in one for one in have)]
    if only in known:
        for state, one in zip(states, have, strict=True):
            if only not in one:
                raise Refused(f"{only}: {state} has no such experiment, so there is nothing to compare it with")
        return [only]
    papers = {name.split("/")[0] for name in known}
    if only not in papers:
        raise Refused(f"--config: only: {only}: unknown experiment; {nearest(only, {*known, *papers})}")
    return [name for name in known if name.split("/")[0] == only and all(name in one for one in have)]
