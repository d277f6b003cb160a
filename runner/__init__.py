"""How experiments are simulated: the only place that knows C++ standalone. See `runner.interface` for notebooks."""

from typing import Any


def __getattr__(name: str) -> Any:
    """Return `runner.experiment.load` or `runner.interface.run`: loaded when asked for, as they load Brian2."""
    if name == "load":
        from runner.experiment import load

        return load
    if name == "run":
        from runner.interface import run

        return run
    raise AttributeError(f"module 'runner' has no attribute '{name}'")
