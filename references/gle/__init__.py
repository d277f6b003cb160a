"""Adjoint variables and backpropagation."""
