"""Spike-based alignment learning, and the other rules that find feedback weights from spikes."""
