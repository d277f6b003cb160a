"""Targets, initial weights and STDP amplitudes of every network: those of ``synaptic_noise``."""

from experiments.sal.synaptic_noise.inputs import inputs

__all__ = ["inputs"]
