"""YAML of people: strict about what would be lost silently, one line when something is wrong. Needs no Brian2."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from base.errors import ConfigError


class _UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key given twice, which plain YAML silently overwrites."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[str, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConfigError(loader.name, "syntax", f"line {key_node.start_mark.line + 1}: a key must be a word")
        key = loader.construct_object(key_node)
        if key in seen:
            raise ConfigError(
                loader.name,
                str(key),
                f"given twice (lines {seen[key]} and {key_node.start_mark.line + 1}); keep one of them",
            )
        seen[key] = key_node.start_mark.line + 1
    loader.flatten_mapping(node)
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; a key given twice is an error.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, is not a mapping, or names a key twice.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            loaded = yaml.load(stream, _UniqueKeys)
    except FileNotFoundError:
        raise ConfigError(path, "file", "does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, "file", f"cannot be read: {getattr(error, 'strerror', error)}") from None
    except yaml.YAMLError as error:
        raise ConfigError(path, "syntax", " ".join(str(error).split())) from None
    if not isinstance(loaded, dict):
        raise ConfigError(path, "file", "must be a mapping of keys to values")
    return loaded


def flatten(section: Any, file: object, prefix: str = "") -> dict[str, Any]:
    """Turn nested sections into dotted keys.

    Parameters
    ----------
    section : Mapping
        ``{"neurons": {"tau_m": "20 ms"}}``; dotted keys are kept as they are.
    file : object
        File named in errors.
    prefix : str
        Dotted prefix of all keys.

    Returns
    -------
    dict
        ``{"neurons.tau_m": "20 ms"}``.

    Raises
    ------
    ConfigError
        A key is given twice (nested and dotted), or the section is no mapping.
    """
    if not isinstance(section, Mapping):
        raise ConfigError(file, prefix.strip(".") or "file", f"must map keys to values, got {section!r}")
    flat: dict[str, Any] = {}
    for key, value in section.items():
        name = f"{prefix}{key}"
        for found, content in (
            flatten(value, file, f"{name}.") if isinstance(value, Mapping) else {name: value}
        ).items():
            if found in flat:
                raise ConfigError(file, found, "given twice, nested and with dots; keep one of them")
            flat[found] = content
    return flat
