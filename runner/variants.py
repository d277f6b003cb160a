"""Another model for an object of a network: rules are compared like parameters, and the experiment stays as it is.

A key ``variant.<object>`` names a model: ``own``, that of the experiment; ``models.sal.alignment:synapse``, a model of
the repository; ``my_rules.py:rule``, one of a file anywhere, relative to the file that names it. It stands in a sweep
or in the section ``variant`` of a ``config.yaml``.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.errors import BuildError, ConfigError, nearest
from runner.fingerprint import code

if TYPE_CHECKING:
    from brian2 import Network

SECTION = "variant"
OWN = "own"


def is_variant(key: str) -> bool:
    """Return whether a key names the model of an object."""
    return key.split(".")[0] == SECTION


def own(key: str) -> str | None:
    """Return what a key is that nobody has set: the model of the experiment; nothing where it is a parameter."""
    return OWN if is_variant(key) else None


def chosen(values: Mapping[str, Any]) -> dict[str, str]:
    """Return which objects have another model than their own.

    Parameters
    ----------
    values : Mapping
        Dotted keys to values.

    Returns
    -------
    dict
        Key ``variant.<object>`` to the name of a model.
    """
    return {key: value for key, value in values.items() if is_variant(key) and value != OWN}


def named(objects: Mapping[str, Any], key: str, value: Any, file: object, beside: Path | None = None) -> str:
    """Return the name of a model as it is kept: files are relative to the working directory.

    Parameters
    ----------
    objects : Mapping
        ``OBJECTS`` of an ``experiment.py``.
    key : str
        ``variant.<object>``.
    value : Any
        As written.
    file : object
        Where it was written.
    beside : Path, optional
        Folder in which files of models are looked for; default is that of `file`.

    Raises
    ------
    ConfigError
        No such object, no such file, or no model of that name in it.
    """
    if (name := key.partition(".")[2]) not in objects:
        raise ConfigError(file, key, f"no object '{name}' with a model; {nearest(name, objects)}")
    if not isinstance(value, str) or (value != OWN and not all(value.partition(":"))):
        raise ConfigError(file, key, f"needs own, a.module:model or a_file.py:model, got {value!r}")
    if value == OWN:
        return value
    place, _, of = value.partition(":")
    if place.endswith(".py") and not str(file).startswith("--"):
        place = os.path.relpath((beside or Path(str(file)).parent) / place)
        place = os.path.abspath(place) if place.startswith("..") else place
    try:
        model_of(f"{place}:{of}")
    except ValueError as error:
        raise ConfigError(file, key, str(error)) from None
    return f"{place}:{of}"


def model_of(name: str) -> Any:
    """Return a model (`models.base.Model`) by its name.

    Parameters
    ----------
    name : str
        As `named` returns it.

    Raises
    ------
    ValueError
        There is none, or its file cannot be run.
    """
    place, _, of = name.partition(":")
    try:
        module = _of_file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except FileNotFoundError:
        raise ValueError(f"{place} does not exist") from None
    except ModuleNotFoundError as error:
        raise ValueError(f"{place}: {error}; a module of the repository is models.<family>.<file>") from None
    except Exception as error:
        raise ValueError(f"{place} cannot be run: {type(error).__name__}: {' '.join(str(error).split())}") from None
    models = [key for key, value in vars(module).items() if hasattr(value, "kwargs") and hasattr(value, "params")]
    if of not in models:
        raise ValueError(f"{place} has no model '{of}'; {nearest(of, models)}")
    return getattr(module, of)


def _of_file(path: Path) -> Any:
    """Run a Python file as a module, once for each of its contents."""
    name = f"variant_{code(path)}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses ask for it
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def file_of(name: str) -> Path:
    """Return the file of a model."""
    place = name.partition(":")[0]
    found = None if place.endswith(".py") else importlib.util.find_spec(place)
    return Path(found.origin if found and found.origin else place)


def sources(structures: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the files of all models that take the place of others, with their text: what a sweep was run with."""
    used = {name for structure in structures for name in chosen(structure).values()}
    return {str(file): file.read_text(encoding="utf-8") for file in sorted({file_of(name) for name in used})}


def fingerprint(variants: Mapping[str, str]) -> list[list[str]]:
    """Return what decides the programs of some variants: every name, and the digest of its code."""
    return [[key, name, code(file_of(name), name.partition(":")[2])] for key, name in sorted(variants.items())]


def variables(model: Any) -> set[str]:
    """Return the names of all variables that a model declares."""
    from brian2.equations.equations import parse_string_equations

    return set(parse_string_equations(model.kwargs()["model"]))


@contextmanager
def substituted(objects: dict[str, Any], variants: Mapping[str, str]) -> Iterator[None]:
    """Put other models in the places of their own, as long as a network is made.

    Parameters
    ----------
    objects : dict
        ``OBJECTS`` of an ``experiment.py``, where its network looks for the model of each object.
    variants : Mapping
        From `chosen`.
    """
    before = dict(objects)
    objects.update({key.partition(".")[2]: model_of(name) for key, name in variants.items()})
    try:
        yield
    finally:
        objects.update(before)


def check_used(network: "Network", objects: Mapping[str, Any], variants: Iterable[str], experiment: str) -> None:
    """Refuse a network that has made an object from its own model in spite of a variant.

    Parameters
    ----------
    network : Network
        The network.
    objects : Mapping
        Models of the objects, variants included.
    variants : iterable of str
        Keys ``variant.<object>``.
    experiment : str
        Named in errors.

    Raises
    ------
    BuildError
        A variable or a step of a model is not in the network.
    """
    made = {one.name: one for one in network.sorted_objects}
    for key in variants:
        of = key.partition(".")[2]
        model = objects[of]
        missing = variables(model) - set(made[of].variables) if of in made else {of}
        missing |= {step.name for step in model.steps if not step.event and f"{of}_{step.name}" not in made}
        if missing:
            lacks = f"it lacks '{min(missing)}'"
            raise BuildError(f"{experiment}: {key}: the network does not take '{of}' from OBJECTS; {lacks}")
