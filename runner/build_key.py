"""What a device makes of one structure has a key, by which it is found again."""

from collections.abc import Mapping
from typing import Any

from runner import devices, variants
from runner.experiment import Experiment
from runner.fingerprint import code, digest
from runner.quantities import plain


def build_key(
    experiment: Experiment,
    structure: Mapping[str, Any],
    traces: Mapping[str, Any] | None = None,
    device: str = devices.DEFAULT,
) -> str:
    """Return the key of what a device makes of one structure.

    Parameters
    ----------
    experiment : Experiment
        Its code and that of the models it imports count; comments and prose do not.
    structure : Mapping
        Values of the ``network.*`` keys.
    traces : Mapping, optional
        Arguments of `runner.devices.network.add_traces`.
    device : str
        Name of the device.

    Returns
    -------
    str
        Hash of source, which is the same on every machine, and of device, compiler, flags and Brian2 version.
    """
    others = variants.fingerprint(variants.chosen(structure))
    source = digest(code(experiment.folder / "experiment.py"), plain(structure), *([others] if others else []))
    return digest(
        source,
        devices.DEVICES[device].identity(),
        {key: repr(value) for key, value in (traces or {}).items()},
    )
