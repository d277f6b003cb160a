"""How experiments are simulated: the only place that knows C++ standalone."""
