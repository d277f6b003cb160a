"""Backpropagation in layered networks."""
