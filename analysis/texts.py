"""How the report reads its sources and writes numbers, durations, places, citations and settings."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from base.errors import ConfigError
from base.yaml_files import read_yaml

SYMBOLS = {"match": "✓", "close": "≈", "differs": "✗", "not run": "–"}  # of outcomes

# -- reading files -----------------------------------------------------------------------------------------------------


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file; a missing or unreadable one is empty, because a report has to show what is there.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def read_config(path: Path) -> dict[str, Any]:
    """Read a ``config.yaml``; a missing or unreadable one is empty.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.
    """
    try:
        return read_yaml(path)
    except ConfigError:
        return {}


def references(path: Path) -> dict[str, dict[str, str]]:
    """Read a BibTeX file that has one field per line.

    Parameters
    ----------
    path : Path
        ``references.bib``.

    Returns
    -------
    dict
        Key to fields, in the order of the file, with ``cite`` (authors in short form and year) and ``where`` (journal,
        volume, pages, identifier).
    """
    found = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for key, body in re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        fields = dict(re.findall(r"^\s*(\w+)\s*=\s*(.*?),?\s*$", body, re.MULTILINE))
        fields = {name: re.sub(r'[{}"]', "", value) for name, value in fields.items()}
        names = [author.split(",")[0] for author in fields.get("author", key).split(" and ")]
        short = names[0] + " et al." if len(names) > 2 else " and ".join(names)
        parts = [f"{fields.get('journal', '')} {fields.get('volume', '')}".strip(), fields.get("pages", "")]
        parts += [f"doi:{fields['doi']}"] if "doi" in fields else []
        parts += [f"arXiv:{fields['eprint']}"] if "eprint" in fields else []
        cite = f"{short} ({fields.get('year', 'undated')})"
        found[key] = {**fields, "cite": cite, "where": ", ".join(part for part in parts if part)}
    return found


# -- texts -------------------------------------------------------------------------------------------------------------


def number(value: float | None, digits: int = 4) -> str:
    """Write a number, a power of ten as such, and a missing one as NaN.

    Parameters
    ----------
    value : float or None
        The number; None stands for NaN or infinity in JSON.
    digits : int
        Significant digits.

    Returns
    -------
    str
        For example ``0.1234``, ``1.2 × 10⁻⁵`` or ``NaN``.
    """
    if value is None:
        return "NaN"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if exponent:
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} × 10{power}".replace("-", "−")
    return mantissa.replace("-", "−")


def numbers(values: Any, kind: str = "") -> str:
    """Write one number, a short list, or the outline of a long one.

    Parameters
    ----------
    values : float, list or None
        Reported or observed values.
    kind : str
        Kind of the target: exact values have more digits, a sample of a distribution is summarised.

    Returns
    -------
    str
        A short text.
    """
    values = [] if values is None else values if isinstance(values, list) else [values]
    known = [value for value in values if value is not None]
    if kind == "distribution" and len(known) > 1:
        return f"{number(float(np.mean(known)))} ± {number(float(np.std(known, ddof=1)), 2)} (n = {len(known)})"
    shown = [number(value, 7 if kind == "exact" else 4) for value in values]
    return ", ".join(shown) if len(shown) <= 5 else f"{', '.join(shown[:3])}, … {shown[-1]} ({len(shown)} values)"


def seconds(value: float | None) -> str:
    """Write a duration.

    Parameters
    ----------
    value : float or None
        Duration in seconds.

    Returns
    -------
    str
        For example ``0.35 s``, ``12 s``, ``3 min 20 s`` or ``2.1 h``; a dash if unknown.
    """
    if not isinstance(value, int | float):
        return "–"
    if value < 9.95:
        return f"{value:.2g} s"
    if value < 99.5:
        return f"{value:.0f} s"
    value = round(value)
    if value < 5400:
        return f"{value // 60:.0f} min {value % 60:.0f} s"
    return f"{value / 3600:.1f} h"


def _flat(section: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested sections by dotted key."""
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def settings(config: Mapping[str, Any], scale: str) -> dict[str, str]:
    """Collect the values a config gives, as they are written, by dotted key.

    Parameters
    ----------
    config : Mapping
        Content of ``config.yaml``.
    scale : str
        Scale whose overrides apply.

    Returns
    -------
    dict
        Dotted key to text; a swept key lists its values.
    """
    chosen = (config.get("scales") or {}).get(scale) or {}
    sweep = chosen.get("sweep", config.get("sweep")) or {}
    other = ("title", "text", "notice", "paper", "full", "scales", "cost", "sweep")
    layers = [{key: value for key, value in config.items() if key not in other}]
    layers += sweep if isinstance(sweep, list) else [sweep]
    layers += [{key: value for key, value in chosen.items() if key not in ("seeds", "sweep")}]
    found = {key: value for layer in layers for key, value in _flat(layer)}
    return {key: text(value) for key, value in found.items()}


def cite(source: str, papers: Mapping[str, Mapping[str, str]]) -> str:
    """Replace bibliography keys by short citations.

    Parameters
    ----------
    source : str
        For example ``bellec2020, eq. 1``.
    papers : Mapping
        What `references` returned.

    Returns
    -------
    str
        For example ``Bellec et al. (2020), eq. 1``.
    """
    return re.sub(r"\w+", lambda word: papers.get(word[0], {}).get("cite", word[0]), source)


def where(paper: Any) -> str:
    """Write where in a paper an experiment is.

    Parameters
    ----------
    paper : Any
        The section ``paper`` of a config; anything that is not a mapping gives nothing.

    Returns
    -------
    str
        For example ``figure 2d, 2e``; a place that is not a number is written as it is.
    """
    figure = text(paper.get("figure") or "") if isinstance(paper, Mapping) else ""
    return f"figure {figure}" if re.match(r"S?\d", figure) else figure


def text(value: Any) -> str:
    """Write a configured value: a list as its entries, a truth value as in YAML.

    Parameters
    ----------
    value : Any
        Number, text, truth value or list.

    Returns
    -------
    str
        A short text.
    """
    if isinstance(value, list):
        return ", ".join(text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def resolved(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write the parameters that were simulated, by dotted key, in the units of the config.

    Parameters
    ----------
    provenance : Mapping
        ``parameters`` holds numbers in SI base units, or lists of them for swept keys; ``units`` gives the name and the
        size of the unit of each key that has dimensions. Without a size the key is left out.

    Returns
    -------
    dict
        Dotted key to text.
    """
    found, units = {}, provenance.get("units") or {}
    for key, value in (provenance.get("parameters") or {}).items():
        unit = units.get(key, ("", 1))
        if isinstance(unit, str):
            continue
        values = value if isinstance(value, list) else [value]
        # Dividing by the size of the unit leaves rounding in the last digits; %g hides it.
        shown = [text(item / unit[1] if unit[0] else item) for item in values]
        found[key] = f"{', '.join(shown)} {unit[0]}".strip()
    return found
