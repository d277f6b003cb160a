"""The form of ``config.yaml``: which figure of which paper, the values, what is swept, and what a run costs."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, SkipValidation

from base.catalogue import ROOT, joined, names
from base.forms import Form, OneOf, Text, Whole, among, left_out, wrong
from runner import devices
from runner.blocks import Written

Span = SkipValidation[str]  # with its unit, which `runner.quantities.parse` checks
Label = SkipValidation[str | float]
Sweep = SkipValidation[Written | list[Written]]


def _cited(key: str) -> str:
    entries = re.findall(r"^@\w+\{([^,\s]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    return str(among(entries, key, "entry of references.bib"))


def _joined(name: str) -> str:
    among(names(), name, "experiment")
    if joined(name):
        raise wrong(f"'{name}' joins others itself; name those")
    return name


class Paper(Form):
    """What is reproduced."""

    key: Annotated[str, AfterValidator(_cited)]
    """Of an entry in references.bib."""
    figure: Label
    version: Label


class Costs(Form):
    """CPU time at each scale."""

    smoke: Span = left_out()
    quick: Span = left_out()
    paper: Span = left_out()


class Cost(Form):
    """Expected CPU time, with a unit."""

    build: Span = left_out()
    """Of one program."""
    point: Costs = left_out()
    """Of one run."""
    reference: Costs = left_out()
    """Of the references of one run."""


class Scale(Form, extra="allow"):
    """What is different at one scale: values by key, and how much is run."""

    seeds: Annotated[int, Whole()] = 1
    sweep: Sweep = left_out()


class Scales(Form):
    """How much is run, from seconds to the size of the publication."""

    smoke: Scale | None = None
    quick: Scale | None = None
    paper: Scale | None = None


class Config(Form, extra="allow"):
    """An experiment; all other sections are named like its objects, and give values to their parameters."""

    title: Text
    paper: Paper
    full: Text
    """What scale paper shares with the publication, what is missing, and what that would cost."""
    text: Text
    """The caption of the figure, and what to see in it."""
    notice: Text = left_out()
    """What must not be overlooked, beside the title."""
    joins: list[Annotated[str, AfterValidator(_joined)]] = left_out()
    """Experiments whose tables `observe` gets too, at the same scale: as ``<experiment>.<table>``."""
    device: Annotated[str, OneOf(devices.DEVICES, "device")] = devices.DEFAULT
    sweep: Sweep = left_out()
    cost: Cost = left_out()
    scales: Scales = left_out()
    network: dict[str, Any] = left_out()
    """Structural: another value is another program."""
    inputs: dict[str, Any] = left_out()
    """What inputs.py makes arrays from."""
    variant: dict[str, Any] = left_out()
    """Other models for some objects (docs/compare.md)."""
    run: dict[str, Any] = left_out()
    """Its duration."""
    __pydantic_extra__: dict[str, dict[str, Any]]
