"""The form of ``targets.yaml``: what is tested, whose number it is, what counts as a match. Checked before any run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic import ValidationInfo as Info

from base.catalogue import SCALES
from base.errors import ConfigError
from base.forms import TAG, Form, Number, OneOf, Positive, Text, among, left_out, read, wrong
from base.origins import ORIGINS
from base.yaml_files import read_yaml

COMPARISONS = ("less_than", "greater_than", "below", "above")
MARGINS = ("by_factor", "by_difference")
K = TypeVar("K")
R = TypeVar("R")
A = TypeVar("A")


class Different(Form):
    """What a control observes instead."""

    table: Text = left_out()
    column: Text = left_out()
    where: dict[str, Any] = left_out()
    """Column to a value, a list of values, or first, last, max, min."""
    reduce: Annotated[str, OneOf(("mean", "median", "min", "max", "std", "none"))] = "none"


class Observation(Different):
    """Which numbers of the observation tables are tested."""

    table: Text
    column: Text

    @model_validator(mode="after")
    def _is_there(self, info: Info) -> Self:
        where = self.where or {}
        for column, wanted in where.items():
            if isinstance(wanted, Mapping) or wanted is None or wanted == []:
                raise wrong(f"expected a value or a list, got {wanted!r}", f"where.{column}")
        if info.context is not None:
            columns = info.context[among(info.context, self.table, "table", "table")]
            for key, column in [("column", self.column), *(("where", column) for column in where)]:
                among(columns, column, "column", key)
        return self


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _one(value: Any) -> Any:
    if isinstance(value, list):
        raise wrong("kind level needs one number; use kind exact for a list")
    return value


def _sample(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        raise wrong("kind distribution needs a list, the reported sample")
    return value


Numbers = Annotated[
    list[Number],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]}),
]


class Said(Form):
    """Who says it, and where."""

    source: Text
    origin: Annotated[str, OneOf(ORIGINS)]
    seeds: Positive = left_out()
    error: Positive = left_out()


class One(Said):
    """One number."""

    value: Annotated[Number, BeforeValidator(_one)]


class Sample(Said):
    """A list of numbers."""

    value: Annotated[list[Number], BeforeValidator(_sample)]


class Some(Said):
    """One or several numbers."""

    value: Numbers


class Claim(Said):
    """Perhaps with numbers."""

    value: Numbers = left_out()


class Accept(Form):
    """What counts as a match: one key of the form, and margins."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        margins, choices = ([key for key in self.keys() if (key in MARGINS) is side] for side in (True, False))
        chosen, margins = ([key for key in keys if key in self.model_fields_set] for keys in (choices, margins))
        if len(chosen) != 1:
            raise wrong(f"give exactly one of: {', '.join(choices)}")
        if margins and chosen[0] in ("below", "above"):
            raise wrong(f"'{margins[0]}' needs 'less_than' or 'greater_than'")
        if len(margins) > 1:
            raise wrong(f"give at most one of: {', '.join(MARGINS)}")
        return self


class Near(Accept):
    """How near the reported number is near enough."""

    absolute: Positive = left_out()
    relative: Positive = left_out()


class NearOrErrors(Near):
    """The same, or so many standard errors of the mean over seeds."""

    standard_errors: Positive = left_out()


class Distance(Accept):
    """How far two distributions may be apart: the distance of Kolmogorov and Smirnov."""

    ks: Positive = left_out()


class Comparison(Accept):
    """What the observation must be less or greater than, and by how much."""

    less_than: Observation = left_out()
    greater_than: Observation = left_out()
    below: Number = left_out()
    above: Number = left_out()
    by_factor: Annotated[Number, Field(ge=1)] = left_out()
    by_difference: Positive = left_out()


def _kind_of_control(written: Any) -> str:
    return f"{TAG}observation" if isinstance(written, Mapping) else f"{TAG}number"


class Target(Form, Generic[K, R, A]):
    """One target."""

    claim: Text
    kind: K
    observation: Observation
    reported: R
    accept: A
    scales: Annotated[list[Annotated[str, OneOf(SCALES)]], Field(min_length=1)] = list(SCALES)
    control: Annotated[
        Annotated[Number, Tag(f"{TAG}number")] | Annotated[Different, Tag(f"{TAG}observation")],
        Discriminator(_kind_of_control),
    ] = left_out()
    """What the target must fail for: a number, or what is different in the observation."""
    needs: Text = left_out()

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the form of a kind in the schema."""
        return "_".join(str(word) for word in get_args(params[0]))

    @model_validator(mode="after")
    def _not_relative_to_zero(self) -> Self:
        if getattr(self.accept, "relative", None) and 0 in _listed(getattr(self.reported, "value", None)):
            raise wrong("a reported value is zero; use 'absolute'", "accept.relative")
        return self


KINDS: dict[str, type[Form]] = {
    "exact": Target[Literal["exact"], Some, Near],
    "level": Target[Literal["level"], One, NearOrErrors],
    "trend": Target[Literal["trend"], Claim, Comparison],
    "distribution": Target[Literal["distribution"], Sample, Distance],
}
ANY = Target[Annotated[str, OneOf(KINDS)], Any, Any]


def read_targets(file: Path) -> dict[str, Any]:
    """Read a target file and check its form.

    Parameters
    ----------
    file : Path
        ``targets.yaml`` of an experiment.

    Returns
    -------
    dict
        Target name to description.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, names a target twice, or a target is wrong.
    """
    targets = read_yaml(file)
    check(targets, file)
    return targets


def check(targets: Mapping[str, Any], file: object, tables: Mapping[str, Sequence[str]] | None = None) -> None:
    """Refuse a wrong target.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``: target name to description.
    file : object
        File named in errors.
    tables : Mapping of str to sequence of str, or None
        Columns of every observation table; with None the names of tables and columns are not checked.

    Raises
    ------
    ConfigError
        File, key, what is wrong and the nearest valid name.
    """
    if not isinstance(targets, Mapping) or not targets:
        raise ConfigError(file, "top level", "expected a mapping of target names")
    for name, target in targets.items():
        read(ANY, target, file, name)
        read(KINDS[target["kind"]], target, file, name, tables)
        if isinstance(target.get("control"), Mapping):
            read(Observation, controlled(target), file, f"{name}.control", tables)


def controlled(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return the observation of the control that a target names.

    Parameters
    ----------
    target : Mapping
        With ``control``: what is different from ``observation``; conditions are merged one by one.

    Returns
    -------
    dict
        An observation.
    """
    observation, control = target["observation"], target["control"]
    return {**observation, **control, "where": {**observation.get("where", {}), **control.get("where", {})}}
