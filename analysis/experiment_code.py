"""Load the figure code of an experiment from its file."""

import importlib.util
from pathlib import Path
from types import ModuleType


def load(file: Path) -> ModuleType:
    """Import a ``figure.py``.

    Parameters
    ----------
    file : Path
        The file; it defines ``observe`` and ``draw``.

    Returns
    -------
    module
        The module.

    Raises
    ------
    AttributeError
        One of the two functions is missing.
    """
    spec = importlib.util.spec_from_file_location(f"{file.parent.name}_figure", file)
    if spec is None or spec.loader is None:
        raise AttributeError(f"{file}: cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("observe", "draw"):
        if not hasattr(module, name):
            raise AttributeError(f"{file}: defines no function '{name}'")
    return module
