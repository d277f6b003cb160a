"""What values a parameter may have: checked when a plan is made, before anything is compiled.

A parameter declares its range beside its default (``param(10 * ms, ..., valid="> 0, >= network.dt")``). The clauses are
joined by commas; all must hold:

``> 0``, ``>= 0``, ``< 1``, ``<= 1e8``   a bound, in SI base units
``>= network.dt``, ``<= t_isi``          another parameter: a full key, or one of the same section
``<= 1e12 network.dt``                   a multiple of another parameter
``multiple of network.dt``               a whole number of it
``one of mean, last``                    a choice
``any``                                  every finite number, every text

A parameter that declares none has the range that its name stands for (`CONVENTIONS`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from brian2 import Quantity, second

from base.errors import ConfigError
from runner.quantities import display_unit

MANY = "1e8"  # elements of anything; more fit no memory
CLAUSE = re.compile(r"(>=|<=|>|<|multiple of)\s+(?:([-+.\de]+)(?:\s+([\w.]+))?|([a-zA-Z_][\w.]*))")
# Names that mean the same everywhere. The first that matches holds; (pattern, type, range).
CONVENTIONS: tuple[tuple[str, type, str], ...] = (
    (r"run\.duration", Quantity, "> 0, >= network.dt, <= 1e12 network.dt"),
    (r"network\.dt(_\w+)?", Quantity, "> 0, <= run.duration"),
    (r"inputs\.tau(_\w+)?", Quantity, "> 0"),  # what a network never sees may be shorter than its time step
    (r"\w+\.tau(_\w+)?", Quantity, "> 0, >= network.dt"),
    (r"network\.(epoch|trial|record\w*|sample|interval|update|cycle|pattern)", Quantity, "> 0, multiple of network.dt"),
    (r"\w+\.(t|stimulus|cue|pause|decision|block|window|lead|period|max_roll|sigma)(_\w+)?", Quantity, ">= 0"),
    (r"\w+\.(rate|background|omega|nu)(_\w+)?", Quantity, ">= 0"),
    (r"network\.(n|n_\w+|size|per_class|batch|bits|epochs)", int, f">= 1, <= {MANY}"),
    (r"inputs\.(n_adaptive|lag)", int, f">= 0, <= {MANY}"),
    (r"\w+\.(watch|watched|decide|settle)", int, ">= 0"),
    (r"\w+\.(n|n_\w+|batch|bits|epochs|interval|eta_period)", int, f">= 1, <= {MANY}"),
    (r"\w+\.eta(_\w+)?", float, ">= 0"),
    (r"\w+\.(beta_(1|2|m|s)b?|momentum)", float, ">= 0, < 1"),
    (r"\w+\.p_\w+", float, ">= 0, <= 1"),
    (r"\w+\.(sigma|epsilon|noise|decay|gamma|c_reg|beta|strength|margin|patience)(_\w+)?", float, ">= 0"),
    (r"\w+\.(v_th|length|width|scale|span|distance|count|criterion)", float, "> 0"),
    (r"\w+\.(share|trust|forget|factor|f_target|normalised(_out)?)", float, ">= 0, <= 1"),
    (r"\w+\.(w|b|start|bias)(_\w+)?", float, "any"),
    (r"\w+\.(gain(_\w+)?|tau|tau_ratio|step|fine)", float, "> 0"),
    (r"\w+\.part", float, "> 0, <= 1"),
    (r"\w+\.rate", float, ">= 0"),
    (r"\w+\.(size|per_class|shown|t_max)", int, f">= 1, <= {MANY}"),
    (r"\w+\.(row|column|first|second)", int, ">= 0"),
    (r"inputs\.interval", Quantity, "> 0"),
    (r"\w+\.source", str, "one of auto, real, standin"),
    (r"\w+\.digits", tuple, ">= 0, <= 9"),
    (r"\w+\.epsilons", tuple, ">= 0, <= 1"),
    (r"\w+\.frozen", tuple, ">= 0"),
    # Switches of equations.
    (r"\w+\.(adam|adaptive|biased|compensated|free|through_output)", float, "one of 0, 1"),
    (r"\w+\.(bptt|prospective)", int, "one of 0, 1"),
)


@dataclass(frozen=True)
class Clause:
    """One condition on one parameter.

    Parameters
    ----------
    key : str
        Dotted key of the parameter.
    relation : str
        ``>``, ``>=``, ``<``, ``<=``, ``multiple of`` or ``one of``.
    bound : float or tuple
        Factor of `other`; without it, the bound in SI base units, or the choices.
    other : str
        Dotted key of the parameter that it is compared with, or nothing.
    """

    key: str
    relation: str
    bound: Any
    other: str = ""

    def holds(self, value: Any, values: Mapping[str, Any]) -> bool:
        """Return whether a value, or each of a list, satisfies the condition."""
        if isinstance(value, tuple):
            return all(self.holds(item, values) for item in value)
        if self.relation == "one of":
            return (f"{value:g}" if isinstance(value, float) else str(value)) in self.bound
        number, bound = float(value), float(self.bound) * (float(values[self.other]) if self.other else 1.0)
        if self.relation == "multiple of":
            ratio = number / bound if bound else 0.0
            return round(ratio) != 0 and abs(ratio - round(ratio)) < 1e-4
        slack = 1e-9 * abs(bound)  # 0.3 ms and three times 0.1 ms are equal
        above, below = number > bound, number < bound
        if self.relation in (">=", "<="):
            return (number >= bound - slack) if self.relation == ">=" else (number <= bound + slack)
        return above if self.relation == ">" else below

    def wrong(self, values: Mapping[str, Any]) -> str:
        """Say what the condition is, and what was given."""
        value = values[self.key]
        given = f"got {shown(value)}"
        must = "must be a" if self.relation == "multiple of" else "must be"
        if self.relation == "one of":
            return f"must be one of {', '.join(self.bound)}, {given}"
        if self.other:
            times = "" if self.bound == 1 else f"{self.bound:g} times "
            return f"{must} {self.relation} {times}{self.other} ({shown(values[self.other])}), {given}"
        if self.relation == ">" and self.bound == 0:
            return f"must be positive, {given}"
        bound = Quantity(self.bound, dim=value.dim) if isinstance(value, Quantity) and self.bound else f"{self.bound:g}"
        return f"{must} {self.relation} {shown(bound)}, {given}"


def shown(value: Any) -> str:
    """Return a value as a person would write it: ``0.4 ms``, ``900 s``, ``[3, 5]``."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(shown, value))}]"
    if not isinstance(value, Quantity):
        return str(value)
    unit, size = display_unit(value)
    long = unit == "ms" and abs(float(value)) >= 1
    return f"{float(value):g} s" if long else f"{float(value) / size:g} {unit}"


def range_of(key: str, default: Any, declared: str) -> str:
    """Return the range of a parameter: what it declares, or what its name stands for; empty if neither is known.

    Parameters
    ----------
    key : str
        Dotted key.
    default : Any
        Its default.
    declared : str
        ``valid`` of `models.base.param`.
    """
    if declared or isinstance(default, bool):
        return declared
    kind = Quantity if isinstance(default, Quantity) else type(default)
    for pattern, of, valid in CONVENTIONS:
        if of is kind and re.fullmatch(pattern, key):
            if kind is Quantity and " 0" in valid and "network.dt" in valid and default.dim != second.dim:
                continue
            # A count whose default is none may be none.
            return valid.replace(">= 1", ">= 0") if kind is int and default == 0 else valid
    return ""


def clauses(ranges: Mapping[str, str]) -> list[Clause]:
    """Read the ranges of all parameters of an experiment.

    Parameters
    ----------
    ranges : Mapping
        Dotted key to range. A clause about a key of another section that the experiment does not have is left out.

    Raises
    ------
    ValueError
        A range is misspelt.
    """
    found = []
    for key, text in ranges.items():
        if text.startswith("one of "):
            found.append(Clause(key, "one of", tuple(word.strip() for word in text[7:].split(","))))
            continue
        for part in filter(None, (part.strip() for part in text.split(","))):
            if part == "any":
                continue
            read = CLAUSE.fullmatch(part)
            if read is None:
                raise ValueError(f"{key}: '{part}' is no range")
            relation, number, times, other = read.groups()
            other = times or other or ""
            if other and "." not in other:
                other = f"{key.split('.')[0]}.{other}"
                if other not in ranges:
                    raise ValueError(f"{key}: '{part}' compares it with {other}, which is no parameter")
            if not other or other in ranges:
                found.append(Clause(key, relation, float(number or 1), other))
    return sorted(found, key=lambda one: bool(one.other))  # what is wrong alone first


def check(conditions: Iterable[Clause], values: Mapping[str, Any], files: Mapping[str, object]) -> None:
    """Refuse values outside of their ranges.

    Parameters
    ----------
    conditions : iterable of Clause
        From `clauses`.
    values : Mapping
        Dotted key to value.
    files : Mapping
        Dotted key to where the value was given, in the order in which they override each other.

    Raises
    ------
    ConfigError
        Names the file, the key, the bound and the key that it depends on.
    """
    for condition in conditions:
        if not condition.holds(values[condition.key], values):
            # Whoever spoke last is to be asked.
            last = [file for key, file in files.items() if key in (condition.key, condition.other)]
            raise ConfigError(last[-1], condition.key, condition.wrong(values))
