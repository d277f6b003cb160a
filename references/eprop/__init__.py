"""True gradients of spiking networks and LSTMs, backwards in time."""
