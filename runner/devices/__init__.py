"""Devices: which there are. What each offers and needs is in the file of its name.

What an experiment requires is read off its Brian2 network. It is compared with what the device offers before any code
is generated, because a device that lacks something does not always say so: brian2genn silently leaves out, or moves
within the time step, what it does not know. Needs no Brian2 before a network is made.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from base.errors import BuildError, ConfigError, nearest
from runner.binary import Program, read_manifest
from runner.devices.base import Device
from runner.devices.cpp_standalone import CppStandalone
from runner.devices.features import FEATURES, Requirement
from runner.devices.genn import Genn
from runner.devices.numpy import Numpy
from runner.programs import WIRING

DEVICES: dict[str, Device] = {device.name: device for device in (CppStandalone(), Numpy(), Genn())}
DEFAULT = CppStandalone.name


def device(name: object, file: object = "--config") -> Device:
    """Return a device by name.

    Parameters
    ----------
    name : str
        Name from a configuration or a command line.
    file : object
        Where it was given; named in the error.

    Raises
    ------
    ConfigError
        There is no such device.
    """
    if name not in DEVICES:
        raise ConfigError(file, "device", f"unknown device '{name}'; {nearest(str(name), DEVICES)}")
    return DEVICES[str(name)]


def refusals(network: Any, on: Device) -> list[Requirement]:
    """Return what a network requires and a device does not offer.

    Parameters
    ----------
    network : Network
        The network, on any device.
    on : Device
        The device.

    Returns
    -------
    list of Requirement
        Empty if the device can run the network.
    """
    from runner.devices.requirements import requirements

    return [required for required in requirements(network) if required.feature in on.lacks]


def refusal(experiment: str, required: Requirement, on: Device) -> str:
    """Say in one line why a device does not run an experiment, and what to do.

    Parameters
    ----------
    experiment : str
        Name of its module.
    required : Requirement
        What is lacking.
    on : Device
        The device.

    Returns
    -------
    str
        Names experiment, object, feature, device and remedy.
    """
    feature, remedy = FEATURES[required.feature]
    others = [name for name, other in DEVICES.items() if required.feature not in other.lacks]
    return (
        f"{experiment}: object '{required.object}' {required.detail}; device {on.name} does not offer {feature}: "
        f"{remedy}, or use device {' or '.join(others)}"
    )


def generate(
    name: str,
    module: ModuleType,
    structure: Mapping[str, Any],
    project: Path,
    traces: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write in a folder what a device makes of one structure, without compiling it; refuse what it cannot run.

    Beside it goes what the network is made of (`runner.devices.wiring`).

    Parameters
    ----------
    name : str
        Name of the device.
    module, structure, project, traces
        See `Device.generate`.

    Returns
    -------
    dict
        Description of the network (see `runner.devices.network.description`).

    Raises
    ------
    BuildError
        The device cannot run the network, or Brian2 refuses it.
    ConfigError
        What the device needs is not installed.
    """
    on = DEVICES[name]
    on.ready()

    def check(network: Any) -> None:
        from runner.devices.wiring import wiring

        (project / WIRING).write_text(json.dumps(wiring(network)), encoding="utf-8")
        for required in refusals(network, on):
            raise BuildError(refusal(module.__name__, required, on))

    return on.generate(module, structure, project, traces, check)


def open_program(folder: Path) -> Program:
    """Return the program in the folder of a build.

    Parameters
    ----------
    folder : Path
        Folder made by `runner.build`.

    Raises
    ------
    RunError
        The folder holds no complete build.
    """
    return DEVICES[read_manifest(folder)["device"]].open(folder)
