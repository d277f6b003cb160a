"""The form of a file that people write, as a pydantic model: what is checked, how it is told, and the JSON schema."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from annotated_types import GroupedMetadata
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic import ValidationInfo as Info
from pydantic_core import PydanticCustomError

from base.errors import ConfigError, nearest

TAG = "="  # begins the name of a choice of a union, which no one has written

Text = Annotated[str, StringConstraints(pattern=r"\S")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]

# What pydantic finds, in our words; `{got}` is what was written.
REASONS = {
    "missing": "missing",
    "string_type": "needs a text, got {got}; write it in quotes",
    "string_pattern_mismatch": "expected a text, got {got}",
    "float_type": "expected a finite number, got {got}",
    "finite_number": "expected a finite number, got {got}",
    "greater_than": "must be positive, got {got}",
    "greater_than_equal": "must be at least {ge:g}, got {got}",
    "list_type": "expected a list, got {got}",
    "too_short": "needs at least one value, got {got}",
    "dict_type": "must map keys to values, got {got}",
}


def wrong(reason: str, key: str = "") -> PydanticCustomError:
    """Return the error that a validator raises: the reason with its remedy, and the key below the place it looks at."""
    return PydanticCustomError("told", "{reason}", {"reason": reason, "key": key})


def among(names: Iterable[str], written: Any, what: str = "value", key: str = "") -> Any:
    """Return what is written if it is one of some names."""
    if written not in tuple(names):
        raise wrong(f"unknown {what} '{written}'; {nearest(str(written), names)}", key)
    return written


class Form(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    @classmethod
    def keys(cls) -> list[str]:
        """Return the keys as they are written."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @model_validator(mode="before")
    @classmethod
    def _known(cls, written: Any, info: Info) -> Any:
        if not isinstance(written, Mapping):
            raise wrong(f"must map keys to values, got {written!r}")
        more = (info.context or {}).get(cls, ()) if cls.model_config["extra"] == "allow" else ()
        for key in written if more or cls.model_config["extra"] == "forbid" else ():
            if key not in (known := {*cls.keys(), *more}):
                raise wrong(f"unknown key; {nearest(key, known)}", str(key))
        return written


@dataclass(frozen=True)
class OneOf(GroupedMetadata):
    """One of some names; `what` they are called."""

    names: Iterable[str]
    what: str = "value"

    def __iter__(self) -> Iterator[object]:
        yield BeforeValidator(self.check)
        yield WithJsonSchema({"enum": list(self.names)})

    def check(self, written: Any) -> Any:
        """Refuse another name."""
        return among(self.names, written, self.what)


@dataclass(frozen=True)
class Whole(GroupedMetadata):
    """A whole number within bounds."""

    least: int = 1
    most: int | None = None

    def __iter__(self) -> Iterator[object]:
        yield BeforeValidator(self.check)
        yield WithJsonSchema({"type": "integer", "minimum": self.least})

    def check(self, written: Any) -> Any:
        """Refuse everything else."""
        if isinstance(written, bool) or not isinstance(written, int) or written < self.least:
            raise wrong(f"needs a whole number of at least {self.least}, got {written!r}")
        if self.most is not None and written > self.most:
            raise wrong(f"asks for {written} points, more than {self.most}; make several sweeps")
        return written


def left_out(**options: Any) -> Any:
    """Declare a key that may be left out, but not be empty."""
    return Field(default_factory=lambda: None, **options)


F = TypeVar("F", bound=Form)


def read(form: type[F], written: Any, file: object, at: str = "", context: Mapping[Any, Any] | None = None) -> F:
    """Check what is written against its form.

    Parameters
    ----------
    form : type of Form
        What is allowed.
    written : Any
        What `base.yaml_files.read_yaml` returns, or a part of it.
    file : object
        Named in errors.
    at : str
        Dotted key of that part.
    context : Mapping, optional
        What validators need to know.

    Returns
    -------
    Form
        The checked content.

    Raises
    ------
    ConfigError
        File, key, what is wrong and the remedy: the nearest valid name, where there is one.
    """
    try:
        return form.model_validate(written, context=context)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    told, got = first.get("ctx", {}), first["input"]
    place = [part for part in first["loc"] if isinstance(part, str) and not part.startswith(TAG)]
    key = ".".join(filter(None, (at, *place, told.get("key", ""))))
    if first["type"] == "told":
        raise ConfigError(file, key, told["reason"])
    if first["type"] == "float_type" and isinstance(got, str):
        raise ConfigError(file, key, f"number given as text '{got}' (YAML needs a decimal point: 1.0e-4)")
    reason = REASONS.get(first["type"], f"{first['msg']}, got {{got}}")
    raise ConfigError(file, key, reason.format(got=repr(got), **told))
