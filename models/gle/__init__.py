"""Generalized latent equilibrium: prospective neurons, their errors, and the synapses between them."""
