"""Whose number a target holds, and how outcomes are counted apart by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OUTCOMES = ("match", "close", "differs", "not run")


@dataclass(frozen=True)
class Origin:
    """Whose number a target holds.

    Parameters
    ----------
    label : str
        As figures and tables write it.
    group : str
        Which count it goes into, a key of `GROUPS`.
    """

    label: str
    group: str


GROUPS = {
    "published": "papers, authors' programs and theory",
    "prototypes": "regression against our own prototypes",
    "predictions": "our predictions",
}
ORIGINS = {
    "printed": Origin("printed in the paper", "published"),
    "claim": Origin("claim of the paper, our margin", "published"),
    "authors": Origin("authors' program", "published"),  # or results stored with it, or a port checked against it
    "theory": Origin("theory", "published"),  # closed form, gradient, conservation law
    "prototype": Origin("our own prototype", "prototypes"),
    "prediction": Origin("our prediction", "predictions"),
}


def by_group(entries: Iterable[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """Count outcomes apart by whose number was tested.

    Parameters
    ----------
    entries : iterable of Mapping
        ``origin`` and ``outcome`` of every target.

    Returns
    -------
    dict
        Group to outcome to number of targets; every group and every outcome is present.
    """
    counts = {group: dict.fromkeys(OUTCOMES, 0) for group in GROUPS}
    for entry in entries:
        counts[ORIGINS[entry["origin"]].group][entry["outcome"]] += 1
    return counts


def ratio(counts: Mapping[str, int]) -> str:
    """Write how many of the targets that were run match.

    Parameters
    ----------
    counts : Mapping
        Outcome to number of targets.

    Returns
    -------
    str
        For example ``5 of 7``.
    """
    return f"{counts['match']} of {sum(counts.values()) - counts['not run']}"


def headline(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Write the score of an experiment, apart by whose numbers were tested.

    Parameters
    ----------
    counts : Mapping
        What `by_group` returned.

    Returns
    -------
    str
        For example ``5 of 7, prototypes 3 of 4 match``: papers, authors' programs and theory go first, unnamed.
    """
    run = {group: each for group, each in counts.items() if sum(each.values()) > each["not run"]}
    parts = [ratio(each) if group == "published" else f"{group} {ratio(each)}" for group, each in run.items()]
    return f"{', '.join(parts)} match" if parts else "nothing to score"
