"""Exact chains of stochastic neurons, rates, and learning with other feedback weights."""
